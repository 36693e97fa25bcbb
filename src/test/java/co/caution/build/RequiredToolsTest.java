package co.caution.build;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RequiredToolsTest {

    @TempDir
    Path place;

    private void require() throws BuildException {
        ImageBuilder.requireTools(Builder.BUILDAH, List.of(place.toString()));
    }

    @Test
    void aBuildWithoutItsBuilderSaysWhatToInstall() throws Exception {
        program("unshare");
        assertThatThrownBy(this::require)
                .isInstanceOf(BuildException.class)
                .hasMessage("buildah is not installed; install it (Debian: apt-get install buildah)");
        program("buildah");
        assertThatCode(this::require).doesNotThrowAnyException();
    }

    @Test
    void aFileThatCannotBeRunIsNoProgram() throws Exception {
        program("buildah");
        Files.createFile(place.resolve("unshare"));
        assertThatThrownBy(this::require).hasMessageContaining("apt-get install util-linux");
    }

    private void program(String name) throws Exception {
        Files.createFile(place.resolve(name)).toFile().setExecutable(true);
    }
}
