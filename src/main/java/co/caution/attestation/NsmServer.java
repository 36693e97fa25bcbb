package co.caution.attestation;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * Serves a security module over a stream: a length of four bytes, big-endian, then that many bytes of CBOR, in both
 * directions, until the peer closes.
 */
public final class NsmServer {

    private NsmServer() {}

    /**
     * Answers until the input ends between two requests.
     *
     * @throws IOException where the stream breaks, or a length is 0 or above {@link NsmRequest#MAX_SIZE}: the peer then
     *     speaks something else, and nothing behind that length can be found
     */
    public static void serve(InputStream in, OutputStream out, SoftwareNsm nsm) throws IOException {
        DataInputStream requests = new DataInputStream(in);
        DataOutputStream responses = new DataOutputStream(out);
        for (int first; (first = requests.read()) >= 0; ) {
            long length = (long) first << 24 | requests.readUnsignedByte() << 16 | requests.readUnsignedShort();
            if (length == 0 || length > NsmRequest.MAX_SIZE) {
                throw new IOException("a request of " + length + " bytes; 1 to " + NsmRequest.MAX_SIZE + " are allowed");
            }
            byte[] request = requests.readNBytes((int) length);
            if (request.length != length) {
                throw new EOFException("the stream ends inside a request");
            }
            byte[] response = nsm.handle(request);
            if (response.length > NsmResponse.MAX_SIZE) {
                throw new IOException("a response of " + response.length + " bytes does not fit the driver's buffer");
            }
            responses.writeInt(response.length);
            responses.write(response);
            responses.flush();
        }
    }
}
