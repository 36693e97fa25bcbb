package co.caution.packages;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The machine's own apt with directories of ours: it reads the machine's sources, keys and proxy settings, needs no
 * right, and neither knows nor touches what is installed.
 */
final class Apt implements Archive {

    private static final Path MACHINE_LISTS = Path.of("/var/lib/apt/lists");

    /** Names an apt sources file ({@code .list} or {@code .sources}) to use instead of the machine's own. */
    static final String SOURCES = "CAUTION_APT_SOURCES";

    private final PackageHome home;
    private final @Nullable String sources;

    Apt(PackageHome home) {
        this(home, System.getenv(SOURCES));
    }

    Apt(PackageHome home, @Nullable String sources) {
        this.home = home;
        this.sources = sources;
    }

    @Override
    public boolean ready(Lists lists) throws IOException, InterruptedException {
        if (lists == Lists.MACHINE) {
            return sources == null && holdsPackages(MACHINE_LISTS);
        }
        return run(lists, home.apt(), Duration.ofMinutes(5), "apt-get", List.of("-qq", "update")).status() == 0;
    }

    @Override
    public boolean download(Lists lists, Path directory, List<DebianPackage> entries, Duration limit)
            throws IOException, InterruptedException {
        var arguments = new ArrayList<>(List.of("-qq", "download"));
        for (DebianPackage entry : entries) {
            String architecture = entry.architecture().equals("all") ? "" : ":" + entry.architecture();
            arguments.add(entry.name() + architecture + "=" + entry.version());
        }
        return run(lists, directory, limit, "apt-get", arguments).status() == 0;
    }

    Command.Result run(Lists lists, Path directory, Duration limit, String tool, List<String> arguments)
            throws IOException, InterruptedException {
        Path state = home.apt();
        Path status = state.resolve("status");
        Path ownLists = state.resolve("lists");
        Files.createDirectories(ownLists.resolve("partial"));
        Files.createDirectories(state.resolve("cache/archives/partial"));
        if (!Files.exists(status)) {
            Files.createFile(status);
        }
        var command = new ArrayList<>(List.of(
                tool,
                "-o", "Dir::State::status=" + status,
                "-o", "Dir::State::lists=" + (lists == Lists.MACHINE ? MACHINE_LISTS : ownLists),
                "-o", "Dir::Cache=" + state.resolve("cache"),
                "-o", "Dir::Log=" + state,
                "-o", "Debug::NoLocking=1",
                "-o", "APT::Sandbox::User=root",
                "-o", "APT::Install-Recommends=0",
                "-o", "Acquire::Retries=2"));
        if (sources != null) {
            command.addAll(List.of("-o", "Dir::Etc::sourcelist=" + sources, "-o", "Dir::Etc::sourceparts=/nonexistent"));
        }
        command.addAll(arguments);
        return Command.run(directory, limit, command);
    }

    private static boolean holdsPackages(Path lists) throws IOException {
        if (!Files.isDirectory(lists)) {
            return false;
        }
        try (var files = Files.list(lists)) {
            return files.anyMatch(file -> file.getFileName().toString().contains("_Packages"));
        }
    }
}
