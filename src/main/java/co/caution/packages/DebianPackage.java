package co.caution.packages;

import java.util.regex.Pattern;

/**
 * A package that is pinned.
 *
 * @param architecture {@code all}, or Debian's name of one
 * @param sha256 of the {@code .deb}, lower-case hex
 */
public record DebianPackage(String name, String version, String architecture, String sha256) {

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9+.-]{1,127}");
    private static final Pattern VERSION = Pattern.compile("[A-Za-z0-9][A-Za-z0-9.+:~-]{0,127}");
    private static final Pattern ARCHITECTURE = Pattern.compile("[a-z0-9][a-z0-9-]{1,31}");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    /** @throws PackageException unless the line is {@code name version architecture sha256} */
    public static DebianPackage parse(String line) throws PackageException {
        String[] words = line.split(" +");
        if (words.length != 4
                || !NAME.matcher(words[0]).matches()
                || !VERSION.matcher(words[1]).matches()
                || !ARCHITECTURE.matcher(words[2]).matches()
                || !SHA256.matcher(words[3]).matches()) {
            throw new PackageException("it is not `name version architecture sha256`");
        }
        return new DebianPackage(words[0], words[1], words[2], words[3]);
    }

    /** The line that {@link #parse} reads. */
    public String format() {
        return name + " " + version + " " + architecture + " " + sha256;
    }
}
