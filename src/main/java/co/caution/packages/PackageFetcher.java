package co.caution.packages;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/**
 * Brings packages from wherever the machine's own apt takes packages, and believes none of it: the cache holds what has
 * the SHA-256 that was asked for.
 */
public final class PackageFetcher {

    private static final Duration LIMIT = Duration.ofMinutes(10);

    private final PackageHome home;
    private final Archive apt;

    public PackageFetcher(PackageHome home) {
        this(home, new Apt(home));
    }

    PackageFetcher(PackageHome home, Archive apt) {
        this.home = home;
        this.apt = apt;
    }

    /**
     * The packages' files, in their order.
     *
     * @param work a directory for what is on its way
     * @param note hears what is going on, where that takes a while
     * @throws PackageException naming what this machine's package sources do not offer, or what was damaged
     */
    public List<Path> fetch(Collection<DebianPackage> packages, Path work, Consumer<String> note)
            throws IOException, InterruptedException {
        List<DebianPackage> missing = missing(packages);
        if (!missing.isEmpty()) {
            note.accept("Fetching " + missing.size() + " packages");
            missing = download(missing, work);
        }
        if (!missing.isEmpty()) {
            DebianPackage first = missing.getFirst();
            throw new PackageException("package " + first.name() + " " + first.version() + " (" + first.architecture() + ")"
                    + (missing.size() > 1 ? " and " + (missing.size() - 1) + " more" : "")
                    + " cannot be had with the lock's SHA-256: this machine's package sources do not offer"
                    + " it any more; put the file at " + home.file(first) + ", or lock again with"
                    + " `caution packages lock`");
        }
        var files = new ArrayList<Path>();
        for (DebianPackage debian : packages) {
            files.add(checked(debian));
        }
        return files;
    }

    /** Those of the packages that neither the cache holds nor the machine's package sources offer, after trying. */
    public List<DebianPackage> unavailable(Collection<DebianPackage> packages, Path work)
            throws IOException, InterruptedException {
        List<DebianPackage> missing = missing(packages);
        return missing.isEmpty() ? missing : download(missing, work);
    }

    private Path checked(DebianPackage debian) throws IOException {
        Path file = home.file(debian);
        if (!Sha256.of(file).equals(debian.sha256())) {
            Files.delete(file);
            throw new PackageException(
                    "the cached package " + debian.name() + " was damaged and has been removed; build again");
        }
        return file;
    }

    private List<DebianPackage> missing(Collection<DebianPackage> packages) throws IOException {
        var missing = new ArrayList<DebianPackage>();
        for (DebianPackage debian : packages) {
            if (!Files.exists(home.file(debian))) {
                missing.add(debian);
            }
        }
        return missing;
    }

    private List<DebianPackage> download(List<DebianPackage> missing, Path work)
            throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory(work, "packages-");
        // All at once; if apt does not know one of them it brings none, so then one by one. If one is still
        // missing the machine's package lists may be old or absent: once more with lists of our own.
        List<DebianPackage> left = missing;
        for (Archive.Lists lists : Archive.Lists.values()) {
            if (left.isEmpty() || !apt.ready(lists)) {
                continue;
            }
            if (!apt.download(lists, directory, left, LIMIT)) {
                for (DebianPackage debian : left) {
                    apt.download(lists, directory, List.of(debian), LIMIT);
                }
            }
            left = collect(directory, left);
        }
        return left;
    }

    /** Moves what has a wanted digest into the cache; returns what is still missing. */
    private List<DebianPackage> collect(Path directory, List<DebianPackage> wanted) throws IOException {
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                String sha256 = Sha256.of(file);
                for (DebianPackage debian : wanted) {
                    if (debian.sha256().equals(sha256) && Files.exists(file)) {
                        Durable.move(file, home.file(debian));
                    }
                }
            }
        }
        return missing(wanted);
    }
}
