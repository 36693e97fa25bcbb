package co.caution.cli;

import co.caution.build.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A Procfile for a repository that has none: what its Containerfile says, written out.
 *
 * @param build the build line's value
 * @param text the whole file
 * @param notes what its author should look at
 */
record ProcfileProposal(String build, String text, List<String> notes) {

    private static final List<String> NAMES = List.of("Containerfile", "Dockerfile");
    private static final int SHOWN = 5;

    /**
     * @param named a Containerfile, or a directory that holds one; a path within the repository
     * @throws CliException when there is none, or not where it was said to be
     */
    static ProcfileProposal of(Path root, @Nullable Path named) throws IOException {
        var notes = new ArrayList<String>();
        Path file = named == null ? in(root, notes) : inside(root, named, notes);
        if (file == null) {
            throw new CliException(Errors.USAGE, none(root, named));
        }
        Path top = root.toRealPath();
        Path directory = file.getParent().toRealPath();
        String context = directory.equals(top) ? "." : slashes(top.relativize(directory));
        String path = (context.equals(".") ? "" : context + "/") + file.getFileName();
        if (path.matches(".*[\\s'\"\\\\].*")) {
            throw new CliException(Errors.USAGE, "The path '" + path + "' cannot stand in a Procfile: rename it without blanks and"
                    + " quotes.");
        }
        String build = "docker build -f " + path + " " + context;
        return new ProcfileProposal(build, text(build, ImageFacts.of(Files.readString(file)), notes), List.copyOf(notes));
    }

    private static @Nullable Path inside(Path root, Path named, List<String> notes) throws IOException {
        Path there = Surroundings.current().directory().toRealPath().resolve(named).normalize();
        if (!there.startsWith(root.toRealPath())) {
            throw new CliException(Errors.USAGE, "'" + named + "' is outside of the repository " + root + ".");
        }
        return Files.isDirectory(there) ? in(there, notes) : Files.isRegularFile(there) ? there : null;
    }

    private static @Nullable Path in(Path directory, List<String> notes) {
        List<Path> found = NAMES.stream().map(directory::resolve).filter(Files::isRegularFile).toList();
        if (found.size() > 1) {
            notes.add("There are a Containerfile and a Dockerfile; the Containerfile is taken.");
        }
        return found.isEmpty() ? null : found.getFirst();
    }

    private static String none(Path root, @Nullable Path named) {
        if (named != null) {
            return "There is no Containerfile (or Dockerfile) at '" + named + "'.";
        }
        Git.Result files = Git.run(root, "ls-files", "--cached", "--others", "--exclude-standard", "--", "*/Containerfile", "*/Dockerfile");
        List<String> elsewhere = files.ok() ? files.output().lines().toList() : List.of();
        return elsewhere.isEmpty()
                ? "There is no Containerfile (or Dockerfile) in " + root + " to build the app from. Write one, then run"
                        + " 'caution init' again."
                : "There is no Containerfile (or Dockerfile) at the top of the repository. Name the one to build: "
                        + elsewhere.stream().limit(SHOWN).map(path -> "caution init --containerfile " + path)
                                .collect(Collectors.joining(", or "));
    }

    private static String text(String build, ImageFacts image, List<String> notes) {
        var text = new StringBuilder();
        text.append("# How this app is built and run. Every key: docs/reference/procfile.md\n");
        text.append("build: ").append(build).append('\n');
        if (image.program() != null) {
            text.append("# What runs is the image's ").append(shown(image.program())).append("; another program:\n");
        } else {
            text.append("# The program to run, when it is not the base image's ENTRYPOINT or CMD:\n");
            if (!image.onBase()) {
                notes.add("The Containerfile has neither ENTRYPOINT nor CMD: say in the Procfile what to run (run: /path/to/program).");
            }
        }
        text.append("# run: /app/server\n");
        text.append("# What it may have; without memory_mb the platform takes what the image needs:\n# cpus: 2\n# memory_mb: 512\n");
        if (image.ports().size() > 1) {
            text.append("# The ports it listens on. The first is HTTP: put that one in front.\n");
            text.append("ports: ").append(ports(image)).append('\n');
            notes.add("The image exposes several ports; the Procfile takes " + image.ports().getFirst() + " for HTTP. Put the right one first.");
        } else if (image.ports().size() == 1) {
            text.append("# It listens where the image says, on ").append(ports(image)).append("; another port:\n# ports: 8080\n");
        } else {
            text.append("# The port it listens on (HTTP), which the Containerfile does not say (EXPOSE):\n# ports: 8080\n");
            notes.add("The Containerfile has no " + (image.unread().isEmpty() ? "EXPOSE" : "EXPOSE that is a number ("
                    + String.join(" ", image.unread()) + ")") + ": say in the Procfile where the app listens (ports: 8080).");
        }
        return text.toString();
    }

    /** One line, whatever the Containerfile wrote. */
    private static String shown(String program) {
        String line = Text.printable(program.replaceAll("\\s+", " "));
        return line.length() > 100 ? line.substring(0, 100) + "…" : line;
    }

    private static String ports(ImageFacts image) {
        return image.ports().stream().map(String::valueOf).collect(Collectors.joining(", "));
    }

    private static String slashes(Path path) {
        return path.toString().replace('\\', '/');
    }

    /** @return whether the repository has one, of whatever kind */
    static boolean present(Path root) {
        return Files.exists(root.resolve("Procfile"), LinkOption.NOFOLLOW_LINKS);
    }
}
