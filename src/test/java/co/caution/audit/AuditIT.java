package co.caution.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import co.caution.TestService;
import co.caution.account.Account;
import co.caution.account.Organizations;
import co.caution.account.Role;
import co.caution.account.Tokens;
import co.caution.audit.AuditCheck.Result;
import co.caution.paging.PageRequest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.transaction.support.TransactionOperations;

/** The log in a real database: written with what it records or not at all, and changed by nobody unnoticed. */
class AuditIT {

    private final TestService service;
    private final JdbcClient jdbc;
    private final AuditTrail trail;
    private final TransactionOperations transactions;

    AuditIT() throws IOException {
        service = TestService.shared();
        jdbc = service.bean(JdbcClient.class);
        trail = service.bean(AuditTrail.class);
        transactions = service.bean(TransactionOperations.class);
    }

    @Test
    void aChangeThatIsRolledBackLeavesNoEntry() {
        var before = trail.head();
        var organizations = service.bean(Organizations.class);
        UUID someone = service.person("rolled-back").id();
        var entries = trail.head();
        assertThat(entries).isNotEqualTo(before);

        transactions.executeWithoutResult(status -> {
            organizations.create(someone, "never-was");
            status.setRollbackOnly();
        });

        assertThat(trail.head()).isEqualTo(entries);
        assertThat(organizations.find("never-was")).isEmpty();
    }

    @Test
    void aChangeThatCannotBeWrittenDownIsNotMade() {
        var organizations = service.bean(Organizations.class);
        UUID someone = service.person("unwritten").id();
        var head = trail.head();

        assertThatThrownBy(() -> transactions.executeWithoutResult(status -> {
            organizations.create(someone, "unwritten-works");
            // Whatever keeps the entry from being written, such as a number that is taken.
            jdbc.sql("insert into audit_entry select sequence + 1, salt, at, event, account_id, actor, actor_by, credential, request,"
                            + " address, proof, null, null, subject, details, hash from audit_entry order by sequence desc limit 1").update();
            jdbc.sql("set transaction read only").update();
        })).isInstanceOf(RuntimeException.class);

        assertThat(organizations.find("unwritten-works")).isEmpty();
        assertThat(trail.head()).isEqualTo(head);
    }

    @Test
    void outsideOfATransactionNothingIsWrittenDown() {
        assertThatThrownBy(() -> service.bean(AuditLog.class).append(AuditEvent.LOGIN, null, "x", Map.of()))
                .isInstanceOf(IllegalStateException.class).hasMessageContaining("outside of the transaction");
    }

    @Test
    void manyAtOnceMakeOneChainWithoutGaps() throws Exception {
        long before = trail.head().map(AuditHead::sequence).orElse(0L);
        var log = service.bean(AuditLog.class);
        UUID organization = UUID.randomUUID();
        try (var pool = Executors.newFixedThreadPool(8)) {
            List<Callable<Boolean>> writers = IntStream.range(0, 8).<Callable<Boolean>>mapToObj(writer -> () -> {
                for (int i = 0; i < 25; i++) {
                    boolean kept = i % 5 != 0;
                    transactions.executeWithoutResult(status -> {
                        log.append(AuditEvent.APP_CREATE, organization, "writer " + writer, Map.of());
                        log.append(AuditEvent.APP_DESTROY, organization, "writer " + writer, Map.of());
                        if (!kept) {
                            status.setRollbackOnly();
                        }
                    });
                }
                return true;
            }).toList();
            for (var done : pool.invokeAll(writers)) {
                assertThat(done.get()).isTrue();
            }
        }
        var sound = sound(check(trail, null, null));
        assertThat(sound.head().sequence()).isEqualTo(before + 8 * 20 * 2);
        var theirs = sound(check(trail, organization, null));
        assertThat(theirs.shown()).isEqualTo(8 * 20 * 2);
        assertThat(theirs.head()).isEqualTo(sound.head());
    }

    @Test
    void whoActsByWhatAndFromWhereIsWrittenDown() throws Exception {
        Account ann = service.person("audit-ann");
        String token = service.token(ann);

        HttpResponse<String> made = service.call("POST", "/api/organizations", token, "{\"name\":\"audit-works\"}");

        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        UUID organization = service.bean(Organizations.class).find("audit-works").orElseThrow().id();
        var entry = trail.page(organization, new PageRequest(1, null)).items().getFirst().entry();
        assertThat(entry.event()).isEqualTo("organization.create");
        assertThat(entry.actor()).isEqualTo("audit-ann");
        assertThat(entry.account()).isEqualTo(ann.id());
        assertThat(entry.by()).isEqualTo("token");
        assertThat(entry.credential()).isEqualTo(service.bean(Tokens.class).find(token).orElseThrow().token().toString());
        assertThat(entry.request()).isEqualTo(made.headers().firstValue("x-request-id").orElseThrow());
        assertThat(entry.address()).isEqualTo("127.0.0.1");
        assertThat(entry.organizationSequence()).isEqualTo(1);
        assertThat(trail.page(ann.id(), new PageRequest(200, null)).items()).extracting(found -> found.entry().event())
                .containsExactly("token.create", "account.create");
    }

    @Test
    void nothingThatIsRefusedFillsTheLog() throws Exception {
        var head = trail.head();
        assertThat(service.call("POST", "/api/login", null, "{\"id\":\"" + UUID.randomUUID() + "\",\"signature\":\"x\"}").statusCode()).isEqualTo(401);
        assertThat(service.call("POST", "/api/organizations", "caution_wrong", "{\"name\":\"refused-works\"}").statusCode()).isEqualTo(401);
        assertThat(service.call("GET", "/api/admin/audit", "caution_wrong", null).statusCode()).isEqualTo(401);
        assertThat(trail.head()).isEqualTo(head);
    }

    @Test
    void anOrganizationSeesTheWholeChainAndNobodyElsesData() throws Exception {
        Account olaf = service.person("audit-olaf");
        UUID organization = service.organization("audit-guild");
        service.join(organization, olaf, Role.ADMIN);
        service.person("somebody-unseen");
        String token = service.token(olaf);

        String exported = service.call("GET", "/api/organizations/audit-guild/audit/export", token, null).body();

        var theirs = sound(AuditCheck.check(new BufferedReader(new StringReader(exported)), null));
        assertThat(theirs.head()).isEqualTo(trail.head().orElseThrow());
        assertThat(theirs.shown()).isEqualTo(1);
        assertThat(exported).contains("audit-guild").doesNotContain("somebody-unseen", "audit-olaf");
        assertThat(service.call("GET", "/api/organizations/audit-guild/audit", token, null).body())
                .contains("organization.create").doesNotContain("somebody-unseen", "audit-olaf");
        // Without the entry that is theirs, the chain is as sound; the next one of theirs shows that one was kept back.
        transactions.executeWithoutResult(_ -> service.bean(AuditLog.class).append(AuditEvent.APP_CREATE, organization, "late", Map.of()));
        List<String> lines = new ArrayList<>(service.call("GET", "/api/organizations/audit-guild/audit/export", token, null).body().lines().toList());
        int first = IntStream.range(0, lines.size()).filter(i -> lines.get(i).contains("\"organization.create\"")).findFirst().orElseThrow();
        var kept = AuditLine.parse(lines.get(first)).orElseThrow();
        var hex = HexFormat.of();
        lines.set(first, "{\"sequence\":" + kept.sequence() + ",\"digest\":\"" + hex.formatHex(kept.digest()) + "\",\"hash\":\"" + hex.formatHex(kept.hash()) + "\"}");
        assertThat(AuditCheck.check(new BufferedReader(new StringReader(String.join("\n", lines))), null))
                .isInstanceOfSatisfying(Result.Broken.class, broken -> assertThat(broken.why()).contains("kept from you"));
    }

    @ValueSource(strings = {
        "update audit_entry set actor = 'nobody'", "delete from audit_entry", "truncate audit_entry", "drop table audit_entry",
        "alter table audit_entry disable trigger all", "create or replace function audit_entry_stays() returns trigger language sql as 'select null'",
        "alter table audit_entry owner to caution", "create table other (x int)",
        "create temporary table audit_entry (x int)", "create schema other", "set session_replication_role = replica",
        "update flyway_schema_history set success = false", "alter role caution superuser", "set role postgres"})
    @ParameterizedTest
    void theServicesOwnRoleMayNot(String sql) {
        assertThatThrownBy(() -> transactions.executeWithoutResult(status -> {
            status.setRollbackOnly();
            jdbc.sql(sql).update();
        })).rootCause().isInstanceOfSatisfying(SQLException.class, refused -> assertThat(refused.getSQLState()).isEqualTo("42501"));
        assertThat(trail.guarded()).isTrue();
    }

    @ValueSource(strings = {"update audit_entry set actor = 'nobody'", "delete from audit_entry where false", "truncate audit_entry"})
    @ParameterizedTest
    void itsOwnerIsStoppedByATrigger(String sql) throws Exception {
        try (var connection = service.owner()) {
            assertThatThrownBy(() -> execute(connection, sql)).hasMessageContaining("only ever added to");
        }
    }

    @ValueSource(strings = {
        "update audit_entry set actor = 'somebody else' where sequence = 3",
        "update audit_entry set at = at + interval '1 microsecond' where sequence = 3",
        "update audit_entry set details = ' ' || details where sequence = 3",
        "update audit_entry set subject = subject || E'\\n{\"sequence\":4}' where sequence = 3",
        "update audit_entry set address = '192.0.2.1' where sequence = 3",
        "update audit_entry set proof = 'made up' where sequence = 3",
        "update audit_entry set hash = sha256(hash) where sequence = 3",
        "delete from audit_entry where sequence = 3",
        "delete from audit_entry where sequence = 3; update audit_entry set sequence = sequence + 1000000 where sequence > 3;"
            + " update audit_entry set sequence = sequence - 1000001 where sequence > 3",
        "update audit_entry set sequence = 900003 where sequence = 3; update audit_entry set sequence = 3 where sequence = 4;"
            + " update audit_entry set sequence = 4 where sequence = 900003"})
    @ParameterizedTest
    void whoRewritesItIsFoundOutAtTheFirstWrongEntry(String sql) throws Exception {
        for (int i = 0; i < 5; i++) {
            service.person("rewritten-" + UUID.randomUUID().toString().substring(0, 8));
        }
        asItsDestroyer(sql, tampered -> assertThat(check(tampered, null, null))
                .isInstanceOfSatisfying(Result.Broken.class, broken -> assertThat(broken.sequence()).as(broken.why()).isEqualTo(3)));
    }

    @Test
    void whoCutsItsEndOffIsFoundOutByWhoeverKeptAHead() throws Exception {
        service.person("cut-off-" + UUID.randomUUID().toString().substring(0, 8));
        AuditHead kept = trail.head().orElseThrow();
        assertThat(check(trail, null, kept)).isInstanceOf(Result.Sound.class);
        asItsDestroyer("delete from audit_entry where sequence = " + kept.sequence(), tampered -> {
            assertThat(check(tampered, null, null)).as("nothing in it says that there was more").isInstanceOf(Result.Sound.class);
            assertThat(check(tampered, null, kept)).isInstanceOf(Result.Rewritten.class);
        });
        // Another end in its place, made with all the care of the service itself.
        asItsDestroyer("delete from audit_entry where sequence = " + kept.sequence(), tampered -> {
            var last = tampered.head().orElseThrow();
            var forged = new AuditEntry(kept.sequence(), "00", Instant.EPOCH, "login", null, "", "nobody", null, null, null, null, null, null, "x", "{}");
            String line = AuditLine.whole(new AuditTrail.Recorded(forged,
                    Chain.link(HexFormat.of().parseHex(last.hash()), forged.digest())));
            String all = export(tampered, null) + line + "\n";
            assertThat(AuditCheck.check(new BufferedReader(new StringReader(all)), null)).isInstanceOf(Result.Sound.class);
            assertThat(AuditCheck.check(new BufferedReader(new StringReader(all)), kept)).isInstanceOf(Result.Rewritten.class);
        });
    }

    private interface Look {
        void at(AuditTrail tampered) throws Exception;
    }

    /** Whoever runs the machine may do anything; here it is undone again, as others use this database. */
    private void asItsDestroyer(String sql, Look look) throws Exception {
        try (var connection = service.owner()) {
            connection.setAutoCommit(false);
            execute(connection, "alter table audit_entry disable trigger all");
            execute(connection, sql);
            look.at(new AuditTrail(JdbcClient.create((DataSource) new SingleConnectionDataSource(connection, true))));
            connection.rollback();
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String export(AuditTrail trail, @Nullable UUID organization) throws IOException {
        var all = new StringBuilder();
        trail.export(organization, line -> all.append(line).append('\n'));
        return all.toString();
    }

    private static Result check(AuditTrail trail, @Nullable UUID organization, @Nullable AuditHead remembered) throws IOException {
        return AuditCheck.check(new BufferedReader(new StringReader(export(trail, organization))), remembered);
    }

    private static Result.Sound sound(Result result) {
        assertThat(result).isInstanceOf(Result.Sound.class);
        return (Result.Sound) result;
    }
}
