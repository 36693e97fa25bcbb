package co.caution;

import co.caution.enclaveos.EnclaveOsRelease;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.PropertiesPropertySourceLoader;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.FileSystemResource;

/**
 * The service's configuration, read from everywhere and found to be sound. The order, the strongest first: command line,
 * environment, the file that {@code --config} names, defaults. Nothing is read from the directory that the service happens
 * to be started in: that may be a stranger's.
 */
public final class Configuration {

    private static final String ENVIRONMENT = StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME;

    private final ConfigurableEnvironment environment;
    private final CautionProperties properties;

    private Configuration(ConfigurableEnvironment environment, CautionProperties properties) {
        this.environment = environment;
        this.properties = properties;
    }

    /** @throws ConfigurationException naming everything that is wrong */
    public static Configuration read(ConfigurationSources sources) {
        return read(sources, null);
    }

    /** @param variables the process's environment; null for the real one */
    static Configuration read(ConfigurationSources sources, @Nullable Map<String, Object> variables) {
        return read(sources, variables, true);
    }

    /** For work on the home of a service that does not run: nothing needs to be free, and nothing installed. */
    static CautionProperties atRest(ConfigurationSources sources) {
        return read(sources, null, false).properties;
    }

    private static Configuration read(
            ConfigurationSources sources, @Nullable Map<String, Object> variables, boolean toStart) {
        var environment = new StandardEnvironment();
        var all = environment.getPropertySources();
        if (variables != null) {
            all.replace(ENVIRONMENT, new SystemEnvironmentPropertySource(ENVIRONMENT, variables));
        }
        var report = new ConfigurationReport(environment, sources);
        all.addFirst(map("command line", sources.options()));
        all.addAfter(ENVIRONMENT, map("aliases", sources.environment()));
        if (sources.file() != null) {
            all.addAfter("aliases", file(sources.file(), report));
        }
        all.addLast(map("defaults", sources.defaults()));
        ConfigurationPropertySources.attach(environment);
        var properties = bind(environment, report);
        if (properties != null && toStart) {
            ConfigurationCheck.check(properties, report);
        }
        report.throwIfAny();
        return new Configuration(environment, Objects.requireNonNull(properties));
    }

    /** Each property by itself first, so that one that is wrong does not hide the next. */
    private static @Nullable CautionProperties bind(ConfigurableEnvironment environment, ConfigurationReport report) {
        var known = ConfigurationProperty.all();
        report.unknown(known);
        var binder = Binder.get(environment);
        var placeholders = new HashMap<String, Object>();
        for (var property : known) {
            try {
                var bound = binder.bind(property.name(), Bindable.of(property.type()));
                if (property.required() && !bound.isBound()) {
                    report.error(property.name(), "it is not set", "Set it to " + property.allowed());
                    return null;
                }
            } catch (BindException e) {
                report.error(property.name(), "that is not allowed", "It must be " + property.allowed());
                if (property.defaultValue() == null && property.required()) {
                    return null;
                }
                placeholders.put(property.name(), property.defaultValue() == null ? "" : property.defaultValue());
            }
        }
        environment.getPropertySources().addFirst(new MapPropertySource("instead of what is wrong", placeholders));
        try {
            return Binder.get(environment).bindOrCreate("caution", CautionProperties.class);
        } catch (BindException e) {
            report.error(e.getName().toString(), innermost(e), "See docs/reference/configuration.md");
            return null;
        } finally {
            environment.getPropertySources().remove("instead of what is wrong");
        }
    }

    private static String innermost(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }

    private static MapPropertySource map(String name, List<ConfigurationSources.Setting> settings) {
        var map = new LinkedHashMap<String, Object>();
        settings.forEach(setting -> map.put(setting.property(), setting.value()));
        return new MapPropertySource(name, map);
    }

    private static PropertySource<?> file(Path file, ConfigurationReport report) {
        try {
            if (!Files.isReadable(file)) {
                throw new IOException("it cannot be read");
            }
            return new PropertiesPropertySourceLoader().load("file", new FileSystemResource(file)).stream()
                    .findFirst()
                    .<PropertySource<?>>map(source -> source)
                    .orElse(new MapPropertySource("file", Map.of()));
        } catch (IOException | IllegalArgumentException | IllegalStateException e) {
            report.file(file, e.getMessage());
            return new MapPropertySource("file", Map.of());
        }
    }

    ConfigurableEnvironment environment() {
        return environment;
    }

    CautionProperties properties() {
        return properties;
    }

    public Path home() {
        return properties.home().toAbsolutePath();
    }

    public Path cache() {
        return properties.cache().toAbsolutePath();
    }

    public String host() {
        return properties.host();
    }

    public int sshPort() {
        return properties.sshPort();
    }

    /** Whether somebody reads what is printed; otherwise everything there is to say goes to the log. */
    public boolean forPeople() {
        return properties.log().format() == CautionProperties.Log.Format.TEXT;
    }

    /** The API's address. */
    public String server() {
        return PublicAddress.of(properties);
    }

    /** Starts the service and returns when it takes pushes. */
    public ConfigurableApplicationContext start(EnclaveOsRelease enclaveOs) {
        return CautionServer.start(enclaveOs, this);
    }
}
