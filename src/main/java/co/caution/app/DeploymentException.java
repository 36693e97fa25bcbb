package co.caution.app;

/** A release that did not come alive; the message says why. */
final class DeploymentException extends Exception {

    private static final long serialVersionUID = 1;

    DeploymentException(String message) {
        super(message);
    }
}
