package co.caution.git;

import java.io.IOException;

/** What a push brings is not taken; the message is for whoever pushes. */
final class PackRefusedException extends IOException {

    private static final long serialVersionUID = 1;

    PackRefusedException(String message) {
        super(message);
    }
}
