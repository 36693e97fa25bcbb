package co.caution.cli;

import co.caution.build.Text;
import co.caution.connect.VerifiedProxy;
import co.caution.connect.Verifier;
import co.caution.connect.Way;
import co.caution.verify.AppSource;
import co.caution.verify.Channel;
import co.caution.verify.Verdict;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code caution connect}: verifies, then carries what comes to a port of this machine into that very enclave. */
@Command(
        name = "connect",
        description = "Verify an app, then open a port here that leads into its enclave and nowhere else.",
        modelTransformer = ConnectCommand.WithoutReports.class,
        footer = {
            "",
            "It is verified again as time passes and when another key answers. While it is not verified nothing is forwarded:",
            "connections get HTTP 502 with the reason. Ends with Ctrl-C, or at once with verify's exit code when the first",
            "verification fails."
        })
final class ConnectCommand implements Callable<Integer> {

    /** What {@code verify} takes to say what to verify, it takes, too; what says what to print, it does not. */
    static final class WithoutReports implements IModelTransformer {

        private static final List<String> REPORTS = List.of("--url", "--document", "--eif", "--save", "--json", "--junit", "--summary");

        @Override
        public CommandSpec transform(CommandSpec command) {
            REPORTS.stream().map(command::findOption).forEach(command::remove);
            return command;
        }
    }

    @ParentCommand
    Caution root;

    @Parameters(paramLabel = "APP|URL", arity = "0..1", description = "Your app, by its name or id, or an attestation URL (default: the repository's).")
    @Nullable String what;

    @Option(names = "--port", paramLabel = "PORT", defaultValue = "8080", description = "Where to listen; 0 takes one that is free (default: ${DEFAULT-VALUE}).")
    int port;

    @Option(names = "--bind", paramLabel = "ADDRESS", defaultValue = "127.0.0.1", description = "On which address. Beyond loopback everybody who reaches it gets in (default: ${DEFAULT-VALUE}).")
    String bind;

    @Option(names = "--every", paramLabel = "TIME", defaultValue = "5m", description = "How often to verify again, such as 90s or 1h (default: ${DEFAULT-VALUE}).")
    String every;

    @Mixin
    VerifyCommand verify;

    private final Clock clock = Clock.systemUTC();
    /** The commit that was verified first. Whoever keeps a repository elsewhere must not change what counts while this runs. */
    private Optional<String> begun = Optional.empty();

    @Override
    public Integer call() throws Exception {
        Duration pause = AttestationVerifyCommand.duration("--every", every);
        if (pause.isZero() || port < 0 || port > 65_535) {
            throw new CliException(Errors.USAGE, pause.isZero() ? "--every is at least a second." : "--port is 0 to 65535, not " + port + ".");
        }
        verify.root = root;
        verify.url = what == null || what.contains("://") ? what : attestationUrl(what);
        try (ServerSocket listener = listen()) {
            var judgement = verify.judgement();
            Verdict verdict = verify.verdict(judgement, false);
            switch (result(verdict, judgement)) {
                case Verifier.Refused refused -> {
                    if (verdict instanceof Verdict.Verified) {
                        throw new CliException(Errors.POLICY, "failed", "Nothing is forwarded: " + refused.why(), null);
                    }
                    return verdict.exitCode();
                }
                case Verifier.Good good -> {
                    begun = judgement.commit();
                    carry(listener, good, pause);
                    return 0;
                }
            }
        }
    }

    private void carry(ServerSocket listener, Verifier.Good good, Duration pause) {
        try (var proxy = new VerifiedProxy(listener, this::again, good, pause, clock, this::log)) {
            // The JVM's end waits for this, and for nothing else: whoever is connected sees the end.
            Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(proxy::close));
            InetSocketAddress at = (InetSocketAddress) listener.getLocalSocketAddress();
            if (!at.getAddress().isLoopbackAddress()) {
                Errors.warn("whoever reaches " + bind + " gets into the enclave by this port, as you, and what they send crosses the network in clear.");
            }
            System.out.println("\nListening on http://" + (bind.contains(":") ? "[" + bind + "]" : bind) + ":" + at.getPort() + ": it leads into the"
                    + " enclave that was verified, and nowhere else. Ctrl-C ends it.");
            proxy.run();
        }
    }

    private Verifier.Result again() throws InterruptedException {
        var judgement = verify.judgement();
        Verifier.Result result = result(verify.verdict(judgement, true), judgement);
        return result instanceof Verifier.Good && verify.from != null && AppSource.isUrl(verify.from) && !judgement.commit().equals(begun)
                ? new Verifier.Refused(true, "the source at " + verify.from + " is at commit " + judgement.commit().orElse("?") + " now, and this began"
                        + " with " + begun.orElse("?") + ": review it, and begin anew")
                : result;
    }

    private static Verifier.Result result(Verdict verdict, Judgement judgement) {
        if (!(verdict instanceof Verdict.Verified)) {
            boolean unknown = verdict instanceof Verdict.Unreachable || verdict instanceof Verdict.NotReproduced;
            return new Verifier.Refused(!unknown, verdict.message().replace("\n", " "));
        }
        return switch (judgement.channel().orElseThrow()) {
            case Channel.Bound(var binding, InetSocketAddress at) ->
                new Verifier.Good(new Way(binding, at.getHostString(), at.getPort()));
            case Channel.NotBound(String why) -> new Verifier.Refused(false, "the application's channel is NOT BOUND: " + why);
            case Channel.OtherKey(var _, String at, String _) -> new Verifier.Refused(true, "another program answers at " + at);
        };
    }

    private ServerSocket listen() throws IOException {
        InetAddress address;
        try {
            address = InetAddress.getByName(bind);
        } catch (UnknownHostException e) {
            throw new CliException(Errors.USAGE, "--bind is an address of this machine, not '" + bind + "'.");
        }
        var listener = new ServerSocket();
        try {
            listener.setReuseAddress(true);
            listener.bind(new InetSocketAddress(address, port), 256);
            return listener;
        } catch (BindException e) {
            listener.close();
            throw new CliException("Port " + port + " of " + bind + " cannot be had (" + e.getMessage() + "): stop what uses it, or name another one:"
                    + " --port PORT");
        }
    }

    private String attestationUrl(String app) {
        var found = AppLookup.find(root.context().api(Checkout.find()), app, Checkout.find());
        return Optional.ofNullable(found.path("attestation_url").asString(null)).orElseThrow(() -> new CliException(
                "'" + app + "' has no attestation URL yet. Push to it first: git push caution main"));
    }

    private void log(String line) {
        System.out.flush();
        System.err.println(clock.instant().truncatedTo(ChronoUnit.SECONDS) + " " + Text.printable(line));
    }
}
