package co.caution.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import co.caution.build.RootFs.Directory;
import co.caution.build.RootFs.File;
import co.caution.build.RootFs.Node;
import co.caution.build.RootFs.Symlink;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FlattenerTest {

    @TempDir
    Path directory;

    private RootFs flatten(TestLayer... layers) throws Exception {
        var files = new ArrayList<Path>();
        for (TestLayer layer : layers) {
            files.add(layer.write(directory.resolve(files.size() + ".tar"), "UTF-8"));
        }
        try (var log = new BuildLog(directory.resolve("build.log"), BuildListener.SILENT)) {
            return Flattener.flatten(files, log);
        }
    }

    private String log() throws IOException {
        return Files.readString(directory.resolve("build.log"));
    }

    private static String content(Node node) throws IOException {
        try (var in = ((File) node).content().open()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static List<String> names(RootFs fs, String path) {
        return List.copyOf(((Directory) fs.find(path)).children.keySet());
    }

    @Test
    void aLaterLayerReplacesFilesAndKeepsTheRest() throws Exception {
        RootFs fs = flatten(
                new TestLayer().directory("a").file("a/one", "1").file("a/two", "2"),
                new TestLayer().file("a/two", 04755, 7, 8, "zwei"));

        assertThat(content(fs.find("/a/one"))).isEqualTo("1");
        assertThat(content(fs.find("/a/two"))).isEqualTo("zwei");
        assertThat((File) fs.find("/a/two"))
                .extracting(File::mode, File::uid, File::gid)
                .containsExactly(04755, 7, 8);
    }

    @Test
    void aWhiteoutRemovesWhatIsBelowAndNothingOfItsOwnLayer() throws Exception {
        RootFs fs = flatten(
                new TestLayer().directory("a").file("a/gone", "1").directory("d").file("d/x", "1"),
                new TestLayer().file("a/.wh.gone", "").file(".wh.d", "").directory("d").file("d/new", "2"));

        assertThat(names(fs, "/a")).isEmpty();
        assertThat(names(fs, "/d")).containsExactly("new");
    }

    @Test
    void anOpaqueDirectoryHidesWhatIsBelowWhereverTheMarkStands() throws Exception {
        RootFs fs = flatten(
                new TestLayer().directory("d").file("d/old", "1"),
                new TestLayer().directory("d", 0700, 1, 1).file("d/new", "2").file("d/.wh..wh..opq", ""));

        assertThat(names(fs, "/d")).containsExactly("new");
        assertThat(((Directory) fs.find("/d")).mode).isEqualTo(0700);
    }

    @Test
    void hardLinksAcrossLayersAreOneFile() throws Exception {
        RootFs fs = flatten(
                new TestLayer().file("one", "1"),
                new TestLayer().hardLink("two", "one"),
                new TestLayer().hardLink("three", "/two"));

        assertThat(fs.find("/three")).isSameAs(fs.find("/one")).isSameAs(fs.find("/two"));
    }

    @Test
    void aReplacedNameLeavesTheOtherNamesOfTheOldFileAlone() throws Exception {
        RootFs fs = flatten(
                new TestLayer().file("one", "1").hardLink("two", "one"),
                new TestLayer().file("one", "new"));

        assertThat(content(fs.find("/one"))).isEqualTo("new");
        assertThat(content(fs.find("/two"))).isEqualTo("1");
    }

    @Test
    void aTypeMayChangeFromLayerToLayer() throws Exception {
        RootFs fs = flatten(
                new TestLayer().directory("d").file("d/x", "1").file("f", "1").symlink("l", "f"),
                new TestLayer().file("d", "now a file").directory("f").file("f/x", "2").directory("l"));

        assertThat(content(fs.find("/d"))).isEqualTo("now a file");
        assertThat(names(fs, "/f")).containsExactly("x");
        assertThat(fs.root.children.get("l")).isInstanceOf(Directory.class);
    }

    @Test
    void whatLiesBelowALinkOfALowerLayerLandsWhereTheLinkLeads() throws Exception {
        RootFs fs = flatten(
                new TestLayer().directory("usr").directory("usr/bin").symlink("bin", "usr/bin"),
                new TestLayer().file("bin/tool", "1"));

        assertThat(fs.root.children.get("bin")).isInstanceOf(Symlink.class);
        assertThat(names(fs, "/usr/bin")).containsExactly("tool");
    }

    @Test
    void linksNeverLeadOutOfTheRoot() throws Exception {
        RootFs fs = flatten(
                new TestLayer().directory("a").symlink("a/up", "../../../..").symlink("loop", "loop"),
                new TestLayer().file("a/up/x", "1"));

        assertThat(names(fs, "/")).containsExactly("a", "loop", "x");
        assertThat(fs.find("/loop")).isNull();
    }

    @Test
    void missingDirectoriesAreMade() throws Exception {
        assertThat(flatten(new TestLayer().file("a/b/c", "1")).find("/a/b"))
                .isInstanceOfSatisfying(Directory.class, made -> assertThat(made.mode).isEqualTo(0755));
    }

    @Test
    void devicesAndAttributesAreDroppedAndNamed() throws Exception {
        RootFs fs = flatten(new TestLayer()
                .directory("opt")
                .device("opt/null")
                .file("opt/ping", "x")
                .withAttribute("security.capability", "cap"));

        assertThat(names(fs, "/opt")).containsExactly("ping");
        assertThat(log())
                .contains("dropped /opt/null: a device node", "dropped security.capability of /opt/ping");
    }

    @Test
    void whatTheAgentWritesIsLeftOut() throws Exception {
        RootFs fs = flatten(new TestLayer()
                .directory("etc")
                .file("etc/hosts", "1")
                .file("etc/hostname", "1")
                .symlink("etc/resolv.conf", "/run/x")
                .file("etc/passwd", "1")
                .file("run/secrets/x", "1")
                .file("proc/x", "1")
                .file("sys/x", "1")
                .file("dev/x", "1"));

        assertThat(names(fs, "/etc")).containsExactly("passwd");
        assertThat(List.of("/run", "/proc", "/sys", "/dev")).allSatisfy(path -> assertThat(names(fs, path)).isEmpty());
        assertThat(log()).contains("left out /etc/hosts", "left out what /run holds");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../x", "a/../../x", "/../x"})
    void namesThatLeaveTheRootAreRefused(String name) {
        assertThatThrownBy(() -> flatten(new TestLayer().file(name, "1")))
                .isInstanceOf(BuildException.class)
                .hasMessageContaining("leaves its root");
    }

    @Test
    void hardLinksThatLeaveTheRootAreRefused() {
        assertThatThrownBy(() -> flatten(new TestLayer().hardLink("x", "../../etc/shadow")))
                .isInstanceOf(BuildException.class)
                .hasMessageContaining("leaves its root");
    }

    @Test
    void hardLinksToNothingAreRefused() {
        assertThatThrownBy(() -> flatten(new TestLayer().hardLink("x", "y")))
                .isInstanceOf(BuildException.class)
                .hasMessageContaining("/x is a hard link to y, which is no file");
    }

    @Test
    void namesThatAreNotUtf8AreRefused() throws Exception {
        Path layer = new TestLayer().file("caf\u00e9", "1").write(directory.resolve("latin.tar"), "ISO-8859-1");

        try (var log = new BuildLog(directory.resolve("build.log"), BuildListener.SILENT)) {
            assertThatThrownBy(() -> Flattener.flatten(List.of(layer), log))
                    .isInstanceOf(BuildException.class)
                    .hasMessageContaining("is not UTF-8");
        }
    }

    @Test
    void filesBelowAFileAreRefused() {
        assertThatThrownBy(() -> flatten(new TestLayer().file("a", "1").file("a/b", "2")))
                .isInstanceOf(BuildException.class)
                .hasMessageContaining("/a is not a directory, yet has files");
    }

    @Test
    void rubbishIsRefused() throws Exception {
        Path layer = Files.writeString(directory.resolve("x.tar"), "rubbish".repeat(1000));

        try (var log = new BuildLog(directory.resolve("build.log"), BuildListener.SILENT)) {
            assertThatThrownBy(() -> Flattener.flatten(List.of(layer), log)).isInstanceOf(BuildException.class);
        }
    }
}
