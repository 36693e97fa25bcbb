package co.caution.app;

import co.caution.hosting.EnclaveExit;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.BaseUnits;
import java.time.Duration;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.springframework.stereotype.Component;

/**
 * What is counted about pushes and enclaves. No label names an app or a user: their number has no bound, and whoever reads
 * metrics need not know them.
 */
@Component
public final class AppMeters {

    private final MeterRegistry registry;

    public AppMeters(MeterRegistry registry) {
        this.registry = registry;
        // There from the start: a rate over a series that begins with its first failure misses that failure.
        for (var state : Build.State.values()) {
            build(state, 0);
        }
        for (var state : Deployment.State.values()) {
            deployment(state, 0);
        }
        for (String ended : new String[] {"exit", "signal", "memory", "boot", "host"}) {
            exits(ended);
        }
        pushTimer("live", "none");
        startTimer("live");
        startTimer("failed");
        attestationChecks("passed");
        attestationChecks("failed");
        for (String reason : new String[] {"sessions", "address", "failures", "logins", "key", "key_exchanges"}) {
            turnedAways(reason);
        }
    }

    /** An SSH session that there was no room for. */
    public void turnedAway(String reason) {
        turnedAways(reason).increment();
    }

    /** Builds that have come into a state. */
    public void build(Build.State state, int times) {
        Counter.builder("caution.builds").description("Builds that came into a state")
                .tag("state", lower(state)).register(registry).increment(times);
    }

    /** Deployments that have come into a state. */
    public void deployment(Deployment.State state, int times) {
        Counter.builder("caution.deployments").description("Deployments that came into a state")
                .tag("state", lower(state)).register(registry).increment(times);
    }

    void push(PushOutcome outcome, Duration time) {
        switch (outcome) {
            case PushOutcome.Live _ -> pushTimer("live", "none").record(time);
            case PushOutcome.Cancelled _ -> pushTimer("cancelled", "none").record(time);
            case PushOutcome.Failed failed -> pushTimer("failed", failed.phase()).record(time);
        }
    }

    void phase(String name, Duration time) {
        Timer.builder("caution.build.phase").description("A phase of a build, from its start to the next one's")
                .tag("phase", name).register(registry).record(time);
    }

    void start(boolean live, Duration time) {
        startTimer(live ? "live" : "failed").record(time);
    }

    /** An enclave that was live and ended on its own. */
    void exit(EnclaveExit exit) {
        exits(exit.oom() ? "memory"
                : !exit.phase().equals("app") ? exit.phase().equals("boot") ? "boot" : "host"
                : exit.signal() != null ? "signal" : "exit").increment();
    }

    void attestationCheck(boolean passed) {
        attestationChecks(passed ? "passed" : "failed").increment();
    }

    public <T> void gauge(String name, String description, T of, ToDoubleFunction<T> value) {
        Gauge.builder(name, of, value).description(description).register(registry);
    }

    public <T> void gaugeOfBytes(String name, String description, T of, ToDoubleFunction<T> value) {
        Gauge.builder(name, of, value).description(description).baseUnit(BaseUnits.BYTES).register(registry);
    }

    private Timer pushTimer(String outcome, String failedPhase) {
        return Timer.builder("caution.push").description("A push, from its arrival to its end, waiting included")
                .tag("outcome", outcome).tag("failed_phase", failedPhase).register(registry);
    }

    private Timer startTimer(String outcome) {
        return Timer.builder("caution.enclave.start").description("An enclave's start, until its app answers or it is given up")
                .tag("outcome", outcome).register(registry);
    }

    private Counter exits(String reason) {
        return Counter.builder("caution.enclave.exits").description("Live enclaves that ended on their own")
                .tag("reason", reason).register(registry);
    }

    private Counter attestationChecks(String result) {
        return Counter.builder("caution.attestation.checks").description("New enclaves that the platform itself attested")
                .tag("result", result).register(registry);
    }

    private Counter turnedAways(String reason) {
        return Counter.builder("caution.ssh.turned.away").description("SSH sessions that there was no room for")
                .tag("reason", reason).register(registry);
    }

    private static String lower(Enum<?> state) {
        return state.name().toLowerCase(Locale.ROOT);
    }
}
