package co.caution.app;

import co.caution.attestation.Comparison;
import co.caution.attestation.Ecdsa;
import co.caution.attestation.Evidence;
import co.caution.attestation.EvidenceVerifier;
import co.caution.attestation.ExpectedPcrs;
import co.caution.hosting.Enclave;
import co.caution.hosting.EnclaveHost;
import co.caution.hosting.EnclaveHttp;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Asks a new enclave for evidence, as any stranger would, and compares it with the release that was built. */
@Component
class ReleaseAttestation {

    private static final int NONCE_BYTES = 32;
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(100);
    private static final Duration WINDOW = Duration.ofMinutes(5);

    /** Four per enclave, and those of a region and its zones are shared. */
    private static final int REMEMBERED_CERTIFICATES = 1024;

    private final EvidenceVerifier verifier = new EvidenceVerifier(Ecdsa.fastest(), REMEMBERED_CERTIFICATES);
    private final EnclaveHost host;
    private final JsonMapper json;
    private final Clock clock;
    private final SecureRandom random;
    private final AppMeters meters;

    ReleaseAttestation(EnclaveHost host, JsonMapper json, Clock clock, SecureRandom random, AppMeters meters) {
        this.host = host;
        this.json = json;
        this.clock = clock;
        this.random = random;
        this.meters = meters;
    }

    /** @throws DeploymentException when the enclave is not, beyond doubt, this release */
    void check(Release release, Enclave enclave) throws DeploymentException, InterruptedException {
        try {
            require(release, enclave);
            meters.attestationCheck(true);
        } catch (DeploymentException e) {
            meters.attestationCheck(false);
            throw e;
        }
    }

    private void require(Release release, Enclave enclave) throws DeploymentException, InterruptedException {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        byte[] document = document(enclave, nonce);
        switch (verifier.check(document, List.of(host.trustRoot()), Optional.of(nonce), clock.instant(), WINDOW, false)) {
            case Evidence.Refused refused ->
                throw new DeploymentException("the enclave's evidence was refused: " + refused);
            case Evidence.Genuine genuine -> {
                if (genuine.compare(ExpectedPcrs.of(release.measurements())) instanceof Comparison.Differs differs) {
                    throw new DeploymentException("the enclave is not the release that was built: " + differs.differences());
                }
            }
        }
    }

    /** The heartbeat comes before the endpoint listens, so the first tries may find nobody there. */
    private byte[] document(Enclave enclave, byte[] nonce) throws DeploymentException, InterruptedException {
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        while (true) {
            try {
                return document(EnclaveHttp.challenge(enclave, nonce, TIMEOUT));
            } catch (IOException e) {
                EnclaveLauncher.failWhenEnded(enclave, BETWEEN_TRIES);
                if (System.nanoTime() > deadline) {
                    throw new DeploymentException("the enclave gave no evidence: " + e.getMessage());
                }
            }
        }
    }

    private byte[] document(EnclaveHttp.Response answer) throws DeploymentException {
        try {
            var body = json.readTree(answer.body());
            if (answer.status() != 200) {
                throw new DeploymentException("the enclave gave no evidence: HTTP " + answer.status() + " " + body.path("errors"));
            }
            return Base64.getDecoder().decode(body.path("document").asString(""));
        } catch (JacksonException | IllegalArgumentException e) {
            throw new DeploymentException("what the enclave answered is not evidence: " + e.getMessage());
        }
    }
}
