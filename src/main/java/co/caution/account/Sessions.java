package co.caution.account;

import co.caution.audit.AuditEvent;
import co.caution.paging.Keyset;
import co.caution.paging.Page;
import co.caution.paging.PageRequest;
import co.caution.sshkey.SshPublicKey;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Browsers that are signed in, each by two random secrets of which the database holds the hashes. Cookies know no ports,
 * and apps are other ports of the same host: what they receive is worth nothing without the other secret, which the
 * gateway's own pages keep where only they can read it.
 */
@Service
public class Sessions {

    /** Unused for so long, a session is over; each use begins that anew. */
    public static final Duration IDLE = Duration.ofHours(12);

    /** Used or not, a session is over after so long. */
    public static final Duration LONGEST = Duration.ofDays(7);

    /** A use is written down at most this often. */
    private static final Duration GRAIN = Duration.ofMinutes(1);

    private static final Keyset LIST = Keyset.oldestFirst("sessions");

    public record Session(UUID id, String name, Instant createdAt, Instant lastUsedAt, Instant expiresAt) {}

    /**
     * Shown this once.
     *
     * @param page for the pages' own storage
     */
    public record Begun(String cookie, String page) {}

    /** Whose call it is, and by which session. */
    public record Caller(UUID account, String name, UUID session) {}

    private final JdbcClient jdbc;
    private final Accounts accounts;
    private final Clock clock;
    private final SecureRandom random;

    Sessions(JdbcClient jdbc, Accounts accounts, Clock clock, SecureRandom random) {
        this.jdbc = jdbc;
        this.accounts = accounts;
        this.clock = clock;
        this.random = random;
    }

    /**
     * @param name what the browser calls itself
     */
    @Transactional
    public Begun begin(UUID account, String name, WayIn by) {
        return begin(account, name, by, Instant.MAX);
    }

    /**
     * @param end when it is over at the latest, if that is sooner than for others
     * @throws AccountException.NotSignedIn where the way in was removed meanwhile
     */
    @Transactional
    public Begun begin(UUID account, String name, WayIn by, Instant end) {
        accounts.lock(account);
        by.requireStill(jdbc);
        jdbc.sql("delete from session where expires_at <= ? or last_used_at <= ?").params(now(), idle()).update();
        var begun = new Begun(Secrets.make(random, ""), Secrets.make(random, ""));
        UUID id = UUID.randomUUID();
        var now = clock.instant();
        jdbc.sql("""
                        insert into session (id, account_id, hash, page_hash, name, ssh_key_id, passkey_id, created_at, last_used_at, expires_at)
                        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""")
                .params(id, account, Secrets.hash(begun.cookie()), Secrets.hash(begun.page()), SshPublicKey.name(name),
                        by.sshKey(), by.passkey(), at(now), at(now), at(end.isBefore(now.plus(LONGEST)) ? end : now.plus(LONGEST)))
                .update();
        accounts.note(AuditEvent.LOGIN, account, Map.of("session", id.toString(), "browser", SshPublicKey.name(name)));
        return begun;
    }

    public Optional<Caller> find(String cookie, String page) {
        record Found(UUID account, String name, UUID session, Instant lastUsedAt) {}
        var found = jdbc.sql("""
                        select a.id as account, a.name, s.id as session, s.last_used_at from session s
                        join account a on a.id = s.account_id
                        where s.hash = ? and s.page_hash = ? and s.expires_at > ? and s.last_used_at > ?""")
                .params(Secrets.hash(cookie), Secrets.hash(page), now(), idle())
                .query(Found.class)
                .optional();
        // Not while the row is read: whoever holds a connection must not wait for a second one.
        found.filter(session -> session.lastUsedAt().isBefore(clock.instant().minus(GRAIN))).ifPresent(session -> touch(session.session()));
        return found.map(session -> new Caller(session.account(), session.name(), session.session()));
    }

    /** Whether it could be used just now. */
    public boolean isGood(UUID session) {
        return jdbc.sql("select exists (select 1 from session where id = ? and expires_at > ? and last_used_at > ?)")
                .params(session, now(), idle()).query(Boolean.class).single();
    }

    /** The same as {@link Tokens#wayIn}, of a session. */
    WayIn wayIn(UUID session) {
        return jdbc.sql("select ssh_key_id as ssh_key, passkey_id as passkey from session where id = ?")
                .param(session).query(WayIn.class).optional().orElseThrow(WayIn::ended);
    }

    private void touch(UUID session) {
        jdbc.sql("update session set last_used_at = ? where id = ?").params(now(), session).update();
    }

    /** Those that are good now, oldest first. */
    public Page<Session> of(UUID account, PageRequest wanted) {
        return LIST.page(jdbc, """
                select id, name, created_at, last_used_at, least(expires_at, last_used_at + make_interval(hours => :hours)) as expires_at
                from session where account_id = :account and expires_at > :now and last_used_at > :idle""",
                Map.of("hours", (int) IDLE.toHours(), "account", account, "now", now(), "idle", idle()), Session.class, wanted);
    }

    @Transactional
    public void end(UUID account, UUID session) {
        if (jdbc.sql("delete from session where id = ? and account_id = ?").params(session, account).update() == 0) {
            throw new AccountException.NotFound("There is no such session of yours: it has ended.");
        }
        accounts.note(AuditEvent.SESSION_END, account, Map.of("session", session.toString()));
    }

    /**
     * Ends all of somebody's.
     *
     * @param but the one to keep; null: none
     * @return how many
     */
    @Transactional
    public int endAll(UUID account, @Nullable UUID but) {
        accounts.lock(account); // what is just being made of one of them must not be missed
        var ended = jdbc.sql("delete from session where account_id = ? and id <> ? returning id")
                .params(account, but == null ? Permissions.NOWHERE : but).query(UUID.class).list();
        ended.forEach(session -> accounts.note(AuditEvent.SESSION_END, account, Map.of("session", session.toString())));
        return ended.size();
    }

    private OffsetDateTime now() {
        return at(clock.instant());
    }

    private OffsetDateTime idle() {
        return at(clock.instant().minus(IDLE));
    }

    private static OffsetDateTime at(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
