package co.caution.enclaveos;

import co.caution.packages.DebianPackage;
import co.caution.packages.PackageException;
import co.caution.packages.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a release takes from others.
 *
 * @param packages Debian packages, by name: the toolchain's root file system and the kernel's source
 * @param go the toolchain that compiles the agent and the parent's program, such as {@code go1.26.8}
 * @param goSha256 of the toolchain's module zip for linux-amd64
 */
public record Pins(List<DebianPackage> packages, String go, String goSha256) {

    private static final Pattern GO = Pattern.compile("go1\\.[0-9]{1,3}\\.[0-9]{1,3}");

    public Pins {
        packages = List.copyOf(packages);
    }

    static Pins read(LockLines lines) throws EnclaveOsLockException {
        var packages = new ArrayList<DebianPackage>();
        while (lines.nextIs("package")) {
            packages.add(entry(lines, packages.isEmpty() ? "" : packages.getLast().name()));
        }
        String[] go = lines.next("go", 3);
        if (!GO.matcher(go[0]).matches()) {
            throw lines.bad("this is not a version of Go");
        }
        if (!go[1].equals("linux-amd64")) {
            throw lines.bad("the Go toolchain is for " + go[1] + ", not linux-amd64");
        }
        return new Pins(packages, go[0], lines.sha256(go[2]));
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

    /** The lock's lines about them. */
    String format() {
        return packageLines() + goLine();
    }

    String packageLines() {
        var lines = new StringBuilder();
        packages.forEach(entry -> lines.append("package ").append(entry.format()).append('\n'));
        return lines.toString();
    }

    String goLine() {
        return "go " + go + " linux-amd64 " + goSha256 + "\n";
    }

    String digest() {
        return Sha256.of(format().getBytes(StandardCharsets.UTF_8));
    }
}
