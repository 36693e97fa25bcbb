package co.caution;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.FileSystemUtils;

/**
 * A PostgreSQL of our own, for a machine that has none: in the home directory, on loopback, with a password that only
 * this user can read. One that ends unasked is started again, for as long as it takes.
 */
final class EmbeddedDatabase implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedDatabase.class);
    static final String USER = "postgres";
    private static final String ACCESS = """
            # Written by Caution: a password for everyone.
            host all all 127.0.0.1/32 scram-sha-256
            host all all ::1/128      scram-sha-256
            """;
    /** Long enough to read back what a power cut left in the log. */
    private static final Duration START = Duration.ofMinutes(5);
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(50);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);

    private final Path binaries;
    private final Path data;
    private final PGSimpleDataSource dataSource;
    /** All that lead here, whoever they are for: the port is another one after each start. */
    private final List<PGSimpleDataSource> ways = new CopyOnWriteArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private PostgresProcess process;
    private volatile boolean closed;

    private EmbeddedDatabase(Path binaries, Path data, PGSimpleDataSource dataSource)
            throws IOException, InterruptedException {
        this.binaries = binaries;
        this.data = data;
        this.dataSource = dataSource;
        ways.add(dataSource);
        this.process = launch();
    }

    /** @param directory below the home; everything of the database lies in it */
    static EmbeddedDatabase start(Path directory, SecureRandom random) throws IOException, InterruptedException {
        Path binaryRoot = directory.resolve("binaries");
        Path data = directory.resolve("data");
        PostgresProcess.endLeftovers(binaryRoot);
        Path binaries = PostgresBinaries.unpack(binaryRoot);
        if (!Files.exists(data)) {
            initialize(directory, binaries, data, random);
        }
        Path password = directory.resolve("password");
        if (!Files.exists(password)) {
            throw new IOException("The password of the database in " + data + " is missing: put " + password
                    + " back from a backup");
        }
        return new EmbeddedDatabase(binaries, data, way(USER, Files.readString(password).strip()));
    }

    private static PGSimpleDataSource way(String user, String password) {
        var way = new PGSimpleDataSource();
        way.setServerNames(new String[] {"127.0.0.1"});
        way.setDatabaseName("postgres");
        way.setUser(user);
        way.setPassword(password);
        way.setLoginTimeout(5);
        return way;
    }

    /** For its owner; leads to wherever the database listens, also after it was started again. */
    PGSimpleDataSource dataSource() {
        return dataSource;
    }

    /** The same for somebody else. */
    PGSimpleDataSource dataSource(String user, String password) {
        var way = way(user, password);
        lock.lock(); // it is not started again meanwhile, elsewhere
        try {
            way.setPortNumbers(dataSource.getPortNumbers());
            ways.add(way);
        } finally {
            lock.unlock();
        }
        return way;
    }

    @Override
    public void close() throws IOException {
        closed = true;
        lock.lock();
        try {
            process.stop();
        } finally {
            lock.unlock();
        }
    }

    /** The data appears when it is whole and its password is on disk: what was cut off before is made anew. */
    private static void initialize(Path directory, Path binaries, Path data, SecureRandom random)
            throws IOException, InterruptedException {
        byte[] secret = new byte[24];
        random.nextBytes(secret);
        Path password = directory.resolve("password.new");
        Files.deleteIfExists(password);
        Files.createFile(password, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(password, HexFormat.of().formatHex(secret), StandardOpenOption.SYNC, StandardOpenOption.WRITE);
        Path fresh = directory.resolve("data.new");
        FileSystemUtils.deleteRecursively(fresh);
        PostgresProcess.run(binaries, List.of("initdb", "--pgdata=" + fresh, "--username=" + USER, "--encoding=UTF-8",
                "--locale=C.UTF-8", "--auth=scram-sha-256", "--pwfile=" + password));
        Files.writeString(fresh.resolve("pg_hba.conf"), ACCESS);
        Files.move(password, directory.resolve("password"), StandardCopyOption.ATOMIC_MOVE);
        Files.move(fresh, data, StandardCopyOption.ATOMIC_MOVE);
    }

    private PostgresProcess launch() throws IOException, InterruptedException {
        PostgresProcess.endLeftovers(binaries);
        // Nothing works on the data now; a file that says so may name a process that is somebody else by now.
        Files.deleteIfExists(data.resolve("postmaster.pid"));
        int port = freePort();
        ways.forEach(way -> way.setPortNumbers(new int[] {port}));
        var started = PostgresProcess.start(binaries, options(port));
        try {
            awaitReady(started);
        } catch (IOException | InterruptedException e) {
            started.stop();
            throw e;
        }
        started.ended().thenRun(() -> Thread.ofVirtual().name("database-keeper").start(this::startAgain));
        return started;
    }

    private List<String> options(int port) {
        var options = new ArrayList<>(List.of("postgres", "-D", data.toString(), "-p", "" + port));
        for (String setting : List.of("listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=50",
                // Below the data: nothing is left elsewhere on the machine when all of it is killed.
                "dynamic_shared_memory_type=mmap")) {
            options.add("-c");
            options.add(setting);
        }
        return options;
    }

    private void awaitReady(PostgresProcess started) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + START.toNanos();
        while (true) {
            try (var _ = dataSource.getConnection()) {
                return;
            } catch (SQLException e) {
                if (closed || !started.alive() || System.nanoTime() > deadline) {
                    throw new IOException("the embedded PostgreSQL in " + data + " does not start: " + started.lastLine(), e);
                }
            }
            Thread.sleep(BETWEEN_TRIES);
        }
    }

    private void startAgain() {
        Duration pause = FIRST_PAUSE;
        while (!closed) {
            LOG.warn("the database ended unasked ({}); it is started again", process.lastLine());
            lock.lock();
            try {
                if (!closed) {
                    process = launch();
                    LOG.info("the database is back");
                    return;
                }
            } catch (IOException e) {
                LOG.error("{}; the next try is in {} ms", e.getMessage(), pause.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } finally {
                lock.unlock();
            }
            if (!sleep(pause)) {
                return;
            }
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    private static boolean sleep(Duration pause) {
        try {
            Thread.sleep(pause);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
