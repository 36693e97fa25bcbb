package co.caution.app;

import co.caution.build.Text;

/**
 * A release that did not come alive; the message says why. An app may have had its say in it, so it is made printable:
 * it goes to terminals, and PostgreSQL takes no NUL.
 */
final class DeploymentException extends Exception {

    private static final long serialVersionUID = 1;

    DeploymentException(String message) {
        super(Text.printableLines(String.valueOf(message)));
    }
}
