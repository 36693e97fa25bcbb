package co.caution.account;

import co.caution.audit.AuditEvent;
import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.web.webauthn.api.Bytes;
import org.springframework.security.web.webauthn.api.CredentialRecord;
import org.springframework.security.web.webauthn.api.ImmutableCredentialRecord;
import org.springframework.security.web.webauthn.api.ImmutablePublicKeyCose;
import org.springframework.security.web.webauthn.api.ImmutablePublicKeyCredentialUserEntity;
import org.springframework.security.web.webauthn.api.PublicKeyCredentialType;
import org.springframework.security.web.webauthn.api.PublicKeyCredentialUserEntity;
import org.springframework.security.web.webauthn.management.PublicKeyCredentialUserEntityRepository;
import org.springframework.security.web.webauthn.management.UserCredentialRepository;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** The framework's view of passkeys, in our tables. A user's handle is the account's id: random, and says nothing. */
@Component
class PasskeyStore implements UserCredentialRepository, PublicKeyCredentialUserEntityRepository {

    private static final String ALL = "select * from passkey where ";

    private final JdbcClient jdbc;
    private final Accounts accounts;

    PasskeyStore(JdbcClient jdbc, Accounts accounts) {
        this.jdbc = jdbc;
        this.accounts = accounts;
    }

    static Bytes handle(UUID account) {
        return new Bytes(ByteBuffer.allocate(16).putLong(account.getMostSignificantBits()).putLong(account.getLeastSignificantBits()).array());
    }

    static UUID account(Bytes handle) {
        var bytes = ByteBuffer.wrap(handle.getBytes());
        return bytes.remaining() == 16 ? new UUID(bytes.getLong(), bytes.getLong()) : Permissions.NOWHERE;
    }

    /** A new one. What is used goes to {@link #uses}: removed meanwhile, it must not come back by that. */
    @Override
    @Transactional
    public void save(CredentialRecord record) {
        try {
            insert(record, record.getCredentialId().getBytes());
        } catch (DuplicateKeyException e) {
            throw new AccountException.Conflict("This passkey is registered already.");
        }
    }

    /** For signing in: whose a passkey is and its key are for ever, what changes with each use is written anew. */
    UserCredentialRepository uses() {
        return new UserCredentialRepository() {
            @Override
            public void save(CredentialRecord record) {
                int known = jdbc.sql("update passkey set signature_count = ?, backup_state = ?, last_used_at = ? where credential_id = ?")
                        .params(record.getSignatureCount(), record.isBackupState(), at(record.getLastUsed()), record.getCredentialId().getBytes())
                        .update();
                if (known == 0) {
                    throw WayIn.ended();
                }
            }

            @Override
            public @Nullable CredentialRecord findByCredentialId(Bytes id) {
                return PasskeyStore.this.findByCredentialId(id);
            }

            @Override
            public List<CredentialRecord> findByUserId(Bytes handle) {
                return PasskeyStore.this.findByUserId(handle);
            }

            @Override
            public void delete(Bytes id) {
                PasskeyStore.this.delete(id);
            }
        };
    }

    private void insert(CredentialRecord record, byte[] id) {
        UUID passkey = UUID.randomUUID();
        jdbc.sql("""
                        insert into passkey (id, account_id, credential_id, public_key, signature_count, backup_eligible,
                            backup_state, attestation, client_data, name, created_at)
                        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""")
                .params(passkey, account(record.getUserEntityUserId()), id, record.getPublicKey().getBytes(),
                        record.getSignatureCount(), record.isBackupEligible(), record.isBackupState(),
                        record.getAttestationObject().getBytes(), record.getAttestationClientDataJSON().getBytes(),
                        record.getLabel(), at(record.getCreated()))
                .update();
        accounts.note(AuditEvent.PASSKEY_ADD, account(record.getUserEntityUserId()),
                Map.of("passkey", passkey.toString(), "name", record.getLabel()));
    }

    @Override
    public @Nullable CredentialRecord findByCredentialId(Bytes id) {
        return jdbc.sql(ALL + "credential_id = ?").param(id.getBytes()).query((row, _) -> record(row)).optional().orElse(null);
    }

    /** Ours for it. */
    Optional<UUID> id(Bytes credential) {
        return jdbc.sql("select id from passkey where credential_id = ?").param(credential.getBytes()).query(UUID.class).optional();
    }

    @Override
    public List<CredentialRecord> findByUserId(Bytes handle) {
        return jdbc.sql(ALL + "account_id = ?").param(account(handle)).query((row, _) -> record(row)).list();
    }

    @Override
    public @Nullable PublicKeyCredentialUserEntity findById(Bytes handle) {
        return user("id = ?", account(handle));
    }

    @Override
    public @Nullable PublicKeyCredentialUserEntity findByUsername(String name) {
        return user("name = ?", name);
    }

    private @Nullable PublicKeyCredentialUserEntity user(String where, Object value) {
        return jdbc.sql("select id, name from account where " + where)
                .param(value)
                .query((row, _) -> entity(row.getObject("id", UUID.class), row.getString("name")))
                .optional()
                .orElse(null);
    }

    static PublicKeyCredentialUserEntity entity(UUID account, String name) {
        return ImmutablePublicKeyCredentialUserEntity.builder().id(handle(account)).name(name).displayName(name).build();
    }

    private static CredentialRecord record(ResultSet row) throws SQLException {
        var used = row.getObject("last_used_at", OffsetDateTime.class);
        return ImmutableCredentialRecord.builder()
                .credentialType(PublicKeyCredentialType.PUBLIC_KEY)
                .credentialId(new Bytes(row.getBytes("credential_id")))
                .userEntityUserId(handle(row.getObject("account_id", UUID.class)))
                .publicKey(new ImmutablePublicKeyCose(row.getBytes("public_key")))
                .signatureCount(row.getLong("signature_count"))
                .uvInitialized(true) // nothing else is taken
                .transports(Set.of())
                .backupEligible(row.getBoolean("backup_eligible"))
                .backupState(row.getBoolean("backup_state"))
                .attestationObject(new Bytes(row.getBytes("attestation")))
                .attestationClientDataJSON(new Bytes(row.getBytes("client_data")))
                .label(row.getString("name"))
                .created(row.getObject("created_at", OffsetDateTime.class).toInstant())
                .lastUsed(used == null ? null : used.toInstant())
                .build();
    }

    private static @Nullable OffsetDateTime at(@Nullable Instant instant) {
        return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
    }

    @Override
    public void delete(Bytes id) {
        throw new UnsupportedOperationException("Passkeys removes them, and never the last way in");
    }

    @Override
    public void save(PublicKeyCredentialUserEntity user) {
        throw new UnsupportedOperationException("accounts are made by invitations");
    }
}
