package co.caution.backup;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which files of a home directory go into a backup, and in which order: names that point at things before the things.
 * Branches are read first, then the tables, then what both refer to; so a push that comes between is in neither or is
 * built again, and nothing points at what is not there.
 */
final class HomeFiles {

    private static final Set<String> UNFINISHED = Set.of(".lock", ".tmp", ".new");

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
        files.addAll(below(home.resolve("files"), _ -> true));
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

    /** Regular files in order; what goes or gets its name while one looks was not finished. */
    private static List<Path> below(Path root, Predicate<Path> wanted) throws IOException {
        var found = new ArrayList<Path>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (attributes.isRegularFile() && UNFINISHED.stream().noneMatch(file.toString()::endsWith) && wanted.test(file)) {
                    found.add(file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                return unlessGone(e);
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) throws IOException {
                return unlessGone(e);
            }

            private static FileVisitResult unlessGone(@Nullable IOException e) throws IOException {
                if (e != null && !(e instanceof NoSuchFileException)) {
                    throw e;
                }
                return FileVisitResult.CONTINUE;
            }
        });
        found.sort(null);
        return found;
    }
}
