package co.caution.cli;

import co.caution.project.DeploymentFile;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The app that a repository is linked to: by its own file, else by its remote. Where file, remote and server do not agree
 * nothing is guessed, and nothing is made anew.
 */
record Link(ApiClient api, Checkout checkout, Remote remote) {

    /**
     * @param named on the command line, by id or name
     * @return the app on the server; empty when the repository is linked to none
     */
    Optional<JsonNode> app(@Nullable String named) {
        String file = checkout.appId();
        if (file != null && remote.appId() != null && !file.equals(remote.appId())) {
            throw new CliException("link_broken", DeploymentFile.PATH + " says that this repository is app " + file
                    + ", and the git remote '" + Remote.NAME + "' leads to app " + remote.appId() + ". Remove the one that is wrong: git checkout -- "
                    + DeploymentFile.PATH + ", or git remote remove " + Remote.NAME);
        }
        String known = file != null ? file : remote.appId();
        if (named != null) {
            JsonNode app = AppLookup.find(api, named, Optional.empty());
            if (known != null && !known.equals(app.path("id").asString())) {
                throw new CliException("link_broken", "This repository is linked to app " + known + ", not to '" + named
                        + "'. To link it anew, remove " + DeploymentFile.PATH + " and the git remote '" + Remote.NAME + "' first.");
            }
            return Optional.of(app);
        }
        if (known == null) {
            return Optional.empty();
        }
        Optional<JsonNode> app = AppLookup.ask(api, known);
        if (app.isEmpty()) {
            throw new CliException("link_broken", "This repository is linked to app " + known
                    + (checkout.server() == null || checkout.server().equals(api.server()) ? "" : " of " + checkout.server())
                    + ", which is no app of " + whose()
                    + ": it was destroyed, belongs to another account, or is on another server. Log in as its owner (caution login"
                    + " --user NAME), name its server (--server URL), or make another app on purpose: caution init --new");
        }
        return app;
    }

    private String whose() {
        return "'" + api.get("/api/account").path("name").asString() + "' on " + api.server();
    }
}
