package co.caution;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL of our own, for a machine that has none: in the home directory, on loopback, with a password that only
 * this user can read.
 */
final class EmbeddedDatabase implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedDatabase.class);
    /** zonky's own default lets every local user in. */
    private static final String ACCESS = """
            # Written by Caution: a password for everyone.
            host all all 127.0.0.1/32 scram-sha-256
            host all all ::1/128      scram-sha-256
            """;

    private final EmbeddedPostgres postgres;
    private final String password;

    private EmbeddedDatabase(EmbeddedPostgres postgres, String password) {
        this.postgres = postgres;
        this.password = password;
    }

    static EmbeddedDatabase start(Path directory, SecureRandom random) throws IOException {
        Path data = directory.resolve("data");
        Path passwordFile = directory.resolve("password");
        Files.createDirectories(directory);
        endLeftover(data, binaries(directory));
        if (!Files.exists(passwordFile)) {
            initialize(directory, data, passwordFile, random);
        }
        String password = Files.readString(passwordFile);
        return new EmbeddedDatabase(
                builder(directory, data).setConnectConfig("password", password).start(), password);
    }

    DataSource dataSource() {
        return postgres.getDatabase("postgres", "postgres", Map.of("password", password));
    }

    @Override
    public void close() throws IOException {
        postgres.close();
    }

    /** The first start runs without a password for a moment: to set one. */
    private static void initialize(Path directory, Path data, Path passwordFile, SecureRandom random)
            throws IOException {
        byte[] secret = new byte[24];
        random.nextBytes(secret);
        String password = HexFormat.of().formatHex(secret);
        try (var postgres = builder(directory, data).start();
                var connection = postgres.getPostgresDatabase().getConnection();
                var statement = connection.createStatement()) {
            statement.execute("alter user postgres password '" + password + "'"); // hexadecimal, by construction
        } catch (SQLException e) {
            throw new IOException("the embedded PostgreSQL took no password: " + e.getMessage(), e);
        }
        Files.writeString(data.resolve("pg_hba.conf"), ACCESS);
        Path fresh = Files.createTempFile(directory, "password", ".new",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(fresh, password);
        Files.move(fresh, passwordFile);
    }

    private static Path binaries(Path directory) {
        return directory.resolve("binaries");
    }

    private static EmbeddedPostgres.Builder builder(Path directory, Path data) {
        return EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setOverrideWorkingDirectory(binaries(directory).toFile())
                .setCleanDataDirectory(false)
                // The user's own may name a locale that this machine does not have, and initdb would stop.
                .setLocaleConfig("locale", "C.UTF-8")
                .setPGStartupWait(Duration.ofSeconds(60))
                .setServerConfig("listen_addresses", "127.0.0.1")
                .setServerConfig("unix_socket_directories", "")
                .setServerConfig("max_connections", "50")
                // Made for tests, it would rather be fast than safe.
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                // It ends when the service has written down what it stopped, not beside it.
                .setRegisterShutdownHook(false);
    }

    /** A killed service leaves its database running; two on one directory would be the end of it. */
    private static void endLeftover(Path data, Path binaries) throws IOException {
        Path pidFile = data.resolve("postmaster.pid");
        if (!Files.exists(pidFile)) {
            return;
        }
        long pid = Long.parseLong(Files.readAllLines(pidFile).getFirst().strip());
        var leftover = ProcessHandle.of(pid)
                .filter(process -> process.info().command().orElse("").startsWith(binaries.toString()));
        if (leftover.isPresent()) {
            LOG.warn("ending the database that a killed service left behind (process {})", pid);
            leftover.get().destroy();
            leftover.get().onExit().orTimeout(30, TimeUnit.SECONDS).join();
        }
        Files.deleteIfExists(pidFile);
    }
}
