package co.caution.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code caution enclaveos bundle}: all inputs in one file, because archives drop old versions. */
@Command(name = "bundle", description = "Keep every input of a lock in one file: archives drop old versions.")
final class EnclaveOsBundleCommand {

    @ParentCommand
    EnclaveOsCommand enclaveOs;

    @Command(name = "export", description = "Write the inputs of the shipped lock, fetching those that are not here.")
    int export(
            @Parameters(paramLabel = "FILE", description = "The bundle to write, some 290 MB.") Path file,
            @Option(names = "--lock", paramLabel = "FILE", description = "Of this lock, not the shipped one.") @Nullable Path named,
            @Option(names = "--json", description = "JSON for machines.") boolean json)
            throws IOException, InterruptedException {
        return enclaveOs.work(json).writeBundle(file, named);
    }

    @Command(
            name = "import",
            description = "Take the inputs of a bundle, each checked by its hash. Building that lock then needs no network.")
    int take(
            @Parameters(paramLabel = "FILE", description = "The bundle to read.") Path file,
            @Option(names = "--json", description = "JSON for machines.") boolean json)
            throws IOException {
        return enclaveOs.work(json).readBundle(file);
    }
}
