package co.caution.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Looks at this machine for {@code doctor}: asks programs, never believes a file name alone, and never fails itself. */
final class Probe {

    private static final int LIMIT_SECONDS = 15;
    private static final byte[] NOTHING = new byte[0];

    private Probe() {}

    /** What a program says, on whichever stream; empty when it is not there or does not end well. */
    static Optional<String> says(String... command) {
        try {
            var result = Program.run(List.of(command), NOTHING, LIMIT_SECONDS);
            return result.ok() ? Optional.of((result.output() + "\n" + result.errors()).strip()) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** A program that must have at least some version. */
    static Finding program(String name, Pattern version, String least, String remedy, String... command) {
        Optional<String> said = says(command);
        if (said.isEmpty()) {
            return Finding.fail(name, command[0] + " is not there, or does not run", remedy);
        }
        Matcher found = version.matcher(said.get());
        if (!found.find()) {
            return Finding.warn(name, command[0] + " does not say its version", "At least " + least + " is needed.");
        }
        return atLeast(found.group(1), least)
                ? Finding.ok(name, found.group(1))
                : Finding.fail(name, found.group(1) + ", but at least " + least + " is needed", remedy);
    }

    /** Numbers separated by dots, compared one by one. */
    static boolean atLeast(String version, String least) {
        String[] has = version.split("\\.");
        String[] needs = least.split("\\.");
        for (int i = 0; i < needs.length; i++) {
            int difference = (i < has.length ? Integer.parseInt(has[i]) : 0) - Integer.parseInt(needs[i]);
            if (difference != 0) {
                return difference > 0;
            }
        }
        return true;
    }

    /** The space that is left where a directory is, or will be. */
    static Finding space(String name, Path directory, long leastGib, long goodGib) {
        Path there = directory;
        while (there != null && !Files.exists(there)) {
            there = there.getParent();
        }
        if (there == null) {
            return Finding.fail(name, directory + " cannot be made", "Name another directory.");
        }
        try {
            long mib = Files.getFileStore(there).getUsableSpace() >> 20;
            String found = (mib >= 10 * 1024 ? mib / 1024 + " GiB" : mib + " MiB") + " free for " + directory;
            String remedy = "Make room, or name another directory; " + goodGib + " GiB are good to have.";
            if (!Files.isWritable(there)) {
                return Finding.fail(name, there + " cannot be written to", "Name another directory, or let this user write there.");
            }
            return mib < leastGib * 1024
                    ? Finding.fail(name, found, remedy)
                    : mib < goodGib * 1024 ? Finding.warn(name, found, remedy) : Finding.ok(name, found);
        } catch (IOException e) {
            return Finding.warn(name, "the space for " + directory + " cannot be told: " + e.getMessage(), "Look yourself.");
        }
    }
}
