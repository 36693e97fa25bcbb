package co.caution.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.app.LiveEnclaves;
import co.caution.e2e.Developer.Result;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every way in which a push can be wrong, unlucky or left alone, on one platform. */
class PushEdgeCasesIT {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String EXAMPLE = "docs/examples/hello";
    private static final String ENDLESS = """
            FROM localhost/packages/toolchain
            RUN kill -STOP $$
            """;
    private static final int MIB = 1 << 20;

    @TempDir
    static Path directory;

    private static Platform platform;
    /** A link that tests may lead astray. */
    private static Path qemu;

    @BeforeAll
    static void startThePlatform() throws Exception {
        qemu = directory.resolve("qemu");
        qemuIsThere();
        platform = new Platform(
                Site.of(directory.resolve("home"), Site.cacheOfItsOwn(directory.resolve("cache"))),
                Map.of("caution.local.qemu", qemu.toString(), "caution.push.max-pack", "60MB", "caution.push.max-object", "55MB"));
    }

    @AfterAll
    static void stopThePlatform() {
        if (platform != null) {
            platform.close();
        }
    }

    @AfterEach
    void nothingIsLeftBehind() throws Exception {
        String[] left = platform.site.cache().resolve("work").toFile().list();
        assertThat(left == null ? new String[0] : left).as("work directories").isEmpty();
        assertThat(processesThatMention(platform.site.cache().resolve("work"))).as("processes of builds").isEmpty();
        try (var files = Files.walk(platform.site.home().resolve("repositories"))) {
            assertThat(files.filter(file -> file.getFileName().toString().startsWith("incoming"))).as("half packs").isEmpty();
        }
        qemuIsThere();
    }

    @Test
    void aPushGoesOnWithoutItsClientAndItsBranchDecidesWhatDeploys() throws Exception {
        var alice = developer("alice").withExample(EXAMPLE);
        Files.delete(alice.checkout.resolve("README.md"));
        alice.commit("No words");
        init(alice);
        alice.git("branch", "other");
        Result two = alice.git("push", "caution", "main", "other");
        assertThat(two.output()).contains("nothing was built: these are 2 branches", "git push caution main");
        assertThat(two.exitCode()).isEqualTo(1);
        assertThat(alice.caution("apps", "branch", "release").output()).contains("deploys from release now");
        assertThat(alice.push().output()).contains("this app deploys from release; to deploy from this branch instead: caution apps branch main");
        assertThat(alice.caution("apps", "branch", "a..b").output()).contains("is not a name that git takes");
        assertThat(alice.caution("apps", "branch", "main", "--json").output()).contains("\"deploy_branch\" : \"main\"");
        assertThat(alice.caution("builds").output()).contains("No builds.");

        // The client dies while the image is built: nothing else does.
        Conversation first = alice.begin("git", "push", "caution", "main");
        String build = first.await("caution builds output -f (\\w{8})").group(1);
        first.await("Building image");
        first.signal("KILL").end();
        Result followed = alice.caution("builds", "output", "-f", build);
        assertThat(followed.output()).contains("-----> Received", "v1 is live", "Deployment successful!");
        assertThat(followed.exitCode()).isZero();
        assertThat(alice.git("ls-remote", "caution", "main").output()).startsWith(head(alice));
        assertThat(alice.caution("builds", "list").output()).contains(build).contains("succeeded");
        assertThat(alice.caution("builds", "output", "zz").output()).contains("has no build 'zz'");

        refsThatDeployNothing(alice);

        // Other history, and a client that stops reading: the release goes live meanwhile; later the client hears of it.
        alice.git("checkout", "-q", "--orphan", "anew");
        alice.git("branch", "-D", "-q", "main");
        alice.git("branch", "-m", "main");
        alice.replace("hello.c", "greeting, \"%s\\n\"", "greeting, \"%s?\\n\"").commit("From scratch");
        assertThat(alice.push().output()).as("git's own advice").contains("[rejected]");
        Conversation forced = alice.begin("git", "push", "--force", "--follow-tags", "caution", "main");
        forced.await("Received");
        forced.signal("STOP");
        Result live = alice.caution("builds", "output", "-f", "--json");
        assertThat(live.output()).contains("{\"line\":\"-----> Force-push: main leaves", "and 2 other commits behind", "v2 is live", "\"state\":\"succeeded\"");
        assertThat(forced.isAlive()).isTrue();
        Result resumed = forced.signal("CONT").end();
        assertThat(resumed.exitCode()).as(resumed.output()).isZero();
        assertThat(resumed.output()).contains("Deployment successful!", "main -> main (forced update)");

        aStartThatFailsSaysWhereItsLogIs(alice);
    }

    private void refsThatDeployNothing(Developer alice) throws Exception {
        assertThat(alice.git("push", "caution", "other").output()).contains("caution apps branch other", "[remote rejected] other -> other (not deployed");
        assertThat(alice.git("push", "caution", ":main").output()).contains("deploys from main, which is therefore not deleted", "caution apps destroy");
        assertThat(alice.git("push", "caution", "HEAD:refs/notes/x").output()).contains("refs/notes/x is neither a branch nor a tag");
        alice.git("tag", "v1");
        Result tag = alice.git("push", "caution", "v1");
        assertThat(tag.exitCode()).as(tag.output()).isZero();
        assertThat(tag.output()).contains("Nothing was built: only pushes of a branch deploy", "[new tag]");
        assertThat(alice.git("push", "caution", "other", "v1").exitCode()).isEqualTo(1);
        JsonNode builds = JSON.readTree(alice.caution("builds", "list", "--json").output());
        assertThat(builds).hasSize(1);
    }

    private void aStartThatFailsSaysWhereItsLogIs(Developer alice) throws Exception {
        UUID app = UUID.fromString(app(alice).path("id").asString());
        var enclave = platform.bean(LiveEnclaves.class).of(app).orElseThrow().enclave();
        Files.delete(qemu); // before the service can start it again by itself
        enclave.terminate();
        enclave.ended().toCompletableFuture().join();
        Result push = alice.push();
        assertThat(push.output()).contains("Starting v2 again", "deployment failed: QEMU", "is not installed", "apt-get install qemu-system-x86");
        String[] pointer = match("caution (builds output \\w+ --restart)", push.output()).split(" ");
        assertThat(alice.caution(pointer).output()).contains("Starting v2 again", "is not installed").doesNotContain("Received");
    }

    @Test
    void aBuildThatNeverEndsIsCancelledWhetherItWaitsOrRuns() throws Exception {
        var bob = developer("bob").withExample(EXAMPLE).write("Containerfile", ENDLESS).commit("Never ends");
        init(bob);
        Conversation running = bob.begin("git", "push", "caution", "main");
        String first = running.await("caution builds cancel (\\w{8})").group(1);
        running.await("STEP 2/2");
        bob.commit("Another");
        Conversation waiting = bob.begin("git", "push", "caution", "main");
        String second = waiting.await("caution builds cancel (\\w{8})").group(1);
        waiting.await("Another push to this app is at work; this one waits its turn, number 1 in line");
        JsonNode app = app(bob);
        assertThat(app.at("/on_its_way/build").asString()).startsWith(first);
        assertThat(app.path("state").asString()).isEqualTo("initialized");
        assertThat(bob.destroy("bob").output()).contains("at work", "caution builds cancel");

        Result cancelled = bob.caution("builds", "cancel", second);
        assertThat(cancelled.output()).contains(second, "cancelled");
        assertThat(cancelled.exitCode()).isZero();
        assertThat(waiting.end().output()).contains("Cancelled: nothing was changed", "[remote rejected] main -> main (cancelled)");
        assertThat(running.isAlive()).isTrue();

        Conversation follower = bob.begin(bob.cautionCommand("builds", "output", "-f", first));
        follower.await("STEP 2/2");
        assertThat(bob.caution("builds", "cancel", first).exitCode()).isZero();
        assertThat(follower.end().exitCode()).isEqualTo(1);
        assertThat(running.end().exitCode()).isEqualTo(1);
        assertThat(bob.caution("builds", "cancel", first).output()).contains("cannot be cancelled: it is over");
        assertThat(bob.caution("builds").output().lines()).hasSize(2).allMatch(line -> line.endsWith("cancelled"));
        assertThat(bob.git("ls-remote", "caution").output()).isEmpty();
    }

    @Test
    void aTreeThatNobodyCouldRebuildIsRefusedBeforeTheBuild() throws Exception {
        var carol = developer("carol").withExample(EXAMPLE);
        init(carol);
        carol.git("update-index", "--add", "--cacheinfo", "160000," + head(carol) + ",vendor/lib");
        carol.git("commit", "-q", "-m", "A submodule");
        assertThat(carol.push().output()).contains("build failed: vendor/lib is a submodule", "add the files themselves");
        carol.git("rm", "-q", "--cached", "vendor/lib");
        carol.write("model.bin", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n").commit("LFS");
        assertThat(carol.push().output()).contains("build failed: model.bin is an LFS pointer", "commit the file itself");
        Files.delete(carol.checkout.resolve("model.bin"));
        carol.write("Readme.md", "x").commit("Case");
        assertThat(carol.push().output()).contains("build failed:", "README.md", "Readme.md", "differ only in case");
        // What lies in the history stays there: only what is built is looked at.
        Files.delete(carol.checkout.resolve("Readme.md"));
        carol.write("Procfile", "run: /hello\nnonsense: 1\n").commit("Sound again, but for the Procfile");
        assertThat(carol.push().output()).contains("Reading Procfile", "nonsense");
        assertThat(carol.caution("builds").output().lines()).hasSize(4).allMatch(line -> line.endsWith("failed (build)"));
    }

    @Test
    void anImageThatCouldNotRunIsRefusedBeforeItIsStarted() throws Exception {
        var dan = developer("dan").withExample(EXAMPLE).write("Containerfile", "FROM scratch\nCOPY hello.c /\n");
        init(dan);
        dan.write("Procfile", "run: /bin/absent\nports: 8080\n").commit("No program");
        assertThat(dan.push().output()).contains("build failed: the program to run cannot be started: /bin/absent is not in the image");
        dan.executable("start", "#!/start\n" + "x".repeat(16 * MIB)).write("Containerfile", "FROM scratch\nCOPY start /\n");
        dan.write("Procfile", "run: /start\nports: 8080\nmemory_mb: 64\n").commit("No memory");
        Result small = dan.push();
        assertThat(small.output()).contains("build failed: `memory_mb: 64` cannot hold the image", "write `memory_mb: ").doesNotContain("Starting enclave");
        assertThat(small.exitCode()).isEqualTo(1);

        Files.delete(qemu);
        dan.write("Procfile", "run: /start\nports: 8080\n").commit("No QEMU");
        assertThat(dan.push().output()).contains("deployment failed: QEMU", "is not installed").doesNotContain("Building image");
        Files.writeString(qemu, "#!/bin/sh\necho 'qemu: the machine is on fire' >&2\nexit 1\n");
        qemu.toFile().setExecutable(true);
        assertThat(dan.push().output()).contains("deployment failed:", "the machine is on fire");
        assertThat(dan.caution("apps", "get").output()).contains("failed", "on fire");
    }

    @Test
    void aPortThatSomethingElseTookIsNamed() throws Exception {
        var eve = developer("eve").withExample(EXAMPLE);
        init(eve);
        int port = URI.create(app(eve).path("attestation_url").asString()).getPort();
        try (var _ = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"))) {
            Result push = eve.push();
            assertThat(push.output()).contains("deployment failed: port " + port + " of 127.0.0.1", "stop what uses it and push again");
            assertThat(push.output()).doesNotContain("Building image");
        }
    }

    @Test
    void aPushThatIsTooLargeLeavesNothing() throws Exception {
        var fay = developer("fay").withExample(EXAMPLE);
        init(fay);
        noise(fay.checkout.resolve("a.bin"), 56 * MIB);
        fay.commit("One file too large");
        Result object = fay.push();
        assertThat(object.output()).contains("a file of this push is larger than 55 MiB").doesNotContain("xception", "ended early");
        assertThat(object.exitCode()).isEqualTo(1);
        noise(fay.checkout.resolve("a.bin"), 35 * MIB);
        noise(fay.checkout.resolve("b.bin"), 34 * MIB);
        fay.git("add", "-A");
        fay.git("commit", "-q", "--amend", "-m", "Too large together");
        Result pack = fay.push();
        assertThat(pack.output()).contains("this push is larger than 60 MiB");
        assertThat(pack.exitCode()).isEqualTo(1);
        Path repository = platform.site.home().resolve("repositories").resolve(app(fay).path("id").asString() + ".git");
        assertThat(size(repository)).as("bytes left by refused pushes").isLessThan(MIB);
    }

    @Test
    void aShallowCloneIsAskedForTheRest() throws Exception {
        var gil = developer("gil").withExample(EXAMPLE).commit("Second");
        init(gil);
        var shallow = developer("gil2");
        shallow.git("fetch", "-q", "--depth", "1", "file://" + gil.checkout, "main");
        shallow.git("checkout", "-q", "-B", "main", "FETCH_HEAD");
        String url = gil.git("remote", "get-url", "caution").output().strip();
        assertThat(shallow.git("push", url, "main").output()).contains("not found"); // not theirs
        shallow.register("gil");
        Result push = shallow.git("push", url, "main");
        assertThat(push.output()).contains("this clone is shallow", "--unshallow");
        assertThat(push.exitCode()).isEqualTo(1);
    }

    private static Developer developer(String name) throws Exception {
        return new Developer(platform.site, directory.resolve(name), name, true);
    }

    private static void init(Developer developer) throws Exception {
        assertThat(developer.caution("init", "--name", developer.name).output()).contains("App created!");
        developer.commit("Link the app");
    }

    private static JsonNode app(Developer developer) throws Exception {
        return JSON.readTree(developer.caution("apps", "get", "--json").output());
    }

    private static String head(Developer developer) throws Exception {
        return developer.git("rev-parse", "HEAD").output().strip();
    }

    private static void qemuIsThere() throws Exception {
        Files.deleteIfExists(qemu);
        Files.createSymbolicLink(qemu, Path.of("/usr/bin/qemu-system-x86_64"));
    }

    private static void noise(Path file, int bytes) throws Exception {
        byte[] noise = new byte[bytes];
        new Random(bytes).nextBytes(noise);
        Files.write(file, noise);
    }

    private static long size(Path directory) throws Exception {
        try (var files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
        }
    }

    private static String match(String pattern, String text) {
        var match = java.util.regex.Pattern.compile(pattern).matcher(text);
        assertThat(match.find()).as(text).isTrue();
        return match.group(1);
    }

    private static Stream<String> processesThatMention(Path path) {
        return ProcessHandle.allProcesses()
                .flatMap(process -> process.info().commandLine().stream())
                .filter(line -> line.contains(path.toString()));
    }
}
