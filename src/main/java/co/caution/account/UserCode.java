package co.caution.account;

import java.security.SecureRandom;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What somebody reads off one screen and types at another: eight letters, without vowels (no words) and none that looks like
 * another (RFC 8628, section 6.1). 34 bits: guessing is counted, and a code is good for minutes.
 */
final class UserCode {

    private static final String LETTERS = "BCDFGHJKLMNPQRSTVWXZ";
    private static final int LENGTH = 8;
    private static final Pattern CODE = Pattern.compile("[" + LETTERS + "]{" + LENGTH + "}");

    private UserCode() {}

    static String make(SecureRandom random) {
        var code = new StringBuilder();
        for (int i = 0; i < LENGTH; i++) {
            code.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return code.toString();
    }

    /** As people see it. */
    static String shown(String code) {
        return code.substring(0, LENGTH / 2) + "-" + code.substring(LENGTH / 2);
    }

    /** What somebody typed, in whatever case and with whatever in between; empty where it cannot be a code. */
    static String typed(String text) {
        String code = text.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "");
        return CODE.matcher(code).matches() ? code : "";
    }
}
