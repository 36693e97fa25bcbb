package co.caution;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.pem.PemContent;

/**
 * The certificate chain (PEM, the server's own first) and the private key (PEM; PKCS #8, PKCS #1 or SEC 1, not encrypted)
 * that the API and the attestation endpoints serve. Looked at before anything starts, so that what is wrong is said once
 * and in words; replaced while the service runs, they are read anew.
 */
record TlsFiles(Path certificate, Path key) {

    private static final String CERTIFICATE = "caution.tls.certificate";
    private static final String KEY = "caution.tls.key";

    /** Forward secrecy and authenticated encryption, and nothing else. */
    private static final List<String> SUITES = List.of("TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    void check(Instant now, ConfigurationReport report) {
        X509Certificate own = pem(CERTIFICATE, certificate, content -> content.getCertificates().getFirst(), report);
        PrivateKey secret = pem(KEY, key, PemContent::getPrivateKey, report);
        if (secret != null && readByEverybody(key)) {
            report.notReady(KEY, "everybody on this machine can read it", "Close it (chmod 0600), and replace it if"
                    + " somebody may have seen it");
        }
        if (own == null) {
            return;
        }
        if (now.isAfter(own.getNotAfter().toInstant())) {
            report.notReady(CERTIFICATE, "it expired on " + own.getNotAfter().toInstant(), "Put a current one in its place");
        } else if (now.isBefore(own.getNotBefore().toInstant())) {
            report.notReady(CERTIFICATE, "it is valid only from " + own.getNotBefore().toInstant() + " on",
                    "Check this machine's clock, or put a current one in its place");
        } else if (secret != null && !belong(secret, own.getPublicKey())) {
            report.error(KEY, "it is not the key of the first certificate in " + certificate,
                    "Name a pair that belongs together; the server's own certificate comes first in its file");
        }
    }

    /** The same pair, in the framework's words. */
    Map<String, Object> settings() {
        String bundle = "spring.ssl.bundle.pem.gateway";
        var settings = new HashMap<String, Object>();
        settings.put(bundle + ".keystore.certificate", certificate.toUri().toString());
        settings.put(bundle + ".keystore.private-key", key.toUri().toString());
        // The two files are replaced one after the other: between the two, the old pair stays.
        settings.put(bundle + ".keystore.verify-keys", true);
        settings.put(bundle + ".reload-on-update", true);
        settings.put(bundle + ".options.enabled-protocols", "TLSv1.3,TLSv1.2");
        settings.put(bundle + ".options.ciphers", String.join(",", SUITES));
        settings.put("server.ssl.bundle", "gateway");
        return settings;
    }

    private static boolean readByEverybody(Path file) {
        try {
            return Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ);
        } catch (IOException e) {
            return false; // gone meanwhile: said when it is read
        }
    }

    private static <T> @Nullable T pem(String property, Path file, Function<PemContent, T> part, ConfigurationReport report) {
        try {
            T found = part.apply(PemContent.of(Files.readString(file)));
            if (found != null) {
                return found;
            }
        } catch (IOException e) {
            report.notReady(property, "it is not there, or this user may not read it", "Check the path and its owner");
            return null;
        } catch (RuntimeException e) {
            // Said below.
        }
        report.error(property, "it holds nothing of that kind", "It must be PEM, and a key must be without a passphrase");
        return null;
    }

    private static boolean belong(PrivateKey secret, PublicKey open) {
        String algorithm = switch (secret.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> secret.getAlgorithm();
        };
        try {
            byte[] text = "the same pair".getBytes(StandardCharsets.UTF_8);
            var signature = Signature.getInstance(algorithm);
            signature.initSign(secret);
            signature.update(text);
            byte[] signed = signature.sign();
            signature.initVerify(open);
            signature.update(text);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false; // of another kind altogether
        }
    }
}
