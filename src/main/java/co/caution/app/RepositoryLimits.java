package co.caution.app;

import co.caution.build.BuildLimits;
import org.springframework.util.unit.DataSize;

/**
 * How much of the disk pushes may fill.
 *
 * @param app the repository of one app
 * @param organization the repositories of all apps of one organization, those of destroyed ones included
 * @param freeDisk must stay free for everybody; as much as a build needs to start
 */
public record RepositoryLimits(DataSize app, DataSize organization, DataSize freeDisk) {

    /** With as much free disk as there must be for a build, too. */
    public RepositoryLimits(DataSize app, DataSize organization) {
        this(app, organization, DataSize.ofBytes(BuildLimits.defaults().freeDisk().bytes()));
    }
}
