package co.caution.cloud;

import co.caution.audit.AuditEvent;
import co.caution.audit.AuditLog;
import co.caution.paging.Keyset;
import co.caution.paging.Page;
import co.caution.paging.PageRequest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionOperations;

/** Which accounts at AWS organizations have connected. Whether the caller may is decided before any of this. */
@Service
public class CloudAccounts {

    private static final int MOST = 20;
    private static final int EXTERNAL_ID_BYTES = 16;
    private static final Keyset LIST = Keyset.oldestFirst("cloud-accounts");
    private static final String ALL = """
            select id, role_arn, region, external_id, state, reason, created_at, checked_at from cloud_account
            where organization_id = :organization""";

    private final JdbcClient jdbc;
    private final AwsRole roles;
    private final CloudSettings settings;
    private final AuditLog audit;
    private final TransactionOperations transactions;
    private final Clock clock;
    private final SecureRandom random;

    CloudAccounts(JdbcClient jdbc, AwsRole roles, CloudSettings settings, AuditLog audit, TransactionOperations transactions, Clock clock,
            SecureRandom random) {
        this.jdbc = jdbc;
        this.roles = roles;
        this.settings = settings;
        this.audit = audit;
        this.transactions = transactions;
        this.clock = clock;
        this.random = random;
    }

    /** Oldest first. */
    public Page<CloudAccount> of(UUID organization, PageRequest wanted) {
        return LIST.page(jdbc, ALL, Map.of("organization", organization), CloudAccount.class, wanted);
    }

    public CloudAccount get(UUID organization, UUID id) {
        return jdbc.sql(ALL + " and id = :id").param("organization", organization).param("id", id)
                .query(CloudAccount.class).optional().orElseThrow(CloudException.NotFound::new);
    }

    /** The external id is chosen here, never by the caller: that is what it is for. */
    @Transactional
    public CloudAccount connect(UUID organization, String roleArn, String region) {
        if (settings.principal() == null) {
            throw new CloudException.Conflict("This service has no identity at AWS that a role could trust. Its operator sets"
                    + " caution.aws.principal.");
        }
        AwsRole.require(roleArn, region);
        jdbc.sql("select id from organization where id = ? for no key update").param(organization).query().listOfRows();
        List<CloudAccount> known = of(organization, PageRequest.ALL).items();
        if (known.size() >= MOST) {
            throw new CloudException.Conflict("This organization has " + MOST + " cloud accounts, and more are not taken. Remove one first.");
        }
        if (known.stream().anyMatch(account -> account.roleArn().equals(roleArn))) {
            throw new CloudException.Conflict("This role is connected already: caution cloud-accounts list");
        }
        byte[] secret = new byte[EXTERNAL_ID_BYTES];
        random.nextBytes(secret);
        UUID id = UUID.randomUUID();
        jdbc.sql("""
                        insert into cloud_account (id, organization_id, role_arn, region, external_id, state, created_at)
                        values (?, ?, ?, ?, ?, 'UNCHECKED', ?)""")
                .params(id, organization, roleArn, region, "caution-" + HexFormat.of().formatHex(secret),
                        clock.instant().atOffset(ZoneOffset.UTC))
                .update();
        audit.append(AuditEvent.CLOUD_ACCOUNT_CONNECT, organization, roleArn, Map.of("id", id.toString(), "region", region));
        return get(organization, id);
    }

    /** Asks AWS, while no transaction is open, and writes down what it said. */
    public CloudAccount check(UUID organization, UUID id) {
        AwsRole.Found found = roles.check(get(organization, id));
        transactions.executeWithoutResult(_ -> {
            if (jdbc.sql("update cloud_account set state = ?, reason = ?, checked_at = ? where id = ? and organization_id = ?")
                    .params(found.state().name(), found.reason(), clock.instant().atOffset(ZoneOffset.UTC), id, organization)
                    .update() == 0) {
                throw new CloudException.NotFound();
            }
            audit.append(AuditEvent.CLOUD_ACCOUNT_CHECK, organization, get(organization, id).roleArn(),
                    Map.of("id", id.toString(), "state", found.state().word()));
        });
        return get(organization, id);
    }

    @Transactional
    public void remove(UUID organization, UUID id) {
        CloudAccount account = get(organization, id);
        if (jdbc.sql("delete from cloud_account where id = ? and organization_id = ?").params(id, organization).update() == 0) {
            throw new CloudException.NotFound();
        }
        audit.append(AuditEvent.CLOUD_ACCOUNT_REMOVE, organization, account.roleArn(), Map.of("id", id.toString()));
    }

    /** For the role: who may take it on, and with which external id. */
    public Map<String, Object> trustPolicy(CloudAccount account) {
        return Map.of("Version", "2012-10-17", "Statement", List.of(Map.of(
                "Effect", "Allow",
                "Principal", Map.of("AWS", String.valueOf(settings.principal())),
                "Action", "sts:AssumeRole",
                "Condition", Map.of("StringEquals", Map.of("sts:ExternalId", account.externalId())))));
    }
}
