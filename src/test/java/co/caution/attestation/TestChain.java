package co.caution.attestation;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.function.Consumer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A chain of five certificates in which every property can be made wrong, and documents signed by its leaf. */
final class TestChain {

    static final Instant NOW = Instant.parse("2026-05-04T12:00:00Z");
    static final String MODULE = "i-0123456789abcdef0-enc0123456789abcdef";

    /** One certificate to be. */
    static final class Spec {
        String subject;
        String issuer;
        byte[] constraints;
        boolean constraintsCritical = true;
        Integer usage;
        String curve = "secp384r1";
        String algorithm = "SHA384withECDSA";
        boolean unknownCritical;
        Instant from = NOW.minus(Duration.ofHours(1));
        Instant to = NOW.plus(Duration.ofHours(2));

        Spec(String subject, byte[] constraints, int usage) {
            this.subject = subject;
            this.constraints = constraints;
            this.usage = usage;
        }
    }

    final List<Spec> specs = new ArrayList<>();
    private final List<KeyPair> keys = new ArrayList<>();
    private final List<X509Certificate> certificates = new ArrayList<>();

    TestChain() throws Exception {
        int authority = KeyUsage.keyCertSign;
        specs.add(new Spec("CN=test root", ca(), authority));
        specs.add(new Spec("CN=00.eu-test-1.aws.nitro-enclaves", ca(2), authority));
        specs.add(new Spec("CN=00.zonal.eu-test-1.aws.nitro-enclaves", ca(1), authority));
        specs.add(new Spec("CN=i-0123456789abcdef0.eu-test-1.aws.nitro-enclaves", ca(0), authority));
        specs.add(new Spec("CN=" + MODULE + ".eu-test-1.aws", new byte[] {0x30, 0}, KeyUsage.digitalSignature));
    }

    static byte[] ca() throws Exception {
        return new BasicConstraints(true).getEncoded();
    }

    static byte[] ca(int pathLength) throws Exception {
        return new BasicConstraints(pathLength).getEncoded();
    }

    TestChain with(int certificate, Consumer<Spec> change) {
        change.accept(specs.get(certificate));
        return this;
    }

    TestChain issue() throws Exception {
        for (Spec spec : specs) {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(spec.curve));
            KeyPair own = generator.generateKeyPair();
            KeyPair signer = keys.isEmpty() ? own : keys.getLast();
            String issuer = spec.issuer != null ? spec.issuer
                    : specs.get(Math.max(0, keys.size() - 1)).subject;
            X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(new X500Name(issuer),
                    BigInteger.valueOf(1 + keys.size()), Date.from(spec.from), Date.from(spec.to),
                    new X500Name(spec.subject), own.getPublic());
            if (spec.constraints != null) {
                builder.addExtension(Extension.basicConstraints, spec.constraintsCritical, spec.constraints);
            }
            if (spec.usage != null) {
                builder.addExtension(Extension.keyUsage, false, new KeyUsage(spec.usage));
            }
            if (spec.unknownCritical) {
                builder.addExtension(new ASN1ObjectIdentifier("1.3.6.1.4.1.99999.1"), true, DERNull.INSTANCE);
            }
            certificates.add(new JcaX509CertificateConverter().getCertificate(
                    builder.build(new JcaContentSignerBuilder(spec.algorithm).build(signer.getPrivate()))));
            keys.add(own);
        }
        return this;
    }

    TrustRoot root() {
        return TrustRoot.of(certificates.getFirst());
    }

    byte[] certificate(int i) throws Exception {
        return certificates.get(i).getEncoded();
    }

    /** The fields of a good payload, to be changed by name. */
    Payload payload() throws Exception {
        CborWriter pcrs = new CborWriter().map(16);
        for (int i = 0; i < 16; i++) {
            byte[] value = new byte[48];
            value[0] = (byte) (i + 1);
            pcrs.unsigned(i).bytes(value);
        }
        CborWriter bundle = new CborWriter().array(certificates.size() - 1);
        for (X509Certificate certificate : certificates.subList(0, certificates.size() - 1)) {
            bundle.bytes(certificate.getEncoded());
        }
        return new Payload()
                .set("module_id", new CborWriter().text(MODULE))
                .set("digest", new CborWriter().text("SHA384"))
                .set("timestamp", new CborWriter().unsigned(NOW.toEpochMilli()))
                .set("pcrs", pcrs)
                .set("certificate", new CborWriter().bytes(certificates.getLast().getEncoded()))
                .set("cabundle", bundle)
                .set("nonce", new CborWriter().bytes(new byte[] {1, 2, 3}));
    }

    byte[] sign(byte[] payload) throws Exception {
        Signature signature = Signature.getInstance("SHA384withECDSAinP1363Format");
        signature.initSign(keys.getLast().getPrivate());
        signature.update(CoseSign1.signedBytes(payload));
        // Other curves have other lengths; their keys are to be refused, not their signatures.
        return CoseSign1.write(payload, Arrays.copyOf(signature.sign(), 96));
    }

    byte[] document() throws Exception {
        return sign(payload().encode());
    }
}
