package co.caution.enclaveos;

import java.util.List;
import java.util.regex.Pattern;

/** Reads a lock line by line: every line begins with a word that says what it is. */
final class LockLines {

    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    private final String file;
    private final long before;
    private final List<String> lines;
    private int at;

    LockLines(String file, long before, String text) {
        this.file = file;
        this.before = before;
        this.lines = text.lines().toList();
    }

    boolean nextIs(String kind) {
        return at < lines.size() && lines.get(at).startsWith(kind + " ");
    }

    /** What follows the word, as a whole. */
    String next(String kind) throws EnclaveOsLockException {
        if (!nextIs(kind)) {
            at++;
            throw bad(at > lines.size() ? "it ends where `" + kind + "` belongs" : "`" + kind + "` belongs here");
        }
        return lines.get(at++).substring(kind.length() + 1);
    }

    String[] next(String kind, int words) throws EnclaveOsLockException {
        String[] found = next(kind).split(" ", -1);
        if (found.length != words) {
            throw bad("`" + kind + "` takes " + words + " words");
        }
        return found;
    }

    String sha256(String word) throws EnclaveOsLockException {
        if (!SHA256.matcher(word).matches()) {
            throw bad("a SHA-256 is 64 digits of lower-case hex");
        }
        return word;
    }

    void end() throws EnclaveOsLockException {
        if (at < lines.size()) {
            at++;
            throw bad("nothing belongs here");
        }
    }

    /** About the line that was read last. */
    EnclaveOsLockException bad(String why) {
        return new EnclaveOsLockException(file + " line " + (before + at) + ": " + why
                + "; take the file as it was released, or make it anew with `caution enclaveos build`");
    }
}
