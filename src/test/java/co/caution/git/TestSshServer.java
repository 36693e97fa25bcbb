package co.caution.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import co.caution.account.Account;
import co.caution.account.Accounts;
import co.caution.account.Permissions;
import co.caution.account.Role;
import co.caution.app.App;
import co.caution.app.AppException;
import co.caution.app.AppMeters;
import co.caution.app.Apps;
import co.caution.app.Deployer;
import co.caution.app.RepositoryLimits;
import co.caution.app.TestRepositories;
import co.caution.client.Limit;
import co.caution.client.RateLimits;
import co.caution.sshkey.SshPublicKey;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.channel.ChannelExec;
import org.apache.sshd.client.channel.ClientChannelEvent;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.eclipse.jgit.lib.ObjectId;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.util.unit.DataSize;

/** The real SSH server and real repositories, before accounts and a deployer that know one key, one app of its owner and one of another's. */
final class TestSshServer implements AutoCloseable {

    static final SshLimits ROOMY =
            new SshLimits(500, 400, 400, 300, 300, Duration.ofSeconds(30), 6, Duration.ofMinutes(1));
    private static final int FAILURES = 100_000;
    static final PushLimits PUSH = new PushLimits(DataSize.ofMegabytes(2), DataSize.ofMegabytes(4), DataSize.ofMegabytes(12));

    private static final RepositoryLimits PLENTY =
            new RepositoryLimits(DataSize.ofTerabytes(1), DataSize.ofTerabytes(1), DataSize.ofBytes(0));

    private static final Duration SOON = Duration.ofSeconds(20);

    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    final KeyPair key = ecKey();
    final App app = app("hers");
    final App others = app("his");
    final Deployer deployer = mock(Deployer.class);
    final Permissions permissions = mock(Permissions.class);
    final Accounts accounts = mock(Accounts.class);
    final TestApi api = new TestApi();
    final Path home;
    final int port;
    final GitCommandFactory commands;
    private final GitSshServer server;
    /** For many pushes in a row. */
    private @Nullable ClientSession pusher;
    private final SshClient client = SshClient.setUpDefaultClient();

    TestSshServer(Path home, SshLimits limits) throws Exception {
        this(home, limits, PUSH);
    }

    TestSshServer(Path home, SshLimits limits, PushLimits push) throws Exception {
        this(home, limits, push, FAILURES, PLENTY);
    }

    /** @param failures sessions of one address a minute that do not sign in */
    TestSshServer(Path home, SshLimits limits, PushLimits push, int failures) throws Exception {
        this(home, limits, push, failures, PLENTY);
    }

    TestSshServer(Path home, RepositoryLimits room) throws Exception {
        this(home, ROOMY, PUSH, FAILURES, room);
    }

    private TestSshServer(Path home, SshLimits limits, PushLimits push, int failures, RepositoryLimits room) throws Exception {
        this.home = home;
        String fingerprint = SshPublicKey.fingerprint(key.getPublic());
        when(accounts.knowsKey(fingerprint)).thenReturn(true);
        var person = UUID.randomUUID();
        when(accounts.byKey(fingerprint)).thenReturn(Set.of(person));
        when(accounts.ownersOf(fingerprint)).thenReturn(List.of(new Account(person, "lee", Instant.EPOCH)));
        when(accounts.holders(fingerprint)).thenReturn(List.of(new Account(person, "lee", Instant.EPOCH)));
        when(accounts.pushers(eq(fingerprint), any())).thenReturn(Set.of(person));
        when(permissions.ask(any(), any(), any())).thenReturn(new Permissions.Answer.Hidden());
        when(permissions.ask(eq(Set.of(person)), eq(app.organizationId()), any())).thenReturn(new Permissions.Answer.Allowed(Role.MEMBER));
        var apps = mock(Apps.class);
        when(apps.find(any(), any(), any())).thenReturn(Optional.empty());
        when(apps.find(eq(app.id().toString()), any(), any())).thenReturn(Optional.of(app));
        when(apps.find(eq(others.id().toString()), any(), any())).thenReturn(Optional.of(others));
        when(deployer.restart(any())).thenReturn(Optional.empty());
        when(deployer.push(any(), any(), any(), any())).thenThrow(new AppException.Conflict("it was taken"));
        var repositories = TestRepositories.in(home);
        for (App each : List.of(app, others)) {
            repositories.open(each.id()).close();
        }
        this.commands = new GitCommandFactory(accounts, permissions, apps, repositories, deployer, push, TestRepositories.room(home, room), api);
        this.server = new GitSshServer(TestRepositories.settings(home), accounts, commands, limits, rates(failures), new AppMeters(registry));
        server.start();
        this.port = server.port();
        client.setServerKeyVerifier((session, address, hostKey) -> true);
        client.start();
    }

    /** The database is never asked for so few. */
    private RateLimits rates(int failures) {
        return new RateLimits(new RateLimits.Rates(Map.of(Limit.SSH_FAILURES, failures), Map.of()), JdbcClient.create(mock(DataSource.class)),
                Clock.systemUTC(), registry);
    }

    private static App app(String name) {
        return new App(UUID.randomUUID(), UUID.randomUUID(), name + "-app", null, Instant.EPOCH);
    }

    static KeyPair ecKey() throws Exception {
        return KeyUtils.generateKeyPair("ecdsa-sha2-nistp256", 256);
    }

    Path directory(App app) {
        return home.resolve("repositories").resolve(app.id() + ".git");
    }

    /** A connection that says nothing of itself. */
    Socket connect() throws IOException {
        return new Socket("127.0.0.1", port);
    }

    Socket connect(String from) throws IOException {
        var socket = new Socket();
        socket.bind(new InetSocketAddress(from, 0));
        socket.connect(new InetSocketAddress("127.0.0.1", port), (int) SOON.toMillis());
        return socket;
    }

    /** The command by which OpenSSH comes here with the key, which is put into that directory. */
    String sshClient(Path directory) throws IOException, GeneralSecurityException {
        Path file = directory.resolve("key");
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (OutputStream out = Files.newOutputStream(file)) {
            OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(key, "test", null, out);
        }
        return "ssh -F none -i " + file + " -o IdentitiesOnly=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -p " + port;
    }

    /** Signed in. */
    ClientSession session() throws IOException {
        return session("git");
    }

    /** With its keys exchanged, no more. */
    ClientSession unsigned() throws IOException {
        return client.connect("git", "127.0.0.1", port).verify(SOON).getSession();
    }

    ClientSession session(String user) throws IOException {
        var session = client.connect(user, "127.0.0.1", port).verify(SOON).getSession();
        session.addPublicKeyIdentity(key);
        session.auth().verify(SOON);
        return session;
    }

    /** Sends a push as it is, without listening first. @return what the client is told, bands and all */
    String push(byte[] pack, String... commands) throws IOException {
        var all = new ByteArrayOutputStream();
        for (int i = 0; i < commands.length; i++) {
            String line = commands[i] + (i == 0 ? "\0report-status side-band-64k delete-refs ofs-delta" : "");
            byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
            all.writeBytes(String.format("%04x", bytes.length + 4).getBytes(StandardCharsets.US_ASCII));
            all.writeBytes(bytes);
        }
        all.writeBytes("0000".getBytes(StandardCharsets.US_ASCII));
        all.writeBytes(pack);
        if (pusher == null || !pusher.isOpen()) {
            pusher = session();
        }
        try (var channel = pusher.createExecChannel("git-receive-pack '/" + app.id() + ".git'")) {
            return run(channel, new ByteArrayInputStream(all.toByteArray())).out();
        }
    }

    /** A branch that is to be at the commit. */
    String push(byte[] pack, ObjectId commit) throws IOException {
        return push(pack, ObjectId.zeroId().name() + " " + commit.name() + " refs/heads/main");
    }

    /** Packs that were kept. */
    List<String> packs() {
        return List.of(directory(app).resolve("objects/pack").toFile().list());
    }

    record Answer(String out, String err, Integer exitCode) {}

    /** Runs a command over a session of its own. */
    Answer run(String command) throws IOException {
        try (var session = session(); var channel = session.createExecChannel(command)) {
            return run(channel, "0000");
        }
    }

    static Answer run(ChannelExec channel, String input) throws IOException {
        return run(channel, new ByteArrayInputStream(input.getBytes(StandardCharsets.ISO_8859_1)));
    }

    static Answer run(ChannelExec channel, InputStream input) throws IOException {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        channel.setIn(input);
        channel.setOut(out);
        channel.setErr(err);
        channel.open().verify(SOON);
        var seen = channel.waitFor(EnumSet.of(ClientChannelEvent.CLOSED), SOON);
        assertThat(seen).as("the end of the command").doesNotContain(ClientChannelEvent.TIMEOUT);
        return new Answer(out.toString(), err.toString(), channel.getExitStatus());
    }

    /** Whoever behaves is served: signs in and gets the app's branches. */
    void servesOthers() throws IOException {
        Answer answer = run("git-receive-pack '/" + app.id() + ".git'");
        assertThat(answer.out()).contains("report-status");
    }

    int sessions() {
        return (int) registry.get("caution.ssh.sessions").gauge().value();
    }

    double turnedAway(String reason) {
        return registry.get("caution.ssh.turned.away").tag("reason", reason).counter().count();
    }

    /** Within a few seconds nothing is left of anyone: no session, no command, no half file. */
    void nothingIsLeft() throws Exception {
        if (pusher != null) {
            pusher.close();
        }
        await("sessions", () -> sessions() == 0);
        await("commands", () -> commands.running() == 0);
        try (var files = Files.walk(home.resolve("repositories"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .noneMatch(name -> name.startsWith("incoming_") || name.endsWith(".lock"));
        }
    }

    static void await(String what, BooleanSupplier reached) throws InterruptedException {
        long end = System.nanoTime() + SOON.toNanos();
        while (!reached.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    @Override
    public void close() {
        client.stop();
        server.stop();
    }
}
