package co.caution.explain;

/**
 * Why a file may differ.
 *
 * @param detail where or how, in words; may hold names and text of the files
 * @param seen whether both contents were compared; if not, it is what the one at hand suggests
 */
public record Hint(Cause cause, String detail, boolean seen) {

    Hint in(String where) {
        return new Hint(cause, where + (detail.isEmpty() ? "" : ": " + detail), seen);
    }
}
