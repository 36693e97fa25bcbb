package co.caution.packages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackageFetcherTest {

    @TempDir
    Path directory;

    @Test
    void whatIsFetchedOnceIsNotFetchedAgain() throws Exception {
        var archive = new FakeArchive(Map.of("gcc", "the compiler", "make", "the maker"));
        List<DebianPackage> wanted = List.of(debian("gcc", "the compiler"), debian("make", "the maker"));
        List<Path> files = fetcher(archive).fetch(wanted, directory, note -> {});
        assertThat(files).extracting(Files::readString).containsExactly("the compiler", "the maker");
        assertThat(fetcher(new FakeArchive(Map.of())).fetch(wanted, directory, note -> {})).isEqualTo(files);
        assertThat(archive.asked).hasSize(1);
    }

    @Test
    void aPackageWithOtherBytesIsNotTaken() throws Exception {
        var archive = new FakeArchive(Map.of("gcc", "a trap", "make", "the maker"));
        List<DebianPackage> wanted = List.of(debian("gcc", "the compiler"), debian("make", "the maker"));
        assertThatThrownBy(() -> fetcher(archive).fetch(wanted, directory, note -> {}))
                .isInstanceOf(PackageException.class)
                .hasMessageContaining("gcc 1.0")
                .hasMessageContaining("SHA-256");
        try (var kept = Files.list(new PackageHome(directory).packages())) {
            assertThat(kept).extracting(Files::readString).containsExactly("the maker");
        }
    }

    @Test
    void whatTheMachinesListsDoNotKnowIsLookedForInFreshOnes() throws Exception {
        var archive = new FakeArchive(Map.of("gcc", "the compiler"));
        archive.onlyIn = Archive.Lists.OWN;
        assertThat(fetcher(archive).fetch(List.of(debian("gcc", "the compiler")), directory, note -> {})).hasSize(1);
    }

    @Test
    void whatIsGoneIsNamedAndTheRestIsStillBrought() throws Exception {
        var archive = new FakeArchive(Map.of("make", "the maker"));
        DebianPackage gcc = debian("gcc", "the compiler");
        assertThat(fetcher(archive).unavailable(List.of(gcc, debian("make", "the maker")), directory)).containsExactly(gcc);
        assertThat(new PackageHome(directory).file(debian("make", "the maker"))).hasContent("the maker");
    }

    @Test
    void aDamagedCacheIsNotBelieved() throws Exception {
        DebianPackage gcc = debian("gcc", "the compiler");
        Files.writeString(new PackageHome(directory).file(gcc), "half of it");
        var archive = new FakeArchive(Map.of("gcc", "the compiler"));
        assertThatThrownBy(() -> fetcher(archive).fetch(List.of(gcc), directory, note -> {}))
                .hasMessageContaining("damaged and has been removed");
        assertThat(fetcher(archive).fetch(List.of(gcc), directory, note -> {})).hasSize(1);
    }

    private PackageFetcher fetcher(Archive archive) {
        return new PackageFetcher(new PackageHome(directory), archive);
    }

    private static DebianPackage debian(String name, String content) {
        return new DebianPackage(name, "1.0", "amd64", Sha256.of(content.getBytes()));
    }

    /** Has packages by name, and like apt brings none where it does not know one. */
    private static final class FakeArchive implements Archive {

        private final Map<String, String> contents;
        private final List<List<DebianPackage>> asked = new ArrayList<>();
        private Lists onlyIn = Lists.MACHINE;

        FakeArchive(Map<String, String> contents) {
            this.contents = new TreeMap<>(contents);
        }

        @Override
        public boolean ready(Lists lists) {
            return true;
        }

        @Override
        public boolean download(Lists lists, Path to, List<DebianPackage> packages, Duration limit) throws IOException {
            asked.add(packages);
            if (lists != onlyIn || !packages.stream().allMatch(debian -> contents.containsKey(debian.name()))) {
                return false;
            }
            for (DebianPackage debian : packages) {
                Files.writeString(to.resolve(debian.name() + ".deb"), contents.get(debian.name()));
            }
            return true;
        }
    }
}
