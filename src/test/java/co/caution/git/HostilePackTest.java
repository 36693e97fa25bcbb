package co.caution.git;

import static co.caution.git.TestPack.entry;
import static co.caution.git.TestPack.id;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Packs that lie or cost too much: one clear line, nothing kept, others served. */
@Timeout(120)
class HostilePackTest extends RefusalFixture {

    private static final int MIB = 1 << 20;
    private static final ObjectId NOWHERE = ObjectId.fromString("1".repeat(40));

    /** Without this the refusals below would prove nothing. */
    @Test
    void aSoundPackGetsAsFarAsTheDeployer() throws Exception {
        try (var other = new TestSshServer(home.resolve("sound"), TestSshServer.ROOMY)) {
            var pack = new TestPack();
            byte[] one = "one\n".getBytes(StandardCharsets.US_ASCII);
            long base = pack.blob(one);
            pack.difference(base, one.length, 2);
            byte[] two = "one\none\n".getBytes(StandardCharsets.US_ASCII);
            ObjectId commit = pack.commit(join(entry("100644", "a", id(Constants.OBJ_BLOB, one)), entry("100755", "b", id(Constants.OBJ_BLOB, two))));
            assertThat(other.push(pack.bytes(), commit)).contains("fatal: nothing was built: it was taken", "unpack ok");
            assertThat(other.packs()).hasSize(2);
        }
    }

    @Test
    void aHeaderThatSaysThereAreBillions() throws Exception {
        for (int says : new int[] {-1, Integer.MAX_VALUE, Integer.MIN_VALUE, PackGate.MOST_OBJECTS + 1}) {
            refused(new TestPack().bytes(says), "objects, and more than 500000 at once are not taken");
        }
    }

    @Test
    void anObjectThatSaysItIsAbsurdlyLarge() throws Exception {
        for (int type : new int[] {Constants.OBJ_COMMIT, Constants.OBJ_TREE, Constants.OBJ_BLOB, Constants.OBJ_TAG, Constants.OBJ_OFS_DELTA}) {
            for (long size : new long[] {4L * MIB + 1, Integer.MAX_VALUE, 1L << 40}) {
                refused(one(type, size, TestPack.deflate(new byte[1])), "larger than 4 MiB");
            }
            refused(one(type, -1L, TestPack.deflate(new byte[1])), "more bytes than there are");
        }
    }

    @Test
    void aStreamThatHasMoreOrFewerBytesThanItSays() throws Exception {
        refused(one(Constants.OBJ_BLOB, 10, TestPack.deflate(new byte[3 * MIB])), "more bytes than it says");
        refused(one(Constants.OBJ_BLOB, 10, TestPack.deflate(new byte[9])), "fewer bytes than it says");
        refused(one(Constants.OBJ_BLOB, 10, new byte[100]), "is not zlib's");
        refused(one(0, 10, TestPack.deflate(new byte[10])), "a kind that there is not");
        refused(one(5, 10, TestPack.deflate(new byte[10])), "a kind that there is not");
    }

    /** A few kilobytes that would be hundreds of megabytes. */
    @Test
    void aBombOfManyFiles() throws Exception {
        var pack = new TestPack();
        byte[] zeros = TestPack.deflate(new byte[4 * MIB]);
        for (int i = 0; i < 17; i++) {
            pack.object(Constants.OBJ_BLOB, 4 * MIB, new byte[0], zeros);
        }
        assertThat(pack.bytes()).hasSizeLessThan(MIB / 4);
        refused(pack.bytes(), "unpacks to more than 64 MiB");
    }

    @Test
    void aBombOfDifferences() throws Exception {
        var pack = new TestPack();
        long base = pack.blob(new byte[MIB]);
        pack.difference(base, MIB, 5);
        refused(pack.bytes(), "larger than 4 MiB");
        pack = new TestPack();
        base = pack.blob(new byte[4 * MIB]);
        for (int i = 0; i < 17; i++) {
            pack.difference(base, 4 * MIB, 1);
        }
        refused(pack.bytes(), "unpacks to more than 64 MiB");
    }

    /** Each has a second one beside it, so that JGit would keep them all. */
    @Test
    void aChainThatWouldBeHeldInMemory() throws Exception {
        var pack = new TestPack();
        long base = pack.blob(new byte[MIB]);
        for (int i = 0; i < 20; i++) {
            long next = pack.difference(base, MIB, 1);
            pack.difference(base, MIB, 1);
            base = next;
        }
        refused(pack.bytes(), "more than 12 MiB of memory");
        pack = new TestPack();
        for (int i = 0; i < 8; i++) {
            pack.differenceTo(NOWHERE, MIB);
        }
        refused(pack.bytes(), "more than 12 MiB of memory");
    }

    @Test
    void differencesWithoutBasesAndInCircles() throws Exception {
        var pack = new TestPack();
        pack.differenceTo(NOWHERE, 10);
        refused(pack.bytes(), "1111111111111111111111111111111111111111");
        for (long distance : new long[] {0, 1, 1000, Long.MAX_VALUE >> 2}) {
            pack = new TestPack();
            pack.blob(new byte[10]);
            byte[] delta = TestPack.copying(10, 1);
            pack.object(Constants.OBJ_OFS_DELTA, delta.length, TestPack.offset(distance), TestPack.deflate(delta));
            refused(pack.bytes(), "a difference refers to");
        }
        // Two that are each other's base, as far as anybody can say it: by names that neither has.
        pack = new TestPack();
        pack.differenceTo(id(Constants.OBJ_BLOB, "x".getBytes(StandardCharsets.US_ASCII)), 10);
        pack.differenceTo(id(Constants.OBJ_BLOB, "y".getBytes(StandardCharsets.US_ASCII)), 10);
        refused(pack.bytes(), "neither this push nor the app's repository has it");
    }

    @Test
    void differencesThatAreNonsense() throws Exception {
        var all = new LinkedHashMap<String, byte[]>();
        all.put("nothing", new byte[0]);
        all.put("half a size", new byte[] {(byte) 0x80});
        all.put("sizes without end", filled(30, 0xff));
        all.put("a base of another size", TestPack.copying(11, 1));
        all.put("a copy from beyond the base", new byte[] {10, 20, (byte) 0x91, 100, 20});
        all.put("more than it says", new byte[] {10, 1, 5, 1, 2, 3, 4, 5});
        all.put("less than it says", new byte[] {10, 100, 1, 1});
        all.put("an instruction that there is not", new byte[] {10, 5, 0, 0, 0});
        for (var each : all.entrySet()) {
            var pack = new TestPack();
            pack.blob(new byte[10]);
            long distance = pack.bytes().length - 20 - 12;
            pack.object(Constants.OBJ_OFS_DELTA, each.getValue().length, TestPack.offset(distance), TestPack.deflate(each.getValue()));
            assertThat(server.push(pack.bytes(), NOWHERE)).as(each.getKey()).contains("fatal: nothing was taken: ", "unpack error");
        }
    }

    @Test
    void packsThatAreCutOffContinuedOrChanged() throws Exception {
        var pack = new TestPack();
        pack.commit(entry("100644", "a", NOWHERE));
        byte[] sound = pack.bytes();
        for (int length : new int[] {0, 3, 11, 12, 13, 40, sound.length - 21, sound.length - 1}) {
            assertThat(server.push(Arrays.copyOf(sound, length), NOWHERE)).as("cut at " + length).contains("fatal: nothing was taken: ");
        }
        refused(Arrays.copyOf(sound, sound.length + 1), "something comes after its end");
        byte[] checksum = sound.clone();
        checksum[checksum.length - 1] ^= 1;
        assertThat(server.push(checksum, NOWHERE)).contains("fatal: nothing was taken: ", "checksum");
        byte[] version = sound.clone();
        version[7] = 9;
        assertThat(server.push(version, NOWHERE)).contains("fatal: nothing was taken: ", "version 9");
        assertThat(server.push("GIF89a not a pack at all, by no means".getBytes(StandardCharsets.US_ASCII), NOWHERE))
                .contains("fatal: nothing was taken: ");
        for (int at = 12; at < sound.length; at += 7) {
            byte[] flipped = sound.clone();
            flipped[at] ^= 0x10;
            assertThat(server.push(flipped, NOWHERE)).as("a bit at " + at).contains("fatal: nothing was taken: ");
        }
    }

    @Test
    void objectsThatArePointedToAndDoNotCome() throws Exception {
        var pack = new TestPack();
        ObjectId commit = pack.commit(entry("100644", "a", NOWHERE));
        assertThat(server.push(pack.bytes(), commit)).contains("fatal: nothing was taken: ", NOWHERE.name());
    }

    /** What makes the bytes keeps none of them, and the service is told after a gigabyte no later than after the limit. */
    @Test
    void aGigabyteAgainstALimitOfTwoMegabytes() throws Exception {
        var head = new ByteArrayOutputStream();
        String line = ObjectId.zeroId().name() + " " + NOWHERE.name() + " refs/heads/main\0report-status side-band-64k";
        head.writeBytes((String.format("%04x", line.length() + 4) + line + "0000").getBytes(StandardCharsets.US_ASCII));
        head.writeBytes(new byte[] {'P', 'A', 'C', 'K', 0, 0, 0, 2, 0, 0, 1, 0});
        var endless = new Endless(head.toByteArray(), one(Constants.OBJ_BLOB, MIB, stored()), 1L << 30);
        try (var session = server.session();
                var channel = session.createExecChannel("git-receive-pack '/" + server.app.id() + ".git'")) {
            String told = TestSshServer.run(channel, endless).out();
            assertThat(told).contains("fatal: nothing was taken: this push is larger than 2 MiB");
            assertThat(endless.given).as("bytes that had to be sent").isLessThan(64L * MIB);
        }
    }

    /** A mebibyte that does not get smaller. */
    private static byte[] stored() {
        var noise = new byte[MIB];
        new java.util.Random(7).nextBytes(noise);
        return TestPack.deflate(noise);
    }

    /** A head, then the objects of a pack again and again. */
    private static final class Endless extends InputStream {
        private final byte[] head;
        private final byte[] pack;
        private final long most;
        private long given;

        Endless(byte[] head, byte[] pack, long most) {
            this.head = head;
            this.pack = Arrays.copyOfRange(pack, 12, pack.length - 20);
            this.most = most;
        }

        @Override
        public int read() {
            if (given >= most) {
                return -1;
            }
            int next = given < head.length ? head[(int) given] : pack[(int) ((given - head.length) % pack.length)];
            given++;
            return next & 0xff;
        }
    }

    private static byte[] one(int type, long size, byte[] deflated) throws Exception {
        var pack = new TestPack();
        pack.object(type, size, type == Constants.OBJ_OFS_DELTA ? TestPack.offset(1) : new byte[0], deflated);
        return pack.bytes();
    }

    private static void refused(byte[] pack, String why) throws Exception {
        String told = server.push(pack, NOWHERE);
        assertThat(told).contains("fatal: nothing was taken: ", why, "unpack error").doesNotContain("xception");
        assertThat(told.lines().filter(line -> line.contains("fatal: "))).hasSize(1);
    }

    private static byte[] filled(int size, int value) {
        var bytes = new byte[size];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    private static byte[] join(byte[] a, byte[] b) {
        var both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }
}
