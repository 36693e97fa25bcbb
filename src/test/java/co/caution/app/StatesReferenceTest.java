package co.caution.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** The pictures in {@code docs/reference/states.md} are drawn by trying every step from every state. */
class StatesReferenceTest {

    private static final Instant NOW = Instant.parse("2026-11-01T10:00:00Z");
    private static final UUID ID = UUID.randomUUID();
    private static final Path PAGE = Path.of("docs", "reference", "states.md");

    @Test
    void thePicturesShowWhatTheCodeAllows() throws Exception {
        var builds = new LinkedHashMap<String, UnaryOperator<Build>>();
        builds.put("it made a release that is live", build -> build.succeed(NOW));
        builds.put("a phase failed", build -> build.fail("build", "why", NOW));
        String build = picture(Build.State.class, Build.State.RUNNING, StatesReferenceTest::build, builds, Build::state,
                // By one statement for all of them, when the service starts.
                "  RUNNING --> ABANDONED: the service ended\n");

        var deployments = new LinkedHashMap<String, UnaryOperator<Deployment>>();
        deployments.put("fresh evidence equals the release", Deployment::attested);
        deployments.put("the app answers", deployment -> deployment.live(NOW));
        deployments.put("service or owner stopped it", deployment -> deployment.stopped("why", NOW));
        deployments.put("it failed or ended on its own", deployment -> deployment.failed("why", NOW));
        String deployment = picture(Deployment.State.class, Deployment.State.STARTING, StatesReferenceTest::deployment, deployments,
                Deployment::state,
                // In the transaction that makes the next one live.
                "  LIVE --> RETIRED: another release took over\n");

        String page = "# States\n\nDrawn by `StatesReferenceTest`, which tries every step from every state; a step that is not here is"
                + " refused.\n\n## A build\n\n" + build + "\n## A deployment\n\n" + deployment;
        Path written = Files.writeString(Path.of("target", "states.md"), page);
        assertThat(PAGE).as("copy %s over it when a state has changed", written).content().isEqualTo(page);
    }

    private static <S extends Enum<S>, T> String picture(Class<S> states, S first, BiFunction<S, Instant, T> in,
            Map<String, UnaryOperator<T>> steps, java.util.function.Function<T, S> state, String bySql) {
        var picture = new StringBuilder("```mermaid\nstateDiagram-v2\n  [*] --> " + first + "\n");
        Set<S> left = EnumSet.noneOf(states);
        for (S from : states.getEnumConstants()) {
            steps.forEach((name, step) -> {
                try {
                    S to = state.apply(step.apply(in.apply(from, NOW)));
                    picture.append("  " + from + " --> " + to + ": " + name + "\n");
                    left.add(from);
                } catch (IllegalStateException e) {
                    // Not from here.
                }
            });
        }
        picture.append(bySql);
        for (S end : EnumSet.complementOf(EnumSet.copyOf(left))) {
            picture.append("  " + end + " --> [*]\n");
        }
        return picture + "```\n";
    }

    private static Build build(Build.State state, Instant now) {
        return new Build(ID, ID, "refs/heads/main", "c", state, null, null, now, null);
    }

    private static Deployment deployment(Deployment.State state, Instant now) {
        return new Deployment(ID, ID, ID, state, null, now, null, null);
    }
}
