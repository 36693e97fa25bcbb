package co.caution.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A page of the documentation. A block marked {@code sh} holds commands, one marked {@code console} what a terminal showed
 * (its commands begin with {@code $ }); no other block holds any.
 */
public record Page(Path file, String text) {

    private static final Pattern BLOCK = Pattern.compile("(?ms)^```(.*?)\n(.*?)^```");
    private static final Pattern LINK = Pattern.compile("\\[[^\\]]*]\\(([^)\\s]+)\\)");
    private static final Pattern SPAN = Pattern.compile("`([^`\n]+)`");
    private static final Pattern HEREDOC = Pattern.compile("<<-?\\s*'?(\\w+)'?");

    public record Block(String language, String content) {}

    public static List<Page> all() throws IOException {
        var files = new ArrayList<Path>();
        for (String directory : List.of("docs", "deploy", "enclaveos")) {
            if (Files.isDirectory(Path.of(directory))) {
                try (Stream<Path> found = Files.walk(Path.of(directory))) {
                    found.filter(file -> file.toString().endsWith(".md")).sorted().forEach(files::add);
                }
            }
        }
        try (Stream<Path> found = Files.list(Path.of(""))) {
            found.filter(file -> file.toString().endsWith(".md")).sorted().forEach(files::add);
        }
        var pages = new ArrayList<Page>();
        for (Path file : files) {
            pages.add(of(file.toString()));
        }
        return pages;
    }

    public static Page of(String file) throws IOException {
        return new Page(Path.of(file), Files.readString(Path.of(file)));
    }

    public List<Block> blocks() {
        return BLOCK.matcher(text).results().map(match -> new Block(match.group(1).strip(), match.group(2))).toList();
    }

    /** What {@code sh} blocks tell people to run, in order: continued lines and what follows {@code <<} belong together. */
    public List<String> commands() {
        return blocks().stream().filter(block -> block.language().equals("sh")).flatMap(block -> commands(block.content())).toList();
    }

    private static Stream<String> commands(String content) {
        var commands = new ArrayList<String>();
        var open = new StringBuilder();
        String end = null;
        for (String line : content.lines().toList()) {
            open.append(open.isEmpty() ? "" : "\n").append(line);
            var heredoc = HEREDOC.matcher(line);
            if (end == null && heredoc.find()) {
                end = heredoc.group(1);
            } else if (end != null ? line.strip().equals(end) : !line.endsWith("\\")) {
                commands.add(open.toString().strip());
                open.setLength(0);
                end = null;
            }
        }
        return commands.stream().map(command -> command.replaceFirst("\\s+# [^\n]*$", "").strip())
                .filter(command -> !command.isEmpty() && !command.startsWith("#"));
    }

    /** Commands in the prose and in what terminals showed. */
    public Stream<String> mentions() {
        return Stream.concat(
                SPAN.matcher(BLOCK.matcher(text).replaceAll("")).results().map(match -> match.group(1)),
                blocks().stream().filter(block -> block.language().equals("console")).flatMap(block -> block.content().lines())
                        .filter(line -> line.startsWith("$ ")).map(line -> line.substring(2)));
    }

    public List<String> links() {
        return LINK.matcher(BLOCK.matcher(text).replaceAll("")).results().map(match -> match.group(1)).toList();
    }

    /** As the usual renderers make them: lower case, without punctuation, dashes for spaces. */
    public Set<String> anchors() {
        var anchors = new HashSet<String>();
        BLOCK.matcher(text).replaceAll("").lines().filter(line -> line.startsWith("#")).forEach(line -> anchors.add(
                line.replaceFirst("^#+ ", "").toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N} _-]", "").strip().replace(' ', '-')));
        return anchors;
    }
}
