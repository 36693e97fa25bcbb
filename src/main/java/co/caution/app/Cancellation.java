package co.caution.app;

import org.jspecify.annotations.Nullable;

/** Ends a push that its owner no longer wants, for as long as nothing of it is live. */
final class Cancellation {

    private @Nullable Thread worker;
    private boolean asked;
    private boolean tooLate;

    /** The calling thread does the work from now on: it is the one to interrupt. */
    synchronized void begin() throws InterruptedException {
        worker = Thread.currentThread();
        if (asked) {
            throw new InterruptedException();
        }
    }

    /** @return false when it is too late: the release is going live, or the push is over */
    synchronized boolean ask() {
        if (tooLate) {
            return false;
        }
        asked = true;
        if (worker != null) {
            worker.interrupt();
        }
        return true;
    }

    synchronized boolean asked() {
        return asked;
    }

    /** Called before what must happen whole or not at all; nothing is cancelled after it returns. */
    synchronized void lastMoment() throws InterruptedException {
        if (asked) {
            throw new InterruptedException();
        }
        tooLate = true;
    }

    /** The calling thread is done; what was asked of it no longer stands in the way of putting that on record. */
    synchronized void end() {
        tooLate = true;
        worker = null;
        Thread.interrupted();
    }
}
