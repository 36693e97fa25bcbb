package co.caution.verify;

import co.caution.build.Pipeline;
import java.util.Map;

/** Which CLI reproduces what this one no longer does: a change of one byte of an image is a pipeline of its own. */
final class OlderPipelines {

    /** Pipeline version → the last version of this program that has it. docs/reference/verify.md has the same table. */
    static final Map<Integer, String> LAST_CLI = Map.of(1, "0.1.0");

    private OlderPipelines() {}

    static String advice(int pipeline) {
        String built = "Pipeline " + pipeline + " built what runs, and this CLI has pipeline " + Pipeline.VERSION + ", whose images differ. ";
        String cli = LAST_CLI.get(pipeline);
        return built + (cli != null
                ? "Caution " + cli + " reproduces it: verify with that version."
                : pipeline > Pipeline.VERSION
                        ? "Verify with a newer version of Caution."
                        : "No version of Caution is known to reproduce it.");
    }
}
