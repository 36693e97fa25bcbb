package co.caution.audit;

import co.caution.paging.Keyset;
import co.caution.paging.Kind;
import co.caution.paging.Page;
import co.caution.paging.PageRequest;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/** Reads the log: for people, and whole, for whoever wants to check it elsewhere. */
@Service
public class AuditTrail {

    private static final Logger LOG = LoggerFactory.getLogger(AuditTrail.class);
    private static final Keyset NEWEST_FIRST = Keyset.descending("audit", new Keyset.Column("sequence", Kind.NUMBER));
    private static final int BATCH = 1000;

    /** @param hash what the chain has come to with it */
    public record Recorded(AuditEntry entry, byte[] hash) {}

    /** Where an export goes. */
    public interface Lines {
        void write(String line) throws IOException;
    }

    private final JdbcClient jdbc;

    AuditTrail(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** @param organization whose entries; null for all */
    public Page<Recorded> page(@Nullable UUID organization, PageRequest wanted) {
        var parameters = new HashMap<String, Object>();
        if (organization != null) {
            parameters.put("organization", organization);
        }
        return NEWEST_FIRST.page(jdbc, "select * from audit_entry" + (organization == null ? "" : " where organization_id = :organization"),
                parameters, (row, _) -> recorded(row), wanted);
    }

    /**
     * The whole chain, oldest first, each entry as one line of {@link AuditLine}.
     *
     * @param organization whose entries are shown, and of all others the digest alone; null: all are shown
     */
    public void export(@Nullable UUID organization, Lines to) throws IOException {
        long last = 0;
        List<Recorded> batch;
        do {
            batch = jdbc.sql("select * from audit_entry where sequence > ? order by sequence limit " + BATCH)
                    .param(last)
                    .query((row, _) -> recorded(row))
                    .list();
            for (Recorded recorded : batch) {
                last = recorded.entry().sequence();
                to.write(organization == null || organization.equals(recorded.entry().organization())
                        ? AuditLine.whole(recorded) : AuditLine.veiled(recorded));
            }
        } while (batch.size() == BATCH);
    }

    /** Where the chain is now; empty while nothing is written in it. */
    public Optional<AuditHead> head() {
        return jdbc.sql("select sequence, hash from audit_entry order by sequence desc limit 1")
                .query((row, _) -> new AuditHead(row.getLong("sequence"), HexFormat.of().formatHex(row.getBytes("hash"))))
                .optional();
    }

    /**
     * Whether PostgreSQL itself keeps the service from changing what is written. The owner of a schema may drop what is in it,
     * who may make functions there may have the owner run them, and who may make roles was able to join others (before PostgreSQL 16).
     */
    public boolean guarded() {
        return jdbc.sql("""
                        select not (pg_has_role(current_user, c.relowner, 'member') or pg_has_role(current_user, n.nspowner, 'member')
                            or has_schema_privilege(current_user, n.oid, 'create')
                            or has_table_privilege(current_user, c.oid, 'update, delete, truncate, trigger')
                            or has_any_column_privilege(current_user, c.oid, 'update') or r.rolcreaterole)
                        from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_roles r on r.rolname = current_user
                        where c.oid = 'audit_entry'::regclass""")
                .query(Boolean.class)
                .single();
    }

    @EventListener(ApplicationReadyEvent.class)
    void sayWhereItIsNotGuarded() {
        if (!guarded()) {
            LOG.warn("the service's role in the database owns its tables or their schema, or may do more than add to the audit log, so at most a"
                    + " trigger keeps it from changing that: give them an owner of their own (caution.database.owner-user)");
        }
    }

    private static Recorded recorded(ResultSet row) throws SQLException {
        return new Recorded(new AuditEntry(row.getLong("sequence"), row.getString("salt"),
                row.getObject("at", OffsetDateTime.class).toInstant(), row.getString("event"), row.getObject("account_id", UUID.class),
                row.getString("actor"), row.getString("actor_by"), row.getString("credential"), row.getString("request"),
                row.getString("address"), row.getString("proof"), row.getObject("organization_id", UUID.class),
                row.getObject("organization_sequence", Long.class), row.getString("subject"), row.getString("details")),
                row.getBytes("hash"));
    }
}
