package co.caution.eif;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An image that was read from a file, found to mean the same to every reader, and measured. */
public final class Eif {

    /** More than any kernel accepts (x86_64 and aarch64: 2048). */
    static final int MAX_CMDLINE = 4096;

    private final Path file;
    private final boolean aarch64;
    private final List<Section> sections;
    private final byte[] cmdline;
    private final byte[] metadata;
    private final Measurements measurements;
    private final byte @Nullable [] signer;

    Eif(Path file, boolean aarch64, List<Section> sections, byte[] cmdline, byte[] metadata, Measurements measurements,
            byte @Nullable [] signer) {
        this.file = file;
        this.aarch64 = aarch64;
        this.sections = List.copyOf(sections);
        this.cmdline = cmdline;
        this.metadata = metadata;
        this.measurements = measurements;
        this.signer = signer;
    }

    /**
     * Reads the whole file once: checks every rule, sums and measures. Memory does not depend on what the header claims.
     *
     * @throws InvalidEifException naming the offset and the rule
     */
    public static Eif read(Path file) throws IOException {
        return new EifReader(file).read();
    }

    /** In file order. */
    public List<Section> sections() {
        return sections;
    }

    /** The measured command line; bytes outside of ASCII appear as U+FFFD. */
    public String cmdline() {
        return new String(cmdline, StandardCharsets.US_ASCII);
    }

    /** The metadata section's JSON, unmeasured and unsigned. */
    public byte[] metadata() {
        return metadata.clone();
    }

    public boolean aarch64() {
        return aarch64;
    }

    /** What a hypervisor that starts this image measures. */
    public Measurements measure() {
        return measurements;
    }

    /**
     * PCR8, 96 lower-case hex digits: the signing certificate of a signed image. It says who claims to have signed; the
     * signature itself is checked by the hypervisor, not here.
     */
    public Optional<String> pcr8() {
        return Optional.ofNullable(signer).map(der -> Registers.extend(Registers.sha384().digest(der)));
    }

    /** Writes a section's data into a new or replaced file. */
    public void extract(Section section, Path to) throws IOException {
        try (OutputStream out = Files.newOutputStream(to)) {
            extract(section, out);
        }
    }

    /** Writes a section's data; the stream stays open. */
    public void extract(Section section, OutputStream out) throws IOException {
        if (!sections.contains(section)) {
            throw new IllegalArgumentException("not a section of " + file);
        }
        try (FileChannel channel = FileChannel.open(file)) {
            channel.position(section.dataOffset());
            InputStream in = Channels.newInputStream(channel);
            byte[] buffer = new byte[1 << 16];
            for (long left = section.size(); left > 0; ) {
                int n = in.read(buffer, 0, (int) Math.min(left, buffer.length));
                if (n < 0) {
                    throw new IOException(file + " changed after it was read");
                }
                out.write(buffer, 0, n);
                left -= n;
            }
        }
    }
}
