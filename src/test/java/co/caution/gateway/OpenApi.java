package co.caution.gateway;

import co.caution.gateway.ApiPage.Section;
import co.caution.gateway.Routes.Proof;
import co.caution.gateway.Routes.Route;
import co.caution.paging.PageRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.io.Resource;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.util.ClassUtils;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.ValueConstants;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes the API down in OpenAPI 3.1: who may from {@link Routes}, parameters and bodies from the handlers and their records,
 * words, errors and examples from {@link ApiPage}. Nothing of it runs in the service, which serves the file.
 */
final class OpenApi {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final JsonMapper MAPPER = new JsonMapper();
    static final String JSON_TYPE = "application/json";
    static final String PROBLEM_TYPE = "application/problem+json";

    private final ApiPage page = new ApiPage();
    private final OpenApiSchemas schemas = new OpenApiSchemas();
    private final Map<String, Method> handlers = handlers();

    OpenApi() throws IOException {}

    ObjectNode document() {
        ObjectNode document = JSON.objectNode().put("openapi", "3.1.1");
        document.putObject("info").put("title", "Caution")
                .put("version", version())
                .put("summary", "Verifiable compute: git push, reproducible enclave image, attested enclave")
                .put("description", "The same in prose, with a curl command for each call, is docs/reference/api.md. Every answer carries"
                        + " its request's id as x-request-id; errors are problem details (RFC 9457).")
                .putObject("license").put("name", "AGPL-3.0-only").put("identifier", "AGPL-3.0-only");
        document.putArray("servers").addObject().put("url", "/").put("description", "The service that this document came from");
        ObjectNode paths = document.putObject("paths");
        var tags = new TreeSet<String>();
        for (Route route : Routes.ALL) {
            ObjectNode operation = operation(route);
            tags.add(operation.path("tags").get(0).asString());
            paths.withObjectProperty(route.pattern()).set(route.method().name().toLowerCase(Locale.ROOT), operation);
        }
        ArrayNode tagged = document.putArray("tags");
        tags.forEach(tag -> tagged.addObject().put("name", tag));
        ObjectNode components = document.putObject("components");
        components.set("schemas", schemas.components());
        OpenApiFixed.components(components);
        return document;
    }

    private ObjectNode operation(Route route) {
        String method = route.method().name();
        Section section = page.of(method, route.pattern());
        @Nullable Method handler = handlers.get(method + " " + route.pattern());
        ObjectNode operation = JSON.objectNode();
        operation.put("operationId", operationId(route));
        operation.putArray("tags").add(tag(route));
        operation.put("summary", section.summary());
        operation.put("description", section.text());
        access(route, operation);
        parameters(route, handler, section, operation);
        boolean body = handler != null && requestBody(handler, route, section, operation);
        answers(route, handler, section, operation, body);
        return operation;
    }

    /** From method and path alone, which are the contract: {@code GET /api/apps/{app}/builds} is {@code getAppBuilds}. */
    static String operationId(Route route) {
        var id = new StringBuilder(route.method().name().toLowerCase(Locale.ROOT));
        String[] parts = route.pattern().replaceFirst("^/api", "").split("/");
        for (int i = 1; i < parts.length; i++) {
            if (!parts[i].startsWith("{")) {
                boolean one = i + 1 < parts.length && parts[i + 1].startsWith("{");
                String word = one ? parts[i].replaceFirst("(?<!o)s$", "") : parts[i];
                Pattern.compile("[a-z0-9]+").matcher(word).results()
                        .forEach(found -> id.append(Character.toUpperCase(found.group().charAt(0))).append(found.group().substring(1)));
            }
        }
        return id + (tag(route).equals("pages") && !route.pattern().contains("{") ? "Page" : "");
    }

    private static String tag(Route route) {
        String pattern = route.pattern();
        if (!pattern.startsWith("/api/")) {
            return pattern.startsWith("/.well-known/") ? "verifying" : pattern.matches("/(health|metrics).*") ? "operating" : "pages";
        }
        List<String> words = Arrays.stream(pattern.split("/")).skip(2).filter(word -> !word.startsWith("{")).toList();
        // What lies below an app is a thing of its own; all else goes by its first word.
        String word = words.getFirst().equals("apps") && words.size() > 1 ? words.get(1) : words.getFirst();
        return switch (word) {
            case "attestation", "trust-root" -> "verifying";
            case "admin", "openapi.json" -> "operating";
            default -> word;
        };
    }

    private static void access(Route route, ObjectNode operation) {
        ArrayNode security = operation.putArray("security");
        switch (route.access()) {
            case Access.Anyone _ -> {}
            case Access.Operator _ -> security.addObject().putArray("operator");
            case Access.Monitor _ -> {
                security.addObject().putArray("metrics");
                security.addObject().putArray("operator");
            }
            case Access.Oneself _, Access.Within _, Access.Wherever _ -> {
                security.addObject().putArray("token");
                ObjectNode session = security.addObject(); // both
                session.putArray("session");
                session.putArray("page");
            }
        }
        operation.put("x-permission", PermissionsReferenceTest.words(route.access()).replace("`", ""));
        if (!route.access().scopes().isEmpty()) {
            ArrayNode scopes = operation.putArray("x-scopes");
            route.access().scopes().stream().sorted().forEach(scope -> scopes.add(scope.word()));
        }
        if (route.proof() != Proof.NONE) {
            operation.put("x-fresh-proof", true);
        }
    }

    private void parameters(Route route, @Nullable Method handler, Section section, ObjectNode operation) {
        ArrayNode parameters = JSON.arrayNode();
        var path = Pattern.compile("\\{([^}]*)}").matcher(route.pattern());
        var example = section.example();
        var values = example == null ? null : Pattern.compile(route.pattern().replaceAll("\\{[^}]*}", "([^/]+)")).matcher(example.path());
        while (path.find()) {
            String name = path.group(1);
            ObjectNode parameter = parameters.addObject().put("name", name).put("in", "path").put("required", true);
            parameter.set("schema", OpenApiFixed.pathVariable(name, handler == null ? String.class : pathType(handler, name), schemas));
            if (values != null && (values.hitEnd() || values.matches())) {
                parameter.put("example", values.group(parameters.size()));
                if (parameter.path("schema").path("type").asString().equals("integer")) {
                    parameter.put("example", Integer.parseInt(values.group(parameters.size())));
                }
            }
        }
        if (route.pattern().startsWith("/api/apps/{app}")
                || route.access() instanceof Access.Within within && within.subject() != Access.Subject.ORGANIZATION) {
            parameters.addObject().put("$ref", "#/components/parameters/Organization");
        }
        for (Parameter given : handler == null ? new Parameter[0] : handler.getParameters()) {
            var query = AnnotatedElementUtils.findMergedAnnotation(given, RequestParam.class);
            var header = AnnotatedElementUtils.findMergedAnnotation(given, RequestHeader.class);
            if (query != null) {
                String name = query.name().isEmpty() ? given.getName() : query.name();
                boolean required = query.required() && query.defaultValue().equals(ValueConstants.DEFAULT_NONE);
                parameter(parameters, name, "query", required, given, query.defaultValue(), example == null ? null : example.query().get(name));
            } else if (given.getType() == PageRequest.class) {
                parameters.addObject().put("$ref", "#/components/parameters/Limit");
                parameters.addObject().put("$ref", "#/components/parameters/Cursor");
            } else if (header != null) {
                boolean required = header.required() && header.defaultValue().equals(ValueConstants.DEFAULT_NONE);
                parameter(parameters, header.name(), "header", required, given, header.defaultValue(), null);
            }
        }
        OpenApiFixed.shared(parameters, OpenApiFixed.conditions(route));
        if (route.proof() != Proof.NONE) {
            parameters.addObject().put("$ref", "#/components/parameters/Proof");
        }
        if (!parameters.isEmpty()) {
            operation.set("parameters", parameters);
        }
    }

    private void parameter(ArrayNode parameters, String name, String in, boolean required, Parameter given, String otherwise,
            @Nullable String example) {
        ObjectNode schema = schemas.of(given.getType(), true);
        if (!otherwise.equals(ValueConstants.DEFAULT_NONE)) {
            schema.set("default", value(schema, otherwise));
        }
        ObjectNode parameter = parameters.addObject().put("name", name).put("in", in).put("required", required);
        parameter.set("schema", schema);
        if (example != null) {
            parameter.set("example", value(schema, example));
        }
    }

    /** As the schema's type. */
    private static JsonNode value(JsonNode schema, String text) {
        return schema.path("type").asString().equals("string") ? JSON.stringNode(text) : MAPPER.readTree(text);
    }

    private static Type pathType(Method handler, String name) {
        for (Parameter given : handler.getParameters()) {
            var variable = AnnotatedElementUtils.findMergedAnnotation(given, PathVariable.class);
            if (variable != null && (variable.name().isEmpty() ? given.getName() : variable.name()).equals(name)) {
                return given.getParameterizedType();
            }
        }
        return String.class;
    }

    private boolean requestBody(Method handler, Route route, Section section, ObjectNode operation) {
        @Nullable ObjectNode schema = OpenApiFixed.request(route);
        for (Parameter given : handler.getParameters()) {
            if (given.isAnnotationPresent(RequestBody.class)) {
                schema = schemas.of(given.getParameterizedType(), true);
            }
        }
        if (schema == null) {
            return false;
        }
        boolean form = OpenApiFixed.FORMS.contains(route.pattern());
        ObjectNode content = operation.putObject("requestBody").put("required", true).putObject("content")
                .putObject(form ? "application/x-www-form-urlencoded" : JSON_TYPE);
        content.set("schema", schema);
        if (section.example() == null || section.example().body() == null) {
            throw new AssertionError("the example of " + route.pattern() + " in docs/reference/api.md sends no body (-d)");
        }
        content.set("example", form ? OpenApiFixed.form(section.example().body()) : MAPPER.readTree(section.example().body()));
        return true;
    }

    private void answers(Route route, @Nullable Method handler, Section section, ObjectNode operation, boolean body) {
        var statuses = new TreeSet<>(section.answers());
        if (statuses.stream().noneMatch(status -> status < 300)) {
            var declared = handler == null ? null : handler.getAnnotation(ResponseStatus.class);
            statuses.add(declared == null ? 200 : declared.value().value());
        }
        statuses.addAll(OpenApiFixed.errors(route, body, operation.has("parameters")));
        ObjectNode answers = operation.putObject("responses");
        for (int status : statuses) {
            if (status < 300) {
                answers.set("" + status, success(route, handler, section, status));
            } else if (status == 304) {
                answers.putObject("304").put("description", "Unchanged");
            } else {
                answers.set("" + status, OpenApiFixed.error(route, status));
            }
        }
    }

    private ObjectNode success(Route route, @Nullable Method handler, Section section, int status) {
        ObjectNode answer = JSON.objectNode().put("description", HttpStatus.valueOf(status).getReasonPhrase());
        ObjectNode headers = answer.putObject("headers");
        headers.putObject("x-request-id").put("$ref", "#/components/headers/RequestId");
        if (handler != null && Arrays.asList(handler.getParameterTypes()).contains(PageRequest.class)) {
            headers.putObject("Link").put("$ref", "#/components/headers/NextPage");
        }
        if (route.method() == HttpMethod.GET && Edited.KINDS.containsKey(route.pattern())) {
            headers.putObject("ETag").put("$ref", "#/components/headers/ETag");
        }
        Type type = handler == null ? Void.class : answerType(handler);
        @Nullable ObjectNode fixed = OpenApiFixed.answer(route);
        if (fixed != null) {
            ObjectNode content = answer.putObject("content").putObject(OpenApiFixed.type(route));
            content.set("schema", fixed);
            content.set("example", schemas.example(fixed, ""));
        } else if (!section.mediaTypes().isEmpty() && status != 204) {
            ObjectNode content = answer.putObject("content");
            section.mediaTypes().forEach(media -> {
                ObjectNode body = content.putObject(media);
                if (!media.equals("text/event-stream")) { // there a schema would speak of each event
                    body.putObject("schema").put("type", "string");
                }
            });
        } else if (type != void.class && type != Void.class && status != 204) {
            if (type == byte[].class || type == String.class || type instanceof Class<?> c && Resource.class.isAssignableFrom(c)) {
                throw new AssertionError("docs/reference/api.md does not say which media type " + route.pattern() + " answers with");
            }
            ObjectNode schema = schemas.of(type, false);
            ObjectNode content = answer.putObject("content").putObject(JSON_TYPE);
            content.set("schema", schema);
            content.set("example", schemas.example(schema, ""));
        }
        return answer;
    }

    private static Type answerType(Method handler) {
        Type type = handler.getGenericReturnType();
        return type instanceof ParameterizedType generic && generic.getRawType() == ResponseEntity.class
                ? generic.getActualTypeArguments()[0]
                : type;
    }

    /** Every method that answers a route, by the route's method and pattern. */
    private static Map<String, Method> handlers() {
        var scanner = new ClassPathScanningCandidateComponentProvider(false);
        scanner.addIncludeFilter(new AnnotationTypeFilter(RestController.class));
        var handlers = new HashMap<String, Method>();
        for (var found : scanner.findCandidateComponents("co.caution")) {
            Class<?> controller = ClassUtils.resolveClassName(String.valueOf(found.getBeanClassName()), null);
            var common = AnnotatedElementUtils.findMergedAnnotation(controller, RequestMapping.class);
            for (Method method : controller.getDeclaredMethods()) {
                var mapping = AnnotatedElementUtils.findMergedAnnotation(method, RequestMapping.class);
                if (mapping != null && mapping.method().length == 1) {
                    handlers.put(mapping.method()[0] + " " + path(common) + path(mapping), method);
                }
            }
        }
        return handlers;
    }

    private static String path(@Nullable RequestMapping mapping) {
        return mapping == null || mapping.path().length == 0 ? "" : mapping.path()[0];
    }

    private static String version() {
        try {
            return Files.readString(Path.of("pom.xml"))
                    .replaceFirst("(?s).*?<artifactId>caution</artifactId>\\s*<version>([^<]*)<.*", "$1");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
