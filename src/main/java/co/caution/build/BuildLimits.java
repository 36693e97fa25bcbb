package co.caution.build;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/**
 * What one build may use up.
 *
 * @param time of the container build, base images included
 * @param memory of all its processes together, file systems in memory included
 * @param processes at once
 * @param disk of everything that it writes, intermediate images included
 * @param files that it has at once, directories included
 * @param file the largest one that it writes
 * @param log of what it prints
 * @param freeDisk must stay free where builds work; a build is ended when it goes below
 * @param image all files of the image
 */
public record BuildLimits(
        Duration time, Size memory, int processes, Size disk, long files, Size file, Size log, Size freeDisk, Size image) {

    private static final Size MOST_MEMORY = Size.mebibytes(4096);

    public static BuildLimits defaults() {
        return new BuildLimits(
                Duration.ofMinutes(30),
                memoryOf(ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize()),
                4096,
                Size.mebibytes(20 << 10),
                2_000_000,
                Size.mebibytes(4096),
                Size.mebibytes(16),
                Size.mebibytes(1024),
                Size.mebibytes(4096));
    }

    /** Half of what there is, in whole MiB: what is printed of it should be readable. */
    static Size memoryOf(long machine) {
        return Size.mebibytes(Math.min(machine / 2, MOST_MEMORY.bytes()) >> 20);
    }

    public BuildLimits withTime(Duration limit) {
        return new BuildLimits(limit, memory, processes, disk, files, file, log, freeDisk, image);
    }

    public BuildLimits withMemory(Size limit) {
        return new BuildLimits(time, limit, processes, disk, files, file, log, freeDisk, image);
    }

    public BuildLimits withProcesses(int limit) {
        return new BuildLimits(time, memory, limit, disk, files, file, log, freeDisk, image);
    }

    public BuildLimits withDisk(Size limit) {
        return new BuildLimits(time, memory, processes, limit, files, file, log, freeDisk, image);
    }

    BuildLimits withFiles(long limit) {
        return new BuildLimits(time, memory, processes, disk, limit, file, log, freeDisk, image);
    }

    BuildLimits withLog(Size limit) {
        return new BuildLimits(time, memory, processes, disk, files, file, limit, freeDisk, image);
    }

    BuildLimits withFreeDisk(Size limit) {
        return new BuildLimits(time, memory, processes, disk, files, file, log, limit, image);
    }
}
