package co.caution.cli;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.eif.Vectors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code caution attestation verify} on every collected document: verdict, exit code and the reason for each refusal. */
class CollectedDocumentsTest {

    @TempDir
    Path temp;

    static Stream<Arguments> rows() {
        List<Arguments> rows = new ArrayList<>();
        for (JsonNode row : JsonMapper.shared().readTree(Vectors.folder().resolve("index.json").toFile())) {
            rows.add(Arguments.of(row.get("file").asString(), row));
        }
        return rows.stream();
    }

    /** Reported as skipped where the folder is missing. */
    @Test
    void the_documents_are_there() {
        assertThat(rows()).hasSizeGreaterThanOrEqualTo(22);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void every_document_gets_its_verdict(String file, JsonNode row) throws Exception {
        String document = Vectors.folder().resolve(file).toString();
        String at = row.get("verify_at").asString();
        String[] pcrs = {row.get("pcr0").asString(""), row.get("pcr1").asString(""), row.get("pcr2").asString("")};
        if (row.get("outcome").asString().equals("refuse")) {
            refused(document, at, row.get("reason").asString());
            assertThat(verify(document, "--at", at, "--allow-debug", "--allow-simulated").exitCode()).isEqualTo(3);
            return;
        }
        boolean debug = row.get("mode").asString().equals("debug");
        if (debug) {
            Outcome without = verify(document, "--at", at, "--pcrs", file(pcrs));
            assertThat(without.exitCode()).isEqualTo(5);
            assertThat(without.err()).contains("rule 13 (debug)").hasLineCount(1);
        }
        String[] allowed = debug ? new String[] {"--allow-debug"} : new String[0];
        Outcome verified = verify(document, with(allowed, "--at", at, "--pcrs", file(pcrs)));
        assertThat(verified.exitCode()).as(verified.err()).isZero();
        assertThat(verified.out()).contains("VERIFIED", "AWS Nitro Enclaves", "says nothing about now");
        assertThat(verified.out().contains("DEBUG MODE")).isEqualTo(debug);
        assertThat(verified.err()).isEmpty();

        Outcome unchecked = verify(document, with(allowed, "--at", at));
        assertThat(unchecked.exitCode()).isEqualTo(7);
        assertThat(unchecked.out()).contains("WORKLOAD NOT CHECKED").doesNotContain("VERIFIED");

        int i = Math.floorMod(file.hashCode(), 3);
        String[] other = pcrs.clone();
        other[i] = (other[i].charAt(0) == 'a' ? "b" : "a") + other[i].substring(1);
        Outcome differs = verify(document, with(allowed, "--at", at, "--pcrs", file(other)));
        assertThat(differs.exitCode()).isEqualTo(2);
        assertThat(differs.err()).hasLineCount(1).contains("rule 14", "PCR" + i + " is " + pcrs[i], "expected is " + other[i]);
        for (Duration moved : List.of(Duration.ofHours(12), Duration.ofHours(-12))) {
            Outcome stale = verify(document, with(allowed, "--max-age", "999d", "--at", Instant.parse(at).plus(moved).toString()));
            assertThat(stale.exitCode()).isEqualTo(3);
            assertThat(stale.err()).contains("rule 7 (bad-certificate)").hasLineCount(1);
        }
        assertThat(verify(document, with(allowed, "--max-age", "99999d", "--pcrs", file(pcrs))).exitCode()).as("now").isEqualTo(3);
    }

    /** Some of them: what is refused and what is not. */
    static Stream<Arguments> someRows() {
        List<Arguments> rows = rows().toList();
        return Stream.of(rows.getFirst(), rows.get(1), rows.get(rows.size() - 2), rows.getLast());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("someRows")
    void the_form_in_which_a_document_is_kept_changes_nothing(String file, JsonNode row) throws Exception {
        byte[] document = Files.readAllBytes(Vectors.folder().resolve(file));
        String[] how = {"attestation", "verify", "--document", "-", "--at", row.get("verify_at").asString(), "--allow-debug"};
        String base64 = Base64.getMimeEncoder().encodeToString(document);
        Outcome raw = Outcome.withInput(document, how);
        for (String form : List.of(HexFormat.of().formatHex(document), base64, Base64.getUrlEncoder().encodeToString(document),
                Base64.getUrlEncoder().withoutPadding().encodeToString(document) + "\n",
                "{\"document\":\"" + Base64.getEncoder().encodeToString(document) + "\"}")) {
            Outcome other = Outcome.withInput(form.getBytes(), how);
            assertThat(other.exitCode()).isEqualTo(raw.exitCode());
            assertThat(form(other.out() + other.err())).isEqualTo(form(raw.out() + raw.err()));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void a_nonce_is_the_documents_own_or_refused(String file, JsonNode row) throws Exception {
        if (row.get("outcome").asString().equals("refuse")) {
            return;
        }
        String document = Vectors.folder().resolve(file).toString();
        String at = row.get("verify_at").asString();
        Outcome other = verify(document, "--at", at, "--allow-debug", "--nonce", "00");
        assertThat(other.exitCode()).isEqualTo(3);
        assertThat(other.err()).contains("rule 12 (wrong-nonce)").hasLineCount(1);
        String nonce = row.get("nonce").asString("");
        if (!nonce.isEmpty()) {
            Outcome own = verify(document, "--at", at, "--allow-debug", "--nonce", nonce.toUpperCase(Locale.ROOT));
            assertThat(own.exitCode()).isEqualTo(7);
            assertThat(own.out()).contains("Nonce: the one that was asked for");
        }
    }

    private static String form(String said) {
        return said.replaceAll("read as (raw bytes[^)\\n]*|hex|base64|an endpoint's answer)", "read");
    }

    private static void refused(String document, String at, String reason) {
        Outcome outcome = verify(document, "--at", at);
        assertThat(outcome.exitCode()).isEqualTo(3);
        assertThat(outcome.err()).hasLineCount(1).matches("(?s)error: rule \\d+ \\(" + reason + "\\): .*; demanded is .*");
        assertThat(outcome.out()).isEmpty();
        JsonNode json = JsonMapper.shared().readTree(verify(document, "--at", at, "--json").out());
        assertThat(json.get("verdict").asString()).isEqualTo("evidence_invalid");
        assertThat(json.get("rule").get("reason").asString()).isEqualTo(reason);
    }

    private static Outcome verify(String document, String... options) {
        return Outcome.of(with(options, "attestation", "verify", "--document", document));
    }

    private static String[] with(String[] more, String... options) {
        // The command first, whatever else there is.
        return options[0].equals("attestation") ? join(options, more) : join(more, options);
    }

    private static String[] join(String[] one, String[] two) {
        return Stream.concat(Stream.of(one), Stream.of(two)).toArray(String[]::new);
    }

    private String file(String... pcrs) throws IOException {
        Path file = Files.createTempFile(temp, "pcrs", "");
        Files.writeString(file, "PCR0: " + pcrs[0] + "\nPCR1: " + pcrs[1] + "\nPCR2: " + pcrs[2] + "\n");
        return file.toString();
    }
}
