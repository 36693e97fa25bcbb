package co.caution.account;

import co.caution.sshkey.SshKeyException;
import co.caution.sshkey.SshPublicKey;
import co.caution.sshkey.SshSignature;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.web.webauthn.api.AuthenticatorAssertionResponse;
import org.springframework.security.web.webauthn.api.CredentialRecord;
import org.springframework.security.web.webauthn.api.PublicKeyCredential;
import org.springframework.security.web.webauthn.api.PublicKeyCredentialRequestOptions;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Proof that a call comes from its account's owner and not from whoever has their token: a signature over a {@link ProofMessage},
 * by a key or passkey that is the account's at that moment.
 */
@Service
public class Proofs {

    static final Duration LIFE = OpenChallenges.LIFE;
    private static final int MOST = 20;

    /** What is to be proven, as the client says it. */
    public record Call(String origin, String method, String path, String bodySha256) {}

    /**
     * @param sshKeys the fingerprints of those that may sign
     * @param passkey what a browser is asked; null where the account has no passkey
     */
    public record Asked(UUID id, String user, String challenge, Instant expiresAt, List<String> sshKeys,
            @Nullable PublicKeyCredentialRequestOptions passkey) {}

    /** What somebody showed. */
    public sealed interface Answer {
        /** @param signature SSHSIG, without its armour */
        record BySshKey(byte[] signature) implements Answer {}

        record ByPasskey(PublicKeyCredential<AuthenticatorAssertionResponse> assertion) implements Answer {}
    }

    /** What was proven, and all that it takes to check that once more: with no word of ours, after the key is gone. */
    public sealed interface Proof {

        /** As it was signed. */
        String message();

        /**
         * @param publicKey in OpenSSH's one-line form
         * @param signature as {@code ssh-keygen -Y verify} takes it
         */
        record BySshKey(String message, String fingerprint, String publicKey, String signature) implements Proof {}

        /**
         * All but the message in base64url: see WebAuthn, "Verifying an Authentication Assertion".
         *
         * @param publicKey COSE_Key
         */
        record ByPasskey(String message, String credential, String publicKey, String clientData, String authenticatorData,
                String signature) implements Proof {}
    }

    private final JdbcClient jdbc;
    private final Accounts accounts;
    private final Passkeys passkeys;
    private final LoginOrigins origins;
    private final Clock clock;
    private final SecureRandom random;

    Proofs(JdbcClient jdbc, Accounts accounts, Passkeys passkeys, LoginOrigins origins, Clock clock, SecureRandom random) {
        this.jdbc = jdbc;
        this.accounts = accounts;
        this.passkeys = passkeys;
        this.origins = origins;
        this.clock = clock;
        this.random = random;
    }

    /** @param user whose token the client believes to have; empty: it does not say */
    @Transactional
    public Asked ask(UUID account, String user, Call call) {
        origins.require(call.origin());
        String name = accounts.account(account).name();
        if (!user.isEmpty() && !user.equals(name)) {
            throw new AccountException.Conflict("This token is not '" + SshPublicKey.name(user) + "'s. Log in again: caution login --user "
                    + SshPublicKey.name(user));
        }
        var message = new ProofMessage(call.origin(), name, call.method(), call.path(), call.bodySha256(),
                Secrets.make(random, ""));
        UUID id = UUID.randomUUID();
        Instant end = clock.instant().plus(LIFE);
        makeRoom(account);
        jdbc.sql("""
                        insert into proof_challenge (id, account_id, origin, method, path, body_sha256, challenge, expires_at)
                        values (?, ?, ?, ?, ?, ?, ?, ?)""")
                .params(id, account, message.origin(), message.method(), message.path(), message.bodySha256(), message.challenge(),
                        end.atOffset(ZoneOffset.UTC))
                .update();
        return new Asked(id, name, message.challenge(), end, proving(account).map(Accounts.Key::fingerprint).toList(),
                passkeys.askProof(account, message.digest()));
    }

    /** Whoever asks again and again loses their own oldest ones. */
    private void makeRoom(UUID account) {
        jdbc.sql("delete from proof_challenge where expires_at <= ?").param(now()).update();
        jdbc.sql("""
                        delete from proof_challenge where account_id = :account and id not in (
                            select id from proof_challenge where account_id = :account order by expires_at desc, id limit :kept)""")
                .param("account", account).param("kept", MOST - 1).update();
    }

    /**
     * Not one transaction: a wrong answer must not bring its challenge back.
     *
     * @param account whose token or session the call carries
     * @param bodySha256 of what came
     * @throws AccountException.Unproven whatever is wrong; the challenge is used up all the same
     */
    public Proof check(UUID account, UUID id, Answer answer, String method, String path, String bodySha256) {
        record Taken(String origin, String method, String path, String bodySha256, String challenge) {}
        Taken asked = jdbc.sql("""
                        delete from proof_challenge where id = ? and account_id = ? and expires_at > ?
                        returning origin, method, path, body_sha256, challenge""")
                .params(id, account, now())
                .query(Taken.class)
                .optional()
                .orElseThrow(() -> refused("its challenge was used, is older than " + LIFE.toMinutes() + " minutes, or is not this account's"));
        if (!asked.method().equals(method) || !asked.path().equals(path) || !asked.bodySha256().equals(bodySha256)) {
            throw refused("it is for another call: method, path with query and body must be those that the challenge was asked for");
        }
        var message = new ProofMessage(asked.origin(), accounts.account(account).name(), method, path, bodySha256, asked.challenge());
        return switch (answer) {
            case Answer.BySshKey key -> check(account, message, key.signature());
            case Answer.ByPasskey passkey -> check(account, message, passkey.assertion());
        };
    }

    /** A key that is bound to an app lies in a CI: it is not its owner who holds it. */
    private Stream<Accounts.Key> proving(UUID account) {
        return accounts.sshKeys(account).stream().filter(Accounts.Key::wayIn);
    }

    private Proof check(UUID account, ProofMessage message, byte[] signature) {
        String armored = SshSignature.armored(signature);
        String fingerprint;
        try {
            fingerprint = SshSignature.signer(armored, ProofMessage.NAMESPACE, message.bytes());
        } catch (SshKeyException e) {
            throw new AccountException.Unproven(AccountException.Unproven.REFUSED, String.valueOf(e.getMessage()));
        }
        // Now, not when it was asked: a key that was removed proves nothing any more.
        Accounts.Key key = proving(account).filter(known -> known.fingerprint().equals(fingerprint)).findFirst()
                .orElseThrow(() -> refused("the key " + fingerprint + " is not this account's"));
        accounts.keyUsed(key.id());
        return new Proof.BySshKey(text(message), fingerprint, key.publicKey(), armored);
    }

    private Proof check(UUID account, ProofMessage message, PublicKeyCredential<AuthenticatorAssertionResponse> assertion) {
        CredentialRecord used;
        try {
            used = passkeys.prove(account, message.digest(), assertion);
        } catch (AccountException.NotSignedIn e) {
            throw refused("this passkey is not the account's, did not check that it is you, or signed something else");
        }
        var shown = assertion.getResponse();
        return new Proof.ByPasskey(text(message), used.getCredentialId().toBase64UrlString(), base64(used.getPublicKey().getBytes()),
                shown.getClientDataJSON().toBase64UrlString(), shown.getAuthenticatorData().toBase64UrlString(),
                shown.getSignature().toBase64UrlString());
    }

    private static String text(ProofMessage message) {
        return new String(message.bytes(), StandardCharsets.UTF_8);
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static AccountException refused(String why) {
        return new AccountException.Unproven(AccountException.Unproven.REFUSED, "The proof was refused: " + why + ".");
    }

    private OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }
}
