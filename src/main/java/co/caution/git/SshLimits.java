package co.caution.git;

import java.time.Duration;

/**
 * What SSH clients may hold, before and after they have shown who they are. An address is an IPv4 address or the /64 of an
 * IPv6 one.
 *
 * @param sessions open at once
 * @param sessionsPerAddress open at once from one address
 * @param sessionsPerKey open at once that the same key has signed in to
 * @param logins sessions that have not signed in yet
 * @param loginsPerAddress sessions of one address that have not signed in yet
 * @param loginTime until a session must have signed in
 * @param loginTries keys that a session may offer
 * @param idle how long a client may say nothing, or take nothing of what it is told
 */
public record SshLimits(
        int sessions,
        int sessionsPerAddress,
        int sessionsPerKey,
        int logins,
        int loginsPerAddress,
        Duration loginTime,
        int loginTries,
        Duration idle) {}
