package co.caution.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SurroundingsTest {

    private static final Path JAVAS = Path.of(System.getProperty("user.home"));

    @Test
    void theHomeIsTheShells() {
        assertThat(Surroundings.home(Map.of("HOME", "/elsewhere"))).isEqualTo(Path.of("/elsewhere"));
    }

    @Test
    void whereTheShellHasNoneItIsTheUserDatabases() {
        assertThat(Surroundings.home(Map.of())).isEqualTo(JAVAS);
        assertThat(Surroundings.home(Map.of("HOME", ""))).isEqualTo(JAVAS);
        assertThat(Surroundings.home(Map.of("HOME", "relative"))).isEqualTo(JAVAS);
    }
}
