package co.caution.explain;

import static co.caution.explain.TestImage.manifest;
import static org.assertj.core.api.Assertions.assertThat;

import co.caution.eif.EifDiff.Change;
import co.caution.project.FileList;
import co.caution.project.FileList.Entry;
import co.caution.project.FileList.Type;
import co.caution.project.Manifest;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListComparisonTest {

    @TempDir
    Path directory;

    private static Entry file(String path, int mode, String sha256) {
        return new Entry(Type.FILE, mode, 0, 0, 7, sha256, path);
    }

    @Test
    void entriesAreComparedAndOursSuggestsACause() throws Exception {
        Manifest manifest = manifest(List.of(), "f");
        var image = new TestImage(directory).manifest(manifest).file("/built", "at 2026-11-22").write("b.eif");
        var theirs = new FileList(List.of(file("/built", 0644, "aa"), file("/mode", 0755, "bb"), file("/only", 0644, "cc")));
        var ours = new FileList(List.of(file("/built", 0644, "dd"), file("/mode", 0700, "bb"),
                new Entry(Type.SYMLINK, 0777, 0, 0, 1, "x", "/new")));

        Explanation found = ListComparison.compare(
                manifest.toJson(), manifest.toJson(), Optional.of(theirs), ours, image, Conditions.UNKNOWN);

        assertThat(found.configuration()).isEmpty();
        assertThat(found.files()).containsExactly(
                new FileDifference("/built", "changed", List.of(new Change("sha256", "aa", "dd")), null,
                        new Hint(Cause.DATE, "it holds at 2026-11-22", false)),
                new FileDifference("/mode", "changed", List.of(new Change("mode", "755", "700")), null, new Hint(Cause.UMASK, "", true)),
                new FileDifference("/new", "added", List.of(new Change("type", null, "symlink"), new Change("mode", null, "777"),
                        new Change("owner", null, "0:0"), new Change("target", null, "x")), null, null),
                new FileDifference("/only", "removed", List.of(new Change("type", "file", null), new Change("mode", "644", null),
                        new Change("owner", "0:0", null), new Change("size", "7", null), new Change("sha256", "cc", null)), null, null));
    }

    @Test
    void withoutTheListTheConfigurationIsComparedAlone() throws Exception {
        Manifest one = manifest(List.of("A=1"), "f");
        Manifest two = manifest(List.of(), "g");
        var image = new TestImage(directory).manifest(two).write("b.eif");

        Explanation found = ListComparison.compare(
                one.toJson(), two.toJson(), Optional.empty(), new FileList(List.of()), image, Conditions.UNKNOWN);

        assertThat(found.configuration()).containsExactly(new Change("env", "[\"A=1\"]", "[]"));
        assertThat(found.files()).isEmpty();
    }
}
