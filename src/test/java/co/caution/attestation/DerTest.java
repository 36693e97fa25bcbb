package co.caution.attestation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DerTest {

    @ParameterizedTest
    @ValueSource(strings = {"3000", "0500", "0101ff", "020100", "02020080", "0201ff", "0202ff7f", "030100", "03020780", "0603550403",
        "300602010002017f", "a003020102", "8100", "0c0161", "310302017f", "0400", "3106020101020101", "0603551d00", "0603818001", "0202ff00"})
    void der_is_der(String hex) {
        assertThat(strict(hex)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "30", "300000", "3080 0000", "308100", "30820001 05", "3081020500", "30020500 00", "300205", "3003 0500", "0501 00",
        "010100", "010101", "0102ffff", "0200", "02020001", "0202ff80", "0300", "030101", "03020801", "03020781", "0600", "060181",
        "1f810100", "2400", "0901 00", "3084000000020500", "3085 0000000002 0500", "300302 0100 00", "30 03 02 02 00", "300105", "048201",
        "3106020102020101", "06028001", "02020000", "0c01ff"})
    void what_is_only_nearly_der_is_not(String hex) {
        assertThat(strict(hex.replace(" ", ""))).isFalse();
    }

    @Test
    void a_length_has_its_shortest_form() {
        assertThat(strict("047f" + "00".repeat(0x7f))).isTrue();
        assertThat(strict("048180" + "00".repeat(0x80))).isTrue();
        assertThat(strict("0481ff" + "00".repeat(0xff))).isTrue();
        assertThat(strict("04820100" + "00".repeat(0x100))).isTrue();
        assertThat(strict("0483010000" + "00".repeat(0x10000))).isTrue();
        assertThat(strict("0480" + "00".repeat(0x80))).isFalse();
        assertThat(strict("04817f" + "00".repeat(0x7f))).isFalse();
        assertThat(strict("04820080" + "00".repeat(0x80))).isFalse();
        assertThat(strict("0483000100" + "00".repeat(0x100))).isFalse();
    }

    /** RFC 5280 §4.1.2.5.1. */
    @Test
    void a_year_of_two_digits_is_from_1950_to_2049() {
        assertThat(Der.time(0x17, "500101000000Z".getBytes(StandardCharsets.US_ASCII))).isEqualTo("1950-01-01T00:00:00Z");
        assertThat(Der.time(0x17, "491231235959Z".getBytes(StandardCharsets.US_ASCII))).isEqualTo("2049-12-31T23:59:59Z");
    }

    @Test
    void dates_exist() {
        assertThat(time(0x17, "240229235959Z")).isTrue();
        assertThat(time(0x17, "230229235959Z")).isFalse();
        assertThat(time(0x17, "240230000000Z")).isFalse();
        assertThat(time(0x17, "2402292359Z")).isFalse();
        assertThat(time(0x17, "240229235959+0000")).isFalse();
        assertThat(time(0x17, "990101000000Z")).isTrue();
        assertThat(time(0x18, "20560101000000Z")).isTrue();
        assertThat(time(0x18, "20561301000000Z")).isFalse();
        assertThat(time(0x18, "20560101000060Z")).isFalse();
        assertThat(time(0x18, "20560101000000.5Z")).isFalse();
    }

    @Test
    void nesting_is_bounded() {
        assertThat(strict(nested(16))).isTrue();
        assertThat(strict(nested(17))).isFalse();
    }

    private static String nested(int depth) {
        String hex = "3000";
        for (int i = 1; i <= depth; i++) {
            hex = "30%02x".formatted(hex.length() / 2) + hex;
        }
        return hex;
    }

    private static boolean time(int tag, String time) {
        return strict("%02x%02x".formatted(tag, time.length())
                + HexFormat.of().formatHex(time.getBytes(StandardCharsets.US_ASCII)));
    }

    private static boolean strict(String hex) {
        return Der.isStrict(HexFormat.of().parseHex(hex));
    }
}
