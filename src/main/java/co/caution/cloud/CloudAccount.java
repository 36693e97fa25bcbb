package co.caution.cloud;

import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An account at AWS that an organization has connected. It holds no secret: who may take on the role is for AWS to decide.
 *
 * @param roleArn the role there that this service takes on
 * @param externalId what AWS is told with it; made here, for this organization and role alone, so that nobody can have
 *     this service take on a role that trusts it on another organization's behalf
 *     (https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html)
 * @param state what the last check found
 * @param reason that in words; null before the first check
 */
public record CloudAccount(UUID id, String roleArn, String region, String externalId, State state, @Nullable String reason,
        Instant createdAt, @Nullable Instant checkedAt) {

    public enum State {
        UNCHECKED,
        /** The role can be taken on, with the external id alone. */
        CONNECTED,
        /** AWS does not let this service take it on. */
        REFUSED,
        /** It can be taken on without the external id, too. */
        UNPROTECTED,
        /** What was taken on is in another account than the ARN says. */
        WRONG_ACCOUNT,
        UNREACHABLE,
        /** This service has no credentials at AWS, or none that are good. */
        NO_CREDENTIALS;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The number of the AWS account. */
    public String account() {
        return roleArn.split(":")[4];
    }
}
