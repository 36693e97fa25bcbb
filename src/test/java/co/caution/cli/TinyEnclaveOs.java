package co.caution.cli;

import co.caution.eif.CpioArchive;
import co.caution.eif.CpioEntry;
import co.caution.eif.EifWriter;
import co.caution.enclaveos.EnclaveOsLock;
import co.caution.enclaveos.EnclaveOsRelease;
import co.caution.enclaveos.LockedInputs;
import co.caution.enclaveos.Pins;
import co.caution.packages.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A release of an EnclaveOS that boots nothing, with the true lock of its files: what is checked is what is hashed. */
public final class TinyEnclaveOs {

    private static final String CMDLINE = "console=ttyS0";

    private TinyEnclaveOs() {}

    /**
     * @param agent what {@code /init} holds
     * @param more files of ramdisk 0, by name
     */
    public static EnclaveOsRelease in(Path directory, String agent, String... more) throws IOException {
        Files.createDirectories(directory.resolve("sources"));
        Files.writeString(directory.resolve("sources/init.go"), agent);
        Path kernel = Files.writeString(directory.resolve(EnclaveOsLock.KERNEL), "no kernel");
        Path host = Files.writeString(directory.resolve(EnclaveOsLock.HOST), "no program");
        Path ramdisk = directory.resolve(EnclaveOsLock.RAMDISK);
        var entries = new ArrayList<CpioEntry>();
        entries.add(CpioEntry.file("init", 0755, 0, 0, agent.getBytes(StandardCharsets.UTF_8)));
        for (String name : more) {
            entries.add(CpioEntry.file(name, 0755, 0, 0, "slipped in".getBytes(StandardCharsets.UTF_8)));
        }
        try (var out = Files.newOutputStream(ramdisk)) {
            CpioArchive.write(out, entries);
        }
        String pcr1 = EifWriter.write(directory.resolve("any.eif"), kernel, CMDLINE, "{}".getBytes(StandardCharsets.US_ASCII),
                List.of(ramdisk)).pcr1();
        String source = Sha256.of(agent.getBytes(StandardCharsets.UTF_8));
        var inputs = new LockedInputs(2, new Pins(List.of(), "go1.26.8", "0".repeat(64)),
                new TreeMap<>(Map.of("guest", source, "host", "0".repeat(64), "kernel.config", "0".repeat(64))), CMDLINE);
        var outputs = new TreeMap<>(Map.of(EnclaveOsLock.KERNEL, Sha256.of(kernel), EnclaveOsLock.HOST, Sha256.of(host),
                EnclaveOsLock.AGENT, source, EnclaveOsLock.RAMDISK, Sha256.of(ramdisk)));
        var lock = new EnclaveOsLock(inputs, outputs, pcr1);
        Files.writeString(directory.resolve(EnclaveOsLock.FILE), lock.format());
        return new EnclaveOsRelease(lock, kernel, ramdisk, host, directory.resolve("sources"));
    }
}
