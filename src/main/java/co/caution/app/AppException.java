package co.caution.app;

import java.util.UUID;

/** A request about an app that cannot be met; the message is for the person who asked. */
public class AppException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public AppException(String message) {
        super(message);
    }

    /** No such app, or not this person's. */
    public static final class NotFound extends AppException {
        private static final long serialVersionUID = 1;

        public NotFound(String app) {
            super("App '" + app + "' not found: it does not exist, or is not yours. 'caution apps list' shows yours.");
        }
    }

    /** The app is theirs, but this is not for what the call carries. */
    public static final class Denied extends AppException {
        private static final long serialVersionUID = 1;

        public Denied(String message) {
            super(message);
        }
    }

    /** No such build of this app. */
    public static final class NoBuild extends AppException {
        private static final long serialVersionUID = 1;

        public NoBuild(String app, UUID build) {
            super("App '" + app + "' has no build " + build + ". 'caution builds list' shows its builds.");
        }
    }

    /** No such release of this app, or its image is gone. */
    public static final class NoRelease extends AppException {
        private static final long serialVersionUID = 1;

        public NoRelease(String app, int number) {
            super("App '" + app + "' has no release v" + number + ", or its image is gone. 'caution releases list' shows what there is.");
        }
    }

    /** No such deployment of this app. */
    public static final class NoDeployment extends AppException {
        private static final long serialVersionUID = 1;

        public NoDeployment(String app, UUID deployment) {
            super("App '" + app + "' has no deployment " + deployment + ". 'caution deployments list' shows its deployments.");
        }
    }

    /** More at a time than one account may have. */
    public static final class TooMany extends AppException {
        private static final long serialVersionUID = 1;

        public TooMany(String message) {
            super(message);
        }
    }

    /** The app's state does not allow it. */
    public static final class Conflict extends AppException {
        private static final long serialVersionUID = 1;

        public Conflict(String message) {
            super(message);
        }
    }
}
