package co.caution.account;

import co.caution.audit.Actor;
import co.caution.paging.Keyset;
import co.caution.paging.Page;
import co.caution.paging.PageRequest;
import co.caution.sshkey.SshPublicKey;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Users, the SSH keys that let them push, and the tokens that let their CLI ask. */
@Service
public class Accounts {

    /** The request attribute that holds the id of the token which a call carries. */
    public static final String TOKEN = "caution.token";

    /** How long a token lives that the operator hands over. */
    public static final Duration GIVEN_TOKEN_LIFE = Duration.ofDays(365);

    /** How long a token lives that somebody gets by logging in. */
    public static final Duration LOGIN_LIFE = Duration.ofDays(30);

    /** A use is written down at most this often: a write for each call would cost more than most calls. */
    private static final Duration GRAIN = Duration.ofMinutes(1);

    private static final int MOST_KEYS = 100;
    private static final Keyset KEYS = Keyset.oldestFirst("ssh-keys");
    private static final Keyset TOKENS = Keyset.oldestFirst("tokens");
    private static final String TOKEN_PREFIX = "caution_";

    /** Whose call it is, and by which token. */
    public record Caller(Account account, UUID token) {}

    /**
     * @param publicKey the OpenSSH line without its comment
     * @param name the comment that it came with; may be empty
     */
    public record Key(
            UUID id, String fingerprint, String publicKey, String name, Instant createdAt, @Nullable Instant lastUsedAt) {}

    /** @param expiresAt null for tokens from before tokens had an end */
    public record Token(
            UUID id, String name, Instant createdAt, @Nullable Instant lastUsedAt, @Nullable Instant expiresAt) {}

    private final JdbcClient jdbc;
    private final Organizations organizations;
    private final Clock clock;
    private final SecureRandom random;

    Accounts(JdbcClient jdbc, Organizations organizations, Clock clock, SecureRandom random) {
        this.jdbc = jdbc;
        this.organizations = organizations;
        this.clock = clock;
        this.random = random;
    }

    public boolean exists(String name) {
        return jdbc.sql("select exists (select 1 from account where name = ?)").param(name).query(Boolean.class).single();
    }

    /** Makes the account and the organization that is its own, or gives the account of this name. */
    @Transactional
    public Account findOrCreate(String name) {
        return create(UUID.randomUUID(), name).orElseGet(() -> jdbc.sql("select id, name, created_at from account where name = ?")
                .param(name)
                .query(Account.class)
                .single());
    }

    /** Empty where the name is taken, also by somebody who came a moment ago: who asks for one's own must not get theirs. */
    Optional<Account> create(UUID id, String name) {
        var account = new Account(id, name, clock.instant());
        int made = jdbc.sql("insert into account (id, name, created_at) values (?, ?, ?) on conflict (name) do nothing")
                .params(account.id(), account.name(), account.createdAt().atOffset(ZoneOffset.UTC))
                .update();
        if (made == 0) {
            return Optional.empty();
        }
        organizations.createOwn(account);
        return Optional.of(account);
    }

    public Account account(UUID id) {
        return jdbc.sql("select id, name, created_at from account where id = ?").param(id).query(Account.class).single();
    }

    /**
     * Adds a key to an account; adding it twice changes nothing.
     *
     * @return whether it is new there
     */
    @Transactional
    public boolean addSshKey(UUID accountId, SshPublicKey key) {
        lock(accountId);
        if (sshKeys(accountId).size() >= MOST_KEYS) {
            throw new AccountException.Conflict("This account has " + MOST_KEYS
                    + " keys, and more are not taken. Remove one: caution ssh-keys remove KEY");
        }
        return jdbc.sql("""
                        insert into ssh_key (id, account_id, fingerprint, public_key, name, created_at)
                        values (?, ?, ?, ?, ?, ?) on conflict (account_id, fingerprint) do nothing""")
                .params(UUID.randomUUID(), accountId, key.fingerprint(), key.line(), key.comment(), now())
                .update() == 1;
    }

    /** Oldest first. */
    public List<Key> sshKeys(UUID accountId) {
        return sshKeys(accountId, PageRequest.ALL).items();
    }

    public Page<Key> sshKeys(UUID accountId, PageRequest wanted) {
        return KEYS.page(jdbc, """
                select id, fingerprint, public_key, name, created_at, last_used_at from ssh_key where account_id = :account""",
                Map.of("account", accountId), Key.class, wanted);
    }

    /** The last way in stays: without a key or a passkey its owner could not log in again. */
    @Transactional
    public void removeSshKey(UUID accountId, UUID key) {
        lock(accountId);
        List<Key> keys = sshKeys(accountId);
        if (keys.stream().noneMatch(known -> known.id().equals(key))) {
            throw new AccountException.NotFound("There is no such key. 'caution ssh-keys list' shows yours.");
        }
        if (keys.size() == 1 && !hasPasskey(accountId)) {
            throw new AccountException.Conflict("This is the account's last key, and it has no passkey: without one you could"
                    + " neither push nor log in again. Add another first: caution ssh-keys add FILE");
        }
        jdbc.sql("delete from ssh_key where id = ? and account_id = ?").params(key, accountId).update();
    }

    /**
     * Makes a token and returns it: the only time that anyone sees it.
     *
     * @param name what to call it in lists
     */
    @Transactional
    public String createToken(UUID accountId, String name, Instant expiresAt) {
        jdbc.sql("delete from api_token where account_id = ? and expires_at <= ?").params(accountId, now()).update();
        String token = Secrets.make(random, TOKEN_PREFIX);
        jdbc.sql("insert into api_token (id, account_id, hash, name, created_at, expires_at) values (?, ?, ?, ?, ?, ?)")
                .params(UUID.randomUUID(), accountId, Secrets.hash(token), SshPublicKey.name(name), now(),
                        expiresAt.atOffset(ZoneOffset.UTC))
                .update();
        return token;
    }

    /** Those that are good now, oldest first. */
    public Page<Token> tokens(UUID accountId, PageRequest wanted) {
        return TOKENS.page(jdbc, """
                select id, name, created_at, last_used_at, expires_at from api_token
                where account_id = :account and (expires_at is null or expires_at > :now)""",
                Map.of("account", accountId, "now", now()), Token.class, wanted);
    }

    public void revokeToken(UUID accountId, UUID token) {
        if (jdbc.sql("delete from api_token where id = ? and account_id = ?").params(token, accountId).update() == 0) {
            throw new AccountException.NotFound("There is no such token. 'caution tokens list' shows yours.");
        }
    }

    public Optional<Caller> byToken(String token) {
        record Found(Caller caller, @Nullable Instant lastUsedAt) {}
        var found = jdbc.sql("""
                        select a.id, a.name, a.created_at, t.id as token, t.last_used_at from api_token t join account a on a.id = t.account_id
                        where t.hash = ? and (t.expires_at is null or t.expires_at > ?)""")
                .params(Secrets.hash(token), now())
                .query((row, i) -> new Found(
                        new Caller(
                                new Account(row.getObject("id", UUID.class), row.getString("name"),
                                        row.getObject("created_at", OffsetDateTime.class).toInstant()),
                                row.getObject("token", UUID.class)),
                        instant(row, "last_used_at")))
                .optional();
        // Not while the row is read: whoever holds a connection must not wait for a second one.
        found.filter(used -> isOld(used.lastUsedAt())).ifPresent(used ->
                jdbc.sql("update api_token set last_used_at = ? where id = ?").params(now(), used.caller().token()).update());
        return found.map(Found::caller);
    }

    /** Whether any account knows this key: the question SSH asks before it sees a signature. */
    public boolean knowsKey(String fingerprint) {
        return jdbc.sql("select exists (select 1 from ssh_key where fingerprint = ?)")
                .param(fingerprint)
                .query(Boolean.class)
                .single();
    }

    /** The accounts that a key acts for; one key may belong to several people. */
    public Set<UUID> byKey(String fingerprint) {
        record Owner(UUID accountId, @Nullable Instant lastUsedAt) {}
        List<Owner> owners = jdbc.sql("select account_id, last_used_at from ssh_key where fingerprint = ?")
                .param(fingerprint)
                .query(Owner.class)
                .list();
        owners.stream().filter(owner -> isOld(owner.lastUsedAt())).forEach(owner -> keyUsed(owner.accountId(), fingerprint));
        return owners.stream().map(Owner::accountId).collect(Collectors.toUnmodifiableSet());
    }

    /** Who acts with a key: where it is several people's, all of their names. */
    public Actor holder(String fingerprint, Actor call) {
        List<Account> owners = ownersOf(fingerprint);
        return call.known(owners.size() == 1 ? owners.getFirst().id() : null,
                String.join(",", owners.stream().map(Account::name).toList()), Actor.By.SSH_KEY, fingerprint);
    }

    /** The same, before it is known for which of them: nothing is noted. */
    public List<Account> ownersOf(String fingerprint) {
        return jdbc.sql("""
                        select a.id, a.name, a.created_at from account a join ssh_key k on k.account_id = a.id
                        where k.fingerprint = ? order by a.name""")
                .param(fingerprint)
                .query(Account.class)
                .list();
    }

    void keyUsed(UUID accountId, String fingerprint) {
        jdbc.sql("update ssh_key set last_used_at = ? where account_id = ? and fingerprint = ?")
                .params(now(), accountId, fingerprint)
                .update();
    }

    private boolean isOld(@Nullable Instant use) {
        return use == null || use.isBefore(clock.instant().minus(GRAIN));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        var time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    private boolean hasPasskey(UUID accountId) {
        return jdbc.sql("select exists (select 1 from passkey where account_id = ?)").param(accountId).query(Boolean.class).single();
    }

    /** One change of an account's ways in at a time. */
    void lock(UUID accountId) {
        jdbc.sql("select id from account where id = ? for update").param(accountId).query().singleRow();
    }

    private OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }
}
