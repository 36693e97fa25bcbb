package co.caution.project;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an application is, as its image carries and measures it. Its bytes are part of the measurement: they are
 * written by {@link #toJson()}, and only bytes that it would write are read.
 *
 * @param pipeline version of the pipeline that made the image
 * @param tree id of the git tree that it was built from, hex
 * @param builder the builder and its mode
 * @param bases the images it was built on, each with its digest
 * @param files SHA-256, hex, of the {@link FileList} that names every entry of the root file system
 * @param argv program and arguments
 * @param env {@code NAME=value}
 * @param ports that the application listens on; the first is HTTP
 * @param egress {@code host:port} that it may reach
 * @param stderr whether the exit report may carry its last 4 KiB of standard error
 * @param metadata free text from the Procfile
 */
public record Manifest(
        int pipeline,
        String tree,
        String builder,
        List<String> bases,
        String files,
        List<String> argv,
        List<String> env,
        String workdir,
        User user,
        List<Integer> ports,
        List<String> egress,
        int cpus,
        int memoryMb,
        boolean stderr,
        @Nullable String metadata) {

    /** Version of the manifest's own form. */
    public static final int VERSION = 2;

    /** Numbers, since the agent has no user database of the image to ask. */
    public record User(long uid, long gid, List<Long> groups) {

        public User {
            groups = List.copyOf(groups);
        }
    }

    public Manifest {
        bases = List.copyOf(bases);
        argv = List.copyOf(argv);
        env = List.copyOf(env);
        ports = List.copyOf(ports);
        egress = List.copyOf(egress);
    }

    /** Compact JSON in a fixed order, UTF-8, without a newline at the end. */
    public byte[] toJson() {
        return ManifestJson.write(this);
    }

    /**
     * @throws ManifestException if the bytes are not exactly what {@link #toJson()} would have written
     */
    public static Manifest parse(byte[] json) throws ManifestException {
        return ManifestJson.read(json);
    }
}
