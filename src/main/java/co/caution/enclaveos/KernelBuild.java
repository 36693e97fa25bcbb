package co.caution.enclaveos;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Builds the kernel in a root file system made of the lock's packages, of which the kernel's source is one. */
final class KernelBuild {

    /** The package of the kernel's source. */
    static final String SOURCE = "linux-source-6.12";

    /** Lines that make prints for this configuration, as measured; they are what progress is counted in. */
    private static final double EXPECTED_LINES = 1370;

    private static final double UNPACKED = 0.05;

    /** All that a kernel build takes from its surroundings. */
    private static final Map<String, String> ENVIRONMENT = Map.of(
            "HOME", "/nonexistent",
            "LC_ALL", "C",
            "TZ", "UTC",
            "SOURCE_DATE_EPOCH", "1",
            "KBUILD_BUILD_TIMESTAMP", "@1",
            "KBUILD_BUILD_USER", "caution",
            "KBUILD_BUILD_HOST", "enclaveos",
            "KBUILD_BUILD_VERSION", "1");

    private final Sandbox sandbox;
    private final Path tree;

    private KernelBuild(Path root, Path work) throws IOException {
        this.tree = Files.createDirectory(work.resolve("linux"));
        this.sandbox = new Sandbox(root, work).writable(tree, "/build");
    }

    /**
     * @param root the toolchain's root file system
     * @param work an empty directory, for some 1.6 GB
     * @param result gets bzImage, the resulting config, and make's output
     */
    static void build(Path root, byte[] fragment, Path work, Path result, BuildProgress progress)
            throws IOException, InterruptedException {
        new KernelBuild(root, work).build(fragment, result, progress);
    }

    private void build(byte[] fragment, Path result, BuildProgress progress) throws IOException, InterruptedException {
        progress.at("unpacking the kernel's source", 0, "");
        run(line -> {}, "/usr/bin/tar", "-xf", "/usr/src/" + SOURCE + ".tar.xz", "-C", "/build", "--strip-components=1",
                "--no-same-owner");
        Files.write(tree.resolve("enclaveos.config"), fragment);
        progress.at("configuring the kernel", UNPACKED, "");
        make(line -> {}, "KCONFIG_ALLCONFIG=/build/enclaveos.config", "allnoconfig");
        checkConfig(fragment, tree.resolve(".config"));
        compile(result.resolve("make.log"), progress);
        Files.copy(tree.resolve("arch/x86/boot/bzImage"), result.resolve(EnclaveOsLock.KERNEL));
        Files.copy(tree.resolve(".config"), result.resolve("config"));
    }

    private static void checkConfig(byte[] fragment, Path resulting) throws IOException {
        List<String> lost = KernelConfig.parse(new String(fragment, StandardCharsets.UTF_8))
                .lostIn(KernelConfig.parse(Files.readString(resulting)));
        if (!lost.isEmpty()) {
            throw new EnclaveOsBuildException(
                    "The kernel's configuration did not take as enclaveos/kernel.config asks: " + String.join(", ", lost));
        }
    }

    private void compile(Path log, BuildProgress progress) throws IOException, InterruptedException {
        AtomicInteger lines = new AtomicInteger();
        try (BufferedWriter writer = Files.newBufferedWriter(log)) {
            Consumer<String> listener = line -> {
                double done = Math.min(1, lines.incrementAndGet() / EXPECTED_LINES);
                progress.at("compiling the kernel", UNPACKED + (1 - UNPACKED) * done, line.strip());
                try {
                    writer.write(line + "\n");
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            };
            make(listener, "-j" + Runtime.getRuntime().availableProcessors(), "bzImage");
        }
    }

    private void make(Consumer<String> line, String... arguments) throws IOException, InterruptedException {
        String[] words = new String[arguments.length + 4];
        System.arraycopy(new String[] {"/usr/bin/make", "-C", "/build", "ARCH=x86_64"}, 0, words, 0, 4);
        System.arraycopy(arguments, 0, words, 4, arguments.length);
        run(line, words);
    }

    private void run(Consumer<String> line, String... command) throws IOException, InterruptedException {
        sandbox.run(ENVIRONMENT, line, command);
    }
}
