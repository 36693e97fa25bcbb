package co.caution.gateway;

import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.jackson.autoconfigure.JsonMapperBuilderCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpInputMessage;
import org.springframework.http.converter.HttpMessageConverter;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.servlet.mvc.method.annotation.RequestBodyAdviceAdapter;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.type.LogicalType;

/**
 * What a body must be before any handler sees it: the JSON object that its record says, with nothing else in it, nothing
 * twice, no number for a text, and every field that is not {@code @Nullable}. Handlers check only what values mean.
 */
@RestControllerAdvice
class StrictJson extends RequestBodyAdviceAdapter {

    @Override
    public boolean supports(MethodParameter parameter, Type type, Class<? extends HttpMessageConverter<?>> converter) {
        return parameter.getParameterType().isRecord();
    }

    @Override
    public Object afterBodyRead(@Nullable Object body, HttpInputMessage message, MethodParameter parameter, Type type,
            Class<? extends HttpMessageConverter<?>> converter) {
        if (body == null) {
            throw new IllegalRequestException("The body is null. " + takes(parameter.getParameterType()));
        }
        for (RecordComponent field : body.getClass().getRecordComponents()) {
            @Nullable Object value = value(body, field);
            if (missing(value) && !field.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
                throw new IllegalRequestException("'" + name(field) + "' is missing. " + takes(body.getClass()));
            }
            for (Object each : value instanceof Collection<?> list ? list : value == null ? List.of() : List.of(value)) {
                if (each == null) {
                    throw new IllegalRequestException("'" + name(field) + "' holds a null.");
                }
                if (each instanceof String text && !storable(text)) {
                    throw new IllegalRequestException("'" + name(field) + "' holds a character that no text may: NUL, or half of one.");
                }
            }
        }
        return body;
    }

    private static boolean missing(@Nullable Object value) {
        return value == null || value instanceof JsonNode node && (node.isNull() || node.isMissingNode());
    }

    /** Whether PostgreSQL and UTF-8 can hold it. */
    static boolean storable(String text) {
        return text.indexOf(0) < 0 && text.codePoints().noneMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    }

    private static @Nullable Object value(Object body, RecordComponent field) {
        try {
            var accessor = field.getAccessor();
            accessor.setAccessible(true); // requests are records of their controllers alone
            return accessor.invoke(body);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String name(RecordComponent field) {
        return PropertyNamingStrategies.SNAKE_CASE.nameForField(null, null, field.getName());
    }

    private static String takes(Class<?> type) {
        return "This call takes " + Arrays.stream(type.getRecordComponents()).map(StrictJson::name).collect(Collectors.joining(", ")) + ".";
    }

    /** What is wrong with a body, in words for whoever wrote it; empty where only the general ones fit. */
    static Optional<String> words(HttpMessageNotReadableException e) {
        if (e.getCause() instanceof UnrecognizedPropertyException unknown) {
            return Optional.of("There is no field '" + shown(unknown.getPropertyName()) + "' here." + (unknown.getReferringClass() != null
                    && unknown.getReferringClass().isRecord() ? " " + takes(unknown.getReferringClass()) : ""));
        } else if (e.getCause() instanceof MismatchedInputException mismatched && !mismatched.getPath().isEmpty()) {
            return Optional.of("'" + shown(path(mismatched)) + "' must be " + kind(mismatched.getTargetType()) + ".");
        } else if (e.getCause() instanceof StreamReadException || e.getCause() instanceof DatabindException && e.getCause().getCause() instanceof JacksonException) {
            var at = ((JacksonException) e.getCause()).getLocation();
            return Optional.of("The body is not valid JSON, names a field twice, or is nested too deeply"
                    + (at == null || at.getLineNr() < 1 ? "." : ": look at line " + at.getLineNr() + ", column " + at.getColumnNr() + "."));
        }
        return Optional.empty();
    }

    private static String path(MismatchedInputException e) {
        return e.getPath().stream()
                .map(step -> step.getPropertyName() == null ? "[" + step.getIndex() + "]" : step.getPropertyName())
                .collect(Collectors.joining("."));
    }

    private static String shown(String given) {
        return given.substring(0, Math.min(given.length(), 64)).replaceAll("[^\\p{L}\\p{N}\\p{P}\\p{S} ]", "");
    }

    private static String kind(@Nullable Class<?> type) {
        if (type == UUID.class) {
            return "a whole id (UUID)";
        } else if (type == Instant.class) {
            return "a time, such as 2026-01-02T03:04:05Z";
        } else if (type == Boolean.class || type == boolean.class) {
            return "true or false";
        } else if (type == null || type == String.class) {
            return "text";
        } else if (Number.class.isAssignableFrom(type) || type.isPrimitive()) {
            return "a whole number that is not too large";
        } else if (Collection.class.isAssignableFrom(type)) {
            return "a list";
        } else if (type.isEnum()) {
            return "one of " + Arrays.toString(type.getEnumConstants());
        }
        return "an object";
    }

    @Configuration(proxyBeanMethods = false)
    static class Reading {
        @Bean
        JsonMapperBuilderCustomizer strictReading() {
            return json -> {
                for (var type : List.of(LogicalType.Integer, LogicalType.Float, LogicalType.Boolean, LogicalType.OtherScalar, LogicalType.DateTime)) {
                    json.withCoercionConfig(type, blank -> blank.setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail)
                            .setAcceptBlankAsEmpty(false));
                }
                json.enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                    .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                    .withCoercionConfig(LogicalType.Textual, text -> text
                            .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail));
            };
        }
    }
}
