package co.caution.git;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.ObjectChecker;
import org.eclipse.jgit.treewalk.CanonicalTreeParser;

/**
 * Sound objects, and no name that some disk takes for git's own directory: what lies there tells git which programs to run.
 * Other names that some systems cannot hold may lie in old commits, which nobody builds; what is built is looked at then.
 */
final class PushedObjects extends ObjectChecker {

    /** Characters that HFS+ ignores in names. */
    private static final Pattern IGNORED = Pattern.compile("[\\u200c-\\u200f\\u202a-\\u202e\\u206a-\\u206f\\ufeff]");

    /** Such as NTFS reads it: short names, dots and spaces at the end, streams, and backslashes that part directories. */
    private static final Pattern GITS_OWN = Pattern.compile("(?i)(?:.*\\\\)?(?:\\.git|git~1)[ .]*(?:[:\\\\].*)?", Pattern.DOTALL);

    @Override
    public void checkTree(AnyObjectId id, byte[] tree) throws CorruptObjectException {
        super.checkTree(id, tree);
        var entries = new CanonicalTreeParser();
        for (entries.reset(tree); !entries.eof(); entries.next(1)) {
            String name = name(entries);
            if (GITS_OWN.matcher(IGNORED.matcher(name).replaceAll("")).matches()) {
                throw new CorruptObjectException("a directory of this push has a name that some disks take for git's own: "
                        + name.replaceAll("[^ -~]", "?"));
            }
        }
    }

    private static String name(CanonicalTreeParser entry) {
        var name = new byte[entry.getNameLength()];
        entry.getName(name, 0);
        return new String(name, StandardCharsets.UTF_8);
    }
}
