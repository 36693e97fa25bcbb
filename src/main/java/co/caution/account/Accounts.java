package co.caution.account;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Users, the SSH keys that let them push, and the tokens that let their CLI ask. */
@Service
public class Accounts {

    private static final int TOKEN_BYTES = 32;
    /** Says what a leaked string is, to people and to secret scanners. */
    private static final String TOKEN_PREFIX = "caution_";

    private final JdbcClient jdbc;
    private final Clock clock;
    private final SecureRandom random;

    Accounts(JdbcClient jdbc, Clock clock, SecureRandom random) {
        this.jdbc = jdbc;
        this.clock = clock;
        this.random = random;
    }

    public boolean exists(String name) {
        return jdbc.sql("select exists (select 1 from account where name = ?)").param(name).query(Boolean.class).single();
    }

    /** Makes the account, or gives that of this name. */
    @Transactional
    public Account findOrCreate(String name) {
        var account = new Account(UUID.randomUUID(), name, clock.instant());
        jdbc.sql("insert into account (id, name, created_at) values (?, ?, ?) on conflict (name) do nothing")
                .params(account.id(), account.name(), now())
                .update();
        return jdbc.sql("select id, name, created_at from account where name = ?")
                .param(name)
                .query(Account.class)
                .single();
    }

    /** Adds a key to an account; adding it twice changes nothing. */
    @Transactional
    public void addSshKey(UUID accountId, SshPublicKey key) {
        jdbc.sql("""
                        insert into ssh_key (id, account_id, fingerprint, public_key, created_at)
                        values (?, ?, ?, ?, ?) on conflict (account_id, fingerprint) do nothing""")
                .params(UUID.randomUUID(), accountId, key.fingerprint(), key.line(), now())
                .update();
    }

    /** Makes a token and returns it: the only time that anyone sees it. */
    @Transactional
    public String createToken(UUID accountId) {
        byte[] secret = new byte[TOKEN_BYTES];
        random.nextBytes(secret);
        String token = TOKEN_PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
        jdbc.sql("insert into api_token (id, account_id, hash, created_at) values (?, ?, ?, ?)")
                .params(UUID.randomUUID(), accountId, hash(token), now())
                .update();
        return token;
    }

    public Optional<Account> byToken(String token) {
        return jdbc.sql("""
                        update api_token t set last_used_at = ? from account a
                        where t.hash = ? and a.id = t.account_id returning a.id, a.name, a.created_at""")
                .params(now(), hash(token))
                .query(Account.class)
                .optional();
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
        List<UUID> ids = jdbc.sql("update ssh_key set last_used_at = ? where fingerprint = ? returning account_id")
                .params(now(), fingerprint)
                .query(UUID.class)
                .list();
        return Set.copyOf(ids);
    }

    private OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }

    private static byte[] hash(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has SHA-256
        }
    }
}
