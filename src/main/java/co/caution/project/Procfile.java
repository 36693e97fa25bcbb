package co.caution.project;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an app's repository says about itself: {@code key: value} lines, {@code #} comments.
 *
 * @param build how the image is built; absent with {@code oci-tarball}: that archive is the image
 * @param run the program and its arguments; empty: the image's ENTRYPOINT and CMD
 * @param ociTarball without {@code build} an OCI archive of the tree that is the image; with it the path below the
 *     stage directory to which the built image is exported
 * @param source URL of a source archive, for readers
 * @param memoryMb absent: what the image needs
 * @param metadata free text, measured
 * @param ports the first is HTTP; empty: the image's single EXPOSE
 * @param env {@code NAME=value}, in the order given
 * @param egress {@code host:port} that the app may reach
 * @param buildNetwork whether the build may use the network
 * @param reportStderr whether the exit report may carry the app's last 4 KiB of standard error
 * @param filesPrivate whether the platform keeps the {@link FileList} to itself
 */
public record Procfile(
        @Nullable BuildCommand build,
        List<String> run,
        @Nullable String ociTarball,
        @Nullable String source,
        int cpus,
        @Nullable Integer memoryMb,
        @Nullable String metadata,
        List<Integer> ports,
        List<String> env,
        List<String> egress,
        boolean buildNetwork,
        boolean reportStderr,
        boolean filesPrivate) {

    public static final String NAME = "Procfile";
    public static final int MAX_BYTES = 65_536;

    public Procfile {
        run = List.copyOf(run);
        ports = List.copyOf(ports);
        env = List.copyOf(env);
        egress = List.copyOf(egress);
    }

    public static Procfile parse(byte[] bytes) throws ProcfileException {
        if (bytes.length > MAX_BYTES) {
            throw new ProcfileException(1, 1, "it is larger than 64 KiB; keep it to the keys that are needed");
        }
        try {
            return parse(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
        } catch (CharacterCodingException e) {
            throw new ProcfileException(1, 1, "it is not UTF-8 text; save it as UTF-8");
        }
    }

    public static Procfile parse(String text) throws ProcfileException {
        // Some editors put a byte order mark in front.
        return new ProcfileReader(text.startsWith("\ufeff") ? text.substring(1) : text).read();
    }
}
