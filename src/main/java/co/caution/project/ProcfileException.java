package co.caution.project;

/** A Procfile that says something else than what it may. Line and column count from 1. */
public final class ProcfileException extends Exception {

    private final int line;
    private final int column;

    public ProcfileException(int line, int column, String message) {
        super("Procfile line " + line + ", column " + column + ": " + message);
        this.line = line;
        this.column = column;
    }

    public int line() {
        return line;
    }

    public int column() {
        return column;
    }
}
