package co.caution.git;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GitCommandLineTest {

    private static final String ID = "0b9d2f9e-6c1f-4b52-9b1e-1f2b3c4d5e6f";

    @ParameterizedTest
    @ValueSource(strings = {
        "git-receive-pack '/" + ID + ".git'",
        "git-receive-pack '" + ID + ".git'",
        "git-receive-pack '" + ID + "'",
        "git-receive-pack /" + ID + ".git"
    })
    void aPushIsUnderstoodHoweverThePathIsWritten(String command) {
        assertThat(GitCommandLine.parse(command)).contains(new GitCommandLine(true, null, ID));
    }

    @Test
    void aFetchIsToldFromAPush() {
        assertThat(GitCommandLine.parse("git-upload-pack '/" + ID + ".git'"))
                .contains(new GitCommandLine(false, null, ID));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "git receive-pack '/" + ID + ".git'",
        "git-receive-pack '../" + ID + ".git'",
        "git-receive-pack '/etc/x/passwd'",
        "git-receive-pack '/..'",
        "git-receive-pack 'a/../b'",
        "git-receive-pack '/Hello'",
        "git-receive-pack '/" + ID + ".git' '/" + ID + ".git'",
        "git-receive-pack '/" + ID + ".git'; id",
        "git-receive-pack '/" + ID + ".git",
        "git-receive-pack /" + ID + ".git'",
        "git-upload-archive '/" + ID + ".git'",
        "scp -t /tmp",
        "id",
        ""
    })
    void anythingElseIsRefused(String command) {
        assertThat(GitCommandLine.parse(command)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"git-receive-pack 'hello'", "git-receive-pack '/hello'", "git-receive-pack '/hello.git'", "git-receive-pack hello"})
    void anAppMayBeNamed(String command) {
        assertThat(GitCommandLine.parse(command)).contains(new GitCommandLine(true, null, "hello"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"git-receive-pack 'acme/hello'", "git-receive-pack '/acme/hello.git'"})
    void andItsOrganizationWithIt(String command) {
        assertThat(GitCommandLine.parse(command)).contains(new GitCommandLine(true, "acme", "hello"));
    }

    @Test
    void whatCannotBeTheNameOfAnAppIsSaidToBeUnknown() {
        assertThat(GitCommandLine.refusal("git-receive-pack '/HELLO.git'"))
                .isEqualTo("App 'HELLO' not found: it does not exist, or is not yours. 'caution apps list' shows yours.");
        assertThat(GitCommandLine.refusal("id")).isEqualTo("Only git push, fetch and clone of an app are served here, and what 'help' shows.");
    }
}
