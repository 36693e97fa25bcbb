package co.caution.packages;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Pins packages: what apt would install for some of them on a machine with nothing on it. */
public final class PackageResolver {

    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Pattern INSTALL = Pattern.compile("^Inst (\\S+) \\((\\S+) .*\\[(\\S+)]\\)");
    private static final Pattern ARGUMENT = Pattern.compile("[a-z0-9][a-z0-9+.:=~-]*");

    private final Apt apt;
    private final PackageHome home;

    private final boolean fresh;

    public PackageResolver(PackageHome home) {
        this(home, false);
    }

    /** @param fresh then what this machine last heard of its package sources is not enough: they are asked again */
    public PackageResolver(PackageHome home, boolean fresh) {
        this.home = home;
        this.apt = new Apt(home);
        this.fresh = fresh;
    }

    /** Whether a setting leads to other package sources than this machine's own. */
    public static boolean elsewhere() {
        return System.getenv(Apt.SOURCES) != null;
    }

    /**
     * @param packages names as apt takes them
     * @param without names to leave out of the closure: what is listed is unpacked, never configured, so much that
     *     only an installation needs can go
     * @param release the release to prefer, such as {@code bookworm}: a released suite keeps its versions, an update
     *     suite drops them; empty for the newest of all
     * @return the packages and all that they need, by name
     * @throws PackageException where apt cannot resolve them, or does not know their SHA-256
     */
    public List<DebianPackage> resolve(Collection<String> packages, Collection<String> without, String release)
            throws IOException, InterruptedException {
        for (String name : packages) {
            if (!ARGUMENT.matcher(name).matches()) {
                throw failed("`" + name + "` is not the name of a package");
            }
        }
        Archive.Lists lists = lists();
        var arguments = new ArrayList<>(List.of("-qq", "-s"));
        if (!release.isEmpty()) {
            arguments.addAll(List.of("-o", "APT::Default-Release=" + release));
        }
        arguments.add("install");
        arguments.addAll(packages);
        Command.Result plan = apt.run(lists, home.apt(), LIMIT, "apt-get", arguments);
        if (plan.status() != 0) {
            throw failed("apt cannot resolve them: " + plan.lastLine());
        }
        var chosen = new ArrayList<String>();
        for (String line : plan.output().lines().toList()) {
            Matcher inst = INSTALL.matcher(line);
            if (inst.find() && !without.contains(inst.group(1))) {
                chosen.add(inst.group(1) + "=" + inst.group(2));
            }
        }
        return pinned(lists, chosen);
    }

    private Archive.Lists lists() throws IOException, InterruptedException {
        List<Archive.Lists> order = fresh ? List.of(Archive.Lists.OWN, Archive.Lists.MACHINE)
                : List.of(Archive.Lists.MACHINE, Archive.Lists.OWN);
        for (Archive.Lists lists : order) {
            if (apt.ready(lists)) {
                return lists;
            }
        }
        throw failed("apt has no package lists; run `apt-get update`");
    }

    private List<DebianPackage> pinned(Archive.Lists lists, List<String> chosen)
            throws IOException, InterruptedException {
        var arguments = new ArrayList<>(List.of("show"));
        arguments.addAll(chosen);
        Command.Result shown = apt.run(lists, home.apt(), LIMIT, "apt-cache", arguments);
        var entries = new TreeMap<String, DebianPackage>();
        for (String paragraph : shown.output().split("\n\n")) {
            var fields = new HashMap<String, String>();
            for (String line : paragraph.lines().toList()) {
                int colon = line.indexOf(": ");
                if (colon > 0 && !line.startsWith(" ")) {
                    fields.put(line.substring(0, colon), line.substring(colon + 2).strip());
                }
            }
            String name = fields.get("Package");
            String version = fields.get("Version");
            String architecture = fields.get("Architecture");
            String sha256 = fields.get("SHA256");
            if (name != null && version != null && architecture != null && sha256 != null) {
                entries.put(name, new DebianPackage(name, version, architecture, sha256));
            }
        }
        if (shown.status() != 0 || entries.size() != chosen.size()) {
            throw failed("apt does not know the SHA-256 of all of them: " + shown.lastLine());
        }
        return List.copyOf(entries.values());
    }

    private static PackageException failed(String why) {
        return new PackageException("the packages were not locked: " + why);
    }
}
