package co.caution.backup;

/** How far it is. */
@FunctionalInterface
public interface Progress {

    /** @param fraction 0 to 1 */
    void at(double fraction);
}
