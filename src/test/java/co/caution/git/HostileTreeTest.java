package co.caution.git;

import static co.caution.git.TestPack.PERSON;
import static co.caution.git.TestPack.entry;
import static co.caution.git.TestPack.id;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Objects that no git makes: directories, commits and tags that would do something to whoever checks them out or reads them. */
@Timeout(120)
class HostileTreeTest extends RefusalFixture {

    private static final byte[] EVIL = "../../etc/passwd".getBytes(StandardCharsets.US_ASCII);
    private static final ObjectId BLOB = id(Constants.OBJ_BLOB, EVIL);
    private static final ObjectId EMPTY_TREE = id(Constants.OBJ_TREE, new byte[0]);

    @Test
    void namesThatAreGitsOwnOnSomeDiskOrLeaveTheDirectory() throws Exception {
        List<String> taken = new ArrayList<>();
        for (String name : List.of("", ".", "..", "a/b", "/", "../x", ".git", ".GIT", ".Git", "git~1", "GIT~1", ".git ", ".git.", ".git . .",
                ".g\u200cit", ".gi\u200dt\u200e", "\ufeff.git", ".git::$INDEX_ALLOCATION", "GIT~1:x", ".git\\x", "a\\.git\\config")) {
            String told = push(entry("100644", name, BLOB));
            if (!told.contains("fatal: nothing was taken: ") || told.contains("Missing")) {
                taken.add(name + " " + told.lines().filter(line -> line.contains("fatal")).toList());
            }
        }
        assertThat(taken).isEmpty();
    }

    @Test
    void directoriesOutOfOrderOrWithTheSameNameTwice() throws Exception {
        refused(join(entry("100644", "b", BLOB), entry("100644", "a", BLOB)), "sorted");
        refused(join(entry("100644", "a", BLOB), entry("100644", "a", BLOB)), "duplicate");
        refused(join(entry("100644", "a", BLOB), entry("100644", "a.b", BLOB), entry("40000", "a", EMPTY_TREE)), "duplicate");
    }

    @Test
    void modesThatThereAreNot() throws Exception {
        for (String mode : List.of("0", "", "777777777777", "100644x", "8", "060000", "140000", "20000", "-1", "0100644", "40 000")) {
            assertThat(push(entry(mode, "a", BLOB))).as(mode).contains("fatal: nothing was taken: ");
        }
        assertThat(push("100644 a\0short".getBytes(StandardCharsets.US_ASCII))).contains("fatal: nothing was taken: ");
        assertThat(push("100644 a".getBytes(StandardCharsets.US_ASCII))).contains("fatal: nothing was taken: ");
        refused(entry("100644", "a", ObjectId.zeroId()), "fatal");
    }

    @Test
    void linksInPlaceOfGitsFilesAndModulesThatRunSomething() throws Exception {
        byte[] modules = "[submodule \"x\"]\n\tpath = x\n\turl = --upload-pack=id\n".getBytes(StandardCharsets.US_ASCII);
        var pack = new TestPack();
        pack.blob(modules);
        ObjectId commit = pack.commit(entry("100644", ".gitmodules", id(Constants.OBJ_BLOB, modules)));
        assertThat(server.push(pack.bytes(), commit)).contains("fatal: nothing was taken: .gitmodules");
    }

    @Test
    void commitsAndTagsThatCannotBeRead() throws Exception {
        String tree = EMPTY_TREE.name();
        Map<String, String> all = new LinkedHashMap<>();
        all.put("nothing", "");
        all.put("no tree", "author " + PERSON + "\ncommitter " + PERSON + "\n\n");
        all.put("half a tree", TestPack.text("123", "author " + PERSON, "committer " + PERSON));
        all.put("no author", "tree " + tree + "\ncommitter " + PERSON + "\n\n");
        all.put("no committer", "tree " + tree + "\nauthor " + PERSON + "\n\n");
        all.put("no address", TestPack.text(tree, "author A 1 +0000", "committer " + PERSON));
        all.put("no time", TestPack.text(tree, "author A <a@b>", "committer " + PERSON));
        all.put("a time of letters", TestPack.text(tree, "author A <a@b> x +0000", "committer " + PERSON));
        all.put("a parent of letters", "tree " + tree + "\nparent " + "z".repeat(40) + "\nauthor " + PERSON + "\ncommitter " + PERSON + "\n\n");
        for (var each : all.entrySet()) {
            var pack = new TestPack();
            pack.object(Constants.OBJ_TREE, new byte[0]);
            ObjectId commit = pack.commit(each.getValue());
            assertThat(server.push(pack.bytes(), commit)).as(each.getKey()).contains("fatal: nothing was taken: ");
        }
        var pack = new TestPack();
        byte[] tag = "object x\ntype commit\ntag v1\n\n".getBytes(StandardCharsets.US_ASCII);
        pack.object(Constants.OBJ_TAG, tag);
        assertThat(server.push(pack.bytes(), ObjectId.zeroId().name() + " " + id(Constants.OBJ_TAG, tag).name() + " refs/tags/v1"))
                .contains("fatal: nothing was taken: ");
    }

    private static String push(byte[] tree) throws Exception {
        var pack = new TestPack();
        pack.blob(EVIL);
        pack.object(Constants.OBJ_TREE, new byte[0]);
        ObjectId commit = pack.commit(tree);
        return server.push(pack.bytes(), commit);
    }

    private static void refused(byte[] tree, String why) throws Exception {
        assertThat(push(tree)).contains("fatal: nothing was taken: ", why, "unpack error").doesNotContain("xception");
    }

    private static byte[] join(byte[]... entries) {
        var all = new ByteArrayOutputStream();
        for (byte[] each : entries) {
            all.writeBytes(each);
        }
        return all.toByteArray();
    }
}
