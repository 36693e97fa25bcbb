package co.caution.project;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The Procfile's {@code build}: read, never run. Whatever tool it names, one builder does the work.
 *
 * @param file the Containerfile, a path in the tree; absent: Containerfile, else Dockerfile, of the context
 * @param target the stage to stop at
 * @param buildArgs {@code NAME=value}, in the order given
 * @param context a directory of the tree, {@code .} for the tree itself
 */
public record BuildCommand(
        @Nullable String file, @Nullable String target, List<String> buildArgs, String context) {

    /** What is done where a Procfile has no {@code build}. */
    public static final BuildCommand DEFAULT = new BuildCommand(null, null, List.of(), ".");

    private static final Set<String> TOOLS = Set.of("docker", "podman", "buildah");
    private static final Set<String> WITH_VALUE = Set.of("-f", "--file", "--target", "--build-arg", "-t", "--tag");

    public BuildCommand {
        buildArgs = List.copyOf(buildArgs);
    }

    static BuildCommand parse(String line) throws SyntaxException {
        List<Words.Word> words = Words.split(line);
        String tool = words.getFirst().text();
        if (!TOOLS.contains(tool)) {
            throw new SyntaxException(
                    0,
                    "`" + tool + "` is not a builder known here; write `docker build`, `podman build` or `buildah build`"
                            + " and put other steps into the Containerfile");
        }
        String verb = words.size() < 2 ? "" : words.get(1).text();
        if (!verb.equals("build") && !(verb.equals("bud") && tool.equals("buildah"))) {
            int at = words.size() < 2 ? line.length() : words.get(1).at();
            throw new SyntaxException(
                    at, "`" + tool + " " + verb + "` does not build an image here; write `" + tool + " build`");
        }
        return options(words.subList(2, words.size()));
    }

    private static BuildCommand options(List<Words.Word> words) throws SyntaxException {
        String file = null;
        String target = null;
        String context = null;
        var args = new ArrayList<String>();
        var seen = new HashSet<String>();
        for (int i = 0; i < words.size(); i++) {
            Words.Word word = words.get(i);
            String text = word.text();
            if (!text.startsWith("-")) {
                if (context != null) {
                    throw new SyntaxException(word.at(), "`" + text + "` is a second context; name one directory");
                }
                context = TreePath.normal(text, word.at());
                continue;
            }
            int equals = text.startsWith("--") ? text.indexOf('=') : -1;
            String option = equals < 0 ? text : text.substring(0, equals);
            if (!WITH_VALUE.contains(option)) {
                throw new SyntaxException(
                        word.at(),
                        "`" + option + "` is not an option known here; those known are -f, --file, --target,"
                                + " --build-arg and -t");
            }
            String value;
            int at = word.at();
            if (equals >= 0) {
                value = text.substring(equals + 1);
            } else if (i + 1 < words.size()) {
                value = words.get(++i).text();
                at = words.get(i).at();
            } else {
                throw new SyntaxException(word.at(), "`" + option + "` needs a value after it");
            }
            switch (option) {
                case "-f", "--file" -> file = once(seen, "--file", TreePath.normal(value, at), at);
                case "--target" -> target = once(seen, option, stageName(value, at), at);
                case "--build-arg" -> args.add(buildArg(value, at));
                default -> { /* a tag names an image that nobody keeps */ }
            }
        }
        return new BuildCommand(file, target, args, context == null ? "." : context);
    }

    private static String once(Set<String> seen, String option, String value, int at) throws SyntaxException {
        if (!seen.add(option)) {
            throw new SyntaxException(at, "`" + option + "` is given twice; give it once");
        }
        return value;
    }

    private static String stageName(String value, int at) throws SyntaxException {
        if (!value.matches("[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")) {
            throw new SyntaxException(at, "`" + value + "` is not the name of a stage");
        }
        return value;
    }

    private static String buildArg(String value, int at) throws SyntaxException {
        if (!value.matches("(?s)[A-Za-z_][A-Za-z0-9_]*=.*")) {
            throw new SyntaxException(
                    at,
                    "`" + value + "` has no value; write NAME=value: a value of the building machine's environment"
                            + " would not be the same on a verifier's");
        }
        return value;
    }
}
