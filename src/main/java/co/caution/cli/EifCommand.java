package co.caution.cli;

import co.caution.eif.Eif;
import co.caution.eif.InvalidCpioException;
import co.caution.eif.InvalidEifException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import picocli.CommandLine.Command;

/** {@code caution eif}: enclave images as files, whoever made them. */
@Command(
        name = "eif",
        description = "Write, read, compare and take apart enclave images (EIF).",
        subcommands = {
            EifBuildCommand.class,
            EifDescribeCommand.class,
            EifDiffCommand.class,
            EifExtractCommand.class
        })
final class EifCommand {

    /** Below this there is nothing to wait for. */
    private static final long WORTH_A_BAR = 64L << 20;

    /** Work on files. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws IOException;
    }

    private EifCommand() {}

    /** Runs it, and says what went wrong with which file in one line. */
    static <T> T guarded(Work<T> work) {
        try {
            return work.run();
        } catch (NoSuchFileException e) {
            throw new CliException("There is no file " + e.getFile() + ".");
        } catch (AccessDeniedException e) {
            throw new CliException("The file " + e.getFile() + " is not open to you: check its permissions.");
        } catch (FileAlreadyExistsException e) {
            throw new CliException(e.getFile() + " is there already.");
        } catch (FileSystemException e) {
            throw new CliException(e.getFile() + ": " + (e.getReason() == null ? "the file system refused" : e.getReason()) + ".");
        } catch (InvalidEifException | InvalidCpioException e) {
            throw new CliException("Refused: " + e.getMessage() + ".");
        } catch (IOException | IllegalArgumentException e) {
            throw new CliException(e.getMessage() == null ? e.toString() : e.getMessage() + ".");
        }
    }

    /** Reads, checks and measures an image, with a bar while that takes long. */
    static Eif read(Path file) throws IOException {
        if (!Files.isRegularFile(file) && Files.exists(file)) {
            throw new CliException(file + " is not a file.");
        }
        ProgressBar bar = new ProgressBar();
        long size = Files.size(file);
        try {
            return Eif.read(file, done -> show(bar, "measuring " + file.getFileName(), done, size));
        } catch (InvalidEifException e) {
            throw new CliException(file + " is refused: " + e.getMessage() + ".");
        } finally {
            bar.end();
        }
    }

    /** On terminals only: elsewhere nobody waits, and standard error is for what went wrong. */
    static void show(ProgressBar bar, String what, long done, long size) {
        if (size >= WORTH_A_BAR && Style.progress()) {
            bar.show(what, (double) done / size);
        }
    }
}
