package co.caution.attestation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import co.caution.attestation.Evidence.Genuine;
import co.caution.attestation.Evidence.Refused;
import co.caution.eif.Measurements;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Properties over many inputs: damage is always noticed, and costs the one who sends it more than us. */
class HostileInputTest {

    private static final Instant NOW = Instant.parse("2026-05-04T12:00:00.123Z");
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final LocalRoot ROOT = LocalRoot.inMemory(NOW, RANDOM);
    private static final byte[] NONCE = {1, 2, 3};
    /** Nothing remembered: every signature is computed for every damaged copy. */
    private static final EvidenceVerifier FAST = new EvidenceVerifier(Ecdsa.fastest(), 0);

    private static byte[] document;
    private static TestChain chain;

    @BeforeAll
    static void documents_of_our_own() throws Exception {
        SoftwareNsm nsm = new SoftwareNsm(ROOT, new Measurements("a".repeat(96), "b".repeat(96), "c".repeat(96)),
                "i-0123456789abcdef0-enc0123456789abcdef", () -> NOW, RANDOM);
        NsmRequest request = new NsmRequest.Attestation(Optional.of(new byte[300]), Optional.of(NONCE), Optional.of(new byte[100]));
        document = ((NsmResponse.Attestation) NsmResponse.decode(nsm.handle(request.encode()))).document();
        chain = new TestChain().issue();
    }

    private static Evidence check(byte[] bytes) {
        return FAST.check(bytes, List.of(ROOT.trustRoot()), Optional.of(NONCE), NOW, Duration.ofMinutes(5), false);
    }

    private static Evidence checkChain(byte[] bytes) {
        return FAST.check(bytes, List.of(chain.root()), Optional.empty(), TestChain.NOW, Duration.ofMinutes(5), false);
    }

    private static byte[] flipped(byte[] bytes, int bit) {
        byte[] flipped = bytes.clone();
        flipped[bit / 8] ^= (byte) (1 << bit % 8);
        return flipped;
    }

    private static IntStream bits(byte[] bytes, int seed, int count) {
        return new Random(seed).ints(count, 0, bytes.length * 8);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void any_flipped_bit_of_a_document_is_refused(int seed) {
        assertThat(check(document)).isInstanceOf(Genuine.class);
        bits(document, seed, 300).forEach(bit ->
                assertThat(check(flipped(document, bit))).as("bit %d", bit).isInstanceOf(Refused.class));
    }

    @Test
    @Tag("full")
    void each_flipped_bit_of_a_document_is_refused() {
        for (int bit = 0; bit < document.length * 8; bit++) {
            assertThat(check(flipped(document, bit))).as("bit %d", bit).isInstanceOf(Refused.class);
        }
    }

    /** Refused for the certificate: the document's own signature is not even looked at. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void any_flipped_bit_of_a_certificate_is_refused(int place) {
        bits(chain.certificate(place), place, 150).forEach(bit -> assertFlipRefused(place, bit));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    @Tag("full")
    void each_flipped_bit_of_a_certificate_is_refused(int place) {
        IntStream.range(0, chain.certificate(place).length * 8).forEach(bit -> assertFlipRefused(place, bit));
    }

    private static void assertFlipRefused(int place, int bit) {
        assertThat(checkChain(with(place, flipped(chain.certificate(place), bit))))
                .as("bit %d", bit).isInstanceOfSatisfying(Refused.class, refused ->
                        assertThat(refused.rule()).isIn(Rule.ROOT, Rule.CERTIFICATE));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void every_truncation_of_a_certificate_is_refused(int place) {
        byte[] certificate = chain.certificate(place);
        for (int length = 0; length < certificate.length; length++) {
            assertThat(checkChain(with(place, Arrays.copyOf(certificate, length)))).isInstanceOfSatisfying(Refused.class,
                    refused -> assertThat(refused.rule()).isIn(Rule.PAYLOAD, Rule.ROOT, Rule.CERTIFICATE));
        }
    }

    @Test
    void every_truncation_of_a_document_a_message_and_a_file_is_refused() throws Exception {
        for (int length = 0; length < document.length; length++) {
            assertThat(check(Arrays.copyOf(document, length))).isInstanceOf(Refused.class);
        }
        byte[] message = new NsmRequest.Attestation(Optional.of(NONCE), Optional.empty(), Optional.of(NONCE)).encode();
        for (int length = 0; length < message.length; length++) {
            byte[] cut = Arrays.copyOf(message, length);
            assertThat(NsmResponse.decode(new SoftwareNsm(ROOT, new Measurements("a".repeat(96), "b".repeat(96), "c".repeat(96)),
                    "i-0-enc0", () -> NOW, RANDOM).handle(cut))).isEqualTo(new NsmResponse.Failed(NsmError.INVALID_OPERATION));
        }
        String file = "{\"pcr0\":\"" + "a".repeat(96) + "\",\"pcr1\":\"" + "b".repeat(96) + "\",\"pcr2\":\"" + "c".repeat(96) + "\"}";
        PcrFile.parse(file);
        for (int length = 0; length < file.length(); length++) {
            String cut = file.substring(0, length);
            assertThat(catchThrowable(() -> PcrFile.parse(cut))).isInstanceOf(InvalidPcrFileException.class);
        }
    }

    static Stream<Arguments> expensive() {
        byte[] huge = new byte[600];
        System.arraycopy(HexFormat.of().parseHex("8444a1013822a05a40000000"), 0, huge, 0, 12);
        byte[] many = CoseSign1.write(repeated("80", 16_000), new byte[96]);
        byte[] maps = CoseSign1.write(HexFormat.of().parseHex("bf" + "6161bf".repeat(3) + "ff".repeat(4)), new byte[96]);
        return Stream.of(
                Arguments.of("a payload that claims 1 GiB", huge),
                Arguments.of("an array that claims 2^64-1 items", HexFormat.of().parseHex("9bffffffffffffffff" + "00".repeat(600))),
                Arguments.of("a string that claims 2^63 bytes", HexFormat.of().parseHex("5b8000000000000000" + "00".repeat(600))),
                Arguments.of("16 KiB of openings", repeated("81", 16_384)),
                Arguments.of("16 KiB of open maps", repeated("bf", 16_384)),
                Arguments.of("arrays of empty arrays", many),
                Arguments.of("nested nonsense", maps),
                Arguments.of("containers full of containers", CoseSign1.write(
                        HexFormat.of().parseHex("9840" + ("9840" + "80".repeat(64)).repeat(64)), new byte[96])),
                Arguments.of("a map of one key too often", CoseSign1.write(
                        HexFormat.of().parseHex("b840" + "6161f6".repeat(64)), new byte[96])),
                Arguments.of("keys that hash alike", CoseSign1.write(alike(), new byte[96])),
                Arguments.of("16 MiB", new byte[1 << 24]));
    }

    private static byte[] repeated(String hex, int times) {
        return HexFormat.of().parseHex(hex.repeat(times));
    }

    /** 64 keys of twelve characters with one hash code in Java. */
    private static byte[] alike() {
        CborWriter map = new CborWriter().map(64);
        for (int i = 0; i < 64; i++) {
            StringBuilder key = new StringBuilder();
            for (int bit = 0; bit < 6; bit++) {
                key.append((i >> bit & 1) == 0 ? "Aa" : "BB");
            }
            map.text(key.toString()).unsigned(1);
        }
        return map.toBytes();
    }

    /** At most 24 bytes per byte of input, and 64 KiB for the fixed costs of saying no. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("expensive")
    @Timeout(5)
    void refusing_costs_memory_in_proportion_to_the_input(String name, byte[] input) {
        assertThat(check(input)).isInstanceOf(Refused.class);
        // Larger input than any document is not looked at, however large.
        assertThat(allocated(() -> check(input))).isLessThan(24L * Math.min(input.length, CoseSign1.MAX_SIZE + 1) + (1 << 16));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6})
    @Timeout(20)
    void random_input_costs_memory_in_proportion_to_its_size(int seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            byte[] noise = new byte[random.nextInt(CoseSign1.MAX_SIZE)];
            random.nextBytes(noise);
            byte[] payload = CoseSign1.write(noise.length == 0 ? new byte[1] : noise, new byte[96]);
            assertThat(allocated(() -> check(payload))).isLessThan(24L * payload.length + (1 << 16));
            assertThat(allocated(() -> NsmRequestOrNot.read(noise))).isLessThan(24L * noise.length + (1 << 16));
        }
    }

    @Test
    @Timeout(20)
    void text_costs_memory_in_proportion_to_its_size() {
        byte[] zeros = "0".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII);
        byte[] letters = "x".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII);
        byte[] spaces = " ".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII);
        byte[] base64 = Base64.getMimeEncoder().encode(new byte[700_000]);
        for (byte[] text : List.of(zeros, letters, spaces, base64)) {
            assertThat(allocated(() -> EncodedDocument.read(text))).isLessThan(24L * text.length + (1 << 16));
        }
        for (String text : List.of("{", "{\"", "#".repeat(65_536), "a".repeat(65_536), "\n".repeat(65_536), "{".repeat(65_536),
                "{\"a\":\"b\",".repeat(7_000), "PCR0:" + " ".repeat(65_000), "f".repeat(96) + " PCR0\n".repeat(9_000), "x".repeat(1 << 24))) {
            int size = Math.min(text.length(), PcrFile.MAX_SIZE);
            assertThat(allocated(() -> PcrFileOrNot.read(text))).isLessThan(64L * size + (1 << 16));
        }
    }

    private static final class NsmRequestOrNot {
        static void read(byte[] bytes) {
            try {
                NsmRequest.decode(bytes);
            } catch (InvalidCborException e) {
                // Refused, as nearly all noise is.
            }
        }
    }

    private static final class PcrFileOrNot {
        static void read(String text) {
            try {
                PcrFile.parse(text);
            } catch (InvalidPcrFileException e) {
                // Refused.
            }
        }
    }

    /** Bytes that this thread allocates in a second run, when the classes are loaded. */
    private static long allocated(Runnable work) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        work.run();
        long before = threads.getCurrentThreadAllocatedBytes();
        work.run();
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    private static byte[] with(int place, byte[] certificate) {
        try {
            CborWriter bundle = new CborWriter().array(4);
            for (int i = 0; i < 4; i++) {
                bundle.bytes(i == place ? certificate : chain.certificate(i));
            }
            Payload payload = chain.payload().set("cabundle", bundle);
            return CoseSign1.write((place == 4
                    ? payload.set("certificate", new CborWriter().bytes(certificate)) : payload).encode(), new byte[96]);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
