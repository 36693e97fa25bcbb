package co.caution.build;

import co.caution.packages.Durable;
import co.caution.packages.PackageFetcher;
import co.caution.packages.PackageLayer;
import co.caution.packages.PackageLock;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Images made of packages, cached by what they are made of. A lock is a file of the app's, and a line less in it makes another image: so
 * old ones go.
 */
final class PackageBases {

    /** {@code FROM localhost/packages/NAME} is the file {@code packages/NAME.lock} of the tree. */
    static final String PREFIX = "localhost/packages/";

    private static final int KEPT = 20;
    /** Longer than a build takes to use what it asked for. */
    private static final Duration IN_USE = Duration.ofHours(1);

    /**
     * @param digest of the image's manifest, {@code sha256:<hex>}
     * @param layout an OCI image layout
     */
    record Base(String digest, Path layout) {}

    private final BuildHome home;
    private final PackageFetcher fetcher;

    PackageBases(BuildHome home) {
        this.home = home;
        this.fetcher = new PackageFetcher(home.packages());
    }

    /**
     * @param work a directory that is removed, whatever becomes of the build
     */
    Base base(PackageLock lock, Path work, BuildListener listener) throws IOException, InterruptedException {
        Path layout = home.layers().resolve(lock.digest());
        Path digest = layout.resolve("digest");
        if (!used(digest)) {
            make(lock, layout, work, listener);
            used(digest);
            removeOld(home.layers(), work, Instant.now());
        }
        return new Base(Files.readString(digest).strip(), layout);
    }

    /** Not while one is found old: what is in use stays. */
    private static synchronized boolean used(Path digest) throws IOException {
        try {
            Files.setLastModifiedTime(digest, FileTime.from(Instant.now()));
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** All but the last ones that were used, and those that may be in use now. */
    static void removeOld(Path layers, Path work, Instant now) throws IOException {
        for (Path going : putAside(layers, work, now)) {
            Trees.delete(going);
        }
    }

    private static synchronized List<Path> putAside(Path layers, Path work, Instant now) throws IOException {
        record Used(Path layout, Instant at) {}
        var aside = new ArrayList<Path>();
        try (var layouts = Files.list(layers)) {
            var old = layouts.map(layout -> new Used(layout, Instant.ofEpochMilli(layout.resolve("digest").toFile().lastModified())))
                    .sorted(Comparator.comparing(Used::at).reversed())
                    .skip(KEPT)
                    .filter(each -> each.at().isBefore(now.minus(IN_USE)))
                    .toList();
            for (Used each : old) {
                Path going = work.resolve("old-" + each.layout().getFileName());
                Files.move(each.layout(), going, StandardCopyOption.ATOMIC_MOVE); // whole or not at all, for whoever looks
                aside.add(going);
            }
        } catch (NoSuchFileException e) {
            // Another program's build removes them just now.
        }
        return aside;
    }

    private void make(PackageLock lock, Path layout, Path work, BuildListener listener)
            throws IOException, InterruptedException {
        Path next = Files.createTempDirectory(work, "layer-");
        try {
            Path layer = next.resolve("layer.tar");
            List<Path> files = fetcher.fetch(lock.entries(), work, listener::note);
            PackageLayer.write(lock.entries(), files, layer);
            String digest = OciLayout.write(next, layer);
            Files.writeString(next.resolve("digest"), digest + "\n");
            try (var made = Files.walk(next)) {
                for (Path path : made.toList()) {
                    Work.readable(path);
                }
            }
            Durable.move(next, layout);
        } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
            // Another build made the same layer meanwhile.
        }
    }
}
