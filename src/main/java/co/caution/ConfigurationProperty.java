package co.caution;

import java.lang.reflect.Parameter;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.core.ResolvableType;
import org.springframework.util.unit.DataSize;

/**
 * One property that there is, as the records of {@link CautionProperties} declare it.
 *
 * @param name as {@code caution.http-port}
 * @param defaultValue as somebody would write it; null when there is none
 */
record ConfigurationProperty(String name, ResolvableType type, @Nullable String defaultValue, boolean required) {

    private static final List<String> SECRETS = List.of("password", "passphrase", "secret", "token");

    static List<ConfigurationProperty> all() {
        var all = new ArrayList<ConfigurationProperty>();
        collect("caution", CautionProperties.class, all);
        return all;
    }

    private static void collect(String prefix, Class<?> record, List<ConfigurationProperty> all) {
        RecordComponent[] components = record.getRecordComponents();
        for (int i = 0; i < components.length; i++) {
            String name = prefix + "." + components[i].getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
            Class<?> type = components[i].getType();
            if (type.isRecord() && type.getNestHost() == CautionProperties.class) {
                collect(name, type, all);
            } else {
                boolean optional = components[i].getAnnotatedType().isAnnotationPresent(Nullable.class);
                var value = parameters(record)[i].getAnnotation(DefaultValue.class);
                all.add(new ConfigurationProperty(name, ResolvableType.forType(components[i].getGenericType()),
                        value == null ? null : String.join(",", value.value()), value == null && !optional));
            }
        }
    }

    /** Of the canonical constructor: {@code @DefaultValue} is on parameters, never on components. */
    private static Parameter[] parameters(Class<?> record) {
        return Arrays.stream(record.getDeclaredConstructors())
                .filter(constructor -> constructor.getParameterCount() == record.getRecordComponents().length)
                .findFirst()
                .orElseThrow()
                .getParameters();
    }

    /** The variable that sets it. */
    String variable() {
        return name.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    /** Whether its value is shown nowhere. */
    boolean secret() {
        return SECRETS.stream().anyMatch(secret -> name.endsWith("." + secret) || name.endsWith("-" + secret));
    }

    /** Its type, for the table and for sentences that say what a value is not. */
    String kind() {
        Class<?> raw = type.toClass();
        if (raw == int.class || raw == long.class || raw == Integer.class || raw == Long.class) {
            return "a number";
        }
        if (raw == boolean.class || raw == Boolean.class) {
            return "true or false";
        }
        if (raw == Duration.class) {
            return "a duration";
        }
        if (raw == DataSize.class) {
            return "a size";
        }
        if (raw == Path.class) {
            return "a path";
        }
        if (raw.isEnum()) {
            return Arrays.stream(raw.getEnumConstants()).map(value -> value.toString().toLowerCase(Locale.ROOT))
                    .collect(Collectors.joining(", "));
        }
        if (raw == List.class) {
            return "texts with commas between";
        }
        return raw == String.class ? "text" : raw.getSimpleName();
    }

    /** The same with an example where the unit is part of the value. */
    String allowed() {
        Class<?> raw = type.toClass();
        return raw == Duration.class
                ? "a duration, such as 30s, 5m or 1h"
                : raw == DataSize.class
                        ? "a size, such as 512KB, 64MB or 4GB"
                        : raw.isEnum() ? "one of " + kind() : kind();
    }
}
