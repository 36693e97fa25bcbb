package co.caution.app;

import co.caution.hosting.Enclave;
import java.io.IOException;
import java.util.Map;
import java.util.UUID;

/** Leads people to the enclave that is live; {@code relay} provides it. */
public interface Traffic {

    /** Stands for the attestation endpoint where guest ports are listed. */
    int ATTESTATION = 0;

    /**
     * Looks whether {@link #lead} could open these doors; those that are open already can.
     *
     * @throws IOException when a port is taken by something else
     */
    void requireFree(UUID app, Map<Integer, Integer> ports) throws IOException;

    /**
     * Opens the app's front doors, or turns those that are open to another enclave.
     *
     * @param ports guest port to public port
     * @throws IOException when a port cannot be opened; nothing has changed then
     */
    void lead(UUID app, Map<Integer, Integer> ports, Enclave enclave) throws IOException;

    /** Closes the app's front doors. */
    void close(UUID app);
}
