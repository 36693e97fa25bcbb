package co.caution.cli;

import co.caution.backup.Restore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code caution admin backup}: while the service runs. */
@Command(name = "backup", description = "Write everything of a running server that cannot be made anew into one file.")
final class BackupCommand implements Callable<Integer> {

    @Parameters(paramLabel = "FILE", description = "The backup, a tar that nobody else can read. It must not be there yet.")
    Path file;

    @Option(names = "--home", paramLabel = "DIR", description = "The server's home (default: ~/.local/share/caution).")
    Path home;

    @Option(names = "--all-images", description = "The images of every release, not only those that run, or ran last.")
    boolean allImages;

    @Option(names = "--json", description = "JSON for machines.")
    boolean json;

    @Override
    public Integer call() throws IOException {
        if (Files.exists(file)) {
            throw new CliException(Errors.USAGE, "The file " + file + " is there already; a backup overwrites nothing.");
        }
        Path directory = file.toAbsolutePath().getParent();
        if (!Files.isWritable(directory)) {
            throw new CliException(Errors.USAGE, "Nothing can be written into " + directory + ".");
        }
        ApiClient api = AdminCommand.api(home == null ? Context.defaultHome() : home);
        Path partial = Files.createTempFile(directory, file.getFileName().toString(), ".partial",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        var bar = new ProgressBar();
        try {
            try (var out = Files.newOutputStream(partial)) {
                api.download("/api/admin/backup?all_images=" + allImages, out,
                        (bytes, total) -> bar.show("Backing up", total == 0 ? 0 : 0.9 * bytes / total));
            }
            // Only what was read back whole is called a backup.
            var summary = Restore.of(partial, fraction -> bar.show("Checking", 0.9 + fraction / 10)).summary();
            Files.move(partial, file);
            bar.end();
            report(summary);
            return 0;
        } finally {
            bar.end();
            Files.deleteIfExists(partial);
        }
    }

    private void report(Restore.Summary summary) throws IOException {
        if (json) {
            Output.json(Map.of("file", file.toAbsolutePath().toString(), "bytes", Files.size(file), "entries", summary.entries(),
                    "schema", summary.schema()));
            return;
        }
        System.out.println("Backup:   " + file.toAbsolutePath() + " (" + (Files.size(file) + (1 << 20) - 1 >> 20) + " MiB, "
                + summary.entries() + " entries, checked)");
        System.out.println("It holds this server's keys: keep it where only its operator can read it.");
    }
}
