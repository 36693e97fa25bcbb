package co.caution.eif;

import static co.caution.eif.CpioArchiveTest.bytes;
import static co.caution.eif.CpioArchiveTest.write;
import static co.caution.eif.RawCpio.DIRECTORY;
import static co.caution.eif.RawCpio.FILE;
import static co.caution.eif.RawCpio.SYMLINK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ExtractionTest {

    @TempDir
    Path temp;

    @Test
    void every_section_becomes_a_file() throws IOException {
        Path out = temp.resolve("out");
        assertThat(Extraction.into(out, image(bytes("plain"), EifDiffTest.gzip(bytes("packed"))), false)).isEmpty();
        assertThat(out.resolve("kernel")).hasContent("kernel");
        assertThat(out.resolve("cmdline")).hasContent("cmd");
        assertThat(out.resolve("metadata.json")).hasBinaryContent(EifMetadata.json("test", "1", "6.12"));
        assertThat(out.resolve("ramdisk-0.cpio")).hasContent("plain");
        assertThat(out.resolve("ramdisk-1.cpio.gz")).hasBinaryContent(EifDiffTest.gzip(bytes("packed")));
        assertThat(names(out)).hasSize(5);
    }

    @Test
    void a_signature_becomes_a_file_too() throws IOException {
        Path out = temp.resolve("out");
        Extraction.into(out, Eif.read(Vectors.folder().resolve("eif/sig.eif")), true);
        assertThat(names(out)).contains("signature.cbor", "ramdisk-0", "ramdisk-1");
        assertThat(out.resolve("ramdisk-0/init")).isRegularFile();
    }

    @Test
    void the_trees_are_unpacked_without_what_is_dangerous() throws IOException {
        Path out = Files.createDirectory(temp.resolve("out"));
        assertThat(Extraction.into(out, image(write(CpioArchiveTest.SAMPLE)), true)).containsExactly(
                "ramdisk-0/app/console: not a file, a directory or a symlink",
                "ramdisk-0/app/disk: not a file, a directory or a symlink");
        Path app = out.resolve("ramdisk-0/app");
        assertThat(names(app)).containsExactly("bin", "empty", "link", "zlast", "ünïcode name");
        assertThat(app.resolve("bin/tool")).hasContent("tool");
        assertThat(Files.isSameFile(app.resolve("bin/tool"), app.resolve("zlast"))).isTrue();
        assertThat(Files.isSameFile(app.resolve("bin/alias"), app.resolve("zlast"))).isTrue();
        assertThat((int) Files.getAttribute(app.resolve("bin/tool"), "unix:mode") & 07777).isEqualTo(0755);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(app.resolve("empty")))).isEqualTo("rw-------");
        assertThat(Files.readSymbolicLink(app.resolve("link"))).isEqualTo(Path.of("../outside"));
    }

    @Test
    void names_of_others_are_read_as_the_kernel_reads_them() throws IOException {
        byte[] archive = new RawCpio().add(".", DIRECTORY, "").add("./etc/a", FILE, "a").add("/b", FILE, "b")
                .add("closed", 0040000, "").add("closed/c", 0100000, "c")
                .add("x", FILE, 9, 2, "data first").add("y", FILE, 9, 2, "").end();
        Path out = temp.resolve("out");
        Extraction.into(out, image(archive), true);
        Path tree = out.resolve("ramdisk-0");
        assertThat(tree.resolve("etc/a")).hasContent("a");
        assertThat(tree.resolve("b")).hasContent("b");
        assertThat(tree.resolve("closed/c")).hasContent("c");
        assertThat(tree.resolve("y")).hasContent("data first");
    }

    static Stream<Arguments> hostile() {
        return Stream.of(
                Arguments.of("climbs", new RawCpio().add("../evil", FILE, "")),
                Arguments.of("climbs", new RawCpio().add("a", DIRECTORY, "").add("a/../../evil", FILE, "")),
                Arguments.of("not a directory", new RawCpio().add("x", SYMLINK, "..").add("x/evil", FILE, "")),
                Arguments.of("not a directory", new RawCpio().add("x", SYMLINK, "..").add("x", DIRECTORY, "")),
                Arguments.of("not a directory", new RawCpio().add("x", FILE, "").add("x/evil", FILE, "")),
                Arguments.of("two entries", new RawCpio().add("x", SYMLINK, "../evil").add("x", FILE, "")),
                Arguments.of("two entries", new RawCpio().add("x", FILE, "").add("./x", FILE, "")),
                Arguments.of("two entries", new RawCpio().add(".", SYMLINK, "../evil")),
                Arguments.of("two entries", new RawCpio().add("a", FILE, 1, 2, "").add("b", SYMLINK, "../evil").add("b", FILE, 1, 2, "")),
                Arguments.of("070701", new RawCpio().add("x", FILE, "no header follows")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("hostile")
    void nothing_gets_outside_and_a_failure_leaves_nothing(String why, RawCpio archive) throws IOException {
        byte[] bytes = archive.end();
        bytes[bytes.length - 124] = why.equals("070701") ? (byte) 'x' : bytes[bytes.length - 124];
        Path fresh = temp.resolve("fresh");
        Eif image = image(bytes);
        assertThatExceptionOfType(InvalidCpioException.class).isThrownBy(() -> Extraction.into(fresh, image, true))
                .withMessageContaining("ramdisk-0").withMessageContaining(why);
        assertThat(fresh).doesNotExist();
        Path empty = Files.createDirectory(temp.resolve("empty"));
        assertThatExceptionOfType(InvalidCpioException.class).isThrownBy(() -> Extraction.into(empty, image, true));
        assertThat(empty).isEmptyDirectory();
        assertThat(temp.resolve("evil")).doesNotExist();
    }

    @Test
    void a_name_that_this_machine_cannot_have_is_refused() throws IOException {
        Eif image = image(new RawCpio().add("x".repeat(300), FILE, "").end());
        assertThatIOException().isThrownBy(() -> Extraction.into(temp.resolve("out"), image, true));
        assertThat(temp.resolve("out")).doesNotExist();
    }

    @Test
    void what_is_left_out_is_listed_only_so_far() throws IOException {
        RawCpio archive = new RawCpio();
        for (int i = 0; i < 200; i++) {
            archive.add("tty" + i, 0020600, "");
        }
        assertThat(Extraction.into(temp.resolve("out"), image(archive.end()), true)).hasSize(100);
    }

    @Test
    void a_directory_that_holds_something_is_left_alone() throws IOException {
        Path out = Files.createDirectory(temp.resolve("out"));
        Files.writeString(out.resolve("mine"), "mine");
        assertThatIOException().isThrownBy(() -> Extraction.into(out, image(bytes("x")), false)).withMessageContaining("not empty");
        assertThat(out.resolve("mine")).hasContent("mine");
    }

    private Eif image(byte[]... ramdisks) throws IOException {
        Path folder = Files.createTempDirectory(temp, "image");
        List<Path> files = new java.util.ArrayList<>();
        for (byte[] ramdisk : ramdisks) {
            files.add(Files.write(folder.resolve("ramdisk" + files.size()), ramdisk));
        }
        EifWriter.write(folder.resolve("eif"), Files.writeString(folder.resolve("kernel"), "kernel"), "cmd",
                EifMetadata.json("test", "1", "6.12"), files);
        return Eif.read(folder.resolve("eif"));
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }
}
