package co.caution.build;

import co.caution.eif.CpioArchive;
import co.caution.eif.CpioEntry;
import co.caution.enclaveos.EnclaveOsLock;
import co.caution.enclaveos.EnclaveOsRelease;
import co.caution.enclaveos.LockedInputs;
import co.caution.enclaveos.Pins;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** An EnclaveOS that boots nothing: the pipeline measures bytes, whatever they are. */
final class TestEnclaveOs {

    private TestEnclaveOs() {}

    static EnclaveOsRelease in(Path directory) throws IOException {
        Files.createDirectories(directory.resolve("sources"));
        Path kernel = directory.resolve("kernel");
        Files.writeString(kernel, "not a kernel");
        Path ramdisk = directory.resolve("ramdisk0.cpio");
        try (var out = Files.newOutputStream(ramdisk)) {
            CpioArchive.write(out, List.of(
                    CpioEntry.file("init", 0755, 0, 0, "not an init".getBytes(StandardCharsets.US_ASCII))));
        }
        Path host = directory.resolve("host");
        Files.writeString(host, "");
        Files.writeString(directory.resolve("sources/init.go"), "package main\n");
        return new EnclaveOsRelease(lock(), kernel, ramdisk, host, directory.resolve("sources"));
    }

    private static EnclaveOsLock lock() {
        String zeros = "00".repeat(32);
        var sources = new TreeMap<>(Map.of("guest", zeros, "host", zeros, "kernel.config", zeros));
        var inputs = new LockedInputs(1, new Pins(List.of(), "go1.26.8", zeros), sources, "console=ttyS0");
        var outputs = new TreeMap<>(
                Map.of("bzImage", zeros, "caution-host", zeros, "init", zeros, "ramdisk0.cpio", zeros));
        return new EnclaveOsLock(inputs, outputs, "00".repeat(48));
    }
}
