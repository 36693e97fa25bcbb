package co.caution.relay;

import co.caution.app.PlatformSettings;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.ssl.SslOptions;
import org.springframework.stereotype.Component;

/** The attestation doors speak TLS where the gateway does, with the same certificate, also after it was replaced. */
@Component
class DoorTls {

    /** The pair of files that the gateway serves. */
    private static final String BUNDLE = "gateway";
    private static final int BACKLOG = 64;

    private final SslBundles bundles;
    private final @Nullable SSLContext context;

    DoorTls(PlatformSettings settings, SslBundles bundles) throws GeneralSecurityException {
        this.bundles = bundles;
        if (!settings.tls()) {
            this.context = null;
            return;
        }
        var current = new CurrentKey(bundles.getBundle(BUNDLE));
        bundles.addBundleUpdateHandler(BUNDLE, current::follow);
        this.context = SSLContext.getInstance("TLS");
        context.init(new KeyManager[] {current}, null, null);
    }

    /** Bound, not started. */
    HttpServer server(InetSocketAddress address) throws IOException {
        if (context == null) {
            return HttpServer.create(address, BACKLOG);
        }
        SslOptions options = bundles.getBundle(BUNDLE).getOptions();
        var server = HttpsServer.create(address, BACKLOG);
        server.setHttpsConfigurator(new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters parameters) {
                var ssl = getSSLContext().getDefaultSSLParameters();
                ssl.setProtocols(options.getEnabledProtocols());
                ssl.setCipherSuites(options.getCiphers());
                parameters.setSSLParameters(ssl);
            }
        });
        return server;
    }

    /** An {@link SSLContext} keeps its key manager for life; this one asks for the newest pair at each handshake. */
    private static final class CurrentKey extends X509ExtendedKeyManager {

        private volatile X509ExtendedKeyManager newest;

        CurrentKey(SslBundle bundle) {
            this.newest = of(bundle);
        }

        void follow(SslBundle bundle) {
            newest = of(bundle);
        }

        private static X509ExtendedKeyManager of(SslBundle bundle) {
            return (X509ExtendedKeyManager) bundle.getManagers().getKeyManagers()[0];
        }

        @Override
        public @Nullable String chooseEngineServerAlias(String type, Principal @Nullable [] issuers, SSLEngine engine) {
            return newest.chooseEngineServerAlias(type, issuers, engine);
        }

        @Override
        public @Nullable String chooseServerAlias(String type, Principal @Nullable [] issuers, Socket socket) {
            return newest.chooseServerAlias(type, issuers, socket);
        }

        @Override
        public String @Nullable [] getServerAliases(String type, Principal @Nullable [] issuers) {
            return newest.getServerAliases(type, issuers);
        }

        @Override
        public X509Certificate @Nullable [] getCertificateChain(String alias) {
            return newest.getCertificateChain(alias);
        }

        @Override
        public @Nullable PrivateKey getPrivateKey(String alias) {
            return newest.getPrivateKey(alias);
        }

        @Override
        public String @Nullable [] getClientAliases(String type, Principal @Nullable [] issuers) {
            return null; // doors are never clients
        }

        @Override
        public @Nullable String chooseClientAlias(String[] types, Principal @Nullable [] issuers, Socket socket) {
            return null;
        }
    }
}
