package co.caution.app.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import co.caution.app.App;
import co.caution.app.Apps;
import co.caution.app.Build;
import co.caution.app.Deployer;
import co.caution.app.ProgressLog;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuildControllerTest {

    private static final Instant NOW = Instant.parse("2026-11-01T10:00:00Z");

    @TempDir
    Path directory;

    private final App app = new App(UUID.randomUUID(), UUID.randomUUID(), "hello", null, NOW);
    private final Build build = new Build(UUID.randomUUID(), app.id(), "refs/heads/main", "c", Build.State.FAILED, "build",
            "why", NOW, NOW);
    private final Apps apps = mock(Apps.class);
    private final Deployer deployer = mock(Deployer.class);
    private final BuildController controller = new BuildController(apps, deployer);
    private Path log;

    @BeforeEach
    void aBuildThatFailed() {
        log = directory.resolve("push.log");
        when(apps.get(app.organizationId(), app.id())).thenReturn(app);
        when(apps.build(app, build.id())).thenReturn(build);
        when(deployer.progressLog(build.id())).thenReturn(log);
    }

    @Test
    void theLastLinesAreShownToWhoeverFollowsAlsoWhenTheDiskTookNoneOfThem() throws Exception {
        var said = mock(ProgressLog.class);
        when(deployer.following(log)).thenReturn(Optional.of(said));
        when(said.from(eq(1), any())).thenReturn(List.of("fatal: the disk is full"));
        when(said.endsAt(2)).thenReturn(true);

        var answer = controller.output(new Apps.Owner(app.organizationId(), "anna"), app.id(), build.id(), 1, 0, false, () -> true);

        assertThat(answer.getBody()).isEqualTo("fatal: the disk is full\n");
        assertThat(answer.getHeaders().getFirst(BuildController.STATE)).isEqualTo("failed");
    }

    @Test
    void aLogThatWasCutOffInTheMiddleOfACharacterIsShown() throws Exception {
        Files.write(log, "first\n\u00e9".getBytes(StandardCharsets.UTF_8));
        Files.write(log, new byte[] {(byte) 0xc3}, StandardOpenOption.APPEND);

        var answer = controller.output(new Apps.Owner(app.organizationId(), "anna"), app.id(), build.id(), 1, 0, false, () -> true);

        assertThat(answer.getBody()).startsWith("\u00e9");
    }
}
