package co.caution.attestation;

import java.util.List;
import java.util.Optional;

/**
 * What an enclave asks its security module (aws-nitro-enclaves-nsm-api 0.5): CBOR with serde's external tagging, a text
 * for an operation without arguments, otherwise a map of one entry.
 */
public sealed interface NsmRequest {

    /** The driver refuses longer requests with {@code EMSGSIZE}. */
    int MAX_SIZE = 0x1000;

    record DescribeNsm() implements NsmRequest {}

    record DescribePcr(int index) implements NsmRequest {}

    /** Extends a register by data of any length, which is not hashed before. */
    record ExtendPcr(int index, byte[] data) implements NsmRequest {}

    record LockPcr(int index) implements NsmRequest {}

    /** Locks the registers from 0 up to, not including, {@code range}. */
    record LockPcrs(int range) implements NsmRequest {}

    /** Asks for a document over up to 512 bytes of user data, 512 of nonce and 1024 of public key. */
    record Attestation(Optional<byte[]> userData, Optional<byte[]> nonce, Optional<byte[]> publicKey)
            implements NsmRequest {}

    record GetRandom() implements NsmRequest {}

    default byte[] encode() {
        CborWriter out = new CborWriter();
        switch (this) {
            case DescribeNsm() -> out.text("DescribeNSM");
            case DescribePcr(int index) -> out.map(1).text("DescribePCR").map(1).text("index").unsigned(index);
            case ExtendPcr(int index, byte[] data) ->
                out.map(1).text("ExtendPCR").map(2).text("index").unsigned(index).text("data").bytes(data);
            case LockPcr(int index) -> out.map(1).text("LockPCR").map(1).text("index").unsigned(index);
            case LockPcrs(int range) -> out.map(1).text("LockPCRs").map(1).text("range").unsigned(range);
            case Attestation(var userData, var nonce, var publicKey) -> out.map(1).text("Attestation").map(3)
                    .text("user_data").bytesOrNull(userData)
                    .text("nonce").bytesOrNull(nonce)
                    .text("public_key").bytesOrNull(publicKey);
            case GetRandom() -> out.text("GetRandom");
        }
        return out.toBytes();
    }

    /** Reads a request; keys may come in any order. */
    static NsmRequest decode(byte[] request) throws InvalidCborException {
        InvalidCborException.requireAtMost(MAX_SIZE, request);
        CborItem item = CborReader.read(request);
        if (item instanceof CborItem.Text(String name)) {
            return switch (name) {
                case "DescribeNSM" -> new DescribeNsm();
                case "GetRandom" -> new GetRandom();
                default -> throw new InvalidCborException(0, "an unknown operation");
            };
        }
        NsmFields operation = NsmFields.of(item);
        NsmFields fields = operation.only();
        NsmRequest decoded = switch (operation.name()) {
            case "DescribePCR" -> new DescribePcr(fields.number("index"));
            case "ExtendPCR" -> new ExtendPcr(fields.number("index"), fields.bytes("data"));
            case "LockPCR" -> new LockPcr(fields.number("index"));
            case "LockPCRs" -> new LockPcrs(fields.number("range"));
            case "Attestation" -> new Attestation(
                    fields.optional("user_data"), fields.optional("nonce"), fields.optional("public_key"));
            default -> throw new InvalidCborException(0, "an unknown operation");
        };
        fields.requireNothingElse(switch (decoded) {
            case ExtendPcr ignored -> List.of("index", "data");
            case LockPcrs ignored -> List.of("range");
            case Attestation ignored -> List.of("user_data", "nonce", "public_key");
            default -> List.of("index");
        });
        return decoded;
    }
}
