package co.caution.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Finds the app that a person means; the server knows its names, former ones among them. */
final class AppLookup {

    private AppLookup() {}

    /** @param named an id or a name, or ORGANIZATION/NAME; without one, the repository's own */
    static JsonNode find(ApiClient api, @Nullable String named, Optional<Checkout> checkout) {
        String wanted = named != null
                ? named
                : checkout.map(Checkout::appId).orElseThrow(() -> new CliException(Errors.USAGE,
                        "Name an app (caution apps list), or run this in a repository where 'caution init' was run."));
        JsonNode found = ask(api, wanted).orElseThrow(() -> new CliException("not_found", named != null
                ? "App '" + wanted + "' not found on " + api.server() + ": it does not exist there, or is not yours. 'caution apps list' shows yours."
                : "App '" + wanted + "', which this repository is linked to, was not found on " + api.server() + ": it was destroyed, is not yours, or"
                        + " is on another server (--server URL). 'caution apps list' shows yours; 'caution init --new' makes this repository"
                        + " another one."));
        String meant = wanted.substring(wanted.indexOf('/') + 1);
        String name = found.path("resource_name").asString("");
        if (found.path("former_names").valueStream().anyMatch(former -> former.asString().equals(meant))) {
            Output.note("'" + meant + "' is a former name of the app '" + name + "'.");
        }
        return found;
    }

    static Optional<JsonNode> ask(ApiClient api, String wanted) {
        int slash = wanted.indexOf('/');
        if (wanted.isBlank() || slash == 0 || slash == wanted.length() - 1) {
            return Optional.empty();
        }
        try {
            JsonNode found = api.get("/api/apps/" + encoded(wanted.substring(slash + 1))
                    + (slash > 0 ? "?organization=" + encoded(wanted.substring(0, slash)) : ""));
            return Optional.of(found).filter(app -> app.has("id"));
        } catch (CliException e) {
            if (e.code().equals("not_found")) {
                return Optional.empty();
            }
            // What one asks for can be in conflict with nothing but another of that name.
            throw e.code().equals("conflict") ? new CliException("ambiguous", String.valueOf(e.getMessage())) : e;
        }
    }

    private static String encoded(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
