package co.caution.enclaveos;

import co.caution.packages.PackageHome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Builds a bundle's lock in a process of its own, because much of what must not matter is a process's:
 * {@code BuildElsewhere CACHE BUNDLE SOURCES [clock]}. Prints the lock that came of it.
 */
final class BuildElsewhere {

    /** Preloaded into every tool that the build runs: it is nine years later. */
    private static final String LATER = """
            #define _GNU_SOURCE
            #include <sys/syscall.h>
            #include <sys/time.h>
            #include <time.h>
            #include <unistd.h>
            #define LATER 284000000L
            int clock_gettime(clockid_t clock, struct timespec *at) {
                int failed = syscall(SYS_clock_gettime, clock, at);
                if (!failed && clock == CLOCK_REALTIME) at->tv_sec += LATER;
                return failed;
            }
            int gettimeofday(struct timeval *at, void *zone) {
                int failed = syscall(SYS_gettimeofday, at, zone);
                if (!failed) at->tv_sec += LATER;
                return failed;
            }
            time_t time(time_t *to) {
                struct timespec at;
                clock_gettime(CLOCK_REALTIME, &at);
                if (to) *to = at.tv_sec;
                return at.tv_sec;
            }
            """;

    private BuildElsewhere() {}

    static void main(String[] args) throws Exception {
        Path cache = Path.of(args[0]);
        PackageHome home = new PackageHome(cache);
        EnclaveOsLock lock = new EnclaveOsBundle(home).read(Path.of(args[1]));
        EnclaveOsBuilder builder = new EnclaveOsBuilder(
                cache.resolve("enclaveos"), home, EnclaveOsSources.in(Path.of(args[2])), lock);
        if (args.length > 3) {
            turnTheClock(builder.toolchain(lock.inputs(), BuildProgress.SILENT), cache);
        }
        System.out.print(builder.rebuild((phase, fraction, line) -> System.err.println(phase + " " + line)).lock().format());
    }

    private static void turnTheClock(Path root, Path cache) throws Exception {
        Path work = Files.createDirectories(cache.resolve("clock"));
        Path build = Files.createDirectories(work.resolve("build"));
        Files.writeString(build.resolve("later.c"), LATER);
        Sandbox sandbox = new Sandbox(root, work).writable(build, "/build");
        sandbox.run(Map.of(), line -> {}, "/usr/bin/gcc", "-shared", "-fPIC", "-o", "/build/later.so", "/build/later.c");
        Files.copy(build.resolve("later.so"), root.resolve("usr/lib/later.so"));
        Files.createDirectories(root.resolve("etc"));
        Files.writeString(root.resolve("etc/ld.so.preload"), "/usr/lib/later.so\n");
        sandbox.run(Map.of(), line -> System.err.println("the year is " + line), "/usr/bin/date", "+%Y");
    }
}
