package co.caution.hosting.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The enclave's serial console: the kernel and EnclaveOS write there, never the app. */
final class Console {

    private static final int LINES = 8;

    private Console() {}

    /** The last lines, printable; empty when there are none. */
    static String tail(Path directory) {
        try {
            List<String> lines = new String(
                            Files.readAllBytes(directory.resolve("console.log")), StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> line.replaceAll("\\p{Cntrl}", ""))
                    .filter(line -> !line.isBlank())
                    .toList();
            return String.join("\n", lines.subList(Math.max(0, lines.size() - LINES), lines.size()));
        } catch (IOException e) {
            return "";
        }
    }
}
