package co.caution.cli;

import co.caution.sshkey.SshKeyException;
import co.caution.sshkey.SshPublicKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** This person's SSH keys, by way of their own ssh-agent and ssh-keygen: private keys are never read here. */
final class SshKeys {

    /** A person may have to type a passphrase or to touch a key. */
    private static final int SIGN_SECONDS = 120;
    private static final int ASK_SECONDS = 10;

    /**
     * @param publicKey the OpenSSH line, where it is known without opening the private half
     * @param file to sign with; absent: the agent does it
     */
    record Key(@Nullable String publicKey, @Nullable Path file) {

        /** How to speak of it. */
        String label() {
            if (file != null) {
                return file.toString();
            }
            String[] words = String.valueOf(publicKey).split("\\s+", 3);
            return (words.length < 3 ? words[0] : words[2]) + " (ssh-agent)";
        }

        /** Type and base64: what makes two the same key. */
        private String identity() {
            String[] words = String.valueOf(publicKey).split("\\s+");
            return publicKey == null || words.length < 2 ? String.valueOf(file) : words[0] + " " + words[1];
        }
    }

    private SshKeys() {}

    /** The agent's keys first: they ask for no passphrase. */
    static List<Key> all() {
        var keys = new ArrayList<Key>();
        var seen = new HashSet<String>();
        for (Key key : agent()) {
            if (seen.add(key.identity())) {
                keys.add(key);
            }
        }
        for (Key key : files()) {
            if (seen.add(key.identity())) {
                keys.add(key);
            }
        }
        return keys;
    }

    /** Empty where no agent runs, too. */
    static List<Key> agent() {
        try {
            var listed = Program.run(List.of("ssh-add", "-L"), new byte[0], ASK_SECONDS);
            return listed.ok()
                    ? listed.output().lines().filter(line -> !line.isBlank()).map(line -> new Key(line, null)).toList()
                    : List.of();
        } catch (IOException e) {
            return List.of(); // no OpenSSH here; signing will say so
        }
    }

    private static List<Key> files() {
        Path directory = Surroundings.current().home().resolve(".ssh");
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (var entries = Files.newDirectoryStream(directory, "id_*")) {
            var keys = new ArrayList<Key>();
            for (Path file : entries) {
                if (!file.toString().endsWith(".pub") && Files.isRegularFile(file)) {
                    keys.add(of(file));
                }
            }
            keys.sort((a, b) -> String.valueOf(a.file()).compareTo(String.valueOf(b.file())));
            return keys;
        } catch (IOException e) {
            return List.of();
        }
    }

    /**
     * Looked at before it is sent anywhere: what somebody names by mistake may be the private half.
     *
     * @param text of a {@code .pub} file
     * @return its one line
     */
    static String publicLine(String text) {
        try {
            SshPublicKey.parse(text);
            return text.strip();
        } catch (SshKeyException e) {
            throw new CliException(Errors.USAGE, String.valueOf(e.getMessage()));
        }
    }

    /** @param file the private half, or the public one of a key that the agent holds */
    static Key of(Path file) {
        Path half = file.toString().endsWith(".pub") ? file : Path.of(file + ".pub");
        try {
            return new Key(Files.isReadable(half) ? Files.readString(half).strip() : null, file);
        } catch (IOException e) {
            return new Key(null, file);
        }
    }

    /** @throws CliException where there is no such file */
    static Key named(Path option) {
        Path file = Surroundings.current().directory().resolve(option);
        if (!Files.isReadable(file)) {
            throw new CliException(Errors.USAGE, "The key file " + option + " cannot be read.");
        }
        return of(file);
    }

    /**
     * Signs as OpenSSH's PROTOCOL.sshsig says.
     *
     * @return the armoured signature
     * @throws CliException when the key cannot be used; the message says why
     */
    static String sign(Key key, String namespace, byte[] message) {
        Path written = null;
        try {
            if (key.file() == null) {
                written = Files.createTempFile("caution", ".pub");
                Files.writeString(written, key.publicKey() + "\n");
            }
            if (String.valueOf(key.publicKey()).startsWith("sk-")) {
                System.err.println("Touch the security key " + key.label() + " ...");
            }
            String file = String.valueOf(written != null ? written : key.file());
            var signed = Program.run(List.of("ssh-keygen", "-Y", "sign", "-n", namespace, "-f", file), message, SIGN_SECONDS);
            if (!signed.ok()) {
                throw new CliException("The key " + key.label() + " cannot sign: "
                        + signed.errors().lines().reduce((a, b) -> b).orElse("ssh-keygen says nothing"));
            }
            return signed.output();
        } catch (IOException e) {
            throw new CliException("The key " + key.label() + " cannot sign: " + e.getMessage()
                    + ". OpenSSH 8.1 or later is needed (ssh-keygen).");
        } finally {
            delete(written);
        }
    }

    private static void delete(@Nullable Path file) {
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            // A public key in the temporary directory harms nobody.
        }
    }
}
