package co.caution.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** The pictures in {@code docs/reference/states.md} are drawn by trying every step from every state. */
class StatesReferenceTest {

    private static final Instant NOW = Instant.parse("2026-11-01T10:00:00Z");
    private static final UUID ID = UUID.randomUUID();
    private static final Path PAGE = Path.of("docs", "reference", "states.md");

    @Test
    void thePicturesShowWhatTheCodeAllows() throws Exception {
        String build = picture(Build.State.class, Build.State.RUNNING, Build.class, StatesReferenceTest::build, Build::state, Map.of(
                "succeed", "it made a release that is live",
                "fail", "a phase failed",
                "cancel", "its owner cancelled it"),
                // By one statement for all of them, when the service starts.
                "  RUNNING --> ABANDONED: the service ended\n");
        String deployment = picture(Deployment.State.class, Deployment.State.STARTING, Deployment.class, StatesReferenceTest::deployment,
                Deployment::state, Map.of(
                "attested", "fresh evidence equals the release",
                "live", "the app answers",
                "stopped", "service or owner stopped it",
                "failed", "it failed or ended on its own"),
                // In the transaction that makes the next one live.
                "  LIVE --> RETIRED: another release took over\n");

        String page = "# States\n\nDrawn by `StatesReferenceTest`, which tries every step from every state; a step that is not here is"
                + " refused.\n\n## A build\n\n" + build + "\n## A deployment\n\n" + deployment;
        Path written = Files.writeString(Path.of("target", "states.md"), page);
        assertThat(PAGE).as("copy %s over it when a state has changed", written).content().isEqualTo(page);
    }

    /** @param steps the names of all methods that lead from one state to the next, and what they mean */
    private static <S extends Enum<S>, T> String picture(Class<S> states, S first, Class<T> type, Function<S, T> in,
            Function<T, S> state, Map<String, String> steps, String bySql) throws ReflectiveOperationException {
        var methods = Arrays.stream(type.getDeclaredMethods())
                .filter(method -> method.getReturnType() == type && !Modifier.isStatic(method.getModifiers())
                        && !Modifier.isPrivate(method.getModifiers()))
                .sorted(Comparator.comparing(Method::getName))
                .toList();
        assertThat(methods.stream().map(Method::getName)).containsExactlyInAnyOrderElementsOf(steps.keySet());
        var picture = new StringBuilder("```mermaid\nstateDiagram-v2\n  [*] --> " + first + "\n");
        Set<S> left = EnumSet.noneOf(states);
        for (S from : states.getEnumConstants()) {
            for (Method method : methods) {
                Object[] arguments = Arrays.stream(method.getParameterTypes())
                        .map(parameter -> parameter == Instant.class ? NOW : "why").toArray();
                try {
                    S to = state.apply(type.cast(method.invoke(in.apply(from), arguments)));
                    picture.append("  " + from + " --> " + to + ": " + steps.get(method.getName()) + "\n");
                    left.add(from);
                } catch (InvocationTargetException e) {
                    assertThat(e.getCause()).isInstanceOf(IllegalStateException.class); // not from here
                }
            }
        }
        picture.append(bySql);
        for (S end : EnumSet.complementOf(EnumSet.copyOf(left))) {
            picture.append("  " + end + " --> [*]\n");
        }
        return picture + "```\n";
    }

    private static Build build(Build.State state) {
        return new Build(ID, ID, "refs/heads/main", "c", state, null, null, NOW, null);
    }

    private static Deployment deployment(Deployment.State state) {
        return new Deployment(ID, ID, ID, state, null, NOW, null, null);
    }
}
