package co.caution.attestation;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Issues chains shaped like AWS's: five certificates with the same names' forms, extensions, lifetimes and order, so that
 * nothing downstream can tell but by the root. Bouncy Castle only encodes; keys and signatures are the JDK's.
 */
final class ChainIssuer {

    static final String REGION = "simulated-1";

    /** AWS dates a leaf back by three seconds. */
    static final Duration LEAF_BACKDATED = Duration.ofSeconds(3);

    static final Duration LEAF_LIFETIME = Duration.ofHours(3);

    private static final Duration BACKDATED = Duration.ofHours(1);
    private static final int CA_USAGE = KeyUsage.digitalSignature | KeyUsage.keyCertSign | KeyUsage.cRLSign;
    private static final int NO_LIMIT = -1;
    private static final String ORGANIZATION = "C=US,ST=Simulated,L=Simulated,O=Caution,OU=" + LocalRoot.MARK;

    private final SecureRandom random;
    private final Instant now;

    ChainIssuer(SecureRandom random, Instant now) {
        this.random = random;
        this.now = now.truncatedTo(ChronoUnit.SECONDS);
    }

    static KeyPair newKey(SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp384r1"), random);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK makes P-384 keys", e);
        }
    }

    /** A self-signed root for thirty years, with the extensions of AWS's. */
    static X509Certificate root(KeyPair pair, Instant now, SecureRandom random) {
        ChainIssuer issuer = new ChainIssuer(random, now);
        Instant end = issuer.now.atOffset(ZoneOffset.UTC).plusYears(30).toInstant();
        X500Name name = new X500Name(LocalRoot.SUBJECT);
        Template template = issuer.template(name, name, pair.getPublic(), BACKDATED, end);
        template.authority(NO_LIMIT, null, pair.getPublic(), CA_USAGE);
        return template.sign(pair.getPrivate());
    }

    static boolean belongTogether(X509Certificate certificate, PrivateKey key) {
        try {
            Signature signer = Signature.getInstance("SHA384withECDSA");
            signer.initSign(key);
            signer.update(certificate.getEncoded());
            byte[] signature = signer.sign();
            signer.initVerify(certificate.getPublicKey());
            signer.update(certificate.getEncoded());
            return signer.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    IssuedChain issue(X509Certificate root, PrivateKey rootKey, String moduleId) {
        String instance = moduleId.substring(0, moduleId.indexOf("-enc"));
        KeyPair region = newKey(random);
        KeyPair zonal = newKey(random);
        KeyPair host = newKey(random);
        KeyPair leaf = newKey(random);
        X500Name rootName = new X500Name(LocalRoot.SUBJECT);
        X500Name regionName = new X500Name(
                "C=US,O=Caution,OU=" + LocalRoot.MARK + ",CN=" + label() + "." + REGION + ".aws.nitro-enclaves");
        X500Name zonalName = new X500Name("CN=" + label() + ".zonal." + REGION + ".aws.nitro-enclaves,OU="
                + LocalRoot.MARK + ",O=Caution,C=US,ST=Simulated,L=Simulated");
        X500Name hostName = new X500Name(ORGANIZATION + ",CN=" + instance + "." + REGION + ".aws.nitro-enclaves");
        X500Name leafName = new X500Name(ORGANIZATION + ",CN=" + moduleId + "." + REGION + ".aws");

        List<byte[]> bundle = new ArrayList<>();
        try {
            bundle.add(root.getEncoded());
            bundle.add(template(rootName, regionName, region.getPublic(), BACKDATED, now.plus(Duration.ofDays(20)))
                    .authority(2, root.getPublicKey(), region.getPublic(), CA_USAGE).revocationList(label())
                    .sign(rootKey).getEncoded());
            bundle.add(template(regionName, zonalName, zonal.getPublic(), BACKDATED, now.plus(Duration.ofDays(6)).minus(BACKDATED))
                    .authority(1, region.getPublic(), zonal.getPublic(), CA_USAGE).revocationList(label())
                    .sign(region.getPrivate()).getEncoded());
            bundle.add(template(zonalName, hostName, host.getPublic(), LEAF_BACKDATED, now.plus(Duration.ofDays(1)).minus(LEAF_BACKDATED))
                    .authority(0, zonal.getPublic(), host.getPublic(), KeyUsage.keyCertSign)
                    .sign(zonal.getPrivate()).getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a certificate that was just made cannot be encoded", e);
        }
        X509Certificate leafCertificate =
                template(hostName, leafName, leaf.getPublic(), LEAF_BACKDATED, now.plus(LEAF_LIFETIME))
                        .leaf().sign(host.getPrivate());
        return new IssuedChain(leafCertificate, leaf.getPrivate(), List.copyOf(bundle));
    }

    private Template template(X500Name issuer, X500Name subject, PublicKey key, Duration backdated, Instant end) {
        BigInteger serial = new BigInteger(127, random).setBit(126);
        return new Template(new JcaX509v3CertificateBuilder(
                issuer, serial, Date.from(now.minus(backdated)), Date.from(end), subject, key));
    }

    /** Sixteen hex digits, as AWS names its regional and zonal authorities. */
    private String label() {
        return HexFormat.of().toHexDigits(random.nextLong());
    }

    /** A certificate in the making; extensions appear in the order in which they are added. */
    private static final class Template {

        private final X509v3CertificateBuilder builder;

        Template(X509v3CertificateBuilder builder) {
            this.builder = builder;
        }

        /** @param issuer null for a root, which names no authority's key */
        Template authority(int pathLength, @Nullable PublicKey issuer, PublicKey own, int usage) {
            BasicConstraints constraints =
                    pathLength == NO_LIMIT ? new BasicConstraints(true) : new BasicConstraints(pathLength);
            return add(() -> {
                JcaX509ExtensionUtils identifiers = new JcaX509ExtensionUtils();
                builder.addExtension(Extension.basicConstraints, true, constraints);
                if (issuer != null) {
                    builder.addExtension(Extension.authorityKeyIdentifier, false, identifiers.createAuthorityKeyIdentifier(issuer));
                }
                builder.addExtension(Extension.subjectKeyIdentifier, false, identifiers.createSubjectKeyIdentifier(own))
                        .addExtension(Extension.keyUsage, true, new KeyUsage(usage));
            });
        }

        /** Where AWS's regional and zonal authorities name a list; nobody serves this one (RFC 2606). */
        Template revocationList(String label) {
            GeneralName url = new GeneralName(GeneralName.uniformResourceIdentifier, "http://crl.simulated.invalid/" + label + ".crl");
            DistributionPoint point = new DistributionPoint(new DistributionPointName(new GeneralNames(url)), null, null);
            return add(() -> builder.addExtension(Extension.cRLDistributionPoints, false,
                    new CRLDistPoint(new DistributionPoint[] {point})));
        }

        /** A leaf's key usage is not critical, and it has no key identifiers: as AWS's. */
        Template leaf() {
            return add(() -> builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                    .addExtension(Extension.keyUsage, false,
                            new KeyUsage(KeyUsage.digitalSignature | KeyUsage.nonRepudiation)));
        }

        X509Certificate sign(PrivateKey key) {
            try {
                return new JcaX509CertificateConverter()
                        .getCertificate(builder.build(new JcaContentSignerBuilder("SHA384withECDSA").build(key)));
            } catch (OperatorCreationException | GeneralSecurityException e) {
                throw new IllegalStateException("a certificate cannot be signed", e);
            }
        }

        private interface Step {
            void run() throws CertIOException, GeneralSecurityException;
        }

        private Template add(Step step) {
            try {
                step.run();
            } catch (CertIOException | GeneralSecurityException e) {
                throw new IllegalStateException("an extension cannot be encoded", e);
            }
            return this;
        }
    }
}
