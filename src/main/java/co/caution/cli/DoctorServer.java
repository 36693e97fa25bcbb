package co.caution.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a machine needs that builds images and runs enclaves: Linux, QEMU, buildah, namespaces, room, ports. */
final class DoctorServer {

    private static final Pattern QEMU = Pattern.compile("version (\\d+\\.\\d+)");
    private static final Pattern BUILDAH = Pattern.compile("version (\\d+\\.\\d+)");
    private static final String APT = "tools/prerequisites --install brings it (Debian 12)";
    private static final String DEVICE = "vhost-user-vsock-device";
    private static final Duration CLOCKS = Duration.ofSeconds(5);

    /** @param home of the service, {@code cache} of what can be made anew */
    record Place(Path home, Path cache, String bind, int httpPort, int sshPort) {}

    private final Place place;
    private final Context context;

    DoctorServer(Place place, Context context) {
        this.place = place;
        this.context = context;
    }

    List<Finding> look() {
        if (!System.getProperty("os.name").equals("Linux")) {
            return List.of(Finding.fail("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"),
                    "The service runs on Linux (x86-64). From here one pushes and verifies; that is looked at without --server-side."));
        }
        var findings = new ArrayList<Finding>();
        String arch = System.getProperty("os.arch");
        findings.add(arch.equals("amd64") ? Finding.ok("system", "Linux " + arch)
                : Finding.fail("system", "Linux " + arch, "Enclave images are x86-64; run the service on such a machine."));
        findings.addAll(qemu());
        findings.add(Probe.program("buildah", BUILDAH, "1.23", APT, "buildah", "--version"));
        findings.add(namespaces());
        findings.addAll(subordinate());
        findings.add(Probe.says("slirp4netns", "--version").isPresent()
                ? Finding.ok("slirp4netns", "there")
                : Finding.warn("slirp4netns", "not there", "Builds with 'build_network: on' need it: " + APT));
        findings.add(enclaveOs());
        findings.add(Probe.space("disk, home", place.home(), 2, 10));
        findings.add(Probe.space("disk, cache", place.cache(), 2, 10));
        findings.add(clock());
        findings.add(Ports.look("port " + place.httpPort() + " (API)", place, place.httpPort(), "--http-port", context));
        findings.add(Ports.look("port " + place.sshPort() + " (SSH)", place, place.sshPort(), "--ssh-port", context));
        findings.addAll(audit());
        return findings;
    }

    /** Only a service that runs can say it, and only to its operator. */
    private List<Finding> audit() {
        if (!Files.isReadable(place.home().resolve("admin.json"))) {
            return List.of();
        }
        try {
            return List.of(AdminCommand.api(place.home()).get("/api/admin/audit/head").path("guarded").asBoolean()
                    ? Finding.ok("audit log", "the service's role in the database cannot change it")
                    : Finding.warn("audit log", "the service's role in the database owns it: only a trigger keeps it from changing it",
                            "Give the tables an owner of their own: caution.database.owner-user"));
        } catch (CliException e) {
            return List.of(); // the file is what a service left that runs no more
        }
    }

    private static List<Finding> qemu() {
        var qemu = Probe.program("QEMU", QEMU, "8.0", APT, "qemu-system-x86_64", "--version");
        if (qemu.status() == Finding.Status.FAIL) {
            return List.of(qemu);
        }
        boolean device = Probe.says("qemu-system-x86_64", "-M", "microvm", "-device", "help").filter(said -> said.contains(DEVICE)).isPresent();
        return List.of(qemu, device ? Finding.ok("QEMU's vsock", DEVICE)
                : Finding.fail("QEMU's vsock", "this QEMU has no " + DEVICE, "Install a QEMU that has it: " + APT));
    }

    /** By making one: what files say about it is not the whole of it. */
    private static Finding namespaces() {
        return Probe.says("unshare", "--user", "--map-root-user", "true").isPresent()
                ? Finding.ok("user namespaces", "this user may make them")
                : Finding.fail("user namespaces", "this user may not make them",
                        "As root: sysctl -w kernel.unprivileged_userns_clone=1 user.max_user_namespaces=15000 (a container may forbid it, too)");
    }

    /** A range of ids for the users inside of a build; root needs none. */
    private static List<Finding> subordinate() {
        String user = System.getProperty("user.name");
        if (user.equals("root")) {
            return List.of(Finding.ok("subuid, subgid", "not needed by root"));
        }
        var findings = new ArrayList<Finding>();
        for (String file : List.of("subuid", "subgid")) {
            boolean there;
            try (Stream<String> lines = Files.lines(Path.of("/etc", file))) {
                there = lines.anyMatch(line -> line.startsWith(user + ":"));
            } catch (IOException | UncheckedIOException e) {
                there = false;
            }
            findings.add(there ? Finding.ok(file, "/etc/" + file + " has a range for " + user)
                    : Finding.fail(file, "/etc/" + file + " has no range for " + user, "As root: usermod --add-sub"
                            + (file.equals("subuid") ? "uids" : "gids") + " 100000-165535 " + user));
        }
        boolean map = Stream.of("/usr/bin/newuidmap", "/bin/newuidmap", "/usr/sbin/newuidmap").anyMatch(path -> Files.isExecutable(Path.of(path)));
        findings.add(map ? Finding.ok("newuidmap", "there") : Finding.fail("newuidmap", "not there", APT));
        return findings;
    }

    /** Cached, it needs nothing; else it is built from source at the first start. */
    private Finding enclaveOs() {
        if (EnclaveOs.cached(place.cache())) {
            return Finding.ok("EnclaveOS", "built, in " + place.cache());
        }
        String missing = Stream.of("unshare", "apt-get", "go")
                .filter(tool -> Probe.says("sh", "-c", "command -v " + tool).isEmpty())
                .collect(Collectors.joining(", "));
        return missing.isEmpty()
                ? Finding.ok("EnclaveOS", "not built yet; the first start builds it (minutes)")
                : Finding.fail("EnclaveOS", "not built yet, and its build misses " + missing, APT);
    }

    /** Against the file system's clock, which is another machine's on a network file system, and the time service. */
    private Finding clock() {
        String service = Probe.says("timedatectl", "show", "-p", "NTPSynchronized", "--value").orElse("");
        try {
            Path there = Files.isDirectory(place.home()) && Files.isWritable(place.home()) ? place.home() : Files.createTempDirectory("doctor");
            Path file = Files.createTempFile(there, "clock", ".tmp");
            Duration off = Duration.between(Files.getLastModifiedTime(file).toInstant(), Instant.now());
            Files.delete(file);
            if (!there.equals(place.home())) {
                Files.delete(there);
            }
            if (off.abs().compareTo(CLOCKS) > 0) {
                return Finding.fail("clock", off.abs().toSeconds() + " s off the clock of the file system of " + there, "Let a time service set the clocks.");
            }
        } catch (IOException e) {
            return Finding.warn("clock", "could not be compared with the file system's: " + e.getMessage(), "Look yourself: date");
        }
        return switch (service) {
            case "yes" -> Finding.ok("clock", "set by a time service; the file system agrees");
            case "no" -> Finding.warn("clock", "no time service sets it; the file system agrees", "Start one: timedatectl set-ntp true");
            default -> Finding.ok("clock", "the file system agrees; whether a time service sets it is not known here");
        };
    }
}
