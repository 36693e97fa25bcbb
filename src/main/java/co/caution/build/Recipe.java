package co.caution.build;

import co.caution.enclaveos.EnclaveOsRelease;
import co.caution.project.BuildCommand;
import co.caution.project.Manifest;
import co.caution.project.Procfile;

/** {@code Containerfile.eif}: how the image came to be, for someone who would do it by hand. */
final class Recipe {

    private Recipe() {}

    static String text(
            EnclaveOsRelease os, SourceTree source, ContainerImage image, Manifest manifest, Procfile procfile) {
        var text = new StringBuilder("# How output/enclave.eif is made. Pipeline ");
        text.append(manifest.pipeline()).append("; `caution verify` does exactly this.\n\n");
        text.append("# 1. The application's source: git tree ").append(source.id()).append(", here in app/.\n");
        text.append("git archive --format=tar ").append(source.id()).append(" | tar -x -C app\n\n");
        text.append("# 2. Its container image.\n");
        BuildCommand command = procfile.build();
        if (command == null) {
            text.append("# It is in the source: app/").append(procfile.ociTarball()).append("\n\n");
        } else {
            image.bases().forEach(base -> text.append("# base: ").append(base).append('\n'));
            text.append("# Without network").append(procfile.buildNetwork() ? ": no, build_network is on" : "");
            text.append("; in a sandbox; storage driver vfs.\n");
            text.append("buildah bud --layers=false --isolation chroot --uts host --timestamp 0 --pull-never --format oci");
            if (command.file() != null) {
                text.append(" -f app/").append(command.file());
            }
            if (command.target() != null) {
                text.append(" --target ").append(command.target());
            }
            command.buildArgs().forEach(argument -> text.append(" --build-arg '").append(argument).append('\''));
            text.append(" app/").append(command.context()).append("\n\n");
        }
        text.append("""
                # 3. Its root file system: the layers in their order, white-outs applied; modes, numeric owners and links
                #    kept; no times, no owner names, no extended attributes, no device nodes; without /etc/hosts,
                #    /etc/hostname, /etc/resolv.conf and without what /dev, /proc, /sys and /run hold.

                # 4. Ramdisk 1, output/rootfs.cpio: newc, sorted by bytes, times 0, inodes in order, padded to 512 bytes:
                #    app/, app/manifest.json (here manifest.json), app/rootfs/…, app/~end.

                """);
        text.append("# 5. EnclaveOS ").append(os.digest()).append(", built from enclave/: kernel, ramdisk 0 and\n");
        text.append("#    command line: ").append(os.cmdline()).append("\n\n");
        text.append("""
                # 6. The enclave image, output/enclave.eif: kernel, command line, metadata, ramdisk 0, ramdisk 1. Each
                #    register is SHA-384 of 48 zero bytes and the SHA-384 of its sections' data:
                #    PCR0: kernel, command line, ramdisk 0, ramdisk 1
                #    PCR1: kernel, command line, ramdisk 0
                #    PCR2: ramdisk 1
                """);
        return text.toString();
    }
}
