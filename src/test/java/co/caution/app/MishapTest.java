package co.caution.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessResourceFailureException;

class MishapTest {

    @Test
    void aFullDiskIsNamedWhereverItWasMet() {
        assertThat(Mishap.describe(new IllegalStateException(new IOException("/x: No space left on device"))))
                .contains("the disk is full", "push again");
        assertThat(Mishap.describe(new DataAccessResourceFailureException("insert", new SQLException("full", "53100"))))
                .contains("the disk is full");
    }

    @Test
    void aDatabaseThatWentAwayIsToldFromAMistake() {
        assertThat(Mishap.describe(new DataAccessResourceFailureException("gone"))).contains("database went away");
        assertThat(Mishap.describe(new IllegalStateException("secret detail")))
                .contains("IllegalStateException", "server's log").doesNotContain("secret detail");
    }
}
