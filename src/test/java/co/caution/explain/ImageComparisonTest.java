package co.caution.explain;

import static co.caution.explain.TestImage.manifest;
import static org.assertj.core.api.Assertions.assertThat;

import co.caution.eif.EifDiff.Change;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageComparisonTest {

    @TempDir
    Path directory;

    private TestImage first;
    private TestImage second;

    @BeforeEach
    void begin() {
        first = new TestImage(directory.resolve("first"));
        second = new TestImage(directory.resolve("second"));
    }

    private Explanation compared() throws Exception {
        return ImageComparison.compare(first.write("a.eif"), second.write("b.eif"), Conditions.UNKNOWN, Conditions.UNKNOWN);
    }

    @Test
    void equalImagesLeaveNothingToExplain() throws Exception {
        first.manifest(manifest(List.of(), "f")).file("/a", "x");
        second.manifest(manifest(List.of(), "f")).file("/a", "x");

        assertThat(compared().isEmpty()).isTrue();
    }

    @Test
    void theConfigurationIsComparedFieldByField() throws Exception {
        first.manifest(manifest(List.of("A=1"), "f"));
        second.manifest(manifest(List.of("A=2"), "another list, which follows from the files"));

        assertThat(compared()).isEqualTo(new Explanation(
                List.of(new Change("env", "[\"A=1\"]", "[\"A=2\"]")), List.of(), 0, List.of()));
    }

    @Test
    void filesAreNamedAsTheAppSeesThem() throws Exception {
        first.manifest(manifest(List.of(), "f")).file("/changed", "at 10:00:01").file("/gone", "x");
        second.manifest(manifest(List.of(), "g")).file("/changed", "at 10:00:02").file("/new", "x");

        Explanation found = compared();
        assertThat(found.files()).extracting(file -> file.kind() + " " + file.path())
                .containsExactly("changed /changed", "removed /gone", "added /new");
        assertThat(found.files().getFirst().data().offset()).isEqualTo(10);
        assertThat(found.causes()).containsExactly(Cause.DATE);
    }

    @Test
    void whatWasSlippedInBesideTheAppOrIntoEnclaveOsIsNamed() throws Exception {
        first.manifest(manifest(List.of(), "f")).beside("backdoor", "x").system("init.sh", "x");
        second.manifest(manifest(List.of(), "f"));

        Explanation found = compared();
        assertThat(found.files()).extracting(FileDifference::path).containsExactly("ramdisk1: app/backdoor");
        assertThat(found.system()).extracting(FileDifference::path).containsExactly("ramdisk0: init.sh");
    }

    @Test
    void ofManyDifferencesTheRestIsCounted() throws Exception {
        first.manifest(manifest(List.of(), "f"));
        second.manifest(manifest(List.of(), "f"));
        for (int i = 0; i < 1200; i++) {
            first.file("/%04d".formatted(i), "x");
            second.file("/%04d".formatted(i), "y");
        }

        Explanation found = compared();
        assertThat(found.files()).hasSize(Explanation.MAX_FILES);
        assertThat(found.moreFiles()).isEqualTo(1200 - Explanation.MAX_FILES);
    }
}
