package co.caution.account;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a token may be used for. None contains another; a session in a browser and the token of a login have all. */
public enum Scope {
    READ("look"), DEPLOY("push, build and deploy"), MANAGE("change everything else");

    public static final Set<Scope> ALL = Collections.unmodifiableSet(EnumSet.allOf(Scope.class));

    private final String meaning;

    Scope(String meaning) {
        this.meaning = meaning;
    }

    /** As people and the API write it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** In words that follow "may". */
    public String meaning() {
        return meaning;
    }

    /**
     * @param words separated by spaces, as OAuth has them (RFC 6749, section 3.3)
     * @throws AccountException for a word that names none, and for none at all
     */
    public static Set<Scope> parse(@Nullable String words) {
        var found = EnumSet.noneOf(Scope.class);
        for (String word : (words == null ? "" : words).strip().split(" +")) {
            found.add(Arrays.stream(values()).filter(scope -> scope.word().equals(word)).findFirst().orElseThrow(() ->
                    new AccountException("The scopes are missing or unknown. There are: " + words(ALL) + ".")));
        }
        return found;
    }

    /** What {@link #parse} reads. */
    public static String words(Set<Scope> scopes) {
        return scopes.stream().sorted().map(Scope::word).collect(Collectors.joining(" "));
    }
}
