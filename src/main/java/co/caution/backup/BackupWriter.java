package co.caution.backup;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Writes entries one after the other and notes what they were. */
final class BackupWriter implements AutoCloseable {

    private final TarArchiveOutputStream tar;
    private final List<Contents.Entry> written = new ArrayList<>();

    BackupWriter(OutputStream out) {
        this.tar = new TarArchiveOutputStream(out, StandardCharsets.UTF_8.name());
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    }

    List<Contents.Entry> written() {
        return written;
    }

    /**
     * As long as the file is now: a log may grow meanwhile.
     *
     * @return false when it is gone
     */
    boolean add(String name, Path file) throws IOException {
        try (var channel = FileChannel.open(file)) {
            add(name, channel.size(), Channels.newInputStream(channel));
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private void add(String name, long size, InputStream from) throws IOException {
        MessageDigest sha256 = sha256();
        header(name, size);
        var buffer = new byte[1 << 16];
        long left = size;
        while (left > 0) {
            int read = from.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (read < 0) {
                throw new IOException(name + " became shorter while it was read");
            }
            sha256.update(buffer, 0, read);
            tar.write(buffer, 0, read);
            left -= read;
        }
        tar.closeArchiveEntry();
        written.add(new Contents.Entry(name, size, HexFormat.of().formatHex(sha256.digest())));
    }

    /** The last entry. */
    void contents(byte[] json) throws IOException {
        header(Contents.NAME, json.length);
        tar.write(json);
        tar.closeArchiveEntry();
        tar.finish();
        tar.flush();
    }

    private void header(String name, long size) throws IOException {
        var entry = new TarArchiveEntry(name);
        entry.setSize(size);
        entry.setMode(0600);
        tar.putArchiveEntry(entry);
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }

    @Override
    public void close() throws IOException {
        tar.close();
    }
}
