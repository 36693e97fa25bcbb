package co.caution.audit;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Who acts, and how that is known.
 *
 * @param account null where it is nobody with an account, or an SSH key that acts for several
 * @param name what people call them
 * @param credential the token's or session's id, or the SSH key's fingerprint; never a secret
 * @param request the id of the HTTP request or SSH command
 * @param address the client's
 * @param proof what they showed for this very call, besides being signed in
 */
public record Actor(@Nullable UUID account, String name, By by, @Nullable String credential, @Nullable String request,
        @Nullable String address, @Nullable String proof) {

    /** What shows who it is. */
    public enum By {
        /** The service itself, at work without being asked. */
        SERVICE("service"),
        /** Nothing: a call that needs no token. */
        NOBODY("nobody"),
        /** The token in the server's home. */
        OPERATOR("operator"),
        /** A token of their own. */
        TOKEN("token"),
        /** A browser's session. */
        SESSION("session"),
        /** An SSH key, over SSH or by signing a challenge. */
        SSH_KEY("ssh-key"),
        /** A passkey, by signing a challenge. */
        PASSKEY("passkey"),
        /** An invitation's link. */
        INVITATION("invitation");

        private final String word;

        By(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }
    }

    static final Actor SERVICE = new Actor(null, "caution", By.SERVICE, null, null, null, null);

    public static Actor nobody(String request, @Nullable String address) {
        return new Actor(null, "", By.NOBODY, null, request, address, null);
    }

    /** The same call, now that it is known whose it is. */
    public Actor known(@Nullable UUID account, String name, By by, @Nullable String credential) {
        return new Actor(account, name, by, credential, request, address, proof);
    }

    /** The same call, of somebody who has a link and no name here yet. */
    public Actor invited() {
        return known(null, "", By.INVITATION, null);
    }

    public Actor proven(String proof) {
        return new Actor(account, name, by, credential, request, address, proof);
    }
}
