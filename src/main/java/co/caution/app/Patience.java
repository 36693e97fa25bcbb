package co.caution.app;

import java.util.function.Consumer;

/**
 * What works on a push has time: while PostgreSQL is away it waits, where an API call is told so at once. Whoever
 * gives out connections asks here; interrupting the thread ends the waiting.
 */
public final class Patience {

    private static final ScopedValue<Consumer<String>> WAITING = ScopedValue.newInstance();

    private Patience() {}

    /** @param waiting told in words when the waiting begins */
    static void run(Consumer<String> waiting, Runnable work) {
        ScopedValue.where(WAITING, waiting).run(work);
    }

    /** Whether the calling thread would rather wait than fail. */
    public static boolean has() {
        return WAITING.isBound();
    }

    public static void say(String text) {
        WAITING.get().accept(text);
    }
}
