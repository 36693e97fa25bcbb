package co.caution.account;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.TestService;
import co.caution.paging.PageRequest;
import com.zaxxer.hikari.HikariDataSource;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

class SessionsIT {

    /** Where each held one and waited for a second, a few browsers at once would keep everybody from the database. */
    @Test
    void aUseIsWrittenDownWithTheOneConnectionThatACallTakes() throws Exception {
        var service = TestService.shared();
        var person = service.person("one-connection");
        var begun = service.bean(Sessions.class).begin(person.id(), "test", WayIn.NONE);
        try (var one = new HikariDataSource()) {
            one.setDataSource(service.bean(DataSource.class));
            one.setMaximumPoolSize(1);
            one.setConnectionTimeout(2000);
            Clock later = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(5));
            var sessions = new Sessions(JdbcClient.create(one), service.bean(Accounts.class), later, new SecureRandom());

            var caller = sessions.find(begun.cookie(), begun.page()).orElseThrow();

            assertThat(caller.account()).isEqualTo(person.id());
            assertThat(sessions.of(person.id(), PageRequest.ALL).items()).singleElement().satisfies(
                    session -> assertThat(session.lastUsedAt()).isAfter(session.createdAt().plusSeconds(60)));
        }
    }
}
