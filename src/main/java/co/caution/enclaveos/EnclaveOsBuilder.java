package co.caution.enclaveos;

import co.caution.packages.PackageHome;
import co.caution.packages.PackageTree;
import co.caution.packages.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Builds an {@link EnclaveOsRelease} from source, or takes it from a cache by the digest of everything that goes in.
 * First every input is fetched and checked by its hash; then all is built in a {@link Sandbox}, from those inputs and
 * nothing of this machine. The same inputs give the same bytes.
 */
public final class EnclaveOsBuilder {

    /** The measured command line: AWS's for x86_64. */
    public static final String CMDLINE = "reboot=k panic=30 pci=off nomodules console=ttyS0 i8042.noaux i8042.nomux"
            + " i8042.nopnp i8042.dumbkbd random.trust_cpu=on";

    /** Changes when the way of building does, so that what was built the old way is not taken for the new. */
    private static final int RECIPE = 2;

    /** What part of a whole build each step takes, as measured. */
    private static final double KERNEL_SHARE = 0.85;

    private static final double TOOLCHAIN_SHARE = 0.1;

    private final BuildCache cache;
    private final EnclaveOsSources sources;
    private final @Nullable EnclaveOsLock wanted;
    private final InputStore inputs;

    /**
     * @param cache a directory of its own; it grows to about 1 GB, and needs 2 GB more while the kernel is built
     * @param packages where fetched inputs are kept
     * @param sources what to build
     * @param wanted the lock whose pins to build with; without one, the newest on offer
     */
    public EnclaveOsBuilder(
            Path cache, PackageHome packages, EnclaveOsSources sources, @Nullable EnclaveOsLock wanted) {
        this.cache = new BuildCache(cache);
        this.sources = sources;
        this.wanted = wanted;
        this.inputs = new InputStore(packages);
    }

    /** The release, where it has been built already: a matter of milliseconds, and its outputs are hashed anew. */
    public Optional<EnclaveOsRelease> cached() throws IOException {
        for (Pins pins : new LocalPins(cache, wanted).candidates()) {
            LockedInputs candidate = inputs(pins);
            Optional<EnclaveOsRelease> built = ReleaseFiles.read(cache.entry("release", candidate.digest()), candidate);
            if (built.isPresent()) {
                return built;
            }
        }
        return Optional.empty();
    }

    /**
     * Builds what is not in the cache: with the lock's pins, or, where one cannot be had any more, with the newest of all
     * that is on offer, under a lock of this machine's own.
     *
     * @throws EnclaveOsBuildException where something is missing (all of it is named) or a tool failed (with its last lines)
     * @throws InterruptedException where the thread was interrupted; the tools were killed and nothing was left behind
     */
    public EnclaveOsRelease build(BuildProgress progress) throws IOException, InterruptedException {
        Optional<EnclaveOsRelease> built = cached();
        return built.isPresent() ? built.get() : cache.locked(() -> {
            Optional<EnclaveOsRelease> meanwhile = cached();
            return meanwhile.isPresent() ? meanwhile.get() : build(inputs(pins(progress)), progress);
        });
    }

    /**
     * Builds the lock itself, or nothing.
     *
     * @throws EnclaveOsPinException where a pin of it can no longer be had
     * @throws EnclaveOsBuildException where the sources here are not the lock's, or the build gives other bytes: each
     *     difference is named
     */
    public EnclaveOsRelease buildLocked(BuildProgress progress) throws IOException, InterruptedException {
        if (wanted == null) {
            throw new EnclaveOsBuildException("there is no lock to hold the build to: this program was packaged without"
                    + " enclaveos/" + EnclaveOsLock.FILE);
        }
        LockChanges.between(wanted.inputs(), inputs(wanted.inputs().pins())).refuseAny("the sources here are not the lock's");
        EnclaveOsRelease release = build(wanted.inputs().pins(), progress);
        LockChanges.between(wanted, release.lock()).refuseAny("the build gave other bytes than the lock says");
        return release;
    }

    /** Builds with these pins and no others. */
    EnclaveOsRelease build(Pins pins, BuildProgress progress) throws IOException, InterruptedException {
        LockedInputs all = inputs(pins);
        return cache.locked(() -> {
            Optional<EnclaveOsRelease> built = ReleaseFiles.read(cache.entry("release", all.digest()), all);
            return built.isPresent() ? built.get() : build(all, progress);
        });
    }

    /**
     * Pins the newest of everything that is on offer here, and builds with it.
     *
     * @return a release whose lock may become the shipped one
     */
    public EnclaveOsRelease update(BuildProgress progress) throws IOException, InterruptedException {
        progress.at("asking for the newest packages", 0, "");
        Pins newest = cache.locked(() -> cache.inWork(work -> inputs.newest(series(), work)));
        return build(newest, progress);
    }

    /** Builds with the lock's pins and the sources here: for a new lock, after our own sources have changed. */
    public EnclaveOsRelease rebuild(BuildProgress progress) throws IOException, InterruptedException {
        return build(Objects.requireNonNull(wanted).inputs().pins(), progress);
    }

    /**
     * Lays out all that went into a release: its lock, {@code sources/}, and {@code inputs/} under the names that people
     * know.
     *
     * @return how many inputs there are
     * @throws EnclaveOsBuildException where the directory is not empty
     */
    public int layOut(EnclaveOsRelease release, Path directory) throws IOException, InterruptedException {
        Files.createDirectories(directory);
        try (var there = Files.list(directory)) {
            if (there.findAny().isPresent()) {
                throw new EnclaveOsBuildException(directory + " is not empty; name a directory that is");
            }
        }
        return cache.locked(() -> cache.inWork(work -> {
            sources.copy("", directory.resolve(ReleaseFiles.SOURCES));
            Files.writeString(directory.resolve(EnclaveOsLock.FILE), release.lock().format());
            return inputs.layOut(release.lock().inputs().pins(), work, Files.createDirectory(directory.resolve("inputs")));
        }));
    }

    private Pins pins(BuildProgress progress) throws IOException, InterruptedException {
        progress.at("fetching the inputs", 0, "");
        return cache.inWork(work -> {
            var local = new LocalPins(cache, wanted);
            if (wanted != null && available(wanted.inputs(), work)) {
                return wanted.inputs().pins();
            }
            Pins newest = inputs.newest(series(), work);
            local.remember(newest);
            return newest;
        });
    }

    /** What is built already needs no package. */
    private boolean available(LockedInputs locked, Path work) throws IOException, InterruptedException {
        LockedInputs all = inputs(locked.pins());
        return Files.isDirectory(cache.entry("kernel", all.kernelDigest()))
                ? inputs.go().fetch(all.pins().go(), all.pins().goSha256(), work).isPresent()
                : inputs.unavailable(all.pins(), work).isEmpty();
    }

    private String series() throws EnclaveOsBuildException {
        String version = sources.toolchain("guest");
        return version.substring(0, version.lastIndexOf('.'));
    }

    private EnclaveOsRelease build(LockedInputs all, BuildProgress progress) throws IOException, InterruptedException {
        cache.discard("release", all.digest()); // it is damaged, or not there
        Path kernel = kernel(all, (phase, fraction, line) -> progress.at(phase, fraction * KERNEL_SHARE, line));
        progress.at("compiling the agent", KERNEL_SHARE, "");
        Path agent = program(all, "guest");
        progress.at("compiling the parent's program", KERNEL_SHARE + 0.07, "");
        Path host = program(all, "host");
        progress.at("writing the boot ramdisk", 0.99, "");
        Path release = cache.get("release", all.digest(), (work, result) -> {
            Files.copy(kernel.resolve(EnclaveOsLock.KERNEL), result.resolve(EnclaveOsLock.KERNEL));
            Files.copy(agent, result.resolve(EnclaveOsLock.AGENT));
            BootRamdisk.write(agent, result.resolve(EnclaveOsLock.RAMDISK));
            Files.copy(host, result.resolve(EnclaveOsLock.HOST));
            Files.setPosixFilePermissions(
                    result.resolve(EnclaveOsLock.HOST), PosixFilePermissions.fromString("rwxr-xr-x"));
            sources.copy("", result.resolve(ReleaseFiles.SOURCES));
            ReleaseFiles.write(result, all);
        });
        progress.at("EnclaveOS is built", 1, "");
        return ReleaseFiles.read(release, all)
                .orElseThrow(() -> new EnclaveOsBuildException("The cache does not keep what is written to " + release));
    }

    private Path kernel(LockedInputs all, BuildProgress progress) throws IOException, InterruptedException {
        Path built = cache.entry("kernel", all.kernelDigest());
        if (Files.isDirectory(built)) {
            return built;
        }
        Path root = toolchain(all, progress);
        return cache.get("kernel", all.kernelDigest(), (work, result) ->
                KernelBuild.build(root, sources.kernelConfig(), work, result, (phase, fraction, line) ->
                        progress.at(phase, TOOLCHAIN_SHARE + (1 - TOOLCHAIN_SHARE) * fraction, line)));
    }

    /** The root file system that the kernel is built in. */
    Path toolchain(LockedInputs all, BuildProgress progress) throws IOException, InterruptedException {
        progress.at("fetching and unpacking the toolchain", 0, "");
        return cache.get("toolchain", all.toolchainDigest(), (work, result) -> {
            List<Path> files = inputs.packages(all.pins(), work);
            PackageTree.unpack(all.pins().packages(), files, work, result);
            Files.createSymbolicLink(result.resolve("usr/bin/awk"), Path.of("mawk")); // an installation would choose
            Sandbox.prepare(result);
        });
    }

    private Path program(LockedInputs all, String module) throws IOException, InterruptedException {
        return cache.get(module, all.programDigest(module), (work, result) -> {
                    Path toolchain = cache.get("go", all.pins().goSha256(), (unpack, unpacked) ->
                            GoToolchain.unpack(inputs.go(all.pins(), unpack), unpacked));
                    Path compiled = cache.directory("go-compiled").resolve(all.pins().goSha256());
                    GoBuild.build(sources, module, toolchain, compiled, work, result.resolve("program"));
                })
                .resolve("program");
    }

    LockedInputs inputs(Pins pins) {
        var parts = new TreeMap<>(Map.of(
                "guest", sources.digest("guest"),
                "host", sources.digest("host"),
                "kernel.config", Sha256.of(sources.kernelConfig())));
        return new LockedInputs(RECIPE, pins, parts, CMDLINE);
    }
}
