package co.caution.git;

import static co.caution.git.TestPack.PERSON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import co.caution.account.Permissions;
import co.caution.account.Role;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands that ask for what nobody may have. */
@Timeout(300)
class HostileRefTest {

    private static final String ZERO = ObjectId.zeroId().name();

    @TempDir
    static Path home;

    private static TestSshServer server;
    private static byte[] pack;
    private static String commit;

    @BeforeAll
    static void start() throws Exception {
        server = new TestSshServer(home, TestSshServer.ROOMY);
        var sound = new TestPack();
        sound.object(Constants.OBJ_TREE, new byte[0]);
        commit = sound.commit(TestPack.text(TestPack.id(Constants.OBJ_TREE, new byte[0]).name(), "author " + PERSON, "committer " + PERSON))
                .name();
        pack = sound.bytes();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @AfterEach
    void othersAreServedAndNothingIsDeployedOrMoved() throws Exception {
        server.servesOthers();
        server.nothingIsLeft();
        assertThat(server.run("git-upload-pack '/" + server.app.id() + ".git'").out()).doesNotContain("refs/");
    }

    /** A push may take long; what was so when it began may no longer be. */
    @Test
    void nobodyDeploysWhoWasRemovedWhileTheirPushCame() throws Exception {
        try (var other = new TestSshServer(home.resolve("removed"), TestSshServer.ROOMY)) {
            when(other.permissions.ask(any(), eq(other.app.organizationId()), any()))
                    .thenReturn(new Permissions.Answer.Allowed(Role.MEMBER), new Permissions.Answer.Hidden());
            assertThat(other.push(pack, ZERO + " " + commit + " refs/heads/main"))
                    .contains("fatal: nothing was built: App '" + other.app.id() + "' not found");
            verify(other.deployer, never()).push(any(), any(), any(), any());
        }
    }

    @Test
    void namesThatAreNoBranches() throws Exception {
        for (String ref : List.of("refs/heads/../../config", "refs/heads/a..b", "refs/heads/.a", "refs/heads/a.lock", "refs/heads/a b",
                "refs/heads/a\u0007", "refs/heads/a~1", "refs/heads/", "refs/heads//a", "refs/heads/a\\b", "refs/heads/@{1}", "HEAD", "config",
                "refs/notes/x", "refs/caution/builds/x", "refs/" + UUID.randomUUID(), "objects/pack/x", "refs/meta/config", "")) {
            String told = server.push(pack, ZERO + " " + commit + " " + ref);
            assertThat(told).as(ref).containsAnyOf("ng ", "fatal: ", "error: ").doesNotContain("ok refs");
        }
        verify(server.deployer, never()).push(any(), any(), any(), any());
    }

    @Test
    void thousandsOfCommandsInOnePush() throws Exception {
        List<String> commands = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            commands.add(ZERO + " " + commit + " refs/heads/branch-" + i);
        }
        assertThat(server.push(pack, commands.toArray(String[]::new))).contains("fatal: nothing was built: these are 5000 branches");
        while (commands.size() < 20_000) {
            commands.add(ZERO + " " + commit + " refs/heads/more-" + commands.size());
        }
        assertThat(server.push(pack, commands.toArray(String[]::new))).doesNotContain("ok refs");
    }

    @Test
    void aBranchThatIsSaidToBeElsewhereOrMovesToWhatIsNotThere() throws Exception {
        String other = "2".repeat(40);
        assertThat(server.push(pack, other + " " + commit + " refs/heads/main")).contains("ng refs/heads/main");
        assertThat(server.push(new byte[0], commit + " " + ZERO + " refs/heads/main")).contains("ng refs/heads/main");
        assertThat(server.push(pack, ZERO + " " + other + " refs/heads/main")).contains("fatal: nothing was taken: ", other);
        assertThat(server.push(pack, "x y refs/heads/main")).doesNotContain("ok refs");
        assertThat(server.push(pack, ZERO + " " + commit)).doesNotContain("ok refs");
    }

    @Test
    void optionsCertificatesAndShallowLies() throws Exception {
        assertThat(server.run("git-receive-pack '/" + server.app.id() + ".git'").out()).doesNotContain("push-options", "push-cert");
        assertThat(server.push(pack, "push-cert\0report-status", "certificate version 0.1", "push-cert-end")).doesNotContain("ok refs");
        String parent = "3".repeat(40);
        var lie = new TestPack();
        lie.object(Constants.OBJ_TREE, new byte[0]);
        ObjectId child = lie.commit("tree " + TestPack.id(Constants.OBJ_TREE, new byte[0]).name() + "\nparent " + parent + "\nauthor " + PERSON
                + "\ncommitter " + PERSON + "\n\nA child\n");
        // The first command carries the capabilities, so the lie comes second.
        assertThat(server.push(lie.bytes(), ZERO + " " + child.name() + " refs/heads/main", "shallow " + child.name()))
                .doesNotContain("ok refs", "it was taken");
    }

    /** Neither by path, by id nor by asking for objects: an app of another's is not there. */
    @Test
    void nothingOfAnothersApp() throws Exception {
        for (String command : List.of("git-upload-pack", "git-receive-pack")) {
            for (UUID app : List.of(server.others.id(), UUID.randomUUID())) {
                assertThat(server.run(command + " '/" + app + ".git'").err())
                        .isEqualTo("fatal: App '" + app + "' not found: it does not exist, or is not yours. 'caution apps list' shows yours.\n");
            }
        }
        try (var session = server.session(); var channel = session.createExecChannel("git-upload-pack '/" + server.app.id() + ".git'")) {
            String want = "want " + commit + " no-progress\n";
            String told = TestSshServer.run(channel, String.format("%04x", want.length() + 4) + want + "00000009done\n").out();
            assertThat(told).doesNotContain("PACK").contains("ERR");
        }
    }
}
