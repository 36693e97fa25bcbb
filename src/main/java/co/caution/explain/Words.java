package co.caution.explain;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a piece of text looks like: a date, a path, a key. */
final class Words {

    private static final String MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*";
    private static final Pattern DATE = Pattern.compile("20\\d\\d-[01]\\d-[0-3]\\d|[0-2]\\d:[0-5]\\d(?::[0-5]\\d)?|" + MONTH
            + "\\.?  ?[0-3]?\\d,? (?:20\\d\\d)?|[0-3]?\\d " + MONTH + " 20\\d\\d|20\\d\\d[01]\\d[0-3]\\d(?:T?\\d{4,6}Z?)?(?!\\d)"
            + "|(?<!\\d)(?:1[5-9]|2[0-2])\\d{8}(?:\\d{3}|\\.\\d+)?(?!\\d)|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*(?=[ ,])");
    private static final Pattern TEMPORARY = Pattern.compile("/(?:tmp|var/tmp)/[A-Za-z0-9._-]*(?:[A-Za-z0-9]{6,})");
    private static final Pattern PATH = Pattern.compile("(?:/[A-Za-z0-9._+@~-]++){2,}+");
    private static final Pattern KEY = Pattern.compile(
            "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|[0-9a-fA-F]{16,}|[A-Za-z0-9+/_-]{20,}={0,2}");
    private static final Pattern NUMBER = Pattern.compile("(?<![\\w.])\\d{1,4}(?![\\w.])|(?<==)\\d{1,4}(?![\\w.])");
    private static final Pattern ABOUT_CPUS = Pattern.compile("(?i)cpu|core|nproc|processor|thread|worker|jobs|parallel");
    private static final Pattern PACKAGES = Pattern.compile(
            "/var/lib/(?:dpkg|rpm|pacman)/.*|/lib/apk/db/.*|.*/node_modules/\\.package-lock\\.json|.*\\.dist-info/.*");
    /** 2015 to 2100. */
    private static final long EARLIEST = 1_420_070_400L;
    private static final long LATEST = 4_102_444_800L;

    private static final int MAX_LIST = 1 << 20;
    private static final int LONGEST = 4096;

    private Words() {}

    static boolean isPackageDatabase(String path) {
        return PACKAGES.matcher(path).matches();
    }

    static boolean isRecent(long seconds) {
        return seconds > EARLIEST && seconds < LATEST;
    }

    static boolean isText(byte[] content) {
        for (byte b : content) {
            if (b >= 0 && b < ' ' && b != '\n' && b != '\t' && b != '\r') {
                return false;
            }
        }
        return true;
    }

    /** Whether each line is a path, and they are in no order. */
    static boolean isUnsortedList(byte[] content) {
        if (content.length > MAX_LIST || !isText(content)) {
            return false;
        }
        List<String> lines = new String(content, StandardCharsets.UTF_8).lines().toList();
        return lines.size() > 2 && lines.stream().allMatch(line -> line.matches("\\.{0,2}/.*"))
                && !lines.equals(lines.stream().sorted().toList());
    }

    /** The line, or the string in a binary, that a difference lies in, as far as it is printable. */
    static String around(byte[] content, int from, int until, int most) {
        int to = Math.min(until, from + LONGEST); // what differs as a whole shows by its beginning what it is
        int start = from;
        while (start > 0 && from - start < most && printable(content[start - 1])) {
            start--;
        }
        int end = start;
        while (end < content.length && end < to + most && (end < to ? content[end] != 0 : printable(content[end]))) {
            end++;
        }
        return new String(content, start, end - start, StandardCharsets.UTF_8);
    }

    private static boolean printable(byte b) {
        return b >= ' ' && b < 0x7f || b == '\t';
    }

    static Optional<Hint> compare(String one, String two, Conditions first, Conditions second) {
        if (first.hostName().filter(one::contains).isPresent() && second.hostName().filter(two::contains).isPresent()
                && !first.hostName().equals(second.hostName())) {
            return seen(Cause.HOST_NAME, first.hostName().get(), second.hostName().get());
        }
        if (only(DATE, one, two)) {
            return seen(Cause.DATE, one.strip(), two.strip());
        }
        if (TEMPORARY.matcher(one).find() && TEMPORARY.matcher(two).find()) {
            return differing(Cause.BUILD_PATH, TEMPORARY, one, two);
        }
        Optional<Hint> cpus = cpus(one, two, first.cpus(), second.cpus());
        if (cpus.isPresent()) {
            return cpus;
        }
        if (only(KEY, one, two)) {
            return differing(Cause.RANDOMNESS, KEY, one, two);
        }
        if (only(PATH, one, two)) {
            return differing(Cause.BUILD_PATH, PATH, one, two);
        }
        return Optional.empty();
    }

    private static Optional<Hint> cpus(String one, String two, int first, int second) {
        if (!only(NUMBER, one, two)) {
            return Optional.empty();
        }
        String a = found(NUMBER, one);
        String b = found(NUMBER, two);
        boolean known = first != second && a.equals("" + first) && b.equals("" + second);
        return known || ABOUT_CPUS.matcher(one).find() ? seen(Cause.CPU_COUNT, a, b) : Optional.empty();
    }

    /** Whether they are the same but for such words. */
    private static boolean only(Pattern pattern, String one, String two) {
        Matcher a = pattern.matcher(one);
        Matcher b = pattern.matcher(two);
        return a.find() && b.find() && a.replaceAll("@").equals(b.replaceAll("@"));
    }

    /** Shows the first such words that are not the same. */
    private static Optional<Hint> differing(Cause cause, Pattern pattern, String one, String two) {
        Matcher a = pattern.matcher(one);
        Matcher b = pattern.matcher(two);
        while (a.find() && b.find()) {
            if (!a.group().equals(b.group())) {
                return seen(cause, a.group(), b.group());
            }
        }
        return seen(cause, found(pattern, one), found(pattern, two));
    }

    private static String found(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? matcher.group() : "";
    }

    private static Optional<Hint> seen(Cause cause, String one, String two) {
        return Optional.of(new Hint(cause, cut(one) + " and " + cut(two), true));
    }

    /** What one text alone suggests. Keys and dates are everywhere in large files, and say nothing there. */
    static Optional<Hint> suspect(String text, Conditions ours) {
        Optional<String> today = ours.dates().stream().filter(text::contains).findFirst();
        if (today.isPresent()) {
            return perhaps(Cause.DATE, "it holds " + today.get() + ", the day of this build");
        }
        if (TEMPORARY.matcher(text).find()) {
            return perhaps(Cause.BUILD_PATH, "it holds " + cut(found(TEMPORARY, text)));
        }
        String number = found(NUMBER, text);
        if (text.length() < 200 && ABOUT_CPUS.matcher(text).find() && !number.isEmpty() || ours.cpus() > 0 && text.strip().equals("" + ours.cpus())) {
            return perhaps(Cause.CPU_COUNT, cut(text.strip()));
        }
        if (DATE.matcher(text).find() && text.length() < 200) {
            return perhaps(Cause.DATE, "it holds " + cut(text.strip()));
        }
        return text.length() < 400 && KEY.matcher(text).find()
                ? perhaps(Cause.RANDOMNESS, "it holds " + cut(found(KEY, text)))
                : Optional.empty();
    }

    private static Optional<Hint> perhaps(Cause cause, String detail) {
        return Optional.of(new Hint(cause, detail, false));
    }

    private static String cut(String text) {
        return text.length() > 60 ? text.substring(0, 60) + "…" : text;
    }
}
