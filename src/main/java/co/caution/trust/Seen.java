package co.caution.trust;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What was verified: seen first and last at these times, and nothing else in between.
 *
 * @param commit that was rebuilt; null where PCRs were given
 * @param tree the source's, measured
 * @param pcrs by name, {@code pcr0} to {@code pcr2}
 * @param lock digest of the lock of its EnclaveOS, where one is known
 * @param root SHA-256 of the root certificate
 * @param channelKey SHA-256 of the SPKI of the application's channel; another one after each start of an enclave
 * @param app what the measured manifest says
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Seen(
        Instant firstAt,
        Instant lastAt,
        @Nullable String commit,
        @Nullable String tree,
        SortedMap<String, String> pcrs,
        @Nullable String lock,
        String root,
        boolean simulated,
        @Nullable String channelKey,
        @Nullable App app) {

    /** @param user numbers: {@code uid:gid} */
    public record App(List<String> argv, List<String> egress, List<Integer> ports, String user, int cpus, int memoryMb) {

        public App {
            argv = List.copyOf(argv);
            egress = List.copyOf(egress);
            ports = List.copyOf(ports);
            Objects.requireNonNull(user);
        }
    }

    public Seen {
        Objects.requireNonNull(firstAt);
        Objects.requireNonNull(lastAt);
        Objects.requireNonNull(root);
        pcrs = new TreeMap<>(pcrs);
    }

    /** The key is left out: an enclave that was started again is not news enough for another line of history. */
    boolean sameAs(Seen other) {
        return withoutTimesAndKey().equals(other.withoutTimesAndKey());
    }

    private Seen withoutTimesAndKey() {
        return new Seen(Instant.EPOCH, Instant.EPOCH, commit, tree, pcrs, lock, root, simulated, null, app);
    }

    /** The same measurements are the same thing: what was not looked at this time is as it was. */
    public Seen orAsBefore(Seen before) {
        return !pcrs.equals(before.pcrs) ? this : new Seen(firstAt, lastAt, commit == null ? before.commit : commit,
                tree == null ? before.tree : tree, pcrs, lock == null ? before.lock : lock, root, simulated, channelKey,
                app == null ? before.app : app);
    }

    Seen since(Instant first) {
        return new Seen(first, lastAt, commit, tree, pcrs, lock, root, simulated, channelKey, app);
    }
}
