package co.caution.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A layout that was written by whoever broke out of the builder, into the sandbox: no link in it is followed out here. */
class OciImageTest {

    @TempDir
    Path directory;

    private Path layout;

    @BeforeEach
    void aSoundImage() throws IOException {
        layout = directory.resolve("out");
        OciLayout.write(layout, new TestLayer().file("x", "x").write(directory.resolve("layer.tar"), "UTF-8"));
    }

    private OciImage read() throws Exception {
        return OciImage.read(layout, Files.createDirectories(directory.resolve("plain")), 1 << 20);
    }

    @Test
    void aSoundImageIsRead() throws Exception {
        assertThat(read().layers()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "blobs", "blobs/sha256", "index.json"})
    void aLinkInThePlaceOfAPartIsRefused(String part) throws Exception {
        replaceByLink(layout.resolve(part));

        assertThatThrownBy(this::read).isInstanceOf(BuildException.class).hasMessageContaining("not a sound OCI image");
    }

    @Test
    void aLinkInThePlaceOfABlobIsRefused() throws Exception {
        List<Path> blobs;
        try (var files = Files.list(layout.resolve("blobs/sha256"))) {
            blobs = files.toList();
        }
        assertThat(blobs).hasSize(3);
        for (Path blob : blobs) {
            Path elsewhere = replaceByLink(blob);
            assertThatThrownBy(this::read).isInstanceOf(BuildException.class).hasMessageContaining("lacks the blob");
            Files.delete(blob);
            Files.move(elsewhere, blob);
        }
    }

    @Test
    void whatALinkLeadsToIsNotExported() throws Exception {
        Path secret = Files.writeString(directory.resolve("secret"), "the service's secret");
        Files.createSymbolicLink(layout.resolve("blobs/sha256/" + "ab".repeat(32)), secret);
        Path archive = directory.resolve("export.tar");

        OciArchive.pack(layout, archive);

        var names = new ArrayList<String>();
        try (var tar = new TarFile(archive)) {
            tar.getEntries().forEach(entry -> names.add(entry.getName()));
        }
        assertThat(names).hasSize(5).noneMatch(name -> name.contains("abab"));
    }

    /** The same content, elsewhere. */
    private Path replaceByLink(Path part) throws IOException {
        Path elsewhere = directory.resolve("elsewhere-" + part.getFileName());
        Files.move(part, elsewhere);
        Files.createSymbolicLink(part, elsewhere);
        return elsewhere;
    }
}
