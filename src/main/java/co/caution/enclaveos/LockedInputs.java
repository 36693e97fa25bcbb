package co.caution.enclaveos;

import co.caution.packages.DebianPackage;
import co.caution.packages.PackageException;
import co.caution.packages.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * All that goes into a release.
 *
 * @param recipe the way of building, a number that changes when it does
 * @param packages Debian packages, by name: the toolchain's root file system and the kernel's source
 * @param go the toolchain that compiles the agent and the parent's program, such as {@code go1.26.8}
 * @param goSha256 of the toolchain's module zip for linux-amd64
 * @param sources our own, part to SHA-256: {@code guest}, {@code host}, {@code kernel.config}
 * @param cmdline the measured kernel command line
 */
public record LockedInputs(
        int recipe, List<DebianPackage> packages, String go, String goSha256, SortedMap<String, String> sources, String cmdline) {

    private static final List<String> SOURCES = List.of("guest", "host", "kernel.config");
    private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,5}");
    private static final Pattern GO = Pattern.compile("go1\\.[0-9]{1,3}(\\.[0-9]{1,3})?");
    private static final Pattern CMDLINE = Pattern.compile("[A-Za-z0-9_.,=-]+( [A-Za-z0-9_.,=-]+)*");

    public LockedInputs {
        packages = List.copyOf(packages);
        sources = Collections.unmodifiableSortedMap(new TreeMap<>(sources));
    }

    static LockedInputs read(LockLines lines) throws EnclaveOsLockException {
        int recipe = Integer.parseInt(checked(lines, NUMBER, lines.next("recipe", 1)[0], "the number of a recipe"));
        var packages = new ArrayList<DebianPackage>();
        while (lines.nextIs("package")) {
            packages.add(entry(lines, packages.isEmpty() ? "" : packages.getLast().name()));
        }
        String[] go = lines.next("go", 3);
        checked(lines, GO, go[0], "a version of Go");
        if (!go[1].equals("linux-amd64")) {
            throw lines.bad("the Go toolchain is for " + go[1] + ", not linux-amd64");
        }
        lines.sha256(go[2]);
        var sources = new TreeMap<String, String>();
        for (String part : SOURCES) {
            String[] source = lines.next("source", 2);
            if (!source[0].equals(part)) {
                throw lines.bad("the source " + part + " belongs here");
            }
            sources.put(part, lines.sha256(source[1]));
        }
        String cmdline = checked(lines, CMDLINE, lines.next("cmdline"), "a kernel command line");
        return new LockedInputs(recipe, packages, go[0], go[2], sources, cmdline);
    }

    private static DebianPackage entry(LockLines lines, String before) throws EnclaveOsLockException {
        DebianPackage entry;
        try {
            entry = DebianPackage.parse(lines.next("package"));
        } catch (PackageException e) {
            throw lines.bad(String.valueOf(e.getMessage()));
        }
        if (!entry.architecture().equals("all") && !entry.architecture().equals("amd64")) {
            throw lines.bad("the package is for " + entry.architecture() + ", not amd64");
        }
        if (entry.name().compareTo(before) <= 0) {
            throw lines.bad(entry.name() + (entry.name().equals(before) ? " is listed twice" : " is not in its place by name"));
        }
        return entry;
    }

    private static String checked(LockLines lines, Pattern pattern, String word, String what)
            throws EnclaveOsLockException {
        if (!pattern.matcher(word).matches()) {
            throw lines.bad("this is not " + what);
        }
        return word;
    }

    /** The lock's lines about inputs. */
    String format() {
        var lines = new StringBuilder("recipe " + recipe + "\n");
        packages.forEach(entry -> lines.append("package ").append(entry.format()).append('\n'));
        lines.append("go ").append(go).append(" linux-amd64 ").append(goSha256).append('\n');
        sources.forEach((part, sha256) -> lines.append("source ").append(part).append(' ').append(sha256).append('\n'));
        return lines.append("cmdline ").append(cmdline).append('\n').toString();
    }

    /** What a build's results are found under: SHA-256 over the lines. */
    String digest() {
        return Sha256.of(format().getBytes(StandardCharsets.UTF_8));
    }
}
