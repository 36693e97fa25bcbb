package co.caution.eif;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Archives as others, and attackers, write them: no rule but the format's. */
final class RawCpio {

    static final int DIRECTORY = 0040755;
    static final int FILE = 0100644;
    static final int SYMLINK = 0120777;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    RawCpio add(String name, int mode, String data) {
        return add(name, mode, 0, 1, data);
    }

    RawCpio add(String name, int mode, int inode, int links, String data) {
        byte[] content = data.getBytes(StandardCharsets.UTF_8);
        byte[] path = (name + "\0").getBytes(StandardCharsets.UTF_8);
        int[] fields = {inode, mode, 0, 0, links, 0, content.length, 0, 0, 0, 0, path.length, 0};
        StringBuilder header = new StringBuilder("070701");
        for (int field : fields) {
            header.append("%08X".formatted(field));
        }
        out.writeBytes(header.toString().getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(path);
        pad();
        out.writeBytes(content);
        pad();
        return this;
    }

    byte[] end() {
        return add("TRAILER!!!", 0, "").out.toByteArray();
    }

    private void pad() {
        while (out.size() % 4 != 0) {
            out.write(0);
        }
    }
}
