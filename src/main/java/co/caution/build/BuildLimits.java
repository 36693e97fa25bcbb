package co.caution.build;

import java.time.Duration;

/**
 * What one build may use up.
 *
 * @param time of the container build, base images included
 * @param logBytes of output
 * @param processes at once
 * @param fileBytes of one file that the build writes
 * @param freeDiskBytes that must stay free where builds work; a build is ended when it goes below
 * @param imageBytes of all files of the image
 */
public record BuildLimits(
        Duration time, long logBytes, int processes, long fileBytes, long freeDiskBytes, long imageBytes) {

    private static final long MIB = 1L << 20;

    public static BuildLimits defaults() {
        return new BuildLimits(Duration.ofMinutes(30), 16 * MIB, 4096, 4096 * MIB, 1024 * MIB, 4096 * MIB);
    }

    public BuildLimits withTime(Duration limit) {
        return new BuildLimits(limit, logBytes, processes, fileBytes, freeDiskBytes, imageBytes);
    }

    public BuildLimits withLogBytes(long limit) {
        return new BuildLimits(time, limit, processes, fileBytes, freeDiskBytes, imageBytes);
    }
}
