package co.caution.eif;

import static co.caution.eif.CpioEntry.device;
import static co.caution.eif.CpioEntry.directory;
import static co.caution.eif.CpioEntry.file;
import static co.caution.eif.CpioEntry.hardLink;
import static co.caution.eif.CpioEntry.symlink;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CpioArchiveTest {

    @TempDir
    Path temp;

    static final List<CpioEntry> SAMPLE = List.of(
            directory("app", 0755, 0, 0),
            directory("app/bin", 0755, 0, 0),
            file("app/bin/tool", 04755, 0, 0, bytes("tool")),
            hardLink("app/bin/alias", "app/bin/tool"),
            hardLink("app/zlast", "app/bin/tool"),
            file("app/empty", 0600, 1000, 1001, bytes("")),
            file("app/ünïcode name", 0644, 65534, 65534, bytes("five!")),
            symlink("app/link", "../outside", 7, 8),
            device("app/console", 0600, 'c', 5, 1),
            device("app/disk", 0660, 'b', 8, 0));

    @Test
    void reads_back_what_it_wrote() throws IOException {
        byte[] archive = write(SAMPLE);
        assertThat(archive.length % 512).isZero();
        List<String> lines = new ArrayList<>();
        CpioReader reader = new CpioReader(new ByteArrayInputStream(archive));
        for (CpioReader.Entry e; (e = reader.next()) != null; ) {
            String data = new String(reader.data().readAllBytes(), StandardCharsets.UTF_8);
            lines.add("%d %o %d:%d n%d t%d %s %d,%d %s [%s]".formatted(e.inode(), e.mode(), e.uid(), e.gid(), e.links(),
                    e.time(), e.name(), e.major(), e.minor(), e.target(), data));
        }
        assertThat(lines).containsExactly(
                "1 40755 0:0 n3 t0 app 0,0  []",
                "2 40755 0:0 n2 t0 app/bin 0,0  []",
                "3 104755 0:0 n3 t0 app/bin/alias 0,0  []",
                "3 104755 0:0 n3 t0 app/bin/tool 0,0  []",
                "4 20600 0:0 n1 t0 app/console 5,1  []",
                "5 60660 0:0 n1 t0 app/disk 8,0  []",
                "6 100600 1000:1001 n1 t0 app/empty 0,0  []",
                "7 120777 7:8 n1 t0 app/link 0,0 ../outside []",
                "3 104755 0:0 n3 t0 app/zlast 0,0  [tool]",
                "8 100644 65534:65534 n1 t0 app/ünïcode name 0,0  [five!]");
        assertThat(reader.next()).isNull();
    }

    @Test
    void golden() throws Exception {
        assertThat(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(write(SAMPLE))))
                .isEqualTo("c9cf8f9dd0f51cba0b759ee82280c48147f165890785a4ae355dc76e1dcfbc70");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void the_order_of_the_entries_does_not_matter(long seed) throws IOException {
        List<CpioEntry> shuffled = new ArrayList<>(SAMPLE);
        Collections.shuffle(shuffled, new Random(seed));
        assertThat(write(shuffled)).isEqualTo(write(SAMPLE));
    }

    @Test
    void names_are_sorted_by_unsigned_bytes() throws IOException {
        byte[] archive = write(List.of(file("é", 0, 0, 0, bytes("")), file("a", 0, 0, 0, bytes("")),
                file("~", 0, 0, 0, bytes("")), directory("a-b", 0, 0, 0),
                file("\ue000", 0, 0, 0, bytes("")), file("\ud83d\ude00", 0, 0, 0, bytes(""))));
        assertThat(names(archive)).containsExactly("a", "a-b", "~", "é", "\ue000", "\ud83d\ude00");
    }

    @Test
    void gnu_cpio_agrees() throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/cpio")), "SKIPPED: GNU cpio is not installed (cpio)");
        Path file = Files.write(temp.resolve("a.cpio"), write(SAMPLE));
        Process cpio = new ProcessBuilder("/usr/bin/cpio", "-itv", "--quiet", "--numeric-uid-gid", "-F", file.toString())
                .redirectErrorStream(true).start();
        String listing = new String(cpio.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(cpio.waitFor()).as(listing).isZero();
        assertThat(listing.lines()).hasSize(SAMPLE.size());
        assertThat(listing).contains("-rwsr-xr-x   3 0        0               4", "app/link -> ../outside", "  5,   1");
    }

    @Test
    void gnu_cpio_unpacks_what_was_meant() throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/cpio")), "SKIPPED: GNU cpio is not installed (cpio)");
        List<CpioEntry> owned = List.of(directory("app", 0755, 0, 0), file("app/b", 0640, 0, 0, bytes("shared")),
                hardLink("app/a", "app/b"), hardLink("app/c", "app/b"), symlink("app/l", "b", 0, 0));
        Path file = Files.write(temp.resolve("a.cpio"), write(owned));
        Process cpio = new ProcessBuilder("/usr/bin/cpio", "-id", "--quiet", "--no-preserve-owner", "-F", file.toString())
                .directory(temp.toFile()).redirectErrorStream(true).start();
        assertThat(new String(cpio.getInputStream().readAllBytes(), StandardCharsets.UTF_8)).isEmpty();
        assertThat(cpio.waitFor()).isZero();
        for (String name : List.of("a", "b", "c", "l")) {
            assertThat(temp.resolve("app").resolve(name)).hasContent("shared");
        }
        assertThat(Files.isSameFile(temp.resolve("app/a"), temp.resolve("app/c"))).isTrue();
        assertThat(Files.isSymbolicLink(temp.resolve("app/l"))).isTrue();
    }

    static Stream<Arguments> refused() {
        CpioEntry app = directory("app", 0755, 0, 0);
        return Stream.of(
                Arguments.of("'..'", List.of(app, file("app/../init", 0, 0, 0, bytes("")))),
                Arguments.of("'.'", List.of(app, file("app/./init", 0, 0, 0, bytes("")))),
                Arguments.of("''", List.of(app, file("app//init", 0, 0, 0, bytes("")))),
                Arguments.of("''", List.of(directory("app/", 0755, 0, 0))),
                Arguments.of("empty name", List.of(directory("", 0755, 0, 0))),
                Arguments.of("absolute", List.of(directory("/app", 0755, 0, 0))),
                Arguments.of("outside of app/", List.of(app, file("init", 0, 0, 0, bytes("")))),
                Arguments.of("outside of app/", List.of(app, file("apple", 0, 0, 0, bytes("")))),
                Arguments.of("is a symlink, not a directory", List.of(symlink("app", "/", 0, 0))),
                Arguments.of("two entries", List.of(app, app)),
                Arguments.of("changes its type from a directory to a symlink", List.of(app, directory("app/x", 0, 0, 0),
                        symlink("app/x", "/", 0, 0))),
                Arguments.of("lies below app/x, a symlink", List.of(app, symlink("app/x", "/", 0, 0),
                        file("app/x/init", 0755, 0, 0, bytes("evil")))),
                Arguments.of("lies below app/x, a file", List.of(app, file("app/x", 0, 0, 0, bytes("")),
                        file("app/x/y", 0, 0, 0, bytes("")))),
                Arguments.of("lies below app/x, a hard link", List.of(app, file("app/a", 0, 0, 0, bytes("")),
                        hardLink("app/x", "app/a"), file("app/x/y", 0, 0, 0, bytes("")))),
                Arguments.of("app/x is not in the archive", List.of(app, file("app/x/y", 0, 0, 0, bytes("")))),
                Arguments.of("PATH_MAX", List.of(app, file("app" + "/abcdefg".repeat(512), 0, 0, 0, bytes("")))),
                Arguments.of("255", List.of(app, file("app/" + "é".repeat(128), 0, 0, 0, bytes("")))),
                Arguments.of("NUL", List.of(app, file("app/a\0b", 0, 0, 0, bytes("")))),
                Arguments.of("UTF-8", List.of(app, file("app/\ud800", 0, 0, 0, bytes("")))),
                Arguments.of("needs a target", List.of(app, symlink("app/x", "", 0, 0))),
                Arguments.of("NUL", List.of(app, symlink("app/x", "a\0", 0, 0))),
                Arguments.of("PATH_MAX", List.of(app, symlink("app/x", "a".repeat(4096), 0, 0))),
                Arguments.of("not in the archive", List.of(app, hardLink("app/x", "app/y"))),
                Arguments.of("which is a directory", List.of(app, hardLink("app/x", "app"))),
                Arguments.of("which is a hard link", List.of(app, hardLink("app/x", "app/x"))),
                Arguments.of("-1 bytes", List.of(app, file("app/x", 0, 0, 0, sized(-1, 0)))),
                Arguments.of("4294967295", List.of(app, file("app/x", 0, 0, 0, sized(1L << 32, 0)))),
                Arguments.of("instead of 5", List.of(app, file("app/x", 0, 0, 0, sized(5, 4)))),
                Arguments.of("grew beyond 5", List.of(app, file("app/x", 0, 0, 0, sized(5, 6)))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void what_would_escape_or_be_lost_is_refused(String why, List<CpioEntry> entries) {
        assertThatExceptionOfType(InvalidCpioException.class)
                .isThrownBy(() -> CpioArchive.writeUnder("app", new ByteArrayOutputStream(), entries))
                .withMessageContaining(why);
    }

    @Test
    void a_name_that_ends_archives_is_refused() {
        assertThatThrownBy(() -> write(List.of(file("TRAILER!!!", 0, 0, 0, bytes(""))))).hasMessageContaining("ends an archive");
    }

    @Test
    void the_longest_name_is_written_and_read() throws IOException {
        List<CpioEntry> entries = new ArrayList<>();
        String name = "";
        while (name.length() + 130 <= 4095) {
            name += (name.isEmpty() ? "" : "/") + "d".repeat(127);
            entries.add(directory(name, 0755, 0, 0));
        }
        entries.add(file(name + "/" + "f".repeat(4095 - name.length() - 1), 0644, 0, 0, bytes("x")));
        assertThat(names(write(entries)).getLast()).hasSize(4095);
    }

    @Test
    void a_symlink_of_the_host_is_not_followed() throws IOException {
        Path link = Files.createSymbolicLink(temp.resolve("link"), Path.of("/etc/passwd"));
        assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> CpioEntry.Content.of(link));
    }

    @Test
    void content_of_a_file_is_streamed() throws IOException {
        Path file = Files.write(temp.resolve("f"), new byte[200_000]);
        byte[] archive = write(List.of(file("f", 0644, 0, 0, CpioEntry.Content.of(file))));
        CpioReader reader = new CpioReader(new ByteArrayInputStream(archive));
        assertThat(reader.next().size()).isEqualTo(200_000);
        assertThat(reader.next()).isNull();
    }

    @Test
    void an_entry_is_checked_when_it_is_made() {
        assertThatThrownBy(() -> directory("a", 010000, 0, 0)).hasMessageContaining("7777");
        assertThatThrownBy(() -> directory("a", 0, -1, 0)).hasMessageContaining("negative");
        assertThatThrownBy(() -> directory("a", 0, 0, -1)).hasMessageContaining("negative");
        assertThatThrownBy(() -> device("a", 0, 'c', -1, 0)).hasMessageContaining("negative");
        assertThatThrownBy(() -> device("a", 0, 'b', 0, -1)).hasMessageContaining("negative");
        assertThatThrownBy(() -> device("a", 0, 'p', 0, 0)).hasMessageContaining("'c' or 'b'");
    }

    static List<String> names(byte[] archive) throws IOException {
        List<String> names = new ArrayList<>();
        CpioReader reader = new CpioReader(new ByteArrayInputStream(archive));
        for (CpioReader.Entry entry; (entry = reader.next()) != null; ) {
            names.add(entry.name());
        }
        return names;
    }

    static byte[] write(List<CpioEntry> entries) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        CpioArchive.write(out, entries);
        return out.toByteArray();
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static CpioEntry.Content sized(long claimed, int actual) {
        return new CpioEntry.Content() {
            @Override
            public long size() {
                return claimed;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(new byte[actual]);
            }
        };
    }
}
