package co.caution.attestation;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.eif.Measurements;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.security.SecureRandom;
import java.time.Instant;

/** The module answers whatever it is asked, within the driver's buffer, and what is read is written again as it was. */
class NsmFuzzTest {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Instant NOW = Instant.parse("2026-05-04T12:00:00Z");
    private static final LocalRoot ROOT = LocalRoot.inMemory(NOW, RANDOM);
    private static final Measurements MEASURED = new Measurements("a".repeat(96), "b".repeat(96), "c".repeat(96));

    @FuzzTest
    void every_request_has_an_answer(byte[] input) throws Exception {
        SoftwareNsm nsm = new SoftwareNsm(ROOT, MEASURED, "i-0-enc0", () -> NOW, RANDOM);
        byte[] answer = nsm.handle(input);
        assertThat(answer.length).isLessThanOrEqualTo(NsmResponse.MAX_SIZE);
        assertThat(NsmResponse.decode(answer).encode()).isEqualTo(answer);
        try {
            NsmRequest request = NsmRequest.decode(input);
            assertThat(NsmRequest.decode(request.encode()).encode()).isEqualTo(request.encode());
        } catch (InvalidCborException e) {
            assertThat(NsmResponse.decode(answer)).isInstanceOf(NsmResponse.Failed.class);
        }
        try {
            NsmResponse response = NsmResponse.decode(input);
            assertThat(NsmResponse.decode(response.encode()).encode()).isEqualTo(response.encode());
        } catch (InvalidCborException e) {
            assertThat(e).hasMessageContaining("CBOR");
        }
    }
}
