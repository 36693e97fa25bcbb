package co.caution.gateway;

import co.caution.app.PlatformSettings;
import co.caution.words.Api;
import java.io.IOException;
import java.net.URI;
import org.apache.catalina.connector.Connector;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.stereotype.Component;

/**
 * Calls of the API that come by no connection: Tomcat is handed them as if they had, so that all of its filters, permissions,
 * limits and handlers see them. Who calls stands in an attribute of the request, which nothing that comes in over HTTP
 * can set: there is no secret that could leak.
 */
@Component
class InMemoryApi implements Api, WebServerFactoryCustomizer<TomcatServletWebServerFactory> {

    /** The request attribute that holds the {@link Api.Caller}. */
    static final String CALLER = "caution.ssh-caller";

    private final URI server;
    private volatile @Nullable Connector connector;

    InMemoryApi(PlatformSettings settings) {
        this.server = URI.create(settings.publicUrl());
    }

    @Override
    public void customize(TomcatServletWebServerFactory factory) {
        factory.addConnectorCustomizers(made -> connector = made);
    }

    @Override
    public Answer call(Caller caller, Call call) throws IOException {
        var tomcat = connector;
        if (tomcat == null || !tomcat.getState().isAvailable()) {
            throw new IOException("the API is not served yet, or not any more");
        }
        var processor = new InMemoryProcessor(tomcat.getProtocolHandler().getAdapter(), call.body());
        var request = processor.getRequest();
        request.setAttribute(CALLER, caller);
        request.scheme().setString(server.getScheme());
        request.serverName().setString(server.getHost());
        request.setServerPort(server.getPort());
        if (caller.address() != null) {
            request.remoteAddr().setString(caller.address());
        }
        return processor.answer(call);
    }
}
