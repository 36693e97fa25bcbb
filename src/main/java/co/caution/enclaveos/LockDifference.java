package co.caution.enclaveos;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/** What somebody would have to trust who trusts a lock that they do not know, beside the nearest one that they do. */
public final class LockDifference {

    private static final int MOST = 12;

    private LockDifference() {}

    public static String inWords(EnclaveOsLock offered, KnownLocks known) {
        var nearest = known.all().stream()
                .min(Comparator.comparingInt(lock -> differences(lock, offered).size()));
        if (nearest.isEmpty()) {
            return "This program knows no release to compare it with.";
        }
        List<String> all = differences(nearest.get(), offered);
        String shown = String.join("; ", all.subList(0, Math.min(MOST, all.size())));
        return "Beside the nearest known release (" + nearest.get().digest() + "): " + shown
                + (all.size() > MOST ? "; and " + (all.size() - MOST) + " more" : "") + ".";
    }

    private static List<String> differences(EnclaveOsLock known, EnclaveOsLock offered) {
        Map<String, String> before = lines(known);
        Map<String, String> after = lines(offered);
        var names = new TreeSet<>(before.keySet());
        names.addAll(after.keySet());
        var found = new ArrayList<String>();
        for (String name : names) {
            String was = before.get(name);
            String is = after.get(name);
            if (!Objects.equals(was, is)) {
                found.add(was == null ? name + " is new" : is == null ? name + " is gone" : name + " differs");
            }
        }
        return found;
    }

    /** What a lock says, by names that people understand. */
    private static Map<String, String> lines(EnclaveOsLock lock) {
        var lines = new LinkedHashMap<String, String>();
        var inputs = lock.inputs();
        inputs.packages().forEach(entry -> lines.put("the package " + entry.name(), entry.format()));
        inputs.sources().forEach((part, sha256) -> lines.put(switch (part) {
            case "guest" -> "the agent's source (guest)";
            case "host" -> "the source of the parent's program (host)";
            case "kernel.config" -> "the kernel's configuration";
            default -> "the source " + part;
        }, sha256));
        lines.put("the way of building", "" + inputs.recipe());
        lines.put("Go", inputs.go() + inputs.goSha256());
        lines.put("the kernel's command line", inputs.cmdline());
        lock.outputs().forEach((name, sha256) -> lines.put("the output " + name, sha256));
        return lines;
    }
}
