package co.caution.eif;

import co.caution.eif.Section.Type;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Takes an image apart into a directory: one file a section, and the ramdisks' trees where they are asked for. */
public final class Extraction {

    private Extraction() {}

    /**
     * Writes {@code kernel}, {@code cmdline}, {@code metadata.json}, {@code ramdisk-N.cpio} (or {@code .cpio.gz}),
     * {@code signature.cbor} and, when unpacking, the directories {@code ramdisk-N}. On failure nothing is left behind.
     *
     * @param directory new or empty
     * @return what was left out of the trees, a line each
     * @throws InvalidCpioException where an archive cannot be read, or would reach outside of its directory
     */
    public static List<String> into(Path directory, Eif image, boolean unpack) throws IOException {
        boolean existed = Files.exists(directory);
        Files.createDirectories(directory);
        try (Stream<Path> there = Files.list(directory)) {
            if (there.findAny().isPresent()) {
                throw new IOException(directory + " is not empty");
            }
        }
        try (FileChannel file = FileChannel.open(image.file())) {
            return extract(directory, image, file, unpack);
        } catch (IOException | RuntimeException e) {
            delete(directory, existed);
            throw e;
        }
    }

    private static List<String> extract(Path directory, Eif image, FileChannel file, boolean unpack) throws IOException {
        List<String> leftOut = new ArrayList<>();
        int ramdisks = 0;
        for (Section section : image.sections()) {
            Region data = new Region(file, section.dataOffset(), section.size());
            String ramdisk = "ramdisk-" + ramdisks;
            image.extract(section, directory.resolve(switch (section.type()) {
                case KERNEL -> "kernel";
                case CMDLINE -> "cmdline";
                case METADATA -> "metadata.json";
                case SIGNATURE -> "signature.cbor";
                case RAMDISK -> ramdisk + (Ramdisk.isGzip(data) ? ".cpio.gz" : ".cpio");
            }));
            if (section.type() == Type.RAMDISK) {
                ramdisks++;
                if (unpack) {
                    unpack(data, directory.resolve(ramdisk), leftOut);
                }
            }
        }
        return leftOut;
    }

    private static void unpack(Region section, Path tree, List<String> leftOut) throws IOException {
        Files.createDirectory(tree);
        try (Ramdisk ramdisk = Ramdisk.open(section); InputStream in = ramdisk.archive().open()) {
            new CpioUnpacker(tree, leftOut).unpack(new CpioReader(in));
        } catch (InvalidCpioException e) {
            throw new InvalidCpioException(tree.getFileName() + ": " + e.getMessage());
        }
    }

    /** Links are deleted, not followed. */
    private static void delete(Path directory, boolean keep) throws IOException {
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) throws IOException {
                if (!keep || !visited.equals(directory)) {
                    Files.delete(visited);
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
