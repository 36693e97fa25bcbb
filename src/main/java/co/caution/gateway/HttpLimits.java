package co.caution.gateway;

import java.time.Duration;

/**
 * What HTTP clients may hold. An address is an IPv4 address or the /64 of an IPv6 one.
 *
 * @param connections open at once
 * @param connectionsPerAddress open at once from one address that is no trusted proxy
 * @param requestTime until the head of a request must be whole, TLS included, and then until its body is
 */
public record HttpLimits(int connections, int connectionsPerAddress, Duration requestTime) {}
