package co.caution.account;

import co.caution.audit.AuditEvent;
import co.caution.paging.Keyset;
import co.caution.paging.Page;
import co.caution.paging.PageRequest;
import co.caution.sshkey.SshPublicKey;
import java.net.InetAddress;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.web.webauthn.api.AttestationConveyancePreference;
import org.springframework.security.web.webauthn.api.AuthenticatorAssertionResponse;
import org.springframework.security.web.webauthn.api.AuthenticatorAttestationResponse;
import org.springframework.security.web.webauthn.api.AuthenticatorSelectionCriteria;
import org.springframework.security.web.webauthn.api.Bytes;
import org.springframework.security.web.webauthn.api.CredentialRecord;
import org.springframework.security.web.webauthn.api.PublicKeyCredential;
import org.springframework.security.web.webauthn.api.PublicKeyCredentialCreationOptions;
import org.springframework.security.web.webauthn.api.PublicKeyCredentialDescriptor;
import org.springframework.security.web.webauthn.api.PublicKeyCredentialParameters;
import org.springframework.security.web.webauthn.api.PublicKeyCredentialRequestOptions;
import org.springframework.security.web.webauthn.api.PublicKeyCredentialRpEntity;
import org.springframework.security.web.webauthn.api.ResidentKeyRequirement;
import org.springframework.security.web.webauthn.api.UserVerificationRequirement;
import org.springframework.security.web.webauthn.management.ImmutableRelyingPartyRegistrationRequest;
import org.springframework.security.web.webauthn.management.RelyingPartyAuthenticationRequest;
import org.springframework.security.web.webauthn.management.RelyingPartyPublicKey;
import org.springframework.security.web.webauthn.management.Webauthn4JRelyingPartyOperations;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Passkeys (WebAuthn): always discoverable, so that nobody who signs in names a user and no answer tells who exists; always
 * with the user verified. A challenge is a row, good for one answer at any node.
 */
@Service
public class Passkeys {

    private static final Logger LOG = LoggerFactory.getLogger(Passkeys.class);
    private static final int CHALLENGE_BYTES = 32;
    private static final int MOST = 20;
    private static final Keyset LIST = Keyset.oldestFirst("passkeys");
    private static final List<PublicKeyCredentialParameters> ALGORITHMS = List.of(PublicKeyCredentialParameters.ES256,
            PublicKeyCredentialParameters.EdDSA, PublicKeyCredentialParameters.RS256);

    /** What a challenge is for; an answer to one for something else is none. */
    private enum Purpose {
        LOGIN, ADD, ENTER, ALLOW
    }

    /** @param options for the browser: those of a login or of a registration */
    public record Asked<T>(UUID id, T options) {}

    public record Passkey(UUID id, String name, boolean synced, Instant createdAt, @Nullable Instant lastUsedAt) {}

    /** Who is signed in, and by which of their passkeys. */
    public record In(Account account, UUID passkey) {}

    private record Challenge(byte[] challenge, @Nullable UUID accountId, @Nullable String userName) {}

    private final JdbcClient jdbc;
    private final PasskeyStore store;
    private final Accounts accounts;
    private final Invitations invitations;
    private final BrowserLinks links;
    private final TransactionOperations transactions;
    private final Clock clock;
    private final SecureRandom random;
    private final PublicKeyCredentialRpEntity party;
    private final Webauthn4JRelyingPartyOperations registering;
    private final Webauthn4JRelyingPartyOperations signingIn;

    Passkeys(JdbcClient jdbc, PasskeyStore store, Accounts accounts, Invitations invitations, BrowserLinks links,
            TransactionOperations transactions, LoginOrigins origins, Clock clock, SecureRandom random) {
        this.jdbc = jdbc;
        this.store = store;
        this.accounts = accounts;
        this.invitations = invitations;
        this.links = links;
        this.transactions = transactions;
        this.clock = clock;
        this.random = random;
        // Browsers bind passkeys to a name; an address is none, so this very machine is always called localhost.
        String host = LoginOrigins.loopback(origins.first()) ? "localhost" : URI.create(origins.first()).getHost();
        this.party = PublicKeyCredentialRpEntity.builder().id(host).name("Caution").build();
        this.registering = new Webauthn4JRelyingPartyOperations(store, store, party, origins.ofHost(host));
        this.signingIn = new Webauthn4JRelyingPartyOperations(store, store.uses(), party, origins.ofHost(host));
    }

    @Transactional
    public Asked<PublicKeyCredentialRequestOptions> askLogin(InetAddress address) {
        var challenge = challenge(Purpose.LOGIN, null, null, address);
        return new Asked<>(challenge.id(), options(challenge.options(), List.of()));
    }

    /**
     * Not one transaction: a wrong answer must not bring its challenge back.
     *
     * @throws AccountException.NotSignedIn whatever is wrong, always in the same words
     */
    public In login(UUID id, PublicKeyCredential<AuthenticatorAssertionResponse> answer) {
        return verify(take(id, Purpose.LOGIN), answer);
    }

    private In verify(Challenge asked, PublicKeyCredential<AuthenticatorAssertionResponse> answer) {
        Bytes handle = answer.getResponse().getUserHandle();
        if (handle == null) {
            throw refused("nobody is named");
        }
        // The signature does not cover the handle: whom the browser names must be whose key it is.
        verify(handle, options(new Bytes(asked.challenge()), List.of()), answer);
        return new In(accounts.account(PasskeyStore.account(handle)), store.id(answer.getRawId()).orElseThrow(() -> refused("removed meanwhile")));
    }

    /** What a browser is asked to prove something that is no login; null where the account has no passkey. */
    @Nullable PublicKeyCredentialRequestOptions askProof(UUID account, byte[] challenge) {
        var known = known(account);
        return known.isEmpty() ? null : options(new Bytes(challenge), known);
    }

    /**
     * The passkey, one of the account's, that signed this challenge.
     *
     * @throws AccountException.NotSignedIn whatever is wrong
     */
    CredentialRecord prove(UUID account, byte[] challenge, PublicKeyCredential<AuthenticatorAssertionResponse> answer) {
        Bytes handle = PasskeyStore.handle(account);
        Bytes named = answer.getResponse().getUserHandle();
        if (named != null && !named.equals(handle)) { // whoever was told which credentials to use need not name anybody
            throw refused("another user is named");
        }
        return verify(handle, options(new Bytes(challenge), known(account)), answer);
    }

    private CredentialRecord verify(Bytes user, PublicKeyCredentialRequestOptions asked,
            PublicKeyCredential<AuthenticatorAssertionResponse> answer) {
        CredentialRecord known = store.findByCredentialId(answer.getRawId());
        if (known == null || !known.getUserEntityUserId().equals(user)) {
            throw refused("unknown credential, or another user's");
        }
        try {
            signingIn.authenticate(new RelyingPartyAuthenticationRequest(asked, answer));
        } catch (RuntimeException e) {
            throw refused(e.getClass().getSimpleName()); // its message may hold what was signed
        }
        return known;
    }

    /** Asks somebody who is signed in to allow one thing. */
    @Transactional
    public Asked<PublicKeyCredentialRequestOptions> askAllow(UUID account, String what, InetAddress address) {
        var challenge = challenge(Purpose.ALLOW, account, what, address);
        return new Asked<>(challenge.id(), options(challenge.options(), List.of()));
    }

    /**
     * Their answer, with one of their own passkeys.
     *
     * @return by which
     */
    public UUID allow(UUID account, String what, UUID id, PublicKeyCredential<AuthenticatorAssertionResponse> answer) {
        Challenge asked = take(id, Purpose.ALLOW);
        if (!account.equals(asked.accountId()) || !what.equals(asked.userName())) {
            throw refused("a challenge for something else");
        }
        In by = verify(asked, answer);
        if (!by.account().id().equals(account)) {
            throw refused("another user's passkey");
        }
        return by.passkey();
    }

    @Transactional
    public Asked<PublicKeyCredentialCreationOptions> askAnother(UUID account, InetAddress address) {
        requireRoom(account);
        var challenge = challenge(Purpose.ADD, account, null, address);
        return new Asked<>(challenge.id(), creationOptions(challenge.options(), account, accounts.account(account).name()));
    }

    /**
     * The challenge is used up in any case.
     *
     * @param session whose link is all that speaks for the caller, where no proof does: then this is their first one, or none
     */
    public void add(UUID account, @Nullable UUID session, UUID id, PublicKeyCredential<AuthenticatorAttestationResponse> answer, String name) {
        Challenge asked = take(id, Purpose.ADD);
        if (!account.equals(asked.accountId())) {
            throw refused("a challenge of another user's");
        }
        transactions.executeWithoutResult(_ -> {
            accounts.lock(account);
            if (session != null && !links.mayMakeFirstPasskey(account, session)) {
                throw new AccountException.Unproven(AccountException.Unproven.REQUIRED, "Your account has a passkey by now: another one takes"
                        + " fresh proof that it is yours, by one of your SSH keys or passkeys.");
            }
            requireRoom(account);
            register(new Bytes(asked.challenge()), account, accounts.account(account).name(), answer, name);
        });
    }

    private void requireRoom(UUID account) {
        if (of(account).size() >= MOST) {
            throw new AccountException.Conflict("You have " + MOST + " passkeys, and more are not taken. Remove one first.");
        }
    }

    /** For somebody who is invited and has no account yet. */
    @Transactional
    public Asked<PublicKeyCredentialCreationOptions> askNewcomer(String invitation, String name, InetAddress address) {
        invitations.look(invitation);
        var to = new Account(UUID.randomUUID(), name, clock.instant());
        var challenge = challenge(Purpose.ENTER, to.id(), to.name(), address);
        return new Asked<>(challenge.id(), creationOptions(challenge.options(), to.id(), to.name()));
    }

    /** The account, its passkey and the membership, or none of them; the challenge is used up in any case. */
    public In enter(String invitation, UUID id, PublicKeyCredential<AuthenticatorAttestationResponse> answer, String name,
            Together together) {
        Challenge asked = take(id, Purpose.ENTER);
        if (asked.accountId() == null || asked.userName() == null) {
            throw new IllegalStateException("a newcomer's challenge without an account to come");
        }
        return together.run(() -> {
            Account account = invitations.enter(invitation, asked.accountId(), asked.userName());
            register(new Bytes(asked.challenge()), account.id(), account.name(), answer, name);
            return new In(account, store.id(answer.getRawId()).orElseThrow());
        });
    }

    /** Runs something in one transaction. */
    public interface Together {
        In run(Supplier<In> what);
    }

    private void register(Bytes challenge, UUID account, String user, PublicKeyCredential<AuthenticatorAttestationResponse> answer,
            String name) {
        String label = SshPublicKey.name(name);
        try {
            registering.registerCredential(new ImmutableRelyingPartyRegistrationRequest(creationOptions(challenge, account, user),
                    new RelyingPartyPublicKey(answer, label.isEmpty() ? "passkey" : label)));
        } catch (AccountException e) {
            throw e;
        } catch (RuntimeException e) {
            LOG.info("a passkey was not registered: {}", e.getClass().getSimpleName());
            throw new AccountException("The passkey was not registered: what the browser sent does not fit what it was asked."
                    + " Try again; the device must check that it is you (PIN, finger or face).");
        }
    }

    /** Oldest first. */
    public List<Passkey> of(UUID account) {
        return of(account, PageRequest.ALL).items();
    }

    public Page<Passkey> of(UUID account, PageRequest wanted) {
        return LIST.page(jdbc, """
                select id, name, backup_state as synced, created_at, last_used_at from passkey where account_id = :account""",
                Map.of("account", account), Passkey.class, wanted);
    }

    public Passkey get(UUID account, UUID passkey) {
        return of(account).stream().filter(known -> known.id().equals(passkey)).findFirst().orElseThrow(Passkeys::noSuch);
    }

    @Transactional
    public void rename(UUID account, UUID passkey, String name) {
        String label = SshPublicKey.name(name);
        if (label.isEmpty()) {
            throw new AccountException("The name is empty.");
        }
        accounts.lock(account); // or it could come between somebody's If-Match and their edit
        if (jdbc.sql("update passkey set name = ? where id = ? and account_id = ?").params(label, passkey, account).update() == 0) {
            throw noSuch();
        }
        accounts.note(AuditEvent.PASSKEY_RENAME, account, Map.of("passkey", passkey.toString(), "name", label));
    }

    /** The last way in stays. Sessions and tokens that the passkey brought end with it. */
    @Transactional
    public void remove(UUID account, UUID passkey) {
        accounts.lock(account);
        var all = of(account);
        if (all.stream().noneMatch(known -> known.id().equals(passkey))) {
            throw noSuch();
        }
        if (all.size() == 1 && !accounts.hasSshKey(account)) {
            throw new AccountException.Conflict("This is your last passkey, and you have no SSH key: without either you could not sign in"
                    + " again. Add another first.");
        }
        jdbc.sql("delete from passkey where id = ? and account_id = ?").params(passkey, account).update();
        accounts.note(AuditEvent.PASSKEY_REMOVE, account, Map.of("passkey", passkey.toString()));
    }

    private static AccountException noSuch() {
        return new AccountException.NotFound("There is no such passkey of yours.");
    }

    private Asked<Bytes> challenge(Purpose purpose, @Nullable UUID account, @Nullable String user, InetAddress address) {
        var now = clock.instant();
        String from = OpenChallenges.admit(jdbc, "passkey_challenge", now, address);
        byte[] bytes = new byte[CHALLENGE_BYTES];
        random.nextBytes(bytes);
        UUID id = UUID.randomUUID();
        jdbc.sql("""
                        insert into passkey_challenge (id, challenge, purpose, account_id, user_name, address, expires_at)
                        values (?, ?, ?, ?, ?, ?, ?)""")
                .params(id, bytes, purpose.name(), account, user, from, now.plus(OpenChallenges.LIFE).atOffset(ZoneOffset.UTC))
                .update();
        return new Asked<>(id, new Bytes(bytes));
    }

    private Challenge take(UUID id, Purpose purpose) {
        return jdbc.sql("""
                        delete from passkey_challenge where id = ? and purpose = ? and expires_at > ?
                        returning challenge, account_id, user_name""")
                .params(id, purpose.name(), now())
                .query((row, _) -> new Challenge(row.getBytes("challenge"), row.getObject("account_id", UUID.class), row.getString("user_name")))
                .optional()
                .orElseThrow(() -> refused("a challenge that was used, is over or was never made"));
    }

    /** @param which may answer; empty: any, whose owner is then found out by it */
    private PublicKeyCredentialRequestOptions options(Bytes challenge, List<PublicKeyCredentialDescriptor> which) {
        return PublicKeyCredentialRequestOptions.builder()
                .challenge(challenge)
                .rpId(String.valueOf(party.getId()))
                .timeout(OpenChallenges.LIFE)
                .allowCredentials(which)
                .userVerification(UserVerificationRequirement.REQUIRED)
                .build();
    }

    private PublicKeyCredentialCreationOptions creationOptions(Bytes challenge, UUID account, String user) {
        return PublicKeyCredentialCreationOptions.builder()
                .rp(party)
                .user(PasskeyStore.entity(account, user))
                .challenge(challenge)
                .pubKeyCredParams(ALGORITHMS)
                .timeout(OpenChallenges.LIFE)
                .excludeCredentials(known(account))
                .authenticatorSelection(AuthenticatorSelectionCriteria.builder()
                        .residentKey(ResidentKeyRequirement.REQUIRED)
                        .userVerification(UserVerificationRequirement.REQUIRED)
                        .build())
                .attestation(AttestationConveyancePreference.NONE)
                .build();
    }

    private List<PublicKeyCredentialDescriptor> known(UUID account) {
        return store.findByUserId(PasskeyStore.handle(account)).stream()
                .map(known -> PublicKeyCredentialDescriptor.builder().id(known.getCredentialId()).build())
                .toList();
    }

    private static AccountException refused(String why) {
        LOG.info("a passkey did not sign in: {}", why);
        return new AccountException.NotSignedIn("This passkey does not sign anybody in here, or the attempt is too old. Try again.");
    }

    private OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }
}
