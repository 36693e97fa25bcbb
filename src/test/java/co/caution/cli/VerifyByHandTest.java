package co.caution.cli;

import static co.caution.cli.ActedOperator.answer;
import static co.caution.cli.ActedOperator.bindings;
import static co.caution.cli.ActedOperator.send;
import static org.assertj.core.api.Assertions.assertThat;

import co.caution.docs.Page;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page that says how to verify without Caution, run as it stands. */
class VerifyByHandTest {

    private static final String DONE = "This enclave runs what is in";

    @TempDir
    static Path directory;

    private static ReviewedApp app;

    private ActedOperator operator;

    @BeforeAll
    static void theAppAsItWasReviewed() throws Exception {
        app = new ReviewedApp(directory);
    }

    @BeforeEach
    void anHonestOperator() throws Exception {
        operator = new ActedOperator(app.root, ReviewedApp.RANDOM).serves(app.os.digest(), app.os).runs(app.image, app.os.digest());
    }

    @AfterEach
    void stop() {
        operator.close();
    }

    private static String script() throws Exception {
        return Page.of("docs/guide/verify-by-hand.md").blocks().stream().filter(block -> block.language().equals("sh"))
                .map(Page.Block::content).collect(Collectors.joining("\n", "set -eu\n", ""));
    }

    private String run() throws Exception {
        Path work = Files.createTempDirectory(directory, "by-hand");
        var builder = new ProcessBuilder("sh", "-c", script()).directory(work.toFile()).redirectErrorStream(true);
        builder.environment().put("ATTESTATION_URL", operator.url());
        builder.environment().put("ROOT", app.rootFile().toString());
        builder.environment().put("ROOT_SHA256", app.root.trustRoot().fingerprint());
        builder.environment().put("LOCK", app.lockFile().toString());
        builder.environment().put("SOURCE", app.source.toString());
        builder.environment().put("STAGE", app.image.stage().toString());
        Process shell = builder.start();
        shell.getOutputStream().close();
        String said = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(shell.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(shell.exitValue() == 0).as(said).isEqualTo(said.contains(DONE));
        return said;
    }

    @Test
    void anHonestEnclaveIsBelieved() throws Exception {
        assertThat(run()).contains("leaf.pem: OK", "Verified OK", "PCR0: " + app.image.measurements().pcr0(), "app/rootfs/app", DONE);
    }

    @Test
    void evidenceWithoutThisChallengeIsNot() throws Exception {
        operator.does((exchange, nonce) -> send(exchange, 200, answer(operator.document(app.image.measurements(), new byte[32],
                bindings(app.image.manifestJson())), app.image.manifestJson(), app.image.manifestJson(), "x")));
        assertThat(run()).contains("Verified OK", "differ").doesNotContain(DONE);
    }

    @Test
    void aFileSlippedIntoRamdisk0IsFound() throws Exception {
        var slipped = TinyEnclaveOs.in(directory.resolve("slipped-os"), "the agent that everybody has read", "sh");
        operator.runs(app.build(app.source, slipped, "slipped-stage"), app.os.digest());
        assertThat(run()).contains("Verified OK").doesNotContain(DONE);
    }

    @Test
    void anotherManifestIsFound() throws Exception {
        byte[] other = new String(app.image.manifestJson(), StandardCharsets.UTF_8).replace("\"egress\":[]", "\"egress\":[\"a:1\"]")
                .getBytes(StandardCharsets.UTF_8);
        operator.does((exchange, nonce) -> send(exchange, 200, answer(operator.document(app.image.measurements(), nonce,
                bindings(app.image.manifestJson())), app.image.manifestJson(), other, "x")));
        assertThat(run()).contains("Verified OK").doesNotContain(DONE);
    }
}
