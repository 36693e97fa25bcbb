package co.caution.project;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code .caution/deployment.json}: which app a repository belongs to. It gives at most addresses; nothing that is
 * verified comes from it. Keys that are not known here survive a rewrite.
 */
public final class DeploymentFile {

    public static final String PATH = ".caution/deployment.json";

    private static final int MAX_BYTES = 65_536;
    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final ObjectNode json;

    private DeploymentFile(ObjectNode json) {
        this.json = json;
    }

    public static DeploymentFile empty() {
        return new DeploymentFile(MAPPER.createObjectNode());
    }

    /** The file of a repository, empty if it has none. */
    public static DeploymentFile read(Path repository) throws IOException {
        Path file = repository.resolve(PATH);
        if (!Files.exists(file)) {
            return empty();
        }
        if (!Files.isRegularFile(file)) { // a stranger's checkout may link it to a device that has no end
            throw new IOException(PATH + " is not a file; run `caution init` again after removing it");
        }
        byte[] content;
        try (InputStream in = Files.newInputStream(file)) {
            content = in.readNBytes(MAX_BYTES + 1);
        }
        if (content.length > MAX_BYTES) {
            throw new IOException(PATH + " is larger than 64 KiB; run `caution init` again after removing it");
        }
        try {
            if (MAPPER.readTree(content) instanceof ObjectNode object) {
                return new DeploymentFile(object);
            }
        } catch (JacksonException e) {
            // said below
        }
        throw new IOException(PATH + " is not a JSON object; run `caution init` again after removing it");
    }

    /** Whole or not at all: a reader never sees half of it. */
    public void write(Path repository) throws IOException {
        Path file = repository.resolve(PATH);
        Path directory = file.getParent();
        Files.createDirectories(directory);
        Path next = Files.createTempFile(directory, "deployment", ".tmp");
        try {
            Files.writeString(next, MAPPER.writeValueAsString(json) + "\n");
            if (next.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rw-r--r--"));
            }
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(next);
        }
    }

    public @Nullable String resourceId() {
        return text("resource_id");
    }

    public @Nullable String server() {
        return text("server");
    }

    public @Nullable String attestationUrl() {
        return text("attestation_url");
    }

    public DeploymentFile withResourceId(String id) {
        return with("resource_id", id);
    }

    public DeploymentFile withServer(String url) {
        return with("server", url);
    }

    public DeploymentFile withAttestationUrl(String url) {
        return with("attestation_url", url);
    }

    private DeploymentFile with(String key, String value) {
        ObjectNode copy = json.deepCopy();
        copy.put(key, value);
        return new DeploymentFile(copy);
    }

    private @Nullable String text(String key) {
        JsonNode value = json.get(key);
        return value != null && value.isString() ? value.stringValue() : null;
    }
}
