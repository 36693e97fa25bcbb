package co.caution.build;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

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
    /** What the sandbox and the builder need for themselves. */
    public static final Size LEAST_MEMORY = Size.mebibytes(64);
    public static final Size LEAST_DISK = Size.mebibytes(16);
    public static final int LEAST_PROCESSES = 32;
    public static final int LEAST_FILES = 100;

    /** @throws IllegalArgumentException if one is so small that nothing can be built; the message names it */
    public BuildLimits {
        require(!time.isNegative() && !time.isZero(), "time is more than nothing");
        require(memory.bytes() >= LEAST_MEMORY.bytes(), "memory is at least " + LEAST_MEMORY);
        require(processes >= LEAST_PROCESSES, "processes are at least " + LEAST_PROCESSES);
        require(disk.bytes() >= LEAST_DISK.bytes(), "disk is at least " + LEAST_DISK);
        require(files >= LEAST_FILES, "files are at least " + LEAST_FILES);
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }

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
        return Size.mebibytes(Math.clamp(machine / 2, LEAST_MEMORY.bytes(), MOST_MEMORY.bytes()) >> 20);
    }

    /** With what is named here, and the rest as it is. */
    public BuildLimits with(
            @Nullable Duration newTime,
            @Nullable Size newMemory,
            @Nullable Integer newProcesses,
            @Nullable Size newDisk,
            @Nullable Long newFiles) {
        return new BuildLimits(
                newTime == null ? time : newTime,
                newMemory == null ? memory : newMemory,
                newProcesses == null ? processes : newProcesses,
                newDisk == null ? disk : newDisk,
                newFiles == null ? files : newFiles,
                file,
                log,
                freeDisk,
                image);
    }

    BuildLimits withLog(Size limit) {
        return new BuildLimits(time, memory, processes, disk, files, file, limit, freeDisk, image);
    }
}
