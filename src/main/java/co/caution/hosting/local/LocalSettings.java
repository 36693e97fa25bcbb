package co.caution.hosting.local;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * How enclaves run beside the service.
 *
 * @param run where sockets and console logs of running enclaves lie; emptied at start
 * @param qemu the QEMU program
 * @param accelerator {@code tcg}, or {@code kvm} by explicit choice: there are machines where {@code /dev/kvm} opens
 *     and every guest hangs
 */
public record LocalSettings(Path run, String qemu, String accelerator) {

    public LocalSettings {
        if (!accelerator.equals("tcg") && !accelerator.equals("kvm")) {
            throw new IllegalArgumentException("caution.local.accelerator must be tcg or kvm, not '" + accelerator + "'");
        }
    }

    /** Whether the QEMU program can be run: named by its path, or found on this process's own. */
    boolean qemuIsThere() {
        if (qemu.contains("/")) {
            return Files.isExecutable(Path.of(qemu));
        }
        String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
        return Arrays.stream(path.split(":")).anyMatch(directory -> Files.isExecutable(Path.of(directory, qemu)));
    }
}
