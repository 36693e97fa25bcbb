package co.caution.build;

import org.jspecify.annotations.Nullable;

/** A build that cannot be finished, said in one line to whoever started it: what, why, what to do. */
public final class BuildException extends Exception {

    private final String phase;

    public BuildException(String phase, String message) {
        this(phase, message, null);
    }

    public BuildException(String phase, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.phase = phase;
    }

    /** The phase as {@link BuildListener#phase} named it. */
    public String phase() {
        return phase;
    }
}
