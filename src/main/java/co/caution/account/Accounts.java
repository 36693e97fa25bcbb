package co.caution.account;

import co.caution.audit.Acting;
import co.caution.audit.Actor;
import co.caution.audit.AuditEvent;
import co.caution.audit.AuditLog;
import co.caution.paging.Keyset;
import co.caution.paging.Page;
import co.caution.paging.PageRequest;
import co.caution.sshkey.SshPublicKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Users, and the SSH keys that let them push and log in. */
@Service
public class Accounts {

    /** A use is written down at most this often: a write for each call would cost more than most calls. */
    static final Duration GRAIN = Duration.ofMinutes(1);

    private static final String HOLDERS = """
            select distinct a.id, a.name, a.created_at from account a join ssh_key k on k.account_id = a.id
            where k.fingerprint = ?%s order by a.name""";

    private static final int MOST_KEYS = 100;
    private static final Keyset KEYS = Keyset.oldestFirst("ssh-keys");

    /**
     * @param publicKey the OpenSSH line without its comment
     * @param name the comment that it came with; may be empty
     * @param appId the only one that it pushes to, and all that it does; null: it acts for its owner
     * @param app that app's name
     */
    public record Key(UUID id, String fingerprint, String publicKey, String name, @Nullable UUID appId, @Nullable String app,
            Instant createdAt, @Nullable Instant lastUsedAt) {

        /** Whether its owner can log in with it. */
        boolean wayIn() {
            return appId == null;
        }
    }

    private final JdbcClient jdbc;
    private final Organizations organizations;
    private final AuditLog audit;
    private final Clock clock;

    Accounts(JdbcClient jdbc, Organizations organizations, AuditLog audit, Clock clock) {
        this.jdbc = jdbc;
        this.organizations = organizations;
        this.audit = audit;
        this.clock = clock;
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
        audit.append(AuditEvent.ACCOUNT_CREATE, account.id(), account.name(), Map.of());
        return Optional.of(account);
    }

    public Account account(UUID id) {
        return jdbc.sql("select id, name, created_at from account where id = ?").param(id).query(Account.class).single();
    }

    /** The same for a key that acts for its owner. */
    @Transactional
    public boolean addSshKey(UUID accountId, SshPublicKey key) {
        return addSshKey(accountId, key, null);
    }

    /**
     * Adds a key to an account; adding it twice changes nothing.
     *
     * @param app the only one that it is to push to, and nothing else
     * @return whether it is new there
     */
    @Transactional
    public boolean addSshKey(UUID accountId, SshPublicKey key, @Nullable UUID app) {
        lock(accountId);
        if (app != null) {
            organizations.holdMembership(app, accountId);
        }
        jdbc.sql("delete from ssh_key where account_id = ? and app_id in (select id from app where destroyed_at is not null)")
                .param(accountId).update();
        for (Key known : sshKeys(accountId)) {
            // A key that one keeps in a CI must not become one's own by being added again, nor the other way round.
            if (known.fingerprint().equals(key.fingerprint()) && !Objects.equals(known.appId(), app)) {
                throw new AccountException.Conflict("Your account has this key already, " + (known.appId() == null ? "as your own"
                        : "for the app " + known.app()) + ". Remove it first, or better use another one.");
            }
        }
        if (sshKeys(accountId).size() >= MOST_KEYS) {
            throw new AccountException.Conflict("This account has " + MOST_KEYS
                    + " keys, and more are not taken. Remove one: caution ssh-keys remove KEY");
        }
        boolean added = jdbc.sql("""
                        insert into ssh_key (id, account_id, fingerprint, public_key, name, app_id, created_at)
                        values (?, ?, ?, ?, ?, ?, ?) on conflict (account_id, fingerprint) do nothing""")
                .params(UUID.randomUUID(), accountId, key.fingerprint(), key.line(), key.comment(), app, now())
                .update() == 1;
        if (added) {
            note(AuditEvent.SSH_KEY_ADD, accountId, app == null ? Map.of("key", key.fingerprint(), "name", key.comment())
                    : Map.of("key", key.fingerprint(), "name", key.comment(), "app", app.toString()));
        }
        return added;
    }

    /** Oldest first. */
    public List<Key> sshKeys(UUID accountId) {
        return sshKeys(accountId, PageRequest.ALL).items();
    }

    public Page<Key> sshKeys(UUID accountId, PageRequest wanted) {
        return KEYS.page(jdbc, """
                select k.id, k.fingerprint, k.public_key, k.name, k.app_id, app.name as app, k.created_at, k.last_used_at
                from ssh_key k left join app on app.id = k.app_id where k.account_id = :account and app.destroyed_at is null""",
                Map.of("account", accountId), Key.class, wanted);
    }

    /** Whether somebody can log in with a key; those that only push to an app do not count. */
    boolean hasSshKey(UUID accountId) {
        return sshKeys(accountId).stream().anyMatch(Key::wayIn);
    }

    /** The last way in stays: without a key or a passkey its owner could not log in again. What the key brought ends with it. */
    @Transactional
    public void removeSshKey(UUID accountId, UUID key) {
        lock(accountId);
        List<Key> keys = sshKeys(accountId);
        Key removed = keys.stream().filter(known -> known.id().equals(key)).findFirst().orElseThrow(() ->
                new AccountException.NotFound("There is no such key. 'caution ssh-keys list' shows yours."));
        if (removed.wayIn() && keys.stream().filter(Key::wayIn).count() == 1 && !hasPasskey(accountId)) {
            throw new AccountException.Conflict("This is the account's last key, and it has no passkey: without one you could"
                    + " neither push nor log in again. Add another first: caution ssh-keys add FILE");
        }
        jdbc.sql("delete from ssh_key where id = ? and account_id = ?").params(key, accountId).update();
        note(AuditEvent.SSH_KEY_REMOVE, accountId, Map.of("key", removed.fingerprint(), "name", removed.name()));
    }

    /** A key of somebody's, as what they came in by. */
    public WayIn wayIn(UUID accountId, SshPublicKey key) {
        return new WayIn(jdbc.sql("select id from ssh_key where account_id = ? and fingerprint = ?")
                .params(accountId, key.fingerprint()).query(UUID.class).single(), null);
    }

    /**
     * Somebody logs in with one of theirs.
     *
     * @throws AccountException.NotSignedIn where it was removed meanwhile
     */
    WayIn loggedIn(UUID accountId, String fingerprint) {
        lock(accountId);
        return new WayIn(jdbc.sql("update ssh_key set last_used_at = ? where account_id = ? and fingerprint = ? and app_id is null returning id")
                .params(now(), accountId, fingerprint).query(UUID.class).optional().orElseThrow(WayIn::ended), null);
    }

    /** Whether any account knows this key: the question SSH asks before it sees a signature. */
    public boolean knowsKey(String fingerprint) {
        return jdbc.sql("select exists (select 1 from ssh_key where fingerprint = ?)")
                .param(fingerprint)
                .query(Boolean.class)
                .single();
    }

    /** The accounts that a key acts for; one key may belong to several people. Those that only push to an app act for nobody. */
    public Set<UUID> byKey(String fingerprint) {
        return used("app_id is null", fingerprint, Permissions.NOWHERE);
    }

    /** The accounts that a key pushes for to an app: as their own, or bound to that app. */
    public Set<UUID> pushers(String fingerprint, UUID app) {
        return used("(app_id is null or app_id = :app)", fingerprint, app);
    }

    /** The organizations of the apps that a key is bound to: names by id. */
    public Map<UUID, String> boundIn(String fingerprint) {
        var found = new TreeMap<UUID, String>();
        jdbc.sql("""
                        select distinct o.id, o.name from ssh_key k join app on app.id = k.app_id
                        join organization o on o.id = app.organization_id where k.fingerprint = ?""")
                .param(fingerprint)
                .query(row -> {
                    found.put(row.getObject("id", UUID.class), row.getString("name"));
                });
        return found;
    }

    private Set<UUID> used(String which, String fingerprint, UUID app) {
        record Used(UUID id, UUID accountId, @Nullable Instant lastUsedAt) {}
        List<Used> keys = jdbc.sql("select id, account_id, last_used_at from ssh_key where fingerprint = :fingerprint and " + which)
                .param("fingerprint", fingerprint).param("app", app)
                .query(Used.class)
                .list();
        keys.stream().filter(key -> isOld(key.lastUsedAt(), clock.instant())).forEach(key -> keyUsed(key.id()));
        return keys.stream().map(Used::accountId).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Who acts with a key in an organization: where it is several people's, the names of all who are in that. Nobody else's: a public key is
     * public, and anybody may put another's among their own.
     */
    public Actor holder(String fingerprint, UUID organization, Actor call) {
        List<Account> holders = jdbc.sql(HOLDERS.formatted(" and a.id in (select account_id from membership where organization_id = ?)"))
                .params(fingerprint, organization).query(Account.class).list();
        return call.known(holders.size() == 1 ? holders.getFirst().id() : null,
                String.join(",", holders.stream().map(Account::name).toList()), Actor.By.SSH_KEY, fingerprint);
    }

    /** Whose key it is, whatever it may. */
    public List<Account> holders(String fingerprint) {
        return jdbc.sql(HOLDERS.formatted("")).param(fingerprint).query(Account.class).list();
    }

    /** Whom it acts for, before it is known for which of them: nothing is noted. */
    public List<Account> ownersOf(String fingerprint) {
        return jdbc.sql(HOLDERS.formatted(" and k.app_id is null")).param(fingerprint).query(Account.class).list();
    }

    /** What concerns one person is in the log of their own organization. */
    void note(AuditEvent what, UUID accountId, Map<String, String> details) {
        audit.append(what, accountId, account(accountId).name(), details);
    }

    void keyUsed(UUID key) {
        jdbc.sql("update ssh_key set last_used_at = ? where id = ?").params(now(), key).update();
    }

    static boolean isOld(@Nullable Instant use, Instant now) {
        return use == null || use.isBefore(now.minus(GRAIN));
    }

    private boolean hasPasskey(UUID accountId) {
        return jdbc.sql("select exists (select 1 from passkey where account_id = ?)").param(accountId).query(Boolean.class).single();
    }

    /**
     * One change of an account's ways in, and of what they bring, at a time: to the end of the transaction. What only refers to the account
     * goes on: an organization's people refer to accounts, an account's tokens to apps, apps to organizations, and all would wait in a circle.
     */
    public void lock(UUID accountId) {
        jdbc.sql("select id from account where id = ? for no key update").param(accountId).query().singleRow();
    }

    private OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }
}
