package co.caution.attestation;

import java.util.Arrays;

/** Walks through bytes that {@link Der#isStrict} has accepted, element by element. */
final class DerReader {

    static final int BOOLEAN = 0x01;
    static final int INTEGER = 0x02;
    static final int BIT_STRING = 0x03;
    static final int OCTET_STRING = 0x04;
    static final int OBJECT_IDENTIFIER = 0x06;
    static final int UTF8_STRING = 0x0c;
    static final int PRINTABLE_STRING = 0x13;
    static final int UTC_TIME = 0x17;
    static final int GENERALIZED_TIME = 0x18;
    static final int SEQUENCE = 0x30;
    static final int SET = 0x31;

    /** Not the structure that was asked for. */
    static final class UnexpectedException extends Exception {

        UnexpectedException(String message) {
            super(message, null, false, false);
        }
    }

    private final byte[] bytes;
    private final int end;
    private int at;

    DerReader(byte[] strict) {
        this(strict, 0, strict.length);
    }

    private DerReader(byte[] bytes, int from, int end) {
        this.bytes = bytes;
        this.at = from;
        this.end = end;
    }

    /** The next element's tag, or −1 behind the last one. */
    int tag() {
        return at < end ? bytes[at] & 0xff : -1;
    }

    /** Goes behind the next element, which has this tag, and reads what is in it. */
    DerReader enter(int tag) throws UnexpectedException {
        if (tag() != tag) {
            throw new UnexpectedException("tag " + tag() + " at " + at + ", not " + tag);
        }
        int first = bytes[at + 1] & 0xff;
        int length = first;
        int from = at + 2;
        if (first >= 0x80) {
            length = 0;
            for (int i = first & 0x7f; i > 0; i--) {
                length = length << 8 | bytes[from++] & 0xff;
            }
        }
        at = from + length;
        return new DerReader(bytes, from, at);
    }

    /** The next element, head and content. */
    byte[] element(int tag) throws UnexpectedException {
        int from = at;
        enter(tag);
        return Arrays.copyOfRange(bytes, from, at);
    }

    /** What is in the next element. */
    byte[] content(int tag) throws UnexpectedException {
        DerReader inside = enter(tag);
        return Arrays.copyOfRange(bytes, inside.at, inside.end);
    }

    void end() throws UnexpectedException {
        if (at != end) {
            throw new UnexpectedException("something more at " + at);
        }
    }
}
