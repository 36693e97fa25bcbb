package co.caution.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import co.caution.eif.Measurements;
import co.caution.packages.PackageLock;
import co.caution.packages.Sha256;
import co.caution.project.Manifest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real builds, in the sandbox, of an EnclaveOS that boots nothing. */
class PipelineTest {

    @TempDir
    Path directory;

    private final Recorder recorder = new Recorder();

    @BeforeEach
    void theMachineCanBuild() {
        ContainerBuilds.assumePossible();
    }

    private BuiltImage build(TestSource source, String stage) throws Exception {
        return build(source, stage, BuildLimits.defaults());
    }

    private BuiltImage build(TestSource source, String stage, BuildLimits limits) throws Exception {
        return new Pipeline(ContainerBuilds.home(), TestEnclaveOs.in(directory.resolve("os")), limits)
                .build(source.repository, source.commit(), directory.resolve(stage), recorder);
    }

    @Test
    void theExampleBecomesAnEnclaveImage() throws Exception {
        BuiltImage image = build(TestSource.of(ContainerBuilds.HELLO), "stage");

        assertThat(recorder.phases).containsExactly(
                "Exporting source", "Reading Procfile", "Fetching base images", "Building image", "Flattening image",
                "Building enclave image");
        assertThat(image.manifest().argv()).containsExactly("/hello");
        assertThat(image.manifest().user()).isEqualTo(new Manifest.User(1000, 1000, List.of()));
        assertThat(image.manifest().ports()).containsExactly(8080);
        assertThat(image.manifest().memoryMb()).isEqualTo(512);
        assertThat(image.manifest().bases()).singleElement().asString()
                .startsWith("localhost/packages/toolchain@sha256:");
        assertThat(recorder.notes).contains("Memory: 512 MB, as the Procfile names none");
        assertThat(Manifest.parse(image.manifestJson())).isEqualTo(image.manifest());
        assertThat(image.eif()).hasSize(image.eifSize());
    }

    @Test
    void theStageHoldsEverythingThatWentIn() throws Exception {
        BuiltImage image = build(TestSource.of(ContainerBuilds.HELLO), "stage");

        Path stage = image.stage();
        try (var files = Files.list(stage)) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactlyInAnyOrder(
                    "app", "Containerfile.eif", "enclave", "run.sh", "manifest.json", "files.txt", "build.log", "output");
        }
        assertThat(stage.resolve("app/hello.c")).hasSameBinaryContentAs(ContainerBuilds.HELLO.resolve("hello.c"));
        assertThat(stage.resolve("manifest.json")).hasBinaryContent(image.manifestJson());
        assertThat(Sha256.of(stage.resolve("files.txt"))).isEqualTo(image.manifest().files());
        assertThat(stage.resolve("enclave/init.go")).exists();
        assertThat(stage.resolve("build.log")).content().contains("STEP 3/3: RUN gcc-12", "PCR2 ");
        assertThat(stage.resolve("output/enclave.pcrs")).hasContent(
                image.measurements().pcr0() + " PCR0\n" + image.measurements().pcr1() + " PCR1\n"
                        + image.measurements().pcr2() + " PCR2\n");
        String ramdisk = Files.readString(stage.resolve("output/rootfs.cpio"), StandardCharsets.ISO_8859_1);
        assertThat(ramdisk.indexOf("app/~end\0")).isGreaterThan(ramdisk.indexOf("app/rootfs/hello\0")).isPositive();
        assertThat(ramdisk).contains("caution-end-1\n");
    }

    @Test
    void oneByteOfTheApplicationMovesPcr0AndPcr2AndNotPcr1() throws Exception {
        TestSource source = new TestSource().file("Procfile", "run: /app").executable("app", "one")
                .file("Containerfile", "FROM scratch\nCOPY app /app\n");
        Measurements one = build(source, "one").measurements();
        Measurements two = build(source.executable("app", "two"), "two").measurements();

        assertThat(two.pcr0()).isNotEqualTo(one.pcr0());
        assertThat(two.pcr1()).isEqualTo(one.pcr1());
        assertThat(two.pcr2()).isNotEqualTo(one.pcr2());
    }

    @Test
    void theCompilersOwnMessageReachesWhoeverBuilds() throws Exception {
        TestSource source = TestSource.of(ContainerBuilds.HELLO).file("hello.c", "int main(void) { return oops; }\n");

        assertThatThrownBy(() -> build(source, "stage"))
                .isInstanceOfSatisfying(BuildException.class, e -> assertThat(e.phase()).isEqualTo("Building image"))
                .hasMessageContaining("gcc-12")
                .hasMessageContaining("exit status 1");
        assertThat(recorder.lines).anyMatch(line -> line.contains("hello.c:1:25: error: 'oops' undeclared"));
        assertThat(directory.resolve("stage/build.log")).content().contains("'oops' undeclared", "failed: ");
    }

    @Test
    void theNamesThatABuildSeesAreThoseOfNoMachine() throws Exception {
        // Into a file: on a busy machine buildah may lose what a step prints.
        TestSource source = ContainerBuilds.source("""
                FROM localhost/packages/toolchain
                RUN { export; umask; read -r name < /proc/sys/kernel/hostname; echo $name; \
                      while read -r line; do echo $line; done < /etc/hosts; } > /app
                """).file("Procfile", "run: sh -c x");
        build(source, "stage");

        assertThat(directory.resolve("stage/output/rootfs.cpio")).content(StandardCharsets.ISO_8859_1)
                .contains("export PWD='/'\n0022\nbuild\n127.0.0.1 localhost\n");
        assertThat(recorder.lines).noneMatch(line -> line.contains("COMMIT"));
    }

    @Test
    void aBuildWithoutNetworkReachesNothing() throws Exception {
        TestSource source = new TestSource().file("Procfile", "run: /x")
                .file("Containerfile", "FROM registry.example/none@sha256:" + "ab".repeat(32) + "\n");

        assertThatThrownBy(() -> build(source, "stage", BuildLimits.defaults().with(Duration.ofSeconds(60), null, null, null, null)))
                .isInstanceOf(BuildException.class)
                .hasMessageContaining("a base image cannot be fetched");
    }

    @Test
    void aMissingContainerfileIsSaid() {
        assertThatThrownBy(() -> build(new TestSource().file("Procfile", "run: /x"), "stage"))
                .isInstanceOf(BuildException.class)
                .hasMessageContaining("neither Containerfile nor Dockerfile");
    }

    @Test
    void aMissingProcfileIsSaid() {
        assertThatThrownBy(() -> build(new TestSource().file("x", ""), "stage"))
                .isInstanceOf(BuildException.class)
                .hasMessageContaining("no Procfile");
    }

    @Test
    void aBadProcfileIsSaidWithItsPlace() {
        assertThatThrownBy(() -> build(new TestSource().file("Procfile", "cpu: 1"), "stage"))
                .isInstanceOf(BuildException.class)
                .hasMessage("Procfile line 1, column 1: `cpu` is not a key; did you mean `cpus`?");
    }

    @Test
    void aMissingLockIsSaid() {
        TestSource source = new TestSource().file("Procfile", "run: /x")
                .file("Containerfile", "FROM localhost/packages/tools\n");

        assertThatThrownBy(() -> build(source, "stage"))
                .isInstanceOf(BuildException.class)
                .hasMessageContaining("packages/tools.lock");
    }

    @Test
    void aPackageThatNobodyOffersIsSaidWithThePlaceToPutIt() {
        TestSource source = new TestSource().file("Procfile", "run: /x")
                .file("Containerfile", "FROM localhost/packages/tools\n")
                .file("packages/tools.lock", PackageLock.HEADER + "\nno-such-package 1.0 amd64 " + "ab".repeat(32) + "\n");

        assertThatThrownBy(() -> build(source, "stage"))
                .isInstanceOf(BuildException.class)
                .hasMessageContaining("package no-such-package 1.0 (amd64)")
                .hasMessageContaining("ab".repeat(32) + ".deb");
    }

    @Test
    void theBuiltImageCanBeExportedAndBuiltFromAgain() throws Exception {
        TestSource source = new TestSource()
                .file("Procfile", "build: docker build .\nrun: /app\noci-tarball: review/image.tar")
                .executable("app", "app")
                .file("Containerfile", "FROM scratch\nCOPY app /app\nUSER 5:6\n");
        Path archive = build(source, "one").stage().resolve("review/image.tar");

        BuiltImage image = build(
                new TestSource()
                        .file("Procfile", "run: /app\noci-tarball: image.tar")
                        .bytes("image.tar", Files.readAllBytes(archive)),
                "two");

        assertThat(image.manifest().builder()).isEqualTo("oci-tarball");
        assertThat(image.manifest().user()).isEqualTo(new Manifest.User(5, 6, List.of()));
    }

    @Test
    void anExportNeverFollowsALinkOfTheTree() {
        TestSource source = new TestSource()
                .file("Procfile", "build: docker build .\nrun: /app\noci-tarball: app/out/image.tar")
                .executable("app", "app")
                .link("out", "/tmp")
                .file("Containerfile", "FROM scratch\nCOPY app /app\n");

        assertThatThrownBy(() -> build(source, "stage"))
                .isInstanceOf(BuildException.class)
                .hasMessageContaining("name another path");
    }

    @Test
    void hardLinksSetuidBitsAndOwnersSurviveTheBuild() throws Exception {
        TestSource source = ContainerBuilds.source("""
                FROM localhost/packages/toolchain AS build
                COPY make.c /make.c
                RUN gcc-12 -static -o /make /make.c && /make
                FROM scratch
                COPY --from=build /made /
                """).file("make.c", """
                #include <stdio.h>
                #include <sys/stat.h>
                #include <unistd.h>
                int main(void) {
                    mkdir("/made", 0755);
                    FILE *f = fopen("/made/app", "w");
                    fputs("app", f);
                    fclose(f);
                    return link("/made/app", "/made/other") || symlink("app", "/made/link")
                        || chown("/made/app", 12, 34) || chmod("/made/app", 06755);
                }
                """);
        BuiltImage image = build(source, "stage");

        String ramdisk = Files.readString(image.stage().resolve("output/rootfs.cpio"), StandardCharsets.ISO_8859_1);
        // c_mode 0106755, c_uid 12, c_gid 34, c_nlink 2 of both names
        assertThat(ramdisk.split("00008DED" + "0000000C" + "00000022" + "00000002", -1)).hasSize(3);
        assertThat(ramdisk).contains("app/rootfs/link\0");
        assertThat(image.files()).content().endsWith(
                "f 6755 12 34 3 " + Sha256.of("app".getBytes(StandardCharsets.US_ASCII)) + " /app\n"
                        + "l 0777 0 0 3 app /link\nh 6755 12 34 3 /app /other\n");
    }
}
