package co.caution.explain;

import co.caution.eif.EifDiff.Change;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Recognizes known causes by what differs. Two contents show it; one alone suggests it. Archives are looked into to a
 * fixed depth and size: they are a stranger's.
 */
final class Hints {

    /** Of one file; a larger one is not looked into. */
    static final int MAX_BYTES = 8 << 20;

    private static final int MAX_DEPTH = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Conditions first;
    private final Conditions second;
    /** For all files together: what is small may unpack to much, again and again. */
    private final long end = System.nanoTime() + PATIENCE.toNanos();

    Hints(Conditions first, Conditions second) {
        this.first = first;
        this.second = second;
    }

    /** Of what lies around a content that is the same. */
    static Optional<Hint> of(List<Change> changes) {
        for (Change change : changes) {
            if (change.a() != null && change.b() != null) {
                switch (change.what()) {
                    case "mode" -> {
                        return Optional.of(new Hint(Cause.UMASK, "", true));
                    }
                    case "owner" -> {
                        return Optional.of(new Hint(Cause.OWNER, "", true));
                    }
                    default -> {}
                }
            }
        }
        return Optional.empty();
    }

    /** @param a content of the first image; null where only the second's is at hand */
    Optional<Hint> of(String path, byte @Nullable [] a, byte[] b) {
        try {
            return a == null ? Suspicion.of(path, b, second, 0) : compare(path, a, b, 0);
        } catch (IOException | RuntimeException e) {
            return Optional.empty(); // a damaged archive has many ways to say so, and no cause to name
        }
    }

    Optional<Hint> compare(String path, byte[] a, byte[] b, int depth) throws IOException {
        if (depth == MAX_DEPTH) {
            return Optional.empty();
        }
        if (System.nanoTime() - end > 0) {
            throw new IOException("enough time was spent on archives within archives");
        }
        if (Archives.isGzip(a) && Archives.isGzip(b)) {
            return gzip(path, a, b, depth);
        }
        Archives.Kind kind = Archives.kind(a);
        if (kind != Archives.Kind.NONE && kind == Archives.kind(b)) {
            Optional<Hint> hint = members(kind, a, b, depth);
            if (hint.isPresent()) {
                return hint;
            }
        }
        if (Archives.isPyc(path, a) && Archives.isPyc(path, b) && Archives.pycTime(a) != Archives.pycTime(b)) {
            return Optional.of(new Hint(Cause.PYC_TIME, "", true));
        }
        Optional<Hint> build = BuildId.compare(a, b);
        if (build.isPresent()) {
            return build;
        }
        return new Contents(path, BuildId.without(a), BuildId.without(b), first, second).hint();
    }

    private Optional<Hint> gzip(String path, byte[] a, byte[] b, int depth) throws IOException {
        Optional<Hint> inside = Optional.empty();
        byte[] one = Archives.gunzip(a);
        byte[] two = Archives.gunzip(b);
        if (!java.util.Arrays.equals(one, two)) {
            inside = compare(path.replaceFirst("\\.t?gz$", ""), one, two, depth + 1).map(hint -> hint.in("inside its gzip"));
        }
        if (inside.isEmpty() && Archives.gzipTime(a) != Archives.gzipTime(b)) {
            return Optional.of(new Hint(Cause.GZIP_TIME, Archives.time(Archives.gzipTime(a)) + " and " + Archives.time(Archives.gzipTime(b)), true));
        }
        return inside;
    }

    private Optional<Hint> members(Archives.Kind kind, byte[] a, byte[] b, int depth) throws IOException {
        List<Archives.Member> one = Archives.members(kind, a);
        List<Archives.Member> two = Archives.members(kind, b);
        List<String> names = one.stream().map(Archives.Member::name).toList();
        List<String> others = two.stream().map(Archives.Member::name).toList();
        if (!names.equals(others)) {
            return names.stream().sorted().toList().equals(others.stream().sorted().toList())
                    ? Optional.of(new Hint(Cause.ARCHIVE_ORDER, firstDifference(names, others), true))
                    : Optional.empty();
        }
        // What a member holds says more than its time, which is that of the build wherever anything was made.
        for (int i = 0; i < one.size(); i++) {
            if (!java.util.Arrays.equals(one.get(i).content(), two.get(i).content())) {
                String name = names.get(i);
                Optional<Hint> inside = compare(name, one.get(i).content(), two.get(i).content(), depth + 1);
                if (inside.isPresent()) {
                    return inside.map(hint -> hint.in("its entry " + name));
                }
            }
        }
        for (int i = 0; i < one.size(); i++) {
            if (one.get(i).time() != two.get(i).time()) {
                return Optional.of(new Hint(Cause.ARCHIVE_TIME, named(names.get(i)) + ": " + Archives.time(one.get(i).time())
                        + " and " + Archives.time(two.get(i).time()), true));
            }
            if (!one.get(i).owner().equals(two.get(i).owner())) {
                return Optional.of(new Hint(Cause.OWNER, "entry " + names.get(i), true));
            }
            if (one.get(i).mode() != two.get(i).mode()) {
                return Optional.of(new Hint(Cause.UMASK, "entry " + names.get(i), true));
            }
        }
        return Optional.empty();
    }

    static String named(String entry) {
        return entry.isEmpty() ? "its index" : "entry " + entry;
    }

    private static String firstDifference(List<String> names, List<String> others) {
        for (int i = 0; i < names.size(); i++) {
            if (!names.get(i).equals(others.get(i))) {
                return "entry " + (i + 1) + " is " + names.get(i) + " and " + others.get(i);
            }
        }
        return "";
    }
}
