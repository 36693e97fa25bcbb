package co.caution.explain;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.text.Collator;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Two contents that are no archives: what stands where they part, and what that looks like. */
final class Contents {

    private static final int MAX_RUNS = 64;
    /** Bytes around a difference that are looked at. */
    private static final int AROUND = 160;
    /** So many bytes in a row with next to nothing in common are no accident. */
    private static final int RANDOM = 16;
    private static final int MAX_SORTED = 1 << 20;

    private final String path;
    private final byte[] a;
    private final byte[] b;
    private final Conditions first;
    private final Conditions second;

    /** Where they differ: from here to there in each. */
    private record Run(int fromA, int toA, int fromB, int toB) {}

    Contents(String path, byte[] a, byte[] b, Conditions first, Conditions second) {
        this.path = path;
        this.a = a;
        this.b = b;
        this.first = first;
        this.second = second;
    }

    Optional<Hint> hint() {
        if (Words.isPackageDatabase(path)) {
            return Optional.of(new Hint(Cause.BASE, "it lists installed packages", true));
        }
        Optional<Hint> order = order();
        if (order.isPresent()) {
            return order;
        }
        List<Run> runs = runs();
        for (Run run : runs) {
            Optional<Hint> hint = words(run).or(() -> number(run));
            if (hint.isPresent()) {
                return hint;
            }
        }
        return runs.stream().filter(this::nothingInCommon).findFirst()
                .map(run -> new Hint(Cause.RANDOMNESS, (run.toB - run.fromB) + " bytes that have nothing in common", true));
    }

    /** The same lines, otherwise arranged. */
    private Optional<Hint> order() {
        if (a.length != b.length || a.length > MAX_SORTED || !Words.isText(a) || !Words.isText(b)) {
            return Optional.empty();
        }
        List<String> one = lines(a);
        List<String> two = lines(b);
        List<String> sorted = sorted(one, Comparator.naturalOrder());
        if (one.size() < 2 || one.equals(two) || !sorted.equals(sorted(two, Comparator.naturalOrder()))) {
            return Optional.empty();
        }
        List<String> collated = sorted(one, Collator.getInstance(Locale.ROOT)::compare);
        boolean locale = one.equals(sorted) && two.equals(collated) || one.equals(collated) && two.equals(sorted);
        return Optional.of(new Hint(locale ? Cause.LOCALE : Cause.LINE_ORDER, "the same " + one.size() + " lines", true));
    }

    private static List<String> lines(byte[] text) {
        return new String(text, StandardCharsets.UTF_8).lines().toList();
    }

    private static List<String> sorted(List<String> lines, Comparator<String> order) {
        return lines.stream().sorted(order).toList();
    }

    private List<Run> runs() {
        var runs = new ArrayList<Run>();
        if (a.length != b.length) {
            int shorter = Math.min(a.length, b.length);
            int start = 0;
            while (start < shorter && a[start] == b[start]) {
                start++;
            }
            int end = 0;
            while (end < shorter - start && a[a.length - 1 - end] == b[b.length - 1 - end]) {
                end++;
            }
            // Behind the first difference everything may be shifted: it and the last are what is known.
            runs.add(new Run(start, Math.min(a.length - end, start + AROUND), start, Math.min(b.length - end, start + AROUND)));
            runs.add(new Run(Math.max(start, a.length - end - AROUND), a.length - end, Math.max(start, b.length - end - AROUND), b.length - end));
            return runs;
        }
        for (int at = 0; at < a.length && runs.size() < MAX_RUNS; at++) {
            if (a[at] != b[at]) {
                int from = at;
                int same = 0;
                while (at < a.length && same < 4) {
                    same = a[at] == b[at] ? same + 1 : 0;
                    at++;
                }
                runs.add(new Run(from, at - same, from, at - same));
            }
        }
        return runs;
    }

    private Optional<Hint> words(Run run) {
        String one = Words.around(a, run.fromA, run.toA, AROUND);
        String two = Words.around(b, run.fromB, run.toB, AROUND);
        return one.isEmpty() || two.isEmpty() ? Optional.empty() : Words.compare(one, two, first, second);
    }

    /** A time that is written as a number: seconds since 1970 in four bytes, of either order, within this generation. */
    private Optional<Hint> number(Run run) {
        if (Words.isText(a) || Words.isText(b)) {
            return Optional.empty(); // four letters are such a number, too
        }
        for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
            int at = order == ByteOrder.LITTLE_ENDIAN ? run.fromA : run.toA - Integer.BYTES;
            if (a.length == b.length && run.toA - run.fromA <= Integer.BYTES && at >= 0 && at + Integer.BYTES <= a.length) {
                long one = ByteBuffer.wrap(a).order(order).getInt(at) & 0xffff_ffffL;
                long two = ByteBuffer.wrap(b).order(order).getInt(at) & 0xffff_ffffL;
                if (Words.isRecent(one) && Words.isRecent(two)) {
                    return Optional.of(new Hint(Cause.DATE, "as a number: " + Archives.time(one) + " and " + Archives.time(two), true));
                }
            }
        }
        return Optional.empty();
    }

    private boolean nothingInCommon(Run run) {
        return a.length == b.length && run.toA - run.fromA >= RANDOM;
    }
}
