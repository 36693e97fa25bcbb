package co.caution.connect;

/** Verifies what runs, from a fresh challenge on; nothing of an earlier time counts. */
@FunctionalInterface
public interface Verifier {

    /** What came of it. */
    sealed interface Result {}

    /** It is what it should be, and this leads into it. */
    record Good(Way way) implements Result {}

    /**
     * It is not, or that could not be found out.
     *
     * @param proven whether it is known to be wrong: then what is open is closed, too
     * @param why one line
     */
    record Refused(boolean proven, String why) implements Result {}

    Result verify() throws InterruptedException;
}
