package co.caution.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.spy;
import static org.mockito.Mockito.when;

import co.caution.app.store.AppStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.Lock;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.TagBuilder;
import org.eclipse.jgit.lib.TreeFormatter;
import org.eclipse.jgit.revwalk.ObjectWalk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

/** Limits of a mebibyte or three, and pushes of 400 kB or so that do not get smaller. */
class RepositoryRoomTest {

    private static final PersonIdent SOMEBODY = new PersonIdent("a", "a@example.com", Instant.EPOCH, java.time.ZoneOffset.UTC);
    private static final int LARGE = 400_000;

    private final App app = app();
    private final AppStore store = mock(AppStore.class);
    private final Random random = new Random(7);

    @TempDir
    Path home;

    private App app() {
        return new App(UUID.randomUUID(), new UUID(0, 1), "app", null, Instant.EPOCH);
    }

    private RepositoryRoom room(int ofApp, int ofAll) {
        return new RepositoryRoom(new RepositoryLimits(DataSize.ofMegabytes(ofApp), DataSize.ofMegabytes(ofAll), DataSize.ofBytes(0)),
                TestRepositories.settings(home), TestRepositories.in(home), store);
    }

    @Test
    void whatFailedPushesLeftGoesWhenRoomIsMissingAndNotBefore() throws IOException {
        var room = room(1, 100);
        try (var repository = open(app)) {
            push(repository, blob());
            push(repository, blob());
            assertThat(room.measure(app).full()).isEmpty();
            assertThat(packs(repository)).isEqualTo(2);

            push(repository, blob());
            assertThat(room.measure(app).full()).isEmpty();
            assertThat(packs(repository)).isZero();
        }
    }

    @Test
    void whatABranchATagOrAPinLeadsToStaysAndIsWhole() throws IOException {
        var room = room(1, 100);
        try (var repository = open(app)) {
            ObjectId first = push(repository, blob());
            ObjectId second = push(repository, blob(), first);
            ObjectId tagged = push(repository, blob());
            ObjectId pinned = push(repository, blob());
            push(repository, blob());
            ref(repository, "refs/heads/main", second);
            ref(repository, "refs/tags/v1", tag(repository, tagged));
            TestRepositories.in(home).pin(repository, UUID.randomUUID(), pinned);

            assertThat(room.measure(app).full()).hasValueSatisfying(why -> assertThat(why)
                    .contains("more than 1 MiB", "git push caution :refs/tags/NAME", "caution.push.max-repository"));

            assertThat(packs(repository)).as("all but the one that nothing leads to").isEqualTo(5);
            whole(repository);
        }
    }

    /** A build fails, its author corrects something, and pushes all there is once more. */
    @Test
    void aPackOfWhichALaterOneHasEverythingGoes() throws IOException {
        var room = room(1, 100);
        try (var repository = open(app)) {
            byte[] large = blob();
            push(repository, large);
            push(repository, large, blob());
            ObjectId last = push(repository, large, new byte[] {1});
            ref(repository, "refs/heads/main", last);

            assertThat(room.measure(app).full()).isEmpty();

            assertThat(packs(repository)).isOne();
            whole(repository);
        }
    }

    /** What a large project pushes again after each build that failed is in memory once. */
    @Test
    void howManyObjectsThereMayBeIsAQuestionOfThoseThatAreLedTo() throws IOException {
        try (var repository = open(app)) {
            byte[] large = blob();
            for (byte i = 0; i < 3; i++) {
                ref(repository, "refs/heads/main", push(repository, large, new byte[] {i}));
            }
        }
        try (var repository = open(app)) {
            assertThatThrownBy(() -> Unneeded.remove(repository, 3)).isInstanceOf(IOException.class).hasMessageContaining("too many");
            assertThat(packs(repository)).isEqualTo(3);
            assertThat(Unneeded.remove(repository, 4)).as("a commit, its tree and two files are one pack").isEqualTo(2);
            whole(repository);
        }
    }

    /** It is not known yet what will lead to it. */
    @Test
    void whileAPushIsBetweenItsLastByteAndItsRefNothingOfItsAppGoes() throws IOException {
        var room = room(1, 100);
        try (var repository = open(app)) {
            push(repository, blob(), blob(), blob());
            Lock arriving = room.arriving(app.id());
            arriving.lock();
            assertThat(room.measure(app).full()).isPresent();
            assertThat(packs(repository)).isOne();

            arriving.unlock();
            assertThat(room.measure(app).full()).isEmpty();
        }
    }

    /** It has read the branches, and comes to the objects later. */
    @Test
    void whileABackupIsMadeNothingGoes() throws IOException {
        var room = room(1, 100);
        try (var repository = open(app)) {
            push(repository, blob(), blob(), blob());
            room.copying().lock();
            assertThat(room.measure(app).full()).isPresent();
            room.copying().unlock();
            assertThat(room.measure(app).full()).isEmpty();
        }
    }

    @Test
    void manyAppsAreNoWayAroundTheLimitAndTheDestroyedOnesGoFirst() throws IOException {
        var room = room(2, 2);
        App second = app();
        App destroyed = app();
        when(store.appIds(app.organizationId(), false)).thenReturn(List.of(app.id(), second.id()));
        when(store.appIds(app.organizationId(), true)).thenReturn(List.of(destroyed.id()));
        for (App each : List.of(app, second, destroyed)) {
            try (var repository = open(each)) {
                ref(repository, "refs/heads/main", push(repository, blob(), blob()));
            }
        }
        assertThat(room.measure(app).full()).isEmpty();
        assertThat(home.resolve("repositories/" + destroyed.id() + ".git")).doesNotExist();
        assertThat(home.resolve("repositories/" + second.id() + ".git")).exists();

        try (var repository = open(second)) {
            ref(repository, "refs/heads/main", push(repository, blob(), blob(), blob()));
            ref(repository, "refs/tags/more", push(repository, blob()));
        }
        assertThat(room.measure(app).full()).hasValueSatisfying(why -> assertThat(why)
                .contains("organization", "more than 2 MiB", "caution apps destroy", "caution.push.max-organization"));
    }

    @Test
    @Timeout(300)
    void whoeverHasManyLargeRepositoriesHoldsUpOthersForOneOfThem() throws Exception {
        App first = app();
        App second = app();
        App others = new App(UUID.randomUUID(), new UUID(0, 2), "others", null, Instant.EPOCH);
        when(store.appIds(first.organizationId(), false)).thenReturn(List.of(first.id(), second.id()));
        for (App each : List.of(first, second, others)) {
            try (var repository = open(each)) {
                push(repository, blob(), blob(), blob());
            }
        }
        var looked = new ConcurrentLinkedQueue<UUID>();
        var begun = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var repositories = spy(TestRepositories.in(home));
        doAnswer(call -> {
            looked.add(call.getArgument(0));
            begun.countDown();
            goOn.await();
            return call.callRealMethod();
        }).when(repositories).open(any(), any());
        var room = new RepositoryRoom(new RepositoryLimits(DataSize.ofMegabytes(2), DataSize.ofMegabytes(1), DataSize.ofBytes(0)),
                TestRepositories.settings(home), repositories, store);
        try (var threads = Executors.newFixedThreadPool(3)) {
            var theirs = threads.submit(() -> room.measure(first).full());
            begun.await();
            var more = threads.submit(() -> room.measure(second).full());
            var another = threads.submit(() -> room.measure(others).full());
            while (!room.tidying.hasQueuedThreads() && !another.isDone()) {
                Thread.onSpinWait();
            }
            goOn.countDown();
            assertThat(List.of(theirs.get(), more.get(), another.get())).containsOnly(Optional.empty());
        }
        assertThat(looked).as("by turns, and once").containsExactly(first.id(), others.id(), second.id());
    }

    @Test
    void whereTheDiskIsNearlyFullNobodyIsTakenInAndTheReasonIsSaid() throws IOException {
        var room = new RepositoryRoom(new RepositoryLimits(DataSize.ofGigabytes(1), DataSize.ofGigabytes(1), DataSize.ofTerabytes(1 << 20)),
                TestRepositories.settings(home), TestRepositories.in(home), store);
        open(app).close();
        assertThat(room.measure(app).full()).hasValueSatisfying(why -> assertThat(why).contains("disk is nearly full", "operator"));
    }

    private FileRepository open(App which) throws IOException {
        return TestRepositories.in(home).open(which.id(), pack -> pack);
    }

    private byte[] blob() {
        var blob = new byte[LARGE];
        random.nextBytes(blob);
        return blob;
    }

    private ObjectId push(FileRepository repository, byte[]... files) throws IOException {
        return push(repository, files, null);
    }

    private ObjectId push(FileRepository repository, byte[] file, ObjectId parent) throws IOException {
        return push(repository, new byte[][] {file}, parent);
    }

    /** A commit with such files, in a pack of its own. */
    private ObjectId push(FileRepository repository, byte[][] files, ObjectId parent) throws IOException {
        try (var pack = repository.getObjectDatabase().newPackInserter()) {
            pack.checkExisting(false); // as one that comes by a push
            var tree = new TreeFormatter();
            for (int i = 0; i < files.length; i++) {
                tree.append("file-" + i, FileMode.REGULAR_FILE, pack.insert(Constants.OBJ_BLOB, files[i]));
            }
            var commit = new CommitBuilder();
            commit.setTreeId(pack.insert(tree));
            commit.setAuthor(SOMEBODY);
            commit.setCommitter(SOMEBODY);
            commit.setMessage("a commit");
            if (parent != null) {
                commit.setParentId(parent);
            }
            ObjectId id = pack.insert(commit);
            pack.flush();
            return id;
        }
    }

    private static ObjectId tag(FileRepository repository, ObjectId commit) throws IOException {
        try (ObjectInserter pack = repository.getObjectDatabase().newPackInserter()) {
            var tag = new TagBuilder();
            tag.setObjectId(commit, Constants.OBJ_COMMIT);
            tag.setTag("v1");
            tag.setTagger(SOMEBODY);
            ObjectId id = pack.insert(tag);
            pack.flush();
            return id;
        }
    }

    private void ref(Repository repository, String name, ObjectId id) throws IOException {
        TestRepositories.in(home).move(repository, name, TestRepositories.in(home).at(repository, name), id);
    }

    /** As others will see it, who have opened nothing yet. */
    private int packs(FileRepository repository) {
        return repository.getObjectDatabase().getDirectory().toPath().resolve("pack").toFile()
                .list((_, name) -> name.endsWith(".pack")).length;
    }

    private void whole(FileRepository repository) throws IOException {
        repository.close();
        try (var again = open(app); var walk = new ObjectWalk(again)) {
            for (var ref : again.getRefDatabase().getRefs()) {
                walk.markStart(walk.parseAny(ref.getObjectId()));
            }
            while (walk.next() != null) {
                // It reads each commit.
            }
            walk.checkConnectivity();
        }
    }
}
