package co.caution.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code caution doctor}: what this machine has and lacks, each lack with its remedy. */
@Command(
        name = "doctor",
        description = "Look at what this machine has: to push and verify or, with --server-side, to run the service.",
        footer = {"", "✓ there, ! missed but not needed, ✗ needed and not there. Exit 1 when something needed is missing."})
final class DoctorCommand implements Callable<Integer> {

    @ParentCommand
    Caution root;

    @Option(names = "--server-side", description = "Look at what the service needs here, instead.")
    boolean serverSide;

    @Option(names = "--home", paramLabel = "DIR", description = "With --server-side: the service's home (default: ~/.local/share/caution).")
    Path home;

    @Option(names = "--bind", paramLabel = "ADDRESS", defaultValue = "${env:CAUTION_BIND:-127.0.0.1}", description = "With --server-side: the address that the service is to listen on (default: 127.0.0.1).")
    String bind;

    @Option(names = "--http-port", paramLabel = "PORT", defaultValue = "${env:CAUTION_HTTP_PORT:-8080}", description = "With --server-side: the API's port (default: 8080).")
    int httpPort;

    @Option(names = "--ssh-port", paramLabel = "PORT", defaultValue = "${env:CAUTION_SSH_PORT:-2222}", description = "With --server-side: the port for pushes (default: 2222).")
    int sshPort;

    @Option(names = "--json", description = "JSON for machines.")
    boolean json;

    @Override
    public Integer call() {
        var findings = new ArrayList<Finding>();
        if (serverSide) {
            findings.addAll(DoctorDeveloper.tools().stream().map(Finding::optional).toList());
            Path where = home == null ? Context.defaultHome() : Surroundings.current().directory().resolve(home);
            findings.addAll(new DoctorServer(new DoctorServer.Place(where, root.context().cache(), bind, httpPort, sshPort), root.context()).look());
        } else {
            findings.addAll(new DoctorDeveloper(root.context()).look());
        }
        boolean well = findings.stream().noneMatch(finding -> finding.status() == Finding.Status.FAIL);
        if (json) {
            Output.json(Output.ordered("mode", serverSide ? "server" : "developer", "ok", well,
                    "checks", findings.stream().map(Finding::json).toList()));
        } else {
            findings.forEach(finding -> System.out.println(finding.line()));
            System.out.println(well ? "Nothing that is needed is missing." : Style.red("Something that is needed is missing."));
        }
        return well ? 0 : Errors.OTHER;
    }
}
