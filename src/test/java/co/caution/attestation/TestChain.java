package co.caution.attestation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.TBSCertificate;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
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
        /** Changes what is signed, and then the certificate around it, after everything else. */
        UnaryOperator<byte[]> signed = UnaryOperator.identity();
        UnaryOperator<byte[]> whole = UnaryOperator.identity();
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
    private final List<byte[]> certificates = new ArrayList<>();

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
            X509CertificateHolder made = builder.build(new JcaContentSignerBuilder(spec.algorithm).build(signer.getPrivate()));
            certificates.add(spec.whole.apply(resigned(made, spec, signer)));
            keys.add(own);
        }
        return this;
    }

    private static byte[] resigned(X509CertificateHolder made, Spec spec, KeyPair signer) throws Exception {
        byte[] signed = made.toASN1Structure().getTBSCertificate().getEncoded();
        byte[] changed = spec.signed.apply(signed);
        if (Arrays.equals(signed, changed)) {
            return made.getEncoded();
        }
        Signature signature = Signature.getInstance(spec.algorithm);
        signature.initSign(signer.getPrivate());
        signature.update(changed);
        return sequence(changed, made.getSignatureAlgorithm().getEncoded(), new DERBitString(signature.sign()).getEncoded());
    }

    /** A SEQUENCE of these elements, each as it is. */
    static byte[] sequence(byte[]... elements) {
        byte[] content = EvidenceTest.concat(elements);
        return EvidenceTest.concat(new byte[] {0x30, (byte) 0x82, (byte) (content.length >> 8), (byte) content.length}, content);
    }

    /** The list of extensions, with its first one again at its end. */
    static byte[] extensionsTwice(byte[] signed) {
        try {
            TBSCertificate body = TBSCertificate.getInstance(signed);
            ASN1Sequence list = (ASN1Sequence) body.getExtensions().toASN1Primitive();
            ASN1EncodableVector all = new ASN1EncodableVector();
            list.forEach(all::add);
            all.add(list.getObjectAt(0));
            ASN1EncodableVector parts = new ASN1EncodableVector();
            for (ASN1Encodable part : (ASN1Sequence) ASN1Sequence.fromByteArray(signed)) {
                parts.add(part instanceof ASN1TaggedObject tagged && tagged.getTagNo() == 3
                        ? new DERTaggedObject(true, 3, new DERSequence(all)) : part);
            }
            return new DERSequence(parts).getEncoded();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    TrustRoot root() {
        return new TrustRoot(specs.getFirst().subject, TrustRoot.fingerprint(certificates.getFirst()));
    }

    byte[] certificate(int i) {
        return certificates.get(i);
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
        certificates.subList(0, certificates.size() - 1).forEach(bundle::bytes);
        return new Payload()
                .set("module_id", new CborWriter().text(MODULE))
                .set("digest", new CborWriter().text("SHA384"))
                .set("timestamp", new CborWriter().unsigned(NOW.toEpochMilli()))
                .set("pcrs", pcrs)
                .set("certificate", new CborWriter().bytes(certificates.getLast()))
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
