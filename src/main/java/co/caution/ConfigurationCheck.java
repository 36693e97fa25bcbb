package co.caution;

import co.caution.account.LoginMessage;
import co.caution.build.BuildLimits;
import co.caution.build.Size;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a type cannot say: ranges, names, what fits together, and what the machine has for it. */
final class ConfigurationCheck {

    private static final int HIGHEST_PORT = 65_535;
    /** A name (RFC 1123) or an IPv4 address. */
    private static final Pattern HOST = Pattern.compile(
            "(?=.{1,253}$)[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(\\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*");
    private static final Pattern IPV6 = Pattern.compile("\\[[0-9a-fA-F:.]+]");

    private final CautionProperties p;
    private final ConfigurationReport report;

    private ConfigurationCheck(CautionProperties p, ConfigurationReport report) {
        this.p = p;
        this.report = report;
    }

    static void check(CautionProperties properties, ConfigurationReport report) {
        var check = new ConfigurationCheck(properties, report);
        check.names();
        check.origins();
        check.proxies();
        check.ports();
        check.directories();
        check.database();
        check.tls();
        check.local();
        check.aws();
        check.limits();
        check.builds();
    }

    private void names() {
        host("caution.host", p.host());
        host("caution.app-host", p.appHost());
        try {
            InetAddress.getByName(p.bind());
        } catch (UnknownHostException e) {
            report.error("caution.bind", "that is no address", "It must be an address of this machine, such as 127.0.0.1,"
                    + " or 0.0.0.0 for all of them");
        }
    }

    private void origins() {
        for (String url : p.origins() == null ? List.<String>of() : p.origins()) {
            if (LoginMessage.origin(url).isEmpty()) {
                report.error("caution.origins", "'" + url + "' is no http or https URL", "Write them as"
                        + " https://caution.example.org, separated by commas");
            }
        }
    }

    private void proxies() {
        try {
            p.proxies();
        } catch (IllegalArgumentException e) {
            report.error("caution.trusted-proxies", String.valueOf(e.getMessage()), "Write them as 10.0.0.2 or 10.0.0.0/8, separated by commas");
        }
    }

    private void aws() {
        if (p.aws().principal() != null && !p.aws().principal().matches("arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/[A-Za-z0-9+=,.@_/-]+")) {
            report.error("caution.aws.principal", "that is no role or user of AWS", "Write its ARN, as"
                    + " arn:aws:iam::123456789012:role/caution: aws sts get-caller-identity shows which it is");
        }
        if (p.aws().stsEndpoint() != null && !List.of("https", "http").contains(String.valueOf(p.aws().stsEndpoint().getScheme()))) {
            report.error("caution.aws.sts-endpoint", "that is no http or https URL", "Write it as https://sts.eu-central-1.amazonaws.com");
        }
    }

    private void host(String property, String value) {
        if (!HOST.matcher(value).matches() && !IPV6.matcher(value).matches()) {
            report.error(property, "that is no host name", "It must be a name or an address without scheme and port,"
                    + " such as caution.example.org");
        }
    }

    private void ports() {
        port("caution.http-port", p.httpPort());
        port("caution.ssh-port", p.sshPort());
        port("caution.first-port", p.firstPort());
        port("caution.last-port", p.lastPort());
        if (p.firstPort() > p.lastPort()) {
            report.error("caution.last-port", "it is below caution.first-port, " + p.firstPort(),
                    "The first must not be above the last");
        }
        if (p.httpPort() == p.sshPort()) {
            report.error("caution.ssh-port", "caution.http-port is the same", "Each needs a port of its own");
        }
        taken("caution.http-port", p.httpPort());
        taken("caution.ssh-port", p.sshPort());
    }

    private void port(String property, int value) {
        if (value < 1 || value > HIGHEST_PORT) {
            report.error(property, "that is no port", "A port is 1 to " + HIGHEST_PORT);
        }
    }

    private void taken(String property, int port) {
        if (port >= p.firstPort() && port <= p.lastPort()) {
            report.error(property, "it is one of the ports that apps get, " + p.firstPort() + " to " + p.lastPort(),
                    "Choose one outside of them");
        }
        if (port < 1 || port > HIGHEST_PORT) {
            return;
        }
        try (var _ = new ServerSocket(port, 1, InetAddress.getByName(p.bind()))) {
            // It is free.
        } catch (UnknownHostException e) {
            // Said for the address.
        } catch (IOException e) {
            report.notReady(property, "the port on " + p.bind() + " is taken (" + e.getMessage() + ")",
                    "Stop what uses it, or choose another");
        }
    }

    private void directories() {
        Path home = p.home().toAbsolutePath().normalize();
        Path cache = p.cache().toAbsolutePath().normalize();
        if (home.equals(cache)) {
            report.error("caution.cache", "that is caution.home, too", "Each needs a directory of its own");
        } else if (home.startsWith(cache)) {
            report.error("caution.home", "it lies inside caution.cache, " + cache + ", which may be deleted at any time",
                    "Choose another directory");
        } else if (cache.startsWith(home)) {
            report.error("caution.cache", "it lies inside caution.home, " + home + ", which nobody but the service may read"
                    + " and which is backed up", "Choose another directory");
        }
        writable("caution.home", home);
        writable("caution.cache", cache);
    }

    private void writable(String property, Path directory) {
        Path there = directory;
        while (there.getParent() != null && !Files.exists(there)) {
            there = there.getParent();
        }
        if (!Files.isDirectory(there)) {
            report.error(property, there + " is not a directory", "Choose another directory");
        } else if (!Files.isWritable(there)) {
            report.notReady(property, "this user may not write to " + there, "Change its owner, or choose another directory");
        }
    }

    private void database() {
        String url = p.database().url();
        if (url != null && !url.startsWith("jdbc:postgresql:")) {
            report.error("caution.database.url", "that is no PostgreSQL JDBC URL",
                    "It must look like jdbc:postgresql://HOST:5432/DATABASE");
        }
        password("caution.database.password", p.database().password(), p.database().passwordFile());
        password("caution.database.owner-password", p.database().ownerPassword(), p.database().ownerPasswordFile());
        if (p.database().ownerUser() != null && url == null) {
            report.error("caution.database.owner-user", "caution.database.url is not set: the service's own database has both roles",
                    "Remove it");
        } else if (p.database().user().equals(p.database().ownerUser())) {
            report.error("caution.database.owner-user", "it is caution.database.user, too", "Name another for the service: it makes that role"
                    + " itself where the owner may make roles");
        }
    }

    private void password(String property, @Nullable String password, @Nullable Path file) {
        if (file != null && password != null) {
            report.error(property, property + "-file is set, too", "Keep the file");
        } else if (file != null && !Files.isReadable(file)) {
            report.notReady(property + "-file", "it is not there, or this user may not read it", "Check the path and its owner");
        }
    }

    private void tls() {
        String url = p.publicUrl();
        if (url != null && !url.isEmpty() && !PublicAddress.isOne(url)) {
            report.error("caution.public-url", "that is no address of a server",
                    "It must look like https://caution.example.org, without a path");
        }
        if (p.tls().certificate() == null != (p.tls().key() == null)) {
            String missing = p.tls().key() == null ? "caution.tls.key" : "caution.tls.certificate";
            report.error(missing, "it is not set, and the other of the two is", "Set both, or neither");
        }
        p.tls().files().ifPresent(files -> files.check(Instant.now(), report));
        if (p.tls().certificate() == null && !PublicAddress.proxied(p) && !p.insecureHttp() && !loopback()) {
            report.error("caution.bind", "the API would be reached beyond this machine over plain HTTP, and its tokens cross the"
                    + " network in clear", "Give it a certificate (caution.tls.certificate, caution.tls.key), or say under which"
                    + " https address a TLS proxy serves it (caution.public-url), or accept that (caution.insecure-http=true)");
        }
    }

    private boolean loopback() {
        try {
            return InetAddress.getByName(p.bind()).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return true; // said already
        }
    }

    private void builds() {
        var build = p.build();
        atLeast("caution.build.at-once", build.atOnce(), 1);
        atLeast("caution.build.processes", build.processes(), BuildLimits.LEAST_PROCESSES);
        atLeast("caution.build.files", build.files(), BuildLimits.LEAST_FILES);
        atLeast("caution.build.disk", build.disk().toBytes(), BuildLimits.LEAST_DISK);
        if (build.memory() != null) {
            atLeast("caution.build.memory", build.memory().toBytes(), BuildLimits.LEAST_MEMORY);
        }
        positive("caution.build.time-limit", build.timeLimit().toSeconds());
    }

    private void atLeast(String property, long value, Size least) {
        if (value < least.bytes()) {
            report.error(property, "no build fits into that", "It must be at least " + least);
        }
    }

    private void atLeast(String property, long value, long least) {
        if (value < least) {
            report.error(property, "no build fits into that", "It must be at least " + least);
        }
    }

    private void local() {
        String qemu = p.local().qemu();
        boolean found = qemu.contains("/")
                ? Files.isExecutable(Path.of(qemu))
                : Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                        .anyMatch(directory -> Files.isExecutable(Path.of(directory, qemu)));
        if (!found) {
            report.notReady("caution.local.qemu", "there is no such program", "Install it (tools/prerequisites --install),"
                    + " or name the program");
        }
        if (p.local().accelerator() == CautionProperties.Accelerator.KVM && !Files.isWritable(Path.of("/dev/kvm"))) {
            report.notReady("caution.local.accelerator", "this user may not open /dev/kvm", "Use tcg, or let the user use it");
        }
    }

    private void limits() {
        var ssh = p.ssh();
        positive("caution.http.connections", p.http().connections());
        positive("caution.http.connections-per-address", p.http().connectionsPerAddress());
        positive("caution.http.request-time", p.http().requestTime().toMillis());
        positive("caution.ssh.sessions", ssh.sessions());
        positive("caution.ssh.sessions-per-address", ssh.sessionsPerAddress());
        positive("caution.ssh.sessions-per-key", ssh.sessionsPerKey());
        positive("caution.ssh.logins", ssh.logins());
        positive("caution.ssh.logins-per-address", ssh.loginsPerAddress());
        positive("caution.ssh.login-time", ssh.loginTime().toMillis());
        positive("caution.ssh.login-tries", ssh.loginTries());
        positive("caution.ssh.idle", ssh.idle().toMillis());
        positive("caution.push.max-pack", p.push().maxPack().toBytes());
        positive("caution.push.max-object", p.push().maxObject().toBytes());
        positive("caution.push.max-repository", p.push().maxRepository().toBytes());
        positive("caution.push.max-organization", p.push().maxOrganization().toBytes());
    }

    private void positive(String property, long value) {
        if (value <= 0) {
            report.error(property, "it lets nothing through", "It must be more than 0");
        }
    }
}
