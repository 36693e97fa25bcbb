package co.caution.cli;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.core.spi.ContextAwareBase;

/**
 * Commands say what they have to say themselves. Without this, Logback writes what libraries log to standard output, which
 * scripts read; the service configures its own log when it starts. Logback finds it as a Java service.
 */
public final class NoLogByDefault extends ContextAwareBase implements Configurator {

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }
}
