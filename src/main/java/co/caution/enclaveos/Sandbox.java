package co.caution.enclaveos;

import co.caution.packages.Command.Result;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * A root file system in which commands run as user 0 of a user namespace: no network, no other process, no {@code /proc}, the
 * host name {@code enclaveos}, and no file of this machine but those that are bound. Needs no right on most machines, and
 * of this machine's programs sh, unshare, mount, hostname, setpriv and chroot.
 */
final class Sandbox {

    private static final String PATH = "/usr/sbin:/usr/bin:/sbin:/bin";
    private static final List<String> TOOLS = List.of("unshare", "mount", "hostname", "setpriv", "chroot");
    private static final List<String> NAMESPACES =
            List.of("unshare", "--mount", "--pid", "--net", "--ipc", "--uts", "--fork", "--kill-child");

    private static final List<String> MOUNT_POINTS = List.of("build", "cache", "dev", "go", "tmp");

    private final Path root;
    private final Path work;
    private final List<String> binds = new ArrayList<>();

    /**
     * @param root the root file system, shown read-only; {@link #prepare prepared}
     * @param work a directory for what is needed outside
     */
    Sandbox(Path root, Path work) {
        this.root = root;
        this.work = work;
    }

    /** Gives a root file system what it must have. */
    static void prepare(Path root) throws IOException {
        for (String name : MOUNT_POINTS) {
            Files.createDirectories(root.resolve(name));
        }
    }

    Sandbox readOnly(Path from, String to) {
        binds.addAll(List.of("ro", from.toString(), to));
        return this;
    }

    Sandbox writable(Path from, String to) {
        binds.addAll(List.of("rw", from.toString(), to));
        return this;
    }

    /**
     * @param environment all that the command gets, beside a PATH
     * @param command with the absolute path of a program inside
     * @param line hears each line of output
     * @throws EnclaveOsBuildException where it cannot be started, or fails, with its last lines
     */
    void run(Map<String, String> environment, Consumer<String> line, String... command)
            throws IOException, InterruptedException {
        Path script = work.resolve("sandbox.sh");
        try (InputStream in = Sandbox.class.getResourceAsStream("sandbox.sh")) {
            Files.write(script, Objects.requireNonNull(in).readAllBytes());
        }
        Path base = Files.createDirectories(work.resolve("base"));
        var words = new ArrayList<>(namespaces());
        words.addAll(List.of("--", "/bin/sh", script.toString(), base.toString(), root.toString()));
        words.addAll(binds);
        words.add("--");
        words.addAll(List.of(command));
        var all = new HashMap<>(environment);
        all.put("PATH", PATH);
        new Command(work, all, List.of(command), words).run(line);
    }

    /**
     * The command that makes namespaces. A user namespace first, for root too: inside, root is then nobody. Where that is
     * forbidden (some containers), root can do without.
     */
    private static List<String> namespaces() throws IOException, InterruptedException {
        List<String> missing = TOOLS.stream()
                .filter(tool -> List.of(PATH.split(":")).stream().noneMatch(dir -> Files.isExecutable(Path.of(dir, tool))))
                .toList();
        if (!missing.isEmpty()) {
            throw new EnclaveOsBuildException("EnclaveOS is built in a sandbox, for which this machine has no "
                    + String.join(", ", missing) + "; on Debian: apt-get install util-linux mount hostname coreutils");
        }
        var user = new ArrayList<>(NAMESPACES);
        user.addAll(1, List.of("--user", "--map-root-user"));
        Result refused = probe(user);
        if (refused.status() == 0) {
            return user;
        }
        if (probe(NAMESPACES).status() == 0) {
            return NAMESPACES;
        }
        throw new EnclaveOsBuildException("EnclaveOS is built in a sandbox, and this machine lets this user make none ("
                + refused.lastLine() + "). As root, where the file is there: sysctl -w kernel.unprivileged_userns_clone=1"
                + " kernel.apparmor_restrict_unprivileged_userns=0; a container needs --security-opt seccomp=unconfined"
                + " --security-opt apparmor=unconfined, or --privileged");
    }

    private static Result probe(List<String> namespaces) throws IOException, InterruptedException {
        var words = new ArrayList<>(namespaces);
        words.addAll(List.of("--", "mount", "-t", "tmpfs", "probe", "/tmp"));
        return co.caution.packages.Command.run(Path.of("/"), Duration.ofSeconds(20), words);
    }
}
