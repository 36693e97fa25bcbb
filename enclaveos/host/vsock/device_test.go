package vsock

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"
)

const roomy = 1 << 20

func (g *guest) expect(op uint16) header {
	g.t.Helper()
	h, _ := g.receive()
	if h.op != op {
		g.t.Fatalf("operation %d, not %d", h.op, op)
	}
	return h
}

func echo(c *Conn) {
	defer c.Close()
	io.Copy(c, struct{ io.Reader }{c})
}

func quiet(string, ...any) {}

func TestTheGuestIsServed(t *testing.T) {
	g := newGuest(t, New(map[uint32]Handler{9: echo}, quiet))
	g.transmit(header{srcPort: 5, dstPort: 9, op: opRequest, bufAlloc: roomy}, nil)
	if h := g.expect(opResponse); h.bufAlloc != wideAlloc || h.srcPort != 9 || h.dstPort != 5 || h.srcCID != HostCID {
		t.Errorf("%+v", h)
	}
	g.transmit(header{srcPort: 5, dstPort: 9, op: opData, bufAlloc: roomy}, []byte("hello"))
	if h, data := g.receive(); h.op != opData || string(data) != "hello" || h.fwdCnt != 5 {
		t.Errorf("%+v %q", h, data)
	}
	g.transmit(header{srcPort: 5, dstPort: 9, op: opShutdown, flags: shutSend, bufAlloc: roomy}, nil)
	if h := g.expect(opShutdown); h.flags != shutBoth {
		t.Errorf("%+v", h)
	}
	g.transmit(header{srcPort: 5, dstPort: 9, op: opShutdown, flags: shutBoth, bufAlloc: roomy}, nil)
	g.expect(opReset)
}

func TestPortsWithoutAHandlerAreRefused(t *testing.T) {
	g := newGuest(t, New(nil, quiet))
	g.transmit(header{srcPort: 5, dstPort: 10, op: opRequest, bufAlloc: roomy}, nil)
	g.expect(opReset)
	g.transmit(header{srcPort: 6, dstPort: 10, op: opData, bufAlloc: roomy}, []byte("x"))
	g.expect(opReset)
	g.transmit(header{srcPort: 6, dstPort: 10, op: opReset}, nil) // is not answered: that would go on for ever
	g.transmit(header{srcPort: 7, dstPort: 10, op: opRequest, dstCID: 99}, nil)
	if h := g.expect(opReset); h.dstPort != 7 || h.srcCID != 99 {
		t.Errorf("%+v", h)
	}
}

func TestTheHostDialsAndTheGuestRefuses(t *testing.T) {
	d := New(nil, quiet)
	g := newGuest(t, d)
	failed := make(chan error, 1)
	go func() {
		_, err := d.Dial(80)
		failed <- err
	}()
	h := g.expect(opRequest)
	g.transmit(header{srcPort: 80, dstPort: h.srcPort, op: opReset}, nil)
	if err := <-failed; !errors.Is(err, syscall.ECONNREFUSED) {
		t.Error(err)
	}
}

func TestWritingStopsWithoutCreditAndGoesOnWithIt(t *testing.T) {
	d := New(nil, quiet)
	g := newGuest(t, d)
	written := make(chan error, 1)
	go func() {
		c, err := d.Dial(80)
		if err == nil {
			_, err = c.Write(make([]byte, 10_000))
			c.CloseWrite()
		}
		written <- err
	}()
	h := g.expect(opRequest)
	g.transmit(header{srcPort: 80, dstPort: h.srcPort, op: opResponse, bufAlloc: 3000}, nil)
	got := 0
	for got < 3000 {
		_, data := g.receive()
		got += len(data)
	}
	time.Sleep(20 * time.Millisecond)
	if got != 3000 || g.waiting() {
		t.Fatalf("%d bytes on a credit of 3000", got)
	}
	// A guest that counts backwards gets nothing for it.
	g.transmit(header{srcPort: 80, dstPort: h.srcPort, op: opCreditUpdate, bufAlloc: 3000, fwdCnt: 4000}, nil)
	time.Sleep(20 * time.Millisecond)
	if g.waiting() {
		t.Fatal("credit for bytes that were never sent")
	}
	g.transmit(header{srcPort: 80, dstPort: h.srcPort, op: opCreditUpdate, bufAlloc: roomy, fwdCnt: 3000}, nil)
	for got < 10_000 {
		_, data := g.receive()
		got += len(data)
	}
	if err := <-written; err != nil || got != 10_000 {
		t.Error(got, err)
	}
	if h := g.expect(opShutdown); h.flags != shutSend {
		t.Errorf("%+v", h)
	}
}

func TestAGuestBeyondItsCreditIsReset(t *testing.T) {
	stuck := make(chan struct{})
	defer close(stuck)
	g := newGuest(t, New(map[uint32]Handler{9: func(*Conn) { <-stuck }}, quiet))
	g.transmit(header{srcPort: 5, dstPort: 9, op: opRequest, bufAlloc: roomy}, nil)
	g.expect(opResponse)
	for range wideAlloc / 0x8000 {
		g.transmit(header{srcPort: 5, dstPort: 9, op: opData, bufAlloc: roomy}, make([]byte, 0x8000))
	}
	if g.waiting() {
		t.Fatal("an answer while there was room")
	}
	g.transmit(header{srcPort: 5, dstPort: 9, op: opData, bufAlloc: roomy}, []byte("x"))
	g.expect(opReset)
}

func TestALargeTransferArrivesWhole(t *testing.T) {
	received := make(chan []byte, 1)
	g := newGuest(t, New(map[uint32]Handler{9: func(c *Conn) {
		all, _ := io.ReadAll(c)
		received <- all
		c.Close()
	}}, quiet))
	g.transmit(header{srcPort: 5, dstPort: 9, op: opRequest, bufAlloc: roomy}, nil)
	g.expect(opResponse)
	want := make([]byte, 3<<20)
	for i := range want {
		want[i] = byte(rand.Uint32())
	}
	told, sent := uint32(0), 0
	for sent < len(want) {
		for sent-int(told)+0x8000 > wideAlloc {
			h := g.expect(opCreditUpdate)
			told = h.fwdCnt
		}
		n := min(0x8000, len(want)-sent)
		g.transmit(header{srcPort: 5, dstPort: 9, op: opData, bufAlloc: roomy}, want[sent:sent+n])
		sent += n
	}
	g.transmit(header{srcPort: 5, dstPort: 9, op: opShutdown, flags: shutSend, bufAlloc: roomy}, nil)
	if got := <-received; !bytes.Equal(got, want) {
		t.Errorf("%d bytes of %d", len(got), len(want))
	}
}

func TestNonsenseDoesNotStopTheDevice(t *testing.T) {
	g := newGuest(t, New(map[uint32]Handler{9: echo}, quiet))
	g.transmit(header{srcPort: 5, dstPort: 9, op: opRequest, bufAlloc: roomy, length: 1 << 31}, nil) // claims data
	g.transmit(header{srcPort: 5, dstPort: 9, op: opRequest, srcCID: 77}, nil)                       // another's address
	g.transmit(header{srcPort: 5, dstPort: 9, op: 999, bufAlloc: roomy}, nil)
	g.expect(opReset)
	g.transmit(header{srcPort: 5, dstPort: 9, op: opRequest, kind: 2, bufAlloc: roomy}, nil) // a seqpacket
	g.expect(opReset)
	g.transmit(header{srcPort: 5, dstPort: 9, op: opRequest, bufAlloc: roomy}, nil)
	g.expect(opResponse)
	g.transmit(header{srcPort: 5, dstPort: 9, op: opRequest, bufAlloc: roomy}, nil) // once more, in the middle
	g.expect(opReset)
}

func TestABrokenQueueEndsNothingButItself(t *testing.T) {
	lines := make(chan string, 8)
	d := New(map[uint32]Handler{9: echo}, func(format string, _ ...any) { lines <- format })
	g := newGuest(t, d)
	g.describe(1, 0, 1<<40, 4096, 0, 0) // memory that it does not have
	g.offer(1, 0)
	select {
	case <-lines:
	case <-time.After(5 * time.Second):
		t.Fatal("nothing was said about it")
	}
	done := make(chan struct{})
	go func() {
		d.Dial(80) // the queue to the guest still works
		close(done)
	}()
	g.expect(opRequest)
	g.conn.Close()
	<-done
}
