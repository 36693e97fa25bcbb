package co.caution.attestation;

import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads expected registers from text in one of three forms, names in any case:
 *
 * <pre>
 * {"pcr0": "…", "pcr1": "…", "pcr2": "…"}     JSON; also inside of nitro-cli's {"Measurements": {…}}
 * PCR0: …                                     lines, name first
 * … PCR0                                      lines, value first
 * </pre>
 *
 * In the line forms {@code #} starts a comment. A register may be given once.
 */
public final class PcrFile {

    /** In characters. */
    public static final int MAX_SIZE = 1 << 16;
    private static final Pattern NAME_FIRST = Pattern.compile("(?i)PCR(\\d{1,2})\\s*[:=]\\s*([0-9a-f]+)");
    private static final Pattern VALUE_FIRST = Pattern.compile("(?i)([0-9a-f]+)\\s+PCR(\\d{1,2})");
    private static final Pattern KEY = Pattern.compile("(?i)PCR(\\d{1,2})");

    private final SortedMap<Integer, String> values = new TreeMap<>();

    private PcrFile() {}

    public static ExpectedPcrs parse(String text) throws InvalidPcrFileException {
        if (text.length() > MAX_SIZE) {
            throw new InvalidPcrFileException("a file of expected registers has at most " + MAX_SIZE + " characters");
        }
        PcrFile file = new PcrFile();
        if (text.stripLeading().startsWith("{")) {
            file.json(new FlatJson(text));
        } else {
            file.lines(text);
        }
        try {
            return new ExpectedPcrs(file.values);
        } catch (IllegalArgumentException e) {
            throw new InvalidPcrFileException(String.valueOf(e.getMessage()));
        }
    }

    private void lines(String text) throws InvalidPcrFileException {
        int number = 0;
        for (String raw : text.split("\n", -1)) {
            number++;
            int comment = raw.indexOf('#');
            String line = (comment < 0 ? raw : raw.substring(0, comment)).strip();
            if (line.isEmpty()) {
                continue;
            }
            Matcher name = NAME_FIRST.matcher(line);
            Matcher value = VALUE_FIRST.matcher(line);
            if (name.matches()) {
                put(number, name.group(1), name.group(2));
            } else if (value.matches()) {
                put(number, value.group(2), value.group(1));
            } else {
                throw new InvalidPcrFileException(number, "neither 'PCR<n>: <hex>' nor '<hex> PCR<n>'");
            }
        }
    }

    private void json(FlatJson json) throws InvalidPcrFileException {
        for (FlatJson.Member member : json.members()) {
            Matcher key = KEY.matcher(member.key());
            if (key.matches()) {
                put(member.line(), key.group(1), member.value());
            } else if (!member.key().equals("HashAlgorithm")) {
                throw new InvalidPcrFileException(member.line(), "a key that is not pcr<n>");
            }
        }
    }

    private void put(int line, String register, String value) throws InvalidPcrFileException {
        if (!value.matches("(?i)[0-9a-f]{96}")) {
            throw new InvalidPcrFileException(line, "PCR" + register + " is not 96 hex digits");
        }
        if (values.put(Integer.valueOf(register), value) != null) {
            throw new InvalidPcrFileException(line, "PCR" + register + " is given twice");
        }
    }
}
