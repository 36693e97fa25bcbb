package co.caution.build;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Makes a package lock: what apt would install for some packages on a machine with nothing on it. */
public final class PackageLockWriter {

    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Pattern INSTALL = Pattern.compile("^Inst (\\S+) \\((\\S+) .*\\[(\\S+)]\\)");
    private static final Pattern ARGUMENT = Pattern.compile("[a-z0-9][a-z0-9+.:=~-]*");

    private final Apt apt;
    private final BuildHome home;

    public PackageLockWriter(BuildHome home) {
        this.home = home;
        this.apt = new Apt(home);
    }

    /**
     * @param packages names as apt takes them
     * @param without names to leave out of the closure: what is listed is unpacked, never configured, so much that
     *     only an installation needs can go
     * @param release the release to prefer, such as {@code bookworm}: a released suite keeps its versions, an update
     *     suite drops them
     * @return the text of the lock
     */
    public String lock(Collection<String> packages, Collection<String> without, String release)
            throws BuildException, IOException, InterruptedException {
        for (String name : packages) {
            if (!ARGUMENT.matcher(name).matches()) {
                throw failed("`" + name + "` is not the name of a package");
            }
        }
        Apt.Lists lists = apt.ready(Apt.Lists.MACHINE) ? Apt.Lists.MACHINE : Apt.Lists.OWN;
        if (lists == Apt.Lists.OWN && !apt.ready(lists)) {
            throw failed("apt has no package lists; run `apt-get update`");
        }
        var arguments = new ArrayList<>(List.of("-qq", "-s", "-o", "APT::Default-Release=" + release, "install"));
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
        return text(packages, without, release, entries(lists, chosen));
    }

    private Collection<PackageLock.Entry> entries(Apt.Lists lists, List<String> chosen)
            throws BuildException, IOException, InterruptedException {
        var arguments = new ArrayList<>(List.of("show"));
        arguments.addAll(chosen);
        Command.Result shown = apt.run(lists, home.apt(), LIMIT, "apt-cache", arguments);
        var entries = new TreeMap<String, PackageLock.Entry>();
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
                entries.put(name, new PackageLock.Entry(name, version, architecture, sha256));
            }
        }
        if (shown.status() != 0 || entries.size() != chosen.size()) {
            throw failed("apt does not know the SHA-256 of all of them: " + shown.lastLine());
        }
        return entries.values();
    }

    private static String text(
            Collection<String> packages,
            Collection<String> without,
            String release,
            Collection<PackageLock.Entry> entries) {
        var text = new StringBuilder(PackageLock.HEADER).append('\n');
        text.append("# ").append(String.join(" ", packages)).append(", from ").append(release);
        if (!without.isEmpty()) {
            text.append(", without ").append(String.join(" ", without));
        }
        text.append("\n# name version architecture sha256\n");
        for (PackageLock.Entry e : entries) {
            text.append(e.name()).append(' ').append(e.version()).append(' ');
            text.append(e.architecture()).append(' ').append(e.sha256()).append('\n');
        }
        return text.toString();
    }

    private static BuildException failed(String why) {
        return new BuildException("Locking packages", "the packages were not locked: " + why);
    }
}
