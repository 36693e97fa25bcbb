package co.caution.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.when;

import co.caution.words.Words;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.sshd.client.session.ClientSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands in words, as far as SSH has to do with them. */
@Timeout(60)
class WordsOverSshTest {

    private static final SshLimits SHORT = new SshLimits(500, 400, 400, 300, 300, Duration.ofSeconds(30), 6, Duration.ofSeconds(3));

    @TempDir
    Path home;

    @Test
    void anAnswerARefusalAndWhatIsNotUnderstood() throws Exception {
        try (var server = new TestSshServer(home, TestSshServer.ROOMY)) {
            server.api.answer = TestApi.said(200, "{\"name\":\"lee\"}", "");
            assertThat(server.run("whoami")).isEqualTo(new TestSshServer.Answer("name: lee\n", "", 0));
            server.api.answer = TestApi.said(404, "{\"detail\":\"No.\"}", "");
            assertThat(server.run("apps get x")).isEqualTo(new TestSshServer.Answer("", "fatal: No.\n", 1));
            assertThat(server.run("apps").exitCode()).isEqualTo(Words.USAGE);
            assertThat(server.run("apps list; id").exitCode()).isEqualTo(Words.USAGE);
            server.nothingIsLeft();
        }
    }

    /** Each has asked for more than its window takes, and reads nothing. */
    @Test
    void clientsThatDoNotReadTheirAnswersHoldNothing() throws Exception {
        try (var server = new TestSshServer(home, SHORT)) {
            server.api.answer = TestApi.said(200, ("x".repeat(4_000) + "\n").repeat(1_000), "succeeded");
            List<RawChannel> stalled = new ArrayList<>();
            try (var session = server.session()) {
                for (int i = 0; i < GitSshServer.CHANNELS; i++) {
                    var channel = RawChannel.open(session, "session");
                    assertThat(channel.asks("exec", "builds output app 1")).isTrue();
                    stalled.add(channel);
                }
                server.servesOthers();
                server.nothingIsLeft();
            }
        }
    }

    @Test
    void nobodyIsFollowedForAClientThatHasGone() throws Exception {
        try (var server = new TestSshServer(home, TestSshServer.ROOMY)) {
            server.api.answer = TestApi.said(200, "one\n", "running");
            try (var session = server.session(); var channel = RawChannel.open(session, "session")) {
                assertThat(channel.asks("exec", "builds output app 1 --follow")).isTrue();
                TestSshServer.await("the first calls", () -> server.api.calls.size() > 1);
            }
            server.nothingIsLeft();
        }
    }

    @Test
    void aKeyThatIsRemovedMeanwhileFollowsNothingAnyMore() throws Exception {
        try (var server = new TestSshServer(home, TestSshServer.ROOMY)) {
            server.api.answer = TestApi.said(200, "one\n", "running");
            try (var session = server.session(); var channel = RawChannel.open(session, "session")) {
                assertThat(channel.asks("exec", "builds output app 1 --follow")).isTrue();
                TestSshServer.await("the first calls", () -> server.api.calls.size() > 1);
                when(server.accounts.ownersOf(any())).thenReturn(List.of());
                TestSshServer.await("its end", () -> server.commands.running() == 0);
                assertThat(server.run("whoami").err()).isEqualTo("fatal: this key acts for nobody: one that is bound to an app pushes to"
                        + " that, and does nothing else\n");
            }
        }
    }

    @Test
    void anAccountUsesUpItsOwnTurnsAlone() throws Exception {
        try (var server = new TestSshServer(home, TestSshServer.ROOMY)) {
            server.api.answer = TestApi.said(200, "", "running");
            List<ClientSession> sessions = new ArrayList<>();
            for (int i = 0; i < Turns.MOST_OF_AN_ACCOUNT; i++) {
                if (i % GitSshServer.CHANNELS == 0) {
                    sessions.add(server.session());
                }
                assertThat(RawChannel.open(sessions.getLast(), "session").asks("exec", "builds output app 1 --follow")).isTrue();
            }
            TestSshServer.await("all of them to run", () -> server.api.calls.size() >= Turns.MOST_OF_AN_ACCOUNT);
            assertThat(server.run("git-upload-pack '/" + server.app.id() + ".git'"))
                    .isEqualTo(new TestSshServer.Answer("", "fatal: this account runs 40 commands at once already, the most that one may;"
                            + " wait for some to end, and try again\n", 1));
            for (var session : sessions) {
                session.close();
            }
            server.nothingIsLeft();
            server.servesOthers();
        }
    }
}
