// Package vsock is a virtio-vsock device: streams between a guest and this process, with the flow control by
// credit that the virtio specification (5.10) describes.
package vsock

import "encoding/binary"

const (
	headerBytes = 44

	opRequest       = 1
	opResponse      = 2
	opReset         = 3
	opShutdown      = 4
	opData          = 5
	opCreditUpdate  = 6
	opCreditRequest = 7

	typeStream = 1

	shutReceive = 1
	shutSend    = 2
	shutBoth    = shutReceive | shutSend
)

// header is struct virtio_vsock_hdr.
type header struct {
	srcCID, dstCID   uint64
	srcPort, dstPort uint32
	length           uint32
	kind, op         uint16
	flags            uint32
	bufAlloc, fwdCnt uint32
}

func (h *header) parse(b *[headerBytes]byte) {
	le := binary.LittleEndian
	h.srcCID, h.dstCID = le.Uint64(b[0:]), le.Uint64(b[8:])
	h.srcPort, h.dstPort = le.Uint32(b[16:]), le.Uint32(b[20:])
	h.length = le.Uint32(b[24:])
	h.kind, h.op = le.Uint16(b[28:]), le.Uint16(b[30:])
	h.flags, h.bufAlloc, h.fwdCnt = le.Uint32(b[32:]), le.Uint32(b[36:]), le.Uint32(b[40:])
}

func (h *header) format(b *[headerBytes]byte) {
	le := binary.LittleEndian
	le.PutUint64(b[0:], h.srcCID)
	le.PutUint64(b[8:], h.dstCID)
	le.PutUint32(b[16:], h.srcPort)
	le.PutUint32(b[20:], h.dstPort)
	le.PutUint32(b[24:], h.length)
	le.PutUint16(b[28:], h.kind)
	le.PutUint16(b[30:], h.op)
	le.PutUint32(b[32:], h.flags)
	le.PutUint32(b[36:], h.bufAlloc)
	le.PutUint32(b[40:], h.fwdCnt)
}

// key names a stream: the guest's port, and the address on this side that it speaks to.
type key struct {
	hostCID             uint64
	hostPort, guestPort uint32
}

// answer is a header from this side to the guest.
func (k key) answer(guestCID uint64, op uint16) header {
	return header{
		srcCID: k.hostCID, dstCID: guestCID, srcPort: k.hostPort, dstPort: k.guestPort, kind: typeStream, op: op,
	}
}

// cursor walks the parts of a descriptor chain.
type cursor struct{ parts [][]byte }

// take copies out of the parts, as much as there is.
func (c *cursor) take(to []byte) (n int) {
	for len(to) > 0 && len(c.parts) > 0 {
		k := copy(to, c.parts[0])
		to, n = to[k:], n+k
		c.advance(k)
	}
	return n
}

// put copies into the parts, as much as fits.
func (c *cursor) put(from []byte) (n int) {
	for len(from) > 0 && len(c.parts) > 0 {
		k := copy(c.parts[0], from)
		from, n = from[k:], n+k
		c.advance(k)
	}
	return n
}

func (c *cursor) advance(n int) {
	if c.parts[0] = c.parts[0][n:]; len(c.parts[0]) == 0 {
		c.parts = c.parts[1:]
	}
}

func (c *cursor) room() (n int) {
	for _, p := range c.parts {
		n += len(p)
	}
	return n
}
