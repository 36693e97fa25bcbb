package co.caution.account;

import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.TreeMap;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/** Answers every question of the kind "may they?", for HTTP and for git, from {@link Action}'s table. */
@Service
public class Permissions {

    /** Stands in for the organization of what does not exist, so that both cases ask the database the same. */
    public static final UUID NOWHERE = new UUID(0, 0);

    /** What one may do there. */
    public sealed interface Answer {
        /** As what they may. */
        record Allowed(Role role) implements Answer {}

        /** Theirs, but their role is not enough; {@code why} is for them. */
        record Denied(String why) implements Answer {}

        /** Not theirs: to be answered exactly as if it did not exist. */
        record Hidden() implements Answer {}
    }

    private final JdbcClient jdbc;

    Permissions(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** @param people one, or all those whom an SSH key acts for: the highest of their roles counts */
    public Answer ask(Collection<UUID> people, UUID organization, Action action) {
        Optional<Role> role = people.isEmpty() ? Optional.empty() : jdbc.sql(
                        "select role from membership where organization_id = :organization and account_id in (:people)")
                .param("organization", organization)
                .param("people", people)
                .query((row, _) -> Role.valueOf(row.getString(1)))
                .list().stream().max(Comparator.naturalOrder());
        if (role.isEmpty()) {
            return new Answer.Hidden();
        }
        return role.get().atLeast(action.least())
                ? new Answer.Allowed(role.get())
                : new Answer.Denied("You are " + role.get().word() + " there; it takes " + action.least().word()
                        + " or more to " + action.meaning() + ". Whoever is admin or owner of the organization can change that.");
    }

    /** Where any of them is anything: names by id. */
    public Map<UUID, String> organizations(Collection<UUID> people) {
        var found = new TreeMap<UUID, String>();
        if (!people.isEmpty()) {
            jdbc.sql("""
                            select distinct o.id, o.name from membership m join organization o on o.id = m.organization_id
                            where m.account_id in (:people)""")
                    .param("people", people)
                    .query(row -> {
                        found.put(row.getObject("id", UUID.class), row.getString("name"));
                    });
        }
        return found;
    }

    /** Where somebody may do something: names by id. */
    public Map<UUID, String> where(UUID person, Action action) {
        var found = new TreeMap<UUID, String>();
        jdbc.sql("""
                        select o.id, o.name, m.role from membership m join organization o on o.id = m.organization_id
                        where m.account_id = ?""")
                .param(person)
                .query(row -> {
                    if (Role.valueOf(row.getString("role")).atLeast(action.least())) {
                        found.put(row.getObject("id", UUID.class), row.getString("name"));
                    }
                });
        return found;
    }
}
