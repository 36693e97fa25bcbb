package co.caution.backup;

import java.io.IOException;

/** Not a backup, not all of one, or not as it was written. */
public final class InvalidBackupException extends IOException {

    private static final long serialVersionUID = 1;

    InvalidBackupException(String why) {
        super("This backup cannot be used: " + why + ". Nothing was changed; take another copy of it.");
    }
}
