package co.caution.cli;

import co.caution.CautionServer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code caution server}: the service, until it is stopped. */
@Command(name = "server", description = "Run the service: takes pushes, builds, runs and attests enclaves.")
final class ServerCommand implements Callable<Integer> {

    /** What {@code server} and {@code quickstart} have in common. */
    static final class Options {

        @Option(names = "--home", paramLabel = "DIR", description = "Everything that must survive a restart (default: ~/.local/share/caution).")
        Path home;

        @Option(names = "--bind", paramLabel = "ADDRESS", defaultValue = "${env:CAUTION_BIND:-127.0.0.1}", description = "The address to listen on (default: ${DEFAULT-VALUE}).")
        String bind;

        @Option(names = "--host", paramLabel = "NAME", defaultValue = "${env:CAUTION_HOST:-localhost}", description = "The name by which people reach this machine (default: ${DEFAULT-VALUE}).")
        String host;

        @Option(names = "--app-host", paramLabel = "NAME", defaultValue = "${env:CAUTION_APP_HOST:-127.0.0.1}", description = "The name that app URLs carry (default: ${DEFAULT-VALUE}).")
        String appHost;

        @Option(names = "--http-port", paramLabel = "PORT", defaultValue = "${env:CAUTION_HTTP_PORT:-8080}", description = "API (default: ${DEFAULT-VALUE}).")
        int httpPort;

        @Option(names = "--ssh-port", paramLabel = "PORT", defaultValue = "${env:CAUTION_SSH_PORT:-2222}", description = "Pushes (default: ${DEFAULT-VALUE}).")
        int sshPort;

        @Option(names = "--app-ports", paramLabel = "FIRST-LAST", defaultValue = "${env:CAUTION_APP_PORTS:-8100-8999}", description = "Where apps are reached (default: ${DEFAULT-VALUE}).")
        String appPorts;

        Path home() {
            return (home == null ? Context.defaultHome() : home).toAbsolutePath();
        }

        String server() {
            return "http://" + host + ":" + httpPort;
        }

        private Map<String, Object> settings(Path cache) {
            String[] ports = appPorts.split("-", 2);
            if (!appPorts.matches("\\d{1,5}-\\d{1,5}") || Integer.parseInt(ports[0]) > Integer.parseInt(ports[1])) {
                throw new CliException(Errors.USAGE, "--app-ports is FIRST-LAST, such as 8100-8999, not '" + appPorts + "'.");
            }
            var settings = new HashMap<String, Object>();
            settings.put("caution.home", home().toString());
            settings.put("caution.cache", cache.toString());
            settings.put("caution.bind", bind);
            settings.put("caution.host", host);
            settings.put("caution.app-host", appHost);
            settings.put("caution.http-port", httpPort);
            settings.put("caution.ssh-port", sshPort);
            settings.put("caution.first-port", ports[0]);
            settings.put("caution.last-port", ports[1]);
            return settings;
        }

        /** EnclaveOS first, then the service. */
        ConfigurableApplicationContext start(Path cache) {
            requireFree(httpPort, "--http-port");
            requireFree(sshPort, "--ssh-port");
            var enclaveOs = EnclaveOs.ready(cache);
            return CautionServer.start(enclaveOs, settings(cache));
        }

        private void requireFree(int port, String option) {
            try (var _ = new java.net.ServerSocket(port, 1, java.net.InetAddress.getByName(bind))) {
                // It is.
            } catch (java.io.IOException e) {
                throw new CliException("Port " + port + " on " + bind + " is taken (" + e.getMessage()
                        + "). Stop what uses it, or choose another: " + option + " N");
            }
        }
    }

    @ParentCommand
    Caution root;

    @Mixin
    Options options;

    @Override
    public Integer call() throws InterruptedException {
        options.start(root.context().cache());
        System.out.println("Caution listens: " + options.server() + " (API), SSH port " + options.sshPort + ".");
        System.out.println("Home: " + options.home() + ". Stop with Ctrl-C; enclaves stop with it.");
        Thread.currentThread().join(); // the service's own threads do the work; Ctrl-C ends the process
        return 0;
    }
}
