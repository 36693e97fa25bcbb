package co.caution.enclaveos;

import co.caution.packages.DebianPackage;
import co.caution.packages.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Builds an {@link EnclaveOsRelease} from source, or takes it from a cache by the digest of everything that goes in. The
 * machine's own environment (directory, umask, time zone, locale, user) is not among that: the same inputs give the same
 * bytes.
 */
public final class EnclaveOsBuilder {

    /** Where Debian's package {@code linux-source-6.12} puts it. */
    public static final Path DEBIAN_LINUX_SOURCE = Path.of("/usr/src/linux-source-6.12.tar.xz");

    /** The measured command line: AWS's for x86_64. */
    public static final String CMDLINE = "reboot=k panic=30 pci=off nomodules console=ttyS0 i8042.noaux i8042.nomux"
            + " i8042.nopnp i8042.dumbkbd random.trust_cpu=on";

    /** Changes when the way of building does, so that what was built the old way is not taken for the new. */
    private static final String RECIPE = "1";

    /** What part of a whole build each step takes, as measured. */
    private static final double KERNEL_SHARE = 0.85;

    private final BuildCache cache;
    private final EnclaveOsSources sources;
    private final Path linuxSource;

    /**
     * @param cache a directory of its own; it grows to about 200 MB, and needs 2 GB while the kernel is built
     * @param sources what to build
     * @param linuxSource the archive of the kernel's source, see {@link #DEBIAN_LINUX_SOURCE}
     */
    public EnclaveOsBuilder(Path cache, EnclaveOsSources sources, Path linuxSource) {
        this.cache = new BuildCache(cache);
        this.sources = sources;
        this.linuxSource = linuxSource;
    }

    /** The release, where it has been built already: a matter of milliseconds, and its outputs are hashed anew. */
    public Optional<EnclaveOsRelease> cached() throws IOException, InterruptedException {
        if (!Files.isReadable(linuxSource)) {
            return Optional.empty();
        }
        return cached(inputs());
    }

    /**
     * Builds what is not in the cache.
     *
     * @throws EnclaveOsBuildException where tools are missing (all are named) or one of them failed (with its last lines)
     * @throws InterruptedException where the thread was interrupted; the tools were killed and nothing was left behind
     */
    public EnclaveOsRelease build(BuildProgress progress) throws IOException, InterruptedException {
        Toolchain.check(linuxSource);
        LockedInputs inputs = inputs();
        Optional<EnclaveOsRelease> built = cached(inputs);
        return built.isPresent() ? built.get() : cache.locked(() -> buildLocked(inputs, progress));
    }

    private EnclaveOsRelease buildLocked(LockedInputs inputs, BuildProgress progress)
            throws IOException, InterruptedException {
        Optional<EnclaveOsRelease> meanwhile = cached(inputs);
        if (meanwhile.isPresent()) {
            return meanwhile.get();
        }
        cache.discard("release", inputs.digest()); // it is damaged, or not there
        Path kernel = kernel((phase, fraction, line) -> progress.at(phase, fraction * KERNEL_SHARE, line));
        progress.at("compiling the agent", KERNEL_SHARE, "");
        Path agent = program("guest");
        progress.at("compiling the parent's program", KERNEL_SHARE + 0.07, "");
        Path host = program("host");
        progress.at("writing the boot ramdisk", 0.99, "");
        Path release = cache.get("release", inputs.digest(), (work, result) -> {
            Files.copy(kernel.resolve(KernelBuild.IMAGE), result.resolve(EnclaveOsLock.KERNEL));
            Files.copy(agent, result.resolve(EnclaveOsLock.AGENT));
            BootRamdisk.write(agent, result.resolve(EnclaveOsLock.RAMDISK));
            Files.copy(host, result.resolve(EnclaveOsLock.HOST));
            Files.setPosixFilePermissions(
                    result.resolve(EnclaveOsLock.HOST), PosixFilePermissions.fromString("rwxr-xr-x"));
            sources.copy("", result.resolve(ReleaseFiles.SOURCES));
            ReleaseFiles.write(result, inputs);
        });
        progress.at("EnclaveOS is built", 1, "");
        return ReleaseFiles.read(release, inputs)
                .orElseThrow(() -> new EnclaveOsBuildException("The cache does not keep what is written to " + release));
    }

    private Path kernel(BuildProgress progress) throws IOException, InterruptedException {
        return cache.get("kernel", digest(kernelInputs()), (work, result) ->
                KernelBuild.build(linuxSource, sources.kernelConfig(), work, result, progress));
    }

    /** A program by its sources and its toolchain: it imports nothing else. */
    Path program(String module) throws IOException, InterruptedException {
        return cache.get(module, digest(programInputs(module)), (work, result) ->
                        GoBuild.build(sources, module, cache.directory("go"), work, result.resolve("program")))
                .resolve("program");
    }

    private Optional<EnclaveOsRelease> cached(LockedInputs inputs) throws IOException {
        return ReleaseFiles.read(cache.entry("release", inputs.digest()), inputs);
    }

    private LockedInputs inputs() throws IOException, InterruptedException {
        String tools = digest(String.join("\n", Toolchain.kernelVersions()));
        String go = sources.toolchain("guest");
        return new LockedInputs(
                1,
                List.of(new DebianPackage("kernel-tools", "0", "amd64", tools),
                        new DebianPackage(
                                "linux-source-6.12", "0", "all", new LargeFileDigests(cache).sha256(linuxSource))),
                go,
                digest(go),
                new TreeMap<>(Map.of("guest", sources.digest("guest"), "host", sources.digest("host"),
                        "kernel.config", Sha256.of(sources.kernelConfig()))),
                CMDLINE);
    }

    private String kernelInputs() throws IOException, InterruptedException {
        StringBuilder lines = new StringBuilder();
        lines.append("recipe ").append(RECIPE).append('\n');
        lines.append("linux-source ").append(new LargeFileDigests(cache).sha256(linuxSource)).append('\n');
        lines.append("kernel.config ").append(Sha256.of(sources.kernelConfig())).append('\n');
        for (String version : Toolchain.kernelVersions()) {
            lines.append("kernel-tool ").append(version).append('\n');
        }
        return lines.toString();
    }

    private String programInputs(String module) throws EnclaveOsBuildException {
        return "recipe " + RECIPE + "\n" + module + " " + sources.digest(module) + " " + sources.toolchain(module) + "\n";
    }

    private static String digest(String inputs) {
        return Sha256.of(inputs.getBytes(StandardCharsets.UTF_8));
    }
}
