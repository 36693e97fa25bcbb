package co.caution.attestation;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Set;

/**
 * The root of the enclaves that this machine simulates: the same chain as AWS's under a key that lies in a file. Its
 * subject says SIMULATED, so that no certificate viewer can mistake it.
 */
public final class LocalRoot {

    /** Whatever names a local root must say this. */
    static final String MARK = "SIMULATED";

    static final String SUBJECT =
            "C=US,O=Caution,OU=" + MARK + " not hardware-backed,CN=" + MARK + ".nitro-enclaves";

    private static final String CERTIFICATE = "root-certificate.pem";
    private static final String KEY = "root-key.pem";

    private final X509Certificate certificate;
    private final PrivateKey key;
    private final SecureRandom random;

    private LocalRoot(X509Certificate certificate, PrivateKey key, SecureRandom random) {
        this.certificate = certificate;
        this.key = key;
        this.random = random;
    }

    /** A root that is kept nowhere. */
    public static LocalRoot inMemory(Instant now, SecureRandom random) {
        KeyPair pair = ChainIssuer.newKey(random);
        return new LocalRoot(ChainIssuer.root(pair, now, random), pair.getPrivate(), random);
    }

    /**
     * The root that a directory holds, made there once: {@code root-certificate.pem}, and {@code root-key.pem} for its owner
     * alone. The directory appears complete or not at all, so two processes that start together share one root.
     *
     * @throws IOException where the directory holds something else, or a key that others can read
     */
    public static LocalRoot loadOrCreate(Path directory, Instant now, SecureRandom random) throws IOException {
        if (!Files.exists(directory.resolve(KEY))) {
            create(directory.toAbsolutePath(), inMemory(now, random));
        }
        return load(directory, random);
    }

    public X509Certificate certificate() {
        return certificate;
    }

    /** What a verifier has to name to accept documents under this root. */
    public TrustRoot trustRoot() {
        return TrustRoot.of(certificate);
    }

    /** The certificate as PEM text, to hand to a verifier. */
    public String pem() {
        return Pem.certificate(certificate);
    }

    /** A new chain below this root, for a leaf of three hours. */
    IssuedChain issue(String moduleId, Instant now) {
        return new ChainIssuer(random, now).issue(certificate, key, moduleId);
    }

    private static LocalRoot load(Path directory, SecureRandom random) throws IOException {
        Path keyFile = directory.resolve(KEY);
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(keyFile);
        if (!Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE).containsAll(permissions)) {
            throw new IOException(keyFile + " can be read by others than its owner; restrict it: chmod 600 " + keyFile);
        }
        X509Certificate certificate = Pem.certificate(directory.resolve(CERTIFICATE));
        PrivateKey key = Pem.privateKey(keyFile);
        if (!certificate.getSubjectX500Principal().getName().contains(MARK)) {
            throw new IOException(directory + " holds a root that does not say " + MARK + "; it is not a local root");
        }
        if (!ChainIssuer.belongTogether(certificate, key)) {
            throw new IOException(directory + " holds a key and a certificate that do not belong together");
        }
        return new LocalRoot(certificate, key, random);
    }

    private static void create(Path directory, LocalRoot root) throws IOException {
        Files.createDirectories(directory.getParent());
        Path draft = Files.createTempDirectory(directory.getParent(), "." + directory.getFileName(),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try {
            Files.writeString(draft.resolve(CERTIFICATE), root.pem(), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE,
                    StandardOpenOption.SYNC);
            Path key = Files.createFile(draft.resolve(KEY),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(key, Pem.privateKey(root.key), StandardOpenOption.WRITE, StandardOpenOption.SYNC);
            Files.move(draft, directory, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            requireOther(directory, e);
        } finally {
            Files.deleteIfExists(draft.resolve(KEY));
            Files.deleteIfExists(draft.resolve(CERTIFICATE));
            Files.deleteIfExists(draft);
        }
    }

    /** Where the directory is there by now, another process was faster: its root counts. */
    private static void requireOther(Path directory, FileSystemException e) throws IOException {
        if (Files.exists(directory.resolve(KEY))) {
            return;
        }
        if (Files.exists(directory)) {
            throw new IOException(directory + " exists and holds no local root; name an empty directory", e);
        }
        throw e;
    }
}
