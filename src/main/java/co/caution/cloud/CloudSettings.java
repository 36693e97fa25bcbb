package co.caution.cloud;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * @param principal the ARN that this service has at AWS, for trust policies to name; null where it has none
 * @param stsEndpoint in place of AWS's own, of the account's region
 */
public record CloudSettings(@Nullable String principal, @Nullable URI stsEndpoint) {}
