package co.caution.trust;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What became different between two verifications, in words. */
public final class Changes {

    private final List<String> said = new ArrayList<>();

    private Changes() {}

    /** Each a clause of its own; empty where nothing changed. May hold what others wrote. */
    public static List<String> between(Seen before, Seen now) {
        var changes = new Changes();
        changes.source(before, now);
        changes.enclaveOs(before, now);
        if (!before.root().equals(now.root())) {
            changes.said.add("the root changed from " + root(before) + " to " + root(now));
        }
        if (before.app() != null && now.app() != null) {
            changes.app(before.app(), now.app());
        }
        if (before.channelKey() != null && now.channelKey() != null && !before.channelKey().equals(now.channelKey())) {
            changes.said.add("the application channel has another key, as after each start of an enclave");
        } else if (before.channelKey() != null && now.channelKey() == null) {
            changes.said.add("the application channel is not bound any more");
        }
        if (changes.said.isEmpty() && !before.pcrs().equals(now.pcrs())) {
            changes.said.add("the PCRs changed");
        }
        return List.copyOf(changes.said);
    }

    private void source(Seen before, Seen now) {
        boolean commits = before.commit() != null && now.commit() != null;
        if (commits && !before.commit().equals(now.commit())) {
            said.add("the commit moved from " + shortly(before.commit()) + " to " + shortly(now.commit())
                    + (Objects.equals(before.tree(), now.tree()) ? ", with the same files" : ""));
        } else if (before.tree() != null && now.tree() != null && !before.tree().equals(now.tree())) {
            said.add("the source moved from tree " + shortly(before.tree()) + " to " + shortly(now.tree()));
        } else if (!Objects.equals(before.pcrs().get("pcr2"), now.pcrs().get("pcr2")) && Objects.equals(before.tree(), now.tree())) {
            said.add("the application's image changed (PCR2)" + (now.tree() == null ? "" : " though its source did not"));
        }
    }

    private void enclaveOs(Seen before, Seen now) {
        if (!Objects.equals(before.pcrs().get("pcr1"), now.pcrs().get("pcr1"))) {
            said.add("EnclaveOS changed " + (before.lock() != null && now.lock() != null
                    ? "from lock " + shortly(before.lock()) + " to " + shortly(now.lock())
                    : "(PCR1 from " + shortly(before.pcrs().get("pcr1")) + " to " + shortly(now.pcrs().get("pcr1")) + ")"));
        }
    }

    private void app(Seen.App before, Seen.App now) {
        list("egress", before.egress(), now.egress());
        list("ports", before.ports(), now.ports());
        value("the run command", String.join(" ", before.argv()), String.join(" ", now.argv()));
        value("the user", before.user(), now.user());
        value("the memory", before.memoryMb() + " MB", now.memoryMb() + " MB");
        value("the number of CPUs", "" + before.cpus(), "" + now.cpus());
    }

    private void list(String what, List<?> before, List<?> now) {
        var gained = now.stream().filter(item -> !before.contains(item)).map(Object::toString).collect(Collectors.joining(", "));
        var lost = before.stream().filter(item -> !now.contains(item)).map(Object::toString).collect(Collectors.joining(", "));
        if (!gained.isEmpty()) {
            said.add(what + " gained " + gained);
        }
        if (!lost.isEmpty()) {
            said.add(what + " lost " + lost);
        }
    }

    private void value(String what, String before, String now) {
        if (!before.equals(now)) {
            said.add(what + " changed from '" + before + "' to '" + now + "'");
        }
    }

    private static String root(Seen seen) {
        return (seen.simulated() ? "a SIMULATED one, sha256 " : "AWS's, sha256 ") + shortly(seen.root());
    }

    private static String shortly(@Nullable String hex) {
        return hex == null ? "nothing" : hex.substring(0, Math.min(hex.length(), 12));
    }
}
