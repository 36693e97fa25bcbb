package co.caution.explain;

import co.caution.eif.EifDiff.Change;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/** Compares manifests field by field; also those of forms that this program does not build. */
final class Configurations {

    /** The list's digest follows from the files, which are compared themselves. */
    private static final String FILES = "files";

    private Configurations() {}

    /** @param first manifest's bytes; what is none counts as one without fields */
    static List<Change> compare(byte[] first, byte[] second) {
        JsonNode a = json(first);
        JsonNode b = json(second);
        var names = new LinkedHashSet<>(a.propertyNames());
        names.addAll(b.propertyNames());
        names.remove(FILES);
        var changes = new ArrayList<Change>();
        for (String name : names) {
            if (!a.path(name).equals(b.path(name))) {
                changes.add(new Change(name, shown(a.path(name)), shown(b.path(name))));
            }
        }
        return changes;
    }

    private static @Nullable String shown(JsonNode value) {
        return value.isMissingNode() ? null : value.toString();
    }

    private static JsonNode json(byte[] manifest) {
        try {
            return JsonMapper.shared().readTree(manifest);
        } catch (JacksonException e) {
            return MissingNode.getInstance();
        }
    }
}
