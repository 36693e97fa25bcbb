package co.caution.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.attestation.Evidence;
import co.caution.attestation.TrustRoot;
import co.caution.e2e.Developer.Result;
import co.caution.verify.ChannelBinding;
import co.caution.verify.KeyHolder;
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** From {@code git push} to {@code caution verify}, with the real git, ssh, buildah, kernel and QEMU. */
class PushEndToEndIT {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String EXAMPLE = "docs/examples/hello";
    private static final Pattern APPLICATION = Pattern.compile("Application: (http://\\S+)");

    @TempDir
    static Path directory;

    private static Platform platform;

    @BeforeAll
    static void startThePlatform() throws Exception {
        platform = new Platform(directory.resolve("home"));
    }

    @AfterAll
    static void stopThePlatform() {
        if (platform != null) {
            platform.close();
        }
    }

    @Test
    void aPushEndsInAnEnclaveThatAnyoneCanVerify() throws Exception {
        var alice = developer("alice").withExample(EXAMPLE);
        assertThat(alice.caution("init", "--name", "hello-alice").output()).contains("App created!", "git push caution main");
        alice.commit("Link the app");

        Result push = alice.push();
        assertThat(push.output()).contains("Deployment successful!", "Run 'caution verify'", "main -> main");
        assertThat(push.exitCode()).isZero();
        String url = match(APPLICATION, push.output());
        assertThat(get(url)).startsWith("Hello");

        Result verified = alice.caution("verify");
        assertThat(verified.output()).contains(
                "✓ COSE signature verification passed",
                "✓ Nonce verified (prevents replay attacks)",
                "Reproducing build from current directory",
                "✓ Attestation verification PASSED",
                "application channel bound: TLS at https://",
                "SIMULATED (not hardware-backed)");
        assertThat(verified.exitCode()).isZero();
        assertThat(alice.caution("status").output()).contains("HEAD is what is live");
        JsonNode first = verified(alice);
        assertThat(first.path("remote")).isEqualTo(first.path("expected"));

        knownPcrsDecide(alice, first.path("remote"));
        aTamperedDocumentIsRefused(alice, first);
        aStrangerIsNotToldThatSimulatedEvidenceIsGood(alice);
        anInterceptedChannelIsNoticed(alice);
        String key = theChannelLeadsIntoTheEnclave(alice, first);

        // Another byte of the app is another PCR2 and PCR0, on the same EnclaveOS.
        alice.replace("hello.c", "greeting, \"%s\\n\"", "greeting, \"%s?\\n\"").commit("Greet with a question mark");
        assertThat(alice.caution("status").exitCode()).as("what is live is not HEAD").isEqualTo(2);
        assertThat(alice.caution("verify").exitCode()).as("what runs is the commit before").isEqualTo(5);
        assertThat(alice.push().exitCode()).isZero();
        assertThat(get(url)).endsWith("?\n");
        JsonNode second = verified(alice);
        assertThat(second.at("/remote/pcr1")).isEqualTo(first.at("/remote/pcr1"));
        assertThat(second.at("/remote/pcr2")).isNotEqualTo(first.at("/remote/pcr2"));
        assertThat(second.at("/remote/pcr0")).isNotEqualTo(first.at("/remote/pcr0"));
        assertThat(theChannelLeadsIntoTheEnclave(alice, second)).as("each enclave has a key of its own").isNotEqualTo(key);
        assertThat(second.path("channel_at")).as("the door stays").isEqualTo(first.path("channel_at"));

        goingBackRunsTheSameBytes(alice, url, first);

        assertThat(alice.caution("apps", "destroy").exitCode()).as("not without being asked").isEqualTo(64);
        assertThat(alice.destroy("hello-alice").exitCode()).isZero();
        assertThat(alice.caution("verify").exitCode()).isEqualTo(4);
    }

    private static void goingBackRunsTheSameBytes(Developer alice, String url, JsonNode first) throws Exception {
        assertThat(alice.caution("rollback", "--to", "2").output()).contains("v2 is what runs already");
        Result back = alice.caution("rollback");
        assertThat(back.output()).contains("Starting v1 of commit", "Attested: PCR0-2 match v1", "v1 is live").doesNotContain("Building");
        assertThat(back.exitCode()).isZero();
        assertThat(get(url)).doesNotEndWith("?\n");
        JsonNode again = JSON.readTree(alice.caution("verify", "--pcrs", "../good.txt", "--json").output());
        assertThat(again.path("remote")).isEqualTo(first.path("remote"));
        assertThat(alice.caution("status").exitCode()).as("HEAD is the newer commit").isEqualTo(2);
        assertThat(alice.caution("releases").output()).containsPattern("v2 .*\\n(?s:.*)v1 .* runs");
        assertThat(alice.caution("deployments").output().lines().map(line -> line.replaceAll(".*  (v[0-9]  [a-z]+).*", "$1")))
                .containsExactly("v1  live", "v2  retired", "v1  retired");
        assertThat(alice.caution("releases", "show", "1", "--manifest").output()).contains("\"argv\"");
    }

    /** @return the key's digest */
    private static String theChannelLeadsIntoTheEnclave(Developer alice, JsonNode verified) throws Exception {
        assertThat(verified.path("channel").asString()).as(verified.toString()).isEqualTo("bound");
        String at = verified.path("channel_at").asString();
        assertThat(alice.caution("apps", "get").output()).contains("Channel:     https://" + at + " ");
        var binding = new ChannelBinding(verified.path("channel_key").asString());
        try (var client = HttpClient.newBuilder().sslContext(binding.context()).build()) {
            var answer = client.send(HttpRequest.newBuilder(URI.create("https://" + at + "/")).build(), BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).startsWith("Hello");
        }
        return binding.spkiSha256();
    }

    /** Somebody between the app's users and the enclave answers with a key of their own. */
    private static void anInterceptedChannelIsNoticed(Developer alice) throws Exception {
        try (var between = new KeyHolder("TLSv1.3")) {
            Result noticed = alice.caution("verify", "--pcrs", "../good.txt", "--channel", "localhost:" + between.port());
            assertThat(noticed.exitCode()).as(noticed.output()).isEqualTo(5);
            assertThat(noticed.output()).contains("another program answers on the app's port", between.spki());
        }
    }

    @Test
    @Tag("full")
    void anAppHasEvidenceForAKeyOfItsOwn() throws Exception {
        var kim = developer("kim").withExample("docs/examples/own-keys");
        assertThat(kim.caution("init", "--name", "keys-kim").exitCode()).isZero();
        kim.commit("Link the app");
        Result push = kim.push();
        assertThat(push.exitCode()).as(push.output()).isZero();
        String url = match(APPLICATION, push.output());
        byte[] nonce = "a nonce of the asker's".getBytes(StandardCharsets.US_ASCII);
        byte[] document = Base64.getDecoder().decode(
                JSON.readTree(get(url + "/key?nonce=" + HexFormat.of().formatHex(nonce))).path("document").asString());
        var root = TrustRoot.of(platform.site.home().resolve("simulated-root").resolve("root-certificate.pem"));
        var evidence = Evidence.check(document, List.of(root), Optional.of(nonce), Instant.now(), Duration.ofMinutes(5), false);
        assertThat(evidence).isInstanceOf(Evidence.Genuine.class);
        assertThat(((Evidence.Genuine) evidence).document().bindsUserData("app:own-keys/1".getBytes(StandardCharsets.US_ASCII))).isTrue();
        // An attestation of the app's is no answer to a verifier: its user_data are not the agent's.
        assertThat(kim.caution("verify").output()).contains("✓ Attestation verification PASSED");
        assertThat(kim.destroy("keys-kim").exitCode()).isZero();
    }

    private static JsonNode verified(Developer developer) throws Exception {
        Result result = developer.caution("verify", "--json");
        assertThat(result.exitCode()).as(result.output()).isZero();
        JsonNode json = JSON.readTree(result.output());
        assertThat(json.path("verdict").asString()).isEqualTo("verified");
        return json;
    }

    private void knownPcrsDecide(Developer alice, JsonNode remote) throws Exception {
        alice.write("../good.txt", "PCR0: " + remote.path("pcr0").asString() + "\nPCR1: " + remote.path("pcr1").asString()
                + "\nPCR2: " + remote.path("pcr2").asString() + "\n");
        Result same = alice.caution("verify", "--pcrs", "../good.txt");
        assertThat(same.exitCode()).as(same.output()).isZero();
        String pcr2 = remote.path("pcr2").asString();
        String other = (pcr2.charAt(0) == '0' ? '1' : '0') + pcr2.substring(1);
        alice.write("../bad.txt", Files.readString(alice.checkout.resolve("../good.txt")).replace(pcr2, other));
        Result differs = alice.caution("verify", "--pcrs", "../bad.txt");
        assertThat(differs.exitCode()).isEqualTo(2);
        assertThat(differs.output()).contains("PCR0: match", "PCR1: match", "PCR2: MISMATCH", "✗ Attestation verification FAILED");
    }

    /** Somebody between the verifier and the enclave changes one bit of the document. */
    private void aTamperedDocumentIsRefused(Developer alice, JsonNode verified) throws Exception {
        URI real = URI.create(JSON.readTree(Files.readString(alice.checkout.resolve(".caution/deployment.json")))
                .path("attestation_url").asString());
        HttpServer between = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        between.createContext("/", exchange -> {
            try (exchange; var client = HttpClient.newHttpClient()) {
                var answer = client.send(HttpRequest.newBuilder(real)
                        .POST(HttpRequest.BodyPublishers.ofByteArray(exchange.getRequestBody().readAllBytes())).build(),
                        BodyHandlers.ofByteArray());
                ObjectNode json = (ObjectNode) JSON.readTree(answer.body());
                byte[] document = Base64.getDecoder().decode(json.path("document").asString());
                document[document.length / 2] ^= 1;
                byte[] body = JSON.writeValueAsBytes(json.put("document", Base64.getEncoder().encodeToString(document)));
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        between.start();
        try {
            Result refused = alice.caution("verify", "--url", "http://127.0.0.1:" + between.getAddress().getPort() + "/attestation",
                    "--trust-root", platform.site.home().resolve("simulated-root").resolve("root-certificate.pem").toString(), "--allow-simulated");
            assertThat(refused.exitCode()).as(refused.output()).isEqualTo(3);
            assertThat(refused.output()).doesNotContain("✓ Attestation verified", "Remote PCR values");
        } finally {
            between.stop(0);
        }
    }

    /** The same root, named but not pinned, does not make exit 0. */
    private void aStrangerIsNotToldThatSimulatedEvidenceIsGood(Developer alice) throws Exception {
        var stranger = new Developer(platform.site, directory.resolve("stranger"), "stranger", false);
        stranger.git("fetch", "-q", alice.checkout.toString(), "main");
        stranger.git("checkout", "-q", "-B", "main", "FETCH_HEAD");
        assertThat(stranger.caution("verify").exitCode()).as("an unknown root").isEqualTo(3);
        String root = platform.site.home().resolve("simulated-root").resolve("root-certificate.pem").toString();
        Result simulated = stranger.caution("verify", "--trust-root", root);
        assertThat(simulated.exitCode()).isEqualTo(5);
        assertThat(simulated.output()).contains("SIMULATED");
        assertThat(stranger.caution("verify", "--trust-root", root, "--allow-simulated").exitCode()).isZero();
    }

    @Test
    void aKeyThatNobodyRegisteredIsRefusedAtLogin() throws Exception {
        var mallory = new Developer(platform.site, directory.resolve("mallory"), "mallory", false).commit("x");
        Result push = mallory.git("push", "ssh://git@localhost:" + platform.site.sshPort() + "/" + UUID.randomUUID() + ".git", "main");
        assertThat(push.exitCode()).isNotZero();
        assertThat(push.output()).contains("Permission denied (publickey)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ed25519", "ecdsa", "rsa"})
    void theUsualKindsOfKeysSignIn(String type) throws Exception {
        var kim = new Developer(platform.site, directory.resolve("kim-" + type), "kim-" + type, false);
        kim.makeKey(type);
        kim.register("kim-" + type);
        kim.write("Containerfile", "FROM scratch\n").commit("x");
        kim.caution("init", "--name", "kims");
        assertThat(kim.git("ls-remote", "caution").exitCode()).isZero();
        if (type.equals("rsa")) {
            var sha1 = kim.ssh("-o", "PubkeyAcceptedAlgorithms=ssh-rsa", "git@localhost", "git-upload-pack 'x'");
            assertThat(sha1.output()).contains("Permission denied (publickey)");
        }
    }

    @Test
    void sshServesNothingButGit() throws Exception {
        var lee = developer("lee");
        assertThat(lee.ssh("git@localhost").output()).contains("shell request failed");
        assertThat(lee.ssh("git@localhost", "id").output()).contains("fatal: Only git push, fetch and clone");
        assertThat(lee.ssh("-s", "git@localhost", "sftp").output()).contains("subsystem request failed");
        assertThat(lee.ssh("-N", "-o", "ExitOnForwardFailure=yes", "-R", "0:localhost:1", "git@localhost").exitCode())
                .as("a forwarded port").isNotZero();
        assertThat(lee.ssh("-W", "localhost:" + platform.site.httpPort(), "git@localhost").exitCode())
                .as("a way to the API's port").isNotZero();
    }

    @Test
    void anAppThatDoesNotExistIsSaidToBeUnknown() throws Exception {
        var bob = developer("bob").commit("x");
        UUID nowhere = UUID.randomUUID();
        Result push = bob.git("push", "ssh://git@localhost:" + platform.site.sshPort() + "/" + nowhere + ".git", "main");
        assertThat(push.exitCode()).isNotZero();
        assertThat(push.output()).contains("fatal: App '" + nowhere + "' not found: it does not exist, or is not yours. 'caution apps list' shows yours.");
    }

    @Test
    void anAppOfSomebodyElseIsAnAppThatDoesNotExist() throws Exception {
        var carol = developer("carol").withExample(EXAMPLE);
        carol.caution("init", "--name", "carols");
        var eve = developer("eve").commit("x");
        String url = carol.git("remote", "get-url", "caution").output().strip();
        assertThat(eve.git("push", url, "main").output()).contains("not found: it does not exist, or is not yours. 'caution apps list' shows yours.");
        assertThat(eve.git("ls-remote", url).exitCode()).isNotZero();
    }

    @Test
    void aMalformedProcfileIsRejectedWithItsLineAndTheBranchStaysWhereItIs() throws Exception {
        var dave = developer("dave").withExample(EXAMPLE);
        dave.caution("init", "--name", "daves");
        dave.write("Procfile", "build: docker build .\nprots: 8080\n").commit("A typing error");
        Result push = dave.push();
        assertThat(push.exitCode()).isEqualTo(1);
        assertThat(push.output()).contains("Procfile", "2", "prots", "ports", "[remote rejected] main -> main (build failed)");
        assertThat(dave.git("ls-remote", "caution").output()).doesNotContain("refs/heads/main");
    }

    @Test
    void aBuildThatFailsShowsTheCompilersOwnMessageAndCanBeTriedAgain() throws Exception {
        var frank = developer("frank").withExample(EXAMPLE);
        frank.caution("init", "--name", "franks");
        frank.replace("hello.c", "int main(", "int mian(").commit("A slip");
        Result push = frank.push();
        assertThat(push.exitCode()).isEqualTo(1);
        assertThat(push.output()).contains("undefined reference to `main'", "build failed", "caution builds output ");
        String build = match(Pattern.compile("caution builds output (\\S+)"), push.output());
        assertThat(frank.caution("builds", "output", build).output()).contains("undefined reference to `main'");
        assertThat(frank.caution("builds", "list").output()).contains("failed (build)");
    }

    @Test
    void anAppThatExitsAtOnceIsNeverLiveAndItsExitCodeIsShown() throws Exception {
        var grace = developer("grace").withExample(EXAMPLE);
        grace.caution("init", "--name", "graces");
        grace.write("hello.c", """
                #include <stdio.h>
                int main(void) { fputs("the configuration is missing\\n", stderr); return 3; }
                """).commit("Gives up");
        Result silent = grace.push();
        assertThat(silent.exitCode()).isEqualTo(1);
        assertThat(silent.output()).contains("deployment failed", "exited with code 3", "report_stderr: on")
                .doesNotContain("the configuration is missing");

        grace.write("Procfile", Files.readString(grace.checkout.resolve("Procfile")) + "report_stderr: on\n").commit("Talk");
        assertThat(grace.push().output()).contains("exited with code 3", "the configuration is missing");
    }

    @Tag("full")
    @Test
    void whatDoesNotReproduceIsExplainedByItsListThenByItsImageAndByBuildingTwice() throws Exception {
        var henry = developer("henry").withExample("docs/examples/unreproducible/archive-time");
        henry.caution("init", "--name", "dated");
        henry.commit("Link the app");
        assertThat(henry.push().exitCode()).isZero();

        Result listed = henry.caution("verify");
        assertThat(listed.exitCode()).as(listed.output()).isEqualTo(2);
        assertThat(listed.output()).contains("PCR1: match", "PCR2: MISMATCH", "Why they differ:", "The configuration of what runs is proven",
                "A file of the app differs:", "~ /www/data.tar.gz", "perhaps because of the time of the build, in an archive's entries",
                "What helps against", "touch -d @0", "only the image shows it");

        Result downloaded = henry.caution("apps", "download-eif", "-o", "dated.eif", "--json");
        assertThat(downloaded.exitCode()).as(downloaded.output()).isZero();
        JsonNode imaged = JSON.readTree(henry.caution("verify", "--eif", "dated.eif", "--json").output());
        assertThat(imaged.path("exit_code").asInt()).isEqualTo(2);
        assertThat(imaged.at("/explanation/basis").asString()).isEqualTo("image");
        assertThat(imaged.at("/explanation/configuration")).isEmpty();
        assertThat(imaged.at("/explanation/enclaveos")).isEmpty();
        assertThat(imaged.at("/explanation/files")).hasSize(1);
        assertThat(imaged.at("/explanation/files/0/path").asString()).isEqualTo("/www/data.tar.gz");
        assertThat(imaged.at("/explanation/files/0/cause").asString()).isEqualTo("archive_time");
        assertThat(imaged.at("/explanation/files/0/seen").asBoolean()).isTrue();
        assertThat(imaged.at("/explanation/files/0/first_difference/offset").isNumber()).isTrue();

        String other = Path.of(imaged.path("stage").asString(), "output", "enclave.eif").toString();
        JsonNode refused = JSON.readTree(henry.caution("verify", "--eif", other, "--json").output());
        assertThat(refused.at("/explanation/basis").asString()).as("nothing is concluded from another image").isEqualTo("list");
        assertThat(refused.at("/explanation/notes/0").asString()).contains("is another image than the one that runs");

        Result twice = henry.caution("reproduce", "--twice", "--json");
        assertThat(twice.exitCode()).as(twice.output()).isEqualTo(2);
        assertThat(JSON.readTree(twice.output()).at("/explanation/causes/0").asString()).isEqualTo("archive_time");
    }

    private static Developer developer(String name) throws Exception {
        return new Developer(platform.site, directory.resolve(name), name, true);
    }

    private static String get(String url) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString()).body();
        }
    }

    private static String match(Pattern pattern, String text) {
        var match = pattern.matcher(text);
        assertThat(match.find()).as(text).isTrue();
        return match.group(1);
    }
}
