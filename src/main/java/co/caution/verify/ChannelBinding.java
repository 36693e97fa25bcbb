package co.caution.verify;

import co.caution.packages.Sha256;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * The key under which an enclave serves its app's port with TLS, as evidence names it. The key was made inside the enclave
 * at its start and never leaves it, so whoever shows it <em>is</em> that enclave: no certificate authority, name or date
 * says anything beside it.
 *
 * @param spkiSha256 SHA-256 of the DER SubjectPublicKeyInfo (RFC 5280, 4.1.2.7), 64 lower-case hexadecimal digits
 */
public record ChannelBinding(String spkiSha256) {

    static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final String TLS = "TLSv1.3";

    public ChannelBinding {
        if (!spkiSha256.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("'" + spkiSha256 + "' is not the SHA-256 of a key");
        }
    }

    /** As far as the bindings name a key: an app without ports has no channel, an older EnclaveOS serves none. */
    static Optional<ChannelBinding> in(Bindings bindings) {
        String tls = bindings.bound().path("tls").asString("");
        return tls.matches("[0-9a-f]{64}") ? Optional.of(new ChannelBinding(tls)) : Optional.empty();
    }

    public boolean isKeyOf(X509Certificate certificate) {
        return spkiOf(certificate).equals(spkiSha256);
    }

    /**
     * For a client that wants to talk to this enclave and to nobody else: its handshakes fail with any other key. Host names
     * and dates of certificates are not looked at, whatever the client asks for.
     */
    public SSLContext context() {
        return context(new Believing() {
            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
                if (!isKeyOf(chain[0])) {
                    throw new CertificateException("the key " + spkiOf(chain[0]) + " is not the enclave's " + spkiSha256);
                }
            }
        });
    }

    /**
     * A connection whose other end holds the key; before that was shown, nothing was sent.
     *
     * @throws SSLException when who answers holds another one
     */
    public SSLSocket connect(String host, int port) throws IOException {
        return connect(context(), host, port);
    }

    /** All of it within {@link #PATIENCE}: who answers may send a byte now and then, and never come to an end. */
    static SSLSocket connect(SSLContext context, String host, int port) throws IOException {
        int millis = Math.toIntExact(PATIENCE.toMillis());
        var plain = new Socket();
        var late = new AtomicBoolean();
        var done = new CountDownLatch(1);
        Thread.ofVirtual().name("handshake-limit").start(() -> closeUnless(done, late, plain));
        try {
            plain.connect(new InetSocketAddress(host, port), millis);
            plain.setTcpNoDelay(true);
            plain.setKeepAlive(true);
            plain.setSoTimeout(millis);
            var tls = (SSLSocket) context.getSocketFactory().createSocket(plain, host, port, true);
            tls.startHandshake(); // in TLS 1.3 it ends only for who holds the key
            tls.setSoTimeout(0);
            return tls;
        } catch (IOException | RuntimeException e) {
            plain.close();
            if (late.get()) {
                throw new SocketTimeoutException("no handshake within " + PATIENCE.toSeconds() + " s");
            }
            throw e;
        } finally {
            done.countDown();
        }
    }

    private static void closeUnless(CountDownLatch done, AtomicBoolean late, Socket socket) {
        try {
            if (!done.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                late.set(true);
                socket.close();
            }
        } catch (InterruptedException | IOException e) {
            // Nobody interrupts it, and what cannot be closed is closed.
        }
    }

    static SSLContext context(TrustManager whom) {
        try {
            var context = SSLContext.getInstance(TLS);
            context.init(null, new TrustManager[] {whom}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // every JDK has TLS 1.3
        }
    }

    static String spkiOf(X509Certificate certificate) {
        return Sha256.of(certificate.getPublicKey().getEncoded());
    }

    /** One decision for all of the ways in which it may be asked for; the handshake itself proves that the key is held. */
    abstract static class Believing extends X509ExtendedTrustManager {

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
            require(((SSLSocket) socket).getHandshakeSession());
            checkServerTrusted(chain, type);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
            require(engine.getHandshakeSession());
            checkServerTrusted(chain, type);
        }

        /** A context for TLS 1.3 makes clients that offer TLS 1.2, too; an enclave never takes that up. */
        private static void require(SSLSession session) throws CertificateException {
            if (!session.getProtocol().equals(TLS)) {
                throw new CertificateException("an enclave speaks " + TLS + ", not " + session.getProtocol());
            }
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
            throw new CertificateException("this is a client's");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
            checkClientTrusted(chain, type);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
            checkClientTrusted(chain, type);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
