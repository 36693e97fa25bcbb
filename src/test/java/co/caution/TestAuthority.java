package co.caution;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A private certificate authority that vouches for this machine. */
public final class TestAuthority {

    private static final X500Name NAME = new X500Name("CN=A private authority");

    private final KeyPair keys = keys();
    private final X509CertificateHolder certificate;
    private long serial = 1;

    public TestAuthority() throws Exception {
        var now = Instant.now();
        certificate = certificate(NAME, keys, now.minus(1, ChronoUnit.DAYS), now.plus(1, ChronoUnit.DAYS), true);
    }

    /** The authority's own certificate. */
    public Path writeTo(Path file) throws IOException {
        return Files.writeString(file, pem("CERTIFICATE", certificate.getEncoded()));
    }

    /** For localhost and 127.0.0.1, valid for a day from {@code start} on. */
    public void certify(Path certificateFile, Path keyFile, Instant start) throws Exception {
        KeyPair own = keys();
        Files.writeString(certificateFile, pem("CERTIFICATE", certificate(
                new X500Name("CN=localhost"), own, start, start.plus(1, ChronoUnit.DAYS), false).getEncoded()));
        Files.deleteIfExists(keyFile);
        Files.createFile(keyFile, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(keyFile, pem("PRIVATE KEY", own.getPrivate().getEncoded()));
    }

    private X509CertificateHolder certificate(X500Name subject, KeyPair of, Instant from, Instant to, boolean authority)
            throws Exception {
        var builder = new JcaX509v3CertificateBuilder(NAME, BigInteger.valueOf(serial++), Date.from(from), Date.from(to), subject,
                of.getPublic());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
        if (!authority) {
            builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName[] {
                new GeneralName(GeneralName.dNSName, "localhost"), new GeneralName(GeneralName.iPAddress, "127.0.0.1")
            }));
        }
        return builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()));
    }

    private static KeyPair keys() throws Exception {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        return generator.generateKeyPair();
    }

    private static String pem(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + label + "-----\n";
    }
}
