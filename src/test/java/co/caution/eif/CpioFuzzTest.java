package co.caution.eif;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;

/** Whatever comes is unpacked below its directory or refused. */
class CpioFuzzTest {

    @FuzzTest
    void an_archive_is_unpacked_below_its_directory_or_refused(byte[] input) throws IOException {
        Path folder = Files.createTempDirectory("caution-fuzz");
        try {
            Path tree = Files.createDirectories(folder.resolve("up/up/tree"));
            new CpioUnpacker(tree, new ArrayList<>()).unpack(new CpioReader(new ByteArrayInputStream(input)));
        } catch (InvalidCpioException e) {
            assertThat(e).hasMessageContaining("cpio offset");
        } catch (FileSystemException e) {
            assertThat(e).as("a name longer than the file system takes").hasMessageContaining("too long");
        } finally {
            assertThat(folder.toFile().list()).containsExactly("up");
            assertThat(folder.resolve("up").toFile().list()).containsExactly("up");
            assertThat(folder.resolve("up/up").toFile().list()).containsExactly("tree");
            assertThat(Files.isDirectory(folder.resolve("up/up/tree"), LinkOption.NOFOLLOW_LINKS)).isTrue();
            EifFuzzTest.delete(folder);
        }
    }
}
