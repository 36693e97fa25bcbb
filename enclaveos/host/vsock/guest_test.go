package vsock

import (
	"encoding/binary"
	"net"
	"os"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

// guest is the other side of everything: a hypervisor that hands over its memory, and a driver in it.
type guest struct {
	t        *testing.T
	memory   []byte
	conn     *net.UnixConn
	kick     [2]*os.File
	seen     uint16 // of the used ring of queue 0
	txSeen   uint16
	rxOffers uint16
}

const (
	guestMemory = 1 << 20
	userBase    = 0x7f1200000000
	entries     = 64
	rxBuffer    = 4096

	// Two queues, then their buffers: received packets, sent packets.
	queueStride = 0x2000
	availOffset = 0x1000
	usedOffset  = 0x1400
	rxAt        = 0x10000
	txAt        = 0x80000
)

func newGuest(t *testing.T, device *Device) *guest {
	t.Helper()
	g := newStingyGuest(t, device)
	for range entries {
		g.offerRx()
	}
	return g
}

// newStingyGuest offers no buffer to receive in: nothing that the device says can leave.
func newStingyGuest(t *testing.T, device *Device) *guest {
	t.Helper()
	name := []byte("guest\x00")
	fd, _, errno := syscall.Syscall(319 /* memfd_create */, uintptr(unsafe.Pointer(&name[0])), 1, 0)
	if errno != 0 {
		t.Fatal(errno)
	}
	syscall.Ftruncate(int(fd), guestMemory)
	memory, err := syscall.Mmap(int(fd), 0, guestMemory, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	if err != nil {
		t.Fatal(err)
	}
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	g := &guest{t: t, memory: memory, conn: unixConn(t, pair[0])}
	done := make(chan error, 1)
	go func() { done <- device.Serve(unixConn(t, pair[1])) }()
	t.Cleanup(func() {
		g.conn.Close()
		select {
		case <-done:
		case <-time.After(5 * time.Second):
			t.Error("the device does not end")
		}
		syscall.Munmap(memory)
	})
	region := binary.LittleEndian.AppendUint64(nil, 1)
	for _, v := range []uint64{0, guestMemory, userBase, 0} {
		region = binary.LittleEndian.AppendUint64(region, v)
	}
	g.send(5, region, int(fd))
	syscall.Close(int(fd))
	for q := range 2 {
		g.setUp(q)
	}
	return g
}

func unixConn(t *testing.T, fd int) *net.UnixConn {
	t.Helper()
	file := os.NewFile(uintptr(fd), "pair")
	defer file.Close()
	c, err := net.FileConn(file)
	if err != nil {
		t.Fatal(err)
	}
	return c.(*net.UnixConn)
}

func (g *guest) send(request uint32, body []byte, fds ...int) {
	g.t.Helper()
	m := binary.LittleEndian.AppendUint32(nil, request)
	m = binary.LittleEndian.AppendUint32(m, 1)
	m = append(binary.LittleEndian.AppendUint32(m, uint32(len(body))), body...)
	var oob []byte
	if len(fds) > 0 {
		oob = syscall.UnixRights(fds...)
	}
	if _, _, err := g.conn.WriteMsgUnix(m, oob, nil); err != nil {
		g.t.Fatal(err)
	}
}

func (g *guest) setUp(q int) {
	u32 := func(values ...uint32) (b []byte) {
		for _, v := range values {
			b = binary.LittleEndian.AppendUint32(b, v)
		}
		return b
	}
	g.send(8, u32(uint32(q), entries))
	g.send(10, u32(uint32(q), 0))
	address := u32(uint32(q), 0)
	base := uint64(userBase + queueStride*q)
	for _, v := range []uint64{base, base + usedOffset, base + availOffset, 0} {
		address = binary.LittleEndian.AppendUint64(address, v)
	}
	g.send(9, address)
	kick, call := eventFD(g.t), eventFD(g.t)
	g.kick[q] = os.NewFile(uintptr(kick), "kick")
	g.send(12, binary.LittleEndian.AppendUint64(nil, uint64(q)), kick)
	g.send(13, binary.LittleEndian.AppendUint64(nil, uint64(q)), call)
	syscall.Close(call)
	g.send(18, u32(uint32(q), 1))
}

func eventFD(t *testing.T) int {
	t.Helper()
	fd, _, errno := syscall.Syscall(syscall.SYS_EVENTFD2, 0, syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	if errno != 0 {
		t.Fatal(errno)
	}
	return int(fd)
}

func (g *guest) describe(q, i int, at uint64, size uint32, flags, next uint16) {
	d := g.memory[queueStride*q+16*i:]
	binary.LittleEndian.PutUint64(d, at)
	binary.LittleEndian.PutUint32(d[8:], size)
	binary.LittleEndian.PutUint16(d[12:], flags)
	binary.LittleEndian.PutUint16(d[14:], next)
}

func (g *guest) word(q, offset int) *uint32 {
	return (*uint32)(unsafe.Pointer(&g.memory[queueStride*q+offset]))
}

func (g *guest) offer(q int, head uint16) {
	idx := uint16(atomic.LoadUint32(g.word(q, availOffset)) >> 16)
	binary.LittleEndian.PutUint16(g.memory[queueStride*q+availOffset+4+2*int(idx%entries):], head)
	atomic.StoreUint32(g.word(q, availOffset), uint32(idx+1)<<16)
	g.kick[q].Write([]byte{1, 0, 0, 0, 0, 0, 0, 0})
}

func (g *guest) offerRx() {
	i := int(g.rxOffers % entries)
	g.describe(0, i, uint64(rxAt+rxBuffer*i), rxBuffer, 2, 0)
	g.offer(0, uint16(i))
	g.rxOffers++
}

// transmit sends one packet and waits until the device has taken it.
func (g *guest) transmit(h header, data []byte) {
	g.t.Helper()
	if h.kind == 0 {
		h.kind = typeStream
	}
	if h.srcCID == 0 {
		h.srcCID = GuestCID
	}
	if h.dstCID == 0 {
		h.dstCID = HostCID
	}
	if h.length == 0 {
		h.length = uint32(len(data))
	}
	var raw [headerBytes]byte
	h.format(&raw)
	copy(g.memory[txAt:], raw[:])
	copy(g.memory[txAt+headerBytes:], data)
	g.describe(1, 0, txAt, headerBytes, 1, 1)
	g.describe(1, 1, txAt+headerBytes, uint32(len(data)), 0, 0)
	g.offer(1, 0)
	g.txSeen++
	g.until("the device takes a packet", func() bool {
		return uint16(atomic.LoadUint32(g.word(1, usedOffset))>>16) == g.txSeen
	})
}

// receive takes the next packet from the device.
func (g *guest) receive() (header, []byte) {
	g.t.Helper()
	g.until("a packet comes", g.waiting)
	at := queueStride*0 + usedOffset + 4 + 8*int(g.seen%entries)
	i := int(binary.LittleEndian.Uint32(g.memory[at:]))
	n := int(binary.LittleEndian.Uint32(g.memory[at+4:]))
	g.seen++
	packet := append([]byte(nil), g.memory[rxAt+rxBuffer*i:][:n]...)
	g.offerRx()
	var h header
	h.parse((*[headerBytes]byte)(packet))
	return h, packet[headerBytes:]
}

func (g *guest) waiting() bool { return uint16(atomic.LoadUint32(g.word(0, usedOffset))>>16) != g.seen }

func (g *guest) until(what string, done func() bool) {
	g.t.Helper()
	for end := time.Now().Add(5 * time.Second); !done(); {
		if time.Now().After(end) {
			g.t.Fatal("waited in vain until ", what)
		}
		time.Sleep(100 * time.Microsecond)
	}
}
