package co.caution.verify;

import co.caution.attestation.Evidence;
import co.caution.attestation.Evidence.Genuine;
import co.caution.attestation.ExpectedPcrs;
import co.caution.build.BuildException;
import co.caution.build.BuiltImage;
import co.caution.build.Pipeline;
import co.caution.project.Manifest;
import co.caution.verify.EvidenceFetcher.UnreachableException;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * Finds out what runs behind a URL. The order never changes: fresh challenge, evidence, signature and everything around
 * it, and only then a rebuild and the comparison.
 */
public final class Verification {

    private static final int NONCE_BYTES = 32;

    private final Clock clock;
    private final SecureRandom random;
    private final SSLContext tls;
    private final Progress progress;

    /** @param tls for attestation URLs that are https */
    public Verification(Clock clock, SecureRandom random, SSLContext tls, Progress progress) {
        this.clock = clock;
        this.random = random;
        this.tls = tls;
        this.progress = progress;
    }

    public Verdict run(Request request) throws InterruptedException {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        progress.requesting(nonce);
        Answer answer;
        try {
            answer = Answer.parse(EvidenceFetcher.fetch(request.url(), nonce, tls));
        } catch (UnreachableException e) {
            return new Verdict.Unreachable(e.getMessage());
        } catch (IllegalArgumentException e) {
            return new Verdict.EvidenceInvalid("answer", "what " + request.url() + " sent is not evidence: " + e.getMessage());
        }
        // Debug mode is a matter of policy (exit 5), not of evidence that is none (exit 3): it is looked at below.
        return switch (Evidence.check(answer.document(), request.roots(), Optional.of(nonce), clock.instant(),
                request.maxAge(), true)) {
            case Evidence.Refused refused -> new Verdict.EvidenceInvalid(refused.rule().name(), refused.toString());
            case Genuine genuine -> workload(request, answer, genuine, nonce);
        };
    }

    private Verdict workload(Request request, Answer answer, Genuine genuine, byte[] nonce) throws InterruptedException {
        progress.genuine(genuine, nonce);
        if (genuine.debug() && !request.allowDebug()) {
            return Workload.debug(genuine);
        }
        Optional<Manifest> manifest = Bindings.manifest(genuine.document(), answer);
        progress.manifest(manifest, answer.hints());
        if (request.expected().isPresent()) {
            progress.comparing();
            return Workload.compare(genuine, request.expected().get(), request.simulatedAccepted());
        }
        if (request.source().isEmpty()) {
            return new Verdict.WorkloadNotChecked(genuine);
        }
        Reproduction source = request.source().get();
        if (manifest.isPresent() && !manifest.get().tree().equals(source.tree().name())) {
            return new Verdict.PolicyNotMet(genuine, otherSource(source, manifest.get(), answer));
        }
        if (manifest.isPresent() && manifest.get().pipeline() != Pipeline.VERSION) {
            return new Verdict.NotReproduced(genuine, "The enclave says that pipeline " + manifest.get().pipeline()
                    + " built it; this CLI has pipeline " + Pipeline.VERSION + ". Verify with a CLI of that pipeline.");
        }
        try {
            progress.reproducing(source);
            BuiltImage image = source.builder().build();
            progress.reproduced(image);
            progress.comparing();
            return Workload.compare(genuine, ExpectedPcrs.of(image.measurements()), request.simulatedAccepted());
        } catch (BuildException | IOException | RuntimeException e) {
            return new Verdict.NotReproduced(genuine, "The source could not be rebuilt here: " + e.getMessage());
        }
    }

    private static String otherSource(Reproduction source, Manifest manifest, Answer answer) {
        String commit = answer.hints().path("commit").asString("");
        return "The enclave claims another source than the one you asked about: its tree is " + manifest.tree()
                + (commit.isEmpty() ? "" : " (commit " + commit + ", unverified)") + "; commit " + source.commit().name()
                + " has tree " + source.tree().name() + ". If you trust the other one, review it and name it: --commit COMMIT";
    }
}
