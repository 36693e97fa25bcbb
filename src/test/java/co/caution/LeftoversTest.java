package co.caution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeftoversTest {

    @TempDir
    Path home;

    @Test
    void whatAKilledServiceWasWritingGoesAndWhatItHadWrittenStays() throws IOException {
        Path tables = Files.createDirectories(home.resolve("backup-17"));
        Files.writeString(tables.resolve("api_token"), "rows");
        Path draft = Files.writeString(Files.createDirectories(home.resolve("images")).resolve("a.eif.new"), "half");
        Path image = Files.writeString(home.resolve("images/a.eif"), "whole");
        Leftovers.sweep(home);
        assertThat(tables).doesNotExist();
        assertThat(draft).doesNotExist();
        assertThat(image).exists();
    }
}
