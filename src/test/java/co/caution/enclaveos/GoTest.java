package co.caution.enclaveos;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The agent's and the parent's own tests, with the toolchain that their modules pin. */
class GoTest {

    @ParameterizedTest
    @ValueSource(strings = {"guest", "host"})
    void theTestsOfTheGoModulesPass(String module) throws Exception {
        var builder = new ProcessBuilder("go", "test", "./...")
                .directory(Path.of("enclaveos", module).toFile())
                .redirectErrorStream(true);
        builder.environment().put("GOTOOLCHAIN", "auto");
        builder.environment().put("GOFLAGS", "");
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output).contains("ok ");
    }
}
