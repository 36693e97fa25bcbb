package co.caution.gateway;

import co.caution.app.PlatformSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.stereotype.Component;

/** Gives Tomcat a place below the home; by itself it makes two in the system's, and leaves them there when it is killed. */
@Component
class TomcatDirectories implements WebServerFactoryCustomizer<TomcatServletWebServerFactory> {

    private final Path directory;

    TomcatDirectories(PlatformSettings settings) {
        this.directory = settings.home().resolve("tomcat");
    }

    @Override
    public void customize(TomcatServletWebServerFactory factory) {
        try {
            Path documents = Files.createDirectories(directory.resolve("documents"));
            factory.setBaseDirectory(directory.toFile());
            factory.setDocumentRoot(documents.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
