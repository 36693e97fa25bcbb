package co.caution.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import co.caution.docs.Page;
import co.caution.docs.Plan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;

/** What the docs tell people to type exists, and so does what they link to. {@code DocsIT} runs the commands. */
class DocsTest {

    private static final Pattern COMMAND = Pattern.compile(
            "(?m)^\\s*(\\$ |(?:sudo |\\./)?(?:caution|git|curl|ssh|ssh-keygen|mvnw|docker|podman|systemctl|install|cp|export) )");
    private static final CommandLine CAUTION = Caution.commandLine();
    private static final Pattern WORD = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"|'([^']*)'|(\\S+)");

    @Test
    void everyCautionCommandIsOneThatThereIs() throws IOException {
        var wrong = new ArrayList<String>();
        int checked = 0;
        for (Page page : Page.all()) {
            for (String command : page.commands()) {
                for (String one : invocations(command)) {
                    checked++;
                    problem(one, true).ifPresent(why -> wrong.add(page.file() + ": " + one + ": " + why));
                }
            }
            for (String mention : page.mentions().toList()) {
                for (String one : invocations(mention)) {
                    checked++;
                    problem(one, false).ifPresent(why -> wrong.add(page.file() + ": " + one + ": " + why));
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(checked).isGreaterThan(40);
    }

    /** Prose may leave out what a command needs; what it names must exist. */
    private static Optional<String> problem(String command, boolean whole) {
        var words = new ArrayList<String>();
        WORD.matcher(command.replaceAll("[<>]+\\s*\\S+", "")).results().forEach(match ->
                words.add(match.group(1) != null ? match.group(1) : match.group(2) != null ? match.group(2) : match.group(3)));
        words.removeFirst();
        try {
            // A type that a placeholder does not have is none of this test's business, nor is an alternative: backup|restore.
            CAUTION.parseArgs(words.stream().map(word -> word.replaceAll("\\|.*", "")).toArray(String[]::new));
        } catch (MissingParameterException e) {
            return whole ? Optional.of(e.getMessage()) : Optional.empty();
        } catch (ParameterException e) {
            return e.getMessage().startsWith("Invalid value") ? Optional.empty() : Optional.of(e.getMessage());
        }
        return Optional.empty();
    }

    private static List<String> invocations(String command) {
        return Stream.of(command.replace("\\\n", " ").split("&&|\\|\\||[;\n]| \\| "))
                .map(String::strip)
                .map(one -> one.replaceFirst("^(sudo (-u \\S+ )?|[A-Z_]+=\\S+ |\\./)+", ""))
                .filter(one -> one.startsWith("caution ") && !one.contains("…"))
                .filter(one -> !one.equals("caution login 1")) // what a login signs begins so
                .toList();
    }

    @Test
    void commandsAreInBlocksThatSayThatTheyAreCommands() throws IOException {
        for (Page page : Page.all()) {
            for (var block : page.blocks()) {
                if (!List.of("sh", "console", "mermaid").contains(block.language()) && COMMAND.matcher(block.content()).find()
                        && !page.file().endsWith("cli.md")) {
                    fail("%s: mark this block 'sh' (commands, which are run) or 'console' (what a terminal showed):%n%s",
                            page.file(), block.content());
                }
            }
        }
    }

    @Test
    void everyCommandIsRunOrItIsSaidWhyNot() throws IOException {
        var forgotten = new ArrayList<String>();
        for (Page page : Page.all()) {
            if (!Plan.PAGES.contains(page.file().toString())) {
                page.commands().stream().filter(command -> !Plan.covers(page, command))
                        .forEach(command -> forgotten.add(page.file() + " " + command));
            }
        }
        assertThat(forgotten).as("add the page to Plan.PAGES, or the command to Plan.NOT_RUN").isEmpty();
    }

    @Test
    void everyExceptionFromBeingRunIsStillNeeded() throws IOException {
        var pages = Page.all();
        assertThat(Plan.NOT_RUN.keySet()).allSatisfy(entry -> assertThat(pages.stream().anyMatch(page ->
                page.commands().stream().anyMatch(command -> (page.file() + " " + command).startsWith(entry)))).as(entry).isTrue());
    }

    @Test
    void everyLinkLeadsSomewhere() throws IOException {
        var broken = new ArrayList<String>();
        for (Page page : Page.all()) {
            for (String link : page.links()) {
                if (link.matches("[a-z]+:.*")) {
                    continue;
                }
                String[] parts = link.split("#", 2);
                Path target = parts[0].isEmpty()
                        ? page.file()
                        : page.file().resolveSibling(parts[0]).normalize();
                if (!Files.exists(target)) {
                    broken.add(page.file() + " -> " + link);
                } else if (parts.length == 2 && !Page.of(target.toString()).anchors().contains(parts[1])) {
                    broken.add(page.file() + " -> " + link + " (no such heading)");
                }
            }
        }
        assertThat(broken).isEmpty();
    }

    /** A page that nothing links to is a page that nobody reads. */
    @Test
    void everyPageIsReachedFromTheIndex() throws IOException {
        Page index = Page.of("docs/README.md");
        var linked = index.links().stream().map(link -> index.file().resolveSibling(link.replaceFirst("#.*", "")).normalize()).toList();
        for (Page page : Page.all()) {
            if (page.file().startsWith("docs") && !page.file().equals(index.file())) {
                assertThat(linked).as("link it from docs/README.md").contains(page.file());
            }
        }
    }
}
