package co.caution.client;

import java.util.Locale;

/** What is counted by itself. */
public enum Limit {
    /** Signing in, joining: calls that need no token, and lead to one. */
    ENTERING("ways in"),
    /** Attestation challenges: from anybody, and an enclave works for each. */
    CHALLENGES("attestation challenges"),
    READS("reads"),
    WRITES("writes"),
    /** Whole images, exports. */
    DOWNLOADS("large downloads"),
    /** SSH sessions that end without having signed in. */
    SSH_FAILURES("SSH sessions that did not sign in");

    private final String words;

    Limit(String words) {
        this.words = words;
    }

    /** For people. */
    public String words() {
        return words;
    }

    /** For labels and keys. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
