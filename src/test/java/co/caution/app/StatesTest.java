package co.caution.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class StatesTest {

    private static final Instant NOW = Instant.parse("2026-11-01T10:00:00Z");
    private static final String PCR = "0a".repeat(48);
    private static final Release RELEASE = new Release(UUID.randomUUID(), UUID.randomUUID(), 1, UUID.randomUUID(), "c",
            null, "e", 1, PCR, PCR, PCR, "{}", "os", NOW);

    private final Deployment starting = Deployment.starting(RELEASE, NOW);

    @Test
    void nothingGoesLiveThatWasNotAttested() {
        assertThatIllegalStateException().isThrownBy(() -> starting.live(NOW)).withMessageContaining("STARTING");
        assertThat(starting.attested().live(NOW).state()).isEqualTo(Deployment.State.LIVE);
    }

    @Test
    void whatIsLiveEndsWithTheTimeOfBoth() {
        assertThatIllegalStateException().isThrownBy(() -> starting.attested().live(NOW).live(NOW));
        Deployment stopped = starting.attested().live(NOW).stopped("Ctrl-C", NOW.plusSeconds(9));
        assertThat(stopped.state()).isEqualTo(Deployment.State.STOPPED);
        assertThat(stopped.liveAt()).isEqualTo(NOW);
        assertThat(stopped.endedAt()).isEqualTo(NOW.plusSeconds(9));
    }

    @Test
    void whatHasEndedStaysEnded() {
        Deployment failed = starting.failed("no heartbeat", NOW);
        assertThat(failed.reason()).isEqualTo("no heartbeat");
        assertThatIllegalStateException().isThrownBy(() -> failed.stopped("again", NOW));
        assertThatIllegalStateException().isThrownBy(failed::attested);
    }

    @Test
    void aBuildEndsOnce() {
        Build build = Build.started(UUID.randomUUID(), "refs/heads/main", "c", NOW);
        Build done = build.succeed(NOW);
        assertThat(done.endedAt()).isEqualTo(NOW);
        assertThatIllegalStateException().isThrownBy(() -> done.fail("build", "late", NOW));
        assertThatIllegalStateException().isThrownBy(() -> build.cancel(NOW).succeed(NOW));
    }

    @Test
    void anAppNameThatWouldNotFitAUrlIsRefusedWithWhatWould() {
        assertThatThrownBy(() -> new App(UUID.randomUUID(), UUID.randomUUID(), "../x", null, NOW))
                .isInstanceOf(AppException.class)
                .hasMessageContaining("'../x'")
                .hasMessageContaining("3 to 63 characters");
    }

    @Test
    void theFirstBranchThatIsPushedDeploysAndAnotherIsToldHowToTakeItsPlace() {
        App fresh = new App(UUID.randomUUID(), UUID.randomUUID(), "hello", null, NOW);
        assertThat(fresh.deploysFrom("refs/heads/any")).isTrue();
        App app = new App(fresh.id(), fresh.organizationId(), "hello", "refs/heads/main", NOW);
        assertThat(app.deploysFrom("refs/heads/main")).isTrue();
        assertThat(app.deploysFrom("refs/heads/dev")).isFalse();
        assertThat(app.otherBranch("refs/heads/dev")).contains("deploys from main", "caution apps branch dev");
    }
}
