package co.caution.sshkey;

/** A key or a signature that is not taken; the message is for the person who gave it. */
public final class SshKeyException extends RuntimeException {

    private static final long serialVersionUID = 1;

    SshKeyException(String message) {
        super(message);
    }
}
