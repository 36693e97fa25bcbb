package co.caution.cli;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Finds the app that a person means. */
final class AppLookup {

    private AppLookup() {}

    /** @param named an id or a name; without one, the repository's own */
    static JsonNode find(ApiClient api, @Nullable String named, Optional<Checkout> checkout) {
        String wanted = named != null
                ? named
                : checkout.map(Checkout::appId).orElseThrow(() -> new CliException(Errors.USAGE,
                        "Name an app (caution apps list), or run this in a repository where 'caution init' was run."));
        for (JsonNode app : api.get("/api/apps")) {
            if (app.path("id").asString().equals(wanted) || app.path("resource_name").asString().equals(wanted)) {
                return app;
            }
        }
        throw new CliException("not_found", "App '" + wanted + "' not found on " + api.server()
                + ". 'caution apps list' shows yours; 'caution init' makes one.");
    }
}
