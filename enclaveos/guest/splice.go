package main

import (
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// stream is a connection whose directions close one by one. Close may be called twice, and from anywhere.
type stream interface {
	io.ReadWriteCloser
	CloseWrite() error
}

// buffers are held only while bytes move, so an idle connection costs two small stacks and nothing else.
var buffers = sync.Pool{New: func() any { b := make([]byte, 64<<10); return &b }}

// recordBytes is what a stream that cannot be waited for without a buffer reads into: one TLS record.
const recordBytes = 16 << 10

// splice moves bytes both ways until both sides are done, one fails, or nothing moved for as long as idle; then both
// are closed. A side that does not read holds the other one up, and nothing is kept for it: that is back-pressure.
func splice(a, b stream, idle time.Duration) {
	defer a.Close()
	defer b.Close()
	watch := watchIdle(idle, func() {
		abort(a)
		abort(b)
	})
	defer watch.stop()
	done := make(chan struct{})
	go func() {
		defer close(done)
		pump(a, b, watch)
	}()
	pump(b, a, watch)
	<-done
}

// pump copies one direction and passes the end of it on. A failure closes both, which ends the other direction.
func pump(to, from stream, watch *idleWatch) {
	err := move(to, from, watch)
	if err == nil {
		err = to.CloseWrite()
	}
	if err != nil && !errors.Is(err, syscall.ENOTCONN) {
		abort(to)
		abort(from)
	}
}

// abort closes a stream so that its end does not pass for the end of what was to come: TCP has the reset for that.
func abort(s stream) {
	if tcp, is := s.(*net.TCPConn); is {
		tcp.SetLinger(0)
	}
	s.Close()
}

func move(to, from stream, watch *idleWatch) error {
	waitable, is := from.(syscall.Conn)
	if !is {
		return moveBuffered(to, from, watch)
	}
	raw, err := waitable.SyscallConn()
	if err != nil {
		return err
	}
	for {
		n, buffer, err := readReady(raw)
		if err != nil {
			return err
		}
		if n == 0 {
			buffers.Put(buffer)
			return nil
		}
		watch.touch()
		_, err = to.Write((*buffer)[:n])
		buffers.Put(buffer)
		if err != nil {
			return err
		}
		watch.touch()
	}
}

func moveBuffered(to, from stream, watch *idleWatch) error {
	buffer := make([]byte, recordBytes)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			watch.touch()
			if _, err := to.Write(buffer[:n]); err != nil {
				return err
			}
			watch.touch()
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// readReady waits for bytes without holding a buffer.
func readReady(raw syscall.RawConn) (n int, buffer *[]byte, err error) {
	waitErr := raw.Read(func(fd uintptr) bool {
		buffer = buffers.Get().(*[]byte)
		for {
			n, err = syscall.Read(int(fd), *buffer)
			if err != syscall.EINTR {
				break
			}
		}
		if err != nil {
			buffers.Put(buffer)
			buffer = nil
		}
		return err != syscall.EAGAIN
	})
	if waitErr != nil {
		return 0, nil, waitErr
	}
	return n, buffer, err
}

// idleWatch acts once, when nothing was touched for a while. It is a timer, not a goroutine, and a touch is one store:
// deadlines of the connections would have to be moved with every byte, and would not see the other direction's.
type idleWatch struct {
	limit time.Duration
	start time.Time
	last  atomic.Int64 // nanoseconds since start
	act   func()

	mu      sync.Mutex
	timer   *time.Timer
	stopped bool
}

func watchIdle(limit time.Duration, act func()) *idleWatch {
	w := &idleWatch{limit: limit, start: time.Now(), act: act}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timer = time.AfterFunc(limit, w.look)
	return w
}

func (w *idleWatch) touch() { w.last.Store(int64(time.Since(w.start))) }

// stop lets the connections go: a timer that still runs would keep them in memory.
func (w *idleWatch) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stopped = true
	w.timer.Stop()
}

func (w *idleWatch) look() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopped {
		return
	}
	if left := w.limit - (time.Since(w.start) - time.Duration(w.last.Load())); left > 0 {
		w.timer.Reset(left)
		return
	}
	w.stopped = true
	w.act()
}
