package co.caution.cli;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.attestation.ExpectedPcrs;
import co.caution.attestation.PcrFile;
import co.caution.cli.Person.Said;
import co.caution.eif.Measurements;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KnownPcrsTest {

    private static final Measurements MEASURED = new Measurements("0a".repeat(48), "1b".repeat(48), "2c".repeat(48));

    @TempDir
    Path directory;

    private Person person;

    @BeforeEach
    void somebody() throws Exception {
        person = new Person(directory, "http://localhost:9").in(directory);
    }

    @Test
    void whatIsWrittenIsRead() throws Exception {
        Path file = directory.resolve("known.json");
        KnownPcrs.write(file, MEASURED);
        assertThat(PcrFile.parse(Files.readString(file))).isEqualTo(ExpectedPcrs.of(MEASURED));
    }

    @Test
    void whatABuildPrintsIsRefusedWithTheWayToAFile() throws Exception {
        var printed = KnownPcrs.of(MEASURED);
        printed.put("eif_size", 1);
        person.write("printed.json", Output.text(printed));
        Said said = person.caution("verify", "--url", "http://localhost:9/attestation", "--pcrs", "printed.json");
        assertThat(said.exitCode()).isEqualTo(Errors.USAGE);
        assertThat(said.err()).contains("printed.json was not understood", "'caution build --pcrs FILE' writes one that is");
    }

    @Test
    void aPlaceThatIsNotThereIsSaidBeforeTheBuild() throws Exception {
        person.git("init", "-q", "-b", "main");
        Said said = person.caution("build", "--pcrs", "nowhere/known.json");
        assertThat(said.exitCode()).isEqualTo(Errors.USAGE);
        assertThat(said.err()).contains("cannot be written to").contains("--pcrs");
    }
}
