package co.caution.verify;

import co.caution.enclaveos.EnclaveOsLock;
import co.caution.project.Manifest;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What each rule of a policy demands, and what it says where that is not so. */
final class PolicyRules {

    private PolicyRules() {}

    static Policy.Rule roots(List<String> accepted) {
        return new Policy.Rule("roots", facts -> {
            var root = facts.evidence().root();
            return unless(accepted.contains(root.fingerprint()) || root.hardware() && accepted.contains("aws"),
                    "the evidence ends in the root sha256 " + root.fingerprint() + (root.hardware() ? " (AWS's)" : " (SIMULATED)")
                            + "; accepted are " + either(accepted));
        });
    }

    static Policy.Rule pcrs(List<SortedMap<Integer, String>> sets) {
        return new Policy.Rule("pcrs", facts -> {
            Map<Integer, String> found = facts.evidence().document().pcrs();
            return unless(sets.stream().anyMatch(set -> found.entrySet().containsAll(set.entrySet())),
                    "the PCRs are none of the " + sets.size() + " accepted sets");
        });
    }

    static Policy.Rule maxAge(int seconds) {
        return new Policy.Rule("max_age_seconds", facts -> {
            long age = Duration.between(facts.evidence().document().timestamp(), facts.now()).abs().toSeconds();
            return unless(age <= seconds, "the evidence is " + age + " s away from now; at most " + seconds + " s are accepted");
        });
    }

    static Policy.Rule noDebug(boolean demanded) {
        return new Policy.Rule("no_debug", facts -> unless(!facts.evidence().debug(), "the enclave runs in debug mode"));
    }

    static Policy.Rule egress(List<String> within) {
        return new Policy.Rule("egress", ofManifest(manifest -> {
            List<String> more = manifest.egress().stream().filter(target -> within.stream().noneMatch(one -> covers(one, target))).toList();
            return unless(more.isEmpty(), "the application may reach " + String.join(", ", more) + "; accepted is "
                    + (within.isEmpty() ? "nothing" : "only " + String.join(", ", within)));
        }));
    }

    private static boolean covers(String accepted, String target) {
        return accepted.equals(target) || accepted.startsWith("*.") && target.endsWith(accepted.substring(1));
    }

    static Policy.Rule ports(List<Integer> accepted) {
        return new Policy.Rule("ports", ofManifest(manifest -> unless(accepted.containsAll(manifest.ports()),
                "the application listens on " + manifest.ports() + "; accepted are " + accepted)));
    }

    static Policy.Rule notRoot(boolean demanded) {
        return new Policy.Rule("not_root", ofManifest(manifest -> unless(manifest.user().uid() != 0, "the application runs as root (uid 0)")));
    }

    static Policy.Rule maxMemory(int mb) {
        return new Policy.Rule("max_memory_mb", ofManifest(manifest -> unless(manifest.memoryMb() <= mb,
                "the application has " + manifest.memoryMb() + " MB; at most " + mb + " MB are accepted")));
    }

    static Policy.Rule channelBound(boolean demanded) {
        return new Policy.Rule("channel_bound", facts -> unless(facts.channelKey().isPresent(),
                "the application's channel is not bound to the evidence"));
    }

    static Policy.Rule locks(List<String> accepted) {
        return new Policy.Rule("enclaveos_locks", ofLock(lock -> unless(accepted.contains(lock.digest()),
                "EnclaveOS is that of lock " + lock.digest() + "; accepted are " + either(accepted))));
    }

    static Policy.Rule kernel(String least) {
        return new Policy.Rule("kernel_at_least", ofLock(lock -> {
            String version = lock.kernelVersion();
            return unless(Arrays.compare(numbers(version), numbers(least)) >= 0,
                    "EnclaveOS's kernel is Linux " + version + "; at least " + least + " is demanded");
        }));
    }

    /** {@code 6.12.95-1} is 6, 12, 95. */
    private static int[] numbers(String version) {
        return Arrays.stream(version.replaceFirst("[^0-9.].*$", "").split("\\.")).filter(part -> !part.isEmpty())
                .mapToInt(Integer::parseInt).toArray();
    }

    /** @param listed whether the policy names anybody */
    static Policy.Rule signedBy(boolean listed) {
        return new Policy.Rule("commit_signed_by", facts -> facts.signature()
                .map(found -> unless(listed && found instanceof CommitSignature.Signed signed && signed.counts(),
                        "the commit is not signed by one of the accepted keys: " + found.words()))
                .orElse(Optional.of("no commit was rebuilt, so that none's signature was looked at (--pcrs)")));
    }

    private static Function<Facts, Optional<String>> ofManifest(Function<Manifest, Optional<String>> check) {
        return facts -> facts.manifest().map(check).orElse(Optional.of("no manifest came that the enclave bound to its evidence and that this program knows"));
    }

    private static Function<Facts, Optional<String>> ofLock(Function<EnclaveOsLock, Optional<String>> check) {
        return facts -> facts.enclaveOs().map(check).orElse(Optional.of("no lock that you know gives PCR1 "
                + facts.evidence().document().measurements().pcr1() + "; 'caution trust lock FILE' names one"));
    }

    private static String either(List<String> accepted) {
        return accepted.isEmpty() ? "none" : accepted.stream().collect(Collectors.joining(" or "));
    }

    private static Optional<String> unless(boolean kept, String violated) {
        return kept ? Optional.empty() : Optional.of(violated);
    }
}
