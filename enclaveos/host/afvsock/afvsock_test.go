package afvsock

import (
	"bytes"
	"errors"
	"io"
	"os"
	"syscall"
	"testing"
	"time"
)

const testPort = 49599

// loopback listens, or skips: a kernel has AF_VSOCK without a loopback where the module for it is not there.
func loopback(t *testing.T) *Listener {
	t.Helper()
	l, err := Listen(testPort)
	if errors.Is(err, syscall.EAFNOSUPPORT) {
		t.Skip("this kernel has no AF_VSOCK")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	probe, err := Dial(Local, testPort, 200*time.Millisecond)
	if err != nil {
		t.Skipf("this kernel has no vsock loopback (vsock_loopback): %v", err)
	}
	near, cid, err := l.Accept()
	if err != nil || cid != Local {
		t.Fatal(cid, err)
	}
	near.Close()
	probe.Close()
	return l
}

func TestAPortIsBoundOnce(t *testing.T) {
	first, err := Listen(testPort)
	if errors.Is(err, syscall.EAFNOSUPPORT) {
		t.Skip("this kernel has no AF_VSOCK")
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Listen(testPort); !errors.Is(err, syscall.EADDRINUSE) {
		t.Error(err)
	}
	ended := make(chan error, 1)
	go func() {
		_, _, err := first.Accept()
		ended <- err
	}()
	first.Close()
	if err := <-ended; !errors.Is(err, os.ErrClosed) {
		t.Error(err)
	}
	again, err := Listen(testPort)
	if err != nil {
		t.Fatal(err)
	}
	again.Close()
}

func TestNobodyAnswersAndThatIsSaid(t *testing.T) {
	start := time.Now()
	if _, err := Dial(0x7ffffff0, testPort, 100*time.Millisecond); err == nil {
		t.Error("a context that is not there answered")
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Error(took)
	}
}

func TestBytesAndTheirEndArrive(t *testing.T) {
	l := loopback(t)
	go func() {
		c, _, err := l.Accept()
		if err == nil {
			io.Copy(c, c)
			c.CloseWrite()
			c.Close()
		}
	}()
	c, err := Dial(Local, testPort, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	sent := bytes.Repeat([]byte("caution"), 100_000)
	go func() {
		c.Write(sent)
		c.CloseWrite()
	}()
	if got, err := io.ReadAll(c); err != nil || !bytes.Equal(got, sent) {
		t.Error(len(got), err)
	}
}
