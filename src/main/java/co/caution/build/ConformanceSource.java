package co.caution.build;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** What the Containerfiles of the conformance test copy: files as an exported tree has them, and an archive of everything. */
final class ConformanceSource {

    private ConformanceSource() {}

    static Path write(Path directory, String containerfile, String lock) throws IOException {
        file(directory.resolve("Containerfile"), containerfile);
        file(directory.resolve("packages/busybox.lock"), lock);
        file(directory.resolve("context/data"), "data\n");
        file(directory.resolve("context/sub/below/file"), "file\n");
        Path script = file(directory.resolve("context/script.sh"), "#!/bin/sh\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.createSymbolicLink(directory.resolve("context/link"), Path.of("data"));
        archive(directory.resolve("archive.tar"));
        try (var all = Files.walk(directory)) {
            for (Path path : all.filter(Files::isDirectory).toList()) {
                Work.readable(path);
            }
        }
        return directory;
    }

    private static Path file(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        Work.readable(file);
        return file;
    }

    private static void archive(Path to) throws IOException {
        try (var out = new TarArchiveOutputStream(Files.newOutputStream(to))) {
            entry(out, "d/", TarConstants.LF_DIR, 02750, 11, 12, "");
            entry(out, "d/file", TarConstants.LF_NORMAL, 04640, 13, 14, "");
            entry(out, "d/same", TarConstants.LF_LINK, 04640, 13, 14, "d/file");
            entry(out, "d/link", TarConstants.LF_SYMLINK, 0777, 15, 16, "file");
            entry(out, "without/parent", TarConstants.LF_NORMAL, 0600, 17, 18, "");
        }
        Work.readable(to);
    }

    private static void entry(TarArchiveOutputStream out, String name, byte type, int mode, int uid, int gid, String link)
            throws IOException {
        var entry = new TarArchiveEntry(name, type);
        byte[] content = type == TarConstants.LF_NORMAL ? name.getBytes(StandardCharsets.UTF_8) : new byte[0];
        entry.setMode(mode);
        entry.setIds(uid, gid);
        entry.setLinkName(link);
        entry.setSize(content.length);
        entry.setModTime(0L);
        out.putArchiveEntry(entry);
        out.write(content);
        out.closeArchiveEntry();
    }
}
