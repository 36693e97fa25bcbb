package co.caution.verify;

import co.caution.build.BuildException;
import co.caution.build.BuiltImage;
import java.io.IOException;
import org.eclipse.jgit.lib.ObjectId;

/**
 * The source that a person trusts, and the means to build it here.
 *
 * @param commit what they reviewed: HEAD, or the commit that they named
 * @param tree its git tree: two commits with one tree are the same source
 */
public record Reproduction(ObjectId commit, ObjectId tree, Builder builder) {

    /** Runs the pipeline, and nothing that evidence or its server chose. */
    @FunctionalInterface
    public interface Builder {
        BuiltImage build() throws BuildException, IOException, InterruptedException;
    }
}
