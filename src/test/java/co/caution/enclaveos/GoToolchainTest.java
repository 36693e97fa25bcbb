package co.caution.enclaveos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import co.caution.packages.Sha256;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GoToolchainTest {

    private static final String PREFIX = "golang.org/toolchain@v0.0.1-go1.26.8.linux-amd64/";

    @TempDir
    Path directory;

    @Test
    void whatTheZipCannotHoldIsPutRight() throws Exception {
        Path to = Files.createDirectory(directory.resolve("go"));
        GoToolchain.unpack(zip(Map.of(PREFIX + "bin/go", "go", PREFIX + "pkg/tool/linux_amd64/link", "link",
                PREFIX + "src/_go.mod", "module std", PREFIX + "src/cmd/_go.mod", "module cmd")), to);
        assertThat(to.resolve("bin/go")).isExecutable();
        assertThat(to.resolve("pkg/tool/linux_amd64/link")).isExecutable();
        assertThat(to.resolve("src/go.mod")).hasContent("module std");
        assertThat(Files.isExecutable(to.resolve("src/go.mod"))).isFalse();
        assertThat(to.resolve("src/cmd/_go.mod")).exists();
    }

    @Test
    void aNameThatLeadsOutIsRefused() throws Exception {
        Path to = Files.createDirectory(directory.resolve("go"));
        for (String name : new String[] {PREFIX + "../../../outside", "elsewhere/bin/go", PREFIX.replace("amd64", "arm64") + "bin/go"}) {
            Path zip = zip(Map.of(name, "x"));
            assertThatThrownBy(() -> GoToolchain.unpack(zip, to)).as(name).isInstanceOf(EnclaveOsBuildException.class);
        }
        assertThat(directory.resolve("outside")).doesNotExist();
    }

    @Test
    void aKeptToolchainIsHashedBeforeItIsUsed() throws Exception {
        var store = new GoToolchain(directory);
        String sha256 = Sha256.of("a toolchain".getBytes());
        Files.writeString(store.file(sha256), "a toolchain");
        assertThat(store.fetch("go1.26.8", sha256, directory)).contains(store.file(sha256));
        Files.writeString(store.file(sha256), "another one");
        assertThatThrownBy(() -> store.fetch("go1.26.8", sha256, directory)).hasMessageContaining("damaged and has been removed");
        assertThat(store.file(sha256)).doesNotExist();
    }

    private Path zip(Map<String, String> files) throws Exception {
        Path zip = Files.createTempFile(directory, "toolchain", ".zip");
        try (var out = new ZipOutputStream(Files.newOutputStream(zip))) {
            for (var file : files.entrySet()) {
                out.putNextEntry(new ZipEntry(file.getKey()));
                out.write(file.getValue().getBytes());
            }
        }
        return zip;
    }
}
