package co.caution.eif;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Genuine images and documents. They are other people's data and lie beside the project; without them tests are skipped. */
public final class Vectors {

    private Vectors() {}

    /** The folder, or a skipped test that says so. */
    public static Path folder() {
        String named = System.getProperty("caution.vectors", System.getenv("CAUTION_VECTORS"));
        Path folder = Path.of(named == null ? "../shared/vectors" : named);
        Assumptions.assumeTrue(Files.isDirectory(folder), () -> "SKIPPED: no test vectors in "
                + folder.toAbsolutePath().normalize() + " (CAUTION_VECTORS names another folder)");
        return folder;
    }

    /** What is known of an image in the folder {@code eif}. */
    static JsonNode image(String file) {
        for (JsonNode image : JsonMapper.shared().readTree(folder().resolve("eif/pcrs.json").toFile()).get("images")) {
            if (image.get("file").asString().equals(file)) {
                return image;
            }
        }
        throw new AssertionError(file);
    }
}
