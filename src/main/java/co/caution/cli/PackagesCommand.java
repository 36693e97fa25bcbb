package co.caution.cli;

import co.caution.packages.PackageHome;
import co.caution.packages.PackageLock;
import co.caution.packages.PackageResolver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code caution packages lock}: describes a base image that no registry holds. */
@Command(name = "packages", description = "Describe a base image by a lock of Debian packages.")
final class PackagesCommand {

    @ParentCommand
    Caution root;

    @Command(
            name = "lock",
            description = "Write packages/NAME.lock: the packages named and all they need, by version and hash. A Containerfile"
                    + " then says FROM localhost/packages/NAME.")
    int lock(
            @Parameters(paramLabel = "PACKAGE", arity = "1..*", description = "Debian packages, such as gcc libc6-dev.")
                    List<String> packages,
            @Option(names = {"-o", "--output"}, required = true, paramLabel = "FILE", description = "Where to write the lock.")
                    Path output,
            @Option(names = "--without", split = ",", paramLabel = "NAME", description = "Leave these out of the closure.")
                    List<String> without,
            @Option(names = "--release", defaultValue = "bookworm", paramLabel = "SUITE", description = "The Debian suite (default: ${DEFAULT-VALUE}).")
                    String release,
            @Option(names = "--json", description = "JSON for machines.") boolean json)
            throws IOException, InterruptedException {
        List<String> leftOut = without == null ? List.of() : without;
        var lock = new PackageLock(
                new PackageResolver(new PackageHome(root.context().cache())).resolve(packages, leftOut, release));
        if (output.getParent() != null) {
            Files.createDirectories(output.getParent());
        }
        String asked = String.join(" ", packages) + ", from " + release
                + (leftOut.isEmpty() ? "" : ", without " + String.join(" ", leftOut));
        Files.writeString(output, lock.format(asked));
        int count = lock.entries().size();
        if (json) {
            Output.json(Output.ordered("file", output.toString(), "release", release, "packages", count));
        } else {
            System.out.println("Wrote " + output + " (" + count + " packages).");
        }
        return 0;
    }
}
