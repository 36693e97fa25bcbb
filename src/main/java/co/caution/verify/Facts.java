package co.caution.verify;

import co.caution.attestation.Evidence.Genuine;
import co.caution.enclaveos.EnclaveOsLock;
import co.caution.project.Manifest;
import java.time.Instant;
import java.util.Optional;

/**
 * What a policy looks at: of evidence that is genuine, and whose measurements are the expected ones.
 *
 * @param manifest as the enclave bound it
 * @param signature of the commit that was rebuilt; empty where none was
 * @param enclaveOs the lock among those that the one who asks knows whose PCR1 this is
 * @param channelKey SHA-256 of the SPKI of the application's bound channel, lower-case hex
 * @param now by the clock of the one who asks
 */
public record Facts(
        Genuine evidence,
        Optional<Manifest> manifest,
        Optional<CommitSignature> signature,
        Optional<EnclaveOsLock> enclaveOs,
        Optional<String> channelKey,
        Instant now) {}
