package nsm

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"runtime"
	"syscall"
	"time"
	"unsafe"

	"co.caution/enclaveos/guest/vsock"
)

const (
	devicePath = "/dev/nsm"
	ioctlRaw   = 0xC0200A00 // _IOWR(0x0A, 0, 32 bytes)

	simulatedPort = 49512
	callTimeout   = 60 * time.Second
)

// Open chooses the transport, once: the device where there is one, else the parent's simulation of it. The choice
// decides nothing about trust: a document says by its root who signed it.
func Open() (transport Transport, simulated bool, err error) {
	device, err := os.OpenFile(devicePath, os.O_RDWR, 0)
	if err == nil {
		return &deviceTransport{device}, false, nil
	}
	if os.IsNotExist(err) {
		return stream{}, true, nil
	}
	return nil, false, err
}

type deviceTransport struct{ file *os.File }

// message is the driver's struct: two buffers. The length of the response is written back.
type message struct {
	request        *byte
	requestLength  uint64
	response       *byte
	responseLength uint64
}

func (d *deviceTransport) Call(request []byte) ([]byte, error) {
	response := make([]byte, maxResponse) // a shorter buffer gets a cut answer, without an error
	m := message{&request[0], uint64(len(request)), &response[0], maxResponse}
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, d.file.Fd(), ioctlRaw, uintptr(unsafe.Pointer(&m)))
	runtime.KeepAlive(request)
	if errno != 0 {
		return nil, fmt.Errorf("ioctl on %s: %w", devicePath, errno)
	}
	if m.responseLength > maxResponse {
		return nil, fmt.Errorf("%s claims an answer of %d bytes", devicePath, m.responseLength)
	}
	return response[:m.responseLength], nil
}

// stream sends each request over a vsock connection of its own: a u32 length, then CBOR; the answer likewise.
type stream struct{}

func (stream) Call(request []byte) ([]byte, error) {
	conn, err := vsock.Dial(vsock.Parent, simulatedPort, 10*time.Second)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(callTimeout)); err != nil {
		return nil, err
	}
	return Exchange(conn, request)
}

// Exchange does one framed request and answer.
func Exchange(conn io.ReadWriter, request []byte) ([]byte, error) {
	framed := binary.BigEndian.AppendUint32(nil, uint32(len(request)))
	if _, err := conn.Write(append(framed, request...)); err != nil {
		return nil, err
	}
	var size [4]byte
	if _, err := io.ReadFull(conn, size[:]); err != nil {
		return nil, fmt.Errorf("the simulated module hung up: %w", err)
	}
	n := binary.BigEndian.Uint32(size[:])
	if n == 0 || n > maxResponse {
		return nil, fmt.Errorf("the simulated module claims an answer of %d bytes", n)
	}
	answer := make([]byte, n)
	_, err := io.ReadFull(conn, answer)
	return answer, err
}
