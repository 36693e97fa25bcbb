package co.caution.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;

/** A number of places and the line in front of them: first come, first served, and whoever waits is told its place. */
final class WaitingLine {

    /** Given back by {@link #close}, once. */
    interface Place extends AutoCloseable {
        @Override
        void close();
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private final List<Object> waiting = new ArrayList<>();
    private int free;

    WaitingLine(int places) {
        this.free = places;
    }

    /** @param place told 1 for whoever is next, 2 for the one behind, each time it changes; never told without a wait */
    Place enter(IntConsumer place) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            var ticket = new Object();
            waiting.add(ticket);
            try {
                int told = 0;
                while (free == 0 || waiting.getFirst() != ticket) {
                    int now = waiting.indexOf(ticket) + 1;
                    if (now != told) {
                        place.accept(now);
                        told = now;
                    }
                    moved.await();
                }
                free--;
            } finally {
                waiting.remove(ticket);
                moved.signalAll();
            }
            return this::leave;
        } finally {
            lock.unlock();
        }
    }

    /** A place when one is free and nobody waits for it. */
    Optional<Place> tryEnter() {
        lock.lock();
        try {
            if (free == 0 || !waiting.isEmpty()) {
                return Optional.empty();
            }
            free--;
            return Optional.of(this::leave);
        } finally {
            lock.unlock();
        }
    }

    int waiting() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    private void leave() {
        lock.lock();
        try {
            free++;
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
