package co.caution.gateway;

import co.caution.gateway.Routes.Proof;
import co.caution.gateway.Routes.Route;
import co.caution.paging.PageRequest;
import java.lang.reflect.Type;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What is the same for many routes, and what no record says. */
final class OpenApiFixed {

    private static final JsonMapper JSON = new JsonMapper();

    /** Bodies that are passed on, not read into records. */
    /** RFC 8628: bodies and refusals are OAuth's. */
    static final Set<String> FORMS = Set.of("/api/device/authorization", "/api/device/token");

    private static final Map<String, String> REQUESTS = Map.of("/api/device/authorization", """
            {"type":"object","required":["client_id"],"properties":{"client_id":{"const":"caution-cli"},
             "scope":{"type":"string","description":"Of read, deploy, manage, with spaces between; without it all"},
             "device_name":{"type":"string","description":"What the program calls itself"}}}""", "/api/device/token", """
            {"type":"object","required":["grant_type","client_id","device_code"],"properties":{
             "grant_type":{"const":"urn:ietf:params:oauth:grant-type:device_code"},"client_id":{"const":"caution-cli"},
             "device_code":{"type":"string"}}}""", "/api/apps/{app}/attestation", """
            {"type":"object","required":["nonce"],"properties":{"nonce":{"type":"string","contentEncoding":"base64",
             "pattern":"^[A-Za-z0-9+/]{43}=$","description":"32 bytes"}}}""");

    private static final String HEALTH = """
            {"type":"object","required":["status"],"properties":{"status":{"type":"string","enum":["UP","DOWN","OUT_OF_SERVICE","UNKNOWN"]},
             "components":{"type":"object","additionalProperties":{"type":"object"}}}}""";

    private static final Map<String, String> ANSWERS = Map.of(
            "/api/device/authorization", """
                    {"type":"object","required":["device_code","user_code","verification_uri","verification_uri_complete","expires_in","interval"],
                     "properties":{"device_code":{"type":"string"},"user_code":{"type":"string","examples":["BCDF-GHJK"]},
                     "verification_uri":{"type":"string"},"verification_uri_complete":{"type":"string"},
                     "expires_in":{"type":"integer"},"interval":{"type":"integer"}}}""",
            "/api/device/token", """
                    {"type":"object","required":["access_token","token_type","expires_in","scope"],"properties":{
                     "access_token":{"type":"string"},"token_type":{"const":"Bearer","examples":["Bearer"]},"expires_in":{"type":"integer"},
                     "scope":{"type":"string","examples":["read deploy manage"]}}}""",
            "/api/apps/{app}/releases/{number}/manifest", "{\"type\":\"object\"}",
            "/health", HEALTH, "/health/live", HEALTH, "/health/ready", HEALTH,
            "/api/apps/{app}/attestation", """
                    {"type":"object","required":["document","hints"],"properties":{"document":{"type":"string","contentEncoding":"base64"},
                     "manifest":{"type":"object"},"bindings":{"type":"string","contentEncoding":"base64"},"hints":{"type":"object"}}}""",
            "/api/openapi.json", """
                    {"type":"object","required":["openapi","info","paths"],"properties":{"openapi":{"const":"3.1.1","examples":["3.1.1"]},
                     "info":{"type":"object"},"paths":{"type":"object"}}}""");

    private OpenApiFixed() {}

    static @Nullable ObjectNode request(Route route) {
        return parsed(REQUESTS.get(route.pattern()));
    }

    static @Nullable ObjectNode answer(Route route) {
        return parsed(ANSWERS.get(route.pattern()));
    }

    static String type(Route route) {
        return route.pattern().startsWith("/health") ? "application/vnd.spring-boot.actuator.v3+json" : OpenApi.JSON_TYPE;
    }

    static ObjectNode form(String body) {
        ObjectNode fields = JSON.createObjectNode();
        for (String field : body.split("&")) {
            String[] both = field.split("=", 2);
            fields.put(both[0], URLDecoder.decode(both[1], StandardCharsets.UTF_8));
        }
        return fields;
    }

    private static @Nullable ObjectNode parsed(@Nullable String json) {
        return json == null ? null : (ObjectNode) JSON.readTree(json);
    }

    static ObjectNode pathVariable(String name, Type type, OpenApiSchemas schemas) {
        ObjectNode schema = schemas.of(name.equals("app") ? String.class : type, true);
        if (schema.path("type").asString().equals("integer")) {
            schema.put("minimum", 1);
        } else if (name.equals("app")) {
            schema.put("pattern", "^[A-Za-z0-9_-]{3,63}$").put("description", "Its name, or its id");
        } else if (name.matches("sha256|digest")) {
            schema.put("pattern", "^[0-9a-f]{64}$");
        }
        return schema;
    }

    static void shared(ArrayNode parameters, String... names) {
        for (String name : names) {
            parameters.addObject().put("$ref", "#/components/parameters/" + name);
        }
    }

    /** Headers by which a call is done once, or only where nothing has changed. */
    static String[] conditions(Route route) {
        String method = route.method().name();
        if (method.equals("POST") && Idempotency.CREATING.containsKey(route.pattern())) {
            return new String[] {"IdempotencyKey"};
        }
        if (!Edited.KINDS.containsKey(route.pattern())) {
            return new String[0];
        }
        return new String[] {method.equals("GET") ? "IfNoneMatch" : "IfMatch"};
    }

    /** Those that api.md says once for all: who asks wrongly, or without the right to. */
    static Set<Integer> errors(Route route, boolean body, boolean parameters) {
        var statuses = new TreeSet<Integer>();
        for (String condition : conditions(route)) {
            switch (condition) {
                case "IdempotencyKey" -> statuses.addAll(Set.of(409, 422));
                case "IfNoneMatch" -> statuses.add(304);
                default -> statuses.add(412);
            }
        }
        if (!(route.access() instanceof Access.Anyone)) {
            statuses.add(401);
            statuses.add(403);
        }
        if (route.access() instanceof Access.Within within) {
            statuses.add(404);
            if (within.subject() == Access.Subject.APP) {
                statuses.add(409); // several organizations have an app of that name
            }
        }
        if (route.proof() != Proof.NONE) {
            statuses.add(403);
        }
        if (!route.pattern().matches("/health.*|/metrics")) {
            statuses.add(421); // for a server of another name
        }
        if (!route.pattern().matches("/health/.*")) {
            statuses.add(429);
        }
        if (parameters || body) {
            statuses.add(400);
        }
        if (route.pattern().contains("{")) {
            statuses.add(404);
        }
        if (body) {
            statuses.add(411);
            statuses.add(413);
            statuses.add(415);
        }
        if (route.pattern().startsWith("/api/") && !route.pattern().equals("/api/openapi.json")) {
            statuses.add(503);
        }
        return statuses;
    }

    static ObjectNode error(Route route, int status) {
        if (route.pattern().startsWith("/health") && status == 503) {
            ObjectNode answer = JSON.createObjectNode().put("description", "A check fails");
            answer.putObject("content").putObject(type(route)).set("schema", answer(route));
            return answer;
        }
        if (FORMS.contains(route.pattern()) && status == 400) {
            ObjectNode answer = JSON.createObjectNode().put("description", "RFC 6749, section 5.2; RFC 8628, section 3.5");
            answer.putObject("content").putObject(OpenApi.JSON_TYPE).set("schema", parsed("""
                    {"type":"object","required":["error"],"properties":{"error":{"type":"string","pattern":"^[a-z_]+$"},
                     "error_description":{"type":"string"}}}"""));
            return answer;
        }
        if (route.pattern().equals("/api/apps/{app}/attestation") && (status == 400 || status == 413 || status >= 500)) {
            ObjectNode answer = JSON.createObjectNode().put("description", HttpStatus.valueOf(status).getReasonPhrase());
            ObjectNode content = answer.putObject("content");
            content.putObject(OpenApi.JSON_TYPE).putObject("schema").put("$ref", "#/components/schemas/Errors");
            content.putObject(OpenApi.PROBLEM_TYPE).putObject("schema").put("$ref", "#/components/schemas/Problem");
            return answer;
        }
        return JSON.createObjectNode().put("$ref", "#/components/responses/" + status);
    }

    static void components(ObjectNode components) {
        ObjectNode schemas = (ObjectNode) components.path("schemas");
        schemas.set("Problem", JSON.readTree("""
                {"type":"object","description":"RFC 9457","required":["title","status","detail","request"],"properties":{
                 "type":{"type":"string","format":"uri-reference"},"title":{"type":"string"},
                 "status":{"type":"integer","minimum":400,"maximum":599},"detail":{"type":"string"},
                 "instance":{"type":"string"},"request":{"type":"string","description":"The request's id, as in x-request-id"},
                 "code":{"type":"string","pattern":"^[a-z_]+$","description":"For programs, where a status means several things"}}}"""));
        schemas.set("Errors", JSON.readTree("""
                {"type":"object","required":["errors"],"properties":{"errors":{"type":"array","minItems":1,"items":{"type":"string"}}}}"""));
        ObjectNode answers = components.putObject("responses");
        for (int status : new int[] {400, 401, 403, 404, 405, 406, 409, 411, 412, 413, 415, 416, 421, 422, 428, 429, 502, 503, 504}) {
            ObjectNode answer = answers.putObject("" + status).put("description", HttpStatus.valueOf(status).getReasonPhrase());
            ObjectNode headers = answer.putObject("headers");
            headers.putObject("x-request-id").put("$ref", "#/components/headers/RequestId");
            if (status == 429 || status == 503) {
                headers.putObject("Retry-After").put("description", "Seconds").putObject("schema").put("type", "integer");
            }
            answer.putObject("content").putObject(OpenApi.PROBLEM_TYPE).putObject("schema").put("$ref", "#/components/schemas/Problem");
        }
        components.set("headers", JSON.readTree("""
                {"RequestId":{"description":"The request's id, which the service's log names, too","schema":{"type":"string"}},
                 "NextPage":{"description":"Where the next page is, while there is more: rel=next (RFC 8288)","schema":{"type":"string"}},
                 "ETag":{"description":"For If-None-Match and If-Match","schema":{"type":"string"}}}"""));
        components.set("parameters", JSON.readTree("""
                {"Organization":{"name":"organization","in":"query","required":false,"schema":{"type":"string"},
                 "description":"The name of the app's organization; needed where several have an app of that name, or, of a new app, where it is not your own"},
                 "Limit":{"name":"limit","in":"query","required":false,"description":"The most items of a page",
                 "schema":{"type":"integer","minimum":1,"maximum":%d,"default":%d}},
                 "Cursor":{"name":"cursor","in":"query","required":false,"schema":{"type":"string"},
                 "description":"Of the page after another one, as that one's Link gives it"},
                 "Proof":{"name":"Caution-Proof","in":"header","required":false,"schema":{"type":"string"},
                 "description":"Fresh proof that it is the account's owner who asks: a challenge's id and the answer to it, in base64"},
                 "IdempotencyKey":{"name":"Idempotency-Key","in":"header","required":false,"schema":{"type":"string",
                 "pattern":"^[!-~]{1,255}$"},"description":"Sent again with the same key and body, the call is not done again"},
                 "IfMatch":{"name":"If-Match","in":"header","required":false,"schema":{"type":"string"},
                 "description":"Only while what is edited is what the ETag was given for"},
                 "IfNoneMatch":{"name":"If-None-Match","in":"header","required":false,"schema":{"type":"string"},
                 "description":"Only where it shows anything else"}}""".formatted(PageRequest.MOST, PageRequest.DEFAULT)));
        components.set("securitySchemes", JSON.readTree("""
                {"token":{"type":"http","scheme":"bearer","description":"A user's token: caution login"},
                 "session":{"type":"apiKey","in":"cookie","name":"__Host-caution",
                  "description":"A browser's; caution-localhost where the public address is http. It needs the header Caution-Session, writes our own Origin"},
                 "page":{"type":"apiKey","in":"header","name":"Caution-Session","description":"The session's other half, for our own pages"},
                 "operator":{"type":"http","scheme":"bearer","description":"The one in admin.json in the service's home"},
                 "metrics":{"type":"http","scheme":"bearer","description":"The one in metrics-token in the service's home"}}"""));
    }
}
