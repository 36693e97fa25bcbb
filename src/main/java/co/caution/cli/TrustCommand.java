package co.caution.cli;

import co.caution.trust.Ago;
import co.caution.trust.Place;
import co.caution.trust.Seen;
import co.caution.trust.TrustedPlace;
import co.caution.trust.TrustedPlaces;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code caution trust}: what this person trusts at which address, and what they saw there. All of it is in their configuration. */
@Command(name = "trust", description = "Say what you trust at which address, and see what you verified there.",
        subcommands = TrustPolicyCommand.class)
final class TrustCommand {

    private static final String URL = "The attestation URL.";

    private static TrustedPlaces places() {
        return new TrustedPlaces(Context.configuration());
    }

    @Command(name = "list", description = "List the addresses of which something is kept.")
    int list(@Option(names = "--json", description = "JSON for machines.") boolean json) {
        List<TrustedPlace> all = places().all();
        if (json) {
            Output.json(all.stream().map(TrustCommand::summary).toList());
            return 0;
        }
        var out = new Output(false);
        for (TrustedPlace place : all) {
            var kept = new ArrayList<String>();
            place.last().ifPresent(seen -> kept.add("verified " + Ago.words(seen.lastAt(), Instant.now())));
            PinnedRoots.of(place).ifPresent(root -> kept.add("root " + root.fingerprint().substring(0, 16) + "… pinned"));
            if (place.policy() != null) {
                kept.add("policy");
            }
            out.say(place.url() + "  " + String.join(", ", kept));
        }
        if (all.isEmpty()) {
            out.say("Nothing is kept yet. 'caution verify' keeps what it verified.");
        }
        return 0;
    }

    @Command(name = "show", description = "Show all that is kept of an address: root, policy, history.")
    int show(
            @Parameters(paramLabel = "URL", description = URL) String url,
            @Option(names = "--json", description = "JSON for machines.") boolean json) {
        TrustedPlace place = places().of(VerifyCommand.requireUrl(url));
        if (json) {
            Map<String, Object> all = summary(place);
            all.put("history", place.history().stream().map(TrustCommand::view).toList());
            if (place.policy() != null) {
                all.put("policy", place.policy());
            }
            Output.json(all);
            return 0;
        }
        var out = new Output(false);
        out.say(place.url());
        out.say("  Root: " + PinnedRoots.of(place).map(root -> "sha256 " + root.fingerprint() + ", pinned "
                + place.root().pinnedAt()).orElse("AWS's alone"));
        out.say("  Policy: " + (place.policy() == null ? "none" : place.policy().toString()));
        out.say("  Verified: " + (place.history().isEmpty() ? "never" : ""));
        for (Seen seen : place.history()) {
            out.say("    " + seen.firstAt() + (seen.lastAt().equals(seen.firstAt()) ? "" : " to " + seen.lastAt())
                    + (seen.simulated() ? "  SIMULATED" : "") + (seen.commit() == null ? "" : "  commit " + seen.commit()));
            seen.pcrs().forEach((name, value) -> out.say("      " + name.toUpperCase(Locale.ROOT) + ": " + value));
        }
        return 0;
    }

    @Command(name = "forget", description = "Forget all that is kept of an address, also when it is damaged; or a lock, by its digest.")
    int forget(
            @Parameters(paramLabel = "URL|DIGEST", description = "The attestation URL, or the lock's digest.") String what,
            @Option(names = "--json", description = "JSON for machines.") boolean json) {
        boolean lock = what.matches("[0-9a-f]{64}");
        String name = lock ? what : VerifyCommand.requireUrl(what).key();
        boolean forgotten = lock ? new NamedLocks(Context.configuration()).forget(what) : places().forget(Place.of(what));
        if (json) {
            Output.json(Output.ordered(lock ? "lock" : "url", name, "forgotten", forgotten));
        } else {
            new Output(false).say(forgotten ? "Forgotten: " + name : "Nothing was kept of " + name + ".");
        }
        return 0;
    }

    @Command(name = "pin", description = "Accept a simulated root at an attestation URL, in your own configuration.")
    int pin(
            @Parameters(paramLabel = "URL", description = URL) String url,
            @Parameters(paramLabel = "SHA256", description = "The root certificate's SHA-256, learnt from somebody you trust.")
                    String sha256,
            @Option(names = "--json", description = "JSON for machines.") boolean json) {
        Place place = VerifyCommand.requireUrl(url);
        if (!sha256.matches("[0-9a-f]{64}")) {
            throw new CliException(Errors.USAGE, "A fingerprint is 64 lower-case hex digits, not '" + sha256 + "'.");
        }
        new PinnedRoots(Context.configuration()).pin(url, PinnedRoots.simulated(sha256));
        if (json) {
            Output.json(Output.ordered("url", place.key(), "sha256", sha256, "simulated", true));
        } else {
            new Output(false).say("Pinned for " + place + ". What rests on it stays " + VerifyReport.SIMULATED + ".");
        }
        return 0;
    }

    @Command(name = "lock", description = "Take what a lock describes for EnclaveOS from now on, at every address.")
    int lock(
            @Parameters(paramLabel = "FILE", description = "The enclaveos.lock, learnt from somebody you trust.") Path file,
            @Option(names = "--json", description = "JSON for machines.") boolean json) {
        var lock = new NamedLocks(Context.configuration()).name(file);
        if (json) {
            Output.json(Output.ordered("digest", lock.digest(), "pcr1", lock.pcr1()));
        } else {
            new Output(false).say("Enclaves with PCR1 " + lock.pcr1() + " run EnclaveOS to you from now on.");
            new Output(false).say("Take it back: caution trust forget " + lock.digest());
        }
        return 0;
    }

    private static Map<String, Object> summary(TrustedPlace place) {
        var view = new LinkedHashMap<String, Object>();
        view.put("url", place.url());
        if (place.root() != null) {
            view.put("root", Output.ordered("sha256", place.root().sha256(), "pinned_at", place.root().pinnedAt().toString()));
        }
        view.put("has_policy", place.policy() != null);
        place.last().ifPresent(seen -> view.put("last", view(seen)));
        return view;
    }

    static Map<String, Object> view(Seen seen) {
        var app = seen.app();
        return Output.ordered("first_at", seen.firstAt().toString(), "last_at", seen.lastAt().toString(), "commit", seen.commit(),
                "tree", seen.tree(), "pcrs", seen.pcrs(), "lock", seen.lock(), "root", seen.root(), "simulated", seen.simulated(),
                "channel_key", seen.channelKey(), "app", app == null ? null : Output.ordered("argv", app.argv(), "egress", app.egress(),
                        "ports", app.ports(), "user", app.user(), "cpus", app.cpus(), "memory_mb", app.memoryMb()));
    }
}
