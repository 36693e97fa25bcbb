package co.caution.verify;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.sshkey.AllowedSigners;
import co.caution.sshkey.SshPublicKey;
import co.caution.verify.CommitSignature.Bad;
import co.caution.verify.CommitSignature.NotChecked;
import co.caution.verify.CommitSignature.Signed;
import co.caution.verify.CommitSignature.Unsigned;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commits by the system's own git, signed by its own ssh-keygen, and what others may make of them. */
class CommitSignatureTest {

    private static final AllowedSigners NOBODY = AllowedSigners.none();

    @TempDir
    Path directory;

    private SshPublicKey key;

    @BeforeEach
    void repository() throws Exception {
        run("git", "init", "-q", "-b", "main");
        Files.writeString(directory.resolve("file"), "content\n");
        run("git", "add", "file");
        key = key("ed25519");
    }

    private SshPublicKey key(String type) throws Exception {
        var command = new ArrayList<>(List.of("ssh-keygen", "-q", "-N", "", "-f", ".git/key-" + type.replace(' ', '-'), "-t"));
        String[] words = type.split(" ");
        command.add(words[0]);
        if (words.length > 1) {
            command.addAll(List.of("-b", words[1]));
        }
        run(command.toArray(String[]::new));
        return SshPublicKey.parse(Files.readString(directory.resolve(".git/key-" + type.replace(' ', '-') + ".pub")));
    }

    private byte[] commit(String type, String... more) throws Exception {
        var command = new ArrayList<>(List.of("git", "-c", "gpg.format=ssh", "-c", "user.signingkey=" + directory.resolve(".git/key-" + type.replace(' ', '-')),
                "commit", "-q", "-S", "--allow-empty", "-m", "Ein Stück\n\nmore of it"));
        command.addAll(List.of(more));
        run(command.toArray(String[]::new));
        return head();
    }

    private byte[] head() throws IOException {
        try (Repository repository = new FileRepositoryBuilder().setWorkTree(directory.toFile()).build()) {
            ObjectId id = repository.resolve("HEAD");
            assertThat(CommitSignature.of(repository, id, NOBODY)).isNotNull();
            return repository.open(id, Constants.OBJ_COMMIT).getBytes();
        }
    }

    private static AllowedSigners signers(String... lines) {
        return AllowedSigners.parse(List.of(lines), ZoneOffset.UTC);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ed25519", "ecdsa 256", "ecdsa 521", "rsa 2048"})
    void whatGitSignedNamesItsKeyAndItsSigner(String type) throws Exception {
        SshPublicKey mine = type.equals("ed25519") ? key : key(type);
        byte[] commit = commit(type);
        assertThat(CommitSignature.of(commit, signers("somebody@localhost " + mine.line())).words())
                .isEqualTo("signed by somebody@localhost, " + mine.fingerprint());
        var unknown = (Signed) CommitSignature.of(commit, NOBODY);
        assertThat(unknown.words()).isEqualTo("signed by an unknown key, " + mine.fingerprint());
        assertThat(unknown.counts()).isFalse();
    }

    @Test
    void aKeyCountsAtTheTimeOfTheCommitAndForGit() throws Exception {
        byte[] commit = commit("ed25519");
        assertThat(((Signed) CommitSignature.of(commit, signers("a " + key.line()))).counts()).isTrue();
        var early = (Signed) CommitSignature.of(commit, signers("a valid-before=\"20260301Z\" " + key.line()));
        assertThat(early.counts()).isFalse();
        assertThat(early.words()).contains("signed by " + key.fingerprint() + ", but the key is listed until");
        assertThat(((Signed) CommitSignature.of(commit, signers("a namespaces=\"file\" " + key.line()))).counts()).isFalse();
    }

    @Test
    void unsignedIsNotBad() throws Exception {
        run("git", "commit", "-q", "-m", "unsigned\n\ngpgsig is only mentioned\n gpgsig here, too");
        assertThat(CommitSignature.of(head(), NOBODY)).isEqualTo(new Unsigned());
    }

    @Test
    void otherKindsAreSaidAndNotChecked() throws Exception {
        String commit = "tree " + "a".repeat(40) + "\nauthor a <a> 1 +0000\ncommitter a <a> 1 +0000\ngpgsig -----BEGIN %s-----\n \n x\n -----END\n\nmessage\n";
        assertThat(CommitSignature.of(commit.formatted("PGP SIGNATURE").getBytes(StandardCharsets.UTF_8), NOBODY)).isEqualTo(new NotChecked("OpenPGP"));
        assertThat(CommitSignature.of(commit.formatted("SIGNED MESSAGE").getBytes(StandardCharsets.UTF_8), NOBODY)).isEqualTo(new NotChecked("X.509"));
        assertThat(CommitSignature.of(commit.formatted("SOMETHING").getBytes(StandardCharsets.UTF_8), NOBODY)).isInstanceOf(Bad.class);
    }

    @Test
    void noByteOfTheCommitMayBeAnother() throws Exception {
        byte[] commit = commit("ed25519");
        for (int i = 0; i < commit.length; i++) {
            byte[] other = commit.clone();
            other[i] ^= 1;
            assertThat(CommitSignature.of(other, signers("a " + key.line()))).as("byte %s", i)
                    .matches(signature -> !(signature instanceof Signed signed && signed.counts()));
        }
        assertThat(CommitSignature.of(Arrays.copyOf(commit, commit.length - 1), NOBODY)).isInstanceOf(Bad.class);
    }

    @Test
    void aSignatureOfAnotherCommitOrForAnotherPurposeIsBad() throws Exception {
        String signed = new String(commit("ed25519"), StandardCharsets.ISO_8859_1);
        String other = new String(commit("ed25519", "--amend", "-m", "another"), StandardCharsets.ISO_8859_1);
        String signature = signed.substring(signed.indexOf("gpgsig "), signed.indexOf("\n\n"));
        String moved = other.replace(other.substring(other.indexOf("gpgsig "), other.indexOf("\n\n")), signature);
        assertThat(CommitSignature.of(moved.getBytes(StandardCharsets.ISO_8859_1), NOBODY).words()).startsWith("BAD SIGNATURE: ").contains("does not fit");
        Files.writeString(directory.resolve("payload"), signed.replace(signature + "\n", ""), StandardCharsets.ISO_8859_1);
        run("ssh-keygen", "-q", "-Y", "sign", "-n", "file", "-f", ".git/key-ed25519", "payload");
        String forFiles = "gpgsig " + Files.readString(directory.resolve("payload.sig")).strip().replace("\n", "\n ");
        assertThat(CommitSignature.of(signed.replace(signature, forFiles).getBytes(StandardCharsets.ISO_8859_1), NOBODY).words())
                .contains("made for 'file', not for 'git'");
    }

    @Test
    void twoSignaturesAreNone() throws Exception {
        String signed = new String(commit("ed25519"), StandardCharsets.ISO_8859_1);
        String signature = signed.substring(signed.indexOf("gpgsig "), signed.indexOf("\n\n"));
        assertThat(CommitSignature.of(signed.replace(signature, signature + "\n" + signature).getBytes(StandardCharsets.ISO_8859_1), NOBODY))
                .isEqualTo(new Bad("the commit carries more than one"));
    }

    private void run(String... command) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().putAll(Map.of("GIT_CONFIG_GLOBAL", "/dev/null", "GIT_CONFIG_SYSTEM", "/dev/null",
                "GIT_AUTHOR_NAME", "Jörg", "GIT_AUTHOR_EMAIL", "somebody@localhost",
                "GIT_COMMITTER_NAME", "Jörg", "GIT_COMMITTER_EMAIL", "somebody@localhost"));
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(String.join(" ", command) + ": " + said).isZero();
    }
}
