package co.caution.attestation;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** A payload is read within its limits, or refused by one of the rules that are about reading. */
class DocumentFuzzTest {

    @FuzzTest
    void payloads_are_read_or_refused(byte[] input) {
        try {
            AttestationDocument document = DocumentReader.read(input);
            assertThat(document.pcrs().size()).isBetween(3, 32);
            assertThat(document.pcrs().values()).allMatch(value -> value.matches("[0-9a-f]{96}"));
            assertThat(document.cabundle().size()).isBetween(1, 8);
            assertThat(document.timestamp()).isNotNull();
            assertThat(document.instanceId()).startsWith("i-");
            document.nonce().ifPresent(nonce -> assertThat(nonce.length).isLessThanOrEqualTo(512));
        } catch (RefusedException e) {
            assertThat(e.rule().number()).isIn(2, 5);
        }
    }
}
