package co.caution.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.lib.Constants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Source that is not a checkout of one's own: what it is, and what is refused before anything of it lies on the disk. */
class AppSourceTest {

    @TempDir
    Path directory;

    private Path repository;
    private String tree;

    @BeforeEach
    void aRepositoryWithAllThatATreeHas() throws Exception {
        repository = directory.resolve("repository");
        try (Git git = Git.init().setDirectory(repository.toFile()).setInitialBranch("main").call()) {
            Files.writeString(repository.resolve("Procfile"), "run: /app\n");
            Files.createDirectories(repository.resolve("a/b"));
            Files.writeString(repository.resolve("a/b/program"), "#!/bin/sh\n");
            repository.resolve("a/b/program").toFile().setExecutable(true);
            Files.createSymbolicLink(repository.resolve("a/link"), Path.of("../../outside"));
            git.add().addFilepattern(".").call();
            git.commit().setMessage("first").setAuthor("a", "a@localhost").setCommitter("a", "a@localhost").setSign(false).call();
            tree = git.getRepository().resolve(Constants.HEAD + "^{tree}").name();
        }
    }

    private String tree(String spec) throws IOException {
        try (AppSource source = AppSource.open(spec, directory, AppSource.HEAD, directory.resolve("cache"))) {
            return source.reproducedBy(null, null).tree().name();
        }
    }

    @Test
    void aDirectoryInARepositoryIsItsCommit() throws Exception {
        assertThat(tree("repository")).isEqualTo(tree);
        assertThat(tree("repository/a/b")).isEqualTo(tree);
    }

    @Test
    void aWorktreeIsOnItsOwnBranch() throws Exception {
        Process git = new ProcessBuilder("git", "-C", repository.toString(), "worktree", "add", "-q", directory.resolve("other").toString())
                .inheritIO().start();
        assertThat(git.waitFor()).isZero();
        assertThat(tree("other")).isEqualTo(tree);
    }

    @Test
    void aUrlIsClonedWithoutItsHooksAndRemoved() throws Exception {
        Path hook = repository.resolve(".git/hooks/post-checkout");
        Files.createDirectories(hook.getParent());
        Files.writeString(hook, "#!/bin/sh\ntouch " + directory.resolve("hooked") + "\n");
        hook.toFile().setExecutable(true);
        assertThat(tree(repository.toUri().toString())).isEqualTo(tree);
        assertThat(directory.resolve("hooked")).doesNotExist();
        assertThat(directory.resolve("cache/sources")).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "app-1.0/", "./"})
    void anArchiveHasTheTreesId(String prefix) throws Exception {
        assertThat(tree(archive("x.tar", false, prefix).toString())).isEqualTo(tree);
        assertThat(tree(archive("x.tar.gz", true, prefix).toString())).isEqualTo(tree);
    }

    private Path archive(String name, boolean gzip, String prefix) throws IOException {
        Path file = directory.resolve(name);
        try (OutputStream out = Files.newOutputStream(file); OutputStream packed = gzip ? new GZIPOutputStream(out) : out;
                var tar = new TarArchiveOutputStream(packed)) {
            member(tar, prefix + "a/b/program", TarConstants.LF_NORMAL, 0775, "#!/bin/sh\n");
            member(tar, prefix + "a/link", TarConstants.LF_SYMLINK, 0777, "../../outside");
            member(tar, prefix + "Procfile", TarConstants.LF_NORMAL, 0600, "run: /app\n");
        }
        return file;
    }

    private static void member(TarArchiveOutputStream tar, String name, byte type, int mode, String content) throws IOException {
        var entry = new TarArchiveEntry(name, type, true);
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        boolean link = type == TarConstants.LF_SYMLINK || type == TarConstants.LF_LINK;
        entry.setMode(mode);
        entry.setLinkName(link ? content : "");
        entry.setSize(type == TarConstants.LF_NORMAL ? bytes.length : 0);
        tar.putArchiveEntry(entry);
        if (type == TarConstants.LF_NORMAL) {
            tar.write(bytes);
        }
        tar.closeArchiveEntry();
    }

    private void refused(List<String> names, byte type, String why) throws IOException {
        Path file = directory.resolve("bad.tar");
        try (var tar = new TarArchiveOutputStream(Files.newOutputStream(file))) {
            for (String name : names) {
                member(tar, name, type, 0644, "x");
            }
        }
        assertThatThrownBy(() -> tree(file.toString())).isInstanceOf(IOException.class).hasMessageContaining(why);
        assertThat(directory.resolve("cache/sources")).isEmptyDirectory();
    }

    @Test
    void anArchiveThatMeansHarmIsRefused() throws Exception {
        refused(List.of("/etc/passwd"), TarConstants.LF_NORMAL, "is an absolute name");
        refused(List.of("a/../../x"), TarConstants.LF_NORMAL, "is not a name that a git tree can hold");
        refused(List.of(".GIT/config"), TarConstants.LF_NORMAL, "is not a name that a git tree can hold");
        refused(List.of("a", "a"), TarConstants.LF_NORMAL, "is in it twice");
        refused(List.of("x"), TarConstants.LF_LINK, "is neither a file nor a symbolic link");
        Path directories = directory.resolve("directories.tar");
        try (var tar = new TarArchiveOutputStream(Files.newOutputStream(directories))) {
            var entry = new TarArchiveEntry("d/");
            entry.setSize(2L << 30);
            tar.putArchiveEntry(entry);
            tar.closeArchiveEntry();
        }
        assertThatThrownBy(() -> tree(directories.toString())).isInstanceOf(IOException.class).hasMessageContaining("larger than 1 GiB");
        refused(List.of("x"), TarConstants.LF_CHR, "is neither a file nor a symbolic link");
    }

    @Test
    void whatIsNoArchiveIsSaidToBeNone() throws Exception {
        Files.writeString(directory.resolve("page.html"), "<html>".repeat(500));
        assertThatThrownBy(() -> tree("page.html")).isInstanceOf(IOException.class);
        Files.write(directory.resolve("cut.tar.gz"), List.of("\u001f"));
        assertThatThrownBy(() -> tree("cut.tar.gz")).isInstanceOf(IOException.class);
        Files.createFile(directory.resolve("empty.tar"));
        assertThatThrownBy(() -> tree("empty.tar")).isInstanceOf(IOException.class).hasMessageContaining("holds no file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://localhost/x.git", "git://localhost/x.git", "ext::sh -c true", "ftp://localhost/x", "https://u:p@localhost/x"})
    void otherWaysToFetchAreRefused(String url) {
        assertThatThrownBy(() -> tree(url)).isInstanceOf(IOException.class);
    }

    @Test
    void aBranchThatLooksLikeTheBeginningOfACommitIsNotTakenForIt() throws Exception {
        try (Git git = Git.open(repository.toFile())) {
            String reviewed = git.getRepository().resolve(Constants.HEAD).name().substring(0, 7);
            git.commit().setMessage("evil").setAllowEmpty(true).setAuthor("a", "a@localhost").setCommitter("a", "a@localhost").setSign(false).call();
            AppSource.open("repository", directory, reviewed, directory.resolve("cache")).close();
            git.branchCreate().setName(reviewed).setStartPoint(Constants.HEAD).call();
            assertThatThrownBy(() -> AppSource.open("repository", directory, reviewed, directory.resolve("cache")))
                    .isInstanceOf(IOException.class).hasMessageContaining("is the name of a branch or tag");
        }
    }

    @Test
    void whetherFilesWereChangedIsFoundOutWithoutRunningWhatTheCheckoutNames() throws Exception {
        Path ran = directory.resolve("ran");
        Path hook = directory.resolve("hook");
        Files.writeString(hook, "#!/bin/sh\ntouch " + ran + "\ncat\n");
        hook.toFile().setExecutable(true);
        Files.writeString(repository.resolve(".git/config"), "\n[core]\n\tfsmonitor = " + hook + "\n\thooksPath = " + directory
                + "\n[filter \"x\"]\n\tclean = " + hook + "\n\trequired = true\n", StandardOpenOption.APPEND);
        Files.createDirectories(repository.resolve(".git/info"));
        Files.writeString(repository.resolve(".git/info/attributes"), "* filter=x\n");
        Files.copy(hook, directory.resolve("post-index-change"), StandardCopyOption.COPY_ATTRIBUTES);
        try (AppSource source = AppSource.open("repository", directory, AppSource.HEAD, directory.resolve("cache"))) {
            assertThat(source.changed()).isFalse();
            Files.setLastModifiedTime(repository.resolve("Procfile"), FileTime.from(Instant.now().plusSeconds(60)));
            assertThat(source.changed()).as("only touched").isFalse();
            Files.writeString(repository.resolve("Procfile"), "run: /apx\n");
            assertThat(source.changed()).isTrue();
        }
        assertThat(ran).doesNotExist();
    }

    @Test
    void whatSshSaysIsPartOfTheError() {
        assertThatThrownBy(() -> tree("ssh://127.0.0.1:1/x")).isInstanceOf(IOException.class).hasMessageContaining("Connection refused");
    }

    @Test
    void aHostIsNeverAnOptionOfSsh() {
        assertThatThrownBy(() -> tree("ssh://-oProxyCommand=touch%20x/y")).isInstanceOf(IOException.class);
        assertThat(directory.resolve("x")).doesNotExist();
    }
}
