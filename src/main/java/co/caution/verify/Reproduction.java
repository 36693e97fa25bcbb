package co.caution.verify;

import co.caution.build.BuildException;
import co.caution.build.BuiltImage;
import co.caution.enclaveos.EnclaveOsRelease;
import java.io.IOException;
import org.eclipse.jgit.lib.ObjectId;

/**
 * The source that a person trusts, and the means to build it here.
 *
 * @param where it lies, such as {@code current directory}
 * @param what they reviewed, such as {@code commit 1f3c…}: HEAD, the commit that they named, an archive
 * @param tree its git tree: two commits with one tree are the same source
 * @param otherwise what to do where the enclave runs another one: a sentence
 * @param supply brings the EnclaveOS that it is built into
 */
public record Reproduction(String where, String what, ObjectId tree, String otherwise, EnclaveOsSupply supply, Builder builder) {

    /** Runs the pipeline, and nothing that evidence or its server chose. */
    @FunctionalInterface
    public interface Builder {
        BuiltImage build(EnclaveOsRelease os) throws BuildException, IOException, InterruptedException;
    }
}
