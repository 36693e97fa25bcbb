package co.caution.enclaveos;

import co.caution.packages.DebianPackage;
import co.caution.packages.PackageFetcher;
import co.caution.packages.PackageHome;
import co.caution.packages.PackageResolver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** The inputs that come from others, by SHA-256: this is the only class of a build that reaches for a network. */
final class InputStore {

    /** Where Go toolchains are kept, beside the packages. */
    static final String GO = "go-toolchains";

    /** What the toolchain's root file system is made of, with all that these need. */
    private static final List<String> TOOLS = List.of(
            "bash", "bc", "binutils", "bison", "coreutils", "dash", "diffutils", "findutils", "flex", "gcc", "grep", "gzip",
            "libc6-dev", "libelf-dev", "make", "mawk", "perl", "sed", "tar", "xz-utils");

    /** What they need only to be installed, or for programs that talk to other machines. */
    private static final Set<String> LEFT_OUT = Set.of(
            "base-files", "debconf", "debianutils", "dpkg", "libcom-err2", "libgssapi-krb5-2", "libk5crypto3", "libkeyutils1",
            "libkrb5-3", "libkrb5support0", "libnsl-dev", "libnsl2", "libssl3", "libtirpc-common", "libtirpc-dev", "libtirpc3",
            "rpcsvc-proto");

    private final PackageHome home;
    private final PackageFetcher fetcher;
    private final GoToolchain go;

    InputStore(PackageHome home) {
        this.home = home;
        this.fetcher = new PackageFetcher(home);
        this.go = new GoToolchain(home.directory().resolve(GO));
    }

    GoToolchain go() {
        return go;
    }

    /** @throws EnclaveOsPinException naming all that cannot be had */
    List<Path> packages(Pins pins, Path work) throws IOException, InterruptedException {
        List<String> gone = unavailablePackages(pins, work);
        if (!gone.isEmpty()) {
            throw gone(gone);
        }
        return fetcher.fetch(pins.packages(), work, note -> {});
    }

    Path go(Pins pins, Path work) throws IOException, InterruptedException {
        return go.fetch(pins.go(), pins.goSha256(), work).orElseThrow(() -> gone(List.of(pins.go())));
    }

    /** Copies all to a directory, as {@code name_version_architecture.deb} and {@code go1.26.8.linux-amd64.zip}. */
    int layOut(Pins pins, Path work, Path to) throws IOException, InterruptedException {
        List<Path> files = packages(pins, work);
        for (int i = 0; i < files.size(); i++) {
            DebianPackage debian = pins.packages().get(i);
            String version = debian.version().replace(":", "%3a"); // as apt names files
            Files.copy(files.get(i), to.resolve(debian.name() + "_" + version + "_" + debian.architecture() + ".deb"));
        }
        Files.copy(go(pins, work), to.resolve(pins.go() + ".linux-amd64.zip"));
        return files.size() + 1;
    }

    /** Fetches all; returns what can be had no more with the hash that it has in the lock. */
    List<String> unavailable(Pins pins, Path work) throws IOException, InterruptedException {
        List<String> gone = unavailablePackages(pins, work);
        if (go.fetch(pins.go(), pins.goSha256(), work).isEmpty()) {
            gone.add(pins.go());
        }
        return gone;
    }

    private List<String> unavailablePackages(Pins pins, Path work) throws IOException, InterruptedException {
        var gone = new ArrayList<String>();
        for (DebianPackage debian : fetcher.unavailable(pins.packages(), work)) {
            gone.add(debian.name() + " " + debian.version());
        }
        return gone;
    }

    /**
     * The newest of everything that this machine's package sources and its Go module proxy offer.
     *
     * @param series of Go, such as {@code go1.26}
     */
    Pins newest(String series, Path work) throws IOException, InterruptedException {
        var resolver = new PackageResolver(home, true);
        List<DebianPackage> packages = new ArrayList<>(resolver.resolve(TOOLS, LEFT_OUT, release()));
        // Of the compiler, what the release itself has and keeps; of the kernel, the newest, as the security suite has it.
        resolver.resolve(List.of(KernelBuild.SOURCE), Set.of(), "").stream()
                .filter(debian -> debian.name().equals(KernelBuild.SOURCE))
                .forEach(packages::add);
        packages.sort(Comparator.comparing(DebianPackage::name));
        String version = go.newest(series, work);
        return new Pins(packages, version, go.fetch(version, work));
    }

    /** The code name of this machine's own release, unless packages come from elsewhere. */
    private static String release() throws IOException {
        if (PackageResolver.elsewhere()) {
            return "";
        }
        return Files.readString(Path.of("/etc/os-release")).lines()
                .filter(line -> line.startsWith("VERSION_CODENAME="))
                .map(line -> line.substring("VERSION_CODENAME=".length()).replace("\"", ""))
                .findFirst()
                .orElse("");
    }

    static EnclaveOsPinException gone(List<String> what) {
        return new EnclaveOsPinException(String.join(", ", what)
                + " can no longer be had with the hash in the lock: archives drop old versions. Bring it with"
                + " `caution enclaveos bundle import FILE`, or build without --locked from the newest on offer");
    }
}
