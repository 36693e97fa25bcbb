package co.caution.attestation;

import java.util.LinkedHashMap;
import java.util.Map;

/** A payload map by name, to encode with one field more, less or different. */
final class Payload {

    private final Map<String, byte[]> fields = new LinkedHashMap<>();

    Payload set(String key, CborWriter value) {
        fields.put(key, value.toBytes());
        return this;
    }

    Payload set(String key, byte... raw) {
        fields.put(key, raw);
        return this;
    }

    Payload without(String key) {
        fields.remove(key);
        return this;
    }

    byte[] encode() {
        CborWriter out = new CborWriter().map(fields.size());
        fields.forEach((key, value) -> out.text(key).raw(value));
        return out.toBytes();
    }

    /** With an indefinite map, as documents since August 2025 have it. */
    byte[] encodeIndefinite() {
        CborWriter out = new CborWriter().raw(new byte[] {(byte) 0xbf});
        fields.forEach((key, value) -> out.text(key).raw(value));
        return out.raw(new byte[] {(byte) 0xff}).toBytes();
    }
}
