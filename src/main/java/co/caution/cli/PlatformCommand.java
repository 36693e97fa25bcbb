package co.caution.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;

/** {@code caution platform}: the server that apps are pushed to. */
@Command(name = "platform", description = "Show what the server runs, what its evidence rests on, and how much room it has.")
final class PlatformCommand implements Callable<Integer> {

    private final Output out = new Output(false);

    @ParentCommand
    Caution root;

    @Option(names = "--json", description = "JSON for machines.")
    boolean json;

    @Override
    public Integer call() {
        ApiClient api = root.context().api(Checkout.find());
        JsonNode status = api.get("/api/status");
        if (json) {
            Output.json(status);
            return 0;
        }
        out.say("Server:     " + api.server());
        out.say("Version:    " + status.path("version").asString() + " (pipeline " + status.path("pipeline").asInt() + ")");
        out.say("Hosting:    " + status.at("/hosting/kind").asString()
                + (status.at("/hosting/simulated").asBoolean(true) ? ", SIMULATED (not hardware-backed)" : ""));
        out.say("EnclaveOS:  " + status.at("/enclaveos/digest").asString());
        out.say("PCR1:       " + status.at("/enclaveos/pcr1").asString());
        room("Memory:     ", status.at("/capacity/memory"), 1 << 20, " MiB");
        room("CPUs:       ", status.at("/capacity/cpus"), 1, "");
        room("Ports:      ", status.at("/capacity/ports"), 1, "");
        room("Disk:       ", status.at("/capacity/disk"), 1 << 20, " MiB");
        return 0;
    }

    private void room(String label, JsonNode room, long unit, String name) {
        out.say(label + room.path("free").asLong() / unit + name + " free, " + room.path("used").asLong() / unit + " of "
                + room.path("total").asLong() / unit + " used");
    }
}
