package co.caution.attestation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import co.caution.attestation.Evidence.Genuine;
import co.caution.attestation.Evidence.Refused;
import co.caution.attestation.TestChain.Spec;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Documents under a root of our own, wrong in one place each. */
class EvidenceTest {

    private static final Instant NOW = TestChain.NOW;
    private static final int HEAD = 7 + 3;

    /** The leaf's own common name (its issuer's is shorter), in hex. */
    private static final String COMMON_NAME_UTF8 = "06035504030c%02x".formatted((TestChain.MODULE + ".eu-test-1.aws").length())
            + HexFormat.of().formatHex(TestChain.MODULE.getBytes(StandardCharsets.US_ASCII));

    private TestChain chain;
    private byte[] good;

    @BeforeEach
    void a_good_document() throws Exception {
        chain = new TestChain().issue();
        good = chain.document();
    }

    private Evidence check(byte[] document) {
        return check(document, NOW);
    }

    private Evidence check(byte[] document, Instant at) {
        return Evidence.check(document, List.of(TrustRoot.awsCommercial(), chain.root()),
                Optional.of(new byte[] {1, 2, 3}), at, Duration.ofMinutes(5), false);
    }

    private static void assertRefused(Evidence evidence, Rule rule, String message) {
        assertThat(evidence).isInstanceOfSatisfying(Refused.class, refused -> {
            assertThat(refused.rule()).as(refused.toString()).isEqualTo(rule);
            assertThat(refused.message()).contains(message);
        });
    }

    @Test
    void a_good_document_is_genuine_under_its_root_only() {
        assertThat(check(good)).isInstanceOfSatisfying(Genuine.class, genuine -> {
            assertThat(genuine.simulated()).isTrue();
            assertThat(genuine.root().name()).isEqualTo("CN=test root");
            assertThat(genuine.debug()).isFalse();
            assertThat(genuine.archived()).isFalse();
            assertThat(genuine.checkedAt()).isEqualTo(NOW);
        });
        assertRefused(Evidence.check(good, List.of(TrustRoot.awsCommercial()), Optional.empty(), NOW, Duration.ZERO, true),
                Rule.ROOT, "not among: [AWS");
        assertRefused(Evidence.check(good, List.of(), Optional.empty(), NOW, Duration.ZERO, true), Rule.ROOT, "[]");
    }

    @Test
    void tag_18_and_an_indefinite_payload_are_accepted() throws Exception {
        assertThat(check(concat(new byte[] {(byte) 0xd2}, good))).isInstanceOf(Genuine.class);
        assertThat(check(chain.sign(chain.payload().encodeIndefinite()))).isInstanceOf(Genuine.class);
    }

    @Test
    void unknown_keys_are_tolerated_and_listed() throws Exception {
        Genuine genuine = (Genuine) check(chain.sign(chain.payload().set("later", new CborWriter().unsigned(1)).encode()));
        assertThat(genuine.document().unknownKeys()).containsExactly("later");
    }

    @Test
    void the_envelope_has_one_form() {
        assertRefused(check(new byte[0]), Rule.ENVELOPE, "nothing");
        assertRefused(check(new byte[CoseSign1.MAX_SIZE + 1]), Rule.ENVELOPE, "more than 16384");
        assertRefused(check(new byte[CoseSign1.MAX_SIZE]), Rule.CBOR, "follows");
        assertRefused(check(concat(new byte[] {(byte) 0xd8, 61}, good)), Rule.ENVELOPE, "tag");
        assertRefused(check(concat(new byte[] {(byte) 0xd2, (byte) 0xd2}, good)), Rule.ENVELOPE, "tag");
        assertRefused(check(new byte[] {(byte) 0xd2}), Rule.ENVELOPE, "tag");
        assertRefused(check(new byte[] {0x01}), Rule.ENVELOPE, "not an array");
        assertRefused(check(new byte[] {(byte) 0x80}), Rule.ENVELOPE, "array of 0");
        assertRefused(check(concat(good, new byte[1])), Rule.CBOR, "follows");
        byte[] indefinite = concat(new byte[] {(byte) 0x9f}, Arrays.copyOfRange(good, 1, good.length), new byte[] {-1});
        assertRefused(check(indefinite), Rule.ENVELOPE, "shortest definite form");
    }

    @Test
    void the_algorithm_is_read_from_the_protected_header_alone() {
        byte[] payload = Arrays.copyOfRange(good, HEAD - 3, good.length);
        assertRefused(check(concat(bytes(0x84, 0x44, 0xa1, 0x01, 0x38, 0x23, 0xa0), payload)), Rule.ALGORITHM, "ES384");
        assertRefused(check(concat(bytes(0x84, 0x43, 0xa1, 0x01, 0x26, 0xa0), payload)), Rule.ALGORITHM, "ES384");
        assertRefused(check(concat(bytes(0x84, 0x40, 0xa1, 0x01, 0x38, 0x22), payload)), Rule.ALGORITHM, "ES384");
        assertRefused(check(concat(bytes(0x84, 0x44, 0xa1, 0x01, 0x38, 0x22, 0xa1, 0x01, 0x38, 0x22), payload)),
                Rule.ALGORITHM, "empty map");
        assertRefused(check(concat(bytes(0x84, 0x44, 0xa1, 0x01, 0x38, 0x22, 0x80), payload)), Rule.ALGORITHM, "empty map");
        assertRefused(check(concat(bytes(0x84, 0x44, 0xa1, 0x01, 0x38, 0x22, 0xbf, 0xff), payload)),
                Rule.ENVELOPE, "shortest");
    }

    @Test
    void payload_and_signature_have_their_form() throws Exception {
        assertRefused(check(CoseSign1.write(new byte[0], new byte[96])), Rule.SIGNATURE_FORM, "payload");
        byte[] head = Arrays.copyOf(good, 7);
        assertRefused(check(concat(head, bytes(0xf6, 0x58, 96), new byte[96])), Rule.SIGNATURE_FORM, "payload");
        assertRefused(check(concat(head, bytes(0x41, 0, 0xf6))), Rule.SIGNATURE_FORM, "96");
        assertRefused(check(concat(bytes(0x84, 0xf6, 0xa0, 0x41, 0, 0x58, 96), new byte[96])), Rule.ALGORITHM, "ES384");
        assertRefused(check(CoseSign1.write(new byte[1], new byte[95])), Rule.SIGNATURE_FORM, "96");
        byte[] der = new DERSequence(new ASN1Integer[] {new ASN1Integer(r(good)), new ASN1Integer(s(good))}).getEncoded();
        assertRefused(check(CoseSign1.write(CoseSign1.read(good).payload(), der)), Rule.SIGNATURE_FORM, "96");
    }

    static Stream<Arguments> payloads() {
        return Stream.of(
                payload("module_id is missing", p -> p.without("module_id")),
                payload("module_id is missing", p -> p.set("module_id", (byte) 0xf6)),
                payload("module_id is not text", p -> p.set("module_id", new CborWriter().unsigned(1))),
                payload("not of the form", p -> p.set("module_id", new CborWriter().text("i-0-vm0"))),
                payload("digest is not", p -> p.set("digest", new CborWriter().text("SHA256"))),
                payload("timestamp is not", p -> p.set("timestamp", new CborWriter().unsigned(0))),
                payload("timestamp is not", p -> p.set("timestamp", new CborWriter().unsigned(-1))),
                payload("timestamp is not", p -> p.set("timestamp", new CborWriter().text("now"))),
                payload("timestamp is not", p -> p.set("timestamp", (byte) 0x20)),
                payload("0 to 31", p -> p.set("pcrs", new CborWriter().map(1).unsigned(-1).bytes(new byte[48]))),
                payload("PCR0 is not 48 bytes", p -> p.set("pcrs", new CborWriter().map(1).unsigned(0).text("0"))),
                payload("pcrs is not a map", p -> p.set("pcrs", new CborWriter().array(0))),
                payload("PCR0 is missing", p -> p.set("pcrs", new CborWriter().map(0))),
                payload("PCR2 is missing", p -> p.set("pcrs", pcrs(48, 0, 1))),
                payload("PCR1 is not 48 bytes", p -> p.set("pcrs", new CborWriter().map(2)
                        .unsigned(0).bytes(new byte[48]).unsigned(1).bytes(new byte[32]))),
                payload("PCR0 is not 48 bytes", p -> p.set("pcrs", pcrs(32, 0, 1, 2))),
                payload("0 to 31", p -> p.set("pcrs", pcrs(48, 0, 1, 2, 32))),
                payload("0 to 31", p -> p.set("pcrs", pcrs(48, IntStream.range(0, 33).toArray()))),
                payload("0 to 31", p -> p.set("pcrs", new CborWriter().map(1).text("0").bytes(new byte[48]))),
                payload("certificate is not 1 to 1024", p -> p.set("certificate", new CborWriter().bytes(new byte[0]))),
                payload("certificate is not 1 to 1024", p -> p.set("certificate", new CborWriter().bytes(new byte[1025]))),
                payload("cabundle is not an array", p -> p.set("cabundle", new CborWriter().map(0))),
                payload("cabundle has 0", p -> p.set("cabundle", new CborWriter().array(0))),
                payload("cabundle has 9", p -> p.set("cabundle", bundle(9))),
                payload("cabundle[0] is not", p -> p.set("cabundle", new CborWriter().array(1).text("x"))),
                payload("public_key is not null and not 0 to 1024",
                        p -> p.set("public_key", new CborWriter().bytes(new byte[1025]))),
                payload("user_data is not null and not 0 to 512",
                        p -> p.set("user_data", new CborWriter().bytes(new byte[513]))),
                payload("nonce is not null and not 0 to 512", p -> p.set("nonce", new CborWriter().text("x"))));
    }

    private static Arguments payload(String message, Consumer<Payload> change) {
        return Arguments.of(message, change);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("payloads")
    void the_payload_has_all_fields_within_their_limits(String message, Consumer<Payload> change) throws Exception {
        Payload payload = chain.payload();
        change.accept(payload);
        assertRefused(check(chain.sign(payload.encode())), Rule.PAYLOAD, message);
    }

    @Test
    void the_limits_of_certificates_are_within_them() throws Exception {
        for (int size : new int[] {1, 1024}) {
            byte[] payload = chain.payload().set("cabundle", bundle(8))
                    .set("certificate", new CborWriter().bytes(new byte[size])).encode();
            AttestationDocument document = DocumentReader.read(payload);
            assertThat(document.cabundle()).hasSize(8);
            assertThat(document.certificate()).hasSize(size);
        }
    }

    @Test
    void the_payload_is_one_map_with_text_keys() throws Exception {
        assertRefused(check(chain.sign(new CborWriter().text("x").toBytes())), Rule.PAYLOAD, "not a map");
        assertRefused(check(chain.sign(new CborWriter().map(1).unsigned(1).unsigned(1).toBytes())), Rule.PAYLOAD, "not text");
        assertRefused(check(chain.sign(concat(chain.payload().encode(), new byte[1]))), Rule.CBOR, "follows");
        assertRefused(check(chain.sign(new CborWriter().map(2).text("a").unsigned(1).text("a").unsigned(1).toBytes())),
                Rule.CBOR, "twice");
        assertRefused(check(chain.sign(chain.payload().set("nitrotpm_pcrs", new CborWriter().map(0)).without("pcrs").encode())),
                Rule.DOCUMENT_TYPE, "NitroTPM");
        assertRefused(check(chain.sign(chain.payload().set("module_id", new CborWriter().text("i-0-tpm0")).encode())),
                Rule.DOCUMENT_TYPE, "NitroTPM");
        assertRefused(check(chain.sign(chain.payload().set("later", (byte) 0xf5).encode())), Rule.CBOR, "boolean");
    }

    /** The same map to every decoder, but other bytes than those that were signed. */
    @Test
    void a_payload_that_is_encoded_anew_is_refused() throws Exception {
        byte[] signature = CoseSign1.read(good).signature();
        assertRefused(check(CoseSign1.write(chain.payload().encodeIndefinite(), signature)), Rule.SIGNATURE, "not the leaf's");
        byte[] payload = CoseSign1.read(good).payload();
        byte[] longer = concat(bytes(0xb8, payload[0] & 0x1f), Arrays.copyOfRange(payload, 1, payload.length));
        assertRefused(check(CoseSign1.write(longer, signature)), Rule.SIGNATURE, "not the leaf's");
        byte[] head = {(byte) 0x5a, 0, 0, good[8], good[9]};
        assertRefused(check(concat(Arrays.copyOf(good, 7), head, Arrays.copyOfRange(good, HEAD, good.length))),
                Rule.ENVELOPE, "shortest definite form");
    }

    @Test
    void text_is_utf_8_and_numbers_have_one_meaning() throws Exception {
        byte[] payload = chain.payload().encode();
        byte[] id = TestChain.MODULE.getBytes();
        for (int i = 0; i < payload.length; i++) {
            if (Arrays.equals(payload, i, Math.min(payload.length, i + id.length), id, 0, id.length)) {
                payload[i] = (byte) 0xff;
            }
        }
        assertRefused(check(chain.sign(payload)), Rule.CBOR, "UTF-8");
        CborWriter twice = new CborWriter().map(4).unsigned(0).bytes(new byte[48]).raw(bytes(0x18, 0)).bytes(new byte[48])
                .unsigned(1).bytes(new byte[48]).unsigned(2).bytes(new byte[48]);
        assertRefused(check(chain.sign(chain.payload().set("pcrs", twice).encode())), Rule.CBOR, "twice");
        assertRefused(check(chain.sign(chain.payload().set("later", (byte) 0xc0, (byte) 0).encode())), Rule.CBOR, "a tag");
        assertRefused(check(chain.sign(chain.payload().set("later", (byte) 0xf9, (byte) 0, (byte) 0).encode())), Rule.CBOR, "a float");
        assertRefused(check(chain.sign(chain.payload().set("timestamp", (byte) 0xf9, (byte) 0x3c, (byte) 0).encode())), Rule.CBOR, "a float");
    }

    @Test
    void empty_optional_fields_are_values() throws Exception {
        Genuine genuine = (Genuine) check(chain.sign(chain.payload().set("public_key", (byte) 0x40)
                .set("user_data", (byte) 0xf6).encode()));
        assertThat(genuine.document().publicKey()).hasValueSatisfying(key -> assertThat(key).isEmpty());
        assertThat(genuine.document().userData()).isEmpty();
        assertThat(genuine.document().bindsPublicKey(new byte[0])).isTrue();
        assertThat(genuine.document().bindsPublicKey(new byte[1])).isFalse();
        assertThat(genuine.document().bindsUserData(new byte[0])).isFalse();
    }

    static Stream<Arguments> chains() throws Exception {
        byte[] endless = TestChain.ca();
        byte[] explicitFalse = {0x30, 3, 1, 1, 0};
        byte[] leafWithPath = {0x30, 3, 2, 1, 0};
        return Stream.of(
                broken(Rule.CONSTRAINTS, 4, "the leaf is an authority", s -> s.constraints = endless),
                broken(Rule.CERTIFICATE, 4, "not strict DER", s -> s.constraints = explicitFalse),
                broken(Rule.CONSTRAINTS, 4, "limits one", s -> s.constraints = leafWithPath),
                broken(Rule.CONSTRAINTS, 4, "leaf may not sign", s -> s.usage = KeyUsage.nonRepudiation),
                broken(Rule.CONSTRAINTS, 4, "leaf may not sign", s -> s.usage = null),
                broken(Rule.CONSTRAINTS, 3, "may not sign certificates", s -> s.usage = null),
                broken(Rule.CONSTRAINTS, 2, "may not sign certificates", s -> s.usage = KeyUsage.cRLSign),
                broken(Rule.CONSTRAINTS, 0, "the root may not sign", s -> s.usage = KeyUsage.cRLSign),
                broken(Rule.CONSTRAINTS, 1, "no authority", s -> s.constraints = new byte[] {0x30, 0}),
                broken(Rule.CONSTRAINTS, 1, "no authority", s -> s.constraints = null),
                broken(Rule.CONSTRAINTS, 1, "no authority", s -> s.constraintsCritical = false),
                broken(Rule.CONSTRAINTS, 1, "allows 0 authorities below it; there are 2", s -> s.constraints = path(0)),
                broken(Rule.CONSTRAINTS, 0, "allows 2 authorities below it; there are 3", s -> s.constraints = path(2)),
                broken(Rule.CERTIFICATE, 4, "no P-384 key", s -> s.curve = "secp256r1"),
                broken(Rule.CERTIFICATE, 2, "no P-384 key", s -> s.curve = "secp521r1"),
                broken(Rule.CERTIFICATE, 4, "ecdsa-with-SHA384", s -> s.algorithm = "SHA256withECDSA"),
                broken(Rule.CERTIFICATE, 0, "ecdsa-with-SHA384", s -> s.algorithm = "SHA512withECDSA"),
                broken(Rule.CERTIFICATE, 3, "unknown critical", s -> s.unknownCritical = true),
                broken(Rule.CERTIFICATE, 4, "unknown critical", s -> s.unknownCritical = true),
                broken(Rule.CERTIFICATE, 2, "another issuer", s -> s.issuer = "CN=somebody"),
                broken(Rule.CERTIFICATE, 0, "expired", s -> s.to = NOW.minusSeconds(1)),
                broken(Rule.CERTIFICATE, 1, "not valid before", s -> s.from = NOW.plusSeconds(1)),
                // What only nearly is DER, or says one thing to one reader and another to the next.
                broken(Rule.CERTIFICATE, 4, "one strict DER element", s -> s.whole = c -> concat(c, new byte[1])),
                broken(Rule.CERTIFICATE, 4, "one strict DER element", s -> s.signed = changed("300f0603551d0f0101ff040403020780", "300f0603551d0f010101040403020780", "0b0603551d0f040403020780", "0b0603551d8f040403020780")),
                broken(Rule.CERTIFICATE, 3, "one strict DER element", s -> s.signed = changed("5a", "5b")),
                broken(Rule.CERTIFICATE, 2, "an extension twice", s -> s.signed = TestChain::extensionsTwice),
                broken(Rule.CERTIFICATE, 2, "ends in zero bits", s -> s.signed = changed("03020204", "03020004")),
                broken(Rule.CERTIFICATE, 4, "not X.509 version 3", s -> s.signed = changed("a003020102", "a003020101")),
                broken(Rule.CERTIFICATE, 4, "not a certificate", s -> s.signed = changed("a00302010202", "a00302010204")),
                broken(Rule.CERTIFICATE, 4, "ecdsa-with-SHA384", s -> s.signed = changed("2a8648ce3d040303", "2a8648ce3d040302")),
                broken(Rule.CERTIFICATE, 4, "ecdsa-with-SHA384", s -> s.whole = changedLast("2a8648ce3d040303", "2a8648ce3d040302")),
                broken(Rule.CERTIFICATE, 4, "no P-384 key", s -> s.signed = changed("2b81040022", "2b81040023")),
                broken(Rule.CERTIFICATE, 4, "no P-384 key", s -> s.signed = changed("03620004", "03620006")),
                broken(Rule.LEAF_NAME, 4, "module_id.region.aws", s -> s.subject = "CN=i-0-enc0.eu-test-1.aws"),
                broken(Rule.LEAF_NAME, 4, "module_id.region.aws", s -> s.subject = "CN=" + TestChain.MODULE + ".aws"),
                broken(Rule.LEAF_NAME, 4, "module_id.region.aws", s -> s.subject = "CN=" + TestChain.MODULE + ".eu-test-1.aws.example"),
                broken(Rule.LEAF_NAME, 4, "module_id.region.aws", s -> s.subject = "CN=" + TestChain.MODULE + "..aws"),
                broken(Rule.LEAF_NAME, 4, "holds no region", s -> s.subject = "CN=" + TestChain.MODULE + ".EU.aws"),
                broken(Rule.LEAF_NAME, 4, "0 common names", s -> s.subject = "O=" + TestChain.MODULE + ".eu-test-1.aws"),
                broken(Rule.LEAF_NAME, 4, "subject that is not a name",
                        s -> s.signed = changed(COMMON_NAME_UTF8, COMMON_NAME_UTF8.replace("06035504030c", "060355040316"))),
                broken(Rule.LEAF_NAME, 4, "2 common names", s -> s.subject = "CN=a,CN=" + TestChain.MODULE + ".eu-test-1.aws"),
                broken(Rule.LEAF_NAME, 4, "leaf's region eu-test-2", s -> s.subject = "CN=" + TestChain.MODULE + ".eu-test-2.aws"),
                broken(Rule.LEAF_NAME, 3, "leaf's region", s -> s.subject = "CN=i-0123456789abcdef0.us-1.aws.nitro-enclaves"));
    }

    /** The first place where these bytes stand, with others of the same length; given in pairs, of which one must be there. */
    static UnaryOperator<byte[]> changed(String... pairs) {
        return certificate -> {
            String hex = HexFormat.of().formatHex(certificate);
            for (int i = 0; i < pairs.length; i += 2) {
                if (hex.contains(pairs[i])) {
                    return HexFormat.of().parseHex(hex.replaceFirst(pairs[i], pairs[i + 1]));
                }
            }
            throw new IllegalArgumentException("nothing to change in " + hex);
        };
    }

    private static UnaryOperator<byte[]> changedLast(String from, String to) {
        return certificate -> {
            String hex = HexFormat.of().formatHex(certificate);
            int last = hex.lastIndexOf(from);
            return HexFormat.of().parseHex(hex.substring(0, last) + to + hex.substring(last + from.length()));
        };
    }

    private static byte[] path(int length) {
        return new byte[] {0x30, 6, 1, 1, -1, 2, 1, (byte) length};
    }

    private static Arguments broken(Rule rule, int certificate, String message, Consumer<Spec> change) {
        return Arguments.of(rule, certificate, message, change);
    }

    @Test
    void the_leafs_name_may_be_a_printable_string() throws Exception {
        chain = new TestChain().with(4, s -> s.signed = changed(COMMON_NAME_UTF8, COMMON_NAME_UTF8.replace("06035504030c", "060355040313")))
                .issue();
        assertThat(check(chain.document())).isInstanceOf(Genuine.class);
    }

    @ParameterizedTest(name = "{0}, certificate {1}: {2}")
    @MethodSource("chains")
    void each_certificate_has_to_be_what_its_place_demands(Rule rule, int certificate, String message,
            Consumer<Spec> change) throws Exception {
        chain = new TestChain().with(certificate, change).issue();
        assertRefused(check(chain.document()), rule, message);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void every_window_is_closed_one_second_outside_of_it(int certificate) throws Exception {
        Instant from = NOW.minusSeconds(60);
        Instant to = NOW.plusSeconds(60);
        chain = new TestChain().with(certificate, s -> {
            s.from = from;
            s.to = to;
        }).issue();
        byte[] document = chain.document();
        assertThat(check(document, from)).isInstanceOf(Genuine.class);
        assertThat(check(document, to)).isInstanceOf(Genuine.class);
        assertRefused(check(document, from.minusSeconds(1)), Rule.CERTIFICATE, "not valid before");
        assertRefused(check(document, to.plusSeconds(1)), Rule.CERTIFICATE, "expired");
    }

    @Test
    void a_bundle_that_is_reordered_short_or_foreign_is_refused() throws Exception {
        assertRefused(check(chain.sign(bundled(0, 2, 1, 3).encode())), Rule.CERTIFICATE, "another issuer");
        assertRefused(check(chain.sign(bundled(0, 1, 3).encode())), Rule.CERTIFICATE, "another issuer");
        assertRefused(check(chain.sign(bundled(0).encode())), Rule.CERTIFICATE, "another issuer");
        assertRefused(check(chain.sign(bundled(1, 2, 3).encode())), Rule.ROOT, "not among");
        TestChain other = new TestChain().issue();
        assertRefused(check(chain.sign(chain.payload()
                        .set("certificate", new CborWriter().bytes(other.certificate(4))).encode())),
                Rule.CERTIFICATE, "not signed by the certificate before it");
    }

    @Test
    void certificates_are_strict_der() throws Exception {
        byte[] leaf = chain.certificate(4);
        assertRefused(check(withLeaf(concat(leaf, new byte[1]))), Rule.CERTIFICATE, "strict");
        assertRefused(check(withLeaf(bytes(0x30, 0x00))), Rule.CERTIFICATE, "not a certificate");
        assertRefused(check(withLeaf("-----BEGIN CERTIFICATE-----".getBytes())), Rule.CERTIFICATE, "strict");
    }

    @Test
    void r_and_s_lie_within_the_order() {
        BigInteger n = P384.PARAMETERS.getOrder();
        for (BigInteger bad : List.of(BigInteger.ZERO, n, n.add(BigInteger.ONE))) {
            assertRefused(check(resign(bad, s(good))), Rule.SIGNATURE, "1..n-1");
            assertRefused(check(resign(r(good), bad)), Rule.SIGNATURE, "1..n-1");
        }
        assertRefused(check(resign(BigInteger.ONE, BigInteger.ONE)), Rule.SIGNATURE, "not the leaf's");
    }

    /** Signatures are malleable by design: the twin is valid, so signature bytes must never identify anything. */
    @Test
    void the_twin_with_the_other_s_is_accepted() {
        assertThat(check(resign(r(good), P384.PARAMETERS.getOrder().subtract(s(good))))).isInstanceOf(Genuine.class);
    }

    @Test
    void live_evidence_is_fresh_in_both_directions() throws Exception {
        assertThat(check(good, NOW.plus(Duration.ofMinutes(5)))).isInstanceOf(Genuine.class);
        assertThat(check(good, NOW.minus(Duration.ofMinutes(5)))).isInstanceOf(Genuine.class);
        assertRefused(check(good, NOW.plus(Duration.ofMinutes(5)).plusMillis(1)), Rule.TIME, "more than PT5M");
        assertRefused(check(good, NOW.minus(Duration.ofMinutes(5)).minusMillis(1)), Rule.TIME, "more than PT5M");
        assertThatIllegalArgumentException().isThrownBy(() -> Evidence.check(good, List.of(), Optional.empty(), NOW,
                Duration.ofSeconds(-1), false));
    }

    @Test
    void the_timestamp_lies_within_the_leafs_life() throws Exception {
        chain = new TestChain().with(4, s -> s.from = NOW).issue();
        byte[] early = chain.sign(chain.payload()
                .set("timestamp", new CborWriter().unsigned(NOW.minusMillis(1).toEpochMilli())).encode());
        assertRefused(check(early), Rule.TIME, "outside of the leaf's validity");
    }

    /** Signed before the leaf ended, as it claims after it. */
    @Test
    void a_timestamp_behind_the_leafs_end_is_refused() throws Exception {
        chain = new TestChain().with(4, s -> s.to = NOW).issue();
        byte[] late = chain.sign(chain.payload().set("timestamp", new CborWriter().unsigned(NOW.plusMillis(1).toEpochMilli())).encode());
        assertRefused(check(late), Rule.TIME, "outside of the leaf's validity");
    }

    @Test
    void archived_evidence_is_checked_at_its_own_time() throws Exception {
        Genuine genuine = (Genuine) Evidence.checkArchived(good, List.of(chain.root()), Optional.empty(), false);
        assertThat(genuine.archived()).isTrue();
        assertThat(genuine.checkedAt()).isEqualTo(NOW);
    }

    @Test
    void the_nonce_is_the_one_that_was_sent() throws Exception {
        List<TrustRoot> roots = List.of(chain.root());
        for (byte[] wrong : List.of(new byte[0], new byte[] {1, 2}, new byte[] {1, 2, 4}, new byte[] {1, 2, 3, 4})) {
            assertRefused(Evidence.check(good, roots, Optional.of(wrong), NOW, Duration.ZERO, false), Rule.NONCE, "another");
        }
        byte[] without = chain.sign(chain.payload().without("nonce").encode());
        assertRefused(check(without), Rule.NONCE, "has none");
        assertThat(Evidence.check(without, roots, Optional.empty(), NOW, Duration.ZERO, false)).isInstanceOf(Genuine.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void one_zero_register_is_debug_mode(int zero) throws Exception {
        CborWriter pcrs = new CborWriter().map(4);
        for (int i = 0; i < 4; i++) {
            byte[] value = new byte[48];
            value[47] = (byte) (i == zero ? 0 : 1);
            pcrs.unsigned(i).bytes(value);
        }
        byte[] debug = chain.sign(chain.payload().set("pcrs", pcrs).encode());
        assertRefused(check(debug), Rule.DEBUG, "debug mode");
        Genuine genuine = (Genuine) Evidence.check(debug, List.of(chain.root()), Optional.empty(), NOW, Duration.ZERO, true);
        assertThat(genuine.debug()).isTrue();
        assertThat(genuine.document().instanceMeasured()).isFalse();
    }

    @Test
    void a_refusal_says_rule_finding_and_demand() {
        assertThat(check(new byte[0])).hasToString("rule 1 (malformed): nothing was received; demanded is one COSE_Sign1 of "
                + "at most 16 KiB, untagged or with tag 18");
    }

    private Payload bundled(int... certificates) throws Exception {
        CborWriter bundle = new CborWriter().array(certificates.length);
        for (int i : certificates) {
            bundle.bytes(chain.certificate(i));
        }
        return chain.payload().set("cabundle", bundle);
    }

    private byte[] withLeaf(byte[] leaf) throws Exception {
        return chain.sign(chain.payload().set("certificate", new CborWriter().bytes(leaf)).encode());
    }

    private static CborWriter pcrs(int size, int... indexes) {
        CborWriter pcrs = new CborWriter().map(indexes.length);
        for (int index : indexes) {
            pcrs.unsigned(index).bytes(new byte[size]);
        }
        return pcrs;
    }

    private static CborWriter bundle(int size) {
        CborWriter bundle = new CborWriter().array(size);
        for (int i = 0; i < size; i++) {
            bundle.bytes(new byte[1]);
        }
        return bundle;
    }

    private byte[] resign(BigInteger r, BigInteger s) {
        byte[] document = good.clone();
        System.arraycopy(fixed(r), 0, document, document.length - 96, 48);
        System.arraycopy(fixed(s), 0, document, document.length - 48, 48);
        return document;
    }

    private static byte[] fixed(BigInteger value) {
        byte[] bytes = value.toByteArray();
        byte[] fixed = new byte[48];
        int from = Math.max(0, bytes.length - 48);
        System.arraycopy(bytes, from, fixed, 48 - (bytes.length - from), bytes.length - from);
        return fixed;
    }

    private static BigInteger r(byte[] document) {
        return new BigInteger(1, Arrays.copyOfRange(document, document.length - 96, document.length - 48));
    }

    private static BigInteger s(byte[] document) {
        return new BigInteger(1, Arrays.copyOfRange(document, document.length - 48, document.length));
    }

    static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    static byte[] concat(byte[]... parts) {
        CborWriter out = new CborWriter();
        for (byte[] part : parts) {
            out.raw(part);
        }
        return out.toBytes();
    }
}
