package co.caution.cli;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** What commands take that are about one app. */
final class OfApp {

    /** @param id the app's */
    record At(ApiClient api, String id) {

        String path() {
            return "/api/apps/" + id;
        }
    }

    @Option(names = "--app", paramLabel = "APP", scope = ScopeType.INHERIT,
            description = "The app's id or name (default: this repository's).")
    @Nullable String app;

    @Option(names = "--json", scope = ScopeType.INHERIT, description = "JSON for machines.")
    boolean json;

    At find(Caution root) {
        Optional<Checkout> checkout = Checkout.find();
        ApiClient api = root.context().api(checkout);
        return new At(api, AppLookup.find(api, app, checkout).path("id").asString());
    }
}
