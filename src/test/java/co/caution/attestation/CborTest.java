package co.caution.attestation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CborTest {

    private static CborItem read(String hex) throws InvalidCborException {
        return CborReader.read(HexFormat.of().parseHex(hex));
    }

    @Test
    void definite_and_indefinite_containers_mean_the_same() throws Exception {
        CborItem expected = new CborItem.Array(List.of(new CborItem.Unsigned(1), new CborItem.Negative(0),
                new CborItem.Mapping(List.of(new CborItem.Entry(new CborItem.Text("a"), new CborItem.Null())))));
        assertThat(read("830120a16161f6")).isEqualTo(expected);
        assertThat(read("9f0120bf6161f6ffff")).isEqualTo(expected);
        assertThat(read("80")).isEqualTo(new CborItem.Array(List.of()));
        assertThat(read("bfff")).isEqualTo(new CborItem.Mapping(List.of()));
        assertThat(read("f5")).isEqualTo(new CborItem.Bool(true));
        assertThat(read("1bffffffffffffffff")).isEqualTo(new CborItem.Unsigned(-1));
    }

    @ParameterizedTest
    @CsvSource({
        "'', ends inside", "18, ends inside", "1bffff, ends inside", "83, more entries than there are bytes", "820119, ends inside", "8101ff, follows the item",
        "41, 1 bytes; 0 are left", "5affffffff, 4294967295 bytes", "5bffffffffffffffff, 18446744073709551615 bytes",
        "1c, reserved", "1d, reserved", "1e, reserved", "5c, reserved", "5f4100ff, indefinite string", "7f6161ff, indefinite string",
        "1f, indefinite string", "f90000, float", "fa00000000, float", "fb0000000000000000, float",
        "f7, simple value", "e0, simple value", "f801, simple value", "fc, simple value", "c000, tag", "d818, tag", "ff, break", "81ff, break",
        "a1ff00, break", "bf01ff, behind a key", "a201020102, twice", "a2010218010a, twice", "bf616101616102ff, twice",
        "a14100f6, neither text nor", "a201024100f6, neither text nor", "8200, more entries than there are bytes", "a1f6f6, neither text nor", "a120f6, neither text nor", "a18080, neither text nor",
        "62c328, UTF-8", "63eda080, UTF-8", "62c080, UTF-8", "818181818100, deeper", "9f9f9f9f9fffffffffff, deeper",
        "9841, more than 64", "b841, more than 64", "9bffffffffffffffff, more than 64", "bb7fffffffffffffff, more than 64"})
    void what_is_ambiguous_or_unbounded_is_refused(String hex, String why) {
        assertThatExceptionOfType(InvalidCborException.class).isThrownBy(() -> read(hex))
                .withMessageContaining(why.replace(';', ',')).withMessageContaining("offset");
    }

    @Test
    void indefinite_containers_have_the_same_limit() throws Exception {
        read("9f" + "00".repeat(64) + "ff");
        assertThatExceptionOfType(InvalidCborException.class).isThrownBy(() -> read("9f" + "00".repeat(65) + "ff"))
                .withMessageContaining("more than 64");
    }

    @Test
    void an_input_has_at_most_1024_items() throws Exception {
        String arrays = ("9840" + "00".repeat(64)).repeat(15);
        read("983f" + arrays + "00".repeat(48));
        assertThatExceptionOfType(InvalidCborException.class).isThrownBy(() -> read("9840" + arrays + "00".repeat(49)))
                .withMessageContaining("more than 1024 items");
    }

    @Test
    void the_shortest_form_is_written_and_read_back() throws Exception {
        for (long value : new long[] {0, 23, 24, 255, 256, 65_535, 65_536, 0xffff_ffffL, 0x1_0000_0000L, Long.MAX_VALUE, -1}) {
            byte[] written = new CborWriter().unsigned(value).toBytes();
            assertThat(CborReader.read(written)).isEqualTo(new CborItem.Unsigned(value));
            int size = value >= 0 && value < 24 ? 1 : value >= 0 && value < 256 ? 2 : value >= 0 && value < 65_536 ? 3
                    : value >= 0 && value <= 0xffff_ffffL ? 5 : 9;
            assertThat(written).hasSize(size);
        }
        assertThat(new CborWriter().bytesOrNull(Optional.empty()).bool(false).toBytes()).isEqualTo(EvidenceTest.bytes(0xf6, 0xf4));
    }

    /** Whatever comes: a value or a refusal, nothing else, and nothing slow. */
    @Test
    void random_input_is_read_or_refused() {
        Random random = new Random(1);
        for (int i = 0; i < 50_000; i++) {
            byte[] bytes = new byte[random.nextInt(24)];
            random.nextBytes(bytes);
            try {
                CborReader.read(bytes);
            } catch (InvalidCborException e) {
                assertThat(e).hasMessageContaining("CBOR offset");
            }
        }
    }

    @Test
    void a_megabyte_of_openings_is_refused_at_once() {
        byte[] bytes = new byte[1 << 20];
        Arrays.fill(bytes, (byte) 0x81);
        assertThatExceptionOfType(InvalidCborException.class).isThrownBy(() -> CborReader.read(bytes)).withMessageContaining("deeper");
    }
}
