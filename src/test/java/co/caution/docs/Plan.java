package co.caution.docs;

import java.util.List;
import java.util.Map;

/** Which commands of the docs a test runs, and which it cannot, each with the reason. There is no third kind. */
public final class Plan {

    /** {@code DocsIT} runs these, in this order, each in a shell of its own: the first makes what the others use. */
    public static final List<String> PAGES = List.of(
            "docs/guide/first-app.md",
            "README.md",
            "docs/examples/hello/README.md",
            "docs/guide/verify-an-app.md",
            "docs/reference/verify.md",
            "docs/guide/when-measurements-differ.md",
            "docs/reference/eif.md",
            "docs/reference/api.md");

    /** Page, a space, and how the command begins. */
    public static final Map<String, String> NOT_RUN = Map.ofEntries(
            Map.entry("README.md ./caution quickstart", "installs packages; its three commands are those of the guide, which are run"),
            Map.entry("README.md ./mvnw verify", "it is what runs this test"),
            Map.entry("docs/examples/hello/README.md caution packages lock", "asks the package mirror for its newest lists"),
            Map.entry("docs/examples/hello/README.md gcc", "listens on port 8080, which may be taken; pushes build and start it"),
            Map.entry("docs/examples/hello/README.md curl", "asks that port"),
            Map.entry("docs/examples/own-keys/README.md ", "PushEndToEndIT pushes it and asks for its evidence"),
            Map.entry("docs/guide/first-app.md caution doctor", "says what this very machine lacks; CommandLineIT runs it"),
            Map.entry("docs/guide/first-app.md caution packages lock", "asks the package mirror for its newest lists"),
            Map.entry("docs/guide/install.md tools/prerequisites", "installs packages"),
            Map.entry("docs/guide/install.md ./mvnw", "the Dockerfile does the same, which tools/selfhost-check builds"),
            Map.entry("docs/guide/install.md java", "as above"),
            Map.entry("docs/guide/install.md install", "writes into system directories; DeploymentFilesTest reads the files"),
            Map.entry("docs/guide/install.md ln", "as above"),
            Map.entry("docs/guide/install.md chmod", "changes programs of this machine; the Dockerfile does the same"),
            Map.entry("docs/guide/install.md setcap", "as above"),
            Map.entry("docs/guide/install.md useradd", "makes a user of this machine"),
            Map.entry("docs/guide/install.md usermod", "as above"),
            Map.entry("docs/guide/install.md systemctl", "needs systemd as PID 1"),
            Map.entry("docs/guide/install.md sudo -u caution", "as above"),
            Map.entry("docs/guide/install.md deploy/make-secrets", "tools/selfhost-check runs it"),
            Map.entry("docs/guide/install.md docker compose", "tools/selfhost-check runs the same file with podman-compose"),
            Map.entry("docs/guide/install.md caution --server", "SelfHostingIT logs in so, with a certificate of its own authority"),
            Map.entry("docs/guide/back-up.md caution admin", "SelfHostingIT runs both, in homes of its own"),
            Map.entry("docs/reference/audit.md ", "AuditReferenceTest runs the script, AuditCommandIT the commands with heads that there are"),
            Map.entry("docs/reference/verify.md caution connect", "runs until it is stopped; ConnectCommandTest runs it"),
            Map.entry("docs/guide/verify-an-app.md caution connect", "as above"),
            Map.entry("docs/guide/verify-in-ci.md caution verify", "asks an app of nobody's; VerifyTrustTest runs it so"),
            Map.entry("docs/reference/policy.md ", "its policy is for nobody's app; PolicyFileTest reads it, VerifyTrustTest runs the commands with others"),
            Map.entry("docs/reference/attestation.md ", "takes a document that somebody has; AttestationCommandTest tries them with its own"),
            Map.entry("docs/guide/verify-by-hand.md ", "VerifyByHandTest runs the whole page, as one script"),
            Map.entry("docs/reference/enclaveos.md ", "takes minutes, hundreds of megabytes and the package mirror; HermeticBuildIT and CI do the same"),
            Map.entry("docs/guide/operate.md caution server --home", "takes a system directory and every address; the test has a service"));

    private Plan() {}

    public static boolean covers(Page page, String command) {
        return NOT_RUN.keySet().stream().anyMatch(entry -> (page.file() + " " + command).startsWith(entry));
    }
}
