package co.caution.project;

/** A value that cannot be read; {@code at} is the offset in it, from 0. */
final class SyntaxException extends Exception {

    private final int at;

    SyntaxException(int at, String message) {
        super(message);
        this.at = at;
    }

    int at() {
        return at;
    }
}
