package co.caution.hosting.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the machine has left, as the kernel counts it. */
final class Memory {

    private static final Path MEMINFO = Path.of("/proc/meminfo");

    private Memory() {}

    /** {@code MemAvailable}, in bytes; unlimited where there is no {@code /proc}. */
    static long availableBytes() {
        return field("MemAvailable:");
    }

    /** {@code MemTotal}, in bytes; unlimited where there is no {@code /proc}. */
    static long totalBytes() {
        return field("MemTotal:");
    }

    private static long field(String name) {
        try {
            return Files.readAllLines(MEMINFO).stream()
                    .filter(line -> line.startsWith(name))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElse(Long.MAX_VALUE);
        } catch (IOException e) {
            return Long.MAX_VALUE;
        }
    }
}
