package co.caution.eif;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** An image that was read from a file, found to mean the same to every reader, and measured. */
public final class Eif {

    /** More than any kernel accepts (x86_64 and aarch64: 2048). */
    static final int MAX_CMDLINE = 4096;

    private final Path file;
    private final EifHeader header;
    private final List<Section> sections;
    private final byte[] cmdline;
    private final byte[] metadata;
    private final Measurements measurements;
    private final byte @Nullable [] signer;

    Eif(Path file, EifHeader header, List<Section> sections, byte[] cmdline, byte[] metadata, Measurements measurements,
            byte @Nullable [] signer) {
        this.file = file;
        this.header = header;
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
        return read(file, done -> {});
    }

    /** As {@link #read(Path)}; {@code progress} is told now and then how many bytes of the file are done. */
    public static Eif read(Path file, LongConsumer progress) throws IOException {
        return new EifReader(file, progress).read();
    }

    public Path file() {
        return file;
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
        return header.aarch64();
    }

    /** Bytes of memory that the header asks for; nothing looks at it. */
    public long memory() {
        return header.memory();
    }

    /** Processors that the header asks for; nothing looks at it. */
    public long cpus() {
        return header.cpus();
    }

    /** CRC-32 over all but itself, as stored and found to be right. */
    public int crc() {
        return header.crc();
    }

    /** Bytes of the whole file. */
    public long size() {
        return sections.getLast().end();
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
            new Region(channel, section.dataOffset(), section.size()).open().transferTo(out);
        }
    }
}
