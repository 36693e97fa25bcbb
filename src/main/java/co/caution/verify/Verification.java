package co.caution.verify;

import co.caution.attestation.Evidence;
import co.caution.attestation.Evidence.Genuine;
import co.caution.attestation.ExpectedPcrs;
import co.caution.build.BuildException;
import co.caution.build.BuiltImage;
import co.caution.build.Pipeline;
import co.caution.build.Text;
import co.caution.enclaveos.EnclaveOsRelease;
import co.caution.verify.Bindings.EditedException;
import co.caution.verify.CarefulHttp.UnreachableException;
import co.caution.verify.EnclaveOsSupply.UnknownLockException;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * Finds out what runs behind a URL. The order never changes: fresh challenge, evidence, signature and everything around
 * it, and only then a rebuild and the comparison; who answers on the app's port comes last.
 */
public final class Verification {

    private static final int NONCE_BYTES = 32;
    private static final int LARGEST_ANSWER = 1 << 20;

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
        return switch (request.evidence()) {
            case EvidenceSource.Endpoint endpoint -> live(request, endpoint);
            case EvidenceSource.Kept kept -> archived(request, kept.evidence());
        };
    }

    private Verdict live(Request request, EvidenceSource.Endpoint endpoint) throws InterruptedException {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        progress.requesting(nonce);
        Answer answer;
        try {
            String challenge = "{\"nonce\":\"" + Base64.getEncoder().encodeToString(nonce) + "\"}";
            answer = Answer.parse(new CarefulHttp(endpoint.patience(), tls).post(endpoint.url(), challenge, LARGEST_ANSWER));
        } catch (UnreachableException e) {
            return new Verdict.Unreachable(e.getMessage());
        } catch (IllegalArgumentException e) {
            return new Verdict.EvidenceInvalid("answer", "what " + endpoint.url() + " sent is not evidence: " + Text.oneLine(e.getMessage()));
        }
        Instant now = clock.instant();
        return checked(request, SavedEvidence.of(answer, nonce, now),
                Evidence.check(answer.document(), request.roots(), Optional.of(nonce), now, request.maxAge(), true));
    }

    private Verdict archived(Request request, SavedEvidence evidence) throws InterruptedException {
        progress.reading(evidence);
        return checked(request, evidence,
                Evidence.checkArchived(evidence.answer().document(), request.roots(), evidence.nonce(), true));
    }

    /** Debug mode is a matter of policy (exit 5), not of evidence that is none (exit 3): it is looked at below. */
    private Verdict checked(Request request, SavedEvidence from, Evidence evidence) throws InterruptedException {
        return switch (evidence) {
            case Evidence.Refused refused -> new Verdict.EvidenceInvalid(refused.rule().name(), Text.oneLine(refused.toString()));
            case Genuine genuine -> {
                try {
                    Bindings bindings = Bindings.of(genuine.document(), from.answer());
                    progress.genuine(genuine, from);
                    yield ChannelCheck.after(workload(request, from.answer(), genuine, bindings),
                            request.evidence(), bindings, from.answer().hints(), progress);
                } catch (EditedException e) {
                    yield new Verdict.EvidenceInvalid("BINDINGS", "The document is genuine, but what came with it is not: "
                            + e.getMessage() + ". Whoever serves this URL shows you what the enclave did not say.");
                }
            }
        };
    }

    private Verdict workload(Request request, Answer answer, Genuine genuine, Bindings bindings) throws InterruptedException {
        if (genuine.debug() && !request.allowDebug()) {
            return Workload.debug(genuine);
        }
        progress.manifest(bindings.manifest(), answer.hints());
        if (request.expected().isPresent()) {
            progress.comparing();
            return Workload.compare(genuine, request.expected().get(), request.simulatedAccepted());
        }
        if (request.source().isEmpty()) {
            return new Verdict.WorkloadNotChecked(genuine);
        }
        Reproduction source = request.source().get();
        String tree = bindings.said().path("tree").asString("");
        if (!tree.isEmpty() && !tree.equals(source.tree().name())) {
            return Verdict.PolicyNotMet.of("source", genuine, otherSource(source, tree, answer));
        }
        int pipeline = bindings.said().path("pipeline").asInt(Pipeline.VERSION);
        if (pipeline != Pipeline.VERSION) {
            return new Verdict.NotReproduced(genuine, OlderPipelines.advice(pipeline));
        }
        try {
            EnclaveOsRelease os = source.supply().find(genuine.document().measurements().pcr1(),
                    answer.hints().path("enclaveos").asString(""), service(request));
            progress.reproducing(source, os);
            BuiltImage image = source.builder().build(os);
            progress.reproduced(image);
            progress.comparing();
            return Workload.compare(genuine, ExpectedPcrs.of(image.measurements()), request.simulatedAccepted());
        } catch (UnknownLockException e) {
            return Verdict.PolicyNotMet.of("enclaveos", genuine, String.valueOf(e.getMessage()));
        } catch (BuildException | IOException | RuntimeException e) {
            return new Verdict.NotReproduced(genuine, "The source could not be rebuilt here: " + Text.oneLine(e.getMessage()));
        }
    }

    private Optional<EnclaveOsSupply.Service> service(Request request) {
        return request.evidence() instanceof EvidenceSource.Endpoint endpoint
                ? Optional.of(new EnclaveOsSupply.Service(endpoint.url(), new CarefulHttp(endpoint.patience(), tls)))
                : Optional.empty();
    }

    private static String otherSource(Reproduction source, String tree, Answer answer) {
        String commit = answer.hints().path("commit").asString("");
        return "The enclave runs another source than the one you asked about: its tree is " + Text.oneLine(tree)
                + (commit.isEmpty() ? "" : " (commit " + Text.oneLine(commit) + ", unverified)") + "; " + source.what()
                + " has tree " + source.tree().name() + ". " + source.otherwise();
    }
}
