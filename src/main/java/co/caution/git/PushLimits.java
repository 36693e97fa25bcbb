package co.caution.git;

import org.springframework.util.unit.DataSize;

/**
 * How much one push may bring.
 *
 * @param pack everything that git sends in one push
 * @param object the largest file, as git stores it uncompressed
 */
public record PushLimits(DataSize pack, DataSize object) {}
