package co.caution.packages;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Where packages come from. What it brings is checked by whoever asked. */
interface Archive {

    /** Which package lists to look into. */
    enum Lists {
        MACHINE,
        OWN
    }

    /** Whether the lists are there, after fetching them if they are our own. */
    boolean ready(Lists lists) throws IOException, InterruptedException;

    /**
     * Puts the packages' files into a directory, under any name.
     *
     * @return whether it brought all
     */
    boolean download(Lists lists, Path directory, List<DebianPackage> packages, Duration limit)
            throws IOException, InterruptedException;
}
