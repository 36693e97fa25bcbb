package co.caution.cli;

import co.caution.packages.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** An app whose image is committed as an OCI archive: it is rebuilt in no time, by the whole pipeline but the container build. */
final class TinyApp {

    static final String IMAGE = "image.tar";

    private TinyApp() {}

    /** @param program what {@code /app} holds; it never runs */
    static void writeImage(Path file, String program) throws IOException {
        byte[] layer = layer(program);
        byte[] config = json("""
                {"architecture":"amd64","os":"linux","config":{"User":"1000:1000"},
                 "rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}""", Sha256.of(layer));
        byte[] manifest = json("""
                {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",
                 "config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:%s","size":%s},
                 "layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"sha256:%s","size":%s}]}""",
                Sha256.of(config), config.length, Sha256.of(layer), layer.length);
        byte[] index = json("""
                {"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:%s","size":%s}]}""",
                Sha256.of(manifest), manifest.length);
        try (OutputStream out = Files.newOutputStream(file); var tar = new TarArchiveOutputStream(out)) {
            member(tar, "oci-layout", json("{\"imageLayoutVersion\":\"1.0.0\"}"), 0644);
            member(tar, "index.json", index, 0644);
            for (byte[] blob : new byte[][] {layer, config, manifest}) {
                member(tar, "blobs/sha256/" + Sha256.of(blob), blob, 0644);
            }
        }
    }

    private static byte[] layer(String program) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(out)) {
            member(tar, "app", program.getBytes(StandardCharsets.UTF_8), 0755);
        }
        return out.toByteArray();
    }

    private static void member(TarArchiveOutputStream tar, String name, byte[] content, int mode) throws IOException {
        var entry = new TarArchiveEntry(name);
        entry.setSize(content.length);
        entry.setMode(mode);
        entry.setModTime(0L);
        entry.setIds(0, 0);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
    }

    private static byte[] json(String text, Object... values) {
        return text.formatted(values).getBytes(StandardCharsets.UTF_8);
    }
}
