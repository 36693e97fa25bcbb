package virtio

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"unsafe"
)

const (
	MaxQueueSize = 1024

	descBytes   = 16
	flagNext    = 1
	flagWrite   = 2
	flagOther   = ^uint16(flagNext | flagWrite) // indirect tables were not offered
	noInterrupt = 1
	noNotify    = 1

	maxChainBytes = 1 << 20
)

// ErrMalformed says that the guest's descriptors make no sense. The queue is not usable after it.
var ErrMalformed = errors.New("virtio: malformed descriptor chain")

// Queue is the device's end of one split virtqueue. Mu guards all of it; Ready says that there is one.
type Queue struct {
	Mu   sync.Mutex
	cond *sync.Cond

	memory *Memory
	size   uint16
	desc   []byte
	avail  []byte // flags u16, idx u16, ring
	used   []byte // flags u16, idx u16, ring of {id u32, len u32}
	next   uint16 // of the available ring
	done   uint16 // of the used ring
	broken bool
	on     bool
	closed bool

	wanted int // entries, as the hypervisor asked
	placed *placement

	kick *os.File
	call *os.File
}

// Chain is one request of the guest: what the device may read, then what it may write.
type Chain struct {
	Head  uint16
	Read  [][]byte
	Write [][]byte
}

// NewQueue makes a queue that is not set up yet.
func NewQueue(memory *Memory) *Queue {
	q := &Queue{memory: memory}
	q.cond = sync.NewCond(&q.Mu)
	return q
}

// place sets the rings. The two index words are read and written whole, so they must be aligned to four bytes,
// which every driver that uses the classic layout does.
func (q *Queue) place(size int, desc, used, avail uint64) error {
	if size < 1 || size > MaxQueueSize || size&(size-1) != 0 {
		return fmt.Errorf("virtio: queue of %d entries", size)
	}
	if desc%16 != 0 || used%4 != 0 || avail%4 != 0 {
		return errors.New("virtio: rings are not aligned")
	}
	n := uint64(size)
	d, err := q.memory.UserSlice(desc, n*descBytes)
	if err != nil {
		return err
	}
	a, err := q.memory.UserSlice(avail, 4+2*n)
	if err != nil {
		return err
	}
	u, err := q.memory.UserSlice(used, 4+8*n)
	if err != nil {
		return err
	}
	q.size, q.desc, q.avail, q.used = uint16(size), d, a, u
	q.done = uint16(q.word(u) >> 16)
	q.broken = false
	return nil
}

func (q *Queue) word(ring []byte) uint32 {
	return atomic.LoadUint32((*uint32)(unsafe.Pointer(&ring[0])))
}

// ready: the caller holds Mu.
func (q *Queue) ready() bool { return q.on && !q.broken && q.desc != nil && !q.closed }

// Pop takes the next chain, if there is one. The caller holds Mu.
func (q *Queue) Pop() (chain Chain, some bool, err error) {
	if !q.ready() {
		return chain, false, nil
	}
	idx := uint16(q.word(q.avail) >> 16)
	waiting := idx - q.next
	if waiting == 0 {
		return chain, false, nil
	}
	if waiting > q.size {
		return chain, false, q.fail("%d chains in a queue of %d", waiting, q.size)
	}
	slot := 4 + 2*int(q.next%q.size)
	chain.Head = binary.LittleEndian.Uint16(q.avail[slot:])
	if err := q.walk(&chain); err != nil {
		return chain, false, err
	}
	q.next++
	return chain, true, nil
}

func (q *Queue) walk(chain *Chain) error {
	at, total := chain.Head, uint64(0)
	for steps := uint16(0); ; steps++ {
		if at >= q.size {
			return q.fail("descriptor %d of %d", at, q.size)
		}
		if steps >= q.size {
			return q.fail("a loop")
		}
		var d [descBytes]byte // read once: the guest may change it under our hands
		copy(d[:], q.desc[int(at)*descBytes:])
		address, size := binary.LittleEndian.Uint64(d[0:]), uint64(binary.LittleEndian.Uint32(d[8:]))
		flags, next := binary.LittleEndian.Uint16(d[12:]), binary.LittleEndian.Uint16(d[14:])
		if flags&flagOther != 0 {
			return q.fail("flags %#x", flags)
		}
		if total += size; total > maxChainBytes {
			return q.fail("more than %d bytes", maxChainBytes)
		}
		b, err := q.memory.Slice(address, size)
		if err != nil {
			return q.fail("%d bytes at %#x", size, address)
		}
		if flags&flagWrite != 0 {
			chain.Write = append(chain.Write, b)
		} else if len(chain.Write) > 0 {
			return q.fail("a readable part after a writable one")
		} else {
			chain.Read = append(chain.Read, b)
		}
		if flags&flagNext == 0 {
			return nil
		}
		at = next
	}
}

func (q *Queue) fail(format string, args ...any) error {
	q.broken = true
	q.cond.Broadcast()
	return fmt.Errorf("%w: "+format, append([]any{ErrMalformed}, args...)...)
}

// Push gives a chain back with the number of bytes that were written. The caller holds Mu.
func (q *Queue) Push(head uint16, written int) {
	if !q.ready() {
		return
	}
	slot := 4 + 8*int(q.done%q.size)
	binary.LittleEndian.PutUint32(q.used[slot:], uint32(head))
	binary.LittleEndian.PutUint32(q.used[slot+4:], uint32(written))
	q.done++
	q.publish(q.word(q.used) & 0xffff)
}

// publish stores flags and index in one word, with a full barrier: what was written before is seen before.
func (q *Queue) publish(flags uint32) {
	atomic.StoreUint32((*uint32)(unsafe.Pointer(&q.used[0])), flags|uint32(q.done)<<16)
}

// Interrupt tells the guest about pushed chains, unless it asked for silence. The caller holds Mu.
func (q *Queue) Interrupt() {
	if q.ready() && q.call != nil && q.word(q.avail)&noInterrupt == 0 {
		signal(q.call)
	}
}

// Quiet asks the guest not to kick while the device is polling anyway. The caller holds Mu.
func (q *Queue) Quiet(on bool) {
	if !q.ready() {
		return
	}
	flags := uint32(0)
	if on {
		flags = noNotify
	}
	q.publish(flags)
}

// Wait sleeps until a kick, or a change of the queue's state; false when the device is closed. The caller holds Mu.
func (q *Queue) Wait() bool {
	if !q.closed {
		q.cond.Wait()
	}
	return !q.closed
}

// Empty says that no chain is waiting. The caller holds Mu.
func (q *Queue) Empty() bool { return !q.ready() || uint16(q.word(q.avail)>>16) == q.next }

// Close wakes everybody up for good.
func (q *Queue) Close() {
	q.Mu.Lock()
	defer q.Mu.Unlock()
	q.closed = true
	q.cond.Broadcast()
	q.setFiles(&q.kick, nil)
	q.setFiles(&q.call, nil)
}

func (q *Queue) setFiles(which **os.File, file *os.File) {
	if *which != nil {
		(*which).Close()
	}
	*which = file
}

// watch turns kicks into wake-ups, until the file is closed.
func (q *Queue) watch(kick *os.File) {
	var count [8]byte
	for {
		if _, err := kick.Read(count[:]); err != nil {
			return
		}
		q.Mu.Lock()
		q.cond.Broadcast()
		q.Mu.Unlock()
	}
}

func signal(event *os.File) {
	var one [8]byte
	binary.NativeEndian.PutUint64(one[:], 1)
	event.Write(one[:])
}
