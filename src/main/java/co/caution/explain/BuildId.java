package co.caution.explain;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The note by which an ELF file names its build ({@code NT_GNU_BUILD_ID}: sizes, type 3, {@code GNU\0}, the id). */
final class BuildId {

    private static final byte[] ELF = {0x7f, 'E', 'L', 'F'};
    private static final int HEADER = 16;
    /** Bytes of a random id (and of an MD5); ids that follow from the content are SHA-1, 20 bytes. */
    private static final int UUID = 16;

    private BuildId() {}

    /** Where both are ELF files that differ in nothing but the id. */
    static Optional<Hint> compare(byte[] a, byte[] b) {
        int[] one = find(a);
        int[] two = find(b);
        if (one == null || two == null || !Arrays.equals(without(a), without(b))) {
            return Optional.empty();
        }
        return Optional.of(new Hint(Cause.BUILD_ID, "nothing but it differs: " + hex(a, one) + " and " + hex(b, two), true));
    }

    /** An id as long as a random one. */
    static Optional<Hint> suspect(byte[] content) {
        int[] id = find(content);
        return id != null && id[1] == UUID
                ? Optional.of(new Hint(Cause.BUILD_ID, "it is as long as a random one: " + hex(content, id), false))
                : Optional.empty();
    }

    /** With zeros for the id, as it follows from whatever else differs. */
    static byte[] without(byte[] content) {
        int[] id = find(content);
        if (id == null) {
            return content;
        }
        byte[] masked = content.clone();
        Arrays.fill(masked, id[0], id[0] + id[1], (byte) 0);
        return masked;
    }

    /** Offset and length. */
    private static int @Nullable [] find(byte[] content) {
        if (content.length < ELF.length || !Arrays.equals(content, 0, ELF.length, ELF, 0, ELF.length)) {
            return null;
        }
        for (int at = 0; at + HEADER + UUID <= content.length; at += 4) {
            int size = content[at + 4];
            if (content[at] == 4 && content[at + 8] == 3 && (size == UUID || size == 20)
                    && content[at + 12] == 'G' && content[at + 13] == 'N' && content[at + 14] == 'U' && content[at + 15] == 0
                    && at + HEADER + size <= content.length) {
                return new int[] {at + HEADER, size};
            }
        }
        return null;
    }

    private static String hex(byte[] content, int[] id) {
        return HexFormat.of().formatHex(content, id[0], id[0] + id[1]);
    }
}
