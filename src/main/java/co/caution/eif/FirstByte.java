package co.caution.eif;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Where two contents part.
 *
 * @param offset of the first byte that differs; where one content ends first, its length
 * @param from offset of the bytes that are shown
 * @param a hex of at most sixteen bytes around it
 * @param b the same of the other content
 */
public record FirstByte(long offset, long from, String a, String b) {

    private static final int CHUNK = 1 << 16;
    private static final int BEFORE = 8;
    private static final int SHOWN = 16;

    /** Null where they are equal. */
    static @Nullable FirstByte of(Region a, Region b) throws IOException {
        long offset = mismatch(a, b);
        if (offset < 0) {
            return null;
        }
        long from = Math.max(0, offset - BEFORE);
        return new FirstByte(offset, from, hex(a, from), hex(b, from));
    }

    private static long mismatch(Region a, Region b) throws IOException {
        byte[] one = new byte[(int) Math.min(CHUNK, a.size())];
        byte[] two = new byte[(int) Math.min(CHUNK, b.size())];
        try (InputStream inA = a.open(); InputStream inB = b.open()) {
            for (long at = 0; ; ) {
                int n = inA.readNBytes(one, 0, one.length);
                int m = inB.readNBytes(two, 0, two.length);
                int mismatch = Arrays.mismatch(one, 0, n, two, 0, m);
                if (mismatch >= 0 || n == 0) {
                    return mismatch < 0 ? -1 : at + mismatch;
                }
                at += n;
            }
        }
    }

    private static String hex(Region content, long from) throws IOException {
        long length = Math.clamp(content.size() - from, 0, SHOWN);
        try (InputStream in = content.part(Math.min(from, content.size()), length).open()) {
            return HexFormat.of().formatHex(in.readAllBytes());
        }
    }
}
