package co.caution.account;

import java.util.Locale;

/** What somebody is in an organization; each may do all that those before it may. */
public enum Role {
    VIEWER, MEMBER, ADMIN, OWNER;

    public boolean atLeast(Role least) {
        return compareTo(least) >= 0;
    }

    /** As people and the API write it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws AccountException for a word that names no role */
    public static Role of(String word) {
        for (Role role : values()) {
            if (role.word().equals(word)) {
                return role;
            }
        }
        throw new AccountException("The role is missing or unknown. There are: viewer, member, admin, owner.");
    }
}
