package co.caution.enclaveos;

import co.caution.packages.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * All that goes into a release.
 *
 * @param recipe the way of building, a number that changes when it does
 * @param sources our own, part to SHA-256: {@code guest}, {@code host}, {@code kernel.config}
 * @param cmdline the measured kernel command line
 */
public record LockedInputs(int recipe, Pins pins, SortedMap<String, String> sources, String cmdline) {

    static final List<String> SOURCES = List.of("guest", "host", "kernel.config");

    private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,5}");
    private static final Pattern CMDLINE = Pattern.compile("[A-Za-z0-9_.,=-]+( [A-Za-z0-9_.,=-]+)*");

    public LockedInputs {
        sources = Collections.unmodifiableSortedMap(new TreeMap<>(sources));
    }

    static LockedInputs read(LockLines lines) throws EnclaveOsLockException {
        String recipe = lines.next("recipe", 1)[0];
        if (!NUMBER.matcher(recipe).matches()) {
            throw lines.bad("this is not the number of a recipe");
        }
        Pins pins = Pins.read(lines);
        var sources = new TreeMap<String, String>();
        for (String part : SOURCES) {
            String[] source = lines.next("source", 2);
            if (!source[0].equals(part)) {
                throw lines.bad("the source " + part + " belongs here");
            }
            sources.put(part, lines.sha256(source[1]));
        }
        String cmdline = lines.next("cmdline");
        if (!CMDLINE.matcher(cmdline).matches()) {
            throw lines.bad("this is not a kernel command line");
        }
        return new LockedInputs(Integer.parseInt(recipe), pins, sources, cmdline);
    }

    /** The lock's lines about inputs. */
    String format() {
        var lines = new StringBuilder(recipeLine()).append(pins.format());
        SOURCES.forEach(part -> lines.append(sourceLine(part)));
        return lines.append("cmdline ").append(cmdline).append('\n').toString();
    }

    /** What a release is found under: SHA-256 over the lines. */
    String digest() {
        return digest(format());
    }

    /** What a toolchain's root file system is found under. */
    String toolchainDigest() {
        return digest(pins.packageLines());
    }

    /** What a kernel is found under: another agent has the same. */
    String kernelDigest() {
        return digest(recipeLine() + pins.packageLines() + sourceLine("kernel.config"));
    }

    /** What a program is found under: it imports nothing but Go's own library. */
    String programDigest(String module) {
        return digest(recipeLine() + pins.goLine() + sourceLine(module));
    }

    private String recipeLine() {
        return "recipe " + recipe + "\n";
    }

    private String sourceLine(String part) {
        return "source " + part + " " + sources.get(part) + "\n";
    }

    private static String digest(String lines) {
        return Sha256.of(lines.getBytes(StandardCharsets.UTF_8));
    }
}
