package co.caution.enclaveos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The pins that stand in for a lock's, where one of those can no longer be had: remembered, so that one build is enough. */
final class LocalPins {

    private final @Nullable EnclaveOsLock wanted;
    private final Path file;

    LocalPins(BuildCache cache, @Nullable EnclaveOsLock wanted) {
        this.wanted = wanted;
        String instead = wanted == null ? "none" : wanted.inputs().pins().digest();
        this.file = cache.directory("local-pins").resolve(instead);
    }

    /** The lock's own first. */
    List<Pins> candidates() throws IOException {
        var pins = new ArrayList<Pins>();
        if (wanted != null) {
            pins.add(wanted.inputs().pins());
        }
        if (Files.isRegularFile(file)) {
            pins.add(Pins.read(new LockLines(file.toString(), 0, Files.readString(file))));
        }
        return pins;
    }

    void remember(Pins pins) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, pins.format());
    }
}
