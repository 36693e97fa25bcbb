package co.caution.app;

import co.caution.hosting.Enclave;

/** What runs for an app just now. */
public record LiveEnclave(App app, Release release, Deployment deployment, Enclave enclave) {}
