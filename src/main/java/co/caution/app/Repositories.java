package co.caution.app;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.eclipse.jgit.lib.ConfigConstants;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.revwalk.RevWalkUtils;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.springframework.stereotype.Component;

/** The bare repositories that apps are pushed to. */
@Component
public class Repositories {

    /** Keeps what a push brought alive while it is worked on; no client sees it. */
    public static final String PINS = "refs/caution/";

    private final PlatformSettings settings;

    Repositories(PlatformSettings settings) {
        this.settings = settings;
    }

    /** Opens the app's repository, making it the first time. The caller closes it. */
    public Repository open(UUID app) throws IOException {
        return open(app, UnaryOperator.identity());
    }

    /** @param gate has every pack that comes in pass by; what it throws refuses the pack */
    public ReceivingRepository open(UUID app, UnaryOperator<InputStream> gate) throws IOException {
        Path directory = settings.repository(app);
        var repository = new ReceivingRepository(new FileRepositoryBuilder().setGitDir(directory.toFile()).setBare().setup(), gate);
        make(repository, directory);
        // A branch that moved has moved, also when the power goes the next moment. For this process: it is the only one.
        var config = repository.getConfig();
        config.setBoolean(ConfigConstants.CONFIG_CORE_SECTION, null, "fsyncobjectfiles", true);
        config.setBoolean(ConfigConstants.CONFIG_CORE_SECTION, null, "fsyncreffiles", true);
        return repository;
    }

    /** Several may ask first for what was never asked for; those that come second find it whole. */
    private synchronized void make(Repository repository, Path directory) throws IOException {
        if (!Files.exists(directory.resolve(Constants.HEAD))) {
            repository.create(true);
            var config = repository.getConfig();
            // Housekeeping must not run inside a push.
            config.setInt(ConfigConstants.CONFIG_GC_SECTION, null, "auto", 0);
            config.save();
        }
    }

    /** Removes what a killed service was still writing; a lock that it left would hold for ever. */
    void sweep(Repository repository) throws IOException {
        Path directory = repository.getDirectory().toPath();
        delete(directory, 1, "*.lock");
        delete(directory.resolve(Constants.R_REFS), Integer.MAX_VALUE, "*.lock");
        Path objects = directory.resolve(Constants.OBJECTS);
        delete(objects, 1, "{incoming_,noz}*");
        Path packs = objects.resolve("pack");
        if (Files.isDirectory(packs)) {
            delete(packs, 1, "*.keep"); // held while a push is at work: none is
            deleteHalves(packs);
        }
    }

    /** A pack without its index is read by nobody, and JGit takes one that comes again for one that is here. */
    private static void deleteHalves(Path packs) throws IOException {
        try (var files = Files.list(packs)) {
            for (Path file : files.filter(file -> file.getFileName().toString().matches("pack-.*\\.(pack|idx|rev)")).toList()) {
                String name = file.getFileName().toString().replaceFirst("\\.[a-z]+$", "");
                if (!Files.exists(packs.resolve(name + ".pack")) || !Files.exists(packs.resolve(name + ".idx"))) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private static void delete(Path directory, int depth, String glob) throws IOException {
        var matcher = directory.getFileSystem().getPathMatcher("glob:" + glob);
        try (var files = Files.find(directory, depth, (file, attributes) ->
                attributes.isRegularFile() && matcher.matches(file.getFileName()))) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
    }

    void unpinAll(Repository repository) throws IOException {
        for (var pin : repository.getRefDatabase().getRefsByPrefix(PINS)) {
            RefUpdate update = repository.updateRef(pin.getName());
            update.setForceUpdate(true);
            update.delete();
        }
    }

    void pin(Repository repository, UUID build, ObjectId commit) throws IOException {
        move(repository, PINS + "builds/" + build, ObjectId.zeroId(), commit);
    }

    void unpin(Repository repository, UUID build) throws IOException {
        RefUpdate pin = repository.updateRef(PINS + "builds/" + build);
        pin.setForceUpdate(true);
        pin.delete();
    }

    /** Where a ref is now; {@link ObjectId#zeroId()} where there is none. */
    ObjectId at(Repository repository, String ref) throws IOException {
        var found = repository.exactRef(ref);
        return found == null ? ObjectId.zeroId() : found.getObjectId();
    }

    /** How many commits of a branch at {@code now} a branch at {@code next} would no longer have; 0 is a fast-forward. */
    int leftBehind(Repository repository, ObjectId now, ObjectId next) throws IOException {
        if (now.equals(ObjectId.zeroId())) {
            return 0;
        }
        try (var walk = new RevWalk(repository)) {
            return RevWalkUtils.count(walk, walk.parseCommit(now), walk.parseCommit(next));
        }
    }

    /**
     * Moves a ref from {@code expected} to {@code to}; a force-push may move it anywhere.
     *
     * @throws AppException.Conflict when it is no longer at {@code expected}
     */
    void move(Repository repository, String ref, ObjectId expected, ObjectId to) throws IOException {
        RefUpdate update = repository.updateRef(ref);
        update.setExpectedOldObjectId(expected);
        update.setNewObjectId(to);
        update.setForceUpdate(true);
        switch (update.update()) {
            case NEW, FAST_FORWARD, FORCED, NO_CHANGE -> {}
            default -> throw new AppException.Conflict("the branch " + Repository.shortenRefName(ref)
                    + " was moved by another push meanwhile (" + update.getResult() + "); push again");
        }
    }

    /** A clone checks out the branch that is deployed. */
    void headFollows(Repository repository, String ref) throws IOException {
        repository.updateRef(Constants.HEAD).link(ref);
    }
}
