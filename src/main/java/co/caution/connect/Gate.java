package co.caution.connect;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** Says where connections may go now: nowhere, unless the last verification was good. */
final class Gate {

    /** Whoever knocks in vain asks for a verification, but not for one after another. */
    static final Duration PAUSE = Duration.ofSeconds(2);

    private final Verifier verifier;
    private final Clock clock;
    private final Consumer<String> log;
    private final Runnable closeAll;
    private final ReentrantLock one = new ReentrantLock();
    private volatile Verifier.Result last;
    private volatile Instant at;

    /** @param closeAll ends what is open */
    Gate(Verifier verifier, Verifier.Good first, Clock clock, Consumer<String> log, Runnable closeAll) {
        this.verifier = verifier;
        this.last = first;
        this.at = clock.instant();
        this.clock = clock;
        this.log = log;
        this.closeAll = closeAll;
    }

    /** Where to go; where that is nowhere, after trying to find out once more. */
    Verifier.Result result() throws InterruptedException {
        Verifier.Result known = last;
        return known instanceof Verifier.Good ? known : after(known);
    }

    /**
     * The way did not lead into the enclave: another verification decides, unless there was one meanwhile.
     *
     * @param failed what was tried
     */
    Verifier.Result after(Verifier.Result failed) throws InterruptedException {
        one.lockInterruptibly();
        try {
            boolean soon = clock.instant().isBefore(at.plus(PAUSE));
            return last == failed && !soon ? verified() : last;
        } finally {
            one.unlock();
        }
    }

    /** Whether it still leads where the last verification says. */
    boolean allows(Way way) {
        return last instanceof Verifier.Good good && good.way().equals(way);
    }

    /** Finds out anew, whatever was known. */
    Verifier.Result again() throws InterruptedException {
        one.lockInterruptibly();
        try {
            return verified();
        } finally {
            one.unlock();
        }
    }

    private Verifier.Result verified() throws InterruptedException {
        Verifier.Result before = last;
        Verifier.Result now;
        try {
            now = verifier.verify();
        } catch (RuntimeException e) {
            now = new Verifier.Refused(false, "the verification did not come to an end: " + e.getMessage());
        }
        at = clock.instant();
        last = now;
        switch (now) {
            case Verifier.Good good when before instanceof Verifier.Good known && known.way().equals(good.way()) -> { /* nothing new */ }
            case Verifier.Good good -> log.accept("verified: the channel is at " + good.way().host() + ":" + good.way().port() + ", its key "
                    + good.way().binding().spkiSha256());
            case Verifier.Refused refused when refused.equals(before) -> { /* said before */ }
            case Verifier.Refused refused -> log.accept("REFUSED, nothing is forwarded: " + refused.why());
        }
        boolean other = now instanceof Verifier.Good good && before instanceof Verifier.Good known
                && !known.way().binding().equals(good.way().binding());
        if (other || now instanceof Verifier.Refused refused && refused.proven()) {
            closeAll.run(); // to an enclave that is not the verified one any more
        }
        return now;
    }
}
