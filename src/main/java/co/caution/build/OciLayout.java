package co.caution.build;

import co.caution.packages.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes an image of one plain layer as an OCI image layout. Source: OCI image-spec 1.0, image-layout. */
final class OciLayout {

    private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private OciLayout() {}

    /**
     * @param layer a tar; it is moved into the layout
     * @return digest of the image's manifest, {@code sha256:<hex>}
     */
    static String write(Path layout, Path layer) throws IOException {
        Path blobs = Files.createDirectories(layout.resolve("blobs/sha256"));
        String layerDigest = Sha256.of(layer);
        long layerSize = Files.size(layer);
        Files.move(layer, blobs.resolve(layerDigest));
        byte[] config = ("""
                {"architecture":"amd64","config":{"Env":["PATH=%s"]},"os":"linux",\
                "rootfs":{"diff_ids":["sha256:%s"],"type":"layers"}}""")
                .formatted(PATH, layerDigest)
                .getBytes(StandardCharsets.UTF_8);
        byte[] manifest = ("""
                {"config":{"digest":"sha256:%s","mediaType":"application/vnd.oci.image.config.v1+json","size":%d},\
                "layers":[{"digest":"sha256:%s","mediaType":"application/vnd.oci.image.layer.v1.tar","size":%d}],\
                "mediaType":"application/vnd.oci.image.manifest.v1+json","schemaVersion":2}""")
                .formatted(Sha256.of(config), config.length, layerDigest, layerSize)
                .getBytes(StandardCharsets.UTF_8);
        String digest = Sha256.of(manifest);
        Files.write(blobs.resolve(Sha256.of(config)), config);
        Files.write(blobs.resolve(digest), manifest);
        Files.writeString(layout.resolve("index.json"), """
                {"manifests":[{"digest":"sha256:%s","mediaType":"application/vnd.oci.image.manifest.v1+json",\
                "size":%d}],"schemaVersion":2}""".formatted(digest, manifest.length));
        Files.writeString(layout.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
        return "sha256:" + digest;
    }
}
