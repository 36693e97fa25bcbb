package co.caution.enclaveos;

import java.nio.file.Path;

/**
 * A built EnclaveOS: what goes into every image, and what runs beside it.
 *
 * @param lock what it was built from, and what that gave
 * @param kernel the bzImage
 * @param ramdisk ramdisk 0: plain cpio, padded to 512 bytes
 * @param host the program that runs beside QEMU (vsock backend, forwarding)
 * @param sources the directory of the sources it was built from, for the reader
 */
public record EnclaveOsRelease(EnclaveOsLock lock, Path kernel, Path ramdisk, Path host, Path sources) {

    /** Its lock's digest: SHA-256, lower-case hex. */
    public String digest() {
        return lock.digest();
    }

    /** The measured kernel command line, without a newline. */
    public String cmdline() {
        return lock.cmdline();
    }
}
