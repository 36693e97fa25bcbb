package co.caution.gateway;

import java.io.IOException;
import java.util.UUID;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;

/**
 * What the HTTP server itself refuses, before any filter (a malformed address, a wrong Host): a problem detail, too,
 * instead of a page in HTML. Public because Tomcat makes it by name.
 */
public final class PlainErrorValve extends ErrorReportValve {

    @Override
    protected void report(Request request, Response response, Throwable throwable) {
        if (response.getStatus() < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        String id = response.getHeader(RequestIdFilter.HEADER);
        if (id == null) {
            id = UUID.randomUUID().toString();
            response.setHeader(RequestIdFilter.HEADER, id);
        }
        try {
            SafeHeaders.set(response);
            response.setContentType("application/problem+json");
            response.getReporter().write("{\"detail\":\"The request was refused before it was read: it is not valid HTTP.\","
                    + "\"request\":\"" + id + "\",\"status\":" + response.getStatus() + ",\"title\":\"" + title(response.getStatus()) + "\"}");
            response.finishResponse();
        } catch (IOException | IllegalStateException e) {
            // Whoever sent that is gone.
        }
    }

    private static String title(int status) {
        var known = HttpStatus.resolve(status);
        return known == null ? "Refused" : known.getReasonPhrase();
    }

    @Configuration(proxyBeanMethods = false)
    static class Registration {
        @Bean
        WebServerFactoryCustomizer<TomcatServletWebServerFactory> plainErrors() {
            return factory -> factory.addContextCustomizers(context ->
                    ((org.apache.catalina.core.StandardHost) context.getParent())
                            .setErrorReportValveClass(PlainErrorValve.class.getName()));
        }
    }
}
