package co.caution.app.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.Mockito.RETURNS_DEEP_STUBS;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import co.caution.app.AppMeters;
import co.caution.app.Build;
import co.caution.audit.AuditLog;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

class AppStoreTest {

    private static final Instant NOW = Instant.parse("2026-11-01T10:00:00Z");

    private final JdbcClient jdbc = mock(JdbcClient.class, RETURNS_DEEP_STUBS);
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final AppStore store = new AppStore(jdbc, new AppMeters(registry), mock(AuditLog.class),
            TransactionOperations.withoutTransaction());
    private final Build failed = new Build(UUID.randomUUID(), UUID.randomUUID(), "refs/heads/main", "c", Build.State.FAILED,
            "build", "why", NOW, NOW);

    @Test
    void theEndOfABuildIsRecordedOverTheNextConnectionWhenOneBreaks() {
        when(jdbc.sql(anyString()).params(any(Object[].class)).update())
                .thenThrow(new DataAccessResourceFailureException("terminating connection"))
                .thenThrow(new DataAccessResourceFailureException("This connection has been closed."))
                .thenReturn(1);

        store.update(failed);

        assertThat(registry.counter("caution.builds", "state", "failed").count()).isEqualTo(1);
    }

    @Test
    void withoutAnyConnectionNothingIsTriedAgain() {
        when(jdbc.sql(anyString()).params(any(Object[].class)).update())
                .thenThrow(new CannotGetJdbcConnectionException("away"))
                .thenReturn(1);

        assertThatThrownBy(() -> store.update(failed)).isInstanceOf(CannotGetJdbcConnectionException.class);
    }
}
