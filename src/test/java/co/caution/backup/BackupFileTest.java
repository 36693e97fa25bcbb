package co.caution.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackupFileTest {

    @TempDir
    Path directory;

    @Test
    void whatWasWrittenIsUnpackedForItsOwnerAlone() throws IOException {
        Path backup = backup(List.of("home/ssh/host_ed25519", "home/repositories/a.git/refs/heads/ö#1", "database/app.copy"));
        Restore.of(backup, _ -> {}).unpack(directory.resolve("out"), _ -> {});
        Path key = directory.resolve("out/home/ssh/host_ed25519");
        assertThat(key).hasContent("content of home/ssh/host_ed25519");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key))).isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key.getParent()))).isEqualTo("rwx------");
        assertThat(directory.resolve("out/home/repositories/a.git/refs/heads/ö#1")).exists();
        assertThat(directory.resolve("out/home/repositories/a.git/objects")).isDirectory();
    }

    @ValueSource(strings = {
        "../escaped", "home/ssh/../../../escaped", "/etc/passwd", "home", "home/ssh", "home/ssh//x", "home/ssh/./x", "elsewhere/x",
        "home/ssh/a\nb", "database/..", "database/a/b.copy", "home/postgres/data/postgresql.conf", "home/admin.json", "home/lock"
    })
    @ParameterizedTest
    void aNameThatLeadsElsewhereIsRefused(String name) {
        assertThatThrownBy(() -> check(backup(List.of(name)))).isInstanceOf(InvalidBackupException.class)
                .hasMessageContaining("which no backup does");
    }

    @Test
    void aLinkIsRefused() throws IOException {
        Path backup = directory.resolve("link.backup");
        try (var tar = new TarArchiveOutputStream(Files.newOutputStream(backup))) {
            var link = new TarArchiveEntry("home/ssh/key", TarConstants.LF_SYMLINK);
            link.setLinkName("/etc");
            tar.putArchiveEntry(link);
            tar.closeArchiveEntry();
        }
        assertThatThrownBy(() -> check(backup)).isInstanceOf(InvalidBackupException.class).hasMessageContaining("which no backup does");
    }

    @Test
    void everyPrefixOfABackupIsRefused() throws IOException {
        byte[] whole = Files.readAllBytes(backup(List.of("home/ssh/key", "database/app.copy")));
        Path cut = directory.resolve("cut");
        // The last blocks of a tar say only that it ends.
        int meaning = new String(whole, StandardCharsets.ISO_8859_1).lastIndexOf('}');
        for (int length = 0; length <= meaning; length += 97) {
            Files.write(cut, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> check(cut)).as("%d bytes of %d", length, whole.length)
                    .isInstanceOf(InvalidBackupException.class);
        }
    }

    @Test
    void aContentThatChangedIsRefusedAndNamed() throws IOException {
        Path backup = backup(List.of("home/ssh/key", "database/app.copy"));
        String text = Files.readString(backup, StandardCharsets.ISO_8859_1);
        Files.writeString(backup, text.replace("content of home/ssh/key", "content of home/ssh/kez"), StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> check(backup)).isInstanceOf(InvalidBackupException.class)
                .hasMessageContaining("home/ssh/key is not what was backed up");
    }

    @Test
    void aBackupOfAnotherFormatIsRefused() throws IOException {
        Path backup = directory.resolve("later.backup");
        try (var writer = new BackupWriter(Files.newOutputStream(backup))) {
            writer.contents(new Contents(2, "2030-01-01T00:00:00Z", 1, List.of(), List.of()).json());
        }
        assertThatThrownBy(() -> check(backup)).hasMessageContaining("it has format 2; this program reads format 1");
    }

    @Test
    void somethingElseIsNoBackup() throws IOException {
        assertThatThrownBy(() -> check(Files.writeString(directory.resolve("x"), "hello"))).isInstanceOf(InvalidBackupException.class);
        assertThatThrownBy(() -> check(Files.createFile(directory.resolve("empty")))).hasMessageContaining("its end is missing");
    }

    private static void check(Path backup) throws IOException {
        Restore.of(backup, _ -> {});
    }

    private Path backup(List<String> names) throws IOException {
        Path backup = directory.resolve("a.backup");
        var files = new ArrayList<Path>();
        try (var writer = new BackupWriter(Files.newOutputStream(backup))) {
            for (String name : names) {
                Path file = Files.writeString(directory.resolve("file-" + files.size()), "content of " + name);
                files.add(file);
                writer.add(name, file);
            }
            writer.contents(new Contents(1, "2026-01-01T00:00:00Z", 1, List.of(), writer.written()).json());
        }
        return backup;
    }
}
