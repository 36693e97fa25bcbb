package co.caution.enclaveos;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.eif.CpioArchive;
import co.caution.eif.CpioEntry;
import co.caution.eif.EifWriter;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnclaveOsReleaseTest {

    @TempDir
    Path directory;

    @Test
    void itsPcr1IsThatOfEveryImageWithIt() throws Exception {
        Path kernel = Files.writeString(directory.resolve("kernel"), "kernel");
        Path agent = Files.writeString(directory.resolve("agent"), "agent");
        Path ramdisk0 = directory.resolve("ramdisk0");
        BootRamdisk.write(agent, ramdisk0);
        Path ramdisk1 = directory.resolve("ramdisk1");
        try (OutputStream out = Files.newOutputStream(ramdisk1)) {
            CpioArchive.write(out, List.of(CpioEntry.directory("app", 0755, 0, 0)));
        }
        byte[] metadata = "{}".getBytes(StandardCharsets.UTF_8);
        String measured = EifWriter.write(
                        directory.resolve("eif"), kernel, EnclaveOsBuilder.CMDLINE, metadata, List.of(ramdisk0, ramdisk1))
                .pcr1();
        assertThat(Pcr1.of(kernel, EnclaveOsBuilder.CMDLINE, ramdisk0)).isEqualTo(measured);
    }
}
