package co.caution.hosting;

/** An enclave that could not be started; the message says why and what to do. */
public final class HostingException extends Exception {

    private static final long serialVersionUID = 1;

    public HostingException(String message) {
        super(message);
    }

    public HostingException(String message, Throwable cause) {
        super(message, cause);
    }
}
