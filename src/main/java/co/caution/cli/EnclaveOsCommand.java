package co.caution.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code caution enclaveos}: what every image carries, from its lock. */
@Command(
        name = "enclaveos",
        description = "Build EnclaveOS, which every image carries, from source, and look at what it is made of.",
        subcommands = EnclaveOsBundleCommand.class)
final class EnclaveOsCommand {

    @ParentCommand
    Caution root;

    @Command(
            name = "build",
            description = "Build it, or take it from the cache, and show where it lies. Exit: 0 built; 2 with --check, where it is"
                    + " not the lock's; 6 where a pin of the lock can no longer be had and no other will do.")
    int build(
            @Option(names = "--check", description = "Fail unless every input and output, hashed anew, is the lock's.")
                    boolean check,
            @Option(names = "--locked", description = "Build the lock or nothing: refuse other sources and newer pins.")
                    boolean locked,
            @Option(names = "--lock", paramLabel = "FILE", description = "Build with this lock's pins, not the shipped one's.")
                    @Nullable Path file,
            @Option(names = "--json", description = "JSON for machines.") boolean json)
            throws IOException {
        return work(json).build(file, check, locked);
    }

    @Command(name = "describe", description = "Show the lock that is built here, all its lines, and in what it differs from the shipped one.")
    int describe(@Option(names = "--json", description = "JSON for machines.") boolean json) throws IOException {
        return work(json).describe();
    }

    @Command(name = "sources", description = "Lay out everything that goes in, for a reader: our sources, the packages, the kernel's source, Go.")
    int sources(
            @Parameters(paramLabel = "DIR", description = "A directory that is not there yet, or empty.") Path directory,
            @Option(names = "--json", description = "JSON for machines.") boolean json)
            throws IOException, InterruptedException {
        return work(json).sources(directory);
    }

    @Command(
            name = "update",
            description = "Move the lock's pins to the newest on offer, build with them, write the lock, and say what changed.")
    int update(
            @Option(names = "--lock", required = true, paramLabel = "FILE", description = "The lock to write, such as enclaveos/enclaveos.lock.")
                    Path file,
            @Option(names = "--keep-pins", description = "Keep the pins: only our own sources have changed.") boolean keep,
            @Option(names = "--json", description = "JSON for machines.") boolean json)
            throws IOException {
        return work(json).update(file, keep);
    }

    EnclaveOsWork work(boolean json) {
        return new EnclaveOsWork(root.context().cache(), json);
    }
}
