package co.caution.explain;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipInputStream;
import org.apache.commons.compress.archivers.ArchiveEntry;
import org.apache.commons.compress.archivers.ArchiveInputStream;
import org.apache.commons.compress.archivers.ar.ArArchiveEntry;
import org.apache.commons.compress.archivers.ar.ArArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** Archives and other containers with times in them, read within limits. */
final class Archives {

    enum Kind {
        NONE,
        TAR,
        AR,
        ZIP
    }

    /**
     * @param time seconds since 1970
     * @param owner numbers, where the format has them
     */
    record Member(String name, long time, String owner, int mode, byte[] content) {}

    private static final int MAX_MEMBERS = 20_000;
    /** Unpacked, of one archive. */
    private static final int MAX_UNPACKED = 32 << 20;

    private Archives() {}

    static Kind kind(byte[] content) {
        if (starts(content, 257, "ustar")) {
            return Kind.TAR;
        }
        return starts(content, 0, "!<arch>\n") ? Kind.AR : starts(content, 0, "PK\003\004") ? Kind.ZIP : Kind.NONE;
    }

    static List<Member> members(Kind kind, byte[] archive) throws IOException {
        var in = new ByteArrayInputStream(archive);
        return switch (kind) {
            case NONE -> List.of();
            case TAR -> read(new TarArchiveInputStream(in, "UTF-8"));
            case AR -> read(new ArArchiveInputStream(in));
            case ZIP -> zip(new ZipInputStream(in));
        };
    }

    private static <E extends ArchiveEntry> List<Member> read(ArchiveInputStream<E> archive) throws IOException {
        var members = new ArrayList<Member>();
        var room = new Room();
        for (E entry = archive.getNextEntry(); entry != null && members.size() < MAX_MEMBERS; entry = archive.getNextEntry()) {
            members.add(switch (entry) {
                case TarArchiveEntry tar -> new Member(tar.getName(), tar.getLastModifiedTime().toInstant().getEpochSecond(),
                        tar.getLongUserId() + ":" + tar.getLongGroupId() + " " + tar.getUserName() + ":" + tar.getGroupName(),
                        tar.getMode(), room.read(archive));
                case ArArchiveEntry ar -> new Member(ar.getName(), ar.getLastModified(), ar.getUserId() + ":" + ar.getGroupId(),
                        ar.getMode(), room.read(archive));
                default -> new Member(entry.getName(), 0, "", 0, room.read(archive));
            });
        }
        return members;
    }

    private static List<Member> zip(ZipInputStream archive) throws IOException {
        var members = new ArrayList<Member>();
        var room = new Room();
        for (var entry = archive.getNextEntry(); entry != null && members.size() < MAX_MEMBERS; entry = archive.getNextEntry()) {
            byte[] content = room.read(archive);
            members.add(new Member(entry.getName(), entry.getTime() / 1000, "", 0, content));
        }
        return members;
    }

    /** What may still be unpacked. */
    private static final class Room {
        private int left = MAX_UNPACKED;

        byte[] read(InputStream in) throws IOException {
            byte[] content = in.readNBytes(left + 1);
            if (content.length > left) {
                throw new IOException("the archive holds more than is looked into");
            }
            left -= content.length;
            return content;
        }
    }

    static boolean isGzip(byte[] content) {
        return content.length > 18 && content[0] == 0x1f && content[1] == (byte) 0x8b;
    }

    /** RFC 1952, MTIME: seconds, 0 where there is none. */
    static long gzipTime(byte[] gzip) {
        return little(gzip, 4);
    }

    static byte[] gunzip(byte[] gzip) throws IOException {
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(gzip))) {
            return new Room().read(in);
        }
    }

    /** PEP 552: two bytes of version, CR LF, flags; with flags 0 the source's time follows. */
    static boolean isPyc(String path, byte[] content) {
        return path.endsWith(".pyc") && content.length > 16 && content[2] == '\r' && content[3] == '\n' && little(content, 4) == 0;
    }

    static long pycTime(byte[] pyc) {
        return little(pyc, 8);
    }

    static String time(long seconds) {
        return Instant.ofEpochSecond(seconds).toString();
    }

    private static long little(byte[] bytes, int at) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(at) & 0xffff_ffffL;
    }

    private static boolean starts(byte[] content, int at, String magic) {
        byte[] wanted = magic.getBytes(StandardCharsets.ISO_8859_1);
        return content.length >= at + wanted.length
                && java.util.Arrays.equals(content, at, at + wanted.length, wanted, 0, wanted.length);
    }
}
