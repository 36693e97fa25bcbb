package co.caution.cli;

import co.caution.enclaveos.EnclaveOsRelease;
import java.util.LinkedHashMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code caution enclaveos build}. */
@Command(name = "enclaveos", description = "Build EnclaveOS, which every image carries, from source.")
final class EnclaveOsCommand {

    @ParentCommand
    Caution root;

    @Command(name = "build", description = "Build it, or take it from the cache, and show where it lies.")
    int build(@Option(names = "--json", description = "JSON for machines.") boolean json) {
        EnclaveOsRelease release = EnclaveOs.ready(root.context().cache());
        var view = new LinkedHashMap<String, Object>();
        view.put("digest", release.digest());
        view.put("kernel", release.kernel().toString());
        view.put("ramdisk", release.ramdisk().toString());
        view.put("cmdline", release.cmdline());
        view.put("sources", release.sources().toString());
        if (json) {
            Output.json(view);
        } else {
            view.forEach((name, value) -> System.out.printf("%-8s %s%n", name + ":", value));
        }
        return 0;
    }
}
