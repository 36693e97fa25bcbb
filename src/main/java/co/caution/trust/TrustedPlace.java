package co.caution.trust;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * All that is kept for one place.
 *
 * @param version of this form
 * @param url the place's key
 * @param root which root, other than hardware's, is accepted there
 * @param policy the rules that whatever runs there must keep, as they were given
 * @param history what was verified, the newest first
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TrustedPlace(int version, String url, @Nullable Root root, @Nullable ObjectNode policy, List<Seen> history) {

    static final int VERSION = 1;
    /** Things seen that differ, not checks: an app that changes daily is remembered for months. */
    static final int LONGEST_HISTORY = 100;

    /** @param sha256 of the DER certificate, lower-case hex */
    public record Root(String sha256, Instant pinnedAt) {

        public Root {
            Objects.requireNonNull(pinnedAt);
            if (!sha256.matches("[0-9a-f]{64}")) {
                throw new IllegalArgumentException("a fingerprint is 64 lower-case hex digits");
            }
        }
    }

    public TrustedPlace {
        if (version != VERSION) {
            throw new IllegalArgumentException("its version is " + version + ", and this program knows " + VERSION);
        }
        Objects.requireNonNull(url);
        history = List.copyOf(history);
    }

    static TrustedPlace empty(Place place) {
        return new TrustedPlace(VERSION, place.key(), null, null, List.of());
    }

    public TrustedPlace withRoot(@Nullable Root pinned) {
        return new TrustedPlace(version, url, pinned, policy, history);
    }

    public TrustedPlace withPolicy(@Nullable ObjectNode rules) {
        return new TrustedPlace(version, url, root, rules, history);
    }

    public Optional<Seen> last() {
        return history.stream().findFirst();
    }

    /** The same again only moves the time; what is too old to keep falls out. */
    public TrustedPlace seen(Seen now) {
        var longer = new ArrayList<>(history);
        Seen known = longer.isEmpty() ? now : now.orAsBefore(longer.getFirst());
        if (!longer.isEmpty() && longer.getFirst().sameAs(known)) {
            longer.set(0, known.since(longer.getFirst().firstAt()));
        } else {
            longer.addFirst(known);
        }
        return new TrustedPlace(version, url, root, policy, longer.subList(0, Math.min(longer.size(), LONGEST_HISTORY)));
    }
}
