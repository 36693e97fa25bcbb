package nsm

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// The part of CBOR (RFC 8949) that the security module's messages use: definite lengths, no floats, no tags.
const (
	majorUint  = 0
	majorNeg   = 1
	majorBytes = 2
	majorText  = 3
	majorArray = 4
	majorMap   = 5
	majorOther = 7

	maxDepth = 8
)

func appendHead(out []byte, major byte, n uint64) []byte {
	switch {
	case n < 24:
		return append(out, major<<5|byte(n))
	case n <= 0xff:
		return append(out, major<<5|24, byte(n))
	case n <= 0xffff:
		return binary.BigEndian.AppendUint16(append(out, major<<5|25), uint16(n))
	case n <= 0xffffffff:
		return binary.BigEndian.AppendUint32(append(out, major<<5|26), uint32(n))
	}
	return binary.BigEndian.AppendUint64(append(out, major<<5|27), n)
}

func appendText(out []byte, s string) []byte {
	return append(appendHead(out, majorText, uint64(len(s))), s...)
}

// appendBytes writes nil as null: the module tells absent from empty.
func appendBytes(out, b []byte) []byte {
	if b == nil {
		return append(out, 0xf6)
	}
	return append(appendHead(out, majorBytes, uint64(len(b))), b...)
}

// decoder reads from a message that is already in memory, so no length it claims can make it allocate.
type decoder struct{ rest []byte }

var errShort = errors.New("cbor: message ends early")

func (d *decoder) head() (major byte, n uint64, err error) {
	if len(d.rest) == 0 {
		return 0, 0, errShort
	}
	first := d.rest[0]
	d.rest = d.rest[1:]
	major, info := first>>5, first&31
	if info < 24 {
		return major, uint64(info), nil
	}
	if info > 27 {
		return 0, 0, fmt.Errorf("cbor: additional information %d is not allowed here", info)
	}
	width := 1 << (info - 24)
	if len(d.rest) < width {
		return 0, 0, errShort
	}
	for _, b := range d.rest[:width] {
		n = n<<8 | uint64(b)
	}
	d.rest = d.rest[width:]
	return major, n, nil
}

func (d *decoder) expect(want byte, what string) (uint64, error) {
	major, n, err := d.head()
	if err == nil && major != want {
		err = fmt.Errorf("cbor: want %s, found major type %d", what, major)
	}
	return n, err
}

func (d *decoder) take(n uint64) ([]byte, error) {
	if n > uint64(len(d.rest)) {
		return nil, errShort
	}
	taken := d.rest[:n]
	d.rest = d.rest[n:]
	return taken, nil
}

func (d *decoder) text() (string, error) {
	n, err := d.expect(majorText, "a text")
	if err != nil {
		return "", err
	}
	b, err := d.take(n)
	return string(b), err
}

func (d *decoder) bytes() ([]byte, error) {
	n, err := d.expect(majorBytes, "a byte string")
	if err != nil {
		return nil, err
	}
	return d.take(n)
}

// skip steps over one item of any kind.
func (d *decoder) skip(depth int) error {
	if depth > maxDepth {
		return errors.New("cbor: nested too deeply")
	}
	major, n, err := d.head()
	if err != nil {
		return err
	}
	switch major {
	case majorUint, majorNeg, majorOther:
		return nil
	case majorBytes, majorText:
		_, err = d.take(n)
		return err
	case majorMap:
		if n > uint64(len(d.rest)) { // before doubling, which could overflow
			return errShort
		}
		n *= 2
	case majorArray:
	default:
		return fmt.Errorf("cbor: major type %d is not allowed here", major)
	}
	for ; n > 0; n-- {
		if err := d.skip(depth + 1); err != nil {
			return err
		}
	}
	return nil
}
