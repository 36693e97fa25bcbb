package co.caution.cli;

import co.caution.build.BuildException;
import co.caution.build.BuildHome;
import co.caution.build.BuiltImage;
import co.caution.build.Conformance;
import co.caution.verify.AppSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code caution build}: what a push would build, without a server. */
@Command(name = "build", description = "Build this checkout's enclave image here, as a push would, and show its PCRs.")
final class BuildCommand implements Callable<Integer> {

    @ParentCommand
    Caution root;

    @Option(names = "--commit", paramLabel = "COMMIT", defaultValue = "HEAD", description = "The commit (default: ${DEFAULT-VALUE}).")
    String commit;

    @Option(names = "--pcrs", paramLabel = "FILE", description = "Write the PCRs there as well, as 'caution verify --pcrs' reads them.")
    @Nullable Path pcrs;

    @Option(names = "--json", description = "JSON for machines.")
    boolean json;

    @Mixin
    BuildOptions options;

    @Override
    public Integer call() throws BuildException, IOException, InterruptedException {
        Path known = pcrs == null ? null : writable(Surroundings.current().directory().resolve(pcrs));
        Checkout.require();
        BuiltImage image;
        try (AppSource source = LocalBuild.here(commit, json).orElseThrow()) {
            Path cache = root.context().cache();
            new Conformance(new BuildHome(cache)).require(options.builder); // before minutes are spent on the kernel
            image = LocalBuild.of(source, options, cache, json).build(EnclaveOs.ready(cache));
        }
        if (known != null) {
            KnownPcrs.write(known, image.measurements());
        }
        if (json) {
            var out = new LinkedHashMap<String, Object>();
            out.put("tree", image.manifest().tree());
            out.putAll(KnownPcrs.of(image.measurements()));
            out.put("eif", image.eif().toString());
            out.put("eif_size", image.eifSize());
            out.put("memory_mb", image.manifest().memoryMb());
            out.put("stage", image.stage().toString());
            Output.json(out);
            return 0;
        }
        image.measurements().map().forEach((register, value) -> System.out.println("PCR" + register + ": " + value));
        System.out.println("Image: " + image.eif() + " (" + (image.eifSize() >> 20) + " MiB, needs "
                + image.manifest().memoryMb() + " MB of memory)");
        System.out.println("Everything that went into it: " + image.stage());
        return 0;
    }

    /** Said before a build of minutes. */
    private static Path writable(Path file) {
        if (!Files.isWritable(file.toAbsolutePath().getParent()) || Files.isDirectory(file)) {
            throw new CliException(Errors.USAGE, "The PCRs cannot be written to " + file + ": name a file in a directory that is there (--pcrs).");
        }
        return file;
    }
}
