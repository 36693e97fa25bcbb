package co.caution.eif;

import co.caution.eif.Section.Type;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Some files of an image's ramdisk by their names; their data is read where it lies. */
public final class RamdiskFiles implements AutoCloseable {

    private record Inode(long device, long number) {}

    private final FileChannel file;
    private final Ramdisk ramdisk;
    private final Map<String, CpioReader.Entry> entries = new HashMap<>();
    private final Map<Inode, CpioReader.Entry> data = new HashMap<>();

    private RamdiskFiles(FileChannel file, Ramdisk ramdisk) {
        this.file = file;
        this.ramdisk = ramdisk;
    }

    /**
     * Reads the archive once and remembers the named entries alone.
     *
     * @param index 0 is the boot ramdisk
     * @throws InvalidCpioException where there is no such ramdisk, or none that can be looked into
     */
    public static RamdiskFiles open(Eif image, int index, Set<String> names) throws IOException {
        var ramdisks = image.sections().stream().filter(section -> section.type() == Type.RAMDISK).toList();
        if (index >= ramdisks.size()) {
            throw new InvalidCpioException("the image has no ramdisk " + index);
        }
        FileChannel file = FileChannel.open(image.file());
        try {
            Section section = ramdisks.get(index);
            var files = new RamdiskFiles(file, Ramdisk.open(new Region(file, section.dataOffset(), section.size())));
            files.find(names);
            return files;
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private void find(Set<String> names) throws IOException {
        var inodes = new HashSet<Inode>();
        CpioEntries all = ramdisk.entries();
        for (CpioReader.Entry entry; (entry = all.next()) != null; ) {
            var inode = new Inode(entry.device(), entry.inode());
            if (names.contains(entry.name())) {
                entries.put(entry.name(), entry);
                inodes.add(inode);
            }
            // Of a file with several names, the data comes with the last.
            if (entry.type() == CpioReader.Entry.FILE && entry.size() > 0 && inodes.contains(inode)) {
                data.put(inode, entry);
            }
        }
    }

    /** The file's content; null where there is no such file, or it has more than {@code limit} bytes. */
    public byte @Nullable [] read(String name, int limit) throws IOException {
        CpioReader.Entry entry = entries.get(name);
        if (entry == null || entry.type() != CpioReader.Entry.FILE) {
            return null;
        }
        CpioReader.Entry source = data.getOrDefault(new Inode(entry.device(), entry.inode()), entry);
        if (source.size() > limit) {
            return null;
        }
        try (InputStream in = ramdisk.data(source).open()) {
            return in.readAllBytes();
        }
    }

    @Override
    public void close() throws IOException {
        ramdisk.close();
        file.close();
    }
}
