package co.caution;

import co.caution.account.LoginOrigins;
import co.caution.app.AppMeters;
import co.caution.app.Deployer;
import co.caution.app.PlatformSettings;
import co.caution.app.RepositoryLimits;
import co.caution.attestation.LocalRoot;
import co.caution.build.BuildHome;
import co.caution.build.Pipeline;
import co.caution.client.RateLimits;
import co.caution.client.TrustedProxies;
import co.caution.cloud.CloudSettings;
import co.caution.enclaveos.EnclaveOsRelease;
import co.caution.gateway.HttpLimits;
import co.caution.git.PushLimits;
import co.caution.git.SshLimits;
import co.caution.hosting.EnclaveHost;
import co.caution.hosting.local.LocalEnclaveHost;
import co.caution.hosting.local.LocalSettings;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.flyway.autoconfigure.FlywayMigrationStrategy;
import org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.MapPropertySource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The service, put together. {@link #start} is the only way in. */
@SpringBootApplication(proxyBeanMethods = false, exclude = UserDetailsServiceAutoConfiguration.class)
@EnableConfigurationProperties(CautionProperties.class)
public class CautionServer {

    private static final Logger LOG = LoggerFactory.getLogger(CautionServer.class);

    /**
     * Starts the service and returns when it takes pushes.
     *
     * @param settings by property name, as {@code caution.home}; they win over the environment
     * @throws ConfigurationException naming everything that is wrong with them
     */
    public static ConfigurableApplicationContext start(EnclaveOsRelease enclaveOs, Map<String, Object> settings) {
        return start(enclaveOs, Configuration.read(ConfigurationSources.of(settings)));
    }

    static ConfigurableApplicationContext start(EnclaveOsRelease enclaveOs, Configuration configuration) {
        var application = new SpringApplication(CautionServer.class);
        var environment = configuration.environment();
        environment.getPropertySources().addFirst(
                new MapPropertySource("what follows", framework(configuration.properties())));
        application.setEnvironment(environment);
        application.addInitializers(
                context -> context.getBeanFactory().registerSingleton("enclaveOsRelease", enclaveOs));
        // Never from the directory that it happens to be started in: that may be a stranger's.
        return application.run("--spring.config.location=classpath:/");
    }

    /** What the properties mean to the framework, whose own names nobody needs to know. */
    static Map<String, Object> framework(CautionProperties p) {
        var settings = new HashMap<String, Object>();
        settings.put("server.address", p.bind());
        settings.put("server.port", p.httpPort());
        settings.put("management.metrics.system.diskspace.paths", List.of(p.home(), p.cache()));
        settings.put("logging.level.co.caution", p.log().level());
        // Whose word counts is ClientAddressValve's to say, on every kind of machine.
        settings.put("server.forward-headers-strategy", "none");
        p.tls().files().ifPresent(files -> settings.putAll(files.settings()));
        if (p.log().format() == CautionProperties.Log.Format.JSON) {
            settings.put("logging.structured.format.console", "ecs");
        }
        return settings;
    }

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }

    @Bean
    SecureRandom random() {
        return new SecureRandom();
    }

    /** Taken before anything in the home directory is touched. */
    @Bean(destroyMethod = "close")
    HomeLock homeLock(CautionProperties p) throws IOException {
        HomeLock lock = HomeLock.take(p.home());
        Leftovers.sweep(p.home());
        return lock;
    }

    @Bean
    PlatformSettings platformSettings(CautionProperties p, HomeLock lock) {
        return new PlatformSettings(p.home(), p.host(), p.appHost(), p.bind(), PublicAddress.of(p),
                p.tls().files().map(TlsFiles::certificate).orElse(null), p.httpPort(), p.sshPort(), p.firstPort(),
                p.lastPort(), p.build().atOnce());
    }

    /** TLS may end here or in a proxy in front: a name with https is as good as its certificate. */
    @Bean
    static LoginOrigins loginOrigins(CautionProperties p) {
        String address = PublicAddress.of(p);
        var urls = new ArrayList<>(List.of(address));
        String here = p.host() + ":" + p.httpPort();
        // Every machine calls itself localhost: under a name of its own this server must not answer for all of them.
        if (LoginOrigins.loopback(address) || !LoginOrigins.loopback("http://" + here)) {
            urls.addAll(List.of("https://" + here, "https://" + p.host()));
            if (p.tls().certificate() == null) {
                urls.add("http://" + here);
            }
        }
        if (p.origins() != null) {
            urls.addAll(p.origins());
        }
        return new LoginOrigins(urls);
    }

    @Bean(destroyMethod = "close")
    DatabaseServer databaseServer(CautionProperties p, PlatformSettings settings, SecureRandom random)
            throws IOException, InterruptedException, SQLException {
        return DatabaseServer.start(p.database(), settings.home().resolve("postgres"), random);
    }

    @Bean
    DataSource dataSource(DatabaseServer server) {
        return new ConnectionPool(server.service());
    }

    @Bean
    FlywayMigrationStrategy migration(DatabaseServer server) {
        return server::migrate;
    }

    @Bean
    LocalRoot localRoot(PlatformSettings settings, Clock clock, SecureRandom random) throws IOException {
        return LocalRoot.loadOrCreate(settings.home().resolve("simulated-root"), clock.instant(), random);
    }

    @Bean
    EnclaveHost enclaveHost(
            CautionProperties p,
            PlatformSettings settings,
            EnclaveOsRelease enclaveOs,
            LocalRoot root,
            Clock clock,
            SecureRandom random,
            AppMeters meters) {
        Path run = settings.home().resolve("run");
        var local = new LocalSettings(run, p.local().qemu(),
                p.local().accelerator().name().toLowerCase(Locale.ROOT));
        var host = new LocalEnclaveHost(local, enclaveOs, root, clock, random);
        meters.gaugeOfBytes("caution.enclaves.memory", "Memory that enclaves were promised", host,
                LocalEnclaveHost::reservedBytes);
        return host;
    }

    @Bean
    Pipeline pipeline(CautionProperties p, EnclaveOsRelease enclaveOs) {
        return new Pipeline(new BuildHome(p.cache()), enclaveOs, p.build().limits());
    }

    @Bean
    PushLimits pushLimits(CautionProperties p) {
        return new PushLimits(p.push().maxPack(), p.push().maxObject());
    }

    @Bean
    RepositoryLimits repositoryLimits(CautionProperties p) {
        return new RepositoryLimits(p.push().maxRepository(), p.push().maxOrganization());
    }

    @Bean
    TrustedProxies trustedProxies(CautionProperties p) {
        if (PublicAddress.proxied(p) && p.trustedProxies() == null) {
            LOG.warn("caution.public-url says that a TLS proxy stands in front, and caution.trusted-proxies does not name it: all of its"
                    + " clients count as one");
        }
        return p.proxies();
    }

    @Bean
    RateLimits rateLimits(CautionProperties p, JdbcClient jdbc, Clock clock, MeterRegistry meters) {
        return new RateLimits(p.limits().rates(), jdbc, clock, meters);
    }

    @Bean
    HttpLimits httpLimits(CautionProperties p) {
        return p.http().limits();
    }

    @Bean
    CloudSettings cloudSettings(CautionProperties p) {
        return new CloudSettings(p.aws().principal(), p.aws().stsEndpoint());
    }

    @Bean
    SshLimits sshLimits(CautionProperties p) {
        return p.ssh().limits();
    }

    /** Starts again what was live, after everything else is up; stops it before anything else goes down. */
    @Bean
    SmartLifecycle deployments(Deployer deployer) {
        deployer.reconcile();
        return new SmartLifecycle() {
            private volatile boolean running;

            @Override
            public void start() {
                deployer.resume();
                running = true;
            }

            @Override
            public void stop() {
                running = false;
                deployer.stopAll();
            }

            @Override
            public boolean isRunning() {
                return running;
            }
        };
    }
}
