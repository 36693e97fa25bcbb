package co.caution.explain;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import co.caution.eif.EifDiff.Change;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.ar.ArArchiveEntry;
import org.apache.commons.compress.archivers.ar.ArArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HintsTest {

    private static final int TIME = 1_795_000_000;

    private final Hints hints = new Hints(new Conditions(Optional.of("build"), 8, List.of()), new Conditions(Optional.of("elsewhere"), 3, List.of("Nov 22 2026")));

    private record Member(String name, String content, int time, int mode, int owner) {
        Member(String name, int time) {
            this(name, "content", time, 0644, 0);
        }
    }

    private static byte[] tar(Member... members) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(bytes)) {
            for (Member member : members) {
                var entry = new TarArchiveEntry(member.name());
                entry.setSize(member.content().length());
                entry.setModTime(member.time() * 1000L);
                entry.setMode(member.mode());
                entry.setIds(member.owner(), 0);
                tar.putArchiveEntry(entry);
                tar.write(member.content().getBytes(UTF_8));
                tar.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }

    private static byte[] gzip(byte[] content, int time) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bytes)) {
            gzip.write(content);
        }
        byte[] file = bytes.toByteArray();
        ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putInt(4, time);
        return file;
    }

    private static byte[] zip(int time) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            var entry = new ZipEntry("a.class");
            entry.setTime(time * 1000L);
            zip.putNextEntry(entry);
            zip.write(1);
        }
        return bytes.toByteArray();
    }

    private static byte[] ar(int time) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var ar = new ArArchiveOutputStream(bytes)) {
            ar.putArchiveEntry(new ArArchiveEntry("a.o", 2, 0, 0, 0644, time));
            ar.write(new byte[] {1, 2});
            ar.closeArchiveEntry();
        }
        return bytes.toByteArray();
    }

    private static byte[] pyc(int time) {
        return ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN)
                .put(new byte[] {(byte) 0xcb, 0x0d, '\r', '\n'}).putInt(0).putInt(time).array();
    }

    /** An ELF file of nothing but a build id, which is a random UUID where it has 16 bytes. */
    private static byte[] elf(int seed, int size) {
        byte[] id = random(seed, size);
        id[6] = (byte) (id[6] & 0x0f | 0x40);
        id[8] = (byte) (id[8] & 0x3f | 0x80);
        return ByteBuffer.allocate(200).order(ByteOrder.LITTLE_ENDIAN).put(new byte[] {0x7f, 'E', 'L', 'F'})
                .position(64).putInt(4).putInt(size).putInt(3).put(text("GNU\0")).put(id).array();
    }

    private static byte[] random(int seed, int size) {
        var bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static byte[] text(String text) {
        return text.getBytes(UTF_8);
    }

    private void seen(Cause cause, String path, byte[] a, byte[] b) {
        assertThat(hints.of(path, a, b)).hasValueSatisfying(hint -> {
            assertThat(hint.cause()).as(hint.toString()).isEqualTo(cause);
            assertThat(hint.seen()).isTrue();
        });
    }

    private void suspected(Cause cause, String path, byte[] b) {
        assertThat(hints.of(path, null, b)).hasValueSatisfying(hint -> {
            assertThat(hint.cause()).as(hint.toString()).isEqualTo(cause);
            assertThat(hint.seen()).isFalse();
        });
    }

    /** Patterns that recurse would end the program, and with it a verdict that was there already. */
    @Test
    void pathsWithoutEndAreNoPlaceToFall() {
        assertThat(hints.of("/paths", "/.a".repeat(500_000).getBytes(UTF_8), "/.b".repeat(500_000).getBytes(UTF_8))).map(Hint::cause)
                .contains(Cause.BUILD_PATH);
    }

    @Test
    void timesInContainersAreFound() throws Exception {
        seen(Cause.GZIP_TIME, "/a.gz", gzip(random(1, 64), TIME), gzip(random(1, 64), TIME + 5));
        seen(Cause.ARCHIVE_TIME, "/a.tar", tar(new Member("x", TIME)), tar(new Member("x", TIME + 5)));
        seen(Cause.ARCHIVE_TIME, "/a.tgz", gzip(tar(new Member("x", TIME)), 0), gzip(tar(new Member("x", TIME + 5)), 0));
        seen(Cause.ARCHIVE_TIME, "/a.jar", zip(TIME), zip(TIME + 60));
        seen(Cause.ARCHIVE_TIME, "/a.a", ar(TIME), ar(TIME + 5));
        seen(Cause.PYC_TIME, "/__pycache__/a.cpython-313.pyc", pyc(TIME), pyc(TIME + 5));
        suspected(Cause.GZIP_TIME, "/a.gz", gzip(text("Hello"), TIME));
        suspected(Cause.ARCHIVE_TIME, "/a.tgz", gzip(tar(new Member("x", TIME)), 0));
        suspected(Cause.ARCHIVE_TIME, "/a.jar", zip(TIME));
        suspected(Cause.ARCHIVE_TIME, "/a.a", ar(TIME));
        suspected(Cause.PYC_TIME, "/a.pyc", pyc(TIME));
    }

    @Test
    void whatAnArchiveHoldsSaysMoreThanItsTimes() throws Exception {
        var one = new Member("v", "built 2026-11-22 10:00:01", TIME, 0644, 0);
        var two = new Member("v", "built 2026-11-22 10:00:06", TIME + 5, 0644, 0);

        assertThat(hints.of("/a.tar.gz", gzip(tar(one), 0), gzip(tar(two), 0))).hasValueSatisfying(hint -> {
            assertThat(hint.cause()).isEqualTo(Cause.DATE);
            assertThat(hint.detail()).startsWith("inside its gzip: its entry v: built 2026-11-22 10:00:01 and built");
        });
    }

    @Test
    void orderOwnersAndModesInArchivesAreFound() throws Exception {
        var a = new Member("a", 0);
        var b = new Member("b", 0);
        seen(Cause.ARCHIVE_ORDER, "/a.tar", tar(a, b), tar(b, a));
        seen(Cause.OWNER, "/a.tar", tar(new Member("a", "x", 0, 0644, 5)), tar(new Member("a", "x", 0, 0644, 6)));
        seen(Cause.UMASK, "/a.tar", tar(new Member("a", "x", 0, 0644, 5)), tar(new Member("a", "x", 0, 0600, 5)));
        suspected(Cause.ARCHIVE_ORDER, "/a.tar", tar(b, a));
    }

    @Test
    void aBuildIdThatAloneDiffersIsTheCause() {
        seen(Cause.BUILD_ID, "/app", elf(1, 16), elf(2, 16));
        seen(Cause.BUILD_ID, "/app", elf(1, 20), elf(2, 20));
        suspected(Cause.BUILD_ID, "/app", elf(1, 16));
    }

    @Test
    void aBuildIdThatFollowsFromSomethingElseIsNot() {
        byte[] one = elf(1, 20);
        byte[] two = elf(2, 20);
        System.arraycopy(text("at 10:00:01"), 0, one, 150, 11);
        System.arraycopy(text("at 10:00:09"), 0, two, 150, 11);
        seen(Cause.DATE, "/app", one, two);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "DATE | built: Sun Nov 22 16:25:30 UTC 2026 | built: Mon Nov 23 06:05:00 UTC 2026",
        "DATE | {\"v\":1,\"at\":\"2026-11-22T16:25:30Z\"} | {\"v\":1,\"at\":\"2026-11-23T01:00:00Z\"}",
        "DATE | stamp=1795000000 | stamp=1795000017",
        "DATE | compiled Nov 22 2026 16:25:30 | compiled Nov 22 2026 16:25:39",
        "BUILD_PATH | DW_AT_comp_dir /tmp/tmp.AbCdEf1234/x | DW_AT_comp_dir /tmp/tmp.98gfhQxyzz/x",
        "BUILD_PATH | prefix=/home/alice/app/lib | prefix=/srv/ci/work/7/lib",
        "CPU_COUNT | 8 | 3",
        "CPU_COUNT | worker_threads 12; | worker_threads 4;",
        "HOST_NAME | built on build | built on elsewhere",
        "RANDOMNESS | 4f3cf3a9-2b2f-4b35-8d0e-6a1b2c3d4e5f | 9d1f0a77-0c3a-4a6f-9a55-001122334455",
        "RANDOMNESS | key = 00112233445566778899aabbccddeeff | key = ffeeddccbbaa99887766554433221100",
    })
    void whatTextLooksLikeIsRecognized(Cause cause, String one, String two) {
        seen(cause, "/etc/file", text(one + "\n"), text(two + "\n"));
    }

    @Test
    void theSameLinesInAnotherOrderAreThat() {
        seen(Cause.LINE_ORDER, "/list", text("c\na\nb\n"), text("b\nc\na\n"));
        suspected(Cause.LINE_ORDER, "/list", text("/c\n./a\n/b\n"));
        assertThat(hints.of("/list", null, text("./a\n/b\n/c\n"))).isEmpty();
        seen(Cause.LOCALE, "/list", text("A\nB\na\nb\n"), text("a\nA\nb\nB\n"));
    }

    @Test
    void bytesWithNothingInCommonAreRandom() {
        seen(Cause.RANDOMNESS, "/key", random(1, 64), random(2, 64));
    }

    @Test
    void aTimeAsANumberIsFound() {
        seen(Cause.DATE, "/db", ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN).putInt(32, TIME).array(),
                ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN).putInt(32, TIME + 70_000).array());
    }

    @Test
    void theDayOfTheBuildIsFoundInAnything() {
        suspected(Cause.DATE, "/app", text("\0".repeat(1000) + "built Nov 22 2026 10:00:01" + "\0x".repeat(1000)));
    }

    @Test
    void listsOfPackagesPointToTheBase() {
        seen(Cause.BASE, "/var/lib/dpkg/status", text("Version: 1\n"), text("Version: 2\n"));
        suspected(Cause.BASE, "/lib/apk/db/installed", text("V:1\n"));
    }

    @Test
    void modeAndOwnerSpeakForThemselves() {
        assertThat(Hints.of(List.of(new Change("mode", "644", "600")))).map(Hint::cause).contains(Cause.UMASK);
        assertThat(Hints.of(List.of(new Change("owner", "0:0", "1:1")))).map(Hint::cause).contains(Cause.OWNER);
        assertThat(Hints.of(List.of(new Change("size", "1", "2")))).isEmpty();
    }

    @Test
    void ordinaryDifferencesHaveNoCause() {
        assertThat(hints.of("/hello", text("Hello\n"), text("Hallo\n"))).isEmpty();
        assertThat(hints.of("/hello", null, text("Hello\n"))).isEmpty();
    }

    @Test
    void damagedAndHostileArchivesAreNotLookedIntoForEver() throws Exception {
        byte[] damaged = gzip(tar(new Member("x", TIME)), 0);
        damaged[20] ^= 0x55;
        assertThat(hints.of("/a.gz", damaged, gzip(text("x".repeat(100)), 0))).isEmpty();
        byte[] bomb = gzip(new byte[64 << 20], 0);
        assertThat(hints.of("/bomb.gz", null, bomb)).isEmpty();
    }
}
