package co.caution.backup;

import co.caution.backup.Contents.Entry;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import tools.jackson.core.JacksonException;

/** Reads a backup; every read checks every byte. */
final class BackupFile {

    /**
     * Nothing that leads out, nothing absolute, and of the home only what {@link HomeFiles} and images are: a database's own
     * directory, for one, says which programs the database runs.
     */
    private static final Pattern NAME = Pattern.compile("(?:home/metrics-token|database/[^/\\x00-\\x1f]+\\.copy"
            + "|home/(?:repositories|builds|files|ssh|simulated-root|images)(?:/(?!\\.{1,2}(?:/|$))[^/\\x00-\\x1f]+)+)");
    private static final int LARGEST_CONTENTS = 256 << 20;

    private final Path file;

    BackupFile(Path file) {
        this.file = file;
    }

    /** Where an entry's bytes go. */
    interface Target {
        OutputStream open(String name) throws IOException;
    }

    /** Reads all of it and keeps nothing. */
    Contents check(Progress progress) throws IOException {
        return read(_ -> OutputStream.nullOutputStream(), progress);
    }

    /** @throws InvalidBackupException when anything is not as {@code contents.json} says */
    Contents read(Target target, Progress progress) throws IOException {
        var seen = new ArrayList<Entry>();
        long length = Files.size(file);
        try (var counted = new Counted(new BufferedInputStream(Files.newInputStream(file), 1 << 16));
                var tar = new TarArchiveInputStream(counted)) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                progress.at(length == 0 ? 1 : (double) counted.count / length);
                if (entry.getName().equals(Contents.NAME)) {
                    return last(tar, entry, seen);
                }
                // isFile() would take links for files.
                if (entry.getLinkFlag() != TarConstants.LF_NORMAL || !NAME.matcher(entry.getName()).matches()) {
                    throw new InvalidBackupException("it holds '" + entry.getName() + "', which no backup does");
                }
                seen.add(copy(tar, entry, target));
            }
        } catch (InvalidBackupException e) {
            throw e;
        } catch (IOException e) {
            throw new InvalidBackupException("it cannot be read to its end (" + e.getMessage() + ")");
        }
        throw new InvalidBackupException("its end is missing");
    }

    private static Entry copy(TarArchiveInputStream tar, TarArchiveEntry entry, Target target) throws IOException {
        var in = new DigestInputStream(tar, BackupWriter.sha256());
        try (OutputStream out = target.open(entry.getName())) {
            in.transferTo(out);
        }
        return new Entry(entry.getName(), entry.getSize(), HexFormat.of().formatHex(in.getMessageDigest().digest()));
    }

    private static Contents last(TarArchiveInputStream tar, TarArchiveEntry entry, List<Entry> seen) throws IOException {
        byte[] json = tar.readNBytes(LARGEST_CONTENTS);
        if (json.length != entry.getSize() || tar.getNextEntry() != null) {
            throw new InvalidBackupException("its end is not where it should be");
        }
        Contents contents;
        try {
            contents = Contents.parse(json);
        } catch (JacksonException | IllegalArgumentException | NullPointerException e) {
            throw new InvalidBackupException("its list of contents cannot be read");
        }
        if (contents.format() != Contents.FORMAT) {
            throw new InvalidBackupException("it has format " + contents.format() + "; this program reads format "
                    + Contents.FORMAT);
        }
        for (int i = 0; i < Math.max(seen.size(), contents.files().size()); i++) {
            if (i >= seen.size() || i >= contents.files().size() || !seen.get(i).equals(contents.files().get(i))) {
                Entry wrong = i < seen.size() ? seen.get(i) : contents.files().get(i);
                throw new InvalidBackupException(wrong.name() + " is not what was backed up");
            }
        }
        return contents;
    }

    /** Bytes of the file that were read, for a progress bar. */
    private static final class Counted extends java.io.FilterInputStream {
        private long count;

        Counted(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int read = super.read();
            count += read < 0 ? 0 : 1;
            return read;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int read = super.read(buffer, offset, length);
            count += Math.max(read, 0);
            return read;
        }
    }
}
