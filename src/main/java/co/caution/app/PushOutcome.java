package co.caution.app;

/** How a push ended. */
public sealed interface PushOutcome {

    /** The release is live and the branch has moved. */
    record Live(Release release) implements PushOutcome {}

    /** The owner ended it: nothing changed. */
    record Cancelled() implements PushOutcome {}

    /**
     * Nothing changed: what was live still is, and the branch is where it was.
     *
     * @param phase {@code push}, {@code build}, {@code deployment} or {@code service}
     */
    record Failed(String phase, String reason) implements PushOutcome {

        /** The service ended while the push was at work. */
        public static Failed serviceStopped() {
            return new Failed("service", "the service was stopped; push again");
        }
    }
}
