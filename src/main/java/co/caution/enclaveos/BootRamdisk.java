package co.caution.enclaveos;

import co.caution.eif.CpioArchive;
import co.caution.eif.CpioEntry;
import co.caution.eif.CpioEntry.Content;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Ramdisk 0: the agent, a console, and the directories that the agent mounts on. */
final class BootRamdisk {

    private static final List<String> MOUNT_POINTS = List.of("dev", "proc", "run", "sys", "tmp");

    private BootRamdisk() {}

    static void write(Path agent, Path ramdisk) throws IOException {
        List<CpioEntry> entries = new ArrayList<>();
        for (String name : MOUNT_POINTS) {
            entries.add(CpioEntry.directory(name, 0755, 0, 0));
        }
        // The kernel opens it for init, before anything is mounted.
        entries.add(CpioEntry.device("dev/console", 0600, 'c', 5, 1));
        entries.add(CpioEntry.file("init", 0755, 0, 0, Content.of(agent)));
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(ramdisk))) {
            CpioArchive.write(out, entries);
        }
    }
}
