package co.caution.cli;

import co.caution.eif.Eif;
import co.caution.eif.EifDiff;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code caution eif diff}. */
@Command(
        name = "diff",
        description = "Say what makes two images different, down to the file in a ramdisk, and which PCRs that moves.",
        footer = {"", "Exit codes: 0 the files are equal, 2 they differ, 64 usage, 1 anything else."})
final class EifDiffCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "A", description = "An image.")
    Path a;

    @Parameters(index = "1", paramLabel = "B", description = "The other image.")
    Path b;

    @Option(names = "--json", description = "JSON for machines.")
    boolean json;

    @Override
    public Integer call() {
        EifDiff diff = EifCommand.guarded(() -> {
            Eif one = EifCommand.read(a);
            Eif two = EifCommand.read(b);
            ProgressBar bar = new ProgressBar();
            long size = one.size() + two.size();
            try {
                return EifDiff.of(one, two, (part, done) -> EifCommand.show(bar, "comparing " + part, done, size));
            } finally {
                bar.end();
            }
        });
        if (json) {
            Output.json(EifDiffReport.view(diff));
        } else {
            EifDiffReport.print(a.toString(), b.toString(), diff);
        }
        return diff.same() ? 0 : Errors.DIFFERENT;
    }
}
