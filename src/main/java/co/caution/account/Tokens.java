package co.caution.account;

import co.caution.audit.Acting;
import co.caution.audit.Actor;
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
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** What programs call with: opaque, of which the database holds the hash; each says what it is good for. */
@Service
public class Tokens {

    /** The request attribute that holds the id of the token which a call carries. */
    public static final String CURRENT = "caution.token";

    /** How long a token lives that the operator hands over, and the longest that anybody may ask for. */
    public static final Duration LONGEST = Duration.ofDays(365);

    /** How long a token lives that somebody gets by logging in. */
    public static final Duration LOGIN_LIFE = Duration.ofDays(30);

    /** Unused for so long, a token is over. */
    public static final Duration IDLE = Duration.ofDays(90);

    private static final int MOST = 100;
    private static final Keyset LIST = Keyset.oldestFirst("tokens");
    private static final String PREFIX = "caution_";

    /** Good now: neither over, nor forgotten, nor for an app that is gone. */
    private static final String GOOD = """
             (t.expires_at is null or t.expires_at > :now) and coalesce(t.last_used_at, t.created_at) > :idle
             and (t.app_id is null or exists (select 1 from app where app.id = t.app_id and app.destroyed_at is null))\
            """;

    /** Whose call it is, by which token, and what that is good for. */
    public record Caller(Account account, UUID token, Grant grant) {}

    /**
     * @param app its name; null: for all
     * @param expiresAt null for tokens from before tokens had an end
     */
    public record Token(UUID id, String name, Set<Scope> scopes, @Nullable String app, Instant createdAt,
            @Nullable Instant lastUsedAt, @Nullable Instant expiresAt) {}

    /** @param secret shown this once */
    public record Made(UUID id, String secret) {}

    private final JdbcClient jdbc;
    private final Accounts accounts;
    private final Organizations organizations;
    private final Clock clock;
    private final SecureRandom random;

    Tokens(JdbcClient jdbc, Accounts accounts, Organizations organizations, Clock clock, SecureRandom random) {
        this.jdbc = jdbc;
        this.accounts = accounts;
        this.organizations = organizations;
        this.clock = clock;
        this.random = random;
    }

    /**
     * Makes a token for whoever is there in person, or whom the operator names.
     *
     * @param name what to call it in lists
     * @return the secret: the only time that anyone sees it
     */
    @Transactional
    public String create(UUID account, String name, Instant expiresAt, WayIn by) {
        return create(account, name, Grant.ALL, expiresAt, by).secret();
    }

    /** Somebody has signed with a key of theirs, and gets a token. */
    @Transactional
    String login(Account account, String fingerprint, String name, Instant expiresAt) {
        return Acting.as(Acting.now().known(account.id(), account.name(), Actor.By.SSH_KEY, fingerprint), () -> {
            accounts.note(AuditEvent.LOGIN, account.id(), Map.of());
            return create(account.id(), name, expiresAt, accounts.loggedIn(account.id(), fingerprint));
        });
    }

    /**
     * Makes one that is to be given away.
     *
     * @param by what the call that asks for it may: nobody gives more than they have
     */
    @Transactional
    public Made createFor(UUID account, String name, Grant grant, Duration life, Grant by) {
        if (!by.covers(grant)) {
            throw new AccountException.Denied("A token makes no token of more than itself: this one has "
                    + Scope.words(by.scopes()) + (by.app() == null ? "" : ", for one app") + ".");
        }
        if (life.isNegative() || life.isZero() || life.compareTo(LONGEST) > 0) {
            throw new AccountException("A token lives between 1 and " + LONGEST.toDays() + " days.");
        }
        String label = SshPublicKey.name(name);
        if (label.isEmpty()) {
            throw new AccountException("The name is missing: it says in lists what the token is for.");
        }
        accounts.lock(account);
        if (grant.app() != null) {
            organizations.holdMembership(grant.app(), account);
        }
        if (of(account, PageRequest.ALL).items().size() >= MOST) {
            throw new AccountException.Conflict("This account has " + MOST + " tokens, and more are not taken. Revoke one:"
                    + " caution tokens revoke ID");
        }
        return create(account, label, grant, clock.instant().plus(life), WayIn.NONE);
    }

    Made create(UUID account, String name, Grant grant, Instant expiresAt, WayIn by) {
        jdbc.sql("delete from api_token t where t.account_id = :account and not (" + GOOD + ")")
                .param("account", account).param("now", now()).param("idle", idle()).update();
        var made = new Made(UUID.randomUUID(), Secrets.make(random, PREFIX));
        jdbc.sql("""
                        insert into api_token (id, account_id, hash, name, scopes, app_id, ssh_key_id, passkey_id, created_at, expires_at)
                        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""")
                .params(made.id(), account, Secrets.hash(made.secret()), SshPublicKey.name(name), Scope.words(grant.scopes()), grant.app(),
                        by.sshKey(), by.passkey(), now(), expiresAt.atOffset(ZoneOffset.UTC))
                .update();
        var details = new TreeMap<>(Map.of("token", made.id().toString(), "name", SshPublicKey.name(name), "scopes", Scope.words(grant.scopes()),
                "expires", expiresAt.toString()));
        if (grant.app() != null) {
            details.put("app", grant.app().toString());
        }
        accounts.note(AuditEvent.TOKEN_CREATE, account, details);
        return made;
    }

    /** Those that are good now, oldest first. */
    public Page<Token> of(UUID account, PageRequest wanted) {
        return LIST.page(jdbc, """
                select t.id, t.name, t.scopes, app.name as app, t.created_at, t.last_used_at, t.expires_at
                from api_token t left join app on app.id = t.app_id where t.account_id = :account and""" + GOOD,
                Map.of("account", account, "now", now(), "idle", idle()),
                (row, _) -> new Token(row.getObject("id", UUID.class), row.getString("name"), Scope.parse(row.getString("scopes")),
                        row.getString("app"), row.getObject("created_at", OffsetDateTime.class).toInstant(),
                        instant(row.getObject("last_used_at", OffsetDateTime.class)),
                        instant(row.getObject("expires_at", OffsetDateTime.class))),
                wanted);
    }

    @Transactional
    public void revoke(UUID account, UUID token) {
        if (jdbc.sql("delete from api_token where id = ? and account_id = ?").params(token, account).update() == 0) {
            throw new AccountException.NotFound("There is no such token. 'caution tokens list' shows yours.");
        }
        accounts.note(AuditEvent.TOKEN_REVOKE, account, Map.of("token", token.toString()));
    }

    /**
     * Ends all of somebody's.
     *
     * @param but the one to keep; null: none
     * @return how many
     */
    @Transactional
    public int revokeAll(UUID account, @Nullable UUID but) {
        accounts.lock(account); // what is just being made of one of them must not be missed
        var ended = jdbc.sql("delete from api_token where account_id = ? and id <> ? returning id")
                .params(account, but == null ? Permissions.NOWHERE : but).query(UUID.class).list();
        ended.forEach(token -> accounts.note(AuditEvent.TOKEN_REVOKE, account, Map.of("token", token.toString())));
        return ended.size();
    }

    public Optional<Caller> find(String secret) {
        record Found(Caller caller, @Nullable Instant lastUsedAt) {}
        var found = jdbc.sql("""
                        select a.id, a.name, a.created_at, t.id as token, t.scopes, t.app_id, t.last_used_at from api_token t
                        join account a on a.id = t.account_id where t.hash = :hash and""" + GOOD)
                .param("now", now()).param("idle", idle()).param("hash", Secrets.hash(secret))
                .query((row, _) -> new Found(
                        new Caller(
                                new Account(row.getObject("id", UUID.class), row.getString("name"),
                                        row.getObject("created_at", OffsetDateTime.class).toInstant()),
                                row.getObject("token", UUID.class),
                                new Grant(Scope.parse(row.getString("scopes")), row.getObject("app_id", UUID.class))),
                        instant(row.getObject("last_used_at", OffsetDateTime.class))))
                .optional();
        // Not while the row is read: whoever holds a connection must not wait for a second one.
        found.filter(used -> Accounts.isOld(used.lastUsedAt(), clock.instant())).ifPresent(used ->
                jdbc.sql("update api_token set last_used_at = ? where id = ?").params(now(), used.caller().token()).update());
        return found.map(Found::caller);
    }

    /** Whether it could be used just now. */
    public boolean isGood(UUID token) {
        return jdbc.sql("select exists (select 1 from api_token t where t.id = :token and" + GOOD + ")")
                .param("now", now()).param("idle", idle()).param("token", token).query(Boolean.class).single();
    }

    /**
     * By which way in a token was made: what it is exchanged for ends with that, too.
     *
     * @throws AccountException.NotSignedIn where it has ended: what it brought is then nobody's, and must not stay for good
     */
    public WayIn wayIn(UUID token) {
        return jdbc.sql("select ssh_key_id as ssh_key, passkey_id as passkey from api_token where id = ?")
                .param(token).query(WayIn.class).optional().orElseThrow(WayIn::ended);
    }

    /** When a token is over; one from before tokens had an end never is. */
    public Instant end(UUID token) {
        return jdbc.sql("select expires_at from api_token where id = ?").param(token)
                .query((row, _) -> instant(row.getObject(1, OffsetDateTime.class)))
                .optional().orElse(Instant.MAX);
    }

    private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }

    private OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }

    private OffsetDateTime idle() {
        return now().minus(IDLE);
    }
}
