package virtio

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
)

// placement is what the hypervisor said about a queue; it is used again when the memory moves.
type placement struct{ desc, used, avail uint64 }

// handleQueue does the requests that name one queue.
func (b *Backend) handleQueue(m *message) ([]byte, error) {
	if len(m.body) < 8 {
		return nil, io.ErrUnexpectedEOF
	}
	index := binary.LittleEndian.Uint32(m.body)
	if m.request == setVringKick || m.request == setVringCall || m.request == setVringErr {
		index &= 0xff
	}
	if int(index) >= len(b.Queues) {
		return nil, fmt.Errorf("queue %d of %d", index, len(b.Queues))
	}
	q, value := b.Queues[index], binary.LittleEndian.Uint32(m.body[4:])
	q.Mu.Lock()
	defer q.Mu.Unlock()
	defer q.cond.Broadcast()
	switch m.request {
	case setVringNum:
		q.wanted = int(value)
	case setVringBase:
		q.next = uint16(value)
	case getVringBase: // this stops the queue
		q.on, q.placed, q.desc, q.avail, q.used = false, nil, nil, nil, nil
		q.setFiles(&q.kick, nil)
		return binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, index), uint32(q.next)), nil
	case setVringEnable:
		q.on = value == 1
	case setVringAddr: // index u32, flags u32, desc u64, used u64, avail u64, log u64
		if len(m.body) < 40 {
			return nil, io.ErrUnexpectedEOF
		}
		q.placed = &placement{
			desc: binary.LittleEndian.Uint64(m.body[8:]), used: binary.LittleEndian.Uint64(m.body[16:]),
			avail: binary.LittleEndian.Uint64(m.body[24:]),
		}
		return nil, q.replace()
	case setVringKick:
		file := m.queueFile("kick")
		q.setFiles(&q.kick, file)
		if file != nil {
			go q.watch(file)
		}
	case setVringCall:
		q.setFiles(&q.call, m.queueFile("call"))
	}
	return nil, nil
}

func (m *message) queueFile(name string) *os.File {
	if binary.LittleEndian.Uint64(m.body)&noFD != 0 {
		return nil
	}
	return m.takeFile(name)
}

// replace puts the rings where the hypervisor said. The caller holds Mu.
func (q *Queue) replace() error {
	if q.placed == nil {
		return nil
	}
	return q.place(q.wanted, q.placed.desc, q.placed.used, q.placed.avail)
}
