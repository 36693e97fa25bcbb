package co.caution.e2e;

import co.caution.CautionServer;
import co.caution.cli.EnclaveOs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextClosedEvent;

/** A whole service in this process. */
final class Platform implements AutoCloseable {

    final Site site;
    private final ConfigurableApplicationContext context;

    Platform(Path home) throws IOException, InterruptedException {
        this(home, Map.of());
    }

    /** @param more settings, by property name */
    Platform(Path home, Map<String, Object> more) throws IOException, InterruptedException {
        this(Site.of(home, Site.userCache()), more);
    }

    /** @param more settings than the site's */
    Platform(Site site, Map<String, Object> more) throws IOException, InterruptedException {
        Site.requirePrerequisites();
        this.site = site;
        var settings = new HashMap<>(site.settings());
        settings.putAll(more);
        context = CautionServer.start(EnclaveOs.ready(site.cache()), settings);
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    <T> T bean(String name, Class<T> type) {
        return context.getBean(name, type);
    }

    <T> Collection<T> beans(Class<T> type) {
        return context.getBeansOfType(type).values();
    }

    /** Called as the service begins to stop, while everything still runs. */
    void onClose(ApplicationListener<ContextClosedEvent> listener) {
        context.addApplicationListener(listener);
    }

    @Override
    public void close() {
        context.close();
    }
}
