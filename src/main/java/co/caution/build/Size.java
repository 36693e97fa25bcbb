package co.caution.build;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An amount of memory or disk. Written as a number and a unit: {@code 512MiB}, {@code 4GB}; units are powers of 1024,
 * with or without the {@code i}.
 */
public record Size(long bytes) {

    private static final Pattern TEXT = Pattern.compile("(\\d{1,12})\\s*([KMGT]?)I?B?", Pattern.CASE_INSENSITIVE);
    private static final String UNITS = "KMGT";

    public Size {
        if (bytes < 0) {
            throw new IllegalArgumentException("a size is not negative");
        }
    }

    /** @throws IllegalArgumentException if the text is no size; the message says how one is written */
    public static Size of(String text) {
        Matcher matcher = TEXT.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is not a size; write a number and a unit, such as 512MiB or 4GiB");
        }
        long bytes = Long.parseLong(matcher.group(1));
        String unit = matcher.group(2).toUpperCase(Locale.ROOT);
        try {
            return new Size(Math.multiplyExact(bytes, unit.isEmpty() ? 1 : 1L << 10 * (UNITS.indexOf(unit) + 1)));
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("'" + text + "' is larger than anything here", e);
        }
    }

    static Size mebibytes(long count) {
        return new Size(count << 20);
    }

    long kibibytes() {
        return bytes >> 10;
    }

    /** In the largest unit that keeps the number whole, as {@link #of} reads it. */
    @Override
    public String toString() {
        int unit = 0;
        long number = bytes;
        while (number != 0 && number % 1024 == 0 && unit < UNITS.length()) {
            number /= 1024;
            unit++;
        }
        return number + " " + (unit == 0 ? "B" : UNITS.charAt(unit - 1) + "iB");
    }
}
