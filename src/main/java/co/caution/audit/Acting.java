package co.caution.audit;

import java.util.concurrent.atomic.AtomicReference;

/** Who acts here and now: set at the edge, for the call that it handles. Where nobody is set it is the service. */
public final class Acting {

    // A cell: what somebody proves is found out by code that cannot wrap what comes after it.
    private static final ScopedValue<AtomicReference<Actor>> NOW = ScopedValue.newInstance();

    private Acting() {}

    public static <R, X extends Throwable> R as(Actor actor, ScopedValue.CallableOp<? extends R, X> what) throws X {
        return ScopedValue.where(NOW, new AtomicReference<>(actor)).call(what);
    }

    public static Actor now() {
        return NOW.isBound() ? NOW.get().get() : Actor.SERVICE;
    }

    /**
     * The rest of this call has this proof.
     *
     * @throws IllegalStateException where no call is handled
     */
    public static void prove(String proof) {
        if (!NOW.isBound()) {
            throw new IllegalStateException("nobody acts here who could prove anything");
        }
        NOW.get().updateAndGet(actor -> actor.proven(proof));
    }
}
