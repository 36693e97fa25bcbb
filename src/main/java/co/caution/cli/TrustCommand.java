package co.caution.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code caution trust pin}: which root, other than AWS's, this person accepts where. */
@Command(name = "trust", description = "Say which roots, other than AWS's, you accept at which address.")
final class TrustCommand {

    @Command(name = "pin", description = "Accept a simulated root at an attestation URL, in your own configuration.")
    int pin(
            @Parameters(paramLabel = "URL", description = "The attestation URL.") String url,
            @Parameters(paramLabel = "SHA256", description = "The root certificate's SHA-256, learnt from somebody you trust.")
                    String sha256,
            @Option(names = "--json", description = "JSON for machines.") boolean json) {
        VerifyCommand.requireUrl(url);
        if (!sha256.matches("[0-9a-f]{64}")) {
            throw new CliException(Errors.USAGE, "A fingerprint is 64 lower-case hex digits, not '" + sha256 + "'.");
        }
        new PinnedRoots(Context.configuration()).pin(url, PinnedRoots.simulated(sha256));
        if (json) {
            Output.json(Output.ordered("url", url, "sha256", sha256, "simulated", true));
            return 0;
        }
        System.out.println("Pinned for " + url + ". What rests on it stays " + VerifyReport.SIMULATED + ".");
        return 0;
    }
}
