// Package virtio is the device's side of virtio split queues in a guest's shared memory, and of the vhost-user
// protocol that hands them over. The guest may write anything there at any time: every address is checked, every
// value is read once, every walk is bounded.
package virtio

import (
	"errors"
	"fmt"
	"syscall"
)

const (
	maxRegions = 16
	maxRegion  = 1 << 40
)

// ErrBadAddress says that the guest named memory that it does not have.
var ErrBadAddress = errors.New("virtio: address outside of the guest's memory")

// Region is one piece of guest memory that the hypervisor shares.
type Region struct {
	Guest uint64 // guest-physical address
	User  uint64 // address in the hypervisor's process: queues are given by these
	Size  uint64
	bytes []byte
	whole []byte
}

// Memory is the guest's memory. Whoever looks into it holds a queue's Mu; it is replaced with all of them held.
type Memory struct{ regions []Region }

// MapRegion maps a region from its file.
func MapRegion(r Region, fd int, offset uint64) (Region, error) {
	if r.Size == 0 || r.Size > maxRegion || offset > maxRegion || r.Guest+r.Size < r.Guest || r.User+r.Size < r.User {
		return r, fmt.Errorf("virtio: a memory region of %d bytes at offset %d", r.Size, offset)
	}
	var stat syscall.Stat_t
	if err := syscall.Fstat(fd, &stat); err != nil {
		return r, err
	}
	if uint64(stat.Size) < r.Size+offset {
		return r, fmt.Errorf("virtio: a memory file of %d bytes is shorter than its region", stat.Size)
	}
	whole, err := syscall.Mmap(fd, 0, int(r.Size+offset), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	if err != nil {
		return r, fmt.Errorf("virtio: map guest memory: %w", err)
	}
	r.whole, r.bytes = whole, whole[offset:offset+r.Size]
	return r, nil
}

// RegionOf wraps plain memory, for tests.
func RegionOf(guest, user uint64, b []byte) Region {
	return Region{Guest: guest, User: user, Size: uint64(len(b)), bytes: b}
}

// Replace swaps the regions; the old ones are unmapped. The caller holds every queue's Mu.
func (m *Memory) Replace(regions []Region) {
	for _, r := range m.regions {
		if r.whole != nil {
			syscall.Munmap(r.whole)
		}
	}
	m.regions = regions
}

// Slice is the guest memory at a guest-physical address. It does not cross regions.
func (m *Memory) Slice(guest, size uint64) ([]byte, error) {
	for i := range m.regions {
		r := &m.regions[i]
		if guest >= r.Guest && guest-r.Guest < r.Size && size <= r.Size-(guest-r.Guest) {
			at := guest - r.Guest
			return r.bytes[at : at+size : at+size], nil
		}
	}
	return nil, ErrBadAddress
}

// UserSlice is the same by an address of the hypervisor's process.
func (m *Memory) UserSlice(user, size uint64) ([]byte, error) {
	for i := range m.regions {
		r := &m.regions[i]
		if user >= r.User && user-r.User < r.Size && size <= r.Size-(user-r.User) {
			at := user - r.User
			return r.bytes[at : at+size : at+size], nil
		}
	}
	return nil, ErrBadAddress
}
