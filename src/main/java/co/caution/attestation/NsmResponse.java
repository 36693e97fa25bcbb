package co.caution.attestation;

import java.util.List;

/** What the security module answers; key order is that of AWS's types and not part of the contract. */
public sealed interface NsmResponse {

    /** A longer response would be cut by the driver without an error. */
    int MAX_SIZE = 0x3000;

    record DescribeNsm(int versionMajor, int versionMinor, int versionPatch, String moduleId, int maxPcrs,
            List<Integer> lockedPcrs, String digest) implements NsmResponse {

        public DescribeNsm {
            lockedPcrs = List.copyOf(lockedPcrs);
        }
    }

    record DescribePcr(boolean lock, byte[] data) implements NsmResponse {}

    /** The register's new value. */
    record ExtendPcr(byte[] data) implements NsmResponse {}

    record LockPcr() implements NsmResponse {}

    record LockPcrs() implements NsmResponse {}

    /** A COSE_Sign1 document. */
    record Attestation(byte[] document) implements NsmResponse {}

    /** 256 random bytes. */
    record GetRandom(byte[] random) implements NsmResponse {}

    record Failed(NsmError error) implements NsmResponse {}

    default byte[] encode() {
        CborWriter out = new CborWriter();
        switch (this) {
            case DescribeNsm nsm -> {
                out.map(1).text("DescribeNSM").map(7)
                        .text("version_major").unsigned(nsm.versionMajor)
                        .text("version_minor").unsigned(nsm.versionMinor)
                        .text("version_patch").unsigned(nsm.versionPatch)
                        .text("module_id").text(nsm.moduleId)
                        .text("max_pcrs").unsigned(nsm.maxPcrs)
                        .text("locked_pcrs").array(nsm.lockedPcrs.size());
                nsm.lockedPcrs.forEach(out::unsigned);
                out.text("digest").text(nsm.digest);
            }
            case DescribePcr(boolean lock, byte[] data) ->
                out.map(1).text("DescribePCR").map(2).text("lock").bool(lock).text("data").bytes(data);
            case ExtendPcr(byte[] data) -> out.map(1).text("ExtendPCR").map(1).text("data").bytes(data);
            case LockPcr() -> out.text("LockPCR");
            case LockPcrs() -> out.text("LockPCRs");
            case Attestation(byte[] document) ->
                out.map(1).text("Attestation").map(1).text("document").bytes(document);
            case GetRandom(byte[] random) -> out.map(1).text("GetRandom").map(1).text("random").bytes(random);
            case Failed(NsmError error) -> out.map(1).text("Error").text(error.wire);
        }
        return out.toBytes();
    }

    /** Reads a response; keys may come in any order, and unknown ones are passed over. */
    static NsmResponse decode(byte[] response) throws InvalidCborException {
        InvalidCborException.requireAtMost(MAX_SIZE, response);
        CborItem item = CborReader.read(response);
        if (item instanceof CborItem.Text(String name)) {
            return switch (name) {
                case "LockPCR" -> new LockPcr();
                case "LockPCRs" -> new LockPcrs();
                default -> throw new InvalidCborException(0, "an unknown response");
            };
        }
        NsmFields operation = NsmFields.of(item);
        if (operation.name().equals("Error")) {
            return new Failed(error(operation.text("Error")));
        }
        NsmFields fields = operation.only();
        return switch (operation.name()) {
            case "DescribeNSM" -> new DescribeNsm(fields.number("version_major"), fields.number("version_minor"),
                    fields.number("version_patch"), fields.text("module_id"), fields.number("max_pcrs"),
                    fields.numbers("locked_pcrs"), fields.text("digest"));
            case "DescribePCR" -> new DescribePcr(fields.bool("lock"), fields.bytes("data"));
            case "ExtendPCR" -> new ExtendPcr(fields.bytes("data"));
            case "Attestation" -> new Attestation(fields.bytes("document"));
            case "GetRandom" -> new GetRandom(fields.bytes("random"));
            default -> throw new InvalidCborException(0, "an unknown response");
        };
    }

    private static NsmError error(String wire) throws InvalidCborException {
        for (NsmError error : NsmError.values()) {
            if (error.wire.equals(wire)) {
                return error;
            }
        }
        throw new InvalidCborException(0, "an unknown error");
    }
}
