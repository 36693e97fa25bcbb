package co.caution.build;

/** Told what a build does, as it does it, by the thread that builds. */
public interface BuildListener {

    /** A new phase begins; phases come in one order and each once. */
    void phase(String name);

    /** A line of the container build's own output: printable, at most 4096 characters, no newline. */
    void line(String text);

    /** Something decided for the user that the user should know. */
    void note(String text);

    /** Tells nobody. */
    BuildListener SILENT = new BuildListener() {
        @Override
        public void phase(String name) {}

        @Override
        public void line(String text) {}

        @Override
        public void note(String text) {}
    };
}
