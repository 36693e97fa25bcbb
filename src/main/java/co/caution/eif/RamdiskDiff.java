package co.caution.eif;

import co.caution.eif.EifDiff.Change;
import co.caution.eif.EifDiff.Entry;
import co.caution.eif.EifDiff.Found;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Compares two ramdisks entry by entry, where both are archives that can be read. */
final class RamdiskDiff {

    static final int MAX_ENTRIES = 1000;

    private static final List<String> ATTRIBUTES =
            List.of("type", "mode", "owner", "size", "target", "device", "links", "time");

    private final Ramdisk a;
    private final Ramdisk b;
    private final List<Entry> entries = new ArrayList<>();
    private long more;

    private RamdiskDiff(Ramdisk a, Ramdisk b) {
        this.a = a;
        this.b = b;
    }

    /** @param raw where the sections' bytes part */
    static Found compare(Region a, Region b, FirstByte raw) throws IOException {
        try (Ramdisk one = open("A", a); Ramdisk two = open("B", b)) {
            return new RamdiskDiff(one, two).found();
        } catch (InvalidCpioException e) {
            return Found.bytes(raw, "compared as bytes: " + e.getMessage());
        }
    }

    private static Ramdisk open(String which, Region section) throws IOException {
        try {
            return Ramdisk.open(section);
        } catch (InvalidCpioException e) {
            throw new InvalidCpioException(which + ": " + e.getMessage());
        }
    }

    private Found found() throws IOException {
        FirstByte data = FirstByte.of(a.archive(), b.archive());
        if (data == null) {
            return Found.bytes(null, "the same archive, compressed otherwise");
        }
        walk();
        return entries.isEmpty()
                ? Found.bytes(data, "the entries are equal; inode numbers, order or padding differ")
                : new Found(List.of(), null, entries, more, null);
    }

    private void walk() throws IOException {
        CpioEntries inA = a.entries();
        CpioEntries inB = b.entries();
        CpioReader.Entry one = inA.next();
        CpioReader.Entry two = inB.next();
        while (one != null || two != null) {
            int order = one == null ? 1 : two == null ? -1 : CpioEntries.compare(one, two);
            compare(order <= 0 ? one : null, order >= 0 ? two : null);
            one = order <= 0 ? inA.next() : one;
            two = order >= 0 ? inB.next() : two;
        }
    }

    private void compare(CpioReader.@Nullable Entry one, CpioReader.@Nullable Entry two) throws IOException {
        Map<String, String> inA = attributes(one);
        Map<String, String> inB = attributes(two);
        List<Change> changes = new ArrayList<>();
        for (String what : ATTRIBUTES) {
            if (!Objects.equals(inA.get(what), inB.get(what))) {
                changes.add(new Change(what, inA.get(what), inB.get(what)));
            }
        }
        FirstByte data = isFile(one) && isFile(two) ? FirstByte.of(a.data(one), b.data(two)) : null;
        if (one == null || two == null) {
            add(new Entry((one == null ? two : one).name(), one == null ? "added" : "removed", changes, null));
        } else if (!changes.isEmpty() || data != null) {
            add(new Entry(one.name(), "changed", changes, data));
        }
    }

    private void add(Entry entry) {
        if (entries.size() < MAX_ENTRIES) {
            entries.add(entry);
        } else {
            more++;
        }
    }

    /** What the entry has, by {@link #ATTRIBUTES}; inode numbers count the entries, they say nothing about one. */
    private static Map<String, String> attributes(CpioReader.@Nullable Entry entry) {
        Map<String, String> values = new HashMap<>();
        if (entry == null) {
            return values;
        }
        values.put("type", type(entry));
        values.put("mode", Integer.toOctalString(entry.mode() & 07777));
        values.put("owner", entry.uid() + ":" + entry.gid());
        values.put("time", "" + entry.time());
        switch (entry.type()) {
            case CpioReader.Entry.DIRECTORY -> {}
            case CpioReader.Entry.FILE -> {
                values.put("size", "" + entry.size());
                values.put("links", "" + entry.links());
            }
            case CpioReader.Entry.SYMLINK -> values.put("target", entry.target());
            default -> values.put("device", entry.major() + ":" + entry.minor());
        }
        return values;
    }

    private static boolean isFile(CpioReader.@Nullable Entry entry) {
        return entry != null && entry.type() == CpioReader.Entry.FILE;
    }

    private static String type(CpioReader.Entry entry) {
        return switch (entry.type()) {
            case CpioReader.Entry.DIRECTORY -> "directory";
            case CpioReader.Entry.FILE -> "file";
            case CpioReader.Entry.SYMLINK -> "symlink";
            case 0020000 -> "character device";
            case 0060000 -> "block device";
            default -> "type " + Integer.toOctalString(entry.type());
        };
    }
}
