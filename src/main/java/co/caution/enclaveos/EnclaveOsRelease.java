package co.caution.enclaveos;

import java.nio.file.Path;

/**
 * A built EnclaveOS: what goes into every image, and what runs beside it.
 *
 * @param digest SHA-256, lower-case hex, over the inputs it was built from
 * @param kernel the bzImage
 * @param ramdisk ramdisk 0: plain cpio, padded to 512 bytes
 * @param cmdline the measured kernel command line, without a newline
 * @param host the program that runs beside QEMU (vsock backend, forwarding)
 * @param sources the directory of the sources it was built from, for the reader
 */
public record EnclaveOsRelease(
        String digest, Path kernel, Path ramdisk, String cmdline, Path host, Path sources) {}
