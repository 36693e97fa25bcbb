package co.caution.account;

import co.caution.sshkey.SshKeyException;
import co.caution.sshkey.SshPublicKey;
import co.caution.sshkey.SshSignature;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Logging in with an SSH key: a challenge that is good for one answer, then a signature over it. Until the signature
 * holds, an unknown user or key is answered like a known one.
 */
@Service
public class SignIn {

    static final Duration CHALLENGE_LIFE = OpenChallenges.LIFE;

    /** @param challenge to be signed, see {@link LoginMessage} */
    public record Challenge(UUID id, String challenge, Instant expiresAt) {}

    /** @param token shown this once */
    public record SignedIn(Account account, String fingerprint, String token, Instant expiresAt) {}

    private record Asked(String nonce, String origin, String userName) {}

    private final JdbcClient jdbc;
    private final Accounts accounts;
    private final Tokens tokens;
    private final LoginOrigins origins;
    private final Clock clock;
    private final SecureRandom random;

    SignIn(JdbcClient jdbc, Accounts accounts, Tokens tokens, LoginOrigins origins, Clock clock, SecureRandom random) {
        this.jdbc = jdbc;
        this.accounts = accounts;
        this.tokens = tokens;
        this.origins = origins;
        this.clock = clock;
        this.random = random;
    }

    /**
     * @param origin where the client believes to be
     * @param user the account's name; empty: whoever the key belongs to
     * @param address the client's
     */
    @Transactional
    public Challenge challenge(String origin, String user, InetAddress address) {
        origins.require(origin);
        if (!user.isEmpty() && !Account.NAME.matcher(user).matches()) {
            throw new AccountException("'" + SshPublicKey.name(user) + "' is not a user name.");
        }
        var now = clock.instant();
        String from = OpenChallenges.admit(jdbc, "login_challenge", now, address);
        var challenge = new Challenge(UUID.randomUUID(), Secrets.make(random, ""),
                now.plus(CHALLENGE_LIFE));
        jdbc.sql("insert into login_challenge (id, nonce, origin, user_name, address, expires_at) values (?, ?, ?, ?, ?, ?)")
                .params(challenge.id(), challenge.challenge(), origin, user, from, challenge.expiresAt().atOffset(ZoneOffset.UTC))
                .update();
        return challenge;
    }

    /**
     * @param signature as {@code ssh-keygen -Y sign} prints it
     * @param tokenName what to call the token in lists
     * @throws AccountException whatever is wrong; the challenge is used up all the same
     */
    // Not one transaction: a wrong answer must not bring its challenge back.
    public SignedIn answer(UUID challenge, String signature, String tokenName) {
        Asked asked = jdbc.sql("""
                        delete from login_challenge where id = ? and expires_at > ?
                        returning nonce, origin, user_name""")
                .params(challenge, clock.instant().atOffset(ZoneOffset.UTC))
                .query(Asked.class)
                .optional()
                .orElseThrow(() -> new AccountException.NotSignedIn(
                        "This challenge was answered before, or is too old. Run 'caution login' again."));
        var message = new LoginMessage(asked.origin(), asked.userName(), asked.nonce());
        String key = signer(signature, message);
        List<Account> owners = accounts.ownersOf(key);
        List<Account> meant = asked.userName().isEmpty()
                ? owners
                : owners.stream().filter(owner -> owner.name().equals(asked.userName())).toList();
        if (meant.isEmpty()) {
            throw new AccountException.NotSignedIn("The key " + key + " does not log in "
                    + (asked.userName().isEmpty() ? "anybody" : "'" + asked.userName() + "'")
                    + " here. The server's operator adds it: caution admin add-user "
                    + (asked.userName().isEmpty() ? "NAME" : asked.userName()) + " --ssh-key FILE");
        }
        if (meant.size() > 1) {
            throw new AccountException.Conflict("The key " + key + " acts for several accounts ("
                    + String.join(", ", meant.stream().map(Account::name).toList()) + "). Name one: caution login --user NAME");
        }
        Account in = meant.getFirst();
        Instant end = clock.instant().plus(Tokens.LOGIN_LIFE);
        return new SignedIn(in, key, tokens.login(in, key, tokenName, end), end);
    }

    private static String signer(String signature, LoginMessage message) {
        try {
            return SshSignature.signer(signature, LoginMessage.NAMESPACE, message.bytes());
        } catch (SshKeyException e) {
            throw new AccountException.NotSignedIn(String.valueOf(e.getMessage()));
        }
    }
}
