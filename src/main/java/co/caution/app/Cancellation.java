package co.caution.app;

import org.jspecify.annotations.Nullable;

/** Ends a push that its owner no longer wants, for as long as nothing of it is live. */
final class Cancellation {

    private @Nullable Thread worker;
    private boolean asked;
    private boolean stopped;
    private boolean tooLate;

    /** The calling thread does the work from now on: it is the one to interrupt. */
    synchronized void begin() throws InterruptedException {
        worker = Thread.currentThread();
        requireWanted();
    }

    /** @return false when it is too late: the release is going live, or the push is over */
    synchronized boolean ask() {
        if (tooLate) {
            return false;
        }
        asked = true;
        interrupt();
        return true;
    }

    /** The service stops. What is going live does so to its end: a release without its branch would be half a push. */
    synchronized void stop() {
        if (!tooLate) {
            stopped = true;
            interrupt();
        }
    }

    private void interrupt() {
        if (worker != null) {
            worker.interrupt();
        }
    }

    private void requireWanted() throws InterruptedException {
        if (asked || stopped) {
            throw new InterruptedException();
        }
    }

    synchronized boolean asked() {
        return asked;
    }

    synchronized boolean stopped() {
        return stopped;
    }

    /** Called before what must happen whole or not at all; nothing is cancelled after it returns. */
    synchronized void lastMoment() throws InterruptedException {
        requireWanted();
        tooLate = true;
    }

    /** The calling thread is done; what was asked of it no longer stands in the way of putting that on record. */
    synchronized void end() {
        tooLate = true;
        worker = null;
        Thread.interrupted();
    }
}
