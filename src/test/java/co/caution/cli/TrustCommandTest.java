package co.caution.cli;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.cli.Person.Said;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept, as its owner sees and changes it. */
class TrustCommandTest {

    private static final String URL = "https://App.Example.org:443/attestation/";
    private static final String KEY = "https://app.example.org/attestation";
    private static final String ROOT = "ab".repeat(32);

    @TempDir
    Path directory;

    private Person person;

    @BeforeEach
    void somebody() throws Exception {
        person = new Person(directory, "http://localhost:1");
    }

    private Path file() throws Exception {
        try (var files = Files.list(directory.resolve("config/trust"))) {
            return files.filter(file -> file.toString().endsWith(".json")).findFirst().orElseThrow();
        }
    }

    @Test
    void aPinIsListedShownAndForgottenUnderEverySpelling() {
        assertThat(person.caution("trust", "list").out()).contains("Nothing is kept yet");
        assertThat(person.caution("trust", "pin", URL, ROOT).out()).contains(KEY, "SIMULATED");
        assertThat(person.caution("trust", "list").out()).contains(KEY, "root abababababababab… pinned");
        assertThat(person.caution("trust", "list", "--json").json().get(0).at("/root/sha256").asString()).isEqualTo(ROOT);
        assertThat(person.caution("trust", "show", KEY).out()).contains(ROOT, "Policy: none", "Verified: never");
        assertThat(person.caution("trust", "show", "--json", KEY).json().path("history").isEmpty()).isTrue();
        assertThat(person.caution("trust", "forget", "https://other.example.org/attestation").out()).contains("Nothing was kept");
        assertThat(person.caution("trust", "forget", URL, "--json").json().path("forgotten").asBoolean()).isTrue();
        assertThat(person.caution("trust", "list", "--json").json().isEmpty()).isTrue();
    }

    @Test
    void whatIsDamagedIsOneErrorThatSaysWhatToDoAndCanBeForgotten() throws Exception {
        person.caution("trust", "pin", URL, ROOT);
        Files.writeString(file(), "{");
        for (String[] command : new String[][] {{"trust", "list"}, {"trust", "show", KEY}, {"trust", "pin", KEY, ROOT},
            {"verify", "--url", KEY, "--pcrs", "x"}}) {
            Said said = person.caution(command);
            assertThat(said.exitCode()).as(said.all()).isEqualTo(1);
            assertThat(said.err()).contains("is damaged", "Repair it, or remove it").hasLineCount(1);
        }
        assertThat(person.caution("trust", "forget", KEY).exitCode()).isZero();
        assertThat(person.caution("trust", "pin", KEY, ROOT).exitCode()).isZero();
    }

    @Test
    void whatIsNoPlaceOrNoLockIsUsage() throws Exception {
        person.write("lock", "no lock\n");
        for (String[] wrong : new String[][] {{"trust", "show", "nonsense"}, {"trust", "forget", "https://a@b/"}, {"trust", "lock", "lock"},
            {"trust", "lock", "nowhere"}, {"trust", "pin", KEY, "short"}}) {
            Said said = person.caution(wrong);
            assertThat(said.exitCode()).as(said.all()).isEqualTo(64);
            assertThat(said.err()).startsWith("error: ").hasLineCount(1);
        }
    }
}
