package co.caution.attestation;

import co.caution.attestation.CborItem.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The map of a request or response to the security module, read by name. */
final class NsmFields {

    private final CborItem.Mapping map;

    private NsmFields(CborItem.Mapping map) {
        this.map = map;
    }

    static NsmFields of(CborItem item) throws InvalidCborException {
        if (item instanceof CborItem.Mapping map) {
            return new NsmFields(map);
        }
        throw new InvalidCborException(0, "not a map");
    }

    /** The key of a map of one entry. */
    String name() throws InvalidCborException {
        if (map.entries().size() == 1 && map.entries().getFirst().key() instanceof CborItem.Text(String name)) {
            return name;
        }
        throw new InvalidCborException(0, "not a map of one operation");
    }

    /** The map under {@link #name}. */
    NsmFields only() throws InvalidCborException {
        name();
        return of(map.entries().getFirst().value());
    }

    /** An unsigned integer of sixteen bits. */
    int number(String key) throws InvalidCborException {
        return number(key, field(key));
    }

    byte[] bytes(String key) throws InvalidCborException {
        if (field(key) instanceof CborItem.Bytes(byte[] value)) {
            return value;
        }
        throw new InvalidCborException(0, key + " is not a byte string");
    }

    Optional<byte[]> optional(String key) throws InvalidCborException {
        return switch (map.get(key).orElse(new CborItem.Null())) {
            case CborItem.Null ignored -> Optional.empty();
            case CborItem.Bytes(byte[] value) -> Optional.of(value);
            default -> throw new InvalidCborException(0, key + " is neither null nor a byte string");
        };
    }

    String text(String key) throws InvalidCborException {
        if (field(key) instanceof CborItem.Text(String value)) {
            return value;
        }
        throw new InvalidCborException(0, key + " is not text");
    }

    boolean bool(String key) throws InvalidCborException {
        if (field(key) instanceof CborItem.Bool(boolean value)) {
            return value;
        }
        throw new InvalidCborException(0, key + " is not a boolean");
    }

    List<Integer> numbers(String key) throws InvalidCborException {
        if (!(field(key) instanceof CborItem.Array(List<CborItem> items))) {
            throw new InvalidCborException(0, key + " is not an array");
        }
        List<Integer> numbers = new ArrayList<>();
        for (CborItem item : items) {
            numbers.add(number(key, item));
        }
        return numbers;
    }

    void requireNothingElse(List<String> keys) throws InvalidCborException {
        for (Entry entry : map.entries()) {
            if (!(entry.key() instanceof CborItem.Text(String key)) || !keys.contains(key)) {
                throw new InvalidCborException(0, "an unknown key");
            }
        }
    }

    private CborItem field(String key) throws InvalidCborException {
        Optional<CborItem> item = map.get(key);
        if (item.isEmpty()) {
            throw new InvalidCborException(0, key + " is missing");
        }
        return item.get();
    }

    private static int number(String key, CborItem item) throws InvalidCborException {
        if (item instanceof CborItem.Unsigned(long value) && value >= 0 && value <= 0xffff) {
            return (int) value;
        }
        throw new InvalidCborException(0, key + " is not 0 to 65535");
    }
}
