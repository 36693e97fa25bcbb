package main

import (
	"errors"
	"net"
	"os"
	"time"

	"co.caution/enclaveos/host/afvsock"
	"co.caution/enclaveos/host/vsock"
)

const (
	kernelDialTimeout = 15 * time.Second
	maxKernelStreams  = 2048
)

// handler takes a stream that the enclave opened.
type handler func(stream)

// transport is the vsock underneath. There are two: the device that this program is under QEMU, and the kernel's own on
// an EC2 parent. Everything else is the same code over either.
type transport interface {
	// Dial opens a stream to a port of the enclave.
	Dial(port uint32) (stream, error)
}

// emulated is the device that QEMU's guest sees.
type emulated struct{ *vsock.Device }

func newEmulated(handlers map[uint32]handler, logf func(string, ...any)) emulated {
	served := map[uint32]vsock.Handler{}
	for port, handle := range handlers {
		served[port] = func(c *vsock.Conn) { handle(c) }
	}
	return emulated{vsock.New(served, logf)}
}

func (e emulated) Dial(port uint32) (stream, error) {
	c, err := e.Device.Dial(port)
	if err != nil {
		return nil, err // not a stream that is a nil pointer
	}
	return c, nil
}

// kernel is AF_VSOCK towards one enclave.
type kernel struct{ cid uint32 }

func (k kernel) Dial(port uint32) (stream, error) {
	c, err := afvsock.Dial(k.cid, port, kernelDialTimeout)
	if err != nil {
		return nil, err
	}
	return c, nil
}

// serve listens on the handlers' ports until the returned function is called. A stream of another context is closed
// unread: the kernel's ports are every enclave's on the machine.
func (k kernel) serve(handlers map[uint32]handler, logf func(string, ...any)) (stop func(), err error) {
	var listeners []*afvsock.Listener
	stop = func() {
		for _, l := range listeners {
			l.Close()
		}
	}
	slots := make(chan struct{}, maxKernelStreams)
	for port, handle := range handlers {
		l, err := afvsock.Listen(port)
		if err != nil {
			stop()
			return nil, err
		}
		listeners = append(listeners, l)
		go k.accept(l, handle, slots, logf)
	}
	return stop, nil
}

func (k kernel) accept(l *afvsock.Listener, handle handler, slots chan struct{}, logf func(string, ...any)) {
	for {
		c, cid, err := l.Accept()
		if acceptEnded(err, logf) {
			return
		}
		if err != nil {
			continue
		}
		if cid != k.cid {
			logf("vsock: refused a stream of context %d: this serves %d", cid, k.cid)
			c.Close()
			continue
		}
		select {
		case slots <- struct{}{}:
			go func() {
				defer func() { <-slots }()
				handle(c)
			}()
		default:
			c.Close()
		}
	}
}

// acceptEnded says that a listener is closed. Any other failure passes (no descriptors left, most likely), and a moment
// is waited for that.
func acceptEnded(err error, logf func(string, ...any)) bool {
	if err == nil {
		return false
	}
	if errors.Is(err, net.ErrClosed) || errors.Is(err, os.ErrClosed) {
		return true
	}
	logf("accept: %v", err)
	time.Sleep(100 * time.Millisecond)
	return false
}
