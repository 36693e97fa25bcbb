package main

import (
	"errors"
	"io"
	"sync"
	"syscall"
)

// stream is a connection whose directions close one by one.
type stream interface {
	io.ReadWriteCloser
	syscall.Conn
	CloseWrite() error
}

// buffers are held only while bytes move, so an idle connection costs two small stacks and nothing else.
var buffers = sync.Pool{New: func() any { b := make([]byte, 64<<10); return &b }}

// splice moves bytes both ways until both sides are done, or one fails; then both are closed.
func splice(a, b stream) {
	defer a.Close()
	defer b.Close()
	done := make(chan error, 1)
	go func() { done <- pump(a, b) }()
	if err := pump(b, a); err != nil {
		a.Close()
		b.Close()
	}
	if err := <-done; err != nil {
		return
	}
}

// pump copies one direction and passes the end of it on. A failure closes both, which ends the other direction.
func pump(to, from stream) error {
	err := move(to, from)
	if err == nil {
		err = to.CloseWrite()
	}
	if err != nil && !errors.Is(err, syscall.ENOTCONN) {
		to.Close()
		from.Close()
	}
	return err
}

func move(to, from stream) error {
	raw, err := from.SyscallConn()
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
		_, err = to.Write((*buffer)[:n])
		buffers.Put(buffer)
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
