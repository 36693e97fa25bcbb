package co.caution.cli;

import co.caution.trust.PrivateFile;
import java.nio.file.Path;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A {@link PrivateFile} that holds one JSON object. */
final class PrivateJson {

    private static final JsonMapper JSON = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final Path path;
    private final PrivateFile file;

    PrivateJson(Path path) {
        this.path = path;
        this.file = new PrivateFile(path);
    }

    /** Empty where there is no file. */
    ObjectNode read() {
        try {
            return file.read().map(content -> (ObjectNode) JSON.readTree(content)).orElseGet(JSON::createObjectNode);
        } catch (JacksonException | ClassCastException e) {
            throw new CliException("The file " + path + " is damaged: " + e.getMessage() + ". Repair or remove it.");
        }
    }

    void change(Consumer<ObjectNode> change) {
        file.alone(() -> {
            ObjectNode content = read();
            change.accept(content);
            file.write(JSON.writeValueAsBytes(content));
            return content;
        });
    }
}
