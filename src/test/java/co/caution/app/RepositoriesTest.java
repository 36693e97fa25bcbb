package co.caution.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.eclipse.jgit.lib.Repository;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RepositoriesTest {

    private static final int AT_ONCE = 8;

    @TempDir
    Path home;

    /** Of a service that was killed while it took a pack in, or removed one. */
    @Test
    void whatAKilledServiceLeftOfPacksGoesAndWholeOnesStay() throws Exception {
        var repositories = TestRepositories.in(home);
        try (Repository repository = repositories.open(UUID.randomUUID())) {
            Path packs = Files.createDirectories(repository.getDirectory().toPath().resolve("objects/pack"));
            for (String file : List.of("pack-a.pack", "pack-a.idx", "pack-a.rev", "pack-a.keep", "pack-b.pack", "pack-b.rev", "pack-c.idx",
                    "pack-c.rev", "pack-d.keep")) {
                Files.createFile(packs.resolve(file));
            }
            repositories.sweep(repository);
            assertThat(packs.toFile().list()).containsExactlyInAnyOrder("pack-a.pack", "pack-a.idx", "pack-a.rev");
        }
    }

    /** An app's repository is made when it is first asked for, and many may ask first. */
    @Test
    void ofManyWhoOpenANewAppsRepositoryAtOnceEachGetsIt() throws Exception {
        var repositories = TestRepositories.in(home);
        try (var threads = Executors.newFixedThreadPool(AT_ONCE)) {
            for (int i = 0; i < 20; i++) {
                var app = UUID.randomUUID();
                var together = new CyclicBarrier(AT_ONCE);
                var all = new ArrayList<Future<Integer>>();
                for (int j = 0; j < AT_ONCE; j++) {
                    all.add(threads.submit(() -> {
                        together.await();
                        try (Repository repository = repositories.open(app)) {
                            return repository.getConfig().getInt("gc", "auto", 1);
                        }
                    }));
                }
                for (var each : all) {
                    assertThat(each.get()).isZero();
                }
            }
        }
    }
}
