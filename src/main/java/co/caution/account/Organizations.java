package co.caution.account;

import co.caution.audit.AuditEvent;
import co.caution.audit.AuditLog;
import co.caution.paging.Keyset;
import co.caution.paging.Kind;
import co.caution.paging.Page;
import co.caution.paging.PageRequest;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Organizations and who is in them. Whether the caller may is {@link Permissions}'s to say, before any of this. */
@Service
public class Organizations {

    private static final int MOST = 100;
    private static final Keyset MINE = Keyset.ascending("organizations",
            new Keyset.Column("others", Kind.FLAG), new Keyset.Column("name", Kind.TEXT));
    private static final Keyset MEMBERS = Keyset.ascending("members", new Keyset.Column("name", Kind.TEXT));

    /** @param role the asker's */
    public record Mine(UUID id, String name, Role role, Instant createdAt) {}

    public record Member(String name, Role role, Instant createdAt) {}

    private final JdbcClient jdbc;
    private final AuditLog audit;
    private final Clock clock;

    Organizations(JdbcClient jdbc, AuditLog audit, Clock clock) {
        this.jdbc = jdbc;
        this.audit = audit;
        this.clock = clock;
    }

    /** The caller becomes its owner. */
    @Transactional
    public Mine create(UUID owner, String name) {
        if (of(owner).size() >= MOST) {
            throw new AccountException.Conflict("You are in " + MOST + " organizations, and more are not taken.");
        }
        var made = new Organization(UUID.randomUUID(), name, clock.instant());
        insert(made, owner);
        audit.append(AuditEvent.ORGANIZATION_CREATE, made.id(), made.name(), Map.of());
        return new Mine(made.id(), made.name(), Role.OWNER, made.createdAt());
    }

    /** Everybody's own has their id and name. */
    void createOwn(Account account) {
        insert(new Organization(account.id(), account.name(), account.createdAt()), account.id());
    }

    private void insert(Organization made, UUID owner) {
        try {
            jdbc.sql("insert into organization (id, name, created_at) values (?, ?, ?)")
                    .params(made.id(), made.name(), made.createdAt().atOffset(ZoneOffset.UTC))
                    .update();
        } catch (DuplicateKeyException e) {
            throw new AccountException.Conflict("The name '" + made.name() + "' is taken, by an organization or a person."
                    + " Choose another.");
        }
        admit(made.id(), owner, Role.OWNER);
    }

    void admit(UUID organization, UUID account, Role role) {
        jdbc.sql("insert into membership (organization_id, account_id, role, created_at) values (?, ?, ?, ?)")
                .params(organization, account, role.name(), now())
                .update();
    }

    void admitOrRaise(UUID organization, UUID account, Role role) {
        Optional<Role> now = jdbc.sql("select role from membership where organization_id = ? and account_id = ?")
                .params(organization, account)
                .query((row, _) -> Role.valueOf(row.getString(1)))
                .optional();
        if (now.isEmpty()) {
            admit(organization, account, role);
        } else if (!now.get().atLeast(role)) {
            jdbc.sql("update membership set role = ? where organization_id = ? and account_id = ?")
                    .params(role.name(), organization, account)
                    .update();
        }
    }

    /** One's own first, then by name. */
    public List<Mine> of(UUID account) {
        return of(account, PageRequest.ALL).items();
    }

    public Page<Mine> of(UUID account, PageRequest wanted) {
        return MINE.page(jdbc, """
                select o.id, o.name, m.role, o.created_at, o.id <> :account as others from membership m
                join organization o on o.id = m.organization_id where m.account_id = :account""",
                Map.of("account", account), Mine.class, wanted);
    }

    public Optional<Organization> find(String name) {
        return jdbc.sql("select id, name, created_at from organization where name = ?").param(name)
                .query(Organization.class).optional();
    }

    public Optional<Organization> find(UUID id) {
        return jdbc.sql("select id, name, created_at from organization where id = ?").param(id)
                .query(Organization.class).optional();
    }

    /** By name. */
    public Page<Member> members(UUID organization, PageRequest wanted) {
        return MEMBERS.page(jdbc, """
                select a.name, m.role, m.created_at from membership m join account a on a.id = m.account_id
                where m.organization_id = :organization""",
                Map.of("organization", organization), Member.class, wanted);
    }

    public Member member(UUID organization, String name) {
        return jdbc.sql("""
                        select a.name, m.role, m.created_at from membership m join account a on a.id = m.account_id
                        where m.organization_id = ? and a.name = ?""")
                .params(organization, name)
                .query(Member.class)
                .optional()
                .orElseThrow(() -> noMember(name));
    }

    private static AccountException noMember(String name) {
        return new AccountException.NotFound("Nobody named '" + name + "' is a member here. 'caution members list' shows who is.");
    }

    /** @throws AccountException.Denied for a role or a member above the changer */
    @Transactional
    public Member change(UUID organization, UUID changer, String name, Role role) {
        Role own = hold(organization, changer, Action.CHANGE_MEMBER);
        UUID member = reach(organization, own, name);
        if (!own.atLeast(role)) {
            throw new AccountException.Denied("You cannot make anybody more than you are yourself.");
        }
        keepAnOwner(organization, member, role);
        Role before = role(organization, member);
        jdbc.sql("update membership set role = ? where organization_id = ? and account_id = ?")
                .params(role.name(), organization, member)
                .update();
        audit.append(AuditEvent.MEMBER_CHANGE, organization, name, with(forgetInvitations(organization, member),
                "from", before.word(), "to", role.word()));
        return member(organization, name);
    }

    @Transactional
    public void remove(UUID organization, UUID remover, String name) {
        UUID member = reach(organization, hold(organization, remover, Action.REMOVE_MEMBER), name);
        audit.append(AuditEvent.MEMBER_REMOVE, organization, name, remove(organization, member));
    }

    @Transactional
    public void leave(UUID organization, UUID account) {
        lock(organization);
        String name = jdbc.sql("select name from account where id = ?").param(account).query(String.class).single();
        audit.append(AuditEvent.MEMBER_LEAVE, organization, name, remove(organization, account));
    }

    /** @return what there is to say of it */
    private Map<String, String> remove(UUID organization, UUID member) {
        keepAnOwner(organization, member, Role.VIEWER);
        Role before = role(organization, member);
        jdbc.sql("delete from membership where organization_id = ? and account_id = ?").params(organization, member).update();
        // What they may is asked at each use; but what they made for these apps alone must not be good again should they come back.
        int credentials = 0;
        for (String table : List.of("api_token", "ssh_key")) {
            credentials += jdbc.sql("delete from " + table + " where account_id = ? and app_id in (select id from app where organization_id = ?)")
                    .params(member, organization).update();
        }
        return with(forgetInvitations(organization, member), "from", before.word(), "credentials_ended", "" + credentials);
    }

    /** A member of that name whom somebody of that role may change. */
    private UUID reach(UUID organization, Role own, String name) {
        UUID member = jdbc.sql("""
                        select a.id from membership m join account a on a.id = m.account_id
                        where m.organization_id = ? and a.name = ?""")
                .params(organization, name)
                .query(UUID.class)
                .optional()
                .orElseThrow(() -> noMember(name));
        if (!own.atLeast(role(organization, member))) {
            throw new AccountException.Denied("'" + name + "' is " + role(organization, member).word() + " here, which is more than you"
                    + " are: ask an owner.");
        }
        return member;
    }

    /**
     * Holds the members and says what somebody who was permitted something is by now: that may have changed since it was asked.
     *
     * @throws AccountException.Denied where it is not enough any more
     */
    Role hold(UUID organization, UUID account, Action action) {
        lock(organization);
        Role role = role(organization, account);
        if (!role.atLeast(action.least())) {
            throw new AccountException.Denied("You are only " + role.word() + " there by now; it takes " + action.least().word() + " or more to "
                    + action.meaning() + ".");
        }
        return role;
    }

    /**
     * Within a transaction that makes somebody something for one app alone: whoever removes them finds it, or came before.
     *
     * @throws AccountException.Denied where they are not in that app's organization any more
     */
    void holdMembership(UUID app, UUID account) {
        jdbc.sql("""
                        select m.account_id from membership m join app on app.organization_id = m.organization_id
                        where app.id = ? and m.account_id = ? for key share of m""")
                .params(app, account)
                .query(UUID.class)
                .optional()
                .orElseThrow(Organizations::noLonger);
    }

    private static AccountException noLonger() {
        return new AccountException.Denied("You are no longer a member there.");
    }

    /** Of an organization that one is in. */
    Role role(UUID organization, UUID account) {
        return jdbc.sql("select role from membership where organization_id = ? and account_id = ?")
                .params(organization, account)
                .query((row, _) -> Role.valueOf(row.getString(1)))
                .optional()
                .orElseThrow(Organizations::noLonger);
    }

    private void keepAnOwner(UUID organization, UUID member, Role next) {
        if (next == Role.OWNER) {
            return;
        }
        if (organization.equals(member)) {
            throw new AccountException.Conflict("This organization is that person's own: they stay its owner.");
        }
        boolean another = jdbc.sql("""
                        select exists (select 1 from membership
                        where organization_id = ? and account_id <> ? and role = 'OWNER')""")
                .params(organization, member)
                .query(Boolean.class)
                .single();
        if (!another) {
            throw new AccountException.Conflict("This is the organization's last owner. Make somebody else one first:"
                    + " caution members role NAME owner --org " + find(organization).map(Organization::name).orElse("NAME"));
        }
    }

    /** What somebody handed out does not outlive what they were. */
    private int forgetInvitations(UUID organization, UUID inviter) {
        return jdbc.sql("delete from invitation where organization_id = ? and invited_by = ?").params(organization, inviter).update();
    }

    private static Map<String, String> with(int invitationsEnded, String... details) {
        var all = new TreeMap<String, String>();
        for (int i = 0; i < details.length; i += 2) {
            all.put(details[i], details[i + 1]);
        }
        if (invitationsEnded > 0) {
            all.put("invitations_ended", "" + invitationsEnded);
        }
        return all;
    }

    /** One change of an organization's members at a time; see {@link Accounts#lock}. */
    void lock(UUID organization) {
        jdbc.sql("select id from organization where id = ? for no key update").param(organization).query().singleRow();
    }

    private OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }
}
