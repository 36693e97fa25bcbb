package co.caution.cli;

import co.caution.project.Manifest;
import java.util.ArrayList;
import java.util.List;

/** What an application is, in words: what runs, as whom, with how much, and what it can reach. */
final class WorkloadWords {

    private WorkloadWords() {}

    /** @param manifest of the rebuild: all of it comes from the reviewed source */
    static List<String> of(Manifest manifest) {
        var user = manifest.user();
        var lines = new ArrayList<String>();
        lines.add("  Run command: " + String.join(" ", manifest.argv()));
        lines.add("  As: user " + user.uid() + ", group " + user.gid() + (user.groups().isEmpty() ? "" : " and " + user.groups())
                + ", in " + manifest.workdir());
        lines.add("  With: " + manifest.cpus() + " CPUs, " + manifest.memoryMb() + " MB of memory");
        lines.add("  Environment: " + (manifest.env().isEmpty() ? "nothing" : String.join(" ", manifest.env())));
        lines.add("  Ports: " + (manifest.ports().isEmpty() ? "none" : String.join(", ", manifest.ports().stream().map(String::valueOf).toList())));
        lines.add("  This code may ask the host for: " + (manifest.egress().isEmpty() ? "nothing" : String.join(", ", manifest.egress())));
        return lines;
    }
}
