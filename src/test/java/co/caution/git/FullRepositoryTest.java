package co.caution.git;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.app.RepositoryLimits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

/** Pushes of 400 kB to an app whose repository may have a mebibyte; each build fails, and leaves what it was of. */
@Timeout(300)
class FullRepositoryTest {

    private static final String FULL = "fatal: nothing was taken: with it, the app's repository would have more than 1 MiB";
    private static final String ZERO = ObjectId.zeroId().name();

    @TempDir
    Path directory;

    private record Push(byte[] pack, ObjectId commit) {}

    @Test
    void whatFailsAgainAndAgainFillsNothingAndWhatIsHeldDoes() throws Exception {
        try (var server = new TestSshServer(directory, limits(DataSize.ofBytes(0)))) {
            for (int i = 0; i < 10; i++) {
                assertThat(push(server, i)).contains("it was taken");
                assertThat(server.packs().stream().filter(name -> name.endsWith(".pack"))).as("after push " + i).hasSizeBetween(1, 2);
            }

            for (int i = 20; i < 22; i++) {
                Push held = push(i);
                server.push(held.pack(), ZERO + " " + held.commit().name() + " refs/tags/v" + i);
            }
            assertThat(push(server, 30)).contains(FULL, "caution.push.max-repository");
            assertThat(server.packs().stream().filter(name -> name.endsWith(".pack"))).hasSize(2);

            assertThat(server.push(new byte[0], push(20).commit().name() + " " + ZERO + " refs/tags/v20")).contains("ok refs/tags/v20");
            assertThat(push(server, 30)).contains("it was taken");
            server.nothingIsLeft();
        }
    }

    @Test
    void whereTheDiskIsNearlyFullNothingIsTakenAndNothingIsLeft() throws Exception {
        try (var server = new TestSshServer(directory, limits(DataSize.ofTerabytes(1 << 20)))) {
            assertThat(push(server, 1)).contains("fatal: nothing was taken: the platform's disk is nearly full");
            assertThat(server.packs()).isEmpty();
            server.servesOthers();
            server.nothingIsLeft();
        }
    }

    @Test
    void anAppHasSoManyBranchesAndTags() throws Exception {
        try (var server = new TestSshServer(directory, TestSshServer.ROOMY)) {
            Push one = push(1);
            assertThat(server.push(one.pack(), ZERO + " " + one.commit().name() + " refs/tags/first")).contains("ok refs/tags/first");
            var packed = new StringBuilder("# pack-refs with: peeled fully-peeled sorted\n");
            for (int i = 1; i < PushLimits.MOST_REFS; i++) {
                packed.append(one.commit().name()).append(String.format(" refs/tags/t%06d\n", i));
            }
            Files.writeString(server.directory(server.app).resolve("packed-refs"), packed);

            String told = server.push(one.pack(), ZERO + " " + one.commit().name() + " refs/tags/last");
            assertThat(told.substring(told.indexOf("fatal: "))).contains("more than " + PushLimits.MOST_REFS + " branches and tags",
                    "git push caution :refs/tags/NAME");
            told = server.push(one.pack(), one.commit().name() + " " + ZERO + " refs/tags/first",
                    ZERO + " " + one.commit().name() + " refs/tags/last");
            assertThat(told.substring(told.lastIndexOf("unpack ok"))).contains("ok refs/tags/first", "ok refs/tags/last");
        }
    }

    private static RepositoryLimits limits(DataSize freeDisk) {
        return new RepositoryLimits(DataSize.ofMegabytes(1), DataSize.ofMegabytes(10), freeDisk);
    }

    private static String push(TestSshServer server, int number) throws Exception {
        Push push = push(number);
        return server.push(push.pack(), push.commit());
    }

    private static Push push(int number) throws Exception {
        var pack = new TestPack();
        var file = new byte[400_000];
        new Random(number).nextBytes(file);
        pack.blob(file);
        ObjectId commit = pack.commit(TestPack.entry("100644", "file", TestPack.id(Constants.OBJ_BLOB, file)));
        return new Push(pack.bytes(), commit);
    }
}
