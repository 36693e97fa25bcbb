package co.caution.account;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Links that sign a browser in. They are made with an SSH key's proof, for people who have no passkey yet; that proof carries the
 * browser to its first passkey, and no further.
 */
@Service
public class BrowserLinks {

    /** How long a link is good; and how long after it was followed. */
    public static final Duration LIFE = Duration.ofMinutes(10);

    private final JdbcClient jdbc;
    private final Accounts accounts;
    private final Tokens tokens;
    private final Sessions sessions;
    private final Clock clock;

    BrowserLinks(JdbcClient jdbc, Accounts accounts, Tokens tokens, Sessions sessions, Clock clock) {
        this.jdbc = jdbc;
        this.accounts = accounts;
        this.tokens = tokens;
        this.sessions = sessions;
        this.clock = clock;
    }

    /**
     * Makes one for whoever calls with a token or a session. It ends with the way in that brought them, as that does.
     *
     * @return the secret: the only time that anyone sees it
     * @throws AccountException.NotSignedIn where what the call carries has ended meanwhile
     */
    @Transactional
    public String make(UUID account, @Nullable UUID token, @Nullable UUID session, Instant end) {
        accounts.lock(account);
        WayIn by = session == null ? tokens.wayIn(Objects.requireNonNull(token)) : sessions.wayIn(session);
        String secret = tokens.create(account, "for a browser", end, by);
        jdbc.sql("update api_token set browser_link = true where hash = ?").param(Secrets.hash(secret)).update();
        return secret;
    }

    /** Whether a token was made to be a link: no other one makes a session that may do more than itself. */
    public boolean isOne(UUID token) {
        return jdbc.sql("select browser_link from api_token where id = ?").param(token).query(Boolean.class).optional().orElse(false);
    }

    /** @param cookie the secret of a session that was just made of a link */
    public void followed(String cookie) {
        jdbc.sql("update session set by_link = true where hash = ?").param(Secrets.hash(cookie)).update();
    }

    /**
     * Whether the account has no passkey, and this session of its is from a link that was followed a moment ago. It stays so to the end
     * of a transaction that holds the account.
     */
    public boolean mayMakeFirstPasskey(UUID account, UUID session) {
        return jdbc.sql("""
                        select exists (select 1 from session where id = ? and account_id = ? and by_link and created_at > ?)
                            and not exists (select 1 from passkey where account_id = ?)""")
                .params(session, account, clock.instant().minus(LIFE).atOffset(ZoneOffset.UTC), account)
                .query(Boolean.class)
                .single();
    }
}
