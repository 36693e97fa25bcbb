package co.caution.backup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Which files of a home directory go into a backup, and in which order: names that point at things before the things.
 * Branches are read first, then the tables, then what both refer to; so a push that comes between is in neither or is
 * built again, and nothing points at what is not there.
 */
final class HomeFiles {

    private final Path home;

    HomeFiles(Path home) {
        this.home = home;
    }

    /** Branches and tags, settings and HEAD of every repository; loose ones before packed ones, as git itself reads. */
    List<Path> branches() throws IOException {
        var files = new ArrayList<Path>();
        for (Path repository : list(home.resolve("repositories"))) {
            files.addAll(below(repository.resolve("refs"), file -> !file.startsWith(repository.resolve("refs/caution"))));
            for (String name : List.of("packed-refs", "HEAD", "config")) {
                files.addAll(below(repository.resolve(name), _ -> true));
            }
        }
        return files;
    }

    /** What branches and tables point at, beside the images. */
    List<Path> rest() throws IOException {
        var files = new ArrayList<Path>();
        for (Path repository : list(home.resolve("repositories"))) {
            Path objects = repository.resolve("objects");
            // Directly in there lies only what is still being received.
            files.addAll(below(objects, file -> !objects.equals(file.getParent())));
        }
        for (Path build : list(home.resolve("builds"))) {
            // What was said, not what was built from (eif-stage): that is made anew from the source.
            files.addAll(list(build).stream().filter(Files::isRegularFile).toList());
        }
        files.addAll(below(home.resolve("ssh"), _ -> true));
        files.addAll(below(home.resolve("simulated-root"), _ -> true));
        files.addAll(below(home.resolve("metrics-token"), _ -> true));
        return files;
    }

    private static List<Path> list(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.sorted().toList();
        }
    }

    private static List<Path> below(Path root, Predicate<Path> wanted) throws IOException {
        if (!Files.exists(root)) {
            return List.of();
        }
        Set<String> unfinished = Set.of(".lock", ".tmp", ".new");
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> unfinished.stream().noneMatch(file.toString()::endsWith))
                    .filter(wanted)
                    .sorted()
                    .toList();
        }
    }
}
