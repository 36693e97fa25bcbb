package co.caution.git;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.common.util.io.resource.PathResource;
import org.apache.sshd.common.util.security.SecurityUtils;

/** The server's Ed25519 key, in OpenSSH's own format: made once, then only read. */
final class HostKey {

    private static final String NAME = "host_ed25519";

    private HostKey() {}

    static KeyPair loadOrCreate(Path directory) {
        Path file = directory.resolve(NAME);
        try {
            if (!Files.exists(file)) {
                create(directory, file);
            }
            try (var in = Files.newInputStream(file)) {
                return SecurityUtils.loadKeyPairIdentities(null, new PathResource(file), in, null).iterator().next();
            }
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw new IllegalStateException("The SSH host key " + file + " cannot be read: " + e.getMessage()
                    + ". Put it back from a backup; a new one would make every client warn of an attack.", e);
        }
    }

    private static void create(Path directory, Path file) throws IOException, GeneralSecurityException {
        Files.createDirectories(directory);
        KeyPair pair = KeyUtils.generateKeyPair(KeyPairProvider.SSH_ED25519, 256);
        Path fresh = Files.createTempFile(directory, NAME, ".new",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (OutputStream out = Files.newOutputStream(fresh, StandardOpenOption.WRITE, StandardOpenOption.SYNC)) {
            OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(pair, "caution", null, out);
        }
        Files.writeString(directory.resolve(NAME + ".pub"), PublicKeyEntry.toString(pair.getPublic()) + "\n");
        Files.move(fresh, file);
    }
}
