package co.caution.logs;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Looks for secrets in what was logged: those that are known, and what looks like one. */
public final class LogSearch {

    /** Tokens, private keys, headers and links that carry one. */
    private static final List<Pattern> LOOKS = List.of(
            Pattern.compile("caution_[A-Za-z0-9_-]{30,}"),
            Pattern.compile("-----BEGIN [A-Z ]*PRIVATE KEY"),
            Pattern.compile("(?i)\\bbearer\\s+[A-Za-z0-9._~+/=-]{16,}"),
            Pattern.compile("(?:__Host-caution|caution-localhost)=[A-Za-z0-9_-]{16,}"),
            Pattern.compile("/join#[A-Za-z0-9_-]{16,}"));

    private LogSearch() {}

    /** @return what was found, as much of it as one needs to find it oneself */
    public static List<String> find(String log, Collection<String> secrets) {
        // Structured logs escape slashes; keys in PEM are cut into lines.
        String plain = log.replace("\\/", "/").replace("\\n", "\n");
        var found = new ArrayList<String>();
        for (String secret : secrets) {
            forms(secret).filter(plain::contains).findFirst().ifPresent(form -> found.add("a secret: " + around(plain, form)));
        }
        for (Pattern look : LOOKS) {
            var match = look.matcher(plain);
            while (match.find()) {
                found.add("what looks like one: " + around(plain, match.group()));
            }
        }
        return found;
    }

    /** As it is, and as somebody may have written its bytes. */
    private static Stream<String> forms(String secret) {
        byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
        return Stream.of(secret, HexFormat.of().formatHex(bytes), Base64.getEncoder().withoutPadding().encodeToString(bytes),
                secret.replace('-', '+').replace('_', '/'));
    }

    private static String around(String text, String what) {
        int at = text.indexOf(what);
        int from = text.lastIndexOf('\n', at) + 1;
        return text.substring(from, Math.min(at + 12, text.length())) + "…";
    }
}
