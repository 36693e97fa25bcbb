package co.caution.explain;

import co.caution.eif.EifDiff.Change;
import java.util.List;
import java.util.Objects;

/**
 * What makes two images different. The configuration comes first: where it differs, the app's registers do, whatever its
 * files are.
 *
 * @param configuration fields of the manifest: {@code a} of the first image, {@code b} of the second
 * @param files of the app, at most {@value #MAX_FILES}
 * @param moreFiles how many more differ
 * @param system what of EnclaveOS differs: the kernel, the command line, files of ramdisk 0
 */
public record Explanation(
        List<Change> configuration, List<FileDifference> files, long moreFiles, List<FileDifference> system) {

    static final int MAX_FILES = 100;

    public Explanation {
        configuration = List.copyOf(configuration);
        files = List.copyOf(files);
        system = List.copyOf(system);
    }

    /** Whether nothing was found. */
    public boolean isEmpty() {
        return configuration.isEmpty() && files.isEmpty() && system.isEmpty();
    }

    /** What was recognized, each once. */
    public List<Cause> causes() {
        return files.stream().map(FileDifference::hint).filter(Objects::nonNull).map(Hint::cause).distinct().sorted().toList();
    }
}
