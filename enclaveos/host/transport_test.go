package main

import (
	"errors"
	"io"
	"syscall"
	"testing"
	"time"

	"co.caution/enclaveos/host/afvsock"
)

// The kernel's vsock, towards this machine itself where its kernel has the loopback: a stream of the wrong context is
// refused, one of the right context is served, and the same code carries both directions.
func TestTheKernelsVsockIsTheOtherTransport(t *testing.T) {
	const port = 49598
	handlers := map[uint32]handler{port: func(c stream) {
		io.Copy(c, struct{ io.Reader }{c})
		c.CloseWrite()
		c.Close()
	}}
	var under transport = kernel{afvsock.Local}
	stop, err := kernel{afvsock.Local}.serve(handlers, t.Logf)
	if errors.Is(err, syscall.EAFNOSUPPORT) {
		t.Skip("this kernel has no AF_VSOCK")
	}
	if err != nil {
		t.Fatal(err)
	}
	if c, err := afvsock.Dial(afvsock.Local, port, 200*time.Millisecond); err != nil {
		stop()
		t.Skipf("this kernel has no vsock loopback (vsock_loopback): %v", err)
	} else {
		c.Close()
	}
	c, err := under.Dial(port)
	if err != nil {
		t.Fatal(err)
	}
	c.Write([]byte("hello"))
	c.CloseWrite()
	if text, err := io.ReadAll(c); err != nil || string(text) != "hello" {
		t.Errorf("%q %v", text, err)
	}
	stop()

	stop, err = kernel{16}.serve(handlers, t.Logf) // somebody else's enclave
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	if c, err := under.Dial(port); err == nil {
		c.Write([]byte("hello"))
		if text, _ := io.ReadAll(c); len(text) != 0 {
			t.Errorf("%q", text)
		}
	}
}
