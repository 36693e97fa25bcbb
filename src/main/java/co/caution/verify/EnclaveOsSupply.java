package co.caution.verify;

import co.caution.build.Text;
import co.caution.enclaveos.EnclaveOsImages;
import co.caution.enclaveos.EnclaveOsLock;
import co.caution.enclaveos.EnclaveOsRelease;
import co.caution.enclaveos.KnownLocks;
import co.caution.enclaveos.LockDifference;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Brings the EnclaveOS that evidence names by its PCR1: from this person's cache, from files that they name, from the
 * service itself, or built here. Whoever brings it, it must be what a lock names that this person knows.
 *
 * @param known the locks that count
 * @param images where images are kept
 * @param named a directory or an EnclaveOS release file with images, where the person named one
 * @param rebuild whether nobody's images are taken
 * @param builds where builds of EnclaveOS by this user are kept
 */
public record EnclaveOsSupply(
        KnownLocks known, EnclaveOsImages images, Optional<Path> named, boolean rebuild, Path builds, Builder builder) {

    /**
     * @param pcr1 what the evidence says
     * @param hint the lock's digest, as whoever answered says
     * @param service whom to ask for images; empty where nobody is asked
     */
    EnclaveOsRelease find(String pcr1, String hint, Optional<Service> service)
            throws UnknownLockException, IOException, InterruptedException {
        if (rebuild || known.all().isEmpty()) {
            return builder.build();
        }
        // By its hint a known release is compared although another runs: that shows which registers differ.
        EnclaveOsLock lock = known.byPcr1(pcr1).or(() -> known.byDigest(hint)).orElse(null);
        if (lock == null) {
            throw unknown(pcr1, hint, service);
        }
        Optional<EnclaveOsRelease> here = images.cached(lock);
        if (here.isEmpty()) {
            here = EnclaveOsImages.builtIn(builds, lock);
        }
        if (here.isPresent()) {
            return here.get();
        }
        if (named.isPresent()) {
            Path from = named.get();
            try {
                return images.keep(lock, Files.isDirectory(from) ? name -> small(from.resolve(name)) : ReleaseFile.at(from)::read);
            } catch (IOException e) {
                throw new IOException("the EnclaveOS in " + from + " is not release " + lock.digest() + ": " + e.getMessage(), e);
            }
        }
        return fetched(lock, service);
    }

    private EnclaveOsRelease fetched(EnclaveOsLock lock, Optional<Service> service) throws IOException, InterruptedException {
        String refused = "nobody was asked for its images";
        if (service.isPresent()) {
            try {
                return images.keep(lock, name -> service.get().file(lock.digest(), name, EnclaveOsImages.LARGEST));
            } catch (IOException e) {
                refused = service.get().url().getAuthority() + " does not give them: " + e.getMessage();
            }
        }
        EnclaveOsRelease built;
        try {
            built = builder.build();
        } catch (IOException | RuntimeException e) {
            throw new IOException("EnclaveOS " + lock.digest() + " is known but not here; " + refused + "; and it cannot be built here: "
                    + e.getMessage() + ". Name its images: --enclaveos DIR|FILE", e);
        }
        if (!built.lock().pcr1().equals(lock.pcr1())) {
            throw new IOException("EnclaveOS " + lock.digest() + " is known but not here; " + refused
                    + "; and what this program builds is another release (" + built.digest() + "). Name its images: --enclaveos DIR|FILE");
        }
        return built;
    }

    private UnknownLockException unknown(String pcr1, String hint, Optional<Service> service) throws InterruptedException {
        String start = "The enclave runs an EnclaveOS that you do not know: its PCR1 is " + pcr1 + ", which no release gives that this"
                + " program was shipped with, that you named, or that you built. ";
        String end = "\nIf you trust it, because you have read and built it or people whom you trust have: --lock FILE, or once and for all"
                + " 'caution trust lock FILE'. Or build what this program carries and compare with that: --rebuild-enclaveos";
        Optional<EnclaveOsLock> offered = Optional.empty();
        String why = "";
        if (service.isPresent() && hint.matches("[0-9a-f]{64}")) {
            try {
                byte[] text = service.get().file(hint, EnclaveOsLock.FILE, EnclaveOsLock.MAX_LENGTH);
                offered = Optional.of(EnclaveOsLock.parse("what " + service.get().url().getAuthority() + " calls its lock",
                        new String(text, StandardCharsets.UTF_8)));
            } catch (IOException e) {
                why = "Whoever serves it does not say what it is made of: " + Text.oneLine(e.getMessage());
            }
        }
        if (offered.isEmpty()) {
            return new UnknownLockException(start + why + end);
        }
        EnclaveOsLock lock = offered.get();
        if (!lock.digest().equals(hint) || !lock.pcr1().equals(pcr1)) {
            return new UnknownLockException(start + "The lock that comes with it is not even its own: it has digest " + lock.digest()
                    + " and PCR1 " + lock.pcr1() + "." + end);
        }
        return new UnknownLockException(start + "You would have to trust lock " + lock.digest() + " (unverified; at "
                + service.get().place(hint, EnclaveOsLock.FILE) + "). " + Text.oneLine(LockDifference.inWords(lock, known)) + end);
    }

    private static byte[] small(Path file) throws IOException {
        if (Files.size(file) > EnclaveOsImages.LARGEST) {
            throw new IOException(file + " is larger than " + (EnclaveOsImages.LARGEST >> 20) + " MiB");
        }
        return Files.readAllBytes(file);
    }

    /** Builds the EnclaveOS that this program carries, or finds that it was built here: minutes, the first time. */
    @FunctionalInterface
    public interface Builder {
        EnclaveOsRelease build() throws IOException, InterruptedException;
    }

    /** The service whose evidence it is: it may offer images, and nobody believes it. */
    record Service(URI url, CarefulHttp http) {

        URI place(String digest, String name) {
            return url.resolve(EnclaveOsImages.PLACE + digest + "/" + name);
        }

        byte[] file(String digest, String name, int largest) throws IOException, InterruptedException {
            return http.get(place(digest, name), largest);
        }
    }

    /** Not a failure: there is something that only a person can decide. */
    static final class UnknownLockException extends Exception {
        private static final long serialVersionUID = 1;

        UnknownLockException(String message) {
            super(message);
        }
    }
}
