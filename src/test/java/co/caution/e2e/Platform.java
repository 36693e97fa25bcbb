package co.caution.e2e;

import co.caution.CautionServer;
import co.caution.cli.EnclaveOs;
import java.io.IOException;
import java.nio.file.Path;
import org.springframework.context.ConfigurableApplicationContext;

/** A whole service in this process. */
final class Platform implements AutoCloseable {

    final Site site;
    private final ConfigurableApplicationContext context;

    Platform(Path home) throws IOException, InterruptedException {
        Site.requirePrerequisites();
        site = Site.of(home, Site.userCache());
        context = CautionServer.start(EnclaveOs.ready(site.cache()), site.settings());
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    @Override
    public void close() {
        context.close();
    }
}
