package virtio

import (
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"testing"
)

const (
	guestBase = 0x1000
	userBase  = 0x7f0000000000
	memSize   = 1 << 16
	queueSize = 8

	descAt, availAt, usedAt = 0, 0x100, 0x200
)

type rig struct {
	memory []byte
	queue  *Queue
}

func newRig(t testing.TB) *rig {
	t.Helper()
	r := &rig{memory: make([]byte, memSize)}
	m := &Memory{}
	m.Replace([]Region{RegionOf(guestBase, userBase, r.memory)})
	r.queue = NewQueue(m)
	r.queue.on = true
	if err := r.queue.place(queueSize, userBase+descAt, userBase+usedAt, userBase+availAt); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *rig) describe(i int, address uint64, size uint32, flags, next uint16) {
	at := r.memory[descAt+descBytes*i:]
	binary.LittleEndian.PutUint64(at, address)
	binary.LittleEndian.PutUint32(at[8:], size)
	binary.LittleEndian.PutUint16(at[12:], flags)
	binary.LittleEndian.PutUint16(at[14:], next)
}

func (r *rig) offer(heads ...uint16) {
	idx := binary.LittleEndian.Uint16(r.memory[availAt+2:])
	for _, h := range heads {
		binary.LittleEndian.PutUint16(r.memory[availAt+4+2*int(idx%queueSize):], h)
		idx++
	}
	binary.LittleEndian.PutUint16(r.memory[availAt+2:], idx)
}

func (r *rig) pop() (Chain, bool, error) {
	r.queue.Mu.Lock()
	defer r.queue.Mu.Unlock()
	return r.queue.Pop()
}

func TestAChainComesApartAndGoesBack(t *testing.T) {
	r := newRig(t)
	copy(r.memory[0x1000:], "hello")
	r.describe(3, guestBase+0x1000, 5, flagNext, 5)
	r.describe(5, guestBase+0x2000, 16, flagWrite, 0)
	r.offer(3)
	chain, some, err := r.pop()
	if err != nil || !some || string(chain.Read[0]) != "hello" || len(chain.Write[0]) != 16 {
		t.Fatalf("%+v %v %v", chain, some, err)
	}
	r.queue.Push(chain.Head, 7)
	if idx := binary.LittleEndian.Uint16(r.memory[usedAt+2:]); idx != 1 {
		t.Errorf("used index %d", idx)
	}
	if id, n := binary.LittleEndian.Uint32(r.memory[usedAt+4:]), binary.LittleEndian.Uint32(r.memory[usedAt+8:]); id != 3 || n != 7 {
		t.Errorf("used %d %d", id, n)
	}
	if _, some, _ := r.pop(); some {
		t.Error("a second chain out of nothing")
	}
}

func TestTheIndexWraps(t *testing.T) {
	r := newRig(t)
	r.describe(0, guestBase+0x1000, 1, 0, 0)
	for i := range 70_000 {
		r.offer(0)
		chain, some, err := r.pop()
		if err != nil || !some {
			t.Fatal(i, some, err)
		}
		r.queue.Push(chain.Head, 0)
	}
}

func TestHostileDescriptorsBreakTheQueueAndNothingElse(t *testing.T) {
	for name, hurt := range map[string]func(*rig){
		"a loop": func(r *rig) {
			r.describe(0, guestBase, 1, flagNext, 1)
			r.describe(1, guestBase, 1, flagNext, 0)
		},
		"itself":                   func(r *rig) { r.describe(0, guestBase, 1, flagNext, 0) },
		"a next beyond the table":  func(r *rig) { r.describe(0, guestBase, 1, flagNext, queueSize) },
		"below the memory":         func(r *rig) { r.describe(0, guestBase-1, 1, 0, 0) },
		"above the memory":         func(r *rig) { r.describe(0, guestBase+memSize, 1, 0, 0) },
		"over its end":             func(r *rig) { r.describe(0, guestBase+memSize-1, 2, 0, 0) },
		"an address that wraps":    func(r *rig) { r.describe(0, ^uint64(0), 2, 0, 0) },
		"a length of 4 GiB":        func(r *rig) { r.describe(0, guestBase, ^uint32(0), 0, 0) },
		"an indirect table":        func(r *rig) { r.describe(0, guestBase, 16, 4, 0) },
		"unknown flags":            func(r *rig) { r.describe(0, guestBase, 16, 0x8000, 0) },
		"readable behind writable": func(r *rig) { r.describe(0, guestBase, 1, flagWrite|flagNext, 1); r.describe(1, guestBase, 1, 0, 0) },
		"a head beyond the table":  func(r *rig) { binary.LittleEndian.PutUint16(r.memory[availAt+4:], 0xffff) },
		"too many at once":         func(r *rig) { binary.LittleEndian.PutUint16(r.memory[availAt+2:], queueSize+1) },
	} {
		r := newRig(t)
		r.describe(0, guestBase+0x1000, 1, 0, 0)
		r.offer(0)
		hurt(r)
		if _, some, err := r.pop(); some || !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v %v", name, some, err)
		}
		if _, some, err := r.pop(); some || err != nil {
			t.Errorf("%s: the queue still works: %v %v", name, some, err)
		}
		r.queue.Push(0, 0) // on a broken queue: nothing happens
	}
}

func TestRingsMustLieInMemory(t *testing.T) {
	r := newRig(t)
	for _, c := range []struct {
		size              int
		desc, used, avail uint64
	}{
		{0, 0, 0x200, 0x100}, {3, 0, 0x200, 0x100}, {1 << 16, 0, 0x200, 0x100}, {-8, 0, 0x200, 0x100},
		{8, memSize, 0x200, 0x100}, {8, 0, memSize - 4, 0x100}, {8, 0, 0x200, memSize - 4},
		{8, 8, 0x200, 0x100}, {8, 0, 0x201, 0x100}, {8, 0, 0x200, 0x102},
	} {
		if err := r.queue.place(c.size, userBase+c.desc, userBase+c.used, userBase+c.avail); err == nil {
			t.Errorf("%+v", c)
		}
	}
}

// Whatever bytes the guest leaves in its memory, a walk ends and stays inside.
func TestRandomMemory(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		r := newRig(t)
		for i := range 0x300 {
			if random.IntN(3) == 0 {
				r.memory[i] = byte(random.Uint32())
			}
		}
		for i := range queueSize { // mostly sound addresses, so that chains get long
			if random.IntN(4) > 0 {
				r.describe(i, guestBase+random.Uint64N(memSize), uint32(random.IntN(9000)), uint16(random.IntN(4)), uint16(random.IntN(queueSize+1)))
			}
		}
		binary.LittleEndian.PutUint16(r.memory[availAt+2:], uint16(random.IntN(queueSize+2)))
		for {
			chain, some, err := r.pop()
			if err != nil || !some {
				break
			}
			for _, b := range append(chain.Read, chain.Write...) {
				clear(b)
			}
			r.queue.Push(chain.Head, 0)
		}
	}
}
