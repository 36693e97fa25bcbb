package co.caution.build;

import co.caution.packages.Sha256;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The one image of an OCI image layout: each blob has the digest by which it is named. Source: OCI image-spec 1.0.
 *
 * @param config the image's configuration
 * @param layers plain tar files, lowest first
 */
record OciImage(JsonNode config, List<Path> layers) {

    private static final int MAX_JSON = 4 << 20;
    private static final int MAX_LAYERS = 512;

    /**
     * @param plain an empty directory for the decompressed layers
     * @param mostBytes of all layers, decompressed
     */
    static OciImage read(Path layout, Path plain, long mostBytes) throws BuildException, IOException {
        // The layout was written by the sandbox: a link in it would be followed out here.
        for (Path directory : List.of(layout, layout.resolve("blobs"), layout.resolve("blobs/sha256"))) {
            if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
                throw bad("it has no directory " + directory.getFileName());
            }
        }
        JsonNode manifests = json(limited(layout.resolve("index.json"))).path("manifests");
        if (manifests.size() != 1) {
            throw bad("its index names " + manifests.size() + " images; make it of one");
        }
        JsonNode manifest = json(blob(layout, manifests.get(0)));
        JsonNode descriptors = manifest.path("layers");
        if (!descriptors.isArray() || descriptors.size() > MAX_LAYERS) {
            throw bad("its manifest lists no layers, or more than " + MAX_LAYERS);
        }
        JsonNode config = json(blob(layout, manifest.path("config")));
        JsonNode diffIds = config.path("rootfs").path("diff_ids");
        if (diffIds.size() != descriptors.size()) {
            throw bad("its configuration and its manifest disagree on the number of layers");
        }
        var layers = new ArrayList<Path>();
        long left = mostBytes;
        for (int i = 0; i < descriptors.size(); i++) {
            Path layer = plain.resolve(i + ".tar");
            unpack(layout, descriptors.get(i), diffIds.get(i).asString(""), layer, left);
            left -= Files.size(layer);
            layers.add(layer);
        }
        return new OciImage(config.path("config"), layers);
    }

    private static void unpack(Path layout, JsonNode descriptor, String diffId, Path to, long most)
            throws BuildException, IOException {
        String type = descriptor.path("mediaType").asString("");
        boolean gzip = type.endsWith(".tar.gzip") || type.endsWith(".tar+gzip");
        if (!gzip && !type.endsWith(".tar")) {
            throw bad("a layer has the media type " + Text.printable(type) + ", which is not read here");
        }
        MessageDigest packed = Sha256.digest();
        MessageDigest plain = Sha256.digest();
        try (var file = new DigestInputStream(
                        new BufferedInputStream(Files.newInputStream(path(layout, descriptor)), 1 << 16), packed);
                InputStream in = gzip ? new GZIPInputStream(file, 1 << 16) : file;
                OutputStream out = new DigestOutputStream(Files.newOutputStream(to), plain)) {
            long left = most;
            var buffer = new byte[1 << 16];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                left -= n;
                if (left < 0) {
                    throw bad("its layers are larger than the " + (most >> 20) + " MiB that are allowed");
                }
                out.write(buffer, 0, n);
            }
            file.transferTo(OutputStream.nullOutputStream());
        }
        if (!("sha256:" + Sha256.hex(packed)).equals(descriptor.path("digest").asString(""))
                || !("sha256:" + Sha256.hex(plain)).equals(diffId)) {
            throw bad("a layer does not have the digest by which it is named");
        }
    }

    private static byte[] blob(Path layout, JsonNode descriptor) throws BuildException, IOException {
        byte[] bytes = limited(path(layout, descriptor));
        if (!("sha256:" + Sha256.of(bytes)).equals(descriptor.path("digest").asString(""))) {
            throw bad("a blob does not have the digest by which it is named");
        }
        return bytes;
    }

    private static Path path(Path layout, JsonNode descriptor) throws BuildException {
        String digest = descriptor.path("digest").asString("");
        if (!digest.matches("sha256:[0-9a-f]{64}")) {
            throw bad("a digest is not sha256:…");
        }
        Path path = layout.resolve("blobs/sha256").resolve(digest.substring("sha256:".length()));
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            throw bad("it lacks the blob " + digest);
        }
        return path;
    }

    private static byte[] limited(Path file) throws BuildException, IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > MAX_JSON) {
            throw bad(file.getFileName() + " is missing, or larger than 4 MiB");
        }
        return Files.readAllBytes(file);
    }

    private static JsonNode json(byte[] bytes) throws BuildException {
        try {
            return JsonMapper.shared().readTree(bytes);
        } catch (JacksonException e) {
            throw bad("one of its JSON documents cannot be read");
        }
    }

    private static BuildException bad(String why) {
        return new BuildException(Phase.FLATTEN, "the image is not a sound OCI image: " + why);
    }
}
