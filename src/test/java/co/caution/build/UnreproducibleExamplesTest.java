package co.caution.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import co.caution.eif.Eif;
import co.caution.explain.Cause;
import co.caution.explain.Conditions;
import co.caution.explain.Explanation;
import co.caution.explain.FileDifference;
import co.caution.explain.ImageComparison;
import co.caution.explain.ListComparison;
import co.caution.project.FileList;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The examples that differ on purpose: each is told by its cause, with both images at hand and with the list of files alone. */
class UnreproducibleExamplesTest {

    private static final Path EXAMPLES = Path.of("docs/examples/unreproducible");
    private static final int CPUS = Runtime.getRuntime().availableProcessors();

    @TempDir
    Path directory;

    @BeforeEach
    void theMachineCanBuild() {
        ContainerBuilds.assumePossible();
    }

    @Tag("full")
    @ParameterizedTest
    @CsvSource({
        "archive-time, /www/data.tar.gz, ARCHIVE_TIME, ARCHIVE_TIME",
        "cpu-count, /www/settings.txt, CPU_COUNT, CPU_COUNT",
    })
    void aCauseIsNamed(String example, String path, Cause seen, Cause suspected) throws Exception {
        explained(example, path, seen, suspected);
    }

    @Tag("full")
    @ParameterizedTest
    @CsvSource({
        "archive-order, /www/data.tar, ARCHIVE_ORDER, ARCHIVE_ORDER",
        "build-id, /app, BUILD_ID, BUILD_ID",
        "build-path, /app, BUILD_PATH, BUILD_PATH",
        "compiled-date, /app, DATE, DATE",
        "date, /www/built.txt, DATE, DATE",
        "host-name, /www/built.txt, HOST_NAME, ",
        "line-order, /www/list.txt, LINE_ORDER, LINE_ORDER",
        "randomness, /www/instance, RANDOMNESS, RANDOMNESS",
        "randomness, /www/key, RANDOMNESS, ",
        "static-library, /libapp.a, ARCHIVE_TIME, ARCHIVE_TIME",
    })
    void everyCauseIsNamed(String example, String path, Cause seen, Cause suspected) throws Exception {
        explained(example, path, seen, suspected);
    }

    @Test
    void aBaseWithoutADigestIsRefusedBeforeItCanDiffer() {
        assertThatThrownBy(() -> build("unpinned-base", "one", Circumstances.USUAL))
                .isInstanceOf(BuildException.class).hasMessageContaining("digest");
    }

    private void explained(String example, String path, Cause seen, Cause suspected) throws Exception {
        BuiltImage one = build(example, "one", Circumstances.USUAL);
        BuiltImage two = build(example, "two", Circumstances.elsewhere(OptionalInt.of(0), true));

        assertThat(one.measurements().pcr1()).isEqualTo(two.measurements().pcr1());
        assertThat(one.measurements().pcr2()).isNotEqualTo(two.measurements().pcr2());

        Explanation images = ImageComparison.compare(Eif.read(one.eif()), Eif.read(two.eif()),
                new Conditions(Optional.of("build"), CPUS, List.of()), new Conditions(Optional.of("elsewhere"), 1, List.of()));
        assertThat(images.configuration()).isEmpty();
        assertThat(images.system()).isEmpty();
        FileDifference difference = find(images.files(), path);
        assertThat(difference.data()).isNotNull();
        assertThat(difference.hint()).as(images.toString()).isNotNull();
        assertThat(difference.hint().cause()).as(images.toString()).isEqualTo(seen);
        assertThat(difference.hint().seen()).isTrue();

        Explanation lists = ListComparison.compare(one.manifestJson(), two.manifestJson(), Optional.of(list(one)), list(two),
                Eif.read(two.eif()), Conditions.here(Clock.systemUTC()));
        assertThat(lists.files()).extracting(FileDifference::path).isEqualTo(images.files().stream().map(FileDifference::path).toList());
        var hint = find(lists.files(), path).hint();
        assertThat(hint == null ? null : hint.cause()).as(lists.toString()).isEqualTo(suspected);
    }

    private static FileDifference find(List<FileDifference> files, String path) {
        return files.stream().filter(file -> file.path().equals(path)).findFirst()
                .orElseThrow(() -> new AssertionError(path + " does not differ, but: " + files));
    }

    private static FileList list(BuiltImage image) throws Exception {
        return FileList.parse(Files.readAllBytes(image.files()));
    }

    private BuiltImage build(String example, String stage, Circumstances circumstances) throws Exception {
        TestSource source = TestSource.of(EXAMPLES.resolve(example));
        return new Pipeline(ContainerBuilds.home(), TestEnclaveOs.in(directory.resolve("os-" + stage)), BuildLimits.defaults(), Builder.BUILDAH, circumstances)
                .build(source.repository, source.commit(), directory.resolve(stage), new Recorder());
    }
}
