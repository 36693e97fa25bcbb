package co.caution.cli;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.attestation.LocalRoot;
import co.caution.attestation.NsmRequest;
import co.caution.attestation.NsmResponse;
import co.caution.attestation.SoftwareNsm;
import co.caution.eif.Measurements;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The commands on documents of our own, live and stored, and on what is no document. */
class AttestationCommandTest {

    private static final SecureRandom RANDOM = new SecureRandom();

    @TempDir
    Path temp;

    private Path document;
    private Path root;
    private Path pcrs;

    @BeforeEach
    void a_document_of_now() throws Exception {
        write(Instant.now(), new Measurements("a".repeat(96), "b".repeat(96), "c".repeat(96)));
        pcrs = Files.writeString(temp.resolve("pcrs"), "PCR0: " + "A".repeat(96) + "\nPCR1: " + "b".repeat(96) + "\n" + "c".repeat(96) + " PCR2\n");
    }

    private void write(Instant now, Measurements measured) throws Exception {
        LocalRoot local = LocalRoot.inMemory(now, RANDOM);
        SoftwareNsm nsm = new SoftwareNsm(local, measured, "i-0-enc0", () -> now, RANDOM);
        NsmRequest request = new NsmRequest.Attestation(Optional.of("app:\u001b[31mred".getBytes()), Optional.of(new byte[] {1, 2}), Optional.empty());
        document = Files.write(temp.resolve("document"), ((NsmResponse.Attestation) NsmResponse.decode(nsm.handle(request.encode()))).document());
        root = Files.writeString(temp.resolve("root.pem"), local.pem());
    }

    private Outcome verify(Object... options) {
        return Outcome.of(Stream.concat(Stream.of("attestation", "verify", "--document", document.toString()),
                Stream.of(options).map(String::valueOf)).toArray(String[]::new));
    }

    @Test
    void a_root_that_is_not_hardwares_is_named_and_counts_only_where_that_is_accepted() {
        Outcome unknown = verify("--pcrs", pcrs, "--allow-simulated");
        assertThat(unknown.exitCode()).isEqualTo(3);
        assertThat(unknown.err()).contains("rule 6 (untrusted-root)").hasLineCount(1);
        Outcome named = verify("--pcrs", pcrs, "--trust-root", root);
        assertThat(named.exitCode()).isEqualTo(5);
        assertThat(named.err()).contains("SIMULATED", "--allow-simulated").hasLineCount(1);
        Outcome accepted = verify("--pcrs", pcrs, "--trust-root", root, "--allow-simulated", "--nonce", "0102");
        assertThat(accepted.exitCode()).isZero();
        assertThat(accepted.out()).contains("VERIFIED — SIMULATED (not hardware-backed)", "named by you, not AWS's", "the one that was asked for")
                .doesNotContain("AS OF");
        Outcome unchecked = verify("--trust-root", root);
        assertThat(unchecked.exitCode()).isEqualTo(7);
        assertThat(unchecked.out()).contains("SIMULATED", "none was asked for");
    }

    @Test
    void age_is_counted_from_now() throws Exception {
        write(Instant.now().minus(Duration.ofMinutes(10)), new Measurements("a".repeat(96), "b".repeat(96), "c".repeat(96)));
        Outcome old = verify("--pcrs", pcrs, "--trust-root", root, "--allow-simulated");
        assertThat(old.exitCode()).isEqualTo(3);
        assertThat(old.err()).contains("rule 11 (stale)").hasLineCount(1);
        assertThat(verify("--pcrs", pcrs, "--trust-root", root, "--allow-simulated", "--max-age", "11m").exitCode()).isZero();
        Outcome stored = verify("--pcrs", pcrs, "--trust-root", root, "--allow-simulated", "--at", "document");
        assertThat(stored.exitCode()).isZero();
        assertThat(stored.out()).contains("AS OF");
    }

    @Test
    void the_json_has_one_field_for_each_thing() throws Exception {
        JsonNode json = JsonMapper.shared().readTree(verify("--pcrs", pcrs, "--trust-root", root, "--allow-simulated", "--json").out());
        assertThat(json.get("verdict").asString()).isEqualTo("verified");
        assertThat(json.get("exit_code").asInt()).isZero();
        assertThat(json.get("simulated").asBoolean()).isTrue();
        assertThat(json.get("debug").asBoolean()).isFalse();
        assertThat(json.get("live").asBoolean()).isTrue();
        assertThat(json.get("nonce_checked").asBoolean()).isFalse();
        assertThat(json.get("module_id").asString()).isEqualTo("i-0-enc0");
        assertThat(json.get("pcrs").get("pcr1").asString()).isEqualTo("b".repeat(96));
        Files.writeString(pcrs, Files.readString(pcrs).replace("b", "d"));
        JsonNode differs = JsonMapper.shared().readTree(verify("--pcrs", pcrs, "--trust-root", root, "--allow-simulated", "--json").out());
        assertThat(differs.get("verdict").asString()).isEqualTo("measurements_differ");
        assertThat(differs.get("differences").get("pcr1").get("expected").asString()).isEqualTo("d".repeat(96));
        assertThat(differs.get("differences").get("pcr1").get("found").asString()).isEqualTo("b".repeat(96));
    }

    @ParameterizedTest
    @CsvSource({
        "--nonce, ''", "--nonce, 0", "--nonce, xy", "--at, yesterday", "--at, 2026-01-01", "--max-age, -1", "--max-age, soon", "--max-age, PT-5M",
        "--pcrs, /nowhere", "--trust-root, /nowhere", "--document, /nowhere"})
    void what_the_user_gets_wrong_is_said_in_one_line(String option, String value) {
        Outcome outcome = Outcome.of(option.equals("--document")
                ? new String[] {"attestation", "verify", option, value}
                : new String[] {"attestation", "verify", "--document", document.toString(), option, value});
        assertThat(outcome.exitCode()).isEqualTo(64);
        assertThat(outcome.err()).startsWith("error: ").hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "{", "{}", "{\"document\":1}", "{\"document\":\"%\"}", "{\"document\":\"AAAA\"}", "AAAA", "00"})
    void what_is_no_document_is_refused_in_one_line(String text) {
        Outcome outcome = Outcome.withInput(text.getBytes(), "attestation", "verify", "--document", "-");
        assertThat(outcome.exitCode()).isEqualTo(3);
        assertThat(outcome.err()).startsWith("error: rule ").contains("(malformed)").hasLineCount(1);
        assertThat(Outcome.withInput(text.getBytes(), "attestation", "inspect", "-").exitCode()).isEqualTo(3);
    }

    @Test
    void input_is_read_to_a_limit() {
        Outcome outcome = Outcome.withInput(new byte[3 << 20], "attestation", "verify", "--document", "-");
        assertThat(outcome.exitCode()).isEqualTo(3);
        assertThat(outcome.err()).contains("1048577 bytes are more than 16384");
    }

    @Test
    void inspection_calls_signed_what_is_and_steers_no_terminal() {
        Outcome without = Outcome.of("attestation", "inspect", document.toString());
        assertThat(without.exitCode()).isZero();
        assertThat(without.out()).startsWith("NOTHING HERE IS VERIFIED: rule 6").doesNotContain("  signed ").doesNotContain("\u001b");
        Outcome named = Outcome.of("attestation", "inspect", document.toString(), "--trust-root", root.toString());
        assertThat(named.out()).startsWith("Signed under SIMULATED (not hardware-backed) root")
                .contains("  signed      module_id: i-0-enc0", "  unverified  tag: none").doesNotContain("VERIFIED");
        JsonNode json = JsonMapper.shared().readTree(
                Outcome.of("attestation", "inspect", document.toString(), "--trust-root", root.toString(), "--json").out());
        assertThat(json.get("sections").get("payload").get(0).get("mark").asString()).isEqualTo("signed");
        assertThat(json.get("sections").get("envelope").get(0).get("mark").asString()).isEqualTo("unverified");
    }
}
