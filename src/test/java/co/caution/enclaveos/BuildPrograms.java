package co.caution.enclaveos;

import java.nio.file.Files;
import java.nio.file.Path;

/** Prints the digests of what the Go sources become, as the surroundings of its own process are. */
final class BuildPrograms {

    private BuildPrograms() {}

    static void main(String[] args) throws Exception {
        Path cache = Path.of(args[0]);
        EnclaveOsBuilder builder = new EnclaveOsBuilder(
                cache, EnclaveOsSources.in(Path.of(args[1])), EnclaveOsBuilder.DEBIAN_LINUX_SOURCE);
        Path agent = builder.program("guest");
        Path ramdisk = Files.createTempFile("ramdisk", "");
        BootRamdisk.write(agent, ramdisk);
        System.out.println(Digests.sha256(agent));
        System.out.println(Digests.sha256(builder.program("host")));
        System.out.println(Digests.sha256(ramdisk));
        Files.delete(ramdisk);
    }
}
