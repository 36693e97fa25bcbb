package vsock

import (
	"testing"

	"co.caution/enclaveos/host/virtio"
)

// FuzzPackets is a guest that sends what it likes and takes nothing back: one packet after the other, each a header and
// up to 255 bytes, in one part or in two.
func FuzzPackets(f *testing.F) {
	packet := func(h header, data string) []byte {
		h.srcCID, h.dstCID, h.kind = GuestCID, HostCID, typeStream
		if h.length == 0 {
			h.length = uint32(len(data))
		}
		var raw [headerBytes]byte
		h.format(&raw)
		return append(append([]byte{byte(len(data))}, raw[:]...), data...)
	}
	open := packet(header{srcPort: 5, dstPort: 9, op: opRequest, bufAlloc: roomy}, "")
	f.Add(open)
	f.Add(append(open, packet(header{srcPort: 5, dstPort: 9, op: opData, bufAlloc: roomy}, "hello")...))
	f.Add(append(open, packet(header{srcPort: 5, dstPort: 9, op: opShutdown, flags: shutBoth}, "")...))
	f.Add(packet(header{srcPort: 80, dstPort: firstOwnPort, op: opResponse, bufAlloc: ^uint32(0), fwdCnt: 7}, ""))
	f.Add(packet(header{srcPort: 80, dstPort: firstOwnPort, op: opData, length: ^uint32(0)}, "x"))
	f.Add(packet(header{srcPort: 80, dstPort: firstOwnPort, op: opCreditRequest}, ""))
	f.Fuzz(func(t *testing.T, text []byte) {
		d := New(map[uint32]Handler{9: func(*Conn) {}}, quiet)
		dialed := newConn(d, key{HostCID, firstOwnPort, 80})
		dialed.dialed = true
		d.add(dialed)
		for sent := 0; len(text) > 0 && sent < 200; sent++ {
			n := min(len(text)-1, headerBytes+int(text[0]))
			raw := append([]byte(nil), text[1:1+n]...)
			text = text[1+n:]
			split := min(len(raw), headerBytes+sent%3)
			d.packet(virtio.Chain{Read: [][]byte{raw[:split], raw[split:]}})
		}
		streams, bytes := d.held()
		if streams > maxStreams || bytes > streams*wideAlloc || len(d.control) > 2*200 {
			t.Fatalf("%d streams hold %d bytes, %d notices wait", streams, bytes, len(d.control))
		}
		d.shut()
	})
}
