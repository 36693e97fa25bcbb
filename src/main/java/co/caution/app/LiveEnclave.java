package co.caution.app;

import co.caution.hosting.Enclave;
import org.jspecify.annotations.Nullable;

/**
 * What runs for an app just now.
 *
 * @param channelPort the public port of its channel; null for an app without ports
 */
public record LiveEnclave(App app, Release release, Deployment deployment, Enclave enclave, @Nullable Integer channelPort) {}
