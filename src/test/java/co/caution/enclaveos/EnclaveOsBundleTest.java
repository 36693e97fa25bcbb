package co.caution.enclaveos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import co.caution.packages.DebianPackage;
import co.caution.packages.PackageHome;
import co.caution.packages.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnclaveOsBundleTest {

    private static final List<String> CONTENTS = List.of("the compiler", "the kernel's source");
    private static final String GO = "the Go toolchain";

    @TempDir
    Path directory;

    private EnclaveOsLock lock;
    private Path bundle;

    @BeforeEach
    void exported() throws Exception {
        var packages = List.of(
                new DebianPackage("gcc", "1", "amd64", sha256(CONTENTS.get(0))),
                new DebianPackage("linux-source-6.12", "2", "all", sha256(CONTENTS.get(1))));
        LockedInputs inputs = TestLocks.inputs();
        lock = new EnclaveOsLock(
                new LockedInputs(2, new Pins(packages, "go1.26.8", sha256(GO)), inputs.sources(), inputs.cmdline()),
                TestLocks.lock().outputs(), TestLocks.lock().pcr1());
        PackageHome home = new PackageHome(directory.resolve("here"));
        for (int i = 0; i < packages.size(); i++) {
            Files.writeString(home.file(packages.get(i)), CONTENTS.get(i));
        }
        Path go = Files.createDirectories(home.directory().resolve(InputStore.GO));
        Files.writeString(go.resolve(sha256(GO) + ".zip"), GO);
        bundle = directory.resolve("bundle.tar");
        new EnclaveOsBundle(home).write(lock, bundle);
    }

    @Test
    void allInputsComeBackWithoutANetwork() throws Exception {
        PackageHome there = new PackageHome(directory.resolve("there"));
        assertThat(new EnclaveOsBundle(there).read(bundle)).isEqualTo(lock);
        assertThat(new EnclaveOsBundle(there).files(lock).values())
                .extracting(Files::readString)
                .containsExactly("the compiler", "the kernel's source", GO);
        new EnclaveOsBundle(there).write(lock, directory.resolve("again.tar"));
        assertThat(directory.resolve("again.tar")).hasSameBinaryContentAs(bundle);
    }

    @Test
    void aByteThatIsOtherIsFoundWhereverItIs() throws Exception {
        byte[] whole = Files.readAllBytes(bundle);
        String text = new String(whole, StandardCharsets.ISO_8859_1);
        String hash = sha256("the compiler"); // in the lock, then as a name
        for (int at : List.of(text.indexOf("the compiler"), text.indexOf(GO), text.indexOf(hash), text.lastIndexOf(hash))) {
            byte[] changed = whole.clone();
            changed[at] ^= 1;
            refused(changed);
        }
    }

    @Test
    void halfABundleIsRefused() throws Exception {
        byte[] whole = Files.readAllBytes(bundle);
        int last = new String(whole, StandardCharsets.ISO_8859_1).indexOf("inputs/" + sha256(GO));
        byte[] half = Arrays.copyOf(whole, last + 1024); // two zero blocks end a tar
        Arrays.fill(half, last, half.length, (byte) 0);
        assertThat(refused(half)).hasMessageContaining("1 of the inputs");
        refused(Arrays.copyOf(whole, last + 700));
        refused(new byte[10_240]);
        refused("not a tar".getBytes());
        assertThat(refused(Files.readAllBytes(Path.of("README.md")))).hasMessageContaining("is not a whole bundle");
    }

    private Throwable refused(byte[] content) throws IOException {
        Path file = Files.write(directory.resolve("changed.tar"), content);
        Path there = Files.createTempDirectory(directory, "there");
        var thrown = new Throwable[1];
        assertThatThrownBy(() -> new EnclaveOsBundle(new PackageHome(there)).read(file))
                .isInstanceOf(IOException.class)
                .satisfies(e -> thrown[0] = e);
        // What was taken before the damage is what its name says.
        try (var kept = Files.walk(there)) {
            for (Path path : kept.filter(Files::isRegularFile).toList()) {
                assertThat(path.getFileName().toString()).startsWith(Sha256.of(path));
            }
        }
        return thrown[0];
    }

    private static String sha256(String text) {
        return Sha256.of(text.getBytes());
    }
}
