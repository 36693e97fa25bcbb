package co.caution.account;

import co.caution.TestService;
import co.caution.audit.AuditLog;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What the service would do at another time. */
public final class AtAnotherTime {

    private AtAnotherTime() {}

    public static DeviceLogins deviceLogins(TestService service, Instant now) {
        var clock = Clock.fixed(now, ZoneOffset.UTC);
        var jdbc = service.bean(JdbcClient.class);
        return new DeviceLogins(jdbc, service.bean(Accounts.class), new Tokens(jdbc, service.bean(Accounts.class), service.bean(Organizations.class), clock, new SecureRandom()),
                service.bean(AuditLog.class), clock, new SecureRandom());
    }
}
