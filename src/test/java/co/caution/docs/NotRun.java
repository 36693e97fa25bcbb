package co.caution.docs;

import java.util.Map;

/** Commands of the docs that no test can run as they stand, each with the reason. Everything else is run. */
public final class NotRun {

    /** Page, a space, and how the command begins; every test of the docs fails on an entry that fits nothing. */
    public static final Map<String, String> COMMANDS = Map.ofEntries(
            Map.entry("README.md ./caution quickstart", "installs packages; its three commands are those of the guide, which are run"),
            Map.entry("README.md ./mvnw verify", "it is what runs this test"),
            Map.entry("docs/examples/hello/README.md caution packages lock", "asks the package mirror for its newest lists"),
            Map.entry("docs/examples/hello/README.md gcc", "listens on port 8080, which may be taken here; pushes build and start it"),
            Map.entry("docs/examples/hello/README.md curl", "asks that port"),
            Map.entry("docs/guide/first-app.md caution packages lock", "asks the package mirror for its newest lists"),
            Map.entry("docs/guide/operate.md caution server --home", "takes a system directory and every address; the test's service has its own"));

    private NotRun() {}

    public static boolean covers(Page page, String command) {
        return COMMANDS.keySet().stream().anyMatch(entry -> (page.file() + " " + command).startsWith(entry));
    }
}
