package co.caution.project;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** What somebody may have meant by a word that is not known. */
public final class Suggestion {

    /** As many letters as a slip changes; more would be guessing. */
    private static final int SLIP = 2;
    private static final int LONGEST = 80;

    private Suggestion() {}

    /** The nearest known word, if there is one that a slip or two turn into the given one; case and {@code -_.} aside. */
    public static Optional<String> nearest(String word, Collection<String> known) {
        Optional<String> nearest = Optional.empty();
        int best = SLIP + 1;
        for (String candidate : known) {
            int distance = word.length() < LONGEST ? distance(plain(word), plain(candidate)) : best;
            if (distance < best) {
                best = distance;
                nearest = Optional.of(candidate);
            }
        }
        return nearest;
    }

    private static String plain(String word) {
        return word.toLowerCase(Locale.ROOT).replace('-', '_').replace('.', '_');
    }

    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
