package vsock

import (
	"io"
	"runtime"
	"testing"
	"time"

	"co.caution/enclaveos/host/virtio"
)

// These tests own the guest's kernel.

func (d *Device) held() (streams, bytes int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range d.conns {
		c.mu.Lock()
		bytes += len(c.received.buf)
		c.mu.Unlock()
	}
	return len(d.conns), bytes
}

func TestAllStreamsTogetherHoldLittle(t *testing.T) {
	total := 0
	for others := range maxStreams {
		total += int(allowance(others))
	}
	if total > 64<<20 {
		t.Errorf("%d bytes", total)
	}
}

func TestAFloodOfStreamsEndsAtTheLimit(t *testing.T) {
	t.Parallel()
	stuck := make(chan struct{})
	defer close(stuck)
	d := New(map[uint32]Handler{9: func(*Conn) { <-stuck }}, quiet)
	g := newGuest(t, d)
	for i := range uint32(maxStreams) {
		g.transmit(header{srcPort: i, dstPort: 9, op: opRequest, bufAlloc: roomy}, nil)
		if h := g.expect(opResponse); h.bufAlloc != allowance(int(i)) {
			t.Fatal(i, h.bufAlloc)
		}
	}
	g.transmit(header{srcPort: maxStreams, dstPort: 9, op: opRequest, bufAlloc: roomy}, nil)
	g.expect(opReset)
	// A late stream has less room, and is held to it.
	g.transmit(header{srcPort: maxStreams - 1, dstPort: 9, op: opData, bufAlloc: roomy}, make([]byte, narrowAlloc))
	g.transmit(header{srcPort: maxStreams - 1, dstPort: 9, op: opData, bufAlloc: roomy}, make([]byte, 1))
	g.expect(opReset)
	if streams, bytes := d.held(); streams != maxStreams-1 || bytes != 0 {
		t.Error(streams, bytes)
	}
}

// A guest that takes no answer may open, fill and reset streams as often as it likes: nothing is kept for it.
func TestNothingIsKeptForStreamsWhoseResponseIsNotTaken(t *testing.T) {
	started := make(chan struct{}, 1)
	d := New(map[uint32]Handler{9: func(*Conn) { started <- struct{}{} }}, quiet)
	g := newStingyGuest(t, d)
	for range 200 {
		g.transmit(header{srcPort: 5, dstPort: 9, op: opRequest, bufAlloc: roomy}, nil)
		g.transmit(header{srcPort: 5, dstPort: 9, op: opResponse, bufAlloc: roomy}, nil) // as if we had asked
		g.transmit(header{srcPort: 5, dstPort: 9, op: opRequest, bufAlloc: roomy}, nil)
		g.transmit(header{srcPort: 5, dstPort: 9, op: opData, bufAlloc: roomy}, make([]byte, 0x8000))
		if streams, bytes := d.held(); bytes != 0 {
			t.Fatalf("%d streams hold %d bytes", streams, bytes)
		}
		g.transmit(header{srcPort: 5, dstPort: 9, op: opReset}, nil)
	}
	select {
	case <-started:
		t.Error("a handler runs for a stream whose response did not leave")
	default:
	}
}

// A guest that takes no answers stops being read, so what waits for it is bounded; and nobody dials into that.
func TestAGuestThatTakesNoAnswersStopsItself(t *testing.T) {
	d := New(nil, quiet)
	var raw [headerBytes]byte
	h := header{srcCID: GuestCID, dstCID: HostCID, srcPort: 5, dstPort: 10, kind: typeStream, op: opRequest}
	h.format(&raw)
	for range maxControl + 1 {
		d.packet(virtio.Chain{Read: [][]byte{raw[:]}})
	}
	going := make(chan bool, 1)
	go func() { going <- d.waitForControl() }()
	select {
	case <-going:
		t.Error("it is still read")
	case <-time.After(50 * time.Millisecond):
	}
	if _, err := d.Dial(80); err == nil || len(d.conns) != 0 {
		t.Error(err, len(d.conns))
	}
	d.shut()
	if <-going {
		t.Error("it is read after the end")
	}
}

func TestADialThatIsNotAnsweredLeavesNothingBehind(t *testing.T) {
	d := New(nil, quiet)
	g := newGuest(t, d)
	failed := make(chan error, 1)
	go func() {
		_, err := d.dial(80, 20*time.Millisecond)
		failed <- err
	}()
	h := g.expect(opRequest)
	if err := <-failed; err == nil {
		t.Error("a stream out of nothing")
	}
	g.expect(opReset)
	g.transmit(header{srcPort: 80, dstPort: h.srcPort, op: opResponse, bufAlloc: roomy}, nil) // too late
	g.expect(opReset)
	if streams, _ := d.held(); streams != 0 {
		t.Error(streams)
	}
}

// The guest closes neither direction: after a moment it is told that the stream is over.
func TestAStreamThatTheGuestDoesNotEndIsEndedForIt(t *testing.T) {
	t.Parallel()
	d := New(map[uint32]Handler{9: func(c *Conn) { c.Close() }}, quiet)
	g := newGuest(t, d)
	g.transmit(header{srcPort: 5, dstPort: 9, op: opRequest, bufAlloc: roomy}, nil)
	g.expect(opResponse)
	g.expect(opShutdown)
	g.expect(opReset)
	if streams, _ := d.held(); streams != 0 {
		t.Error(streams)
	}
}

// Whatever credit it claims, a guest gets what was written, once, into buffers that it offered.
func TestLiesAboutCreditMoveNoMoreThanWasWritten(t *testing.T) {
	for name, lie := range map[string]header{
		"all of it":      {bufAlloc: ^uint32(0)},
		"the future":     {bufAlloc: ^uint32(0), fwdCnt: 1 << 20},
		"the past":       {bufAlloc: 1 << 30, fwdCnt: ^uint32(0) - 5},
		"nothing at all": {},
	} {
		d := New(nil, quiet)
		g := newGuest(t, d)
		written := make(chan struct{})
		go func() {
			if c, err := d.Dial(80); err == nil {
				c.Write(make([]byte, 9000))
				c.Close()
			}
			close(written)
		}()
		asked := g.expect(opRequest)
		lie.srcPort, lie.dstPort, lie.op = 80, asked.srcPort, opResponse
		g.transmit(lie, nil)
		lie.op = opCreditUpdate
		g.transmit(lie, nil)
		got := 0
		for end := time.Now().Add(30 * time.Millisecond); time.Now().Before(end); {
			if !g.waiting() {
				runtime.Gosched()
				continue
			}
			if h, data := g.receive(); h.op == opData {
				got += len(data)
			}
		}
		if got > 9000 {
			t.Errorf("%s: %d bytes of 9000", name, got)
		}
		g.transmit(header{srcPort: 80, dstPort: asked.srcPort, op: opReset}, nil)
		select {
		case <-written:
		case <-time.After(5 * time.Second):
			t.Errorf("%s: the writer hangs after a reset", name)
		}
	}
}

func TestCreditThatIsTakenBackStopsTheWriterAndNoMore(t *testing.T) {
	d := New(map[uint32]Handler{9: echo}, quiet)
	g := newGuest(t, d)
	g.transmit(header{srcPort: 5, dstPort: 9, op: opRequest, bufAlloc: roomy}, nil)
	g.expect(opResponse)
	g.transmit(header{srcPort: 5, dstPort: 9, op: opData, bufAlloc: roomy}, []byte("one"))
	g.expect(opData)
	g.transmit(header{srcPort: 5, dstPort: 9, op: opData, bufAlloc: 0}, []byte("two")) // no room after all
	g.transmit(header{srcPort: 6, dstPort: 9, op: opRequest, bufAlloc: roomy}, nil)    // others go on
	g.expect(opResponse)
	g.transmit(header{srcPort: 5, dstPort: 9, op: opCreditUpdate, bufAlloc: roomy, fwdCnt: 3}, nil)
	if h, data := g.receive(); h.op != opData || string(data) != "two" {
		t.Errorf("%+v %q", h, data)
	}
}

// The host reads on after the guest's reset: what had arrived is not lost, and the end is not a clean one.
func TestAResetIsNotTheEndOfTheData(t *testing.T) {
	read := make(chan error, 1)
	got := make(chan string, 1)
	gate := make(chan struct{})
	d := New(map[uint32]Handler{9: func(c *Conn) {
		<-gate
		b := make([]byte, 5)
		io.ReadFull(c, b)
		got <- string(b)
		_, err := c.Read(b)
		read <- err
	}}, quiet)
	g := newGuest(t, d)
	g.transmit(header{srcPort: 5, dstPort: 9, op: opRequest, bufAlloc: roomy}, nil)
	g.expect(opResponse)
	g.transmit(header{srcPort: 5, dstPort: 9, op: opData, bufAlloc: roomy}, []byte("hello"))
	g.transmit(header{srcPort: 5, dstPort: 9, op: opReset}, nil)
	close(gate)
	if s, err := <-got, <-read; s != "hello" || err == nil || err == io.EOF {
		t.Errorf("%q %v", s, err)
	}
}
