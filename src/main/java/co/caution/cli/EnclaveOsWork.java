package co.caution.cli;

import co.caution.enclaveos.EnclaveOsBuilder;
import co.caution.enclaveos.EnclaveOsBundle;
import co.caution.enclaveos.EnclaveOsDifferenceException;
import co.caution.enclaveos.EnclaveOsLock;
import co.caution.enclaveos.EnclaveOsRelease;
import co.caution.enclaveos.LockChanges;
import co.caution.packages.PackageHome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code caution enclaveos} does; a class of its own, so that other commands need not load what only this one needs. */
final class EnclaveOsWork {

    private final Path cache;
    private final boolean json;

    EnclaveOsWork(Path cache, boolean json) {
        this.cache = cache;
        this.json = json;
    }

    int build(@Nullable Path file, boolean check, boolean locked) throws IOException {
        EnclaveOsLock wanted = wanted(file);
        try {
            EnclaveOsRelease release = EnclaveOs.ready(EnclaveOs.builder(cache, wanted), wanted, check || locked);
            show(release, wanted);
            return 0;
        } catch (CliException e) {
            if (check && e.getCause() instanceof EnclaveOsDifferenceException different) {
                throw new CliException(Errors.DIFFERENT, "Not as locked:\n  " + String.join("\n  ", different.differences().lines()));
            }
            throw e;
        }
    }

    int describe() throws IOException {
        EnclaveOsLock shipped = EnclaveOs.shipped();
        EnclaveOsLock built = built(shipped);
        List<String> changes = shipped == null ? List.of() : LockChanges.between(shipped, built).lines();
        if (json) {
            var pins = built.inputs().pins();
            Output.json(Output.ordered(
                    "digest", built.digest(),
                    "pcr1", built.pcr1(),
                    "shipped", built.equals(shipped),
                    "recipe", built.inputs().recipe(),
                    "packages", pins.packages(),
                    "go", Output.ordered("version", pins.go(), "sha256", pins.goSha256()),
                    "sources", built.inputs().sources(),
                    "cmdline", built.cmdline(),
                    "outputs", built.outputs(),
                    "changes", changes));
        } else {
            System.out.print(built.format());
            System.out.println("# digest " + built.digest());
            changes.forEach(line -> System.out.println("# not as shipped: " + line));
        }
        return 0;
    }

    int sources(Path directory) throws IOException, InterruptedException {
        EnclaveOsRelease release = EnclaveOs.ready(cache);
        int files = EnclaveOs.builder(cache, EnclaveOs.shipped()).layOut(release, directory);
        if (json) {
            Output.json(Output.ordered("directory", directory.toString(), "digest", release.digest(), "inputs", files));
        } else {
            System.out.println("Laid out in " + directory + ": " + EnclaveOsLock.FILE + ", sources/ and inputs/ (" + files
                    + " files, named as in the lock).");
        }
        return 0;
    }

    int update(Path file, boolean keep) throws IOException {
        EnclaveOsLock before = Files.exists(file) ? read(file) : EnclaveOs.shipped();
        if (keep && before == null) {
            throw new CliException(Errors.USAGE, "--keep-pins: there is no lock at " + file + " whose pins could be kept.");
        }
        EnclaveOsBuilder builder = EnclaveOs.builder(cache, before);
        EnclaveOsLock after = EnclaveOs.run(builder, progress ->
                keep ? builder.rebuild(progress) : builder.update(progress)).lock();
        Files.writeString(file, after.format());
        List<String> changes = before == null ? List.of() : LockChanges.between(before, after).lines();
        if (json) {
            Output.json(Output.ordered("file", file.toString(), "digest", after.digest(), "pcr1", after.pcr1(), "changes", changes));
        } else {
            changes.forEach(System.out::println);
            System.out.println(changes.isEmpty() && before != null ? "Nothing changed." : "Wrote " + file + " (lock " + after.digest() + ").");
        }
        return 0;
    }

    int writeBundle(Path file, @Nullable Path named) throws IOException, InterruptedException {
        EnclaveOsLock lock = named == null ? built(EnclaveOs.shipped()) : read(named);
        new EnclaveOsBundle(new PackageHome(cache)).write(lock, file);
        return say("Wrote", lock, file);
    }

    int readBundle(Path file) throws IOException {
        return say("Took", new EnclaveOsBundle(new PackageHome(cache)).read(file), file);
    }

    private int say(String did, EnclaveOsLock lock, Path file) throws IOException {
        int inputs = lock.inputs().pins().packages().size() + 1;
        if (json) {
            Output.json(Output.ordered("file", file.toString(), "digest", lock.digest(), "inputs", inputs, "bytes", Files.size(file)));
        } else {
            System.out.println(did + " " + inputs + " inputs of lock " + lock.digest() + ": " + file + " ("
                    + Files.size(file) / 1_000_000 + " MB).");
        }
        return 0;
    }

    /** What is built here, else what is shipped. */
    private EnclaveOsLock built(@Nullable EnclaveOsLock shipped) throws IOException {
        EnclaveOsLock built = EnclaveOs.builder(cache, shipped).cached().map(EnclaveOsRelease::lock).orElse(shipped);
        if (built == null) {
            throw new CliException("EnclaveOS is not built here yet, and this program was packaged without a lock."
                    + " Build it: caution enclaveos build");
        }
        return built;
    }

    private static @Nullable EnclaveOsLock wanted(@Nullable Path file) throws IOException {
        return file == null ? EnclaveOs.shipped() : read(file);
    }

    private static EnclaveOsLock read(Path file) throws IOException {
        return EnclaveOsLock.parse(file.toString(), Files.readString(file));
    }

    private void show(EnclaveOsRelease release, @Nullable EnclaveOsLock wanted) {
        var view = Output.ordered(
                "digest", release.digest(),
                "pcr1", release.lock().pcr1(),
                "lock", release.kernel().resolveSibling(EnclaveOsLock.FILE).toString(),
                "as_locked", release.lock().equals(wanted),
                "kernel", release.kernel().toString(),
                "ramdisk", release.ramdisk().toString(),
                "cmdline", release.cmdline(),
                "sources", release.sources().toString());
        if (json) {
            Output.json(view);
        } else {
            view.forEach((name, value) -> System.out.printf("%-10s %s%n", name + ":", value));
        }
    }
}
