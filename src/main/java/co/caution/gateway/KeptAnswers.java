package co.caution.gateway;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The table of answers by {@link Idempotency}'s keys. */
@Component
class KeptAnswers {

    static final Duration KEPT = Duration.ofHours(24);

    /** Of one account; whoever makes more loses the oldest of their own. */
    static final int MOST = 1000;

    /**
     * @param body null where it held a secret
     * @param made then, the id of what was made
     */
    record Answer(byte[] request, int status, @Nullable String body, @Nullable String made) {}

    private final JdbcClient jdbc;
    private final Clock clock;

    KeptAnswers(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /**
     * Until this transaction ends, however it does, nobody else gets the same. Of two numbers: PostgreSQL keeps those apart from locks of
     * one, which others here are, and callers choose their keys.
     *
     * @return whether it was free
     */
    boolean hold(UUID account, String key) {
        return jdbc.sql("select pg_try_advisory_xact_lock(hashtext(?), hashtext(?))").params(account.toString(), key).query(Boolean.class).single();
    }

    Optional<Answer> find(UUID account, String key) {
        return jdbc.sql("select request, status, body, made from kept_answer where account_id = ? and key = ? and created_at > ?")
                .params(account, sha256(key), ago())
                .query((row, _) -> new Answer(row.getBytes(1), row.getInt(2), row.getString(3), row.getString(4)))
                .optional();
    }

    void keep(UUID account, String key, Answer answer) {
        // Rows that somebody else is removing are theirs to remove: nobody waits.
        jdbc.sql("""
                        delete from kept_answer where (account_id, key) in (
                            select account_id, key from kept_answer where created_at <= ? limit 100 for update skip locked)""")
                .param(ago()).update();
        jdbc.sql("""
                        delete from kept_answer where (account_id, key) in (
                            select account_id, key from kept_answer where account_id = ? order by created_at desc offset ?
                            for update skip locked)""")
                .params(account, MOST - 1).update();
        // One that is too old may be there still.
        jdbc.sql("""
                        insert into kept_answer (account_id, key, request, status, body, made, created_at) values (?, ?, ?, ?, ?, ?, ?)
                        on conflict (account_id, key) do update set request = excluded.request, status = excluded.status,
                            body = excluded.body, made = excluded.made, created_at = excluded.created_at""")
                .params(account, sha256(key), answer.request(), answer.status(), answer.body(), answer.made(),
                        clock.instant().atOffset(ZoneOffset.UTC))
                .update();
    }

    private OffsetDateTime ago() {
        return clock.instant().minus(KEPT).atOffset(ZoneOffset.UTC);
    }

    static byte[] sha256(String... parts) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            for (String part : parts) {
                byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
                digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
                digest.update(bytes);
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
