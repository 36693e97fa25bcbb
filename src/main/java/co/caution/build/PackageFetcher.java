package co.caution.build;

import co.caution.enclaveos.Durable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Brings a lock's packages from wherever the machine's own apt takes packages, and believes none of it: the cache
 * holds what has the lock's SHA-256.
 */
final class PackageFetcher {

    private static final Duration LIMIT = Duration.ofMinutes(10);

    private final BuildHome home;
    private final Apt apt;

    PackageFetcher(BuildHome home) {
        this.home = home;
        this.apt = new Apt(home);
    }

    /** The packages' files, in the lock's order. */
    List<Path> fetch(PackageLock lock, Path work, BuildListener listener)
            throws BuildException, IOException, InterruptedException {
        var missing = new ArrayList<PackageLock.Entry>();
        for (PackageLock.Entry entry : lock.entries()) {
            if (!Files.exists(cached(entry))) {
                missing.add(entry);
            }
        }
        if (!missing.isEmpty()) {
            listener.note("Fetching " + missing.size() + " packages");
            download(missing, work);
        }
        var files = new ArrayList<Path>();
        for (PackageLock.Entry entry : lock.entries()) {
            Path file = cached(entry);
            if (!Sha256.of(file).equals(entry.sha256())) {
                Files.delete(file);
                throw new BuildException(
                        Phase.BASES,
                        "the cached package " + entry.name() + " was damaged and has been removed; build again");
            }
            files.add(file);
        }
        return files;
    }

    private Path cached(PackageLock.Entry entry) throws IOException {
        return home.packages().resolve(entry.sha256() + ".deb");
    }

    private void download(List<PackageLock.Entry> missing, Path work)
            throws BuildException, IOException, InterruptedException {
        Path directory = Files.createTempDirectory(work, "packages-");
        // All at once; if apt does not know one of them it brings none, so then one by one. If one is still
        // missing the machine's package lists may be old or absent: once more with lists of our own.
        List<PackageLock.Entry> left = missing;
        for (Apt.Lists lists : Apt.Lists.values()) {
            if (left.isEmpty() || !apt.ready(lists)) {
                continue;
            }
            if (apt.download(lists, directory, left, LIMIT).status() != 0) {
                for (PackageLock.Entry entry : left) {
                    apt.download(lists, directory, List.of(entry), LIMIT);
                }
            }
            left = collect(directory, left);
        }
        if (!left.isEmpty()) {
            PackageLock.Entry entry = left.getFirst();
            throw new BuildException(
                    Phase.BASES,
                    "package " + entry.name() + " " + entry.version() + " (" + entry.architecture() + ")"
                            + (left.size() > 1 ? " and " + (left.size() - 1) + " more" : "")
                            + " cannot be had with the lock's SHA-256: this machine's package sources do not offer"
                            + " it any more; put the file at " + cached(entry) + ", or lock again with"
                            + " `caution packages lock`");
        }
    }

    /** Moves what has a wanted digest into the cache; returns what is still missing. */
    private List<PackageLock.Entry> collect(Path directory, List<PackageLock.Entry> wanted) throws IOException {
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                String sha256 = Sha256.of(file);
                for (PackageLock.Entry entry : wanted) {
                    if (entry.sha256().equals(sha256) && Files.exists(file)) {
                        Durable.move(file, cached(entry));
                    }
                }
            }
        }
        var left = new ArrayList<PackageLock.Entry>();
        for (PackageLock.Entry entry : wanted) {
            if (!Files.exists(cached(entry))) {
                left.add(entry);
            }
        }
        return left;
    }
}
