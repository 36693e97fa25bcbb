package co.caution.eif;

import static co.caution.eif.CpioArchiveTest.bytes;
import static co.caution.eif.CpioArchiveTest.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an attacker gets out of an image or an archive: a refusal, soon, and no memory. */
class HostileImageTest {

    /** Room for headers, messages and the one buffer. */
    private static final long FIXED = 256 << 10;

    @TempDir
    Path temp;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void a_flipped_bit_anywhere_in_a_large_image_is_refused(long seed) throws IOException {
        Random random = new Random(seed);
        Path file = temp.resolve("image");
        TestImage.write(file, "k".repeat(1_200_000), "cmd", "b".repeat(700_000), "a".repeat(600_000));
        byte[] image = Files.readAllBytes(file);
        for (int i = 0; i < 20; i++) {
            int bit = random.nextInt(image.length * 8);
            image[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(file, image);
            assertThatExceptionOfType(InvalidEifException.class).as("bit %d", bit).isThrownBy(() -> Eif.read(file));
            image[bit / 8] ^= (byte) (1 << bit % 8);
        }
    }

    /** The CRC keeps nobody out. What it does not refuse must be seen in a register, or be in none by the format's own word. */
    @Test
    void with_a_crc_that_fits_a_flipped_bit_is_refused_or_moves_a_register_or_is_unmeasured() throws IOException {
        Path file = temp.resolve("image");
        Measurements before = TestImage.write(file, "kernel", "cmd", "boot", "app");
        Eif read = Eif.read(file);
        byte[] image = Files.readAllBytes(file);
        Section metadata = read.sections().get(2);
        for (int bit = 0; bit < image.length * 8; bit++) {
            byte[] flipped = image.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            int at = bit / 8;
            boolean unmeasured = at == 7 || at >= 8 && at < 0x18 || at >= EifHeader.CRC_OFFSET && at < EifHeader.SIZE
                    || at >= metadata.dataOffset() && at < metadata.end();
            try {
                Eif other = Eif.read(Files.write(file, EifTest.sum(flipped)));
                assertThat(unmeasured || !other.measure().equals(before)).as("bit %d", bit).isTrue();
            } catch (InvalidEifException e) {
                assertThat(e.rule()).isNotEmpty();
            }
        }
    }

    @Test
    void a_flipped_bit_in_an_archive_is_refused_or_seen() throws IOException {
        byte[] archive = write(CpioArchiveTest.SAMPLE);
        String before = text(archive);
        int end = archive.length;
        while (archive[end - 1] == 0) {
            end--;
        }
        for (int bit = 0; bit < end * 8; bit++) {
            byte[] flipped = archive.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            boolean otherCase = Character.toLowerCase(archive[bit / 8]) == Character.toLowerCase(flipped[bit / 8]);
            try {
                // A hex digit may be written in either case; so may the fields of the trailer say what they like.
                assertThat(otherCase || bit / 8 >= end - 120 || !text(flipped).equals(before)).as("bit %d", bit).isTrue();
            } catch (InvalidCpioException e) {
                assertThat(e).hasMessageContaining("cpio offset");
            }
        }
    }

    @Test
    void a_header_that_claims_a_gibibyte_in_600_bytes_is_refused_without_allocating() throws Exception {
        Path file = temp.resolve("image");
        TestImage.write(file, "kernel", "cmd", "boot", "app");
        byte[] image = Arrays.copyOf(Files.readAllBytes(file), 600);
        ByteBuffer.wrap(image).putLong(0x11c, 1 << 30).putLong(552, 1 << 30);
        Files.write(file, image);
        long allocated = allocated(() -> {
            assertThatExceptionOfType(InvalidEifException.class).isThrownBy(() -> Eif.read(file))
                    .withMessageContaining("0x11c").withMessageContaining("1073741824 bytes, 40 are left");
            return null;
        });
        assertThat(allocated).isLessThan(FIXED);
    }

    @Test
    void an_archive_that_claims_four_gibibytes_is_refused_without_allocating() throws Exception {
        byte[] archive = new RawCpio().add("a", RawCpio.FILE, "a").end();
        System.arraycopy(bytes("FFFFFFFF"), 0, archive, 54, 8);
        assertThat(allocated(() -> {
            assertThatExceptionOfType(InvalidCpioException.class).isThrownBy(() -> text(archive));
            return null;
        })).isLessThan(FIXED);
    }

    @ParameterizedTest
    @ValueSource(ints = {1 << 16, 1 << 18, 1 << 20})
    void reading_an_archive_allocates_a_small_multiple_of_its_size(int size) throws Exception {
        RawCpio small = new RawCpio();
        for (int i = 0; i < size / 116; i++) {
            small.add("a", RawCpio.FILE, "");
        }
        byte[] archive = small.end();
        assertThat(allocated(() -> {
            CpioReader reader = new CpioReader(new ByteArrayInputStream(archive));
            while (reader.next() != null) {
                // Entries are not kept.
            }
            return null;
        })).isLessThan(FIXED + 12L * archive.length);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "{}", "0", "\"\"", "[[]]", "{\"a\":0}", "\"\\u0000\"", "-1.5e-7"})
    void reading_metadata_allocates_a_small_multiple_of_its_size(String element) throws Exception {
        byte[] json = bytes("{\"a\":[" + (element + ",").repeat(1_000_000 / (element.length() + 1)) + "0]}");
        assertThat(allocated(() -> Json.isObject(json))).isLessThan(FIXED + 8L * json.length);
        assertThat(allocated(() -> Json.object(json))).isLessThan(FIXED + 64L * json.length);
    }

    @ParameterizedTest
    @Timeout(20)
    @ValueSource(strings = {"[", "{\"a\":", "\"", "\\", "1", "[],", "\"a\":1,", "\"a\":{},"})
    void no_metadata_takes_more_than_linear_time(String pattern) {
        byte[] json = bytes("{" + pattern.repeat(1_000_000 / pattern.length()));
        Assertions.assertThat(Duration.ofNanos(time(() -> Json.isObject(json)))).isLessThan(Duration.ofSeconds(5));
    }

    private static long time(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return System.nanoTime() - start;
    }

    private static long allocated(Callable<?> work) throws Exception {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        work.call(); // what classes take when they are loaded is not the input's doing
        long before = threads.getCurrentThreadAllocatedBytes();
        work.call();
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    /** All that the reader gives. */
    private static String text(byte[] archive) throws IOException {
        StringBuilder all = new StringBuilder();
        CpioReader reader = new CpioReader(new ByteArrayInputStream(archive));
        for (CpioReader.Entry entry; (entry = reader.next()) != null; ) {
            all.append(entry).append(List.of(new String(reader.data().readAllBytes(), java.nio.charset.StandardCharsets.ISO_8859_1)));
        }
        return all.toString();
    }
}
