package co.caution.verify;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.build.Pipeline;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OlderPipelinesTest {

    @Test
    void everyOlderPipelineHasACliAndARowInTheReference() throws Exception {
        assertThat(OlderPipelines.LAST_CLI.keySet()).containsAll(IntStream.range(1, Pipeline.VERSION).boxed().toList());
        String page = Files.readString(Path.of("docs/reference/verify.md"));
        OlderPipelines.LAST_CLI.forEach((pipeline, cli) -> assertThat(page).contains("| " + pipeline + " | Caution " + cli + " |"));
    }
}
