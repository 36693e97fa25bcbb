package co.caution.attestation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class NsmCodecTest {

    private static final HexFormat HEX = HexFormat.of();

    static Stream<Arguments> requests() {
        return Stream.of(
                Arguments.of(new NsmRequest.DescribeNsm(), "6b44657363726962654e534d"),
                Arguments.of(new NsmRequest.DescribePcr(0), "a16b4465736372696265504352a165696e64657800"),
                Arguments.of(new NsmRequest.ExtendPcr(16, "abc".getBytes()),
                        "a169457874656e64504352a265696e64657810646461746143616263"),
                Arguments.of(new NsmRequest.LockPcr(16), "a1674c6f636b504352a165696e64657810"),
                Arguments.of(new NsmRequest.LockPcrs(17), "a1684c6f636b50435273a16572616e676511"),
                Arguments.of(new NsmRequest.Attestation(Optional.of("abc".getBytes()), Optional.of("nnnn".getBytes()), Optional.empty()),
                        "a16b4174746573746174696f6ea369757365725f6461746143616263656e6f6e6365446e6e6e6e6a7075626c69635f6b6579f6"),
                Arguments.of(new NsmRequest.GetRandom(), "6947657452616e646f6d"));
    }

    @ParameterizedTest
    @MethodSource("requests")
    void requests_are_the_wires(NsmRequest request, String hex) throws Exception {
        assertThat(HEX.formatHex(request.encode())).isEqualTo(hex);
        assertThat(HEX.formatHex(NsmRequest.decode(HEX.parseHex(hex)).encode())).isEqualTo(hex);
    }

    static Stream<NsmResponse> responses() {
        return Stream.of(
                new NsmResponse.DescribeNsm(1, 0, 0, "i-0-enc0", 32, List.of(0, 1, 2), "SHA384"),
                new NsmResponse.DescribePcr(true, new byte[48]), new NsmResponse.DescribePcr(false, new byte[48]),
                new NsmResponse.ExtendPcr(new byte[48]), new NsmResponse.LockPcr(), new NsmResponse.LockPcrs(),
                new NsmResponse.Attestation(new byte[300]), new NsmResponse.GetRandom(new byte[256]),
                new NsmResponse.Failed(NsmError.READ_ONLY_INDEX));
    }

    @ParameterizedTest
    @MethodSource("responses")
    void responses_come_back(NsmResponse response) throws Exception {
        NsmResponse decoded = NsmResponse.decode(response.encode());
        assertThat(decoded).hasSameClassAs(response);
        assertThat(decoded.encode()).isEqualTo(response.encode());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "00", "80", "614e", "a0", "a1006100", "a26161f66162f6", "a16b4465736372696265504352f6", "a16b4465736372696265504352a0",
        "a16b4465736372696265504352a165696e64657820", "a16b4465736372696265504352a165696e6465781a00010000",
        "a16b4465736372696265504352a265696e64657800616100", "a16b4465736372696265504352a265696e646578000000",
        "a169457874656e64504352a265696e64657810646461746163616263", "a1616141f6", "a16161a0",
        "a16b4174746573746174696f6ea169757365725f6461746101", "a16b4465736372696265504352a165696e6465781bffffffffffffffff",
        "a16b4465736372696265504352a165696e6465786130", "a1684c6f636b50435273a16572616e6765f5"})
    void anything_else_is_refused(String hex) {
        assertThatExceptionOfType(InvalidCborException.class).isThrownBy(() -> NsmRequest.decode(HEX.parseHex(hex)));
    }

    @Test
    void all_errors_have_their_names() throws Exception {
        String[] names = {"InvalidArgument", "InvalidIndex", "InvalidResponse", "ReadOnlyIndex", "InvalidOperation", "BufferTooSmall",
            "InputTooLarge", "InternalError"};
        assertThat(NsmError.values()).hasSize(names.length);
        for (String name : names) {
            byte[] wire = new CborWriter().map(1).text("Error").text(name).toBytes();
            assertThat(NsmResponse.decode(wire).encode()).isEqualTo(wire);
        }
    }

    /** QEMU's order of keys, and one that only a later module knows. */
    @Test
    void the_order_of_keys_and_unknown_ones_in_answers_do_not_matter() throws Exception {
        byte[] wire = new CborWriter().map(1).text("DescribePCR").map(3).text("data").bytes(new byte[48]).text("later").unsigned(1)
                .text("lock").bool(true).toBytes();
        assertThat(NsmResponse.decode(wire)).isInstanceOfSatisfying(NsmResponse.DescribePcr.class,
                pcr -> assertThat(pcr.lock()).isTrue());
        byte[] request = new CborWriter().map(1).text("ExtendPCR").map(2).text("data").bytes(new byte[1]).text("index").unsigned(16).toBytes();
        assertThat(NsmRequest.decode(request)).isInstanceOfSatisfying(NsmRequest.ExtendPcr.class,
                extend -> assertThat(extend.index()).isEqualTo(16));
        byte[] locked = new CborWriter().map(1).text("DescribeNSM").map(7).text("version_major").unsigned(1).text("version_minor").unsigned(2)
                .text("version_patch").unsigned(3).text("module_id").text("i-0-enc0").text("max_pcrs").unsigned(32)
                .text("locked_pcrs").map(0).text("digest").text("SHA384").toBytes();
        assertThatExceptionOfType(InvalidCborException.class).isThrownBy(() -> NsmResponse.decode(locked)).withMessageContaining("not an array");
    }

    @Test
    void messages_have_the_drivers_limits() {
        assertThatExceptionOfType(InvalidCborException.class).isThrownBy(() -> NsmRequest.decode(new byte[0x1001]))
                .withMessageContaining("4097 bytes, more than 4096");
        assertThatExceptionOfType(InvalidCborException.class).isThrownBy(() -> NsmResponse.decode(new byte[0x3001]))
                .withMessageContaining("12289 bytes, more than 12288");
        assertThatExceptionOfType(InvalidCborException.class).isThrownBy(() -> NsmRequest.decode(new byte[0x1000])).withMessageContaining("follows");
    }

    @ParameterizedTest
    @ValueSource(strings = {"6161", "a16161a0", "a1654572726f7200", "a1654572726f726161", "a16b4465736372696265504352a2646c6f636b0064646174614100",
        "a16b44657363726962654e534da16d76657273696f6e5f6d616a6f7261", "a1695365744c6f636b6564a0",
        "a16b4465736372696265504352a2646c6f636b006464617461416161", "a1654572726f72a0"})
    void unknown_responses_are_refused(String hex) {
        assertThatExceptionOfType(InvalidCborException.class).isThrownBy(() -> NsmResponse.decode(HEX.parseHex(hex)));
    }
}
