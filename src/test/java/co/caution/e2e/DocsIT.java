package co.caution.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.docs.Page;
import co.caution.docs.Plan;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Types what the docs say, page after page, as a newcomer with a fresh home directory. */
class DocsIT {

    /** What a reader fills in. */
    private static final Map<String, String> FILLED_IN = Map.of(
            "https://…/their-app", "$PWD/origin/their-app",
            "THE-COMMIT-YOU-REVIEWED", "$(git rev-parse HEAD)",
            "--commit COMMIT", "--commit HEAD",
            "--pcrs FILE", "--pcrs ../good.json",
            "--attestation-url URL", "--attestation-url \"$ATTESTATION_URL\"");

    /** Where a page's reader is, and what they have: shell code. */
    private static final Map<String, String> BEFORE = Map.of(
            "docs/guide/first-app.md", "",
            "README.md", "cd my-app",
            "docs/examples/hello/README.md", "cd my-app",
            "docs/guide/verify-an-app.md", "git clone -q --bare my-app origin/their-app",
            "docs/reference/verify.md", """
                    cd my-app
                    caution build --pcrs ../good.json
                    ATTESTATION_URL=$(sed -nE 's/.*"attestation_url" *: *"([^"]*)".*/\\1/p' .caution/deployment.json)""",
            "docs/reference/api.md", """
                    id() { sed -E 's/.*"id":"([^"]*)".*/\\1/'; }
                    token() { grep -o 'caution_[A-Za-z0-9_-]*' | head -n 1; }
                    export CAUTION_SERVER=$SERVER CAUTION_HOME
                    TOKEN=$(cat "$CAUTION_CONFIG"/* 2>/dev/null | token)
                    ADMIN_TOKEN=$(sed -E 's/.*"token":"([^"]*)".*/\\1/' "$CAUTION_HOME/admin.json")
                    APP=$(sed -nE 's/.*"resource_id" *: *"([^"]*)".*/\\1/p' my-app/.caution/deployment.json)
                    OTHER_APP=$(curl -sf -X POST -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\
                      -d '{"name":"other"}' "$SERVER/api/apps" | id)
                    BUILD=$(curl -sf -H "Authorization: Bearer $TOKEN" "$SERVER/api/apps/$APP/builds" | sed -E 's/^[^"]*"id":"([^"]*)".*/\\1/')
                    ssh-keygen -q -t ed25519 -N '' -f bob; ssh-keygen -q -t ed25519 -N '' -f second
                    caution ssh-keys add second.pub > /dev/null
                    KEY=$(curl -sf -H "Authorization: Bearer $TOKEN" "$SERVER/api/account/ssh-keys" | id)
                    another() { CAUTION_CONFIG=$PWD/$1 caution login > /dev/null; cat $1/* | token; }
                    OLD_TOKEN=$(another old)
                    SPENT_TOKEN=$(another spent)
                    OTHER=$(curl -sf -H "Authorization: Bearer $(another other)" "$SERVER/api/account/tokens" \\
                      | tr '{' '\\n' | grep '"current":true' | id)""",
            "docs/reference/eif.md", """
                    mkdir images && cd images
                    EIF=$(cd ../my-app && caution build --json | sed -nE 's/.*"eif" *: *"([^"]*)".*/\\1/p')
                    caution eif extract "$EIF" taken > /dev/null
                    cp taken/kernel bzImage; cp taken/cmdline cmdline.txt; cp taken/ramdisk-0.cpio boot.cpio; cp taken/ramdisk-1.cpio app.cpio
                    cp "$EIF" a.eif; cp "$EIF" b.eif""");

    @TempDir
    Path directory;

    @Test
    @Tag("full")
    void everyCommandOfTheDocsDoesWhatItIsThereFor() throws Exception {
        try (var platform = new Platform(directory.resolve("home"))) {
            prepare(platform.site);
            for (String file : Plan.PAGES) {
                Page page = Page.of(file);
                var script = new StringBuilder("set -eu\n" + BEFORE.get(file) + "\n");
                for (String command : page.commands()) {
                    if (!Plan.covers(page, command)) {
                        String typed = command.replace("http://localhost:8080", platform.site.server());
                        for (var filled : FILLED_IN.entrySet()) {
                            typed = typed.replace(filled.getKey(), filled.getValue());
                        }
                        script.append("echo '+' ").append(quoted(command)).append('\n').append(typed).append('\n');
                    }
                }
                run(platform.site, file, script.toString());
            }
        }
    }

    /** A newcomer: a key, git's own settings, the example as their app, and the CLI on the PATH. */
    private void prepare(Site site) throws Exception {
        Path bin = Files.createDirectories(directory.resolve("bin"));
        Path launcher = Files.writeString(bin.resolve("caution"), "#!/bin/sh\nexec '"
                + Path.of(System.getProperty("java.home"), "bin", "java") + "' -Duser.home=\"$HOME\" -XX:+UseSerialGC"
                + " -XX:TieredStopAtLevel=1 -cp '" + System.getProperty("java.class.path") + "' co.caution.cli.Caution \"$@\"\n");
        Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
        run(site, "preparing", """
                set -eu
                mkdir -p "$HOME/.ssh"
                ssh-keygen -q -t ed25519 -N '' -f "$HOME/.ssh/id_ed25519"
                cp "$HOME/.ssh/id_ed25519.pub" alice.pub
                git config --global user.name alice
                git config --global user.email alice@localhost
                git config --global init.defaultBranch main
                cp -r "$EXAMPLE" my-app
                git -C my-app init -q
                git -C my-app add -A
                git -C my-app commit -qm "My app"
                """);
    }

    private void run(Site site, String what, String script) throws Exception {
        var builder = new ProcessBuilder("bash", "-c", script).directory(directory.toFile()).redirectErrorStream(true);
        Path user = directory.resolve("user");
        builder.environment().keySet().removeIf(name -> name.startsWith("CAUTION_") || name.startsWith("GIT_") || name.startsWith("SSH_"));
        builder.environment().putAll(Map.of(
                "HOME", user.toString(),
                "PATH", directory.resolve("bin") + ":" + System.getenv("PATH"),
                "CAUTION_HOME", site.home().toString(),
                "CAUTION_CONFIG", user.resolve("config").toString(),
                "CAUTION_WORKDIR", site.cache().toString(),
                "GIT_CONFIG_NOSYSTEM", "1",
                "GIT_SSH_COMMAND", "ssh -F none -i " + user.resolve(".ssh/id_ed25519") + " -o IdentitiesOnly=yes -o BatchMode=yes"
                        + " -o StrictHostKeyChecking=accept-new -o UserKnownHostsFile=" + user.resolve("known_hosts"),
                "EXAMPLE", Path.of("docs", "examples", "hello").toAbsolutePath().toString(),
                "SERVER", site.server(),
                "LC_ALL", "C.UTF-8"));
        Process process = builder.start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as("%s: the command after the last '+' failed:%n%s", what, said).isZero();
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }
}
