package co.caution.enclaveos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import co.caution.packages.PackageHome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is taken from the cache, and what is refused, without building anything. */
class EnclaveOsBuilderTest {

    private static final Pins PINS = TestLocks.inputs().pins();
    private static final Pins NEWER = new Pins(PINS.packages(), "go1.26.99", "9".repeat(64));

    @TempDir
    Path directory;

    private EnclaveOsSources sources;
    private BuildCache cache;

    @BeforeEach
    void sources() throws Exception {
        sources = EnclaveOsSources.in(Path.of("enclaveos"));
        cache = new BuildCache(directory);
    }

    @Test
    void theLocksOwnReleaseIsTakenFromTheCacheAndHeldToTheLock() throws Exception {
        EnclaveOsLock lock = built(PINS);
        assertThat(builder(lock).cached()).map(EnclaveOsRelease::lock).contains(lock);
        assertThat(builder(lock).buildLocked(BuildProgress.SILENT).lock()).isEqualTo(lock);
    }

    @Test
    void aLockedBuildOfOtherSourcesIsRefusedBeforeItBegins() throws Exception {
        EnclaveOsLock lock = built(PINS);
        var changed = new TreeMap<>(lock.inputs().sources());
        changed.put("guest", "0".repeat(64));
        var other = new EnclaveOsLock(
                new LockedInputs(lock.inputs().recipe(), PINS, changed, lock.cmdline()), lock.outputs(), lock.pcr1());
        assertThatThrownBy(() -> builder(other).buildLocked(BuildProgress.SILENT))
                .isInstanceOf(EnclaveOsDifferenceException.class)
                .hasMessageContaining("source guest");
        assertThat(builder(other).build(BuildProgress.SILENT).lock()).as("not locked, it is a local one").isEqualTo(lock);
    }

    @Test
    void outputsThatAreNotTheLocksAreRefused() throws Exception {
        EnclaveOsLock lock = built(PINS);
        var outputs = new TreeMap<>(lock.outputs());
        outputs.put(EnclaveOsLock.KERNEL, "0".repeat(64));
        var other = new EnclaveOsLock(lock.inputs(), outputs, lock.pcr1());
        assertThatThrownBy(() -> builder(other).buildLocked(BuildProgress.SILENT))
                .isInstanceOf(EnclaveOsDifferenceException.class)
                .hasMessageContaining("output bzImage");
    }

    @Test
    void newerPinsThatStoodInOnceAreFoundAgainButNeverForALockedBuild() throws Exception {
        EnclaveOsLock wanted = TestLocks.lock();
        EnclaveOsLock local = built(NEWER);
        assertThat(builder(wanted).cached()).isEmpty();
        new LocalPins(cache, wanted).remember(NEWER);
        assertThat(builder(wanted).cached()).map(EnclaveOsRelease::lock).contains(local);
        assertThatThrownBy(() -> builder(wanted).buildLocked(BuildProgress.SILENT)).isInstanceOf(EnclaveOsBuildException.class);
        EnclaveOsLock own = built(PINS);
        assertThat(new LocalPins(cache, own).candidates()).containsExactly(PINS, NEWER);
        assertThat(builder(own).cached()).map(EnclaveOsRelease::lock).as("the lock's own comes first").contains(own);
    }

    @Test
    void withoutALockNothingCanBeHeldToIt() {
        assertThatThrownBy(() -> builder(null).buildLocked(BuildProgress.SILENT)).hasMessageContaining("there is no lock");
    }

    private EnclaveOsBuilder builder(@Nullable EnclaveOsLock lock) {
        return new EnclaveOsBuilder(directory, new PackageHome(directory.resolve("packages")), sources, lock);
    }

    /** Puts a release of these pins into the cache, as if it had been built. */
    private EnclaveOsLock built(Pins pins) throws Exception {
        LockedInputs inputs = builder(null).inputs(pins);
        Path release = Files.createDirectories(cache.entry("release", inputs.digest()));
        for (String name : List.copyOf(EnclaveOsLock.OUTPUTS)) {
            Files.writeString(release.resolve(name), name);
        }
        return ReleaseFiles.write(release, inputs);
    }
}
