package co.caution.account;

import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * By which of somebody's ways in a token or session was made; it ends when that is removed. Neither: by the operator, or
 * deliberately, to stay.
 */
public record WayIn(@Nullable UUID sshKey, @Nullable UUID passkey) {

    public static final WayIn NONE = new WayIn(null, null);

    /**
     * Within a transaction that holds the account: nobody removes it before that ends.
     *
     * @throws AccountException.NotSignedIn where it was removed meanwhile
     */
    void requireStill(JdbcClient jdbc) {
        boolean still = jdbc.sql("""
                        select (:key::uuid is null or exists (select 1 from ssh_key where id = :key))
                            and (:passkey::uuid is null or exists (select 1 from passkey where id = :passkey))""")
                .param("key", sshKey).param("passkey", passkey).query(Boolean.class).single();
        if (!still) {
            throw ended();
        }
    }

    static AccountException ended() {
        return new AccountException.NotSignedIn("What this call carries has ended a moment ago. Sign in again.");
    }
}
