package co.caution.enclaveos;

import java.util.Comparator;
import java.util.List;

/** What somebody would have to trust who trusts a lock that they do not know, beside the nearest one that they do. */
public final class LockDifference {

    private static final int MOST = 12;

    private LockDifference() {}

    public static String inWords(EnclaveOsLock offered, KnownLocks known) {
        var nearest = known.all().stream()
                .min(Comparator.comparingInt(lock -> differences(lock, offered).size()));
        if (nearest.isEmpty()) {
            return "This program knows no release to compare it with.";
        }
        List<String> all = differences(nearest.get(), offered);
        String shown = String.join("; ", all.subList(0, Math.min(MOST, all.size())));
        return "Beside the nearest known release (" + nearest.get().digest() + "): " + shown
                + (all.size() > MOST ? "; and " + (all.size() - MOST) + " more" : "") + ".";
    }

    private static List<String> differences(EnclaveOsLock known, EnclaveOsLock offered) {
        return LockChanges.between(known, offered).lines();
    }
}
