package co.caution.attestation;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.HexFormat;

/**
 * A root that evidence may end in, known by the SHA-256 of its certificate. Documents bring their root along; it counts only
 * where it hashes to one of these.
 *
 * @param name how verdicts call it
 * @param fingerprint SHA-256 of the DER certificate, lower-case hex
 */
public record TrustRoot(String name, String fingerprint) {

    /** Root G1 of the commercial partition, 2019 to 2049, as AWS publishes it. */
    private static final TrustRoot AWS = new TrustRoot("AWS Nitro Enclaves (commercial partition, G1)",
            "641a0321a3e244efe456463195d606317ed7cdcc3c1756e09893f3c68f79bb5b");

    private static final int MAX_FILE = 1 << 16;

    public TrustRoot {
        if (!fingerprint.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("a fingerprint is 64 lower-case hex digits: " + fingerprint);
        }
    }

    public static TrustRoot awsCommercial() {
        return AWS;
    }

    /** Another root, named by its subject. */
    public static TrustRoot of(X509Certificate certificate) {
        try {
            String fingerprint = fingerprint(certificate.getEncoded());
            return fingerprint.equals(AWS.fingerprint)
                    ? AWS
                    : new TrustRoot(certificate.getSubjectX500Principal().getName(), fingerprint);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("a certificate that cannot be encoded", e);
        }
    }

    /**
     * The root in a file with one certificate, PEM or DER.
     *
     * @throws IOException where the file cannot be read or holds no certificate
     */
    public static TrustRoot of(Path file) throws IOException {
        if (Files.size(file) > MAX_FILE) {
            throw new IOException(file + " is too large for a certificate");
        }
        try {
            ByteArrayInputStream in = new ByteArrayInputStream(Files.readAllBytes(file));
            X509Certificate certificate = (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
            if (new String(in.readAllBytes(), StandardCharsets.ISO_8859_1).contains("BEGIN")) {
                throw new IOException(file + " holds more than one certificate; name a file with one root");
            }
            return of(certificate);
        } catch (CertificateException e) {
            throw new IOException(file + " holds no certificate, neither PEM nor DER: " + e.getMessage(), e);
        }
    }

    /** Whether this root's keys live in Nitro hardware; any other root is somebody's word. */
    public boolean hardware() {
        return fingerprint.equals(AWS.fingerprint);
    }

    static String fingerprint(byte[] der) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(der));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
