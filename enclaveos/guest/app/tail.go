package app

import (
	"os"
	"sync"
	"time"

	"co.caution/enclaveos/guest/manifest"
)

const tailBytes = 4 << 10

// tail keeps the end of what the application wrote to stderr.
type tail struct {
	read, write *os.File
	mu          sync.Mutex
	kept        []byte
	done        chan struct{}
}

func newTail(owner manifest.User) (*tail, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	// An application that opens /dev/stderr opens the pipe anew, as itself.
	if err := write.Chown(int(owner.UID), int(owner.GID)); err != nil {
		return nil, err
	}
	t := &tail{read: read, write: write, done: make(chan struct{})}
	go t.drain()
	return t, nil
}

func (t *tail) drain() {
	defer close(t.done)
	buffer := make([]byte, tailBytes)
	for {
		n, err := t.read.Read(buffer)
		t.add(buffer[:n])
		if err != nil {
			return
		}
	}
}

func (t *tail) add(p []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, p...)
	if excess := len(t.kept) - tailBytes; excess > 0 {
		t.kept = append(t.kept[:0], t.kept[excess:]...)
	}
}

// finish waits shortly for the rest: every writer is dead by now.
func (t *tail) finish() string {
	select {
	case <-t.done:
	case <-time.After(time.Second):
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.kept)
}
