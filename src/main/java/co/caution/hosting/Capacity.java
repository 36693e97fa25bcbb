package co.caution.hosting;

/**
 * How much room a place for enclaves has.
 *
 * @param memoryTotal bytes that it gives to enclaves at most
 * @param memoryUsed bytes that those which run or start were promised
 * @param memoryFree bytes that another one could get now: other programs may have taken some
 * @param cpusTotal processors
 * @param cpusUsed that those enclaves were promised; more than there are where they share them
 */
public record Capacity(long memoryTotal, long memoryUsed, long memoryFree, int cpusTotal, int cpusUsed) {}
