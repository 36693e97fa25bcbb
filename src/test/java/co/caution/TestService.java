package co.caution;

import co.caution.account.Account;
import co.caution.account.Accounts;
import co.caution.account.Organizations;
import co.caution.account.Role;
import co.caution.account.Tokens;
import co.caution.account.WayIn;
import co.caution.cli.TinyEnclaveOs;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.util.FileSystemUtils;

/** The service for tests of its edge, one for all of them, whole but for an EnclaveOS that could boot: nothing is built in it. */
public final class TestService {

    /** A loopback address that a socket can be bound to. */
    public static final String PROXY = "127.0.0.77";
    private static final int APP_PORTS = 500;
    private static @Nullable TestService shared;

    public final int port = FreePorts.first(2 + APP_PORTS);
    public final int sshPort = port + 1;
    public final Path home;
    /** What stands in for AWS. */
    public final FakeSts sts = new FakeSts();
    private final ConfigurableApplicationContext context;
    private final HttpClient http = HttpClient.newHttpClient();

    /** Started by whoever comes first, stopped with the tests. */
    public static synchronized TestService shared() throws IOException {
        if (shared == null) {
            shared = new TestService(Files.createTempDirectory("caution-edge"));
        }
        return shared;
    }

    private TestService(Path directory) throws IOException {
        home = directory.resolve("home");
        var settings = new HashMap<String, Object>(Map.of(
                "caution.home", home.toString(),
                "caution.cache", directory.resolve("cache").toString(),
                "caution.http-port", port,
                "caution.ssh-port", sshPort,
                "caution.first-port", port + 2,
                "caution.last-port", port + 1 + APP_PORTS,
                // Tests share an address and are quick; who wants to be somebody else calls by way of this one.
                "caution.trusted-proxies", PROXY,
                "caution.limits.address.entering", 100_000,
                "caution.limits.address.writes", 100_000,
                "caution.limits.address.reads", 100_000));
        settings.put("caution.limits.address.downloads", 100_000);
        settings.put("caution.limits.account.writes", 100_000);
        settings.put("caution.limits.account.reads", 100_000);
        // All there is to log is searched for secrets at the end of a run.
        settings.put("caution.log.level", "trace");
        settings.put("caution.aws.principal", FakeSts.PRINCIPAL);
        settings.put("caution.aws.sts-endpoint", sts.endpoint().toString());
        context = CautionServer.start(TinyEnclaveOs.in(directory.resolve("enclaveos"), "none"), settings);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            http.close();
            context.close();
            try {
                FileSystemUtils.deleteRecursively(directory);
            } catch (IOException e) {
                // It lies among the temporary files.
            }
        }));
    }

    public String url() {
        return "http://localhost:" + port;
    }

    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    public ConfigurableApplicationContext context() {
        return context;
    }

    public Account person(String name) {
        return bean(Accounts.class).findOrCreate(name);
    }

    /** Who may do to the database what the service itself may not. */
    public Connection owner() throws IOException, SQLException {
        var superuser = new PGSimpleDataSource();
        superuser.setServerNames(new String[] {"127.0.0.1"});
        superuser.setPortNumbers(new int[] {Integer.parseInt(Files.readAllLines(home.resolve("postgres/data/postmaster.pid")).get(3))});
        superuser.setDatabaseName("postgres");
        superuser.setUser("postgres");
        superuser.setPassword(Files.readString(home.resolve("postgres/password")).strip());
        return superuser.getConnection();
    }

    public String token(Account account) {
        return bean(Tokens.class).create(account.id(), "test", Instant.now().plus(Duration.ofHours(1)), WayIn.NONE);
    }

    /** Makes an organization that nobody is in. */
    public UUID organization(String name) {
        UUID id = bean(Organizations.class).create(person("founder-of-" + name).id(), name).id();
        bean(JdbcClient.class).sql("delete from membership where organization_id = ?").param(id).update();
        return id;
    }

    public void join(UUID organization, Account account, Role role) {
        bean(JdbcClient.class).sql("""
                        insert into membership (organization_id, account_id, role, created_at) values (?, ?, ?, ?)
                        on conflict (organization_id, account_id) do update set role = excluded.role""")
                .params(organization, account.id(), role.name(), OffsetDateTime.now(ZoneOffset.UTC))
                .update();
    }

    /** Answers are held to the OpenAPI document. */
    public HttpResponse<String> call(String method, String path, @Nullable String token, @Nullable String json)
            throws IOException, InterruptedException {
        return call(method, path, token, json, Map.of());
    }

    public HttpResponse<String> call(String method, String path, @Nullable String token, @Nullable String json, Map<String, String> headers)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(url() + path)).timeout(Duration.ofSeconds(60))
                .method(method, json == null ? BodyPublishers.noBody() : BodyPublishers.ofString(json));
        if (json != null) {
            request.header("Content-Type", "application/json");
        }
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        headers.forEach(request::setHeader);
        var answer = http.send(request.build(), BodyHandlers.ofString());
        ApiContract.check(method, path, answer);
        return answer;
    }
}
