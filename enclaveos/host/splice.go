package main

import (
	"io"
	"sync"
	"time"
)

// stream is a connection whose directions close one by one.
type stream interface {
	io.ReadWriteCloser
	CloseWrite() error
}

// The agent ends what is idle, the most patient of its streams after an hour. This is for an agent that does not: nothing
// stays half open for ever.
const spliceIdle = 65 * time.Minute

var buffers = sync.Pool{New: func() any { b := make([]byte, 64<<10); return &b }}

// splice moves bytes both ways until both sides are done, one fails, or nothing moves; then both are closed.
func splice(a, b stream) { spliceFor(a, b, spliceIdle) }

func spliceFor(a, b stream, idle time.Duration) {
	defer a.Close()
	defer b.Close()
	watch := time.AfterFunc(idle, func() {
		a.Close()
		b.Close()
	})
	defer watch.Stop() // both directions have ended: nobody sets it again
	touch := func() { watch.Reset(idle) }
	done := make(chan struct{})
	go func() {
		defer close(done)
		pump(a, b, touch)
	}()
	pump(b, a, touch)
	<-done
}

// pump copies one direction and passes the end of it on. A failure closes both, which ends the other direction.
func pump(to, from stream, touch func()) {
	err := move(to, from, touch)
	if err == nil {
		err = to.CloseWrite()
	}
	if err != nil {
		to.Close()
		from.Close()
	}
}

func move(to, from stream, touch func()) error {
	buffer := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	for {
		n, err := from.Read(*buffer)
		if n > 0 {
			touch()
			if _, err := to.Write((*buffer)[:n]); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
