package co.caution.cli;

import co.caution.eif.EifMetadata;
import co.caution.eif.EifWriter;
import co.caution.eif.Measurements;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code caution eif build}. */
@Command(name = "build", description = "Write an image, laid out as AWS's eif_build does, and show its PCRs.")
final class EifBuildCommand implements Callable<Integer> {

    /** More than any command line or metadata section holds. */
    private static final int MAX_SMALL_FILE = 1 << 20;

    /** The last second of the year 9999. */
    private static final long LAST_SECOND = 253_402_300_799L;

    @Option(names = "--kernel", paramLabel = "FILE", required = true, description = "The kernel: a bzImage.")
    Path kernel;

    @Option(names = "--cmdline", paramLabel = "TEXT|@FILE", required = true,
            description = "The kernel's command line, or the file that holds it; a newline at the file's end is not taken.")
    String cmdline;

    @Option(names = "--ramdisk", paramLabel = "FILE", required = true, arity = "1..*",
            description = "A cpio, plain or compressed; as many as there are, in the order in which they are unpacked. PCR1 covers the first, PCR2 the others.")
    List<Path> ramdisks;

    @Option(names = "--output", paramLabel = "FILE", required = true, description = "Where the image goes.")
    Path output;

    @Option(names = "--pcrs", paramLabel = "FILE", description = "Write the PCRs there as well, as 'caution verify --pcrs' reads them.")
    @Nullable Path pcrs;

    @Option(names = "--name", paramLabel = "NAME", defaultValue = "enclave", description = "ImageName in the metadata (default: ${DEFAULT-VALUE}).")
    String name;

    @Option(names = "--metadata", paramLabel = "FILE", description = "The whole metadata section, JSON, instead of one made here.")
    @Nullable Path metadata;

    @Option(names = "--json", description = "JSON for machines.")
    boolean json;

    @Override
    public Integer call() {
        byte[] section = EifCommand.guarded(this::section);
        String line = EifCommand.guarded(this::line);
        List<Path> inputs = new ArrayList<>(ramdisks);
        inputs.add(kernel);
        EifCommand.guarded(() -> requireOther("--output", output, inputs));
        if (pcrs != null) {
            inputs.add(output);
            EifCommand.guarded(() -> requireOther("--pcrs", pcrs, inputs));
            inputs.remove(output);
        }
        ProgressBar bar = new ProgressBar();
        Measurements measured = EifCommand.guarded(() -> {
            long size = 0;
            for (Path input : inputs) {
                size += Files.size(input);
            }
            long whole = size;
            try {
                return EifWriter.write(output, kernel, line, section, ramdisks,
                        done -> EifCommand.show(bar, "writing " + output.getFileName(), done, whole));
            } finally {
                bar.end();
            }
        });
        if (pcrs != null) {
            EifCommand.guarded(() -> {
                KnownPcrs.write(pcrs, measured);
                return null;
            });
        }
        if (json) {
            var view = KnownPcrs.of(measured);
            view.put("eif", output.toString());
            view.put("eif_size", EifCommand.guarded(() -> Files.size(output)));
            Output.json(view);
        } else {
            measured.map().forEach((register, value) -> System.out.println("PCR" + register + ": " + value));
        }
        return 0;
    }

    private byte[] section() throws IOException {
        return metadata != null
                ? small(metadata)
                : EifMetadata.json(name, "1", "unknown", buildTime());
    }

    /** reproducible-builds.org/specs/source-date-epoch: decimal seconds. Without it, the beginning of time. */
    private static Instant buildTime() {
        String epoch = Surroundings.variable("SOURCE_DATE_EPOCH").orElse("0");
        if (!epoch.matches("[0-9]{1,12}") || Long.parseLong(epoch) > LAST_SECOND) {
            throw new CliException(Errors.USAGE, "SOURCE_DATE_EPOCH is '" + epoch + "'; it counts seconds since 1970, in digits.");
        }
        return Instant.ofEpochSecond(Long.parseLong(epoch));
    }

    private String line() throws IOException {
        if (!cmdline.startsWith("@")) {
            return cmdline;
        }
        String text = new String(small(Path.of(cmdline.substring(1))), StandardCharsets.ISO_8859_1);
        return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    }

    private static byte[] small(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_SMALL_FILE + 1);
            if (bytes.length > MAX_SMALL_FILE) {
                throw new IOException(file + " has more than 1 MiB, too much for a section of its kind");
            }
            return bytes;
        }
    }

    private static @Nullable Void requireOther(String option, Path file, List<Path> others) throws IOException {
        for (Path other : others) {
            boolean same = Files.exists(file) && Files.exists(other)
                    ? Files.isSameFile(file, other)
                    : file.toAbsolutePath().normalize().equals(other.toAbsolutePath().normalize());
            if (same) {
                throw new CliException(Errors.USAGE, option + " " + file + " names a file that is used for something else, and would replace it.");
            }
        }
        return null;
    }
}
