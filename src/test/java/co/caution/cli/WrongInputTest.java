package co.caution.cli;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.cli.Person.Said;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What somebody types who does not know the commands yet. */
class WrongInputTest {

    private static final String URL = "http://localhost:1/attestation";

    @TempDir
    Path directory;

    private Person nobody;

    @BeforeEach
    void somebodyWithNothing() throws Exception {
        nobody = new Person(directory, "http://localhost:1");
    }

    @Test
    void aFileThatIsNotThereIsSaidToBeNotThere() {
        for (String option : new String[] {"--pcrs", "--policy", "--document"}) {
            Said said = option.equals("--document") ? nobody.caution("verify", option, "nothing")
                    : nobody.caution("verify", "--url", URL, option, "nothing");
            assertThat(said.exitCode()).as(option).isEqualTo(64);
            assertThat(said.err()).as(option).contains("nothing").containsIgnoringCase("there is no").doesNotContain("Exception");
        }
    }

    @Test
    void aCommandThatNeedsOneMoreWordNamesThem() {
        Said said = nobody.caution("orgs");
        assertThat(said.exitCode()).isEqualTo(64);
        assertThat(said.err()).contains("'caution orgs' needs one more word: ").contains("list", "create", "leave");
    }

    @Test
    void theVersionIsAnOptionToo() {
        assertThat(nobody.caution("--version").out()).isEqualTo(nobody.caution("version").out()).startsWith("caution ");
    }
}
