package co.caution;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where settings come from besides the environment, the strongest first: command line, environment, file, defaults.
 *
 * @param options from the command line
 * @param environment variables that are not named after a property
 * @param file of {@code caution.*} properties
 * @param defaults that depend on the user, such as directories below theirs
 */
public record ConfigurationSources(
        List<Setting> options, List<Setting> environment, @Nullable Path file, List<Setting> defaults) {

    /**
     * @param property as {@code caution.http-port}
     * @param source what the user wrote it as, such as {@code --http-port}
     */
    public record Setting(String property, String value, String source) {}

    public ConfigurationSources {
        options = List.copyOf(options);
        environment = List.copyOf(environment);
        defaults = List.copyOf(defaults);
    }

    /** Settings by property name, as if from the command line. */
    static ConfigurationSources of(Map<String, Object> settings) {
        var options = new ArrayList<Setting>();
        settings.forEach((name, value) -> options.add(new Setting(name, value.toString(), name)));
        return new ConfigurationSources(options, List.of(), null, List.of());
    }
}
