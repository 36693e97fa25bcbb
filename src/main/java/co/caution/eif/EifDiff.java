package co.caution.eif;

import co.caution.eif.Section.Type;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What makes two images different, down to the entry of a ramdisk, and which registers that moves. It takes constant
 * memory, whatever the images hold.
 *
 * @param registers PCR0, PCR1, PCR2 and PCR8 of both
 * @param parts what differs; empty only where the files are equal byte for byte
 */
public record EifDiff(List<Register> registers, List<Part> parts) {

    /**
     * One register of both images.
     *
     * @param a 96 hex digits; null for PCR8 of an image that is not signed
     */
    public record Register(int index, @Nullable String a, @Nullable String b) {

        public boolean moved() {
            return !Objects.equals(a, b);
        }
    }

    /** One value that differs; null where there is none. */
    public record Change(String what, @Nullable String a, @Nullable String b) {}

    /**
     * One name of a ramdisk's archives that differs.
     *
     * @param kind {@code added} (only in B), {@code removed} (only in A) or {@code changed}
     * @param changes mode, owner and so on
     * @param data where the contents part
     */
    public record Entry(String path, String kind, List<Change> changes, @Nullable FirstByte data) {}

    /**
     * A part of the image that differs.
     *
     * @param name {@code header}, {@code kernel}, {@code cmdline}, {@code metadata}, {@code ramdisk0} …, {@code signature}
     * @param sizeA bytes, or null where A has no such section
     * @param pcrs registers that moved and that this part is in
     * @param changes fields of the header and the metadata, words of the command line
     * @param data where the bytes part; null where a finer answer is given
     * @param entries at most {@value RamdiskDiff#MAX_ENTRIES}, sorted by name
     * @param moreEntries how many more differ
     * @param note how it was compared, where that is not plain
     */
    public record Part(
            String name, @Nullable Long sizeA, @Nullable Long sizeB, List<Integer> pcrs, List<Change> changes,
            @Nullable FirstByte data, List<Entry> entries, long moreEntries, @Nullable String note) {}

    /** What a comparison of two contents found. */
    record Found(List<Change> changes, @Nullable FirstByte data, List<Entry> entries, long moreEntries, @Nullable String note) {

        static Found changes(List<Change> changes, @Nullable FirstByte data) {
            return new Found(changes, data, List.of(), 0, null);
        }

        static Found bytes(@Nullable FirstByte data, @Nullable String note) {
            return new Found(List.of(), data, List.of(), 0, note);
        }
    }

    /** @param progress is told which part is being compared, and how many bytes of both files lie before it */
    public static EifDiff of(Eif a, Eif b, ObjLongConsumer<String> progress) throws IOException {
        try (FileChannel fileA = FileChannel.open(a.file()); FileChannel fileB = FileChannel.open(b.file())) {
            return new Images(a, fileA, b, fileB, progress).compare();
        }
    }

    /** Whether the files are equal, not their registers alone. */
    public boolean same() {
        return parts.isEmpty();
    }

    /** Registers that differ. */
    public List<Integer> moved() {
        return registers.stream().filter(Register::moved).map(Register::index).toList();
    }

    private record Images(Eif a, FileChannel fileA, Eif b, FileChannel fileB, ObjLongConsumer<String> progress) {

        EifDiff compare() throws IOException {
            List<Register> registers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                registers.add(new Register(i, a.measure().list().get(i), b.measure().list().get(i)));
            }
            registers.add(new Register(8, a.pcr8().orElse(null), b.pcr8().orElse(null)));
            List<Integer> moved = registers.stream().filter(Register::moved).map(Register::index).toList();
            List<Part> parts = new ArrayList<>();
            List<Change> header = header();
            if (!header.isEmpty()) {
                parts.add(new Part("header", (long) EifHeader.SIZE, (long) EifHeader.SIZE, List.of(), header, null, List.of(), 0, null));
            }
            for (Type type : Type.values()) {
                List<Section> inA = sections(a, type);
                List<Section> inB = sections(b, type);
                for (int i = 0; i < Math.max(inA.size(), inB.size()); i++) {
                    add(parts, type, i, i < inA.size() ? inA.get(i) : null, i < inB.size() ? inB.get(i) : null, moved);
                }
            }
            return new EifDiff(registers, parts);
        }

        private List<Change> header() {
            List<Change> changes = new ArrayList<>();
            change(changes, "architecture", a.aarch64() ? "aarch64" : "x86_64", b.aarch64() ? "aarch64" : "x86_64");
            change(changes, "memory", "" + a.memory(), "" + b.memory());
            change(changes, "cpus", "" + a.cpus(), "" + b.cpus());
            change(changes, "sections", order(a), order(b));
            return changes;
        }

        private void add(List<Part> parts, Type type, int index, @Nullable Section inA, @Nullable Section inB,
                List<Integer> moved) throws IOException {
            String name = type.toString().toLowerCase(Locale.ROOT) + (type == Type.RAMDISK ? index : "");
            progress.accept(name, (inA == null ? 0 : inA.offset()) + (inB == null ? 0 : inB.offset()));
            Found found;
            if (inA == null || inB == null) {
                found = Found.bytes(null, "only in " + (inA == null ? "B" : "A"));
            } else {
                Region one = new Region(fileA, inA.dataOffset(), inA.size());
                Region two = new Region(fileB, inB.dataOffset(), inB.size());
                FirstByte data = FirstByte.of(one, two);
                if (data == null) {
                    return;
                }
                found = switch (type) {
                    case CMDLINE -> Found.changes(Words.compare(a.cmdline(), b.cmdline()), data);
                    case METADATA -> Found.changes(Fields.compare(a.metadata(), b.metadata()), data);
                    case RAMDISK -> RamdiskDiff.compare(one, two, data);
                    case KERNEL, SIGNATURE -> Found.bytes(data, null);
                };
            }
            parts.add(new Part(name, inA == null ? null : inA.size(), inB == null ? null : inB.size(),
                    moved.stream().filter(register -> covers(register, type, index)).toList(),
                    found.changes, found.data, found.entries, found.moreEntries, found.note));
        }

        private static boolean covers(int register, Type type, int index) {
            return switch (register) {
                case 0 -> type.measured();
                case 1 -> type.measured() && index == 0;
                case 2 -> type == Type.RAMDISK && index > 0;
                default -> type == Type.SIGNATURE;
            };
        }

        private static void change(List<Change> changes, String what, String a, String b) {
            if (!a.equals(b)) {
                changes.add(new Change(what, a, b));
            }
        }

        private static String order(Eif image) {
            return String.join(" ", image.sections().stream().map(s -> s.type().toString().toLowerCase(Locale.ROOT)).toList());
        }

        private static List<Section> sections(Eif image, Type type) {
            return image.sections().stream().filter(s -> s.type() == type).toList();
        }
    }
}
