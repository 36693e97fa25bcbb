package co.caution.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import co.caution.eif.Measurements;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The measured builder makes what is written down, and another one is used only after it has shown that it does. */
class ConformanceTest {

    @TempDir
    Path directory;

    @BeforeEach
    void theMachineCanBuild() {
        ContainerBuilds.assumePossible();
    }

    @ParameterizedTest
    @ValueSource(strings = {"links", "whiteouts", "stages"})
    void theMeasuredBuilderMakesWhatIsWrittenDown(String name) throws Exception {
        Listing made = new Conformance(ContainerBuilds.home())
                .build(name, Builder.BUILDAH, BuildLimits.defaults(), BuildListener.SILENT);

        Files.writeString(Path.of("target", name + ".expected"), made.toString());
        assertThat(made).hasToString(Conformance.text(name + ".expected"));
    }

    @Test
    @Tag("full")
    void podmanConformsAndIsUsedOnlyThen() throws Exception {
        var conformance = new Conformance(new BuildHome(directory));
        String version = podman();
        assertThatThrownBy(() -> conformance.require(Builder.PODMAN))
                .isInstanceOf(BuildException.class)
                .hasMessage("podman (" + version + ") has not shown on this machine that it makes the same bytes as buildah"
                        + " --layers=false; run: caution builders check podman");

        assertThat(conformance.check(Builder.PODMAN, BuildLimits.defaults(), BuildListener.SILENT).difference()).isEmpty();

        conformance.require(Builder.PODMAN);
        Measurements byPodman = measure(Builder.PODMAN);
        assertThat(byPodman).isEqualTo(measure(Builder.BUILDAH));
    }

    private Measurements measure(Builder builder) throws Exception {
        TestSource source = TestSource.of(ContainerBuilds.HELLO);
        return new Pipeline(new BuildHome(directory), TestEnclaveOs.in(directory.resolve("os")), BuildLimits.defaults(), builder)
                .build(source.repository, source.commit(), directory.resolve(builder.tool()), BuildListener.SILENT)
                .measurements();
    }

    @Test
    void anotherVersionMustShowItAnew() throws Exception {
        var conformance = new Conformance(new BuildHome(directory));
        conformance.remember(Builder.PODMAN, new Conformance.Result("podman version 0", Optional.empty()));
        podman();

        assertThat(conformance.remembered(Builder.PODMAN)).isEmpty();
    }

    @Test
    void aBuilderThatMakesOtherBytesIsRefusedWithTheFirstOfThem() throws Exception {
        var home = new BuildHome(directory);
        new Conformance(home).remember(Builder.PODMAN, new Conformance.Result(podman(), Optional.of("links.Containerfile: /made/two is …")));
        var pipeline = new Pipeline(home, TestEnclaveOs.in(directory.resolve("os")), BuildLimits.defaults(), Builder.PODMAN);
        TestSource source = TestSource.of(ContainerBuilds.HELLO);

        assertThatThrownBy(() -> pipeline.build(source.repository, source.commit(), directory.resolve("stage"), BuildListener.SILENT))
                .isInstanceOf(BuildException.class)
                .hasMessageContaining(" makes other bytes than buildah --layers=false, so nobody could verify what it builds:"
                        + " links.Containerfile: /made/two is …; build with buildah, or install another version");
    }

    private static String podman() throws Exception {
        assumeTrue(Builder.PODMAN.version().isPresent(), "not run, this machine lacks podman (apt-get install podman)");
        return Builder.PODMAN.version().orElseThrow();
    }

    @Test
    void theFirstDifferenceIsNamed() {
        Listing one = Listing.parse("/a\tdirectory 755 0:0\n/a/b\tfile 644 0:0 sha256:00\n");

        assertThat(one.difference(Listing.parse(one.toString()))).isEmpty();
        assertThat(one.difference(Listing.parse("/a\tdirectory 700 0:0\n"))).contains("/a is directory 700 0:0, which should be directory 755 0:0");
        assertThat(one.difference(Listing.parse("/a\tdirectory 755 0:0\n"))).contains("/a/b is missing, which should be file 644 0:0 sha256:00");
        assertThat(Listing.parse("").difference(one)).contains("/a is there (directory 755 0:0) and should not be");
    }
}
