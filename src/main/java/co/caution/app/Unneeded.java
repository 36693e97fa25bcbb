package co.caution.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.internal.storage.file.Pack;
import org.eclipse.jgit.internal.storage.file.PackIndex;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.revwalk.ObjectWalk;

/**
 * Packs that nobody needs. Each push brings one, and nothing is ever packed anew here: so what a push left whose build failed is a
 * file of its own, which can go while others are read.
 */
final class Unneeded {

    /** What the walk holds of each object in memory, about. */
    private static final int OF_EACH = 128;

    private Unneeded() {}

    /**
     * Removes the packs of which all that any ref leads to is in another pack, too. Nothing may be on its way in.
     *
     * @return how many
     * @throws IOException also when there are so many objects that looking would take more than an eighth of the memory; nothing is
     *     removed then
     */
    static int remove(FileRepository repository) throws IOException {
        return remove(repository, Runtime.getRuntime().maxMemory() / 8 / OF_EACH);
    }

    /** @param most that refs may lead to; how often each of them is there costs no memory */
    static int remove(FileRepository repository, long most) throws IOException {
        var packs = new ArrayList<Pack>(repository.getObjectDatabase().getPacks());
        packs.sort(Comparator.comparingLong((Pack pack) -> pack.getPackFile().lastModified()).thenComparing(Pack::getPackName));
        try (var walk = new ObjectWalk(repository)) {
            walk.setRetainBody(false);
            // Pins first: one goes when its branch has moved, so what it held is found there.
            start(walk, repository.getRefDatabase().getRefsByPrefix(Repositories.PINS));
            start(walk, repository.getRefDatabase().getRefs());
            long left = most;
            // It notes each commit, then each tree and file.
            while (left >= 0 && walk.next() != null) {
                left--;
            }
            while (left >= 0 && walk.nextObject() != null) {
                left--;
            }
            if (left < 0) {
                throw new IOException("more than " + most + " objects are too many to look through while the service runs");
            }
            var kept = new ArrayList<Pack>(packs);
            for (Pack pack : packs) {
                kept.remove(pack);
                if (pack.shouldBeKept() || needed(pack, walk, kept)) {
                    kept.add(pack);
                } else {
                    remove(pack);
                }
            }
            return packs.size() - kept.size();
        }
    }

    private static void start(ObjectWalk walk, List<Ref> refs) throws IOException {
        for (Ref ref : refs) {
            if (ref.getObjectId() != null) {
                walk.markStart(walk.parseAny(ref.getObjectId()));
            }
        }
    }

    private static boolean needed(Pack pack, ObjectWalk reached, List<Pack> others) throws IOException {
        for (PackIndex.MutableEntry entry : pack) {
            ObjectId object = entry.toObjectId();
            if (reached.lookupOrNull(object) != null && !has(others, object)) {
                return true;
            }
        }
        return false;
    }

    private static boolean has(List<Pack> packs, ObjectId object) throws IOException {
        for (Pack pack : packs) {
            if (pack.hasObject(object)) {
                return true;
            }
        }
        return false;
    }

    static void remove(Pack pack) throws IOException {
        pack.close();
        Path file = pack.getPackFile().toPath();
        String name = file.getFileName().toString();
        // Its index first: a pack without one is a pack that nobody sees.
        for (String each : new String[] {".idx", ".rev", ".pack"}) {
            Files.deleteIfExists(file.resolveSibling(name.replaceFirst("\\.pack$", each)));
        }
    }
}
