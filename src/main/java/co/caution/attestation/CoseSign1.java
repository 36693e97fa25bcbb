package co.caution.attestation;

import static co.caution.attestation.RefusedException.require;

import COSE.CoseException;
import COSE.Message;
import COSE.MessageTag;
import COSE.OneKey;
import COSE.Sign1Message;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * A COSE_Sign1 envelope (RFC 9052 §4.2): our reader decides what is acceptable, COSE-Java then verifies the very bytes that
 * were received.
 */
final class CoseSign1 {

    /** The security module's longest answer is 12,288 bytes. */
    static final int MAX_SIZE = 16 * 1024;

    private static final int TAG_18 = 0xd2;
    private static final int TAG = 6;

    /** {@code {1: -35}}: the algorithm is ES384, and there is nothing else. */
    static final byte[] PROTECTED = HexFormat.of().parseHex("a1013822");

    /** Array of four, the protected header, an empty unprotected one: the only encoding that is accepted. */
    private static final byte[] HEAD = HexFormat.of().parseHex("8444a1013822a0");

    private final byte[] received;
    private final byte[] payload;
    private final byte[] signature;

    private CoseSign1(byte[] received, byte[] payload, byte[] signature) {
        this.received = received;
        this.payload = payload;
        this.signature = signature;
    }

    /** Rules 1 to 4. */
    static CoseSign1 read(byte[] received) throws RefusedException {
        require(received.length <= MAX_SIZE, Rule.ENVELOPE, received.length + " bytes are more than " + MAX_SIZE);
        require(received.length > 0, Rule.ENVELOPE, "nothing was received");
        int start = (received[0] & 0xff) == TAG_18 ? 1 : 0;
        require(received.length > start && (received[start] & 0xff) >> 5 != TAG, Rule.ENVELOPE, "a tag other than 18");
        List<CborItem> parts = array(received, start);
        require(parts.size() == 4, Rule.ENVELOPE, "an array of " + parts.size() + ", not of 4");
        require(parts.get(0) instanceof CborItem.Bytes(byte[] header) && Arrays.equals(header, PROTECTED),
                Rule.ALGORITHM, "the protected header is not {1: -35} (ES384)");
        require(parts.get(1) instanceof CborItem.Mapping(var entries) && entries.isEmpty(),
                Rule.ALGORITHM, "the unprotected header is not an empty map");
        if (!(parts.get(2) instanceof CborItem.Bytes(byte[] payload)) || payload.length == 0) {
            throw new RefusedException(Rule.SIGNATURE_FORM, "the payload is not a byte string, or empty");
        }
        if (!(parts.get(3) instanceof CborItem.Bytes(byte[] signature)) || signature.length != 2 * P384.SIZE) {
            throw new RefusedException(Rule.SIGNATURE_FORM, "the signature is not a byte string of 96 bytes");
        }
        byte[] only = write(payload, signature);
        require(Arrays.equals(received, start, received.length, only, 0, only.length), Rule.ENVELOPE,
                "array, headers, payload and signature are not in their shortest definite form");
        return new CoseSign1(received, payload, signature);
    }

    private static List<CborItem> array(byte[] received, int start) throws RefusedException {
        CborItem item;
        try {
            item = CborReader.readDocument(received, start);
        } catch (InvalidCborException e) {
            throw new RefusedException(Rule.CBOR, String.valueOf(e.getMessage()));
        }
        if (item instanceof CborItem.Array(List<CborItem> parts)) {
            return parts;
        }
        throw new RefusedException(Rule.ENVELOPE, "not an array");
    }

    byte[] payload() {
        return payload;
    }

    byte[] signature() {
        return signature;
    }

    /** Rule 10, by COSE-Java with the JDK's cryptography. */
    void verify(PublicKey key) throws RefusedException {
        requireRange();
        boolean valid;
        try {
            Sign1Message message = (Sign1Message) Message.DecodeFromBytes(received, MessageTag.Sign1);
            valid = message.validate(new OneKey(key, null));
        } catch (CoseException | RuntimeException e) {
            valid = false;
        }
        requireValid(valid);
    }

    /** Rule 10, by a provider of ours: COSE-Java can only use those that are registered. */
    void verify(Ecdsa ecdsa, byte[] spki) throws RefusedException {
        requireRange();
        requireValid(ecdsa.verify(spki, signature, signedBytes(payload)));
    }

    private void requireRange() throws RefusedException {
        require(P384.inRange(signature), Rule.SIGNATURE, "r or s of the signature is not in 1..n-1");
    }

    private static void requireValid(boolean valid) throws RefusedException {
        require(valid, Rule.SIGNATURE, "the signature is not the leaf's over these bytes");
    }

    /** What is signed (RFC 9052 §4.4), for those who sign. */
    static byte[] signedBytes(byte[] payload) {
        return new CborWriter().array(4).text("Signature1").bytes(PROTECTED).bytes(new byte[0]).bytes(payload).toBytes();
    }

    /** An untagged envelope. */
    static byte[] write(byte[] payload, byte[] signature) {
        return new CborWriter().raw(HEAD).bytes(payload).bytes(signature).toBytes();
    }
}
