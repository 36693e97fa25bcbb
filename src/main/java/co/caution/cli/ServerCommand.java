package co.caution.cli;

import co.caution.account.Invitations;
import co.caution.app.PlatformSettings;
import co.caution.Configuration;
import co.caution.ConfigurationSources;
import co.caution.ConfigurationSources.Setting;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code caution server}: the service, until it is stopped. */
@Command(name = "server", description = "Run the service: takes pushes, builds, runs and attests enclaves.")
final class ServerCommand implements Callable<Integer> {

    /** What {@code server} and {@code quickstart} have in common: each sets a property of the service. */
    static final class Options {

        @Spec(Spec.Target.MIXEE)
        CommandSpec command;

        @Option(names = "--config", paramLabel = "FILE", description = "A file of caution.* properties, as docs/reference/configuration.md lists them; options and the environment win.")
        @Nullable Path config;

        @Option(names = "--home", paramLabel = "DIR", description = "Everything that must survive a restart (default: ~/.local/share/caution).")
        @Nullable String home;

        @Option(names = "--bind", paramLabel = "ADDRESS", description = "The address to listen on (default: 127.0.0.1).")
        @Nullable String bind;

        @Option(names = "--host", paramLabel = "NAME", description = "The name by which people reach this machine (default: localhost).")
        @Nullable String host;

        @Option(names = "--app-host", paramLabel = "NAME", description = "The name that app URLs carry (default: 127.0.0.1).")
        @Nullable String appHost;

        @Option(names = "--http-port", paramLabel = "PORT", description = "API (default: 8080).")
        @Nullable String httpPort;

        @Option(names = "--ssh-port", paramLabel = "PORT", description = "Pushes (default: 2222).")
        @Nullable String sshPort;

        @Option(names = "--app-ports", paramLabel = "FIRST-LAST", description = "Where apps are reached (default: 8100-8999).")
        @Nullable String appPorts;

        @Option(names = "--public-url", paramLabel = "URL", description = "The API's address as people type it; an https one says that a TLS proxy stands in front.")
        @Nullable String publicUrl;

        @Option(names = "--tls-certificate", paramLabel = "FILE", description = "Serve TLS with this certificate chain (PEM).")
        @Nullable String tlsCertificate;

        @Option(names = "--tls-key", paramLabel = "FILE", description = "The certificate's private key (PEM), which nobody else may read.")
        @Nullable String tlsKey;

        @Option(names = "--insecure-http", arity = "0", fallbackValue = "true", description = "Listen beyond loopback without TLS: tokens then cross the network in clear.")
        @Nullable String insecureHttp;

        /** @throws co.caution.ConfigurationException naming everything that is wrong */
        Configuration configuration(Caution root) {
            var options = new ArrayList<Setting>();
            for (OptionSpec option : command.commandLine().getParseResult().matchedOptions()) {
                if (option.userObject() instanceof Field field && field.getDeclaringClass() == Options.class
                        && option.getValue() instanceof String value) {
                    options.addAll(settings(option.longestName(), value));
                }
            }
            if (root.workdir != null) {
                options.addAll(settings("--workdir", root.context().cache().toString()));
            }
            var environment = new ArrayList<Setting>();
            for (String variable : List.of("CAUTION_WORKDIR", "CAUTION_APP_PORTS")) {
                String value = System.getenv(variable);
                if (value != null) {
                    environment.addAll(settings(variable, value));
                }
            }
            return Configuration.read(new ConfigurationSources(options, environment, config, List.of(
                    new Setting("caution.home", Context.defaultHome().toString(), "default"),
                    new Setting("caution.cache", root.context().cache().toString(), "default"))));
        }

        /** An option or a variable is named after its property, but for these. */
        static List<Setting> settings(String name, String value) {
            return switch (name) {
                case "--workdir", "CAUTION_WORKDIR" -> List.of(new Setting("caution.cache", absolute(value), name));
                case "--home" -> List.of(new Setting("caution.home", absolute(value), name));
                case "--app-ports", "CAUTION_APP_PORTS" -> {
                    // Without a dash it is one port.
                    String[] ports = value.split("-", 2);
                    yield List.of(new Setting("caution.first-port", ports[0], name),
                            new Setting("caution.last-port", ports[ports.length - 1], name));
                }
                case "--tls-certificate", "--tls-key" ->
                    List.of(new Setting(name.replace("--tls-", "caution.tls."), absolute(value), name));
                default -> List.of(new Setting("caution." + name.substring(2), value, name));
            };
        }

        private static String absolute(String path) {
            return Path.of(path).toAbsolutePath().toString();
        }
    }

    @ParentCommand
    Caution root;

    @Mixin
    Options options;

    @Override
    public Integer call() throws InterruptedException {
        var configuration = options.configuration(root);
        var service = configuration.start(EnclaveOs.ready(configuration.cache()));
        if (configuration.forPeople()) {
            System.out.println("Caution listens: " + configuration.server() + " (API), SSH port " + configuration.sshPort() + ".");
            System.out.println("Home: " + configuration.home() + ". Stop with Ctrl-C; enclaves stop with it.");
            var link = service.getBean(Invitations.class).firstOwnerWhereNobodyIs();
            if (link.isPresent()) { // no lambda: whoever looks at this class for its options would load what that captures
                System.out.println("Nobody has an account yet. The first owner opens this link, once, within three days:\n  "
                        + service.getBean(PlatformSettings.class).invitationUrl(link.get().secret())
                        + "\n(or: caution members accept LINK --user NAME --ssh-key FILE)");
            }
        }
        Thread.currentThread().join(); // the service's own threads do the work; Ctrl-C ends the process
        return 0;
    }
}
