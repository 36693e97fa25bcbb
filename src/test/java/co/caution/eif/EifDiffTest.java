package co.caution.eif;

import static co.caution.eif.CpioArchiveTest.bytes;
import static co.caution.eif.CpioArchiveTest.write;
import static co.caution.eif.CpioEntry.directory;
import static co.caution.eif.CpioEntry.file;
import static co.caution.eif.CpioEntry.hardLink;
import static co.caution.eif.CpioEntry.symlink;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import co.caution.eif.EifDiff.Change;
import co.caution.eif.EifDiff.Entry;
import co.caution.eif.EifDiff.Part;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EifDiffTest {

    private static final byte[] METADATA = EifMetadata.json("test", "1", "6.12");
    private static final List<CpioEntry> APP = List.of(directory("app", 0755, 0, 0), file("app/a", 0644, 0, 0, bytes("one")));

    @TempDir
    Path temp;

    private int images;

    @Test
    void equal_files_have_no_differing_part() throws IOException {
        EifDiff diff = diff(write(APP), write(APP));
        assertThat(diff.same()).isTrue();
        assertThat(diff.moved()).isEmpty();
        assertThat(diff.registers()).extracting(EifDiff.Register::index).containsExactly(0, 1, 2, 8);
    }

    @Test
    void a_changed_file_is_named_with_its_first_differing_byte_and_the_registers_it_moves() throws IOException {
        EifDiff diff = diff(write(List.of(directory("app", 0755, 0, 0), file("app/a", 0644, 0, 0, bytes("0123456789abcdefghijklm")))),
                write(List.of(directory("app", 0755, 0, 0), file("app/a", 0644, 0, 0, bytes("0123456789abcdefGhijklm")))));
        assertThat(diff.moved()).containsExactly(0, 2);
        Part part = only(diff);
        assertThat(part.name()).isEqualTo("ramdisk1");
        assertThat(part.pcrs()).containsExactly(0, 2);
        assertThat(part.note()).isNull();
        assertThat(part.data()).isNull();
        assertThat(part.entries()).containsExactly(new Entry("app/a", "changed", List.of(),
                new FirstByte(16, 8, hex("89abcdefghijklm"), hex("89abcdefGhijklm"))));
    }

    @Test
    void every_attribute_of_an_entry_is_compared() throws IOException {
        CpioEntry app = directory("app", 0755, 0, 0);
        List<Entry> entries = only(diff(
                write(List.of(app, file("app/a", 0644, 0, 0, bytes("abc")), symlink("app/l", "a", 0, 0), directory("app/t", 0755, 0, 0),
                        CpioEntry.device("app/tty", 0600, 'c', 5, 1), file("app/x", 0600, 0, 0, bytes("x")))),
                write(List.of(app, file("app/a", 04755, 1, 2, bytes("abcd")), hardLink("app/b", "app/a"), symlink("app/l", "b", 0, 0),
                        file("app/t", 0755, 0, 0, bytes("")), CpioEntry.device("app/tty", 0600, 'c', 5, 2))))).entries();
        assertThat(entries).containsExactly(
                new Entry("app/a", "changed", List.of(new Change("mode", "644", "4755"), new Change("owner", "0:0", "1:2"),
                        new Change("size", "3", "0"), new Change("links", "1", "2")), new FirstByte(0, 0, hex("abc"), "")),
                new Entry("app/b", "added", List.of(new Change("type", null, "file"), new Change("mode", null, "4755"),
                        new Change("owner", null, "1:2"), new Change("size", null, "4"), new Change("links", null, "2"),
                        new Change("time", null, "0")), null),
                new Entry("app/l", "changed", List.of(new Change("target", "a", "b")), null),
                new Entry("app/t", "changed", List.of(new Change("type", "directory", "file"), new Change("size", null, "0"),
                        new Change("links", null, "1")), null),
                new Entry("app/tty", "changed", List.of(new Change("device", "5:1", "5:2")), null),
                new Entry("app/x", "removed", List.of(new Change("type", "file", null), new Change("mode", "600", null),
                        new Change("owner", "0:0", null), new Change("size", "1", null), new Change("links", "1", null),
                        new Change("time", "0", null)), null));
    }

    @Test
    void types_have_names() throws IOException {
        byte[] before = new RawCpio().add("a", 0010644, "").add("b", 0060600, "").end();
        byte[] after = new RawCpio().add("a", 0140644, "").add("b", 0120777, "t").end();
        assertThat(only(diff(before, after)).entries()).extracting(e -> e.changes().getFirst()).containsExactly(
                new Change("type", "type 10000", "type 140000"), new Change("type", "block device", "symlink"));
    }

    @Test
    void an_archive_that_is_not_sorted_is_compared_by_name_too() throws IOException {
        RawCpio one = new RawCpio().add("z", RawCpio.FILE, "z").add("a", RawCpio.FILE, "a").add("a", RawCpio.FILE, "again");
        RawCpio two = new RawCpio().add("a", RawCpio.FILE, "a").add("a", RawCpio.FILE, "agaiN").add("z", RawCpio.FILE, "z");
        assertThat(only(diff(one.end(), two.end())).entries()).singleElement()
                .satisfies(e -> assertThat(e.path()).isEqualTo("a"))
                .satisfies(e -> assertThat(Objects.requireNonNull(e.data()).offset()).isEqualTo(4));
    }

    @Test
    void what_no_entry_shows_is_said() throws IOException {
        byte[] archive = write(APP);
        byte[] longer = Arrays.copyOf(archive, archive.length + 512);
        Part part = only(diff(archive, longer));
        assertThat(part.note()).contains("padding");
        assertThat(part.entries()).isEmpty();
        assertThat(Objects.requireNonNull(part.data()).offset()).isEqualTo(archive.length);
    }

    @Test
    void compressed_archives_are_looked_into() throws IOException {
        List<CpioEntry> other = List.of(directory("app", 0755, 0, 0), file("app/a", 0644, 0, 0, bytes("two")));
        assertThat(only(diff(gzip(write(APP)), gzip(write(other)))).entries()).extracting(Entry::path).containsExactly("app/a");
        Part plainAndNot = only(diff(write(APP), gzip(write(APP))));
        assertThat(plainAndNot.note()).contains("compressed otherwise");
        assertThat(plainAndNot.pcrs()).containsExactly(0, 2);
    }

    @Test
    void what_cannot_be_looked_into_is_compared_as_bytes_and_said() throws IOException {
        byte[] cut = Arrays.copyOf(gzip(write(APP)), 60);
        byte[] broken = gzip(write(APP));
        broken[20] ^= 0x55;
        for (byte[] bytes : List.of(bytes("not an archive"), cut, broken, gzip(bytes("nothing")))) {
            Part part = only(diff(write(APP), bytes));
            assertThat(part.note()).startsWith("compared as bytes: B: ");
            assertThat(part.data()).isNotNull();
            assertThat(only(diff(bytes, write(APP))).note()).startsWith("compared as bytes: A: ");
        }
    }

    @Test
    void a_compressed_archive_is_unpacked_only_so_far() throws IOException {
        Path bomb = Files.write(temp.resolve("bomb"), gzip(new byte[10_000_000]));
        try (FileChannel file = FileChannel.open(bomb)) {
            assertThatExceptionOfType(InvalidCpioException.class)
                    .isThrownBy(() -> Ramdisk.open(new Region(file, 0, file.size()), 1_000_000))
                    .withMessageContaining("more than 1000000");
        }
    }

    @Test
    void a_large_archive_is_compared_where_it_is_sorted_and_else_as_bytes() throws IOException {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i <= CpioEntries.MAX_KEPT; i++) {
            numbers.add(1_000_000 + i);
        }
        byte[] sorted = many(numbers);
        numbers.add(2_000_000);
        Part one = only(diff(sorted, many(numbers)));
        assertThat(one.entries()).extracting(Entry::path).containsExactly("2000000");
        Collections.shuffle(numbers, new Random(1));
        assertThat(only(diff(sorted, many(numbers))).note()).contains("too many entries that are not sorted");
    }

    @Test
    void names_are_kept_only_so_far() throws IOException {
        RawCpio archive = new RawCpio().add("z", RawCpio.FILE, "");
        for (int i = 0; i < 4200; i++) {
            archive.add("%04000d".formatted(i), RawCpio.FILE, "");
        }
        assertThat(only(diff(archive.end(), write(APP))).note()).contains("too many entries");
    }

    @Test
    void no_more_entries_are_listed_than_anybody_reads() throws IOException {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < RamdiskDiff.MAX_ENTRIES + 5; i++) {
            numbers.add(i);
        }
        Part part = only(diff(many(numbers), many(List.of())));
        assertThat(part.entries()).hasSize(RamdiskDiff.MAX_ENTRIES);
        assertThat(part.moreEntries()).isEqualTo(5);
    }

    @Test
    void the_command_line_is_compared_word_by_word() throws IOException {
        Part part = only(EifDiff.of(image("a quiet b c", METADATA), image("a b d c e", METADATA), (name, done) -> {}));
        assertThat(part.name()).isEqualTo("cmdline");
        assertThat(part.pcrs()).containsExactly(0, 1);
        assertThat(part.changes()).containsExactly(
                new Change("word", "quiet", null), new Change("word", null, "d"), new Change("word", null, "e"));
    }

    @Test
    void metadata_is_compared_field_by_field_and_moves_nothing() throws IOException {
        String one = "{\"a\":1,\"b\":{\"c\":[1,2],\"d\":[1]},\"e\":null,\"f\":\"x\"}";
        String two = "{\"a\":1,\"b\":{\"c\":[1,3],\"d\":[]},\"f\":[],\"g\":\"" + "y".repeat(300) + "\"}";
        EifDiff diff = EifDiff.of(image("c", bytes(one)), image("c", bytes(two)), (name, done) -> {});
        assertThat(diff.moved()).isEmpty();
        assertThat(diff.same()).isFalse();
        assertThat(only(diff).pcrs()).isEmpty();
        assertThat(only(diff).changes()).containsExactly(new Change("b.c[1]", "2", "3"), new Change("b.d", "[1]", "[]"),
                new Change("e", "null", null), new Change("f", "\"x\"", "[]"), new Change("g", null, "\"" + "y".repeat(199) + "…"));
    }

    @Test
    void metadata_that_only_looks_different_is_shown_as_bytes() throws IOException {
        Part part = only(EifDiff.of(image("c", bytes("{\"a\":1}")), image("c", bytes("{ \"a\":1}")), (name, done) -> {}));
        assertThat(part.changes()).isEmpty();
        assertThat(Objects.requireNonNull(part.data()).offset()).isEqualTo(1);
    }

    @Test
    void a_hundred_fields_are_enough() throws IOException {
        StringBuilder many = new StringBuilder("{\"k\":0");
        for (int i = 0; i < 200; i++) {
            many.append(",\"k").append(i).append("\":").append(i);
        }
        assertThat(only(EifDiff.of(image("c", bytes("{}")), image("c", bytes(many + "}")), (name, done) -> {})).changes()).hasSize(100);
    }

    @Test
    void the_header_is_compared() throws IOException {
        byte[] bytes = Files.readAllBytes(image("c", METADATA).file());
        ByteBuffer.wrap(bytes).putShort(6, (short) 1).putLong(8, 5).putLong(16, 1);
        Eif other = Eif.read(Files.write(temp.resolve("other"), EifTest.sum(bytes)));
        Part part = only(EifDiff.of(image("c", METADATA), other, (name, done) -> {}));
        assertThat(part.name()).isEqualTo("header");
        assertThat(part.pcrs()).isEmpty();
        assertThat(part.changes()).containsExactly(new Change("architecture", "x86_64", "aarch64"),
                new Change("memory", "1073741824", "5"), new Change("cpus", "2", "1"));
        Part back = only(EifDiff.of(other, image("c", METADATA), (name, done) -> {}));
        assertThat(back.changes().getFirst()).isEqualTo(new Change("architecture", "aarch64", "x86_64"));
    }

    @Test
    void a_section_that_only_one_has_is_named() throws IOException {
        Path out = temp.resolve("one");
        TestImage.write(out, "kernel", "cmd", "boot");
        Path two = temp.resolve("two");
        TestImage.write(two, "kernel", "cmd", "boot", "app");
        EifDiff diff = EifDiff.of(Eif.read(out), Eif.read(two), (name, done) -> {});
        assertThat(diff.parts()).extracting(Part::name).containsExactly("header", "ramdisk1");
        assertThat(diff.parts().getLast()).satisfies(part -> {
            assertThat(part.note()).isEqualTo("only in B");
            assertThat(part.sizeA()).isNull();
            assertThat(part.sizeB()).isEqualTo(3);
            assertThat(part.pcrs()).containsExactly(0, 2);
        });
        assertThat(EifDiff.of(Eif.read(two), Eif.read(out), (name, done) -> {}).parts().getLast().note()).isEqualTo("only in A");
    }

    /** A register has no seams: bytes may move from one section into the next, and PCR0 does not see it. */
    @Test
    void a_part_is_not_said_to_move_a_register_that_is_equal() throws IOException {
        Path one = temp.resolve("one");
        TestImage.write(one, "kernel", "cmd", "boot");
        Path two = temp.resolve("two");
        TestImage.write(two, "kerne", "lcmd", "boot");
        EifDiff diff = EifDiff.of(Eif.read(one), Eif.read(two), (name, done) -> {});
        assertThat(diff.moved()).isEmpty();
        assertThat(diff.parts()).extracting(Part::name).containsExactly("kernel", "cmdline");
        assertThat(diff.parts()).allSatisfy(part -> assertThat(part.pcrs()).isEmpty());
    }

    @Test
    void a_signature_moves_register_eight() throws IOException {
        Path folder = Vectors.folder().resolve("eif");
        EifDiff diff = EifDiff.of(Eif.read(folder.resolve("two.eif")), Eif.read(folder.resolve("sig.eif")), (name, done) -> {});
        assertThat(diff.moved()).containsExactly(8);
        assertThat(diff.parts()).extracting(Part::name).containsExactly("header", "signature");
        assertThat(diff.parts().getLast().pcrs()).containsExactly(8);
    }

    private EifDiff diff(byte[] a, byte[] b) throws IOException {
        return EifDiff.of(image("cmd", METADATA, write(APP), a), image("cmd", METADATA, write(APP), b), (name, done) -> {});
    }

    private Eif image(String cmdline, byte[] metadata, byte[]... ramdisks) throws IOException {
        Path folder = Files.createDirectory(temp.resolve("image" + images++));
        List<Path> files = new ArrayList<>();
        for (byte[] ramdisk : ramdisks.length == 0 ? new byte[][] {write(APP)} : ramdisks) {
            files.add(Files.write(folder.resolve("ramdisk" + files.size()), ramdisk));
        }
        Path out = folder.resolve("eif");
        EifWriter.write(out, Files.writeString(folder.resolve("kernel"), "kernel"), cmdline, metadata, files);
        return Eif.read(out);
    }

    private static Part only(EifDiff diff) {
        assertThat(diff.parts()).hasSize(1);
        return diff.parts().getFirst();
    }

    private static byte[] many(List<Integer> numbers) {
        RawCpio archive = new RawCpio();
        numbers.forEach(number -> archive.add("%07d".formatted(number), RawCpio.FILE, ""));
        return archive.end();
    }

    static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }

    private static String hex(String text) {
        return java.util.HexFormat.of().formatHex(bytes(text));
    }
}
