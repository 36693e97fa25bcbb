package co.caution.connect;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Clock;
import java.time.Duration;
import java.security.cert.CertificateException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLSocket;

/**
 * Takes plain connections on this machine and carries their bytes over TLS to the one key that evidence names. Nothing is
 * ever forwarded in plain, to another key, or while the last verification was not good: then a connection is told why, as
 * HTTP, and closed.
 */
public final class VerifiedProxy implements AutoCloseable {

    private static final int MOST = 1_000;
    private static final Duration RETRY = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final ServerSocket listener;
    private final Duration every;
    private final Consumer<String> log;
    private final Gate gate;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Semaphore places = new Semaphore(MOST);
    private final CountDownLatch closed = new CountDownLatch(1);

    /**
     * @param listener is closed with this
     * @param first a verification that was good just now
     * @param every how often it is verified again
     * @param log of what changes, line by line; may hold what others wrote
     */
    public VerifiedProxy(ServerSocket listener, Verifier verifier, Verifier.Good first, Duration every, Clock clock, Consumer<String> log) {
        this.listener = listener;
        this.every = every;
        this.log = log;
        this.gate = new Gate(verifier, first, clock, log, this::closeAll);
    }

    /** Until it is closed. */
    public void run() {
        Thread.ofVirtual().name("verify-again").start(this::verifyAgain);
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                Thread.ofVirtual().name("connection").start(() -> serve(client));
            } catch (IOException e) {
                if (!listener.isClosed()) {
                    log.accept("a connection was not taken: " + e.getMessage());
                    pause(PAUSE); // out of descriptors, most likely: trying at once would only fill the log
                }
            }
        }
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            listener.close();
        } catch (IOException e) {
            log.accept("the port could not be closed: " + e.getMessage());
        }
        closeAll();
    }

    /** Now, and not when it is due. */
    void verifyNow() throws InterruptedException {
        gate.again();
    }

    private void verifyAgain() {
        Duration next = every;
        while (!pause(next)) {
            try {
                next = gate.again() instanceof Verifier.Good || every.compareTo(RETRY) < 0 ? every : RETRY;
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** @return whether it was closed meanwhile */
    private boolean pause(Duration time) {
        try {
            return closed.await(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            return true;
        }
    }

    private void serve(Socket client) {
        if (!places.tryAcquire()) {
            Refusal.tell(client, "too many connections at once (" + MOST + ")");
            return;
        }
        try {
            Verifier.Result result = gate.result();
            for (int attempt = 0; attempt < 2 && result instanceof Verifier.Good good; attempt++) {
                SSLSocket enclave;
                try {
                    enclave = good.way().connect();
                } catch (IOException e) {
                    // Another key, or nobody: perhaps another enclave runs by now, and only evidence can say whether it counts.
                    String why = "the enclave's channel at " + good.way().host() + ":" + good.way().port() + " does not answer with its key ("
                            + (e.getCause() instanceof CertificateException wrong ? wrong : e).getMessage() + ")";
                    log.accept(why);
                    result = attempt == 0 ? gate.after(good) : new Verifier.Refused(false, why);
                    continue;
                }
                carry(client, enclave, good.way());
                return;
            }
            Refusal.tell(client, result instanceof Verifier.Refused refused ? refused.why() : "it could not be reached");
        } catch (InterruptedException | RuntimeException e) {
            Refusal.tell(client, "the verification did not end: " + e.getMessage());
        } finally {
            places.release();
        }
    }

    private void carry(Socket client, SSLSocket enclave, Way way) throws InterruptedException {
        open.add(client);
        open.add(enclave);
        try (client; enclave) {
            if (!gate.allows(way) || listener.isClosed()) { // what was open then was closed a moment before this was open
                Pump.abort(client);
                return;
            }
            Thread answers = Thread.ofVirtual().start(() -> Pump.run(enclave, client));
            Pump.run(client, enclave);
            answers.join();
        } catch (IOException e) {
            log.accept("a connection did not end well: " + e.getMessage());
        } finally {
            open.remove(client);
            open.remove(enclave);
        }
    }

    private void closeAll() {
        open.forEach(Pump::abort);
    }
}
