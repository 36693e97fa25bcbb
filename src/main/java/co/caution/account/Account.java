package co.caution.account;

import java.time.Instant;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * A person who may own apps and push to them.
 *
 * @param name 3 to 32 characters, lower case, see {@link #NAME}
 */
public record Account(UUID id, String name, Instant createdAt) {

    public static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9_-]{1,30}[a-z0-9])");

    public Account {
        if (name == null || !NAME.matcher(name).matches()) {
            throw new AccountException("The user name '" + name + "' is not valid: use 3 to 32 characters of"
                    + " a-z, 0-9, '-' and '_', with a letter or digit first and last.");
        }
    }
}
