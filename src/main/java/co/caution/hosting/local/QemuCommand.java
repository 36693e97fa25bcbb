package co.caution.hosting.local;

import java.nio.file.Path;
import java.util.List;

/** The QEMU line that boots an enclave image: a microvm whose only device is vsock. */
final class QemuCommand {

    private QemuCommand() {}

    /** @param directory holds {@code kernel}, {@code ramdisks} and the vsock backend's socket */
    static List<String> of(LocalSettings settings, Path directory, String cmdline, int cpus, int memoryMb) {
        String memory = memoryMb + "M";
        return List.of(
                settings.qemu(),
                // With ACPI on, a kernel without it sees no virtio-mmio device.
                "-M", "microvm,acpi=off,memory-backend=m0",
                // The vsock backend maps the guest's memory, so it must be shared.
                "-object", "memory-backend-memfd,id=m0,size=" + memory + ",share=on",
                "-accel", settings.accelerator(),
                "-cpu", settings.accelerator().equals("kvm") ? "host" : "max",
                "-smp", Integer.toString(cpus),
                "-m", Integer.toString(memoryMb),
                "-nodefaults", "-no-user-config", "-nographic",
                "-serial", "stdio",
                "-no-reboot",
                // "reboot=k" of the measured command line ends the machine through a keyboard controller.
                "-device", "i8042",
                "-chardev", "socket,id=v0,path=" + directory.resolve("vsock.sock"),
                "-device", "vhost-user-vsock-device,chardev=v0",
                "-kernel", directory.resolve("kernel").toString(),
                "-initrd", directory.resolve("ramdisks").toString(),
                "-append", cmdline);
    }
}
