package virtio

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
)

// The vhost-user protocol (QEMU's docs/interop/vhost-user.rst), as far as a vsock device needs it.
const (
	getFeatures      = 1
	setFeatures      = 2
	setOwner         = 3
	resetOwner       = 4
	setMemTable      = 5
	setVringNum      = 8
	setVringAddr     = 9
	setVringBase     = 10
	getVringBase     = 11
	setVringKick     = 12
	setVringCall     = 13
	setVringErr      = 14
	getProtoFeatures = 15
	setProtoFeatures = 16
	getQueueNum      = 17
	setVringEnable   = 18
	getConfig        = 24

	featureVersion1 = 1 << 32
	featureProtocol = 1 << 30
	protoMQ         = 1 << 0
	protoReplyAck   = 1 << 3
	protoConfig     = 1 << 9

	flagVersion   = 1
	flagReply     = 1 << 2
	flagNeedReply = 1 << 3
	noFD          = 1 << 8

	maxMessage = 4096
	maxFDs     = maxRegions
)

// Backend serves one hypervisor.
type Backend struct {
	Memory *Memory
	Queues []*Queue
	Config []byte // the device's configuration space

	conn     *net.UnixConn
	ackReply bool
}

// NewBackend makes a device of n queues.
func NewBackend(n int, config []byte) *Backend {
	b := &Backend{Memory: &Memory{}, Config: config}
	for range n {
		b.Queues = append(b.Queues, NewQueue(b.Memory))
	}
	return b
}

type message struct {
	request, flags uint32
	body           []byte
	fds            []int
}

// Serve answers the hypervisor until it hangs up.
func (b *Backend) Serve(conn *net.UnixConn) error {
	b.conn = conn
	defer func() {
		for _, q := range b.Queues {
			q.Close()
		}
		b.stopped(func() error { b.Memory.Replace(nil); return nil })
	}()
	for {
		m, err := b.receive()
		if err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		answer, err := b.handle(m)
		for _, fd := range m.fds { // those that nobody took
			if fd >= 0 {
				syscall.Close(fd)
			}
		}
		if err != nil {
			return fmt.Errorf("vhost-user: request %d: %w", m.request, err)
		}
		if answer == nil && b.ackReply && m.flags&flagNeedReply != 0 {
			answer = make([]byte, 8)
		}
		if answer != nil {
			if err := b.reply(m.request, answer); err != nil {
				return err
			}
		}
	}
}

func (b *Backend) receive() (message, error) {
	var m message
	header := make([]byte, 12)
	oob := make([]byte, syscall.CmsgSpace(4*maxFDs))
	n, oobn, _, _, err := b.conn.ReadMsgUnix(header, oob)
	if err != nil {
		return m, err
	}
	if n == 0 {
		return m, io.EOF
	}
	if m.fds, err = parseFDs(oob[:oobn]); err != nil {
		return m, err
	}
	if _, err := io.ReadFull(b.conn, header[n:]); err != nil {
		return m, err
	}
	m.request, m.flags = binary.LittleEndian.Uint32(header), binary.LittleEndian.Uint32(header[4:])
	size := binary.LittleEndian.Uint32(header[8:])
	if size > maxMessage || m.flags&3 != flagVersion {
		return m, fmt.Errorf("vhost-user: message of %d bytes, flags %#x", size, m.flags)
	}
	m.body = make([]byte, size)
	_, err = io.ReadFull(b.conn, m.body)
	return m, err
}

func parseFDs(oob []byte) ([]int, error) {
	parts, err := syscall.ParseSocketControlMessage(oob)
	if err != nil {
		return nil, err
	}
	var fds []int
	for i := range parts {
		got, err := syscall.ParseUnixRights(&parts[i])
		if err != nil {
			return nil, err
		}
		for _, fd := range got {
			syscall.CloseOnExec(fd)
		}
		fds = append(fds, got...)
	}
	return fds, nil
}

func (b *Backend) reply(request uint32, body []byte) error {
	out := make([]byte, 12, 12+len(body))
	binary.LittleEndian.PutUint32(out, request)
	binary.LittleEndian.PutUint32(out[4:], flagVersion|flagReply)
	binary.LittleEndian.PutUint32(out[8:], uint32(len(body)))
	_, err := b.conn.Write(append(out, body...))
	return err
}

func (b *Backend) handle(m message) ([]byte, error) {
	switch m.request {
	case getFeatures:
		return binary.LittleEndian.AppendUint64(nil, featureVersion1|featureProtocol), nil
	case getProtoFeatures:
		return binary.LittleEndian.AppendUint64(nil, protoMQ|protoReplyAck|protoConfig), nil
	case setProtoFeatures:
		value, err := m.u64()
		b.ackReply = value&protoReplyAck != 0
		return nil, err
	case getQueueNum:
		return binary.LittleEndian.AppendUint64(nil, uint64(len(b.Queues))), nil
	case getConfig:
		return b.config(m)
	case setMemTable:
		return nil, b.setMemory(&m)
	case setVringNum, setVringAddr, setVringBase, getVringBase, setVringKick, setVringCall, setVringErr, setVringEnable:
		return b.handleQueue(&m)
	case setFeatures, setOwner, resetOwner:
		return nil, nil
	}
	return nil, errors.New("not known")
}

// config answers offset u32, size u32, flags u32, then that many bytes.
func (b *Backend) config(m message) ([]byte, error) {
	if len(m.body) < 12 {
		return nil, io.ErrUnexpectedEOF
	}
	offset, size := binary.LittleEndian.Uint32(m.body), binary.LittleEndian.Uint32(m.body[4:])
	answer := make([]byte, len(m.body))
	copy(answer, m.body[:12])
	if uint64(offset)+uint64(size) <= uint64(len(b.Config)) && int(size) <= len(answer)-12 {
		copy(answer[12:], b.Config[offset:offset+size])
	}
	return answer, nil
}

// stopped runs something while no queue is at work on the memory.
func (b *Backend) stopped(do func() error) error {
	for _, q := range b.Queues {
		q.Mu.Lock()
		defer q.Mu.Unlock()
	}
	return do()
}

func (b *Backend) setMemory(m *message) error {
	if len(m.body) < 8 {
		return io.ErrUnexpectedEOF
	}
	n := int(binary.LittleEndian.Uint32(m.body))
	if n > maxRegions || len(m.body) < 8+32*n || len(m.fds) < n {
		return fmt.Errorf("%d regions in %d bytes with %d files", n, len(m.body), len(m.fds))
	}
	var regions []Region
	for i := range n {
		at := m.body[8+32*i:]
		r := Region{
			Guest: binary.LittleEndian.Uint64(at), Size: binary.LittleEndian.Uint64(at[8:]),
			User: binary.LittleEndian.Uint64(at[16:]),
		}
		r, err := MapRegion(r, m.fds[i], binary.LittleEndian.Uint64(at[24:]))
		if err != nil {
			(&Memory{regions: regions}).Replace(nil)
			return err
		}
		regions = append(regions, r)
	}
	return b.stopped(func() error {
		for _, q := range b.Queues { // their rings were in the old mapping; the hypervisor places them anew
			q.desc, q.avail, q.used = nil, nil, nil
		}
		b.Memory.Replace(regions)
		for _, q := range b.Queues {
			if err := q.replace(); err != nil {
				return err
			}
		}
		return nil
	})
}

func (m *message) u64() (uint64, error) {
	if len(m.body) < 8 {
		return 0, io.ErrUnexpectedEOF
	}
	return binary.LittleEndian.Uint64(m.body), nil
}

func (m *message) takeFile(name string) *os.File {
	if len(m.fds) == 0 {
		return nil
	}
	fd := m.fds[0]
	m.fds[0] = -1
	syscall.SetNonblock(fd, true)
	return os.NewFile(uintptr(fd), name)
}
