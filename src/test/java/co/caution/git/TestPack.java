package co.caution.git;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.zip.Deflater;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;

/** Writes packs that no git would write (gitformat-pack, version 2). */
final class TestPack {

    static final String PERSON = "A <a@example.com> 1700000000 +0000";

    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private int count;

    /** @return where the object begins */
    long object(int type, byte[] data) {
        return object(type, data.length, new byte[0], deflate(data));
    }

    long object(int type, long size, byte[] base, byte[] deflated) {
        long at = 12 + body.size();
        int first = (int) (type << 4 | size & 15);
        long rest = size >>> 4;
        while (rest != 0) {
            body.write(first | 0x80);
            first = (int) (rest & 0x7f);
            rest >>>= 7;
        }
        body.write(first);
        body.writeBytes(base);
        body.writeBytes(deflated);
        count++;
        return at;
    }

    long blob(byte[] data) {
        return object(Constants.OBJ_BLOB, data);
    }

    /** Copies all of its base, {@code copies} times. */
    long difference(long base, long baseSize, int copies) {
        long distance = 12 + body.size() - base;
        var delta = copying(baseSize, copies);
        return object(Constants.OBJ_OFS_DELTA, delta.length, offset(distance), deflate(delta));
    }

    void differenceTo(ObjectId base, long baseSize) {
        var name = new byte[20];
        base.copyRawTo(name, 0);
        var delta = copying(baseSize, 1);
        object(Constants.OBJ_REF_DELTA, delta.length, name, deflate(delta));
    }

    static byte[] offset(long distance) {
        var bytes = new byte[10];
        int at = bytes.length - 1;
        bytes[at] = (byte) (distance & 0x7f);
        while ((distance >>= 7) != 0) {
            bytes[--at] = (byte) (0x80 | --distance & 0x7f);
        }
        return java.util.Arrays.copyOfRange(bytes, at, bytes.length);
    }

    static byte[] copying(long size, int copies) {
        var out = new ByteArrayOutputStream();
        number(out, size);
        number(out, size * copies);
        for (int i = 0; i < copies; i++) {
            for (long from = 0; from < size; from += 0xffffff) {
                long length = Math.min(0xffffff, size - from);
                out.write(0xff);
                out.writeBytes(new byte[] {(byte) from, (byte) (from >> 8), (byte) (from >> 16), (byte) (from >> 24),
                    (byte) length, (byte) (length >> 8), (byte) (length >> 16)});
            }
        }
        return out.toByteArray();
    }

    static void number(ByteArrayOutputStream out, long value) {
        while (value > 0x7f) {
            out.write((int) (value & 0x7f | 0x80));
            value >>>= 7;
        }
        out.write((int) value);
    }

    /** With the tree and a commit of it. @return the commit */
    ObjectId commit(byte[] tree) {
        object(Constants.OBJ_TREE, tree);
        return commit(text(ObjectId.toString(id(Constants.OBJ_TREE, tree)), "author " + PERSON, "committer " + PERSON));
    }

    /** @param content as in {@link #text} */
    ObjectId commit(String content) {
        byte[] bytes = content.getBytes(StandardCharsets.ISO_8859_1);
        object(Constants.OBJ_COMMIT, bytes);
        return id(Constants.OBJ_COMMIT, bytes);
    }

    static String text(String tree, String author, String committer) {
        return "tree " + tree + "\n" + author + "\n" + committer + "\n\nA message\n";
    }

    static ObjectId id(int type, byte[] data) {
        return new ObjectInserter.Formatter().idFor(type, data);
    }

    /** One entry of a tree. */
    static byte[] entry(String mode, String name, ObjectId id) {
        byte[] head = (mode + " " + name + "\0").getBytes(StandardCharsets.UTF_8);
        var bytes = ByteBuffer.allocate(head.length + 20).put(head);
        id.copyRawTo(bytes);
        return bytes.array();
    }

    byte[] bytes() throws Exception {
        return bytes(count);
    }

    byte[] bytes(int says) throws Exception {
        byte[] all = ByteBuffer.allocate(12 + body.size()).put("PACK".getBytes(StandardCharsets.US_ASCII)).putInt(2).putInt(says)
                .put(body.toByteArray()).array();
        return ByteBuffer.allocate(all.length + 20).put(all).put(MessageDigest.getInstance("SHA-1").digest(all)).array();
    }

    static byte[] deflate(byte[] data) {
        var deflater = new Deflater(Deflater.BEST_COMPRESSION);
        deflater.setInput(data);
        deflater.finish();
        var out = new ByteArrayOutputStream();
        var buffer = new byte[8192];
        while (!deflater.finished()) {
            out.write(buffer, 0, deflater.deflate(buffer));
        }
        deflater.end();
        return out.toByteArray();
    }
}
