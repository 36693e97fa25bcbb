// Package vsock speaks AF_VSOCK, the only way out of an enclave. The standard library has no address type for it,
// so addresses are passed raw; everything else (polling, deadlines) is os.File's.
package vsock

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"time"
	"unsafe"
)

const (
	// Parent is the context id of the machine that started the enclave.
	Parent = 3

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

// Addr names one end: a context id and a port.
type Addr struct{ CID, Port uint32 }

func (Addr) Network() string  { return "vsock" }
func (a Addr) String() string { return fmt.Sprintf("%d:%d", a.CID, a.Port) }

// Conn is a stream. It is a net.Conn that can also close one direction.
type Conn struct {
	*os.File
	local, remote Addr
}

func (c *Conn) LocalAddr() net.Addr  { return c.local }
func (c *Conn) RemoteAddr() net.Addr { return c.remote }

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
	fd, err := open()
	if err != nil {
		return nil, err
	}
	limit := syscall.NsecToTimeval(timeout.Nanoseconds())
	if err := setTimeout(fd, &limit); err != nil {
		syscall.Close(fd)
		return nil, os.NewSyscallError("setsockopt", err)
	}
	to := sockaddr{family: family, port: port, cid: cid}
	err = rawConnect(fd, &to)
	remote := Addr{cid, port}
	file := os.NewFile(uintptr(fd), "vsock:"+remote.String())
	if err == syscall.EINPROGRESS {
		err = awaitConnect(file, &to)
	}
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("connect to vsock %s: %w", remote, err)
	}
	return &Conn{File: file, remote: remote}, nil
}

func awaitConnect(file *os.File, to *sockaddr) error {
	raw, err := file.SyscallConn()
	if err != nil {
		return err
	}
	var result error
	// The first call must look, too: registering with the poller forgets an event that came before it.
	err = raw.Write(func(fd uintptr) bool {
		if code, err := syscall.GetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_ERROR); err != nil {
			result = err
			return true
		} else if code != 0 {
			result = syscall.Errno(code)
			return true
		}
		switch result = rawConnect(int(fd), to); result {
		case syscall.EISCONN, nil:
			result = nil
			return true
		case syscall.EALREADY, syscall.EINPROGRESS:
			return false
		}
		return true
	})
	return errors.Join(err, result)
}

// Listener accepts streams on one port, from any context.
type Listener struct {
	file *os.File
	raw  syscall.RawConn
	addr Addr
}

// Listen binds a port.
func Listen(port uint32) (*Listener, error) {
	fd, err := open()
	if err != nil {
		return nil, err
	}
	addr := sockaddr{family: family, port: port, cid: anyCID}
	_, _, errno := syscall.Syscall(syscall.SYS_BIND, uintptr(fd), uintptr(unsafe.Pointer(&addr)), unsafe.Sizeof(addr))
	if errno == 0 {
		err = syscall.Listen(fd, backlog)
	} else {
		err = errno
	}
	if err != nil {
		syscall.Close(fd)
		return nil, fmt.Errorf("listen on vsock port %d: %w", port, err)
	}
	file := os.NewFile(uintptr(fd), fmt.Sprintf("vsock-listener:%d", port))
	raw, err := file.SyscallConn()
	if err != nil {
		file.Close()
		return nil, err
	}
	return &Listener{file, raw, Addr{anyCID, port}}, nil
}

// Accept waits for the next stream.
func (l *Listener) Accept() (net.Conn, error) { return l.AcceptStream() }

// AcceptStream is Accept with the type that can be half-closed.
func (l *Listener) AcceptStream() (*Conn, error) {
	var from sockaddr
	var got int
	var result error
	err := l.raw.Read(func(fd uintptr) bool {
		for {
			size := uint32(unsafe.Sizeof(from))
			n, _, errno := syscall.Syscall6(syscall.SYS_ACCEPT4, fd, uintptr(unsafe.Pointer(&from)),
				uintptr(unsafe.Pointer(&size)), syscall.SOCK_CLOEXEC|syscall.SOCK_NONBLOCK, 0, 0)
			switch errno {
			case 0:
				got, result = int(n), nil
				return true
			case syscall.EAGAIN:
				return false
			case syscall.EINTR, syscall.ECONNABORTED:
				continue
			}
			result = errno
			return true
		}
	})
	if err = errors.Join(err, result); err != nil {
		return nil, err
	}
	remote := Addr{from.cid, from.port}
	return &Conn{os.NewFile(uintptr(got), "vsock:"+remote.String()), l.addr, remote}, nil
}

func (l *Listener) Close() error   { return l.file.Close() }
func (l *Listener) Addr() net.Addr { return l.addr }

func open() (int, error) {
	fd, err := syscall.Socket(family, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC|syscall.SOCK_NONBLOCK, 0)
	return fd, os.NewSyscallError("vsock socket", err)
}

func rawConnect(fd int, to *sockaddr) error {
	_, _, errno := syscall.Syscall(syscall.SYS_CONNECT, uintptr(fd), uintptr(unsafe.Pointer(to)), unsafe.Sizeof(*to))
	if errno == 0 {
		return nil
	}
	return errno
}

func setTimeout(fd int, limit *syscall.Timeval) error {
	_, _, errno := syscall.Syscall6(syscall.SYS_SETSOCKOPT, uintptr(fd), family, connectTimeout,
		uintptr(unsafe.Pointer(limit)), unsafe.Sizeof(*limit), 0)
	if errno == 0 {
		return nil
	}
	return errno
}
