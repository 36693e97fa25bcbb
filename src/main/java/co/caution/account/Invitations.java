package co.caution.account;

import co.caution.audit.AuditEvent;
import co.caution.audit.AuditLog;
import co.caution.paging.Keyset;
import co.caution.paging.Page;
import co.caution.paging.PageRequest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Secrets that let one person in, once, within three days. Only their hashes are kept. */
@Service
public class Invitations {

    static final Duration LIFE = Duration.ofHours(72);
    private static final String PREFIX = "caution_invite_";
    private static final int MOST = 100;
    /** Of PostgreSQL's advisory locks the one of first owners' links: two that are made at once must not both stay. */
    private static final long FIRST_OWNER = 0x66697273746f776eL;
    private static final Keyset OPEN = Keyset.oldestFirst("invitations");

    /** @param secret shown this once */
    public record Made(UUID id, String secret, Instant expiresAt) {}

    /** One that is open, for those who may see it. */
    public record Open(UUID id, Role role, String invitedBy, Instant createdAt, Instant expiresAt) {}

    /**
     * What somebody who holds one is told.
     *
     * @param organization null for the first owner, who gets one of their own
     */
    public record Offer(@Nullable String organization, @Nullable Role role, Instant expiresAt) {}

    private record Used(UUID id, @Nullable UUID organizationId, @Nullable String role) {}

    private final JdbcClient jdbc;
    private final Accounts accounts;
    private final Organizations organizations;
    private final AuditLog audit;
    private final Clock clock;
    private final SecureRandom random;

    Invitations(JdbcClient jdbc, Accounts accounts, Organizations organizations, AuditLog audit, Clock clock, SecureRandom random) {
        this.jdbc = jdbc;
        this.accounts = accounts;
        this.organizations = organizations;
        this.audit = audit;
        this.clock = clock;
        this.random = random;
    }

    /** @throws AccountException.Denied for a role above the inviter's */
    @Transactional
    public Made invite(UUID organization, UUID inviter, Role role) {
        if (!organizations.hold(organization, inviter, Action.INVITE).atLeast(role)) {
            throw new AccountException.Denied("You cannot invite anybody as more than you are yourself.");
        }
        if (open(organization).size() >= MOST) {
            throw new AccountException.Conflict(MOST + " invitations are open, and more are not taken. Take one back:"
                    + " caution members uninvite ID");
        }
        return make(organization, role, inviter);
    }

    /** For somebody to whom no account belongs yet, in an organization of their own. Earlier ones end. */
    @Transactional
    public Made firstOwner() {
        jdbc.sql("select pg_advisory_xact_lock(?)").param(FIRST_OWNER).query().singleRow();
        jdbc.sql("delete from invitation where organization_id is null").update();
        return make(null, null, null);
    }

    /** The same, where there is nobody at all. */
    @Transactional
    public Optional<Made> firstOwnerWhereNobodyIs() {
        boolean somebody = jdbc.sql("select exists (select 1 from account)").query(Boolean.class).single();
        return somebody ? Optional.empty() : Optional.of(firstOwner());
    }

    private Made make(@Nullable UUID organization, @Nullable Role role, @Nullable UUID inviter) {
        jdbc.sql("delete from invitation where expires_at <= ?").param(now()).update();
        String secret = Secrets.make(random, PREFIX);
        var made = new Made(UUID.randomUUID(), secret, clock.instant().plus(LIFE));
        jdbc.sql("""
                        insert into invitation (id, organization_id, role, hash, invited_by, created_at, expires_at)
                        values (?, ?, ?, ?, ?, ?, ?)""")
                .params(made.id(), organization, role == null ? null : role.name(), Secrets.hash(secret), inviter, now(),
                        made.expiresAt().atOffset(ZoneOffset.UTC))
                .update();
        audit.append(AuditEvent.INVITATION_CREATE, organization, made.id().toString(),
                Map.of("role", role == null ? "first owner" : role.word(), "expires", made.expiresAt().toString()));
        return made;
    }

    private List<Open> open(UUID organization) {
        return open(organization, PageRequest.ALL).items();
    }

    /** Oldest first. */
    public Page<Open> open(UUID organization, PageRequest wanted) {
        return OPEN.page(jdbc, """
                select i.id, i.role, a.name as invited_by, i.created_at, i.expires_at from invitation i
                join account a on a.id = i.invited_by where i.organization_id = :organization and i.expires_at > :now""",
                Map.of("organization", organization, "now", now()), Open.class, wanted);
    }

    @Transactional
    public void takeBack(UUID organization, UUID invitation) {
        if (jdbc.sql("delete from invitation where organization_id = ? and id = ?").params(organization, invitation).update() == 0) {
            throw new AccountException.NotFound("There is no such invitation: it was used, taken back or is over.");
        }
        audit.append(AuditEvent.INVITATION_TAKE_BACK, organization, invitation.toString(), Map.of());
    }

    /** Looks at one without using it. */
    public Offer look(String secret) {
        return jdbc.sql("""
                        select o.name as organization, i.role, i.expires_at from invitation i
                        left join organization o on o.id = i.organization_id where i.hash = ? and i.expires_at > ?""")
                .params(Secrets.hash(secret), now())
                .query(Offer.class)
                .optional()
                .orElseThrow(Invitations::noSuch);
    }

    /** Somebody who has an account joins; whoever is a member already keeps the higher role. */
    @Transactional
    public Offer accept(String secret, UUID account) {
        Offer offer = look(secret);
        if (offer.organization() == null) {
            throw new AccountException.Conflict("This link is for somebody who has no account yet.");
        }
        use(secret, account);
        return offer;
    }

    /** Makes the account that the invitation is for. Whoever calls gives it a way in, in the same transaction. */
    @Transactional
    public Account enter(String secret, String name) {
        return enter(secret, UUID.randomUUID(), name);
    }

    Account enter(String secret, UUID id, String name) {
        look(secret);
        Account account = accounts.create(id, name).orElseThrow(() -> new AccountException.Conflict(
                "The name '" + name + "' is taken. Choose another; if it is yours, sign in first."));
        use(secret, account.id());
        return account;
    }

    /** Who deletes the row has used it: two at once cannot. */
    private void use(String secret, UUID account) {
        // The organization first, as whoever changes its members and then takes their invitations back does.
        jdbc.sql("select o.id from organization o join invitation i on i.organization_id = o.id where i.hash = ? for no key update of o")
                .param(Secrets.hash(secret)).query().listOfRows();
        Used used = jdbc.sql("delete from invitation where hash = ? and expires_at > ? returning id, organization_id, role")
                .params(Secrets.hash(secret), now())
                .query(Used.class)
                .optional()
                .orElseThrow(Invitations::noSuch);
        if (used.organizationId() != null && used.role() != null) {
            organizations.admitOrRaise(used.organizationId(), account, Role.valueOf(used.role()));
        }
        audit.append(AuditEvent.MEMBER_JOIN, used.organizationId() == null ? account : used.organizationId(),
                accounts.account(account).name(), Map.of("invitation", used.id().toString(),
                        "role", used.role() == null ? "first owner" : Role.valueOf(used.role()).word()));
    }

    private static AccountException noSuch() {
        return new AccountException.NotFound("This invitation was used, taken back, or is older than " + LIFE.toHours()
                + " hours. Ask for another one.");
    }

    private OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }
}
