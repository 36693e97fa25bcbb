package co.caution.hosting;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/** A started enclave. */
public interface Enclave {

    /** The guest's port of the attestation endpoint; 49500 to 49600 are reserved. */
    int ATTESTATION_PORT = 49502;

    /** The guest's port of the app's channel: TLS, under a key that evidence names, in front of the app's first port. */
    int CHANNEL_PORT = 49503;

    UUID id();

    /** A stream to a port inside the enclave. The caller closes it. */
    SocketChannel connect(int guestPort) throws IOException;

    /** Completes when the enclave has ended, for whatever reason. */
    CompletionStage<EnclaveExit> ended();

    /** Stops the enclave and waits until it is gone. Stopping twice is fine. */
    void terminate();
}
