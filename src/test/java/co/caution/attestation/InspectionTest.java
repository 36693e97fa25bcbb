package co.caution.attestation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.groups.Tuple.tuple;

import co.caution.attestation.Evidence.Genuine;
import co.caution.attestation.Evidence.Refused;
import co.caution.attestation.Inspection.Item;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is called signed, and what never is. */
class InspectionTest {

    private TestChain chain;
    private Payload payload;

    @BeforeEach
    void a_good_chain() throws Exception {
        chain = new TestChain().issue();
        payload = chain.payload();
    }

    private static String value(Inspection inspection, String section, String name) {
        return inspection.items().stream().filter(item -> item.section().equals(section) && item.name().equals(name))
                .map(Item::value).findFirst().orElseThrow();
    }

    private Inspection inspect(byte[] document) throws InvalidDocumentException {
        return Inspection.of(document, List.of(chain.root()));
    }

    @Test
    void what_the_signature_covers_is_signed_and_what_lies_around_it_is_not() throws Exception {
        Inspection inspection = inspect(chain.sign(payload.set("user_data", new CborWriter().bytes("caf\u00e9".getBytes("UTF-8")))
                .set("public_key", new CborWriter().bytes(new byte[] {1})).set("later", (byte) 0xf6).encode()));
        assertThat(inspection.evidence()).isInstanceOf(Genuine.class);
        assertThat(inspection.items()).filteredOn(item -> !item.signed()).extracting(Item::section, Item::name)
                .containsExactly(tuple("envelope", "size"),
                        tuple("envelope", "tag"),
                        tuple("envelope", "unprotected header"),
                        tuple("envelope", "signature"));
        assertThat(value(inspection, "envelope", "tag")).isEqualTo("none");
        assertThat(value(inspection, "envelope", "protected header")).isEqualTo("{1: -35} (ES384)");
        assertThat(value(inspection, "envelope", "signature")).hasSize(192);
        assertThat(value(inspection, "payload", "module_id")).isEqualTo(TestChain.MODULE);
        assertThat(value(inspection, "payload", "digest")).isEqualTo("SHA384");
        assertThat(value(inspection, "payload", "timestamp")).isEqualTo("2026-05-04T12:00:00Z (1777896000000)");
        assertThat(value(inspection, "payload", "PCR15")).startsWith("10").hasSize(96);
        assertThat(value(inspection, "payload", "debug mode")).isEqualTo("no");
        assertThat(value(inspection, "payload", "instance")).isEqualTo("i-0123456789abcdef0 (PCR4 does not measure it)");
        assertThat(value(inspection, "payload", "user_data")).isEqualTo("5 bytes: 636166c3a9 (\"caf\u00e9\")");
        assertThat(value(inspection, "payload", "public_key")).isEqualTo("1 bytes: 01");
        assertThat(value(inspection, "payload", "nonce")).isEqualTo("3 bytes: 010203");
        assertThat(value(inspection, "payload", "unknown key")).isEqualTo("later");
        assertThat(value(inspection, "cabundle[0]", "subject")).isEqualTo("CN=test root");
        assertThat(value(inspection, "cabundle[1]", "issuer")).isEqualTo("CN=test root");
        assertThat(value(inspection, "cabundle[1]", "serial")).isEqualTo("02");
        assertThat(value(inspection, "cabundle[0]", "size")).isEqualTo(chain.certificate(0).length + " bytes");
        assertThat(value(inspection, "certificate", "sha256")).isEqualTo(TrustRoot.fingerprint(chain.certificate(4)));
        assertThat(value(inspection, "certificate", "valid")).isEqualTo("2026-05-04T11:00:00Z to 2026-05-04T14:00:00Z");
    }

    @Test
    void empty_and_absent_are_told_apart() throws Exception {
        Inspection inspection = inspect(chain.sign(payload.set("user_data", (byte) 0x40).set("public_key", (byte) 0xf6)
                .set("nonce", new CborWriter().bytes(new byte[] {(byte) 0xff})).encode()));
        assertThat(value(inspection, "payload", "user_data")).isEqualTo("0 bytes");
        assertThat(value(inspection, "payload", "public_key")).isEqualTo("null");
        assertThat(value(inspection, "payload", "nonce")).isEqualTo("1 bytes: ff");
    }

    @Test
    void nothing_is_signed_where_any_rule_is_broken() throws Exception {
        byte[] document = chain.document();
        document[document.length - 1] ^= 1;
        Inspection inspection = inspect(document);
        assertThat(inspection.evidence()).isInstanceOf(Refused.class);
        assertThat(inspection.items()).isNotEmpty().noneMatch(Item::signed);
        assertThat(Inspection.of(chain.document(), List.of(TrustRoot.awsCommercial())).items()).noneMatch(Item::signed);
    }

    @Test
    void tag_debug_mode_and_instance_are_shown_as_they_are() throws Exception {
        CborWriter pcrs = new CborWriter().map(4).unsigned(0).bytes(new byte[48]).unsigned(1).bytes(new byte[48]).unsigned(2).bytes(new byte[48])
                .unsigned(4).bytes(HexFormat.of().parseHex(AttestationDocument.instancePcr("i-0123456789abcdef0")));
        byte[] document = chain.sign(payload.set("pcrs", pcrs).encode());
        Inspection inspection = inspect(EvidenceTest.concat(new byte[] {(byte) 0xd2}, document));
        assertThat(value(inspection, "envelope", "tag")).isEqualTo("18 (COSE_Sign1)");
        assertThat(value(inspection, "envelope", "size")).isEqualTo(document.length + 1 + " bytes");
        assertThat(value(inspection, "payload", "debug mode")).isEqualTo("yes: PCR0, 1 or 2 is zero");
        assertThat(value(inspection, "payload", "instance")).isEqualTo("i-0123456789abcdef0 (PCR4 measures it)");
        assertThat(inspection.items()).filteredOn(item -> item.section().equals("payload")).allMatch(Item::signed);
    }

    @Test
    void a_certificate_that_cannot_be_read_is_said_to_be_so() throws Exception {
        Inspection inspection = inspect(chain.sign(payload.set("certificate", new CborWriter().bytes(new byte[] {0x30, 0})).encode()));
        assertThat(value(inspection, "certificate", "content")).startsWith("not shown: certificate is not a certificate");
    }

    @Test
    void what_cannot_be_read_has_nothing_to_show() {
        assertThatExceptionOfType(InvalidDocumentException.class).isThrownBy(() -> inspect(new byte[] {1}))
                .satisfies(e -> assertThat(e.rule()).isEqualTo(Rule.ENVELOPE));
    }
}
