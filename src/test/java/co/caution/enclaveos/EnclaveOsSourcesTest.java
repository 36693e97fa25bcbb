package co.caution.enclaveos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import co.caution.packages.DebianPackage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnclaveOsSourcesTest {

    private static final Path REPOSITORY = Path.of("enclaveos");

    @TempDir
    Path directory;

    @Test
    void theListNamesEverythingThatIsBuilt() throws Exception {
        List<String> found;
        try (Stream<Path> tree = Files.walk(REPOSITORY)) {
            found = tree.filter(Files::isRegularFile)
                    .map(file -> REPOSITORY.relativize(file).toString())
                    .filter(name -> name.endsWith(".go") && !name.endsWith("_test.go")
                            || name.endsWith("/go.mod")
                            || name.equals("kernel.config"))
                    .sorted()
                    .toList();
        }
        assertThat(Files.readAllLines(REPOSITORY.resolve("FILES"))).isEqualTo(found);
    }

    @Test
    void whatIsPackagedIsWhatIsInTheRepository() throws Exception {
        EnclaveOsSources packaged = EnclaveOsSources.packaged();
        EnclaveOsSources repository = EnclaveOsSources.in(REPOSITORY);
        assertThat(packaged.digest("guest")).isEqualTo(repository.digest("guest"));
        assertThat(packaged.digest("host")).isEqualTo(repository.digest("host"));
        assertThat(packaged.kernelConfig()).isEqualTo(repository.kernelConfig());
    }

    @Test
    void aByteOfTheAgentChangesTheAgentsDigestOnly() throws Exception {
        EnclaveOsSources.in(REPOSITORY).copy("", directory);
        Path file = directory.resolve("guest/main.go");
        Files.writeString(file, Files.readString(file) + "\n");
        EnclaveOsSources before = EnclaveOsSources.in(REPOSITORY);
        EnclaveOsSources after = EnclaveOsSources.in(directory);
        assertThat(after.digest("guest")).isNotEqualTo(before.digest("guest"));
        assertThat(after.digest("host")).isEqualTo(before.digest("host"));
    }

    @Test
    void bothModulesPinTheSameToolchain() throws Exception {
        EnclaveOsSources sources = EnclaveOsSources.in(REPOSITORY);
        assertThat(sources.toolchain("guest")).matches("go1\\.\\d+\\.\\d+").isEqualTo(sources.toolchain("host"));
    }

    /** Whoever changes a byte of them moves the lock: {@code caution enclaveos update --lock enclaveos/enclaveos.lock --keep-pins}. */
    @Test
    void theShippedLockIsOfTheseSources() throws Exception {
        EnclaveOsSources sources = EnclaveOsSources.in(REPOSITORY);
        EnclaveOsLock lock = KnownLocks.shippedLock().orElseThrow();
        assertThat(sources.areOf(lock)).isTrue();
        assertThat(lock.cmdline()).isEqualTo(EnclaveOsBuilder.CMDLINE);
        assertThat(lock.inputs().pins().go() + ".").startsWith(sources.toolchain("guest").replaceFirst("\\d+$", ""));
        assertThat(lock.inputs().pins().packages()).extracting(DebianPackage::name).contains("gcc", "libc6", KernelBuild.SOURCE);
    }

    @Test
    void aListThatLeadsOutOfTheDirectoryIsRefused() throws Exception {
        Files.writeString(directory.resolve("FILES"), "../secret\n");
        assertThatThrownBy(() -> EnclaveOsSources.in(directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not a plain relative path");
    }
}
