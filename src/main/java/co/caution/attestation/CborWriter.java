package co.caution.attestation;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Writes deterministic CBOR: shortest heads, definite lengths, entries in the order in which they are given. */
final class CborWriter {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    CborWriter unsigned(long value) {
        return head(0, value);
    }

    CborWriter bytes(byte[] value) {
        head(2, value.length);
        return raw(value);
    }

    CborWriter text(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        head(3, utf8.length);
        return raw(utf8);
    }

    /** Starts an array; its items follow. */
    CborWriter array(int items) {
        return head(4, items);
    }

    /** Starts a map; its keys and values follow in turn. */
    CborWriter map(int entries) {
        return head(5, entries);
    }

    CborWriter bool(boolean value) {
        out.write(value ? 0xf5 : 0xf4);
        return this;
    }

    CborWriter bytesOrNull(Optional<byte[]> value) {
        if (value.isPresent()) {
            return bytes(value.get());
        }
        out.write(0xf6);
        return this;
    }

    /** Appends bytes that are CBOR already. */
    CborWriter raw(byte[] encoded) {
        out.writeBytes(encoded);
        return this;
    }

    byte[] toBytes() {
        return out.toByteArray();
    }

    private CborWriter head(int type, long argument) {
        if (argument >= 0 && argument < 24) {
            out.write(type << 5 | (int) argument);
            return this;
        }
        int log = argument < 0 || argument > 0xffff_ffffL ? 3 : argument > 0xffff ? 2 : argument > 0xff ? 1 : 0;
        out.write(type << 5 | 24 + log);
        for (int shift = (8 << log) - 8; shift >= 0; shift -= 8) {
            out.write((int) (argument >>> shift));
        }
        return this;
    }
}
