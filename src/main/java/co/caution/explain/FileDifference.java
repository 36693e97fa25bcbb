package co.caution.explain;

import co.caution.eif.EifDiff.Change;
import co.caution.eif.FirstByte;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An entry that differs.
 *
 * @param path in the app's root file system; outside of it, where it lies in which ramdisk
 * @param kind {@code added} (only in the second), {@code removed} (only in the first) or {@code changed}
 * @param changes mode, owner, size and so on
 * @param data where the contents part; absent where one of them is not at hand
 * @param hint absent where no known cause was recognized
 */
public record FileDifference(
        String path, String kind, List<Change> changes, @Nullable FirstByte data, @Nullable Hint hint) {

    public FileDifference {
        changes = List.copyOf(changes);
    }
}
