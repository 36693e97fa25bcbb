package co.caution.eif;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images of two gibibytes, each command in a JVM of its own whose heap has 256 MiB. */
@Tag("full")
class LargeImageTest {

    private static final long TWO_GIBIBYTES = 2L << 30;

    @TempDir
    Path temp;

    @Test
    void two_gibibytes_are_written_read_and_compared_in_a_heap_of_256_mebibytes() throws Exception {
        Path kernel = Files.writeString(temp.resolve("kernel"), "kernel");
        Path boot = Files.writeString(temp.resolve("boot"), "boot");
        Path one = ramdisk("one", 0);
        Path two = ramdisk("two", TWO_GIBIBYTES - 10);
        String built = caution(0, "eif", "build", "--kernel", kernel.toString(), "--cmdline", "quiet", "--ramdisk", boot.toString(),
                "--ramdisk", one.toString(), "--output", temp.resolve("one.eif").toString());
        assertThat(caution(0, "eif", "describe", temp.resolve("one.eif").toString())).contains(built);
        caution(0, "eif", "build", "--kernel", kernel.toString(), "--cmdline", "quiet", "--ramdisk", boot.toString(),
                "--ramdisk", two.toString(), "--output", temp.resolve("two.eif").toString());
        assertThat(caution(2, "eif", "diff", temp.resolve("one.eif").toString(), temp.resolve("two.eif").toString()))
                .contains("PCR1 equal", "ramdisk1: moves PCR0, PCR2", "~ app/large", "first difference at byte 2,147,483,638");
    }

    /** An archive with one sparse file, in which one byte may be set. */
    private Path ramdisk(String name, long set) throws IOException {
        Path large = temp.resolve(name + ".large");
        try (RandomAccessFile file = new RandomAccessFile(large.toFile(), "rw")) {
            file.setLength(TWO_GIBIBYTES);
            file.seek(set);
            file.write(set == 0 ? 0 : 1);
        }
        Path archive = temp.resolve(name);
        try (OutputStream out = Files.newOutputStream(archive)) {
            CpioArchive.write(out, List.of(CpioEntry.directory("app", 0755, 0, 0),
                    CpioEntry.file("app/large", 0644, 0, 0, CpioEntry.Content.of(large))));
        }
        Files.delete(large);
        return archive;
    }

    private static String caution(int exitCode, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
                "-cp", System.getProperty("java.class.path"), "co.caution.cli.Caution"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isEqualTo(exitCode);
        return said;
    }
}
