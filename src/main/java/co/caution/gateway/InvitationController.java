package co.caution.gateway;

import co.caution.account.Accounts;
import co.caution.account.Invitations;
import co.caution.account.Tokens;
import co.caution.app.Apps;
import co.caution.app.PlatformSettings;
import co.caution.audit.Acting;
import co.caution.sshkey.SshPublicKey;
import java.time.Clock;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** What an invited person does with their link. The secret travels in bodies only: addresses end up in logs. */
@RestController
class InvitationController {

    record Held(String invitation) {}

    record Entering(String invitation, String name, String sshKey) {}

    /** @param organization absent for a first owner's link */
    record OfferView(@Nullable String organization, @Nullable String role, Instant expiresAt) {
        static OfferView of(Invitations.Offer offer) {
            return new OfferView(offer.organization(), offer.role() == null ? null : offer.role().word(), offer.expiresAt());
        }
    }

    /** @param token shown this once */
    record Entered(String user, String fingerprint, String token, Instant expiresAt) {}

    /** @param link shown this once */
    record OwnerLink(String link, Instant expiresAt) {}

    private final Invitations invitations;
    private final Accounts accounts;
    private final Tokens tokens;
    private final PlatformSettings settings;
    private final Clock clock;

    InvitationController(Invitations invitations, Accounts accounts, Tokens tokens, PlatformSettings settings, Clock clock) {
        this.invitations = invitations;
        this.accounts = accounts;
        this.tokens = tokens;
        this.settings = settings;
        this.clock = clock;
    }

    @PostMapping("/api/invitations/look")
    OfferView look(@RequestBody Held request) {
        return OfferView.of(invitations.look(String.valueOf(request.invitation())));
    }

    @PostMapping("/api/invitations/accept")
    OfferView accept(@RequestAttribute(Apps.CALLER) UUID caller, @RequestBody Held request) {
        return OfferView.of(invitations.accept(String.valueOf(request.invitation()), caller));
    }

    /** Somebody new, with an SSH key. */
    @PostMapping("/api/invitations/enter")
    @ResponseStatus(HttpStatus.CREATED)
    @Transactional
    public Entered enter(@RequestBody Entering request) {
        return Acting.as(Acting.now().invited(), () -> admit(request));
    }

    private Entered admit(Entering request) {
        var key = SshPublicKey.parse(request.sshKey());
        var account = invitations.enter(String.valueOf(request.invitation()), request.name());
        accounts.addSshKey(account.id(), key);
        var end = clock.instant().plus(Tokens.LOGIN_LIFE);
        return new Entered(account.name(), key.fingerprint(), tokens.create(account.id(), "invitation", end,
                accounts.wayIn(account.id(), key)), end);
    }

    @PostMapping("/api/admin/owner")
    @ResponseStatus(HttpStatus.CREATED)
    OwnerLink owner() {
        var made = invitations.firstOwner();
        return new OwnerLink(settings.invitationUrl(made.secret()), made.expiresAt());
    }
}
