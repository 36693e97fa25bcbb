package co.caution.cli;

import co.caution.trust.Place;
import co.caution.trust.TrustedPlaces;
import co.caution.verify.PolicyFile;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/** {@code caution trust policy}: rules for an address that every later {@code verify} holds what runs there to. */
@Command(name = "policy", description = "Keep the rules that whatever runs at an address must keep; without a file: show them.")
final class TrustPolicyCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "URL", description = "The attestation URL.")
    String url;

    @Parameters(index = "1", paramLabel = "FILE", arity = "0..1", description = "The policy, as docs/reference/policy.md has it; a copy is kept.")
    @Nullable Path file;

    @Option(names = "--remove", description = "Keep no rules any more.")
    boolean remove;

    @Option(names = "--json", description = "JSON for machines.")
    boolean json;

    @Override
    public Integer call() {
        if (remove && file != null) {
            throw new CliException(Errors.USAGE, "Give a policy, or --remove the one that is kept.");
        }
        Place place = VerifyCommand.requireUrl(url);
        var places = new TrustedPlaces(Context.configuration());
        if (remove) {
            places.change(place, kept -> kept.withPolicy(null));
        } else if (file != null) {
            PolicyFile read = Judgement.read(Surroundings.current().directory().resolve(file));
            places.change(place, kept -> kept.withPolicy(read.json()));
        }
        ObjectNode policy = places.of(place).policy();
        if (json) {
            Output.json(Output.ordered("url", place.key(), "policy", policy));
        } else {
            new Output(false).say(Optional.ofNullable(policy).map(rules -> "Policy for " + place + ":").orElse("No policy is kept for " + place + "."));
            if (policy != null) {
                Output.text(policy).lines().forEach(new Output(false)::say);
            }
        }
        return 0;
    }
}
