package co.caution.attestation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import co.caution.attestation.TestChain.Spec;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reading one certificate: what the JDK reads in it, and nothing that is not there. */
class ChainCertificateTest {

    private static ChainCertificate read(int place, Consumer<Spec> change) throws Exception {
        return ChainCertificate.parse("it", new TestChain().with(place, change).issue().certificate(place));
    }

    private static void assertRefused(Consumer<Spec> change, String message) {
        assertThatExceptionOfType(RefusedException.class).isThrownBy(() -> read(2, change))
                .withMessageContaining(message).satisfies(e -> assertThat(e.rule()).isEqualTo(Rule.CERTIFICATE));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void it_reads_what_the_jdk_reads(int place) throws Exception {
        byte[] der = LocalRootTest.chain().get(place);
        ChainCertificate ours = ChainCertificate.parse("it", der);
        X509Certificate theirs =
                (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        assertThat(ours.subject()).isEqualTo(theirs.getSubjectX500Principal().getName());
        assertThat(ours.issuer()).isEqualTo(theirs.getIssuerX500Principal().getName());
        assertThat(ours.serial()).isEqualTo(HexFormat.of().formatHex(theirs.getSerialNumber().toByteArray()));
        assertThat(ours.notBefore()).isEqualTo(theirs.getNotBefore().toInstant());
        assertThat(ours.notAfter()).isEqualTo(theirs.getNotAfter().toInstant());
        assertThat(ours.spki()).isEqualTo(theirs.getPublicKey().getEncoded());
        assertThat(ours.der()).isEqualTo(der);
        assertThat(ours.name()).isEqualTo("it");
    }

    @Test
    void a_certificate_without_extensions_is_neither_authority_nor_signer() throws Exception {
        ChainCertificate bare = read(2, spec -> {
            spec.constraints = null;
            spec.usage = null;
        });
        assertThatExceptionOfType(RefusedException.class).isThrownBy(() -> bare.requireAuthority(0)).withMessageContaining("no authority");
        assertThatExceptionOfType(RefusedException.class).isThrownBy(bare::requireLeaf).withMessageContaining("may not sign");
    }

    @Test
    void a_path_length_counts_the_authorities_below() throws Exception {
        ChainCertificate one = read(2, spec -> {});
        one.requireAuthority(0);
        one.requireAuthority(1);
        assertThatExceptionOfType(RefusedException.class).isThrownBy(() -> one.requireAuthority(2))
                .withMessageContaining("allows 1 authorities below it; there are 2");
        ChainCertificate large = read(2, spec -> spec.constraints = HexFormat.of().parseHex("300c0101ff0207" + "7fffffffffffff"));
        large.requireAuthority(Integer.MAX_VALUE);
        ChainCertificate negative = read(2, spec -> spec.constraints = HexFormat.of().parseHex("30060101ff0201ff"));
        assertThatExceptionOfType(RefusedException.class).isThrownBy(() -> negative.requireAuthority(0)).withMessageContaining("allows -1");
    }

    @Test
    void a_usage_beyond_the_first_eight_bits_is_read() throws Exception {
        ChainCertificate certificate = read(2, spec -> spec.usage = KeyUsage.keyCertSign | KeyUsage.decipherOnly);
        certificate.requireAuthority(0);
        assertRefused(spec -> {
            spec.usage = KeyUsage.keyCertSign;
            spec.signed = EvidenceTest.changed("0403020204", "0403020200");
        }, "ends in zero bits");
        assertRefused(spec -> {
            spec.usage = KeyUsage.keyCertSign;
            spec.signed = EvidenceTest.changed("0b0603551d0f040403020204", "0b0603551d0f04040402abcd");
        }, "not a certificate: tag 4");
    }

    /** Nothing behind the list of extensions in its field, and nothing behind the value of one. */
    @Test
    void extensions_have_an_end() {
        assertRefused(spec -> spec.signed = signed -> replaced(signed, 7, field ->
                new DERTaggedObject(false, 3, new DERSequence(new ASN1Encodable[] {field, DERNull.INSTANCE}))), "something more");
        assertRefused(spec -> spec.signed = signed -> replaced(signed, 7, list ->
                new DERTaggedObject(true, 3, new DERSequence(appended((ASN1Sequence) list.getObjectAt(0), DERNull.INSTANCE)))),
                "something more");
    }

    @Test
    void extensions_have_one_form() {
        // A number where an extension's critical flag may stand.
        assertRefused(spec -> spec.signed = EvidenceTest.changed("0603551d130101ff", "0603551d1302017f"), "not a certificate");
        assertRefused(spec -> spec.constraints = HexFormat.of().parseHex("30050500020100"), "not a certificate");
        assertRefused(spec -> spec.constraints = HexFormat.of().parseHex("300b0101ff020100020100" + "0500"), "something more");
        assertRefused(spec -> spec.constraints = HexFormat.of().parseHex("3080"), "extension that is not strict DER");
        assertRefused(spec -> spec.constraints = new byte[] {4, 0}, "not a certificate");
    }

    /** Version, serial, algorithm, names, dates, key, extensions: nothing between them and nothing behind. */
    @Test
    void the_signed_part_has_its_fields_and_no_others() {
        for (int field = 0; field < 7; field++) {
            int left = field;
            assertRefused(spec -> spec.signed = without(left), "");
        }
        assertRefused(spec -> spec.signed = signed -> {
            return rebuilt(signed, parts -> {
                parts.add(parts.get(parts.size() - 1));
                return parts;
            });
        }, "something more");
        assertRefused(spec -> spec.signed = signed -> replaced(signed, 4, validity -> appended(validity, validity.getObjectAt(1))),
                "something more");
        assertRefused(spec -> spec.whole = whole -> TestChain.sequence(
                Arrays.copyOfRange(whole, 4, whole.length), new byte[] {5, 0}), "something more");
    }

    @Test
    void the_signature_is_a_pair_of_numbers_in_range() {
        String n = P384.PARAMETERS.getOrder().toString(16);
        for (String bits : new String[] {"", "00", "003000", "000500", "0030060201010500", "00300902010102010102010" + "1",
            "003006020101" + "020100", "0030060201ff020101", "003080020101020101" + "0000", "00300702020001020101"}) {
            assertRefused(spec -> spec.whole = signature(bits), "");
        }
        assertRefused(spec -> spec.whole = signature("003036" + "023100" + n + "020101"), "not in 1..n-1");
        assertRefused(spec -> spec.whole = signature("01" + "300602010102017e"), "signature that is not strict DER");
    }

    @Test
    void names_are_compared_as_names() throws Exception {
        ChainCertificate upper = read(1, spec -> spec.subject = "CN=A B");
        ChainCertificate same = read(2, spec -> spec.issuer = "CN=a  b");
        same.requireIssuedBy(upper);
        ChainCertificate other = read(2, spec -> spec.issuer = "CN=a c");
        assertThatExceptionOfType(RefusedException.class).isThrownBy(() -> other.requireIssuedBy(upper)).withMessageContaining("another issuer");
    }

    @Test
    void what_is_no_name_is_nobodys_and_is_said_to_be_none() throws Exception {
        ChainCertificate upper = read(1, spec -> {});
        ChainCertificate nameless = read(2, spec -> spec.signed = signed -> replaced(signed, 3, issuer -> new DERSequence(DERNull.INSTANCE)));
        assertThat(nameless.issuer()).isEqualTo("not a name");
        assertThatExceptionOfType(RefusedException.class).isThrownBy(() -> nameless.requireIssuedBy(upper)).withMessageContaining("another issuer");
    }

    private static UnaryOperator<byte[]> signature(String bits) {
        return whole -> {
            ASN1Sequence parts = ASN1Sequence.getInstance(whole);
            try {
                byte[] content = HexFormat.of().parseHex(bits);
                return TestChain.sequence(parts.getObjectAt(0).toASN1Primitive().getEncoded(), parts.getObjectAt(1).toASN1Primitive().getEncoded(),
                        EvidenceTest.concat(new byte[] {3, (byte) content.length}, content));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }

    private static UnaryOperator<byte[]> without(int field) {
        return signed -> rebuilt(signed, parts -> {
            ASN1EncodableVector less = new ASN1EncodableVector();
            for (int i = 0; i < parts.size(); i++) {
                if (i != field) {
                    less.add(parts.get(i));
                }
            }
            return less;
        });
    }

    /** The signed part with another field in this place; the field of the extensions is given without its tag. */
    private static byte[] replaced(byte[] signed, int field, Function<ASN1Sequence, ASN1Encodable> change) {
        return rebuilt(signed, parts -> {
            ASN1EncodableVector others = new ASN1EncodableVector();
            for (int i = 0; i < parts.size(); i++) {
                ASN1Encodable part = parts.get(i) instanceof ASN1TaggedObject tagged && i == field ? tagged.getExplicitBaseObject() : parts.get(i);
                others.add(i == field ? change.apply((ASN1Sequence) part) : part);
            }
            return others;
        });
    }

    private static ASN1Encodable appended(ASN1Sequence sequence, ASN1Encodable last) {
        ASN1EncodableVector all = new ASN1EncodableVector();
        sequence.forEach(all::add);
        all.add(last);
        return new DERSequence(all);
    }

    private static byte[] rebuilt(byte[] signed, Function<ASN1EncodableVector, ASN1EncodableVector> change) {
        ASN1EncodableVector parts = new ASN1EncodableVector();
        ASN1Sequence.getInstance(signed).forEach(parts::add);
        try {
            return new DERSequence(change.apply(parts)).getEncoded();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
