package co.caution.account;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * By which of somebody's ways in a token or session was made; it ends when that is removed. Neither: by the operator, or
 * deliberately, to stay.
 */
public record WayIn(@Nullable UUID sshKey, @Nullable UUID passkey) {

    public static final WayIn NONE = new WayIn(null, null);
}
