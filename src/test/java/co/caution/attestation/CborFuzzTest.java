package co.caution.attestation;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Whatever comes is read or refused, and nothing else. */
class CborFuzzTest {

    @FuzzTest
    void cbor_is_read_or_refused(byte[] input) {
        try {
            CborReader.read(input);
        } catch (InvalidCborException e) {
            assertThat(e).hasMessageContaining("CBOR offset");
        }
    }
}
