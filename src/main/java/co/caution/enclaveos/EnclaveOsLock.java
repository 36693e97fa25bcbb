package co.caution.enclaveos;

import co.caution.packages.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What a release of EnclaveOS is: every input by its SHA-256, every output by its SHA-256, and the PCR1 that they give.
 * Its text is canonical: a file that says the same in other words is refused, so {@code sha256sum enclaveos.lock} is the
 * release's digest. It names no host.
 *
 * @param inputs all that goes in
 * @param outputs name to SHA-256: {@code bzImage}, {@code caution-host}, {@code init} (the agent), {@code ramdisk0.cpio}
 * @param pcr1 of every image with this release: SHA-384, lower-case hex
 */
public record EnclaveOsLock(LockedInputs inputs, SortedMap<String, String> outputs, String pcr1) {

    /** The file's name, in a release and in the repository. */
    public static final String FILE = "enclaveos.lock";

    public static final String KERNEL = "bzImage";
    public static final String HOST = "caution-host";
    public static final String AGENT = "init";
    public static final String RAMDISK = "ramdisk0.cpio";

    static final List<String> OUTPUTS = List.of(KERNEL, HOST, AGENT, RAMDISK);

    private static final String HEADER =
            """
            # caution enclaveos lock 1
            # Made by `caution enclaveos update` and `caution enclaveos build`; not to be written by hand. What the lines
            # mean, and how to rebuild by hand what they name: docs/reference/enclaveos.md
            """;
    private static final Pattern PCR = Pattern.compile("[0-9a-f]{96}");
    /** No lock is longer, in bytes. */
    public static final int MAX_LENGTH = 1 << 20;

    public EnclaveOsLock {
        outputs = Collections.unmodifiableSortedMap(new TreeMap<>(outputs));
        if (!List.copyOf(outputs.keySet()).equals(OUTPUTS)) {
            throw new IllegalArgumentException("the outputs are " + outputs.keySet() + ", not " + OUTPUTS);
        }
    }

    /**
     * @param file what to call it in an error
     * @throws EnclaveOsLockException where the text is not exactly what {@link #format} writes; the message names the line
     */
    public static EnclaveOsLock parse(String file, String text) throws EnclaveOsLockException {
        if (text.length() > MAX_LENGTH || !text.startsWith(HEADER)) {
            throw new EnclaveOsLockException(file + ": this is not an EnclaveOS lock of format 1; take the one of the"
                    + " release, or make it with `caution enclaveos build`");
        }
        LockLines lines = new LockLines(file, HEADER.lines().count(), text.substring(HEADER.length()));
        LockedInputs inputs = LockedInputs.read(lines);
        Map<String, String> outputs = new TreeMap<>();
        for (String name : OUTPUTS) {
            String[] words = lines.next("output", 2);
            if (!words[0].equals(name)) {
                throw lines.bad("the output " + name + " belongs here");
            }
            outputs.put(name, lines.sha256(words[1]));
        }
        String pcr1 = lines.next("pcr1", 1)[0];
        if (!PCR.matcher(pcr1).matches()) {
            throw lines.bad("a PCR is 96 digits of lower-case hex");
        }
        lines.end();
        EnclaveOsLock lock = new EnclaveOsLock(inputs, new TreeMap<>(outputs), pcr1);
        if (!lock.format().equals(text)) {
            throw new EnclaveOsLockException(file + ": it is not written as the program writes it (spaces, order or line"
                    + " ends); its digest would be another. Take the file as it was released");
        }
        return lock;
    }

    /** The file's text. */
    public String format() {
        var lines = new ArrayList<String>();
        outputs.forEach((name, sha256) -> lines.add("output " + name + " " + sha256));
        lines.add("pcr1 " + pcr1);
        return HEADER + inputs.format() + String.join("\n", lines) + "\n";
    }

    /** SHA-256 of the text, lower-case hex: the release's digest. */
    public String digest() {
        return Sha256.of(format().getBytes(StandardCharsets.UTF_8));
    }

    /** Version of Linux as its package says it, such as {@code 6.12.95-1}; 0 where no source of one is locked. */
    public String kernelVersion() {
        return inputs.pins().packages().stream().filter(source -> source.name().startsWith("linux-source-")).findFirst()
                .map(source -> source.version().replaceFirst("^[0-9]+:", "")).orElse("0");
    }

    /** The measured kernel command line. */
    public String cmdline() {
        return inputs.cmdline();
    }
}
