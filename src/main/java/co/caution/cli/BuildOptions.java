package co.caution.cli;

import co.caution.build.BuildLimits;
import co.caution.build.Builder;
import co.caution.build.Size;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What builds on this machine, and what it may use up: the service's {@code caution.build.*}, for whoever builds without one. */
final class BuildOptions {

    @Option(names = "--builder", paramLabel = "NAME", defaultValue = "buildah", description = "buildah, podman or docker (default: ${DEFAULT-VALUE}); another one than buildah only after: caution builders check NAME.")
    Builder builder;

    @Option(names = "--build-memory", paramLabel = "SIZE", converter = SizeConverter.class, description = "Memory that the build may use (default: half of this machine's, at most 4GiB).")
    Size memory;

    @Option(names = "--build-disk", paramLabel = "SIZE", converter = SizeConverter.class, description = "Disk that the build may use (default: 20GiB).")
    Size disk;

    @Option(names = "--build-files", paramLabel = "N", description = "Files that the build may have (default: 2000000).")
    Long files;

    @Option(names = "--build-processes", paramLabel = "N", description = "Processes that the build may run at once (default: 4096).")
    Integer processes;

    @Option(names = "--build-time-limit", paramLabel = "SECONDS", description = "How long the build may take (default: 1800).")
    Integer seconds;

    BuildLimits limits() {
        try {
            return BuildLimits.defaults().with(seconds == null ? null : Duration.ofSeconds(seconds), memory, processes, disk, files);
        } catch (IllegalArgumentException e) {
            throw new CliException(Errors.USAGE, "These limits leave no build: " + e.getMessage() + ".");
        }
    }

    static final class SizeConverter implements ITypeConverter<Size> {
        @Override
        public Size convert(String text) {
            try {
                return Size.of(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
