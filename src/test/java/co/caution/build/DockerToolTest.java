package co.caution.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import co.caution.project.BuildCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program in docker's place: how it is called, and what is made of what it leaves. */
class DockerToolTest {

    @TempDir
    Path directory;

    private final List<String> lines = new ArrayList<>();

    private Path docker(String script) throws IOException {
        Path program = Files.writeString(directory.resolve("docker"), "#!/bin/sh\n" + script);
        return Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private BuildTool.Job job() {
        var base = new PackageBases.Base("sha256:" + "ab".repeat(32), Path.of("/cache/layers/x"));
        return new BuildTool.Job(Path.of("/tree"), "sub/Containerfile",
                new BuildCommand("sub/Containerfile", "last", List.of("A=b c"), "sub"), Map.of("toolchain", base), false);
    }

    @Test
    void itIsAskedForAnImageInAnArchiveAndShownTheBasesOfPackages() throws Exception {
        Path image = directory.resolve("image");
        Path layer = new TestLayer().file("x", "x").write(directory.resolve("layer.tar"), "UTF-8");
        OciLayout.write(image, layer);
        Path archive = directory.resolve("image.tar");
        OciArchive.pack(image, archive);
        Path program = docker("for a; do echo \"$a\"; case $a in type=oci,dest=*) cp '" + archive + "' \"${a#type=oci,dest=}\";; esac; done");

        try (Work work = Work.open(new BuildHome(directory.resolve("home")))) {
            var tool = new DockerTool(program.toString(), work, BuildLimits.defaults());
            assertThat(tool.build(job(), lines::add)).isZero();

            assertThat(lines).containsExactly(
                    "buildx", "build", "--progress=plain", "--platform=linux/amd64", "--no-cache", "--provenance=false", "--sbom=false",
                    "--network=none", "--output", "type=oci,dest=" + work.directory() + "/docker.tar",
                    "--build-context", "localhost/packages/toolchain=oci-layout:///cache/layers/x@sha256:" + "ab".repeat(32),
                    "--file", "/tree/sub/Containerfile", "--target", "last", "--build-arg", "A=b c", "/tree/sub");
            assertThat(tool.layout().resolve("index.json")).hasSameTextualContentAs(image.resolve("index.json"));
        }
    }

    @Test
    void itEndsWithItsTime() throws Exception {
        Path program = docker("sleep 60");
        try (Work work = Work.open(new BuildHome(directory.resolve("home")))) {
            var limits = BuildLimits.defaults().with(Duration.ofMillis(300), null, null, null, null);
            var tool = new DockerTool(program.toString(), work, limits);

            assertThatThrownBy(() -> tool.build(job(), lines::add)).hasMessageContaining("did not end within");
        }
        assertThat(ContainerBuilds.processesNaming(program)).isEmpty();
    }

    @Test
    void whatIsNoArchiveIsRefused() throws Exception {
        Path program = docker("for a; do case $a in type=oci,dest=*) echo rubbish >\"${a#type=oci,dest=}\";; esac; done");
        try (Work work = Work.open(new BuildHome(directory.resolve("home")))) {
            var tool = new DockerTool(program.toString(), work, BuildLimits.defaults());

            assertThatThrownBy(() -> tool.build(job(), lines::add)).isInstanceOf(BuildException.class);
        }
    }
}
