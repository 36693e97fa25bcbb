package co.caution.verify;

import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.HexFormat;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A TLS server with a key of its own and a certificate that nobody signed: what an enclave's channel looks like. */
public final class KeyHolder implements AutoCloseable {

    /** What it does with whoever is connected. */
    @FunctionalInterface
    public interface Service {
        void serve(SSLSocket client) throws IOException;
    }

    private final String spki;
    private final Service service;
    private final SSLServerSocket listener;

    /** @param protocol the only version that it speaks */
    public KeyHolder(String protocol) throws Exception {
        this(protocol, client -> client.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII)));
    }

    public KeyHolder(String protocol, Service service) throws Exception {
        this.service = service;
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        KeyPair keys = generator.generateKeyPair();
        var name = new X500Name("CN=nobody's name");
        Certificate certificate = new JcaX509CertificateConverter().getCertificate(new JcaX509v3CertificateBuilder(
                        name, BigInteger.ONE, Date.from(Instant.EPOCH), Date.from(Instant.EPOCH.plusSeconds(1)), name, keys.getPublic())
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
        spki = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(keys.getPublic().getEncoded()));
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("key", keys.getPrivate(), new char[0], new Certificate[] {certificate});
        var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(store, new char[0]);
        var context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        listener = (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0, 256, InetAddress.getByName("127.0.0.1"));
        listener.setEnabledProtocols(new String[] {protocol});
        Thread.ofPlatform().daemon().start(this::serve);
    }

    /** SHA-256 of its key. */
    public String spki() {
        return spki;
    }

    public int port() {
        return listener.getLocalPort();
    }

    private void serve() {
        while (!listener.isClosed()) {
            try {
                var client = (SSLSocket) listener.accept();
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException e) {
                // closed
            }
        }
    }

    private void serve(SSLSocket client) {
        try (client) {
            client.startHandshake();
            service.serve(client);
        } catch (IOException e) {
            // refused, or cut off
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
