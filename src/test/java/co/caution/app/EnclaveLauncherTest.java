package co.caution.app;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.hosting.EnclaveExit;
import org.junit.jupiter.api.Test;

class EnclaveLauncherTest {

    private static final String HOSTILE = "a\0b\u001b[31mred\u001b]0;title\u0007\n12:00:00 WARN forged\n";

    /** PostgreSQL refuses a NUL: the end of the push would never be on record. */
    @Test
    void whatAnAppWroteLastIsShownWithoutWhatSteersTerminalsOrCannotBeStored() {
        String reason = EnclaveLauncher.describe(new EnclaveExit("app", 1, null, false, null, null, HOSTILE));
        assertThat(reason).isEqualTo("the app exited with code 1; its last lines:\nabred\n12:00:00 WARN forged");
        assertThat(Restarts.forTheLog(reason)).doesNotContain("forged");
    }

    @Test
    void whatTheGuestReportsIsOneLine() {
        String reason = EnclaveLauncher.describe(new EnclaveExit("boot", null, null, false, 22, HOSTILE, null));
        assertThat(reason).isEqualTo("EnclaveOS did not start the app: abred12:00:00 WARN forged (failure 22)");
    }

    @Test
    void everyReasonOfAFailedStartIsPrintable() {
        assertThat(new DeploymentException("no heartbeat: " + HOSTILE)).hasMessage("no heartbeat: abred\n12:00:00 WARN forged");
    }
}
