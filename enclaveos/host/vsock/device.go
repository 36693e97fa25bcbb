package vsock

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"co.caution/enclaveos/host/virtio"
)

const (
	// HostCID is the address that streams into the guest come from: an enclave's parent is always 3.
	HostCID = 3
	// GuestCID is the guest's own; any number above 3 does.
	GuestCID = 16

	rxQueue = 0 // to the guest
	txQueue = 1 // from the guest

	maxStreams   = 2048
	maxControl   = 4096
	firstOwnPort = 1 << 30
	dialTimeout  = 15 * time.Second
)

// Handler takes a stream that the guest opened; ports without one are refused.
type Handler func(*Conn)

// Device is the whole of it.
type Device struct {
	backend  *virtio.Backend
	rx, tx   *virtio.Queue
	handlers map[uint32]Handler
	logf     func(string, ...any)

	mu       sync.Mutex
	conns    map[key]*Conn
	control  []notice   // wait for room in the guest's queue
	changed  *sync.Cond // control, or closed
	nextPort uint32
	closed   bool
}

// New makes a device. logf gets one line for each thing that a guest should not have done.
func New(handlers map[uint32]Handler, logf func(string, ...any)) *Device {
	backend := virtio.NewBackend(2, binary.LittleEndian.AppendUint64(nil, GuestCID))
	d := &Device{
		backend: backend, rx: backend.Queues[rxQueue], tx: backend.Queues[txQueue], handlers: handlers, logf: logf,
		conns: map[key]*Conn{}, nextPort: firstOwnPort,
	}
	d.changed = sync.NewCond(&d.mu)
	return d
}

// Serve talks to one hypervisor until it hangs up; then every stream is reset.
func (d *Device) Serve(conn *net.UnixConn) error {
	var loops sync.WaitGroup
	loops.Go(d.receiveLoop)
	loops.Go(d.controlLoop)
	err := d.backend.Serve(conn)
	d.shut()
	loops.Wait()
	return err
}

func (d *Device) shut() {
	d.mu.Lock()
	d.closed = true
	conns := d.conns
	d.conns = map[key]*Conn{}
	d.changed.Broadcast()
	d.mu.Unlock()
	for _, c := range conns {
		c.peerReset()
	}
}

// receiveLoop takes what the guest sends.
func (d *Device) receiveLoop() {
	for d.waitForControl() && d.receiveBatch() {
	}
}

// receiveBatch handles the packets that are there; when there is none it waits. False when the device is closed.
func (d *Device) receiveBatch() bool {
	q := d.tx
	q.Mu.Lock()
	defer q.Mu.Unlock()
	for n := 1; n <= virtio.MaxQueueSize; n++ {
		chain, some, err := q.Pop()
		if err != nil {
			d.logf("guest's transmit queue: %v", err)
		}
		if !some {
			q.Interrupt()
			q.Quiet(false)
			open := !q.Empty() || q.Wait() // a packet may have come before the guest saw that kicks are wanted
			q.Quiet(true)
			return open
		}
		d.packet(chain)
		q.Push(chain.Head, 0)
		if n%16 == 0 { // a guest that waits for room should not wait for the whole batch
			q.Interrupt()
		}
	}
	q.Interrupt()
	return true
}

// packet reads one out of the guest's memory and acts on it. What it answers is queued, never waited for.
func (d *Device) packet(chain virtio.Chain) {
	parts := cursor{chain.Read}
	var raw [headerBytes]byte
	if parts.take(raw[:]) != headerBytes {
		d.logf("guest sent a packet without a whole header")
		return
	}
	var h header
	h.parse(&raw)
	if uint64(h.length) > uint64(parts.room()) || h.srcCID != GuestCID {
		d.logf("guest sent a packet of %d bytes with %d behind it, from cid %d", h.length, parts.room(), h.srcCID)
		return
	}
	k := key{h.dstCID, h.dstPort, h.srcPort}
	if h.kind != typeStream || h.dstCID != 2 && h.dstCID != HostCID {
		d.refuse(k, h.op)
		return
	}
	d.mu.Lock()
	c := d.conns[k]
	d.mu.Unlock()
	switch {
	case h.op == opRequest && c == nil:
		d.accept(k, &h)
	case c == nil:
		d.refuse(k, h.op)
	default:
		c.packet(&h, &parts)
	}
}

func (d *Device) accept(k key, h *header) {
	handler := d.handlers[h.dstPort]
	c := newConn(d, k)
	c.credit(h)
	if handler == nil || !d.add(c) {
		d.refuse(k, h.op)
		return
	}
	// The handler may write at once, so it starts behind the response.
	d.send(notice{conn: c, header: c.key.answer(GuestCID, opResponse), then: func() { go handler(c) }})
}

func (d *Device) refuse(k key, op uint16) {
	if op != opReset {
		d.send(notice{header: k.answer(GuestCID, opReset)})
	}
}

func (d *Device) add(c *Conn) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed || len(d.conns) >= maxStreams || d.conns[c.key] != nil {
		return false
	}
	c.alloc = allowance(len(d.conns))
	d.conns[c.key] = c
	return true
}

func (d *Device) remove(c *Conn) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.conns[c.key] == c {
		delete(d.conns, c.key)
	}
}

// Dial opens a stream to a port of the guest.
func (d *Device) Dial(port uint32) (*Conn, error) { return d.dial(port, dialTimeout) }

func (d *Device) dial(port uint32, limit time.Duration) (*Conn, error) {
	d.mu.Lock()
	if len(d.control) > maxControl {
		d.mu.Unlock()
		return nil, errors.New("vsock: the guest does not take what it is sent")
	}
	k := key{HostCID, d.nextPort, port}
	if d.nextPort++; d.nextPort == 1<<31 {
		d.nextPort = firstOwnPort
	}
	d.mu.Unlock()
	c := newConn(d, k)
	c.dialed = true
	if !d.add(c) {
		return nil, errors.New("vsock: no room for another stream")
	}
	c.send(opRequest, 0)
	if err := c.awaitResponse(limit); err != nil {
		c.Reset()
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return nil, fmt.Errorf("vsock: the guest did not answer on port %d", port)
		}
		return nil, fmt.Errorf("vsock: port %d: %w", port, syscall.ECONNREFUSED)
	}
	return c, nil
}
