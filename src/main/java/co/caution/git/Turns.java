package co.caution.git;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** How many commands run at once: of everybody, and of each account. */
final class Turns {

    static final int MOST = 200;
    static final int MOST_OF_AN_ACCOUNT = 40;

    private final Map<UUID, Integer> byAccount = new HashMap<>();
    private int running;

    /** @return whether there was room; {@link #leave()} gives it back in any case */
    synchronized boolean enter() {
        return ++running <= MOST;
    }

    synchronized void leave() {
        running--;
    }

    /**
     * Counts a command for one of those whose key it is, the one with fewest: a key is public, so somebody may have put
     * another's beside their own, and must not use up their turns by that.
     *
     * @return what gives the turn back; null where there is none to be had
     */
    synchronized @Nullable Runnable enter(Collection<UUID> accounts) {
        UUID least = accounts.stream().min(Comparator.comparing(account -> byAccount.getOrDefault(account, 0))).orElse(null);
        if (least == null) {
            return () -> {}; // nobody's key any more: it is refused for that
        }
        if (byAccount.getOrDefault(least, 0) >= MOST_OF_AN_ACCOUNT) {
            return null;
        }
        byAccount.merge(least, 1, Integer::sum);
        return () -> leave(least);
    }

    private synchronized void leave(UUID account) {
        byAccount.computeIfPresent(account, (_, count) -> count == 1 ? null : count - 1);
    }

    synchronized int running() {
        return running;
    }
}
