package virtio

import (
	"encoding/binary"
	"testing"
)

// What a queue can reach: its rings, and buffers behind them.
const fuzzed = 0x300

// FuzzQueue lets the guest write its rings as it likes: a walk ends, stays inside, and hands out at most what there is.
func FuzzQueue(f *testing.F) {
	seed := func(build func(*rig)) {
		r := newRig(f)
		build(r)
		f.Add(append([]byte(nil), r.memory[:fuzzed]...))
	}
	seed(func(r *rig) {
		r.describe(3, guestBase+0x1000, 5, flagNext, 5)
		r.describe(5, guestBase+0x2000, 16, flagWrite, 0)
		r.offer(3)
	})
	seed(func(r *rig) {
		r.describe(0, guestBase, 1, flagNext, 1)
		r.describe(1, guestBase, 1, flagNext, 0)
		r.offer(0)
	})
	seed(func(r *rig) {
		r.describe(0, guestBase+memSize-1, 2, 4, 0)
		r.offer(0, 1, 2)
	})
	f.Fuzz(func(t *testing.T, rings []byte) {
		r := newRig(t)
		copy(r.memory[:fuzzed], rings)
		for range 4 * queueSize {
			chain, some, err := r.pop()
			if err != nil || !some {
				return
			}
			total := 0
			for _, b := range append(chain.Read, chain.Write...) {
				total += len(b)
				clear(b) // the guest's own memory, its rings among it
			}
			if total > maxChainBytes || len(chain.Read)+len(chain.Write) > queueSize {
				t.Fatalf("%d bytes in %d parts", total, len(chain.Read)+len(chain.Write))
			}
			r.queue.Mu.Lock()
			r.queue.Push(chain.Head, total)
			r.queue.Mu.Unlock()
		}
	})
}

// FuzzMessages is a hypervisor that was taken over: its messages are refused or done, one after the other.
func FuzzMessages(f *testing.F) {
	words := func(request uint32, all ...uint64) []byte {
		m := binary.LittleEndian.AppendUint32(nil, request)
		for _, w := range all {
			m = binary.LittleEndian.AppendUint64(m, w)
		}
		return m
	}
	f.Add(words(getFeatures))
	f.Add(words(setVringNum, 8<<32))
	f.Add(words(setVringAddr, 0, userBase, userBase+0x200, userBase+0x100, 0))
	f.Add(words(setVringAddr, 99, ^uint64(0), ^uint64(0), ^uint64(0), 0))
	f.Add(words(getConfig, 8<<32, 0, 0))
	f.Add(words(getConfig, ^uint64(0), ^uint64(0), 0))
	f.Add(words(setMemTable, 1, 0, 1<<63, 1<<63, 0))
	f.Add(words(setVringKick, noFD))
	f.Fuzz(func(t *testing.T, text []byte) {
		b := NewBackend(2, make([]byte, 8))
		b.Memory.Replace([]Region{RegionOf(guestBase, userBase, make([]byte, memSize))})
		for len(text) >= 4 {
			m := message{request: binary.LittleEndian.Uint32(text), body: text[4:min(len(text), 4+64)]}
			text = text[4+len(m.body):]
			answer, err := b.handle(m)
			if err != nil {
				return // the hypervisor is hung up on
			}
			if len(answer) > maxMessage {
				t.Fatalf("an answer of %d bytes", len(answer))
			}
		}
	})
}
