package co.caution.app;

import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * A push at work. It goes on whether anybody watches or not.
 *
 * @param build names the push in {@code caution builds}
 */
public record PushRun(UUID build, ProgressLog log, CompletableFuture<PushOutcome> outcome) {}
