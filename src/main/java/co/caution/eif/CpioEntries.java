package co.caution.eif;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The entries of an archive in the order of their names' bytes. An archive that is stored so, as ours are, is not kept. */
interface CpioEntries {

    /** Null after the last. */
    CpioReader.@Nullable Entry next() throws IOException;

    /** Begins anew each time. */
    interface Source {
        CpioEntries open();
    }

    /** An archive of others is sorted in memory up to so many entries, and so many characters of their names. */
    int MAX_KEPT = 100_000;

    long MAX_KEPT_NAMES = 16 << 20;

    /**
     * Reads the whole archive once.
     *
     * @throws InvalidCpioException where it breaks the format, or is neither sorted nor small
     */
    static Source scan(Region archive) throws IOException {
        CpioReader reader = new CpioReader(archive.open());
        List<CpioReader.Entry> kept = new ArrayList<>();
        long names = 0;
        boolean sorted = true;
        boolean small = true;
        CpioReader.Entry before = null;
        for (CpioReader.Entry entry; (entry = reader.next()) != null; before = entry) {
            sorted &= before == null || compare(before, entry) <= 0;
            names += entry.name().length() + entry.target().length();
            small &= kept.size() < MAX_KEPT && names <= MAX_KEPT_NAMES;
            if (small) {
                kept.add(entry);
            } else {
                kept.clear();
                if (!sorted) {
                    throw new InvalidCpioException(entry.offset(), "too many entries that are not sorted by name");
                }
            }
        }
        if (sorted) {
            return () -> new CpioReader(archive.open())::next;
        }
        kept.sort(CpioEntries::compare);
        return () -> of(kept);
    }

    /** Equal names (an archive of others may have them) stay in the order of the archive. */
    static int compare(CpioReader.Entry a, CpioReader.Entry b) {
        return Arrays.compareUnsigned(a.name().getBytes(StandardCharsets.UTF_8), b.name().getBytes(StandardCharsets.UTF_8));
    }

    private static CpioEntries of(List<CpioReader.Entry> entries) {
        Iterator<CpioReader.Entry> iterator = entries.iterator();
        return () -> iterator.hasNext() ? iterator.next() : null;
    }
}
