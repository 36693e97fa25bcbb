package co.caution.eif;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whatever comes is read or refused by a rule, and what is read can be compared and taken apart, or is refused again. */
class EifFuzzTest {

    @FuzzTest
    void an_image_is_read_or_refused(byte[] input) throws IOException {
        Path folder = Files.createTempDirectory("caution-fuzz");
        try {
            // With a CRC that fits, or nothing but the CRC would ever be found wrong.
            Path file = Files.write(folder.resolve("image"), input.length < EifHeader.SIZE ? input : EifTest.sum(input.clone()));
            Eif eif = Eif.read(file);
            assertThat(eif.size()).isEqualTo(input.length);
            Path other = folder.resolve("other");
            TestImage.write(other, "kernel", "cmd", "boot", "app");
            EifDiff.of(eif, Eif.read(other), (part, done) -> {});
            Extraction.into(folder.resolve("tree"), eif, true);
        } catch (InvalidEifException e) {
            assertThat(e).hasMessageContaining("EIF offset 0x");
        } catch (InvalidCpioException e) {
            assertThat(e).hasMessageContaining("ramdisk-");
        } finally {
            delete(folder);
        }
    }

    static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
