package co.caution.eif;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Writing and measuring an image of two ramdisks, and reading and measuring it, beside {@code openssl dgst -sha384} on
 * the same bytes: megabytes (10^6) a second. The page cache holds them all.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@State(Scope.Benchmark)
@Warmup(iterations = 3, time = 4)
@Measurement(iterations = 5, time = 4)
@Fork(1)
public class ImageBenchmark {

    private static final byte[] METADATA = EifMetadata.json("bench", "1", "6.12");

    /** What was done, per second. */
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    @State(Scope.Thread)
    public static class Done {
        public double megabytes;
    }

    @Param({"16", "256", "2048"})
    int mebibytes;

    /** Of the image, what lies in the second ramdisk: each of its bytes goes through two digests, the others through one. */
    @Param({"50", "95"})
    int percentApplication;

    private Path folder;
    private Path kernel;
    private List<Path> ramdisks;
    private Path image;
    private Path written;

    @Setup
    public void parts() throws IOException {
        folder = Files.createTempDirectory("caution-bench");
        kernel = random("kernel", 1L << 20);
        long application = ((long) mebibytes << 20) / 100 * percentApplication;
        ramdisks = List.of(random("boot", ((long) mebibytes << 20) - application), random("application", application));
        image = folder.resolve("image.eif");
        written = folder.resolve("written.eif");
        EifWriter.write(image, kernel, "quiet", METADATA, ramdisks);
    }

    @TearDown
    public void removeParts() throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** Outside of the time: replacing a file makes the file system wait for the disk. */
    @Setup(Level.Invocation)
    public void removeWritten() throws IOException {
        Files.deleteIfExists(written);
    }

    @Benchmark
    public Measurements write(Done done) throws IOException {
        Measurements measured = EifWriter.write(written, kernel, "quiet", METADATA, ramdisks);
        done.megabytes += Files.size(written) / 1e6;
        return measured;
    }

    @Benchmark
    public Measurements read(Done done) throws IOException {
        done.megabytes += Files.size(image) / 1e6;
        return Eif.read(image).measure();
    }

    @Benchmark
    public int openssl(Done done) throws IOException, InterruptedException {
        done.megabytes += Files.size(image) / 1e6;
        return new ProcessBuilder("openssl", "dgst", "-sha384", image.toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
    }

    private Path random(String name, long size) throws IOException {
        Random random = new Random(1);
        byte[] block = new byte[1 << 20];
        Path file = folder.resolve(name);
        try (OutputStream out = Files.newOutputStream(file)) {
            for (long left = size; left > 0; left -= block.length) {
                random.nextBytes(block);
                out.write(block, 0, (int) Math.min(left, block.length));
            }
        }
        return file;
    }
}
