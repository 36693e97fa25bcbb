package co.caution.attestation;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** No input is evidence under a root whose keys nobody here has, and each is refused with a rule, on one line. */
class EvidenceFuzzTest {

    private static final EvidenceVerifier FAST = new EvidenceVerifier(Ecdsa.fastest(), 16);
    private static final List<TrustRoot> AWS = List.of(TrustRoot.awsCommercial());
    /** So that the mutations of a seed get past rule 6. */
    private static final List<TrustRoot> SEED =
            List.of(new TrustRoot("the seeds' root", "7405bc7d01dc05b79cd62c2b37d61a17a5eded6456a5d0453acd10bd24fe48b7"));

    @FuzzTest
    void nothing_is_evidence(byte[] input) {
        for (Evidence evidence : List.of(FAST.checkArchived(input, AWS, Optional.empty(), true),
                FAST.check(input, SEED, Optional.of(new byte[32]), Instant.EPOCH, Duration.ofDays(99_999), true),
                FAST.checkArchived(input, SEED, Optional.of(new byte[] {9}), true))) {
            assertThat(evidence).isInstanceOfSatisfying(Evidence.Refused.class,
                    refused -> assertThat(refused.toString()).hasLineCount(1));
        }
        try {
            Inspection.of(input, AWS).items().forEach(item -> assertThat(item.signed()).isFalse());
        } catch (InvalidDocumentException e) {
            assertThat(e.rule().number()).isLessThanOrEqualTo(5);
        }
    }
}
