package co.caution.cli;

import java.util.List;
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
        var apps = api.list("/api/apps").valueStream().toList();
        var byId = apps.stream().filter(app -> app.path("id").asString().equals(wanted)).findFirst();
        var meant = byId.map(List::of)
                .orElseGet(() -> apps.stream().filter(app -> app.path("resource_name").asString().equals(wanted)).toList());
        if (meant.size() == 1) {
            return meant.getFirst();
        }
        if (meant.size() > 1) {
            throw new CliException("ambiguous", "Several organizations have an app '" + wanted + "'. Name it by its id: "
                    + String.join(", ", meant.stream().map(app -> app.path("id").asString() + " (" + app.path("organization").asString() + ")").toList()));
        }
        throw new CliException("not_found", "App '" + wanted + "' not found on " + api.server()
                + ". 'caution apps list' shows yours; 'caution init' makes one.");
    }
}
