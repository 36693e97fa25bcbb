package co.caution.app;

import java.sql.SQLException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.transaction.CannotCreateTransactionException;

/** Says in words what the machine did to a push: what is nobody's mistake has to be told from what is the platform's. */
final class Mishap {

    private static final String DISK_FULL = "the disk is full; have the operator make room, then push again";
    /** PostgreSQL's state for "disk full" (Appendix A of its manual). */
    private static final String SQL_DISK_FULL = "53100";

    private Mishap() {}

    static String describe(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (String.valueOf(cause.getMessage()).contains("No space left on device")
                    || cause instanceof SQLException sql && SQL_DISK_FULL.equals(sql.getSQLState())) {
                return DISK_FULL;
            }
        }
        if (failure instanceof DataAccessResourceFailureException || failure instanceof CannotCreateTransactionException) {
            return "the platform's database went away; push again";
        }
        return "something went wrong inside the platform (" + failure.getClass().getSimpleName()
                + "); the server's log has the details";
    }
}
