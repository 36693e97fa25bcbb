package main

import (
	"io"
	"sync"
)

// stream is a connection whose directions close one by one.
type stream interface {
	io.ReadWriteCloser
	CloseWrite() error
}

var buffers = sync.Pool{New: func() any { b := make([]byte, 64<<10); return &b }}

// splice moves bytes both ways until both sides are done, or one fails; then both are closed.
func splice(a, b stream) {
	defer a.Close()
	defer b.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		pump(a, b)
	}()
	pump(b, a)
	<-done
}

// pump copies one direction and passes the end of it on. A failure closes both, which ends the other direction.
func pump(to, from stream) {
	buffer := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	_, err := io.CopyBuffer(struct{ io.Writer }{to}, struct{ io.Reader }{from}, *buffer)
	if err == nil {
		err = to.CloseWrite()
	}
	if err != nil {
		to.Close()
		from.Close()
	}
}
