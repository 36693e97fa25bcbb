package co.caution.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/** Whom to believe that an https server is who it says. */
final class ServerTrust {

    private ServerTrust() {}

    /** A file with an authority's certificate, as PEM. */
    static String read(Path file) {
        try {
            String pem = Files.readString(file);
            if (!certificates(pem).isEmpty()) {
                return pem;
            }
        } catch (IOException e) {
            throw new CliException(Errors.USAGE, "The authority file " + file + " cannot be read (--ca).");
        } catch (CertificateException e) {
            // Said below.
        }
        throw new CliException(Errors.USAGE, "The file " + file + " holds no certificate in PEM (--ca).");
    }

    /** @param authority as PEM, and nobody else; without one, the authorities that this machine knows */
    static SSLContext of(Optional<String> authority) {
        try {
            if (authority.isEmpty()) {
                return SSLContext.getDefault();
            }
            var store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (Certificate certificate : certificates(authority.get())) {
                store.setCertificateEntry("authority-" + store.size(), certificate);
            }
            var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            return context(factory.getTrustManagers());
        } catch (GeneralSecurityException | IOException e) {
            throw new CliException("The authority kept for this server cannot be used: " + e.getMessage()
                    + ". Log in again with --ca FILE.");
        }
    }

    /**
     * Believes whoever holds the key of this very certificate, whatever it is named: for the operator on the server's own
     * machine, who reaches it as 127.0.0.1.
     *
     * @param file the server's own, first in its file
     */
    static SSLContext exactly(Path file) {
        try {
            var expected = certificates(Files.readString(file)).iterator().next();
            return context(new TrustManager[] {new Exactly((X509Certificate) expected)});
        } catch (GeneralSecurityException | IOException e) {
            throw new CliException("The server's certificate " + file + " cannot be read: " + e.getMessage());
        }
    }

    private static SSLContext context(TrustManager[] managers) throws GeneralSecurityException {
        var context = SSLContext.getInstance("TLS");
        context.init(null, managers, null);
        return context;
    }

    private static Collection<? extends Certificate> certificates(String pem) throws CertificateException {
        return CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8)));
    }

    /** Extended, so that no name is checked beside it: the certificate itself was named. */
    private static final class Exactly extends X509ExtendedTrustManager {

        private final X509Certificate expected;

        Exactly(X509Certificate expected) {
            this.expected = expected;
        }

        private void check(X509Certificate[] chain) throws CertificateException {
            if (!chain[0].equals(expected)) {
                throw new CertificateException("another certificate than the one in the server's file");
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
            check(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
            throw new CertificateException("this is a client");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
            throw new CertificateException("this is a client");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
            throw new CertificateException("this is a client");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
