package co.caution.build;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a Containerfile builds on. Only names are read here, to fetch them and to say early what cannot reproduce; that
 * nothing else is used is not this parser's word: the build has no network and pulls nothing.
 *
 * @param packageBases names below {@code localhost/packages/}
 * @param registryBases {@code host/name@sha256:…}
 */
record Containerfile(List<String> packageBases, List<String> registryBases) {

    private static final Pattern DIGEST = Pattern.compile("([^@]+)@sha256:[0-9a-f]{64}");
    private static final Pattern REPOSITORY = Pattern.compile(
            "[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)+", Pattern.CASE_INSENSITIVE);
    private static final Pattern PACKAGE_BASE = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");
    private static final Pattern VARIABLE = Pattern.compile("\\$(?:\\{([A-Za-z_][A-Za-z0-9_]*)}|([A-Za-z_][A-Za-z0-9_]*))");
    private static final Pattern MOUNT_FROM = Pattern.compile("--mount=\\S*?\\bfrom=([^,\\s]+)");

    private record Instruction(int line, String name, String rest) {}

    /**
     * @param file what to call it in an error
     * @param buildArgs {@code NAME=value}
     */
    static Containerfile parse(String file, String text, List<String> buildArgs, boolean network)
            throws BuildException {
        return new Reader(file, buildArgs, network).read(text);
    }

    private static final class Reader {

        private final String file;
        private final Map<String, String> given = new HashMap<>();
        private final Map<String, String> arguments = new HashMap<>();
        private final boolean network;
        private final Set<String> stages = new HashSet<>();
        private final Set<String> packageBases = new LinkedHashSet<>();
        private final Set<String> registryBases = new LinkedHashSet<>();
        private int stageCount;

        Reader(String file, List<String> buildArgs, boolean network) {
            this.file = file;
            this.network = network;
            for (String argument : buildArgs) {
                int equals = argument.indexOf('=');
                given.put(argument.substring(0, equals), argument.substring(equals + 1));
            }
        }

        Containerfile read(String text) throws BuildException {
            for (Instruction instruction : instructions(text)) {
                switch (instruction.name()) {
                    case "ARG" -> argument(instruction);
                    case "FROM" -> from(instruction);
                    case "COPY", "ADD" -> copy(instruction);
                    case "RUN" -> run(instruction);
                    default -> { /* names no image */ }
                }
            }
            if (stageCount == 0) {
                throw bad(1, "there is no FROM");
            }
            return new Containerfile(List.copyOf(packageBases), List.copyOf(registryBases));
        }

        private void argument(Instruction arg) {
            if (stageCount > 0) {
                return; // of the stage, not for FROM
            }
            String rest = arg.rest();
            int equals = rest.indexOf('=');
            String name = equals < 0 ? rest : rest.substring(0, equals);
            String value = equals < 0 ? "" : unquoted(rest.substring(equals + 1));
            arguments.put(name, given.getOrDefault(name, value));
        }

        private void from(Instruction from) throws BuildException {
            var words = new ArrayList<>(List.of(from.rest().split("\\s+")));
            while (!words.isEmpty() && words.getFirst().startsWith("--")) {
                String option = expand(words.removeFirst());
                if (!option.equals("--platform=linux/amd64")) {
                    throw bad(from.line(), "`" + option + "` cannot be had: an enclave runs linux/amd64; remove it");
                }
            }
            if (words.isEmpty() || words.getFirst().isEmpty()) {
                throw bad(from.line(), "FROM names no image");
            }
            String image = expand(unquoted(words.getFirst()));
            if (!image.equals("scratch") && !stages.contains(image.toLowerCase(Locale.ROOT))) {
                image(from.line(), image);
            }
            if (words.size() == 3 && words.get(1).equalsIgnoreCase("as")) {
                stages.add(words.get(2).toLowerCase(Locale.ROOT));
            } else if (words.size() != 1) {
                throw bad(from.line(), "FROM is not `FROM image` or `FROM image AS stage`");
            }
            stages.add(String.valueOf(stageCount++));
        }

        private void copy(Instruction copy) throws BuildException {
            for (String word : copy.rest().split("\\s+")) {
                if (word.startsWith("--from=")) {
                    other(copy.line(), word.substring("--from=".length()));
                }
                boolean remote = word.matches("\\[?\"?(https?|git|ssh)://.*|\\[?\"?git@.*");
                if (copy.name().equals("ADD") && remote && !network) {
                    throw bad(
                            copy.line(),
                            "ADD of an address needs the network, which a build has not; put the file into the"
                                    + " repository, or write `build_network: on` into the Procfile and pin what is fetched");
                }
            }
        }

        private void run(Instruction run) throws BuildException {
            Matcher mount = MOUNT_FROM.matcher(run.rest());
            while (mount.find()) {
                other(run.line(), mount.group(1));
            }
        }

        /** An image or a stage that is copied from. */
        private void other(int line, String name) throws BuildException {
            String image = expand(unquoted(name));
            if (!stages.contains(image.toLowerCase(Locale.ROOT))) {
                image(line, image);
            }
        }

        private void image(int line, String image) throws BuildException {
            if (image.startsWith(PackageBases.PREFIX)) {
                String name = image.substring(PackageBases.PREFIX.length());
                if (!PACKAGE_BASE.matcher(name).matches()) {
                    throw bad(line, "`" + image + "` does not name a lock; write " + PackageBases.PREFIX + "NAME for"
                            + " packages/NAME.lock");
                }
                packageBases.add(name);
                return;
            }
            Matcher digest = DIGEST.matcher(image);
            if (!digest.matches()) {
                throw bad(
                        line,
                        "`" + image + "` is named by a tag, which may mean other bytes tomorrow; name it by digest:"
                                + " host/name@sha256:… (`skopeo inspect` shows it)");
            }
            String repository = digest.group(1);
            int slash = repository.indexOf('/');
            String host = slash < 0 ? "" : repository.substring(0, slash);
            if (!host.contains(".") && !host.contains(":") || !REPOSITORY.matcher(repository).matches()) {
                throw bad(
                        line,
                        "`" + image + "` is not written host/name@sha256:…; a short name means another registry on"
                                + " another machine, and a tag beside the digest means nothing");
            }
            registryBases.add(image);
        }

        private String expand(String word) {
            return VARIABLE.matcher(word).replaceAll(found -> {
                String name = found.group(1) != null ? found.group(1) : found.group(2);
                return Matcher.quoteReplacement(arguments.getOrDefault(name, ""));
            });
        }

        private static String unquoted(String word) {
            boolean quoted = word.length() >= 2
                    && (word.charAt(0) == '"' || word.charAt(0) == '\'')
                    && word.charAt(word.length() - 1) == word.charAt(0);
            return quoted ? word.substring(1, word.length() - 1) : word;
        }

        private List<Instruction> instructions(String text) throws BuildException {
            var instructions = new ArrayList<Instruction>();
            var whole = new StringBuilder();
            int start = 0;
            String[] lines = text.split("\n", -1);
            for (int i = 0; i < lines.length; i++) {
                String line = lines[i].strip();
                if (line.startsWith("#")) {
                    directive(i + 1, line, instructions.isEmpty());
                    continue;
                }
                if (line.isEmpty()) {
                    continue;
                }
                start = whole.isEmpty() ? i + 1 : start;
                boolean continued = line.endsWith("\\");
                whole.append(continued ? line.substring(0, line.length() - 1) : line).append(' ');
                if (!continued) {
                    instructions.add(instruction(start, whole.toString().strip()));
                    whole.setLength(0);
                }
            }
            if (!whole.toString().isBlank()) {
                instructions.add(instruction(start, whole.toString().strip()));
            }
            return instructions;
        }

        private void directive(int line, String comment, boolean first) throws BuildException {
            String words = comment.substring(1).strip().toLowerCase(Locale.ROOT).replace(" ", "");
            if (first && words.startsWith("escape=") && !words.equals("escape=\\")) {
                throw bad(line, "the escape directive is not read here; use \\ and remove it");
            }
        }

        private static Instruction instruction(int line, String text) {
            String[] words = text.split("\\s+", 2);
            return new Instruction(line, words[0].toUpperCase(Locale.ROOT), words.length < 2 ? "" : words[1]);
        }

        private BuildException bad(int line, String why) {
            return new BuildException(Phase.BASES, file + " line " + line + ": " + why);
        }
    }
}
