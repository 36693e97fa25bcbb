package co.caution.hosting;

import co.caution.attestation.TrustRoot;

/** A place where enclaves run. */
public interface EnclaveHost {

    /** Which place it is, in one word. */
    String kind();

    Capacity capacity();

    /** The root under which evidence from this place must check out. */
    TrustRoot trustRoot();

    /** @throws HostingException when nothing could be started here; the message says what is missing and how it comes */
    void requireReady() throws HostingException;

    /**
     * Starts an enclave and returns once its init has sent the heartbeat. Nothing is left behind when this throws.
     *
     * @throws HostingException when it did not start; the message says why and what to do
     */
    Enclave launch(LaunchSpec spec) throws HostingException, InterruptedException;
}
