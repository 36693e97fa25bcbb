package co.caution.project;

/** A path inside the commit's tree. */
final class TreePath {

    private TreePath() {}

    /** The path without {@code ./} and a final slash; {@code .} for the tree itself. */
    static String normal(String path, int at) throws SyntaxException {
        if (path.contains("://") || path.startsWith("git@")) {
            throw new SyntaxException(at, "`" + path + "` is not in the tree; name a path of the repository");
        }
        if (path.startsWith("/")) {
            throw new SyntaxException(at, "`" + path + "` is absolute; name a path inside the repository");
        }
        var normal = new StringBuilder();
        for (String part : path.split("/", -1)) {
            if (part.equals("..")) {
                throw new SyntaxException(at, "`" + path + "` leaves the repository; write it without `..`");
            }
            if (part.isEmpty() || part.equals(".")) {
                continue;
            }
            normal.append(normal.isEmpty() ? "" : "/").append(part);
        }
        return normal.isEmpty() ? "." : normal.toString();
    }
}
