package co.caution.cli;

import co.caution.build.Text;
import co.caution.eif.Eif;
import co.caution.eif.Extraction;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code caution eif extract}. */
@Command(name = "extract", description = "Take an image apart: kernel, command line, metadata and ramdisks, a file each.")
final class EifExtractCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "FILE", description = "The image.")
    Path file;

    @Parameters(index = "1", paramLabel = "DIR", description = "Where the parts go: a new or an empty directory.")
    Path directory;

    @Option(names = "--unpack", description = "Unpack the ramdisks as well. Nothing gets outside of DIR; devices are left out.")
    boolean unpack;

    @Option(names = "--json", description = "JSON for machines.")
    boolean json;

    @Override
    public Integer call() {
        List<String> leftOut = EifCommand.guarded(() -> {
            Eif eif = EifCommand.read(file);
            return Extraction.into(directory, eif, unpack);
        });
        if (json) {
            Output.json(Output.ordered("directory", directory.toString(), "left_out", leftOut));
        } else {
            System.out.println("Extracted to " + directory);
            leftOut.forEach(line -> System.out.println("Left out: " + Text.printable(line)));
        }
        return 0;
    }
}
