package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// These tests own the enclave, or the names that it may ask for.

func TestTheLogEnds(t *testing.T) {
	var said bytes.Buffer
	e := &events{errors: &said}
	for range 10_000 {
		e.log("guest's transmit queue: %v", io.EOF)
	}
	if lines := strings.Count(said.String(), "\n"); lines != maxLog || !strings.HasSuffix(said.String(), "no longer said\n") {
		t.Errorf("%d lines", lines)
	}
}

func TestAStreamOnWhichNothingMovesIsClosed(t *testing.T) {
	nearA, a := pipe(t)
	nearB, b := pipe(t)
	done := make(chan struct{})
	go func() {
		spliceFor(nearA, nearB, 100*time.Millisecond)
		close(done)
	}()
	a.Write([]byte("x"))
	a.CloseWrite() // half of it is over, and the other side neither speaks nor hangs up
	if text, err := io.ReadAll(b); err != nil || string(text) != "x" {
		t.Errorf("%q %v", text, err)
	}
	select {
	case <-done:
	case <-time.After(5 * time.Second):
		t.Error("it stays open")
	}
}

func TestAnEndPassesThroughAndTheOtherDirectionGoesOn(t *testing.T) {
	nearA, a := pipe(t)
	nearB, b := pipe(t)
	go splice(nearA, nearB)
	a.Write([]byte("question"))
	a.CloseWrite()
	if text, _ := io.ReadAll(b); string(text) != "question" {
		t.Errorf("%q", text)
	}
	b.Write([]byte("answer"))
	b.CloseWrite()
	if text, _ := io.ReadAll(a); string(text) != "answer" {
		t.Errorf("%q", text)
	}
}

func TestTheModuleIsNotTalkedToByAThousand(t *testing.T) {
	path := filepath.Join(t.TempDir(), "nsm.sock")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	s := testServices(io.Discard)
	s.nsm = path
	var talks []io.Closer
	for range maxModule {
		far, near := pipe(t)
		go s.module(far)
		service, err := listener.Accept()
		if err != nil {
			t.Fatal(err)
		}
		talks = append(talks, near, service)
	}
	far, near := pipe(t)
	s.module(far)
	if text, err := io.ReadAll(near); err != nil || len(text) != 0 {
		t.Errorf("%q %v", text, err)
	}
	talks[0].Close() // one hangs up, as does the module, and there is room
	talks[1].Close()
	far, _ = pipe(t)
	for s.modulesFree() == 0 {
		time.Sleep(time.Millisecond)
	}
	go s.module(far)
	if _, err := listener.Accept(); err != nil {
		t.Error(err)
	}
}

func (s *services) modulesFree() int { return cap(s.modules) - len(s.modules) }

// A name that resolves to something harmless when it is checked and to loopback when it is dialled.
func TestANameThatChangesItsAddressIsLookedUpOnce(t *testing.T) {
	asked := 0
	e := newEgress([]string{"rebind.example:80"}, false)
	e.lookup = func(context.Context, string) ([]netip.Addr, error) {
		asked++
		if asked > 1 {
			t.Error("it is asked again")
		}
		return []netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("::ffff:127.0.0.1"), netip.MustParseAddr("10.0.0.1")}, nil
	}
	if _, err := e.dial("rebind.example:80"); err == nil || err.Error() != "the name has no address that may be dialled" {
		t.Error(err)
	}
}

func TestTheMachinesOwnPublicAddressIsNotDialled(t *testing.T) {
	e := newEgress([]string{"me.example:80"}, false)
	mine := netip.MustParseAddr("2a00:1::7")
	e.own = func() map[netip.Addr]bool { return map[netip.Addr]bool{mine: true} }
	e.lookup = func(context.Context, string) ([]netip.Addr, error) { return []netip.Addr{mine}, nil }
	if _, err := e.dial("me.example:80"); err == nil || err.Error() != "the name has no address that may be dialled" {
		t.Error(err)
	}
	if !ownAddresses()[netip.MustParseAddr("127.0.0.1")] {
		t.Error("this machine does not know its own addresses")
	}
}

func TestEgressIsBounded(t *testing.T) {
	e := newEgress(nil, false)
	for range maxEgress {
		e.slots <- struct{}{}
	}
	if answer, _ := serveEgress(t, e, "a.example:80\n"); answer != "error: too many connections" {
		t.Error(answer)
	}
}

// silent gives no room: nothing can be written to it until it is closed.
type silent struct{ closed chan struct{} }

func (s silent) Read([]byte) (int, error) { <-s.closed; return 0, io.ErrClosedPipe }
func (s silent) Write([]byte) (int, error) {
	<-s.closed
	return 0, io.ErrClosedPipe
}
func (s silent) CloseWrite() error { return nil }
func (s silent) Close() error {
	select {
	case <-s.closed:
	default:
		close(s.closed)
	}
	return nil
}

func TestAGuestThatGivesNoRoomIsNotWaitedForForEver(t *testing.T) {
	t.Parallel()
	s := testServices(io.Discard)
	done := make(chan struct{})
	go func() {
		s.heartbeat(silent{make(chan struct{})})
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(2 * shortTalk):
		t.Error("it is")
	}
}

type failing struct{ transport }

func (failing) Dial(uint32) (stream, error) { return nil, errors.New("no") }

func TestAPortGoesOnAfterAnEnclaveThatDoesNotAnswer(t *testing.T) {
	o := &options{dir: t.TempDir(), ports: []uint32{80}}
	stop, err := forwardPorts(o, failing{}, func(string, ...any) {})
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	for range 3 {
		c, err := net.Dial("unix", filepath.Join(o.dir, portSocket(80)))
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(c); err != nil || len(text) != 0 {
			t.Errorf("%q %v", text, err)
		}
	}
}
