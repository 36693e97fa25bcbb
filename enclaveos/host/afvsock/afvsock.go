// Package afvsock speaks the kernel's AF_VSOCK, on the machine that an enclave runs on. The standard library has no
// address type for it, so addresses are passed raw; everything else (polling, deadlines) is os.File's.
package afvsock

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"
	"unsafe"
)

const (
	// Local is the machine itself, where its kernel has the loopback for it.
	Local = 1

	family         = 40 // AF_VSOCK
	anyCID         = 0xffffffff
	connectTimeout = 6 // SO_VM_SOCKETS_CONNECT_TIMEOUT_OLD
	backlog        = 256
)

// sockaddr is struct sockaddr_vm.
type sockaddr struct {
	family   uint16
	reserved uint16
	port     uint32
	cid      uint32
	flags    uint8
	zero     [3]byte
}

// Conn is a stream.
type Conn struct{ *os.File }

// os.File would try copy_file_range and splice first; a socket wants neither.
func (c *Conn) ReadFrom(r io.Reader) (int64, error) { return io.Copy(struct{ io.Writer }{c.File}, r) }
func (c *Conn) WriteTo(w io.Writer) (int64, error)  { return io.Copy(w, struct{ io.Reader }{c.File}) }

// CloseWrite tells the peer that nothing more will come.
func (c *Conn) CloseWrite() error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Control(func(fd uintptr) { failed = syscall.Shutdown(int(fd), syscall.SHUT_WR) })
	return errors.Join(err, failed)
}

// Dial connects to a port of a context. The kernel gives up after the timeout.
func Dial(cid, port uint32, timeout time.Duration) (*Conn, error) {
	fd, err := open(0)
	if err != nil {
		return nil, err
	}
	limit := syscall.NsecToTimeval(timeout.Nanoseconds())
	to := sockaddr{family: family, port: port, cid: cid}
	err = control(syscall.SYS_SETSOCKOPT, fd, family, connectTimeout, unsafe.Pointer(&limit), unsafe.Sizeof(limit))
	for err == nil {
		// A thread waits in the kernel: what the poller says of a connecting vsock differs between kernels.
		if err = control(syscall.SYS_CONNECT, fd, uintptr(unsafe.Pointer(&to)), unsafe.Sizeof(to), nil, 0); err != syscall.EINTR {
			break
		}
		err = nil
	}
	if err == nil {
		err = syscall.SetNonblock(fd, true)
	}
	if err != nil {
		syscall.Close(fd)
		return nil, fmt.Errorf("connect to vsock %d:%d: %w", cid, port, err)
	}
	return &Conn{os.NewFile(uintptr(fd), "vsock")}, nil
}

// Listener accepts streams on one port, from any context: who it was is for the caller to judge.
type Listener struct {
	file *os.File
	raw  syscall.RawConn
}

// Listen binds a port.
func Listen(port uint32) (*Listener, error) {
	fd, err := open(syscall.SOCK_NONBLOCK)
	if err != nil {
		return nil, err
	}
	at := sockaddr{family: family, port: port, cid: anyCID}
	err = control(syscall.SYS_BIND, fd, uintptr(unsafe.Pointer(&at)), unsafe.Sizeof(at), nil, 0)
	if err == nil {
		err = syscall.Listen(fd, backlog)
	}
	if err != nil {
		syscall.Close(fd)
		return nil, fmt.Errorf("listen on vsock port %d: %w", port, err)
	}
	file := os.NewFile(uintptr(fd), "vsock-listener")
	raw, err := file.SyscallConn()
	if err != nil {
		file.Close()
		return nil, err
	}
	return &Listener{file, raw}, nil
}

// Accept waits for the next stream and says which context it comes from.
func (l *Listener) Accept() (*Conn, uint32, error) {
	var from sockaddr
	var got uintptr
	var result error
	err := l.raw.Read(func(fd uintptr) bool {
		for {
			size := uint32(unsafe.Sizeof(from))
			n, _, errno := syscall.Syscall6(syscall.SYS_ACCEPT4, fd, uintptr(unsafe.Pointer(&from)),
				uintptr(unsafe.Pointer(&size)), syscall.SOCK_CLOEXEC|syscall.SOCK_NONBLOCK, 0, 0)
			switch errno {
			case syscall.EAGAIN:
				return false
			case syscall.EINTR, syscall.ECONNABORTED:
				continue
			case 0:
				got = n
			default:
				result = errno
			}
			return true
		}
	})
	if err != nil {
		return nil, 0, os.ErrClosed // there is no deadline, so it can be nothing else
	}
	if result != nil {
		return nil, 0, os.NewSyscallError("accept", result)
	}
	return &Conn{os.NewFile(got, "vsock")}, from.cid, nil
}

// Close ends the listener, and an Accept that waits.
func (l *Listener) Close() error { return l.file.Close() }

func open(flags int) (int, error) {
	fd, err := syscall.Socket(family, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC|flags, 0)
	return fd, os.NewSyscallError("vsock socket", err)
}

func control(trap uintptr, fd int, a, b uintptr, p unsafe.Pointer, n uintptr) error {
	if _, _, errno := syscall.Syscall6(trap, uintptr(fd), a, b, uintptr(p), n, 0); errno != 0 {
		return errno
	}
	return nil
}
