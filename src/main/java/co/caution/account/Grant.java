package co.caution.account;

import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a call may at most, by what it carries; what its owner may limits it further.
 *
 * @param app the only one that it is good for; null: all
 */
public record Grant(Set<Scope> scopes, @Nullable UUID app) {

    /** The request attribute that holds the grant of what a call carries. */
    public static final String ATTRIBUTE = "caution.grant";

    /** Of whoever is there in person. */
    public static final Grant ALL = new Grant(Scope.ALL, null);

    public Grant {
        scopes = Set.copyOf(scopes);
    }

    /** Whether this one is not less than another. */
    public boolean covers(Grant other) {
        return scopes.containsAll(other.scopes) && (app == null || app.equals(other.app));
    }

    /** Whether it is good for that app. */
    public boolean reaches(UUID some) {
        return app == null || app.equals(some);
    }
}
