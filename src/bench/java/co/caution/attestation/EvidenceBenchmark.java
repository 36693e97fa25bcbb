package co.caution.attestation;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Whole documents per second on one thread, the genuine ones of {@code ../shared/vectors} (or {@code CAUTION_VECTORS}) in turn: cold is
 * five P-384 signatures each, warm is one. Certificates are read by our own reader, which remembers nothing that it is not told to,
 * and signatures computed by {@code Signature}, which has no verdicts to remember.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Threads(1)
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 5, time = 3)
public class EvidenceBenchmark {

    @Param({"corretto", "bouncycastle", "jdk"})
    public String provider;

    private EvidenceVerifier cold;
    private EvidenceVerifier warm;
    private final List<byte[]> documents = new ArrayList<>();
    private final List<Instant> times = new ArrayList<>();
    private int next;

    @Setup
    public void setUp() throws Exception {
        Ecdsa ecdsa = switch (provider) {
            case "corretto" -> Ecdsa.corretto().orElseThrow();
            case "bouncycastle" -> Ecdsa.bouncyCastle();
            default -> Ecdsa.jdk();
        };
        cold = new EvidenceVerifier(ecdsa, 0);
        warm = new EvidenceVerifier(ecdsa, 1024);
        String named = System.getenv("CAUTION_VECTORS");
        try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of(named == null ? "../shared/vectors" : named), "[!N]*.cbor")) {
            for (Path file : files) {
                documents.add(Files.readAllBytes(file));
                times.add(AttestationDocument.readUnverified(documents.getLast()).timestamp());
            }
        }
        for (int i = 0; i < documents.size(); i++) {
            check(cold);
            check(warm);
        }
    }

    @Benchmark
    public Evidence cold() throws IOException {
        return check(cold);
    }

    @Benchmark
    public Evidence warm() throws IOException {
        return check(warm);
    }

    private Evidence check(EvidenceVerifier verifier) throws IOException {
        int i = next++ % documents.size();
        Evidence evidence = verifier.check(documents.get(i), List.of(TrustRoot.awsCommercial()), Optional.empty(), times.get(i),
                java.time.Duration.ZERO, true);
        if (!(evidence instanceof Evidence.Genuine)) {
            throw new IOException("refused, so nothing was measured: " + evidence);
        }
        return evidence;
    }
}
