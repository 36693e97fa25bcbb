package co.caution.audit;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Writes down who did what, in the transaction that does it: neither is there without the other. Entries are written as
 * the last thing of the transaction, since only one may write at a time and each waits for the commit of the one before.
 */
@Service
public class AuditLog {

    /** Of PostgreSQL's advisory locks the one that is ours. */
    private static final long LOCK = 0x4155444954L;
    private static final int SALT_BYTES = 16;

    private record Noted(AuditEvent what, Actor actor, @Nullable UUID organization, String subject, Map<String, String> details) {}

    private final JdbcClient jdbc;
    private final Clock clock;
    private final SecureRandom random;

    AuditLog(JdbcClient jdbc, Clock clock, SecureRandom random) {
        this.jdbc = jdbc;
        this.clock = clock;
        this.random = random;
    }

    /**
     * @param organization whose admins see it; what concerns one person is their own organization's. Null: the operator's
     * @param subject what was acted upon, by the name that people know
     * @param details few and short, and never a secret
     * @throws IllegalStateException outside of a transaction
     */
    public void append(AuditEvent what, @Nullable UUID organization, String subject, Map<String, String> details) {
        if (!TransactionSynchronizationManager.isActualTransactionActive()) {
            throw new IllegalStateException(what.word() + " cannot be written down outside of the transaction that does it");
        }
        var noted = new Noted(what, Acting.now(), organization, subject, new TreeMap<>(details));
        for (var known : TransactionSynchronizationManager.getSynchronizations()) {
            if (known instanceof AtCommit later) {
                later.entries.add(noted);
                return;
            }
        }
        var later = new AtCommit();
        later.entries.add(noted);
        TransactionSynchronizationManager.registerSynchronization(later);
    }

    private final class AtCommit implements TransactionSynchronization {

        private final List<Noted> entries = new ArrayList<>();

        @Override
        public int getOrder() {
            return LOWEST_PRECEDENCE;
        }

        @Override
        public void beforeCommit(boolean readOnly) {
            // A statement of its own: the next one must see what whoever held the lock before has committed.
            jdbc.sql("select pg_advisory_xact_lock(?)").param(LOCK).query().singleRow();
            entries.forEach(AuditLog.this::write);
        }
    }

    private void write(Noted noted) {
        record Last(long sequence, byte[] hash) {}
        var last = jdbc.sql("select sequence, hash from audit_entry order by sequence desc limit 1")
                .query((row, _) -> new Last(row.getLong(1), row.getBytes(2)))
                .optional()
                .orElse(new Last(0, Chain.GENESIS));
        @Nullable Long number = noted.organization() == null ? null : jdbc.sql(
                        "select coalesce(max(organization_sequence), 0) + 1 from audit_entry where organization_id = ?")
                .param(noted.organization())
                .query(Long.class)
                .single();
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        var actor = noted.actor();
        var entry = new AuditEntry(last.sequence() + 1, HexFormat.of().formatHex(salt), clock.instant().truncatedTo(ChronoUnit.MICROS),
                noted.what().word(), actor.account(), Canonical.plain(actor.name()), actor.by().word(), Canonical.plain(actor.credential()),
                Canonical.plain(actor.request()), Canonical.plain(actor.address()), actor.proof(), noted.organization(), number,
                Canonical.plain(noted.subject()), Canonical.object(Canonical.plain(noted.details())));
        jdbc.sql("""
                        insert into audit_entry (sequence, salt, at, event, account_id, actor, actor_by, credential, request, address,
                            proof, organization_id, organization_sequence, subject, details, hash)
                        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""")
                .params(entry.sequence(), entry.salt(), entry.at().atOffset(ZoneOffset.UTC), entry.event(), entry.account(),
                        entry.actor(), entry.by(), entry.credential(), entry.request(), entry.address(), entry.proof(),
                        entry.organization(), number, entry.subject(), entry.details(),
                        Chain.link(last.hash(), entry.digest()))
                .update();
    }
}
