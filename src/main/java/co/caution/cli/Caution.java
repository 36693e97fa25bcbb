package co.caution.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The one entry point: every command, the server among them, is a subcommand. */
@Command(
        name = "caution",
        description = "Git-driven, verifiable enclaves: check from source exactly what is running.",
        synopsisSubcommandLabel = "COMMAND",
        versionProvider = VersionCommand.class,
        subcommands = {
            QuickstartCommand.class,
            InitCommand.class,
            VerifyCommand.class,
            ConnectCommand.class,
            StatusCommand.class,
            BuildCommand.class,
            ReproduceCommand.class,
            TrustCommand.class,
            AttestationCommand.class,
            AppsCommand.class,
            BuildsCommand.class,
            ReleasesCommand.class,
            DeploymentsCommand.class,
            RollbackCommand.class,
            PlatformCommand.class,
            LoginCommand.class,
            LogoutCommand.class,
            SshKeysCommand.class,
            TokensCommand.class,
            PasskeysCommand.class,
            OrgsCommand.class,
            MembersCommand.class,
            AuditCommand.class,
            CloudAccountsCommand.class,
            ServerCommand.class,
            AdminCommand.class,
            EifCommand.class,
            EnclaveOsCommand.class,
            BuildersCommand.class,
            PackagesCommand.class,
            DoctorCommand.class,
            CompletionCommand.class,
            VersionCommand.class,
            TrainCommand.class
        })
public final class Caution implements Runnable {

    @Option(
            names = "--server",
            paramLabel = "URL",
            scope = ScopeType.INHERIT,
            description = "The Caution server (default: the repository's, else the one last logged in to; $CAUTION_SERVER).")
    String server;

    @Option(
            names = "--workdir",
            paramLabel = "DIR",
            scope = ScopeType.INHERIT,
            description = "Where what can be made anew is kept (default: ~/.cache/caution; $CAUTION_WORKDIR).")
    String workdir;

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "The only authority (PEM) to believe for https; 'login' remembers it for its server ($CAUTION_CA).")
    String ca;

    @Option(names = "--key", paramLabel = "FILE",
            description = "The SSH key that proves it is you, where a command needs that (default: the one you logged in with, else any of"
                    + " your account's that is here).")
    @Nullable Path key;

    @Option(names = {"-h", "--help"}, usageHelp = true, scope = ScopeType.INHERIT, description = "Show this help.")
    boolean help;

    @Option(names = "--version", versionHelp = true, description = "Show the version.")
    boolean version;

    @CommandLine.Spec
    CommandLine.Model.CommandSpec spec;

    static void main(String[] args) {
        // Whatever the locale: what a script reads must not depend on it, and "?" for "✓" helps nobody.
        System.setOut(new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8));
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Caution())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setColorScheme(Style.help())
                // "--cmdline @FILE" is an argument of ours, not a file of arguments.
                .setExpandAtFiles(false)
                .setParameterExceptionHandler(Errors::usage)
                .setExecutionExceptionHandler(Errors::failure);
    }

    @Override
    public void run() {
        spec.commandLine().usage(System.out);
    }

    Context context() {
        return new Context(server, workdir, ca, key);
    }
}
