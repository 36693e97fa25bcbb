package co.caution.account;

import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Organizations and who is in them. Whether the caller may is {@link Permissions}'s to say, before any of this. */
@Service
public class Organizations {

    private static final int MOST = 100;

    /** @param role the asker's */
    public record Mine(UUID id, String name, Role role, Instant createdAt) {}

    public record Member(String name, Role role, Instant createdAt) {}

    private final JdbcClient jdbc;
    private final Clock clock;

    Organizations(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
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

    /** One's own first, then by name. */
    public List<Mine> of(UUID account) {
        return jdbc.sql("""
                        select o.id, o.name, m.role, o.created_at from membership m join organization o on o.id = m.organization_id
                        where m.account_id = :account order by o.id <> :account, o.name""")
                .param("account", account)
                .query(Mine.class)
                .list();
    }

    public Optional<Organization> find(String name) {
        return jdbc.sql("select id, name, created_at from organization where name = ?").param(name)
                .query(Organization.class).optional();
    }

    public Optional<Organization> find(UUID id) {
        return jdbc.sql("select id, name, created_at from organization where id = ?").param(id)
                .query(Organization.class).optional();
    }

    public List<Member> members(UUID organization) {
        return jdbc.sql("""
                        select a.name, m.role, m.created_at from membership m join account a on a.id = m.account_id
                        where m.organization_id = ? order by a.name""")
                .param(organization)
                .query(Member.class)
                .list();
    }

    private OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }
}
