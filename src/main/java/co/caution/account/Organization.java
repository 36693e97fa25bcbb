package co.caution.account;

import java.time.Instant;
import java.util.UUID;

/**
 * What apps belong to.
 *
 * @param name unique; that of somebody's own is their user name
 */
public record Organization(UUID id, String name, Instant createdAt) {

    public Organization {
        if (name == null || !Account.NAME.matcher(name).matches()) {
            throw new AccountException("The organization name '" + name + "' is not valid: use 3 to 32 characters of"
                    + " a-z, 0-9, '-' and '_', with a letter or digit first and last.");
        }
    }
}
