package co.caution.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.TreeFormatter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreeExportTest {

    @TempDir
    Path directory;

    private SourceTree export(TestSource source) throws Exception {
        return TreeExport.export(source.repository, source.commit(), directory.resolve("app"));
    }

    private void refused(TestSource source, String... says) {
        assertThatThrownBy(() -> export(source)).isInstanceOf(BuildException.class).hasMessageContainingAll(says);
    }

    @Test
    void filesModesTimesAndLinksAreTheCommits() throws Exception {
        SourceTree tree = export(new TestSource()
                .file("a/text", "hello\r\n")
                .executable("a/run", "#!/bin/sh\n")
                .link("link", "../outside")
                .file(".gitattributes", "* text eol=lf filter=evil ident export-subst\na/text export-ignore\n"));

        Path app = directory.resolve("app");
        assertThat(app.resolve("a/text")).hasContent("hello\r\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(app.resolve("a/text")))).isEqualTo("rw-r--r--");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(app.resolve("a/run")))).isEqualTo("rwxr-xr-x");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(app.resolve("a")))).isEqualTo("rwxr-xr-x");
        assertThat(Files.readSymbolicLink(app.resolve("link"))).hasToString("../outside");
        for (String name : new String[] {"", "a", "a/text", "link"}) {
            assertThat(Files.getLastModifiedTime(app.resolve(name), LinkOption.NOFOLLOW_LINKS).toMillis())
                    .as(name)
                    .isZero();
        }
        assertThat(tree.id()).hasSize(40);
    }

    @Test
    void aFileIsNeverReadThroughALink() throws Exception {
        SourceTree tree = export(new TestSource().link("Procfile", "/etc/passwd").link("dir", "/etc").file("a/b", "x"));

        assertThat(tree.file("Procfile")).isNull();
        assertThat(tree.file("dir/passwd")).isNull();
        assertThat(tree.file("a/../a/b")).isNull();
        assertThat(tree.file("a")).isNull();
        assertThat(tree.file("a/b")).isNotNull();
    }

    @Test
    void submodulesAreRefused() {
        refused(new TestSource().submodule("lib/thing"), "lib/thing is a submodule", "add the files themselves");
    }

    @Test
    void lfsPointersAreRefused() {
        refused(
                new TestSource().file("big.bin", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"),
                "big.bin is an LFS pointer",
                "commit the file itself");
    }

    @Test
    void namesThatDifferOnlyInCaseAreRefused() {
        refused(new TestSource().file("a/README", "1").file("a/Readme", "2"), "differ only in case");
    }

    @Test
    void directoriesThatDifferOnlyInCaseAreRefused() {
        refused(new TestSource().file("Dir/x", "1").file("dir/y", "2"), "differ only in case");
    }

    @Test
    void treesThatNoGitMakesAreRefused() throws Exception {
        for (String name : new String[] {"..", ".", ".git", ".GIT", "a\nb"}) {
            var source = new TestSource();
            try (ObjectInserter inserter = source.repository.newObjectInserter()) {
                ObjectId blob = inserter.insert(Constants.OBJ_BLOB, new byte[0]);
                var tree = new TreeFormatter();
                tree.append(name.getBytes(StandardCharsets.UTF_8), FileMode.REGULAR_FILE, blob);
                ObjectId commit = source.commit(inserter, inserter.insert(tree));
                assertThatThrownBy(() -> TreeExport.export(
                                source.repository, commit, directory.resolve("x" + Math.abs(name.hashCode()))))
                        .as(name)
                        .isInstanceOf(BuildException.class)
                        .hasMessageContaining("not every machine can hold");
            }
        }
    }

    @Test
    void aTreeThatHasOneNameTwiceIsRefused() throws Exception {
        var source = new TestSource();
        try (ObjectInserter inserter = source.repository.newObjectInserter()) {
            ObjectId link = inserter.insert(Constants.OBJ_BLOB, "/etc".getBytes(StandardCharsets.UTF_8));
            var below = new TreeFormatter();
            below.append("passwd", FileMode.REGULAR_FILE, link);
            ObjectId subtree = inserter.insert(below);
            var tree = new TreeFormatter();
            tree.append("x", FileMode.SYMLINK, link);
            tree.append("x", FileMode.TREE, subtree);
            ObjectId commit = source.commit(inserter, inserter.insert(tree));
            assertThatThrownBy(() -> TreeExport.export(source.repository, commit, directory.resolve("app")))
                    .isInstanceOf(BuildException.class)
                    .hasMessageContaining("twice");
        }
    }

    @Test
    void tooManyFilesAreRefused() {
        var source = new TestSource();
        for (int i = 0; i <= TreeExport.MAX_FILES; i++) {
            source.file("f" + i, "");
        }
        refused(source, "more than 10000");
    }

    @Test
    void tooDeepATreeIsRefused() {
        refused(new TestSource().file("d/".repeat(70) + "x", ""), "deeper than 64");
    }
}
