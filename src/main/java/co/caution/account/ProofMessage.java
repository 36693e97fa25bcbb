package co.caution.account;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * What somebody signs to prove that one call is theirs: with {@code ssh-keygen -Y sign -n} {@link #NAMESPACE}, or with a
 * passkey, whose challenge is then {@link #digest}. It names everything that the call does, so that it is good for nothing else.
 *
 * @param origin where the client believes to be: {@link LoginMessage#origin}
 * @param user the account's name
 * @param method in capitals
 * @param path of the call, with its query, as both stand in the request
 * @param bodySha256 in lower-case hex, of the body's exact bytes; of no bytes where there is no body
 * @param challenge the server's, good for one answer
 */
public record ProofMessage(String origin, String user, String method, String path, String bodySha256, String challenge) {

    public static final String NAMESPACE = "proof@caution.co";

    private static final Pattern METHOD = Pattern.compile("POST|PUT|PATCH|DELETE");
    /** No space, no line's end: nobody may write a line of their own into the message. */
    private static final Pattern PATH = Pattern.compile("/[!-~]{0,2000}");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    /** @throws AccountException for what no call of this API looks like */
    public ProofMessage {
        if (!METHOD.matcher(method).matches()) {
            throw new AccountException("'method' is POST, PUT, PATCH or DELETE: what changes nothing takes no proof.");
        }
        if (!PATH.matcher(path).matches()) {
            throw new AccountException("'path' is that of the call, with its query, as both stand in the request: it begins with '/', in ASCII"
                    + " without spaces, at most 2000 characters.");
        }
        if (!SHA256.matcher(bodySha256).matches()) {
            throw new AccountException("'body_sha256' is the SHA-256 of the call's body, as 64 lower-case hex digits.");
        }
    }

    /** The exact bytes: seven lines of ASCII, each with its newline. */
    public byte[] bytes() {
        return ("caution proof 1\norigin " + origin + "\nuser " + user + "\nmethod " + method + "\npath " + path + "\nbody " + bodySha256
                + "\nchallenge " + challenge + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** SHA-256 of {@link #bytes}. */
    public byte[] digest() {
        return sha256(bytes());
    }

    /** As it stands in the message. */
    public static String hash(byte[] body) {
        return HexFormat.of().formatHex(sha256(body));
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has SHA-256
        }
    }
}
