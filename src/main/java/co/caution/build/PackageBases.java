package co.caution.build;

import co.caution.packages.Durable;
import co.caution.packages.PackageFetcher;
import co.caution.packages.PackageLayer;
import co.caution.packages.PackageLock;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Images made of packages, cached by what they are made of. */
final class PackageBases {

    /** {@code FROM localhost/packages/NAME} is the file {@code packages/NAME.lock} of the tree. */
    static final String PREFIX = "localhost/packages/";

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
        if (!Files.exists(digest)) {
            make(lock, layout, work, listener);
        }
        return new Base(Files.readString(digest).strip(), layout);
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
