package co.caution.cli;

import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * A verifier takes no root from a server. Only where server and enclaves are on this very machine does its owner vouch for
 * both: there the simulated root is pinned, in this person's own configuration, and said.
 */
record RootPin(ApiClient api, List<String> notes) {

    /** @return the fingerprint that was pinned */
    Optional<String> pin(String attestationUrl, Output out) {
        JsonNode offered = api.get("/api/trust-root");
        if (offered.path("hardware").asBoolean(true)) {
            return Optional.empty();
        }
        var root = PinnedRoots.simulated(offered.path("fingerprint").asString());
        if (!InitCommand.loopback(api.server()) || !InitCommand.loopback(attestationUrl)) {
            notes.add("This server's enclaves are SIMULATED; it says that its root is sha256 " + root.fingerprint()
                    + ". If you know that from elsewhere: caution trust pin " + attestationUrl + " " + root.fingerprint());
            return Optional.empty();
        }
        var pins = new PinnedRoots(Context.configuration());
        var before = pins.of(attestationUrl).filter(pinned -> !pinned.equals(root));
        pins.pin(attestationUrl, root);
        out.say("Pinned this machine's SIMULATED root for " + attestationUrl + ":");
        out.say("  sha256 " + root.fingerprint() + before.map(old -> " (was " + old.fingerprint() + ")").orElse(""));
        return Optional.of(root.fingerprint());
    }
}
