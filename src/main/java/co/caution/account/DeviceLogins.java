package co.caution.account;

import co.caution.audit.Acting;
import co.caution.audit.Actor;
import co.caution.audit.AuditEvent;
import co.caution.audit.AuditLog;
import co.caution.client.ClientNetwork;
import co.caution.sshkey.SshPublicKey;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Logins of programs that have no browser: somebody allows them in one, with a passkey (RFC 8628). Both codes are kept as
 * hashes; a login becomes one token, or none.
 */
@Service
public class DeviceLogins {

    public static final Duration LIFE = Duration.ofMinutes(10);
    /** Seconds between two questions, to begin with; and by how much more where somebody asks sooner (section 3.5). */
    public static final int INTERVAL = 5;
    /** How long it is remembered that one is over. */
    private static final Duration REMEMBERED = LIFE;
    private static final Duration GUESSING = Duration.ofHours(1);
    private static final int GUESSES_OF_ACCOUNT = 10;
    private static final int GUESSES_OF_ADDRESS = 30;

    /** @param userCode as it is shown */
    public record Begun(String deviceCode, String userCode) {}

    /** @param name what the program says of itself: anybody may say anything */
    public record Asked(UUID id, String name, Set<Scope> scopes, String address, Instant createdAt, Instant expiresAt) {}

    /** What a program is told that asks whether it is allowed. */
    public sealed interface Answer {
        record Allowed(String token, Set<Scope> scopes, Duration life) implements Answer {}

        record Pending() implements Answer {}

        record SlowDown() implements Answer {}

        record Denied() implements Answer {}

        record Expired() implements Answer {}

        record Unknown() implements Answer {}
    }

    private record Row(UUID id, String name, String scopes, Instant expiresAt, int intervalS, @Nullable Instant lastPolledAt,
            @Nullable UUID accountId, @Nullable UUID passkeyId, boolean denied) {}

    private final JdbcClient jdbc;
    private final Accounts accounts;
    private final Tokens tokens;
    private final AuditLog audit;
    private final Clock clock;
    private final SecureRandom random;

    DeviceLogins(JdbcClient jdbc, Accounts accounts, Tokens tokens, AuditLog audit, Clock clock, SecureRandom random) {
        this.jdbc = jdbc;
        this.accounts = accounts;
        this.tokens = tokens;
        this.audit = audit;
        this.clock = clock;
        this.random = random;
    }

    /** @throws AccountException.TooMany where too many are open from there */
    @Transactional
    public Begun begin(String name, Set<Scope> scopes, InetAddress address) {
        var now = clock.instant();
        String from = OpenChallenges.admit(jdbc, "device_login", now, REMEMBERED, address);
        String label = SshPublicKey.name(name);
        String code = UserCode.make(random);
        var begun = new Begun(Secrets.make(random, "caution_device_"), UserCode.shown(code));
        jdbc.sql("""
                        insert into device_login (id, device_hash, user_hash, name, scopes, address, asked_from, created_at, expires_at, interval_s)
                        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""")
                .params(UUID.randomUUID(), Secrets.hash(begun.deviceCode()), Secrets.hash(code), label.isEmpty() ? "a program" : label,
                        Scope.words(scopes), from, address.getHostAddress(), at(now), at(now.plus(LIFE)), INTERVAL)
                .update();
        return begun;
    }

    /**
     * What a code stands for. Not one transaction: a code that is none has to be counted.
     *
     * @throws AccountException.TooMany for whoever guesses
     */
    public Asked look(UUID account, String typed, InetAddress address) {
        UUID guess = count(account, ClientNetwork.of(address));
        var found = jdbc.sql("""
                        select id, name, scopes, asked_from, created_at, expires_at from device_login
                        where user_hash = ? and expires_at > ? and account_id is null and not denied""")
                .params(Secrets.hash(UserCode.typed(typed)), now())
                .query((row, _) -> new Asked(row.getObject("id", UUID.class), row.getString("name"), Scope.parse(row.getString("scopes")),
                        row.getString("asked_from"), row.getObject("created_at", OffsetDateTime.class).toInstant(),
                        row.getObject("expires_at", OffsetDateTime.class).toInstant()))
                .optional();
        if (found.isEmpty()) {
            throw new AccountException.NotFound("No program waits with this code: it was used, is older than " + LIFE.toMinutes()
                    + " minutes, or was never given out.");
        }
        jdbc.sql("delete from device_guess where id = ?").param(guess).update();
        return found.get();
    }

    /** Before it is known whether it is one: many at once must not each be the last one allowed. */
    private UUID count(UUID account, String from) {
        jdbc.sql("delete from device_guess where guessed_at <= ?").param(at(clock.instant().minus(GUESSING))).update();
        UUID guess = UUID.randomUUID();
        jdbc.sql("insert into device_guess (id, account_id, address, guessed_at) values (?, ?, ?, ?)").params(guess, account, from, now()).update();
        int[] guesses = jdbc.sql("select count(*) filter (where account_id = ?), count(*) filter (where address = ?) from device_guess")
                .params(account, from)
                .query((row, _) -> new int[] {row.getInt(1), row.getInt(2)})
                .single();
        if (guesses[0] > GUESSES_OF_ACCOUNT || guesses[1] > GUESSES_OF_ADDRESS) {
            throw new AccountException.TooMany("Too many codes were typed that are none. Try again in an hour.");
        }
        return guess;
    }

    /** @param passkey by which they were asked to confirm it, and did */
    @Transactional
    public void allow(UUID account, Asked asked, UUID passkey) {
        accounts.lock(account);
        new WayIn(null, passkey).requireStill(jdbc);
        int allowed = jdbc.sql("""
                        update device_login set account_id = ?, passkey_id = ?
                        where id = ? and expires_at > ? and account_id is null and not denied""")
                .params(account, passkey, asked.id(), now()).update();
        if (allowed == 0) {
            throw new AccountException.Conflict("This login was allowed, refused or too old before you allowed it.");
        }
        audit.append(AuditEvent.DEVICE_ALLOW, account, asked.name(),
                Map.of("address", asked.address(), "scopes", Scope.words(asked.scopes()), "passkey", passkey.toString()));
    }

    /** @throws AccountException.Conflict where it is not this that refuses it: then it may have been let in */
    @Transactional
    public void deny(UUID account, Asked asked) {
        int denied = jdbc.sql("""
                        update device_login set denied = true
                        where id = ? and expires_at > ? and account_id is null and not denied""")
                .params(asked.id(), now()).update();
        if (denied == 0) {
            throw new AccountException.Conflict("This login was allowed, refused or too old before you refused it. 'caution tokens list' shows"
                    + " what your account has let in.");
        }
        audit.append(AuditEvent.DEVICE_DENY, account, asked.name(), Map.of("address", asked.address()));
    }

    /** The program's question. */
    @Transactional
    public Answer poll(String deviceCode) {
        // The account first, as whoever removes the passkey that allowed it does.
        boolean held = !jdbc.sql("select a.id from account a join device_login d on d.account_id = a.id where d.device_hash = ?"
                        + " for no key update of a")
                .param(Secrets.hash(deviceCode)).query().listOfRows().isEmpty();
        Row row = jdbc.sql("""
                        select id, name, scopes, expires_at, interval_s, last_polled_at, account_id, passkey_id, denied
                        from device_login where device_hash = ? for update""")
                .param(Secrets.hash(deviceCode)).query(Row.class).optional().orElse(null);
        if (row == null) {
            return new Answer.Unknown();
        }
        var now = clock.instant();
        if (!row.expiresAt().isAfter(now)) {
            return new Answer.Expired();
        }
        if (row.denied()) {
            jdbc.sql("delete from device_login where id = ?").param(row.id()).update();
            return new Answer.Denied();
        }
        if (row.accountId() != null && !held) {
            return new Answer.Pending(); // allowed between these two looks: the account is taken first the next time
        }
        boolean early = row.lastPolledAt() != null && now.isBefore(row.lastPolledAt().plusSeconds(row.intervalS()));
        jdbc.sql("update device_login set last_polled_at = ?, interval_s = interval_s + ? where id = ?")
                .params(at(now), early ? INTERVAL : 0, row.id()).update();
        if (early) {
            return new Answer.SlowDown();
        }
        if (row.accountId() == null) {
            return new Answer.Pending();
        }
        jdbc.sql("delete from device_login where id = ?").param(row.id()).update();
        var scopes = Scope.parse(row.scopes());
        var by = new WayIn(null, row.passkeyId());
        Account account = accounts.account(row.accountId());
        String secret = Acting.as(Acting.now().known(account.id(), account.name(), Actor.By.PASSKEY, String.valueOf(row.passkeyId())), () -> {
            accounts.note(AuditEvent.LOGIN, account.id(), Map.of());
            return tokens.create(account.id(), row.name(), new Grant(scopes, null), now.plus(Tokens.LOGIN_LIFE), by).secret();
        });
        return new Answer.Allowed(secret, scopes, Tokens.LOGIN_LIFE);
    }

    private OffsetDateTime now() {
        return at(clock.instant());
    }

    private static OffsetDateTime at(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
