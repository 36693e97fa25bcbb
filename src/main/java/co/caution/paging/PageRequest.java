package co.caution.paging;

import org.jspecify.annotations.Nullable;

/**
 * Which part of a list is wanted. As an argument of a handler it is read from the parameters {@value #LIMIT} and
 * {@value #CURSOR}.
 *
 * @param limit the most items
 * @param cursor as an earlier page gave it; null for the first page
 */
public record PageRequest(int limit, @Nullable String cursor) {

    public static final String LIMIT = "limit";
    public static final String CURSOR = "cursor";
    public static final int MOST = 200;
    public static final int DEFAULT = 100;

    /** The whole list, for those within the service who know that it is short. */
    public static final PageRequest ALL = new PageRequest(Integer.MAX_VALUE, null);

    /** @throws InvalidPageException for a limit that is none */
    static PageRequest of(@Nullable String limit, @Nullable String cursor) {
        return new PageRequest(limit == null ? DEFAULT : limit(limit), cursor);
    }

    private static int limit(String given) {
        if (given.matches("[0-9]{1,3}")) {
            int limit = Integer.parseInt(given);
            if (limit >= 1 && limit <= MOST) {
                return limit;
            }
        }
        throw new InvalidPageException("'" + LIMIT + "' is a number from 1 to " + MOST + "; without it a page has " + DEFAULT + " items.");
    }
}
