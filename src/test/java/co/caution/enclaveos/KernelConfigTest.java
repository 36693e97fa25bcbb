package co.caution.enclaveos;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class KernelConfigTest {

    private static final String ASKED = """
            # a comment
            CONFIG_SMP=y
            CONFIG_NR_CPUS=64
            CONFIG_NSM=y
            # CONFIG_MODULES is not set
            # CONFIG_KEXEC is not set
            """;

    @Test
    void whatTookIsNotNamed() {
        String result = "CONFIG_SMP=y\nCONFIG_NR_CPUS=64\nCONFIG_NSM=y\n# CONFIG_MODULES is not set\n"
                + "# CONFIG_KEXEC is not set\nCONFIG_X=y\n";
        assertThat(KernelConfig.parse(ASKED).lostIn(KernelConfig.parse(result))).isEmpty();
    }

    @Test
    void whatVanishedOrChangedOrStayedOnIsNamed() {
        String result = "CONFIG_SMP=y\nCONFIG_NR_CPUS=8\n# CONFIG_NSM is not set\nCONFIG_MODULES=y\n# CONFIG_KEXEC is not set\n";
        assertThat(KernelConfig.parse(ASKED).lostIn(KernelConfig.parse(result)))
                .containsExactly("CONFIG_NR_CPUS=64 became 8", "CONFIG_NSM=y became n", "CONFIG_MODULES=n became y");
    }

    /** A line that turns off what this kernel does not have turns nothing off: it is misspelt, or was renamed. */
    @Test
    void whatIsNotOfferedIsNamedAlsoWhereItWasToBeOff() {
        String result = "CONFIG_SMP=y\nCONFIG_NR_CPUS=64\n# CONFIG_MODULES is not set\n# CONFIG_KEXECUTE is not set\n";
        assertThat(KernelConfig.parse(ASKED).lostIn(KernelConfig.parse(result)))
                .containsExactly("CONFIG_NSM=y is not offered", "CONFIG_KEXEC=n is not offered");
    }

    @Test
    void ourKernelHasNoWayOutButVsock() throws Exception {
        KernelConfig ours = KernelConfig.parse(Files.readString(Path.of("enclaveos/kernel.config")));
        assertThat(ours.options()).containsEntry("CONFIG_VIRTIO_VSOCKETS", "y").containsEntry("CONFIG_NSM", "y");
        for (String off : new String[] {"NETDEVICES", "PACKET", "MODULES", "BLOCK", "PCI", "BPF_SYSCALL", "IO_URING"}) {
            assertThat(ours.options()).containsEntry("CONFIG_" + off, "n");
        }
    }
}
