package co.caution.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrustedPlacesTest {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final Place PLACE = Place.of("https://app.example.org/attestation");
    private static final String LOCK = "l1".repeat(32);

    @TempDir
    Path configuration;

    private TrustedPlaces places() {
        return new TrustedPlaces(configuration);
    }

    private Path file() throws IOException {
        try (var files = Files.list(configuration.resolve("trust"))) {
            return files.filter(file -> file.toString().endsWith(".json")).findFirst().orElseThrow();
        }
    }

    private static Seen seen(Instant at, String commit, String pcr1, String... egress) {
        var app = new Seen.App(List.of("/app"), List.of(egress), List.of(8080), "1000:1000", 2, 512);
        return new Seen(at, at, commit, "t" + commit, new TreeMap<>(Map.of("pcr0", "0", "pcr1", pcr1, "pcr2", commit)), LOCK, "r".repeat(64),
                true, "k1", app);
    }

    @Test
    void whatIsKeptIsReadAgainAndIsItsOwnersAlone() throws Exception {
        var root = new TrustedPlace.Root("a".repeat(64), NOW);
        places().change(PLACE, kept -> kept.withRoot(root).seen(seen(NOW, "c1", "p1")));
        TrustedPlace kept = places().of(PLACE);
        assertThat(kept.root()).isEqualTo(root);
        assertThat(kept.last()).contains(seen(NOW, "c1", "p1"));
        assertThat(kept.policy()).isNull();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file()))).isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file().getParent()))).isEqualTo("rwx------");
        assertThat(places().of(Place.of("https://other.example.org/attestation")).root()).isNull();
        assertThat(places().all()).containsExactly(kept);
    }

    @Test
    void theSameAgainIsOneEntryAndHistoryEnds() {
        for (int i = 0; i < 3; i++) {
            Instant at = NOW.plusSeconds(i);
            places().change(PLACE, kept -> kept.seen(seen(at, "c1", "p1")));
        }
        assertThat(places().of(PLACE).history()).containsExactly(seen(NOW.plusSeconds(2), "c1", "p1").since(NOW));
        for (int i = 0; i < 2 * TrustedPlace.LONGEST_HISTORY; i++) {
            String commit = "c" + i;
            places().change(PLACE, kept -> kept.seen(seen(NOW, commit, "p1")));
        }
        assertThat(places().of(PLACE).history()).hasSize(TrustedPlace.LONGEST_HISTORY)
                .first().isEqualTo(seen(NOW, "c" + (2 * TrustedPlace.LONGEST_HISTORY - 1), "p1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "null", "{}", "{\"version\":2,\"url\":\"https://app.example.org/attestation\",\"history\":[]}",
        "{\"version\":1,\"url\":\"https://app.example.org/attestation\"}",
        "{\"version\":1,\"url\":\"https://app.example.org/attestation\",\"history\":[],\"rot\":1}",
        "{\"version\":1,\"url\":\"https://app.example.org/attestation\",\"history\":[],\"history\":[]}",
        "{\"version\":1,\"url\":\"https://app.example.org/attestation\",\"history\":[{}]}",
        "{\"version\":1,\"url\":\"https://app.example.org/attestation\",\"history\":[],\"root\":{\"sha256\":\"x\",\"pinned_at\":\"2026-03-01T12:00:00Z\"}}"})
    void whatIsDamagedIsSaidAndNeverTakenForNothing(String content) throws Exception {
        places().change(PLACE, kept -> kept.withRoot(new TrustedPlace.Root("a".repeat(64), NOW)));
        Path file = file();
        Files.writeString(file, content);
        assertThatThrownBy(() -> places().of(PLACE)).isInstanceOf(TrustException.class).hasMessageContainingAll(file.toString(), "damaged");
        assertThatThrownBy(() -> places().change(PLACE, kept -> kept)).isInstanceOf(TrustException.class);
        assertThatThrownBy(() -> places().all()).isInstanceOf(TrustException.class);
        assertThat(file).hasContent(content);
        assertThat(places().forget(PLACE)).isTrue();
        assertThat(places().of(PLACE).root()).isNull();
        assertThat(places().forget(PLACE)).isFalse();
    }

    @Test
    void aFileOfAnotherPlaceIsNotTakenForThisOnes() throws Exception {
        places().change(PLACE, kept -> kept.withRoot(new TrustedPlace.Root("a".repeat(64), NOW)));
        Files.writeString(file(), Files.readString(file()).replace("app.example", "evil.example"));
        assertThatThrownBy(() -> places().of(PLACE)).hasMessageContaining("is about https://evil.example.org/attestation");
    }

    @Test
    void aFileThatOthersMayWriteIsNotBelieved() throws Exception {
        places().change(PLACE, kept -> kept);
        Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-rw----"));
        assertThatThrownBy(() -> places().of(PLACE)).hasMessageContaining("others may write it").hasMessageContaining("chmod 600");
    }

    @Test
    void whatAKilledProcessLeftIsSweptAndWhatWasThereStays() throws Exception {
        places().change(PLACE, kept -> kept.seen(seen(NOW, "c1", "p1")));
        Path draft = Files.writeString(file().resolveSibling(file().getFileName() + "123.new"), "{\"vers");
        assertThat(places().of(PLACE).last()).isPresent();
        places().change(PLACE, kept -> kept);
        assertThat(draft).doesNotExist();
    }

    @Test
    void writersAtTheSameTimeLoseNothing() throws Exception {
        int writers = 8;
        try (var pool = Executors.newFixedThreadPool(writers)) {
            var all = new ArrayList<Callable<TrustedPlace>>();
            IntStream.range(0, writers).forEach(i -> all.add(() -> places().change(PLACE, kept -> kept.seen(seen(NOW, "c" + i, "p1")))));
            for (var done : pool.invokeAll(all)) {
                done.get();
            }
        }
        assertThat(places().of(PLACE).history()).extracting(Seen::commit)
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, writers).mapToObj(i -> "c" + i).toList());
    }

    /** Threads share the lock of their process, so it takes two to see that there is another. */
    @Test
    void processesAtTheSameTimeLoseNothing() throws Exception {
        var processes = new ArrayList<Process>();
        for (int i = 0; i < 3; i++) {
            processes.add(new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), Writer.class.getName(), configuration.toString(), "p" + i)
                    .redirectErrorStream(true).start());
        }
        for (Process process : processes) {
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(said).isZero();
        }
        assertThat(places().of(PLACE).history()).hasSize(3 * Writer.TIMES);
    }

    /** Another process. */
    static final class Writer {

        static final int TIMES = 15;

        public static void main(String[] arguments) {
            for (int i = 0; i < TIMES; i++) {
                String commit = arguments[1] + i;
                new TrustedPlaces(Path.of(arguments[0])).change(PLACE, kept -> kept.seen(seen(NOW, commit, "p1")));
            }
        }
    }

    @Test
    void changesAreSaidInWords() {
        Seen before = seen(NOW, "aaaaaaaaaaaaaaaaaaaa", "p1", "old.example.com:443");
        assertThat(Changes.between(before, before)).isEmpty();
        Seen after = seen(NOW, "bbbbbbbbbbbbbbbbbbbb", "p2", "api.example.com:443");
        after = new Seen(after.firstAt(), after.lastAt(), after.commit(), after.tree(), after.pcrs(), "l2".repeat(32), "s".repeat(64), false, "k2",
                new Seen.App(List.of("/app", "-v"), after.app().egress(), List.of(8080, 9090), "0:0", 2, 1024));
        assertThat(Changes.between(before, after)).containsExactly(
                "the commit moved from aaaaaaaaaaaa to bbbbbbbbbbbb",
                "EnclaveOS changed from lock l1l1l1l1l1l1 to l2l2l2l2l2l2",
                "the root changed from a SIMULATED one, sha256 rrrrrrrrrrrr to AWS's, sha256 ssssssssssss",
                "egress gained api.example.com:443", "egress lost old.example.com:443", "ports gained 9090",
                "the run command changed from '/app' to '/app -v'", "the user changed from '1000:1000' to '0:0'",
                "the memory changed from '512 MB' to '1024 MB'",
                "the application channel has another key, as after each start of an enclave");
    }

    @Test
    void timesAreSaidInWords() {
        assertThat(Ago.words(NOW, NOW)).isEqualTo("a moment ago");
        assertThat(Ago.words(NOW, NOW.plus(Duration.ofSeconds(61)))).isEqualTo("1 minute ago");
        assertThat(Ago.words(NOW, NOW.plus(Duration.ofHours(47)))).isEqualTo("47 hours ago");
        assertThat(Ago.words(NOW, NOW.plus(Duration.ofHours(49)))).isEqualTo("2 days ago");
    }
}
