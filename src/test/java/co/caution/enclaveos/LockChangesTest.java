package co.caution.enclaveos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import co.caution.packages.DebianPackage;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LockChangesTest {

    private static final EnclaveOsLock BEFORE = TestLocks.lock();

    @Test
    void equalLocksDoNotDiffer() throws Exception {
        LockChanges changes = LockChanges.between(BEFORE, BEFORE);
        assertThat(changes.none()).isTrue();
        changes.refuseAny("never");
    }

    @Test
    void everyDifferenceIsALineThatSaysFromWhatToWhat() {
        var pins = new Pins(
                List.of(
                        new DebianPackage("gcc", "4:12.2.0-3", "amd64", "9".repeat(64)),
                        new DebianPackage("make", "4.3", "amd64", "1".repeat(64))),
                "go1.26.9", "8".repeat(64));
        var sources = new TreeMap<>(BEFORE.inputs().sources());
        sources.put("guest", "0".repeat(64));
        var outputs = new TreeMap<>(BEFORE.outputs());
        outputs.put("init", "e".repeat(64));
        var after = new EnclaveOsLock(new LockedInputs(3, pins, sources, "quiet"), outputs, "f".repeat(96));

        assertThat(LockChanges.between(BEFORE, after).names()).isEqualTo("recipe, package binutils, package gcc, package make, go,"
                + " source guest, cmdline, output init, pcr1");
        assertThat(LockChanges.between(BEFORE, after).lines()).containsExactly(
                "recipe 2 -> 3",
                "package binutils 2.40-2 is gone",
                "package gcc 4:12.2.0-3 " + "2".repeat(64) + " -> 4:12.2.0-3 " + "9".repeat(64),
                "package make 4.3 is new",
                "go go1.26.8 -> go1.26.9",
                "source guest " + "4".repeat(64) + " -> " + "0".repeat(64),
                "cmdline console=ttyS0 panic=30 -> quiet",
                "output init " + BEFORE.outputs().get("init") + " -> " + "e".repeat(64),
                "pcr1 " + "7".repeat(96) + " -> " + "f".repeat(96));
    }

    @Test
    void aNewerVersionIsSaidInVersionsNotInHashes() {
        var pins = new Pins(
                List.of(
                        new DebianPackage("binutils", "2.41-1", "amd64", "8".repeat(64)),
                        BEFORE.inputs().pins().packages().getLast()),
                "go1.26.8", "3".repeat(64));
        var after = new LockedInputs(2, pins, BEFORE.inputs().sources(), BEFORE.cmdline());
        assertThat(LockChanges.between(BEFORE.inputs(), after).lines()).containsExactly("package binutils 2.40-2 -> 2.41-1");
        assertThatThrownBy(() -> LockChanges.between(BEFORE.inputs(), after).refuseAny("not the lock's"))
                .isInstanceOf(EnclaveOsDifferenceException.class)
                .hasMessage("not the lock's: package binutils 2.40-2 -> 2.41-1");
    }
}
