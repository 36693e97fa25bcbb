package co.caution.enclaveos;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** Builds the kernel from Debian's source archive, to the same bytes wherever the same compiler does it. */
final class KernelBuild {

    static final String IMAGE = "bzImage";

    /** Lines that make prints for this configuration, as measured; they are what progress is counted in. */
    private static final double EXPECTED_LINES = 1370;

    private static final double UNPACKED = 0.05;

    private KernelBuild() {}

    /**
     * @param work an empty directory, for some 1.6 GB
     * @param result gets bzImage, the resulting config, and make's output
     */
    static void build(Path linuxSource, byte[] fragment, Path work, Path result, BuildProgress progress)
            throws IOException, InterruptedException {
        progress.at("unpacking the kernel's source", 0, "");
        Map<String, String> environment = environment();
        new Command(work, environment, "tar", "-xf", linuxSource.toString(), "--strip-components=1", "--no-same-owner")
                .run(line -> {});
        Path config = Files.write(work.resolve("enclaveos.config"), fragment);
        progress.at("configuring the kernel", UNPACKED, "");
        new Command(work, environment, "make", "ARCH=x86_64", "KCONFIG_ALLCONFIG=" + config, "allnoconfig")
                .run(line -> {});
        checkConfig(fragment, work.resolve(".config"));
        compile(work, environment, result.resolve("make.log"), progress);
        Files.copy(work.resolve("arch/x86/boot/" + IMAGE), result.resolve(IMAGE));
        Files.copy(work.resolve(".config"), result.resolve("config"));
    }

    private static void checkConfig(byte[] fragment, Path resulting) throws IOException {
        List<String> lost = KernelConfig.parse(new String(fragment, StandardCharsets.UTF_8))
                .lostIn(KernelConfig.parse(Files.readString(resulting)));
        if (!lost.isEmpty()) {
            throw new EnclaveOsBuildException(
                    "The kernel's configuration did not take as enclaveos/kernel.config asks: " + String.join(", ", lost));
        }
    }

    private static void compile(Path work, Map<String, String> environment, Path log, BuildProgress progress)
            throws IOException, InterruptedException {
        AtomicInteger lines = new AtomicInteger();
        String jobs = "-j" + Runtime.getRuntime().availableProcessors();
        try (BufferedWriter writer = Files.newBufferedWriter(log)) {
            new Command(work, environment, "make", "ARCH=x86_64", jobs, IMAGE).run(line -> {
                double done = Math.min(1, lines.incrementAndGet() / EXPECTED_LINES);
                progress.at("compiling the kernel", UNPACKED + (1 - UNPACKED) * done, line.strip());
                try {
                    writer.write(line + "\n");
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    /** All that a kernel build takes from its surroundings. {@code @1} is a time for GNU's date and busybox's alike. */
    private static Map<String, String> environment() {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("PATH", Toolchain.PATH);
        environment.put("HOME", "/nonexistent");
        environment.put("LC_ALL", "C");
        environment.put("TZ", "UTC");
        environment.put("SOURCE_DATE_EPOCH", "1");
        environment.put("KBUILD_BUILD_TIMESTAMP", "@1");
        environment.put("KBUILD_BUILD_USER", "caution");
        environment.put("KBUILD_BUILD_HOST", "enclaveos");
        environment.put("KBUILD_BUILD_VERSION", "1");
        return environment;
    }
}
