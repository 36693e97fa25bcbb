package co.caution.attestation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import co.caution.attestation.Evidence.Genuine;
import co.caution.attestation.Evidence.Refused;
import co.caution.eif.Measurements;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SoftwareNsmTest {

    private static final String MODULE = "i-0123456789abcdef0-enc0123456789abcdef";
    private static final Measurements MEASURED = new Measurements("a".repeat(96), "b".repeat(96), "c".repeat(96));
    private static final byte[] NONCE = new byte[32];

    private final SecureRandom random = new SecureRandom();
    private Instant now = Instant.parse("2026-05-04T12:00:00.123Z");
    private final LocalRoot root = LocalRoot.inMemory(now.minus(Duration.ofDays(1)), random);
    private final SoftwareNsm nsm = new SoftwareNsm(root, MEASURED, MODULE, () -> now, random);

    private NsmResponse ask(NsmRequest request) throws InvalidCborException {
        return NsmResponse.decode(nsm.handle(request.encode()));
    }

    private byte[] document(NsmRequest.Attestation request) throws InvalidCborException {
        return ((NsmResponse.Attestation) ask(request)).document();
    }

    private byte[] document() throws InvalidCborException {
        return document(new NsmRequest.Attestation(Optional.empty(), Optional.of(NONCE), Optional.empty()));
    }

    private Evidence check(byte[] document, TrustRoot root) {
        return Evidence.check(document, List.of(root), Optional.of(NONCE), now, Duration.ofMinutes(1), false);
    }

    @Test
    void the_same_rules_accept_its_documents_under_its_root_and_refuse_them_under_aws() throws Exception {
        byte[] document = document();
        Genuine genuine = (Genuine) check(document, root.trustRoot());
        assertThat(genuine.simulated()).isTrue();
        assertThat(genuine.root().name()).contains("SIMULATED not hardware-backed");
        assertThat(genuine.document().timestamp()).isEqualTo(now);
        assertThat(genuine.document().instanceMeasured()).isTrue();
        assertThat(genuine.compare(ExpectedPcrs.of(MEASURED))).isEqualTo(new Comparison.Match());
        assertThat(genuine.document().measurements()).isEqualTo(MEASURED);
        assertThat(genuine.document().pcrs().keySet()).containsExactlyElementsOf(IntStream.range(0, 16).boxed().toList());
        assertThat(check(document, TrustRoot.awsCommercial())).isInstanceOfSatisfying(Refused.class,
                refused -> assertThat(refused.rule()).isEqualTo(Rule.ROOT));
        assertThat(HexFormat.of().formatHex(document)).startsWith("8444a1013822a059").contains("a9696d6f64756c655f6964");
    }

    @Test
    void another_local_root_does_not_count() throws Exception {
        assertThat(check(document(), LocalRoot.inMemory(now, random).trustRoot())).isInstanceOf(Refused.class);
    }

    @Test
    void registers_zero_to_fifteen_are_locked_from_boot() throws Exception {
        for (int i = 0; i < 16; i++) {
            assertThat(ask(new NsmRequest.ExtendPcr(i, NONCE))).isEqualTo(new NsmResponse.Failed(NsmError.READ_ONLY_INDEX));
            assertThat(ask(new NsmRequest.LockPcr(i))).isEqualTo(new NsmResponse.Failed(NsmError.READ_ONLY_INDEX));
        }
        NsmResponse.DescribeNsm described = (NsmResponse.DescribeNsm) ask(new NsmRequest.DescribeNsm());
        assertThat(described.lockedPcrs()).hasSize(16);
        assertThat(described.moduleId()).isEqualTo(MODULE);
        assertThat(described.maxPcrs()).isEqualTo(32);
        assertThat(described.digest()).isEqualTo("SHA384");
        assertThat(ask(new NsmRequest.DescribePcr(0))).isInstanceOfSatisfying(NsmResponse.DescribePcr.class, pcr -> {
            assertThat(pcr.lock()).isTrue();
            assertThat(HexFormat.of().formatHex(pcr.data())).isEqualTo(MEASURED.pcr0());
        });
    }

    @Test
    void pcr4_measures_the_instance() throws Exception {
        SoftwareNsm known = new SoftwareNsm(root, MEASURED, "i-0123456789abcdef0-enc00", () -> now, random);
        NsmResponse.DescribePcr pcr4 = (NsmResponse.DescribePcr) NsmResponse.decode(known.handle(new NsmRequest.DescribePcr(4).encode()));
        assertThat(HexFormat.of().formatHex(pcr4.data())).isEqualTo(
                "d6432900ac1c343cb40286898792c55e962aef0cc35c4910c0c286145b51af19e782cb21cc31a042671d7dfbd398251c");
    }

    @Test
    void a_register_is_extended_then_locked_and_only_then_attested() throws Exception {
        NsmResponse.ExtendPcr extended = (NsmResponse.ExtendPcr) ask(new NsmRequest.ExtendPcr(16, "abc".getBytes()));
        String value = HexFormat.of().formatHex(extended.data());
        assertThat(value).isEqualTo("b1c16eb7634112b7c9d5ebd27e62a2d4528bbfcfd68b62d3afd9ecf98e0f413a84314acce78317fb69fd895155343e09");
        assertThat(((Genuine) check(document(), root.trustRoot())).document().pcrs()).doesNotContainKey(16);
        assertThat(ask(new NsmRequest.LockPcr(16))).isEqualTo(new NsmResponse.LockPcr());
        assertThat(((Genuine) check(document(), root.trustRoot())).document().pcrs()).containsEntry(16, value);
        assertThat(ask(new NsmRequest.ExtendPcr(16, NONCE))).isEqualTo(new NsmResponse.Failed(NsmError.READ_ONLY_INDEX));
        assertThat(ask(new NsmRequest.LockPcrs(32))).isEqualTo(new NsmResponse.LockPcrs());
        assertThat(((Genuine) check(document(), root.trustRoot())).document().pcrs()).hasSize(32);
    }

    @Test
    void indexes_end_at_31() throws Exception {
        NsmResponse invalid = new NsmResponse.Failed(NsmError.INVALID_INDEX);
        assertThat(ask(new NsmRequest.DescribePcr(32))).isEqualTo(invalid);
        assertThat(ask(new NsmRequest.ExtendPcr(32, NONCE))).isEqualTo(invalid);
        assertThat(ask(new NsmRequest.LockPcr(65_535))).isEqualTo(invalid);
        assertThat(ask(new NsmRequest.LockPcrs(33))).isEqualTo(invalid);
    }

    @Test
    void the_fields_of_a_document_have_limits() throws Exception {
        Optional<byte[]> most = Optional.of(new byte[512]);
        byte[] document = document(new NsmRequest.Attestation(most, most, Optional.of(new byte[1024])));
        assertThat(document.length).isLessThan(NsmResponse.MAX_SIZE - 32);
        Genuine genuine = (Genuine) Evidence.check(document, List.of(root.trustRoot()), most, now, Duration.ZERO, false);
        assertThat(genuine.document().bindsUserData(new byte[512])).isTrue();
        assertThat(genuine.document().bindsPublicKey(new byte[1024])).isTrue();
        NsmResponse large = new NsmResponse.Failed(NsmError.INPUT_TOO_LARGE);
        Optional<byte[]> none = Optional.empty();
        assertThat(ask(new NsmRequest.Attestation(Optional.of(new byte[513]), none, none))).isEqualTo(large);
        assertThat(ask(new NsmRequest.Attestation(none, Optional.of(new byte[513]), none))).isEqualTo(large);
        assertThat(ask(new NsmRequest.Attestation(none, none, Optional.of(new byte[1025])))).isEqualTo(large);
        assertThat(NsmResponse.decode(nsm.handle(new byte[NsmRequest.MAX_SIZE + 1]))).isEqualTo(large);
    }

    @Test
    void what_does_not_parse_is_an_invalid_operation() throws Exception {
        assertThat(NsmResponse.decode(nsm.handle(new byte[] {0}))).isEqualTo(new NsmResponse.Failed(NsmError.INVALID_OPERATION));
        assertThat(NsmResponse.decode(nsm.handle(new byte[NsmRequest.MAX_SIZE])))
                .isEqualTo(new NsmResponse.Failed(NsmError.INVALID_OPERATION));
    }

    @Test
    void randomness_is_256_bytes_and_fresh() throws Exception {
        NsmResponse.GetRandom one = (NsmResponse.GetRandom) ask(new NsmRequest.GetRandom());
        NsmResponse.GetRandom two = (NsmResponse.GetRandom) ask(new NsmRequest.GetRandom());
        assertThat(one.random()).hasSize(256).isNotEqualTo(two.random());
    }

    @Test
    void the_leaf_is_renewed_before_it_ends() throws Exception {
        byte[] first = ((Genuine) check(document(), root.trustRoot())).document().certificate();
        now = now.plus(Duration.ofHours(2));
        assertThat(((Genuine) check(document(), root.trustRoot())).document().certificate()).isEqualTo(first);
        now = now.plus(Duration.ofMinutes(30));
        assertThat(((Genuine) check(document(), root.trustRoot())).document().certificate()).isNotEqualTo(first);
        now = now.minus(Duration.ofHours(3));
        assertThat(check(document(), root.trustRoot())).isInstanceOf(Genuine.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "i-xyz-enc0", "i-0", "i-0-tpm0", "i-0-enc0\n"})
    void a_module_id_has_its_form(String id) {
        assertThatIllegalArgumentException().isThrownBy(() -> new SoftwareNsm(root, MEASURED, id, () -> now, random));
    }

    @Test
    void it_is_served_over_a_stream_until_the_peer_closes() throws Exception {
        byte[] request = new NsmRequest.DescribePcr(1).encode();
        ByteArrayOutputStream in = new ByteArrayOutputStream();
        for (int i = 0; i < 3; i++) {
            new DataOutputStream(in).writeInt(request.length);
            in.write(request);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        NsmServer.serve(new ByteArrayInputStream(in.toByteArray()), out, nsm);
        DataInputStream responses = new DataInputStream(new ByteArrayInputStream(out.toByteArray()));
        for (int i = 0; i < 3; i++) {
            assertThat(responses.readNBytes(responses.readInt())).isEqualTo(nsm.handle(request));
        }
        assertThat(responses.read()).isEqualTo(-1);
        byte[] cut = Arrays.copyOf(in.toByteArray(), in.size() - 1);
        assertThatExceptionOfType(EOFException.class)
                .isThrownBy(() -> NsmServer.serve(new ByteArrayInputStream(cut), out, nsm));
        assertThatExceptionOfType(EOFException.class)
                .isThrownBy(() -> NsmServer.serve(new ByteArrayInputStream(new byte[3]), out, nsm));
    }

    /** The peer waits for each answer: none may stay in a buffer. */
    @Test
    void the_longest_request_is_answered_at_once() throws Exception {
        byte[] frame = Arrays.copyOf(new byte[] {0, 0, 0x10, 0}, 4 + NsmRequest.MAX_SIZE);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        NsmServer.serve(new ByteArrayInputStream(frame), new BufferedOutputStream(out), nsm);
        DataInputStream responses = new DataInputStream(new ByteArrayInputStream(out.toByteArray()));
        assertThat(NsmResponse.decode(responses.readNBytes(responses.readInt())))
                .isEqualTo(new NsmResponse.Failed(NsmError.INVALID_OPERATION));
    }

    @ParameterizedTest
    @CsvSource({"00000000, 0", "00001001, 4097", "01020304, 16909060", "ffffffff, 4294967295"})
    void a_length_beyond_the_drivers_ends_the_stream(String length, String bytes) {
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> NsmServer.serve(new ByteArrayInputStream(HexFormat.of().parseHex(length)),
                        new ByteArrayOutputStream(), nsm)).withMessageContaining("a request of " + bytes + " bytes; 1 to 4096");
    }
}
