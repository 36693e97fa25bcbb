package co.caution.enclaveos;

/** Hears how a build goes on. It is called from the building thread, often: it must not block. */
@FunctionalInterface
public interface BuildProgress {

    /**
     * @param phase what is going on, in a few words
     * @param fraction how much of the whole build is done, 0 to 1
     * @param line the latest line of a tool's output, or empty
     */
    void at(String phase, double fraction, String line);

    /** Nobody listens. */
    BuildProgress SILENT = (phase, fraction, line) -> {};
}
