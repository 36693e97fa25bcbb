package co.caution.enclaveos;

import co.caution.packages.Sha256;
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
        System.out.println(Sha256.of(agent));
        System.out.println(Sha256.of(builder.program("host")));
        System.out.println(Sha256.of(ramdisk));
        Files.delete(ramdisk);
    }
}
