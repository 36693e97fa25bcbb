package co.caution.build;

import co.caution.eif.CpioArchive;
import co.caution.eif.CpioEntry;
import co.caution.eif.InvalidCpioException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Ramdisk 1: the application, its manifest, and the mark by which the agent knows that nothing is missing. */
final class AppRamdisk {

    private static final String ROOT = "app";
    /** Sorts behind everything else in {@link #ROOT}, so it is the last entry. */
    private static final String END = "app/~end";
    private static final byte[] END_MARK = "caution-end-1\n".getBytes(StandardCharsets.US_ASCII);
    private static final int PAGE = 4096;
    private static final int ENTRY = 1024;

    private final List<CpioEntry> files = new ArrayList<>();
    private final Map<RootFs.File, String> names = new HashMap<>();

    AppRamdisk(RootFs fs) {
        add("app/rootfs", fs.root);
    }

    void write(byte[] manifest, Path to) throws BuildException, IOException {
        var entries = new ArrayList<>(files);
        entries.add(CpioEntry.directory(ROOT, 0755, 0, 0));
        entries.add(CpioEntry.file("app/manifest.json", 0444, 0, 0, manifest));
        entries.add(CpioEntry.file(END, 0444, 0, 0, END_MARK));
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(to), 1 << 16)) {
            CpioArchive.writeUnder(ROOT, out, entries);
        } catch (InvalidCpioException e) {
            throw new BuildException(Phase.ENCLAVE, "the image does not fit into a ramdisk: " + e.getMessage(), e);
        }
    }

    /** Bytes that the files take up in memory, in pages, with something for each name. */
    long unpacked() {
        long bytes = 0;
        for (CpioEntry entry : files) {
            bytes += ENTRY + (entry.content().size() + PAGE - 1) / PAGE * PAGE;
        }
        return bytes;
    }

    private void add(String name, RootFs.Node node) {
        switch (node) {
            case RootFs.Directory directory -> {
                files.add(CpioEntry.directory(name, directory.mode, directory.uid, directory.gid));
                directory.children.forEach((child, below) -> add(name + "/" + child, below));
            }
            case RootFs.Symlink link -> files.add(CpioEntry.symlink(name, link.target(), link.uid(), link.gid()));
            case RootFs.File file -> {
                String first = names.putIfAbsent(file, name);
                files.add(first == null
                        ? CpioEntry.file(name, file.mode(), file.uid(), file.gid(), file.content())
                        : CpioEntry.hardLink(name, first));
            }
        }
    }
}
