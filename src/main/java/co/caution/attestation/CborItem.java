package co.caution.attestation;

import java.util.List;
import java.util.Optional;

/** The CBOR (RFC 8949) that documents and the security module use: no floats, no tags, no simple values but three. */
sealed interface CborItem {

    /** An unsigned integer; above 2^63−1 the value is negative, see {@link Long#compareUnsigned}. */
    record Unsigned(long value) implements CborItem {}

    /** A negative integer: −1 − {@code argument}. */
    record Negative(long argument) implements CborItem {}

    record Bytes(byte[] value) implements CborItem {}

    record Text(String value) implements CborItem {}

    record Array(List<CborItem> items) implements CborItem {}

    /** Entries as they came; keys are unique, and texts or unsigned integers. */
    record Mapping(List<Entry> entries) implements CborItem {

        /** The value of a text key. */
        Optional<CborItem> get(String key) {
            return entries.stream().filter(e -> e.key().equals(new Text(key))).map(Entry::value).findFirst();
        }
    }

    record Entry(CborItem key, CborItem value) {}

    record Bool(boolean value) implements CborItem {}

    record Null() implements CborItem {}
}
