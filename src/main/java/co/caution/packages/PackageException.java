package co.caution.packages;

import java.io.IOException;

/** Packages that are not what they should be, or cannot be had; the message says what happened, why, and what to do. */
public final class PackageException extends IOException {

    public PackageException(String message) {
        super(message);
    }
}
