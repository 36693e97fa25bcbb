package co.caution.gateway;

import java.lang.reflect.AnnotatedType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.PropertyNamingStrategy;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * JSON Schema (2020-12) of the records that requests and answers are. What is not {@code @Nullable} is required; a request
 * has no other fields, an answer may get more.
 */
final class OpenApiSchemas {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final PropertyNamingStrategy SNAKE_CASE = PropertyNamingStrategies.SNAKE_CASE;

    private final Map<String, ObjectNode> components = new TreeMap<>();
    private final Map<String, Type> named = new HashMap<>();

    ObjectNode components() {
        ObjectNode all = JSON.objectNode();
        components.forEach(all::set);
        return all;
    }

    ObjectNode of(Type type, boolean request) {
        ObjectNode schema = JSON.objectNode();
        if (type == String.class) {
            return schema.put("type", "string");
        } else if (type == UUID.class) {
            return schema.put("type", "string").put("format", "uuid");
        } else if (type == Instant.class) {
            return schema.put("type", "string").put("format", "date-time");
        } else if (type == boolean.class || type == Boolean.class) {
            return schema.put("type", "boolean");
        } else if (type == int.class || type == Integer.class) {
            return schema.put("type", "integer").put("format", "int32");
        } else if (type == long.class || type == Long.class) {
            return schema.put("type", "integer").put("format", "int64");
        } else if (type instanceof ParameterizedType generic && generic.getRawType() instanceof Class<?> raw) {
            Type last = generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1];
            if (Collection.class.isAssignableFrom(raw)) {
                return schema.put("type", "array").set("items", of(last, request));
            } else if (Map.class.isAssignableFrom(raw)) {
                return schema.put("type", "object").set("additionalProperties", of(last, request));
            }
        } else if (type instanceof Class<?> c && c.isEnum()) {
            schema.put("type", "string");
            Arrays.stream(c.getEnumConstants()).forEach(value -> schema.withArray("enum").add(value.toString()));
            return schema;
        } else if (type instanceof Class<?> c && JsonNode.class.isAssignableFrom(c)) {
            return schema.put("type", "object");
        } else if (type instanceof Class<?> c && c.isRecord()) {
            return schema.put("$ref", "#/components/schemas/" + component(c, request));
        }
        throw new AssertionError("OpenApiSchemas does not know " + type + "; requests and answers are records");
    }

    private String component(Class<?> type, boolean request) {
        String name = name(type);
        Type before = named.putIfAbsent(name, type);
        if (before != null && before != type) {
            throw new AssertionError(type + " and " + before + " would both be called " + name);
        }
        if (before == null) {
            ObjectNode schema = JSON.objectNode().put("type", "object");
            components.put(name, schema);
            ObjectNode properties = schema.putObject("properties");
            var required = JSON.arrayNode();
            for (RecordComponent field : type.getRecordComponents()) {
                String called = snakeCase(field.getName());
                ObjectNode of = of(field.getGenericType(), request);
                OpenApiLimits.put(name, called, of);
                properties.set(called, of);
                if (!nullable(field.getAnnotatedType())) {
                    required.add(called);
                }
            }
            if (!required.isEmpty()) {
                schema.set("required", required);
            }
            if (request) {
                schema.put("additionalProperties", false);
            }
        }
        return name;
    }

    private static boolean nullable(AnnotatedType type) {
        return type.isAnnotationPresent(Nullable.class);
    }

    static String snakeCase(String name) {
        return SNAKE_CASE.nameForField(null, null, name);
    }

    /** The record's own name where it says enough, else its controller's before it. */
    private static String name(Class<?> type) {
        String own = type.getSimpleName().replaceAll("View$", "");
        if (type.getEnclosingClass() == null) {
            return own;
        }
        String room = type.getEnclosingClass().getSimpleName().replaceAll("(Controller|s)$", "");
        return own.toLowerCase(Locale.ROOT).contains(room.toLowerCase(Locale.ROOT)) ? own : room + own;
    }

    /** An example of what fits a schema: examples of answers, which nobody has to write. */
    JsonNode example(JsonNode schema, String field) {
        if (schema.has("$ref")) {
            return example(components.get(schema.path("$ref").asString().replaceAll(".*/", "")), field);
        } else if (schema.has("examples")) {
            return schema.path("examples").get(0);
        } else if (schema.has("enum")) {
            return schema.path("enum").get(0);
        }
        return switch (schema.path("type").asString("object")) {
            case "object" -> {
                ObjectNode example = JSON.objectNode();
                schema.path("properties").properties().forEach(each -> example.set(each.getKey(), example(each.getValue(), each.getKey())));
                yield example;
            }
            case "array" -> JSON.arrayNode().add(example(schema.path("items"), field));
            case "boolean" -> JSON.booleanNode(true);
            case "integer" -> JSON.numberNode(1);
            default -> JSON.stringNode(switch (schema.path("format").asString("")) {
                case "uuid" -> ApiSeed.ANY_ID;
                case "date-time" -> "2026-01-02T03:04:05Z";
                default -> OpenApiLimits.EXAMPLES.getOrDefault(field, field);
            });
        };
    }
}
