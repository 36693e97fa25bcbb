package co.caution.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a Containerfile says about the image it makes, as far as a Procfile is concerned. Read for a proposal that a person
 * looks at; the build itself reads the image.
 *
 * @param ports of EXPOSE, in their order
 * @param program ENTRYPOINT or CMD as written; absent when only a base image can have one
 * @param onBase whether the image builds on another than scratch, which may bring both
 * @param unread EXPOSE words that could not be understood
 */
record ImageFacts(List<Integer> ports, @Nullable String program, boolean onBase, List<String> unread) {

    private static final Pattern HEREDOC = Pattern.compile("<<-?[\"']?([A-Za-z_][A-Za-z0-9_]*)[\"']?");
    private static final Pattern VARIABLE = Pattern.compile("\\$(?:\\{([A-Za-z_]\\w*)}|([A-Za-z_]\\w*))");

    /** One stage, with what it has from the stage that it builds on. */
    private static final class Stage {
        final Set<Integer> ports = new LinkedHashSet<>();
        final List<String> unread = new ArrayList<>();
        final Map<String, String> variables = new HashMap<>();
        @Nullable String program;
        boolean onBase;
    }

    static ImageFacts of(String containerfile) {
        var stages = new HashMap<String, Stage>();
        var stage = new Stage();
        for (String instruction : instructions(containerfile)) {
            String[] words = instruction.split("\\s+", 2);
            String rest = words.length < 2 ? "" : words[1];
            switch (words[0].toUpperCase(Locale.ROOT)) {
                case "FROM" -> stage = from(rest, stages);
                case "ARG", "ENV" -> variables(rest, stage.variables);
                case "EXPOSE" -> expose(rest, stage);
                case "ENTRYPOINT", "CMD" -> {
                    boolean entrypoint = words[0].equalsIgnoreCase("ENTRYPOINT");
                    stage.program = entrypoint || stage.program == null || !stage.program.startsWith("ENTRYPOINT")
                            ? words[0].toUpperCase(Locale.ROOT) + " " + rest
                            : stage.program;
                }
                default -> { /* says nothing that a Procfile says */ }
            }
        }
        return new ImageFacts(List.copyOf(stage.ports), stage.program, stage.onBase, List.copyOf(stage.unread));
    }

    private static Stage from(String rest, Map<String, Stage> stages) {
        String[] words = rest.replaceFirst("^(--\\S+\\s+)+", "").split("\\s+");
        var stage = new Stage();
        Stage below = stages.get(words[0].toLowerCase(Locale.ROOT));
        if (below != null) {
            stage.ports.addAll(below.ports);
            stage.variables.putAll(below.variables);
            stage.program = below.program;
        }
        stage.onBase = below != null ? below.onBase : !words[0].equals("scratch");
        if (words.length == 3) {
            stages.put(words[2].toLowerCase(Locale.ROOT), stage);
        }
        return stage;
    }

    private static void variables(String rest, Map<String, String> variables) {
        Matcher pair = Pattern.compile("([A-Za-z_]\\w*)=\"?([^\\s\"]*)\"?").matcher(rest);
        while (pair.find()) {
            variables.put(pair.group(1), pair.group(2));
        }
    }

    private static void expose(String rest, Stage stage) {
        for (String word : rest.split("\\s+")) {
            String port = VARIABLE.matcher(word).replaceAll(found -> Matcher.quoteReplacement(
                    stage.variables.getOrDefault(found.group(1) != null ? found.group(1) : found.group(2), "?")));
            if (port.matches("\\d{1,5}(/tcp)?") && Integer.parseInt(port.replace("/tcp", "")) <= 65_535) {
                stage.ports.add(Integer.parseInt(port.replace("/tcp", "")));
            } else {
                stage.unread.add(word);
            }
        }
    }

    /** Whole instructions: continued lines joined, comments and here-documents left out. */
    private static List<String> instructions(String text) {
        var instructions = new ArrayList<String>();
        var whole = new StringBuilder();
        String until = null;
        for (String line : text.lines().map(String::strip).toList()) {
            if (until != null) {
                until = line.equals(until) ? null : until;
                continue;
            }
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            boolean continued = line.endsWith("\\");
            whole.append(continued ? line.substring(0, line.length() - 1) : line).append(' ');
            if (!continued) {
                String instruction = whole.toString().strip();
                Matcher heredoc = HEREDOC.matcher(instruction);
                until = instruction.matches("(?i)(RUN|COPY|ADD)\\s.*") && heredoc.find() ? heredoc.group(1) : null;
                instructions.add(instruction);
                whole.setLength(0);
            }
        }
        if (!whole.isEmpty()) {
            instructions.add(whole.toString().strip());
        }
        return instructions;
    }
}
