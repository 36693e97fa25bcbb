package co.caution;

import co.caution.project.Suggestion;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.OriginLookup;
import org.springframework.boot.origin.PropertySourceOrigin;
import org.springframework.boot.origin.TextResourceOrigin;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** Collects everything that is wrong, each with the name under which the user gave it. */
final class ConfigurationReport {

    /** Variables of the command line, the launcher and the tests, which set no property. */
    static final Set<String> NOT_PROPERTIES = Set.of("CAUTION_APP_PORTS", "CAUTION_APT_SOURCES", "CAUTION_CA", "CAUTION_CONFIG", "CAUTION_DEBUG",
            "CAUTION_ENCLAVEOS_CACHE", "CAUTION_JAVA_HOME", "CAUTION_LAUNCHER",
            "CAUTION_MAVEN_HOME", "CAUTION_SERVER", "CAUTION_TERMINAL", "CAUTION_TOKEN", "CAUTION_VECTORS",
            "CAUTION_WORKDIR");

    private final ConfigurableEnvironment environment;
    private final ConfigurationSources sources;
    private final List<ConfigurationProblem> problems = new ArrayList<>();

    ConfigurationReport(ConfigurableEnvironment environment, ConfigurationSources sources) {
        this.environment = environment;
        this.sources = sources;
    }

    void throwIfAny() {
        if (!problems.isEmpty()) {
            throw new ConfigurationException(problems);
        }
    }

    /** @param property whose value is wrong; said once, however many rules it breaks */
    void error(String property, String wrong, String remedy) {
        add(property, wrong, remedy, false);
    }

    /** What may be different the next time: the machine is not ready, the configuration may be right. */
    void notReady(String property, String wrong, String remedy) {
        add(property, wrong, remedy, true);
    }

    void file(Path file, String why) {
        problems.add(new ConfigurationProblem("--config", null, file.toString(), why, "Name a file of caution.* properties", false));
    }

    private void add(String property, String wrong, String remedy, boolean passing) {
        if (problems.stream().anyMatch(problem -> problem.property().equals(property))) {
            return;
        }
        var name = ConfigurationPropertyName.adapt(property, '.');
        for (var source : ConfigurationPropertySources.get(environment)) {
            var found = source.getConfigurationProperty(name);
            if (found != null) {
                boolean secret = ConfigurationProperty.all().stream().anyMatch(p -> p.name().equals(property) && p.secret());
                problems.add(new ConfigurationProblem(property, source(property, found.getOrigin()),
                        secret ? null : shown(found.getValue()), wrong, remedy, passing));
                return;
            }
        }
        problems.add(new ConfigurationProblem(property, null, null, wrong, remedy, passing));
    }

    /** A URL may carry a password: in front of the host, or as a parameter. One with an @ or ? in it is hidden with the rest. */
    private static String shown(Object value) {
        String text = value.toString();
        boolean clear = !text.contains("@") || text.matches("(?s)[^@?]*//[^/@?]*@[^@?]*(\\?[^@]*)?");
        return clear ? text.replaceAll("//[^/@]*@", "//…@").replaceAll("(?s)\\?.*", "?…") : text.replaceAll("(?s)//.*", "//…");
    }

    private @Nullable String source(String property, @Nullable Origin origin) {
        return switch (origin) {
            case TextResourceOrigin text when text.getLocation() != null ->
                sources.file() + ":" + (text.getLocation().getLine() + 1);
            case PropertySourceOrigin found -> switch (found.getPropertySource().getName()) {
                case "command line" -> given(sources.options(), property);
                case "aliases" -> given(sources.environment(), property);
                case "defaults" -> given(sources.defaults(), property);
                case "file" -> source(property, found.getOrigin());
                default -> found.getPropertyName();
            };
            case null, default -> null;
        };
    }

    private static @Nullable String given(List<ConfigurationSources.Setting> settings, String property) {
        return settings.stream().filter(setting -> setting.property().equals(property))
                .map(ConfigurationSources.Setting::source).findFirst().orElse(null);
    }

    /** A name with a slip in it would otherwise be a setting that does nothing, in silence. */
    void unknown(List<ConfigurationProperty> known) {
        var variables = new HashSet<>(NOT_PROPERTIES);
        var names = new ArrayList<String>();
        for (var property : known) {
            names.add(property.name());
            variables.add(property.variable());
            variables.add(property.name().toUpperCase(Locale.ROOT).replace('.', '_').replace("-", ""));
        }
        var plain = new HashSet<String>();
        names.forEach(name -> plain.add(plain(name)));
        for (PropertySource<?> source : environment.getPropertySources()) {
            if (source instanceof SystemEnvironmentPropertySource system) {
                names(system).filter(name -> name.startsWith("CAUTION_") && !variables.contains(name))
                        .forEach(name -> unknown(name, known.stream().map(ConfigurationProperty::variable).toList(), null));
            } else if (source instanceof EnumerablePropertySource<?> enumerable) {
                boolean file = source.getName().equals("file") || source instanceof OriginLookup<?>;
                names(enumerable).filter(name -> (file || name.startsWith("caution.")) && !plain.contains(plain(name)))
                        .forEach(name -> unknown(name, names, origin(source, name)));
            }
        }
    }

    private @Nullable String origin(PropertySource<?> source, String name) {
        return source(name, OriginLookup.getOrigin(source, name));
    }

    private void unknown(String name, List<String> known, @Nullable String source) {
        problems.add(new ConfigurationProblem(name, source, null, "there is no such property",
                Suggestion.nearest(name, known).map(near -> "Did you mean " + near + "?")
                        .orElse("Remove it"), false));
    }

    private static Stream<String> names(EnumerablePropertySource<?> source) {
        return Stream.of(source.getPropertyNames());
    }

    private static String plain(String name) {
        return name.replaceAll("\\[\\d+]$", "").replaceAll("[-_]", "").toLowerCase(Locale.ROOT);
    }
}
