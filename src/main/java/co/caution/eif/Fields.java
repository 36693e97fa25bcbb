package co.caution.eif;

import co.caution.eif.EifDiff.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Compares two metadata sections field by field; a field is named as in {@code BuildMetadata.BuildTime}. */
final class Fields {

    /** What a person can read, and a bound on what a hostile section makes us keep. */
    private static final int MAX_CHANGES = 100;

    private static final int MAX_VALUE = 200;

    private final List<Change> changes = new ArrayList<>();

    private Fields() {}

    /** Empty where two sections differ only in spaces or in the order of their keys. */
    static List<Change> compare(byte[] a, byte[] b) {
        Fields fields = new Fields();
        fields.compare("", Objects.requireNonNull(Json.object(a)), Objects.requireNonNull(Json.object(b)));
        return fields.changes;
    }

    private void compare(String path, @Nullable Object a, @Nullable Object b) {
        if (changes.size() >= MAX_CHANGES || Objects.equals(a, b)) {
            return;
        }
        if (a instanceof Map<?, ?> one && b instanceof Map<?, ?> two) {
            TreeSet<String> keys = new TreeSet<>();
            one.keySet().forEach(key -> keys.add((String) key));
            two.keySet().forEach(key -> keys.add((String) key));
            keys.forEach(key -> compare(path.isEmpty() ? shown(key) : path + "." + shown(key), one.get(key), two.get(key)));
        } else if (a instanceof List<?> one && b instanceof List<?> two && one.size() == two.size()) {
            for (int i = 0; i < one.size(); i++) {
                compare(path + "[" + i + "]", one.get(i), two.get(i));
            }
        } else {
            changes.add(new Change(path, a == null ? null : shown(a.toString()), b == null ? null : shown(b.toString())));
        }
    }

    private static String shown(String text) {
        return text.length() <= MAX_VALUE ? text : text.substring(0, MAX_VALUE) + "…";
    }
}
