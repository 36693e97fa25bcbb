package co.caution.app.store;

import co.caution.app.App;
import co.caution.app.AppException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The table of all names that lead to apps. Its primary key decides who gets a name that two want at once. */
final class AppNames {

    /** A name that was had is kept from all others: whoever may rename could otherwise use them all up. */
    private static final int MOST = 50;

    private final JdbcClient jdbc;

    AppNames(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** @return false when the name leads to an app already, to whichever */
    boolean take(App app, String name, Instant now) {
        int made = jdbc.sql("insert into app_name (organization_id, name, app_id, created_at) values (?, ?, ?, ?) on conflict do nothing")
                .params(app.organizationId(), name, app.id(), now.atOffset(ZoneOffset.UTC))
                .update();
        if (made == 1 && formerOf(List.of(app.id())).getOrDefault(app.id(), List.of()).size() > MOST) {
            throw new AppException.Conflict("'" + app.name() + "' has had " + MOST + " names, all of which lead to it still, and takes no"
                    + " more; one of those it may have again.");
        }
        return made == 1;
    }

    boolean leadTo(App app, String name) {
        return jdbc.sql("select count(*) from app_name where organization_id = ? and name = ? and app_id = ?")
                .params(app.organizationId(), name, app.id())
                .query(Integer.class)
                .single() == 1;
    }

    /** By app, of those that had any; oldest first. */
    Map<UUID, List<String>> formerOf(Collection<UUID> apps) {
        var former = new HashMap<UUID, List<String>>();
        jdbc.sql("select n.app_id, n.name from app_name n join app a on a.id = n.app_id where a.id = any(?) and n.name <> a.name"
                        + " order by n.created_at, n.name")
                .param(apps.toArray(UUID[]::new))
                .query(row -> {
                    former.computeIfAbsent(row.getObject("app_id", UUID.class), _ -> new ArrayList<>()).add(row.getString("name"));
                });
        return former;
    }

    void forget(UUID app) {
        jdbc.sql("delete from app_name where app_id = ?").param(app).update();
    }

    /** @param command that takes another name */
    AppException.Conflict taken(App app, String name, String command) {
        String holder = jdbc.sql("select a.name from app_name n join app a on a.id = n.app_id where n.organization_id = ? and n.name = ?")
                .params(app.organizationId(), name)
                .query(String.class)
                .optional()
                .orElse(name); // gone again this very moment
        return new AppException.Conflict((holder.equals(name)
                ? "There is an app named '" + name + "' already."
                : "'" + name + "' is a former name of the app '" + holder + "', which it still leads to.")
                + " Choose another name: " + command);
    }
}
