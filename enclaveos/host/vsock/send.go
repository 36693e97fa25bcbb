package vsock

import (
	"syscall"

	"co.caution/enclaveos/host/virtio"
)

// notice is a packet without data. What it says of a stream's credit is filled in when it leaves: a count that is
// older than one that left before it would take credit back.
type notice struct {
	header
	conn *Conn
	then func()
}

// send queues a notice. The guest's own packets cause most of them, so receiveLoop pauses when too many wait: a guest
// that floods without taking answers stops itself.
func (d *Device) send(n notice) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.closed {
		d.control = append(d.control, n)
		d.changed.Broadcast()
	}
}

func (d *Device) waitForControl() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	for len(d.control) > maxControl && !d.closed {
		d.changed.Wait()
	}
	return !d.closed
}

// controlLoop writes the queued notices.
func (d *Device) controlLoop() {
	for {
		d.mu.Lock()
		for len(d.control) == 0 && !d.closed {
			d.changed.Wait()
		}
		batch, closed := d.control, d.closed
		d.control = nil
		d.changed.Broadcast()
		d.mu.Unlock()
		if closed {
			return
		}
		for i := range batch {
			if !d.transmit(&batch[i]) {
				return
			}
		}
	}
}

// transmit writes one notice; it waits for room in the guest's queue. False when the device is closed.
func (d *Device) transmit(n *notice) bool {
	q := d.rx
	q.Mu.Lock()
	defer q.Mu.Unlock()
	chain, room, ok := d.slot()
	if !ok {
		return false
	}
	if n.conn != nil {
		n.conn.stamp(&n.header)
	}
	var raw [headerBytes]byte
	n.header.format(&raw)
	room.put(raw[:])
	q.Push(chain.Head, headerBytes)
	q.Interrupt()
	if n.then != nil {
		n.then()
	}
	return true
}

// slot is the next chain of the guest's that a header fits in. The caller holds the queue.
func (d *Device) slot() (virtio.Chain, cursor, bool) {
	q := d.rx
	for {
		chain, some, err := q.Pop()
		if err != nil {
			d.logf("guest's receive queue: %v", err)
		}
		if !some {
			q.Quiet(false)
			if q.Empty() && !q.Wait() {
				return chain, cursor{}, false
			}
			q.Quiet(true)
			continue
		}
		room := cursor{chain.Write}
		if room.room() > headerBytes {
			return chain, room, true
		}
		d.logf("guest offered a receive buffer of %d bytes", room.room())
		q.Push(chain.Head, 0)
	}
}

// transmitData writes bytes that the stream has credit for, in as many packets as the guest's buffers make of them.
// The queue is held for one run of packets, and let go of between runs, so that streams take turns.
func (d *Device) transmitData(c *Conn, p []byte) error {
	const run = 64 << 10
	for len(p) > 0 {
		part := p[:min(len(p), run)]
		p = p[len(part):]
		if !d.transmitRun(c, part) {
			return syscall.EPIPE
		}
	}
	return nil
}

func (d *Device) transmitRun(c *Conn, p []byte) bool {
	q := d.rx
	q.Mu.Lock()
	defer q.Mu.Unlock()
	unsignalled := false
	for len(p) > 0 {
		if unsignalled && q.Empty() {
			q.Interrupt()
			unsignalled = false
		}
		chain, room, ok := d.slot()
		if !ok {
			return false
		}
		n := min(len(p), room.room()-headerBytes)
		h := c.key.answer(GuestCID, opData)
		c.stamp(&h)
		h.length = uint32(n)
		var raw [headerBytes]byte
		h.format(&raw)
		room.put(raw[:])
		room.put(p[:n])
		q.Push(chain.Head, headerBytes+n)
		unsignalled = true
		p = p[n:]
	}
	q.Interrupt()
	return true
}
