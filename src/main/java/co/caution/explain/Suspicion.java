package co.caution.explain;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** What one content of two suggests, where the other is not at hand: what in it would not come out the same again. */
final class Suspicion {

    private static final int MAX_DEPTH = 4;

    private Suspicion() {}

    static Optional<Hint> of(String path, byte[] content, Conditions ours, int depth) throws IOException {
        if (depth == MAX_DEPTH) {
            return Optional.empty();
        }
        if (Words.isPackageDatabase(path)) {
            return perhaps(Cause.BASE, "it lists installed packages");
        }
        if (Archives.isGzip(content)) {
            Optional<Hint> inside = of(path.replaceFirst("\\.t?gz$", ""), Archives.gunzip(content), ours, depth + 1)
                    .map(hint -> hint.in("inside its gzip"));
            return inside.isPresent() || Archives.gzipTime(content) == 0
                    ? inside
                    : perhaps(Cause.GZIP_TIME, Archives.time(Archives.gzipTime(content)));
        }
        Archives.Kind kind = Archives.kind(content);
        if (kind != Archives.Kind.NONE) {
            return archive(Archives.members(kind, content));
        }
        if (Archives.isPyc(path, content)) {
            return perhaps(Cause.PYC_TIME, Archives.time(Archives.pycTime(content)));
        }
        Optional<Hint> build = BuildId.suspect(content);
        if (build.isEmpty() && Words.isUnsortedList(content)) {
            return perhaps(Cause.LINE_ORDER, "its lines are paths that are not sorted");
        }
        return build.isPresent() ? build : Words.suspect(new String(content, StandardCharsets.ISO_8859_1), ours);
    }

    private static Optional<Hint> archive(List<Archives.Member> members) {
        for (var member : members) {
            if (Words.isRecent(member.time())) {
                return perhaps(Cause.ARCHIVE_TIME, Hints.named(member.name()) + ": " + Archives.time(member.time()));
            }
        }
        List<String> names = members.stream().map(Archives.Member::name).toList();
        return names.equals(names.stream().sorted().toList())
                ? Optional.empty()
                : perhaps(Cause.ARCHIVE_ORDER, "its entries are not sorted");
    }

    private static Optional<Hint> perhaps(Cause cause, String detail) {
        return Optional.of(new Hint(cause, detail, false));
    }
}
