package co.caution.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.ContextInitializer;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;

class NoLogByDefaultTest {

    @Test
    void whatLibrariesLogIsNotWrittenBetweenTheLinesOfACommand() throws Exception {
        var fresh = new LoggerContext();
        new ContextInitializer(fresh).autoConfig();
        assertThat(fresh.getLogger(Logger.ROOT_LOGGER_NAME).iteratorForAppenders()).isExhausted();
    }
}
