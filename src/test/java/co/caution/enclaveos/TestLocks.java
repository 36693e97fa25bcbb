package co.caution.enclaveos;

import co.caution.packages.DebianPackage;
import co.caution.packages.Sha256;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Locks of releases that nobody built. */
final class TestLocks {

    private TestLocks() {}

    static LockedInputs inputs() {
        return new LockedInputs(
                2,
                new Pins(
                        List.of(
                                new DebianPackage("binutils", "2.40-2", "amd64", "1".repeat(64)),
                                new DebianPackage("gcc", "4:12.2.0-3", "amd64", "2".repeat(64))),
                        "go1.26.8",
                        "3".repeat(64)),
                new TreeMap<>(Map.of("guest", "4".repeat(64), "host", "5".repeat(64), "kernel.config", "6".repeat(64))),
                "console=ttyS0 panic=30");
    }

    static EnclaveOsLock lock() {
        var outputs = new TreeMap<String, String>();
        EnclaveOsLock.OUTPUTS.forEach(name -> outputs.put(name, Sha256.of(name.getBytes())));
        return new EnclaveOsLock(inputs(), outputs, "7".repeat(96));
    }
}
