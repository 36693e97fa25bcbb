package co.caution.cli;

import co.caution.attestation.Evidence.Genuine;
import co.caution.attestation.TrustRoot;
import co.caution.enclaveos.EnclaveOsLock;
import co.caution.project.Manifest;
import co.caution.sshkey.AllowedSigners;
import co.caution.trust.Ago;
import co.caution.trust.Changes;
import co.caution.trust.Place;
import co.caution.trust.Seen;
import co.caution.trust.TrustException;
import co.caution.trust.TrustedPlace;
import co.caution.trust.TrustedPlaces;
import co.caution.verify.AppSource;
import co.caution.verify.Channel;
import co.caution.verify.CommitSignature;
import co.caution.verify.Facts;
import co.caution.verify.Policy;
import co.caution.verify.PolicyException;
import co.caution.verify.PolicyFile;
import co.caution.verify.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.eclipse.jgit.lib.AnyObjectId;
import org.jspecify.annotations.Nullable;

/**
 * What a person's own configuration has to say to a verification: their root and policies for the place, the signature that
 * they want, and what they saw there before.
 */
final class Judgement {

    private final Optional<Place> place;
    private final Path cache;
    private final Clock clock;
    private final Optional<TrustedPlace> kept;
    private final List<PolicyFile> policies = new ArrayList<>();
    private final Map<PolicyFile, CommitSignature> signatures = new IdentityHashMap<>();
    private Optional<CommitSignature> signature = Optional.empty();
    private Optional<Manifest> manifest = Optional.empty();
    private @Nullable Channel channel;
    private Optional<EnclaveOsLock> enclaveOs = Optional.empty();
    private @Nullable AppSource source;
    private List<String> changes = List.of();

    /**
     * @param endpoint empty for evidence that came from nowhere in particular
     * @param policy beyond the one kept for the place
     */
    Judgement(Optional<String> endpoint, @Nullable Path policy, Path cache, Clock clock) {
        this.place = endpoint.map(VerifyCommand::requireUrl);
        this.cache = cache;
        this.clock = clock;
        this.kept = place.map(new TrustedPlaces(Context.configuration())::of);
        if (policy != null) {
            policies.add(read(Surroundings.current().directory().resolve(policy)));
        }
        kept.map(TrustedPlace::policy).ifPresent(json -> {
            try {
                policies.add(PolicyFile.of(json));
            } catch (PolicyException e) {
                throw new CliException("The policy kept for " + place.orElseThrow() + " was not understood: " + e.getMessage()
                        + " Give it anew: caution trust policy URL FILE");
            }
        });
    }

    static PolicyFile read(Path file) {
        try {
            return PolicyFile.read(file);
        } catch (PolicyException e) {
            throw new CliException(Errors.USAGE, e.getMessage());
        }
    }

    Optional<TrustRoot> pinned() {
        return kept.flatMap(PinnedRoots::of);
    }

    /** What is going to be rebuilt. A signature that is wrong is said at once, whatever comes of the rest. */
    void source(AppSource app) {
        source = app;
        try {
            for (PolicyFile policy : policies) {
                signatures.put(policy, app.signature(policy.signers()));
            }
            CommitSignature nobodys = app.signature(AllowedSigners.none());
            // Whoever lists the key knows what to call its holder.
            CommitSignature found = signatures.values().stream()
                    .filter(one -> one instanceof CommitSignature.Signed signed && signed.signer().isPresent()).findFirst().orElse(nobodys);
            signature = Optional.of(found);
            if (found instanceof CommitSignature.Bad) {
                Errors.warn("commit " + app.commit().name() + ": " + found.words() + ". Somebody may have changed it after it was signed.");
            }
        } catch (IOException e) {
            throw new CliException("The commit " + app.commit().name() + " cannot be read: " + e.getMessage());
        }
    }

    Optional<String> channelKey() {
        return channel instanceof Channel.Bound bound ? Optional.of(bound.binding().spkiSha256()) : Optional.empty();
    }

    /** Whose evidence it is, by its key. */
    Optional<String> place() {
        return place.map(Place::key);
    }

    /** The commit that is rebuilt. */
    Optional<String> commit() {
        return source == null ? Optional.empty() : source.reviewed().map(AnyObjectId::name);
    }

    /** Whether there is a source that what runs is compared with a rebuild of. */
    boolean rebuilds() {
        return source != null;
    }

    Optional<CommitSignature> signature() {
        return signature;
    }

    void manifest(Optional<Manifest> bound) {
        manifest = bound;
    }

    /** What the rebuild stands on. */
    void enclaveOs(EnclaveOsLock lock) {
        enclaveOs = Optional.of(lock);
    }

    void channel(Channel found) {
        channel = found;
    }

    /** Who answers on the application's channel; empty where that was not looked at. */
    Optional<Channel> channel() {
        return Optional.ofNullable(channel);
    }

    /** The rules of all policies, by name. */
    List<Policy.Rule> rules() {
        return policies.stream().flatMap(file -> file.policy().rules().stream()).toList();
    }

    /** Adds what the policies say wherever the measurements are the expected ones; keeps what is good. */
    Verdict judge(Verdict verdict) {
        Verdict judged = switch (verdict) {
            case Verdict.Verified verified -> {
                var violations = violations(verified.evidence());
                yield violations.isEmpty() ? verified : new Verdict.PolicyNotMet(verified.evidence(), violations);
            }
            case Verdict.PolicyNotMet matched when List.of("simulated", "channel").contains(matched.violations().getFirst().rule()) -> {
                var all = new ArrayList<>(matched.violations());
                all.addAll(violations(matched.evidence()));
                yield new Verdict.PolicyNotMet(matched.evidence(), all);
            }
            default -> verdict;
        };
        if (judged instanceof Verdict.Verified verified && !verified.evidence().archived() && !verified.evidence().debug()) {
            remember(verified.evidence());
        }
        return judged;
    }

    private List<Policy.Violation> violations(Genuine evidence) {
        if (rules().isEmpty()) {
            return List.of();
        }
        Optional<EnclaveOsLock> lock = lock(evidence);
        return policies.stream().flatMap(file -> file.policy().violations(new Facts(evidence, manifest,
                Optional.ofNullable(signatures.get(file)), lock, channelKey(), clock.instant())).stream()).toList();
    }

    private Optional<EnclaveOsLock> lock(Genuine evidence) {
        if (enclaveOs.isPresent()) {
            return enclaveOs;
        }
        try {
            return NamedLocks.known(cache).byPcr1(evidence.document().measurements().pcr1());
        } catch (IOException e) {
            throw new CliException("The locks of EnclaveOS that you know cannot be read: " + e.getMessage());
        }
    }

    private void remember(Genuine evidence) {
        if (place.isEmpty()) {
            return;
        }
        Instant now = clock.instant();
        var pcrs = new TreeMap<String, String>();
        evidence.document().measurements().map().forEach((register, value) -> pcrs.put("pcr" + register, value));
        var seen = new Seen(now, now, commit().orElse(null),
                manifest.map(Manifest::tree).orElse(null), pcrs,
                source == null ? null : lock(evidence).orElseThrow().digest(),
                evidence.root().fingerprint(), evidence.simulated(), channelKey().orElse(null), manifest.map(Judgement::app).orElse(null));
        before().ifPresent(before -> changes = Changes.between(before, seen.orAsBefore(before)));
        try {
            new TrustedPlaces(Context.configuration()).change(place.get(), known -> known.seen(seen));
        } catch (TrustException e) {
            // True all the same: a configuration that cannot be written, as in CI, makes nothing of it wrong.
            Errors.warn("what was verified is not remembered: " + e.getMessage());
        }
    }

    private static Seen.App app(Manifest manifest) {
        return new Seen.App(manifest.argv(), manifest.egress(), manifest.ports(), manifest.user().uid() + ":" + manifest.user().gid(),
                manifest.cpus(), manifest.memoryMb());
    }

    private Optional<Seen> before() {
        return kept.flatMap(TrustedPlace::last);
    }

    /** For people, after the verdict; may hold what others wrote. */
    List<String> lines(Verdict verdict) {
        if (place.isEmpty() || VerifyReport.evidence(verdict).isEmpty()) {
            return List.of();
        }
        String ago = before().map(seen -> Ago.words(seen.lastAt(), clock.instant())).orElse("");
        if (verdict instanceof Verdict.Verified) {
            return List.of(before().isEmpty() ? "Verified here for the first time; what differs next time will be said."
                    : changes.isEmpty() ? "Nothing changed since " + ago + "."
                    : "Since " + ago + ": " + String.join("; ", changes) + ".");
        }
        return before().map(seen -> List.of("Last verified " + ago + (seen.commit() == null ? "" : ", as commit " + seen.commit()) + "."))
                .orElse(List.of());
    }

    /** For machines. */
    Map<String, Object> machine(Verdict verdict) {
        var out = new LinkedHashMap<String, Object>();
        if (verdict instanceof Verdict.PolicyNotMet policy) {
            out.put("violations", policy.violations().stream()
                    .map(violation -> Output.ordered("rule", violation.rule(), "message", violation.message())).toList());
        }
        signature.ifPresent(found -> out.put("commit_signature", view(found)));
        before().ifPresent(seen -> out.put("last_verified", TrustCommand.view(seen)));
        if (!changes.isEmpty()) {
            out.put("changes", changes);
        }
        return out;
    }

    private static Map<String, Object> view(CommitSignature found) {
        var signed = found instanceof CommitSignature.Signed by ? Optional.of(by) : Optional.<CommitSignature.Signed>empty();
        String state = switch (found) {
            case CommitSignature.NoCommit _ -> "no_commit";
            case CommitSignature.Unsigned _ -> "unsigned";
            case CommitSignature.NotChecked _ -> "not_checked";
            case CommitSignature.Bad _ -> "bad";
            case CommitSignature.Signed by -> by.counts() ? "accepted" : by.signer().isPresent() ? "not_accepted" : "unknown_key";
        };
        return Output.ordered("state", state, "key", signed.map(CommitSignature.Signed::fingerprint).orElse(null),
                "principals", signed.flatMap(CommitSignature.Signed::signer).map(AllowedSigners.Signer::principals)
                        .filter(names -> !names.isEmpty()).orElse(null),
                "message", found.words());
    }
}
