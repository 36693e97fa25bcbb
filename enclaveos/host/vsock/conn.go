package vsock

import (
	"io"
	"os"
	"sync"
	"syscall"
	"time"
)

const (
	// How much of one stream is kept here for a reader that is slow. The guest decides how many streams it opens and fills,
	// so beyond the first ones each gets less: all together they hold 62 MiB at most.
	wideStreams = 128
	wideAlloc   = 256 << 10
	narrowAlloc = 16 << 10

	lingerTimeout = 3 * time.Second
)

// Conn is one stream. Reading and writing may go on at once, one of each.
type Conn struct {
	device *Device
	key    key

	mu          sync.Mutex
	readable    *sync.Cond
	writable    *sync.Cond
	established bool   // data may come: the response has arrived, or is about to leave
	dialed      bool   // by this side, so a response is due
	alloc       uint32 // room for what the guest sends
	reset       bool   // by either side: nothing goes any more
	closed      bool   // by this side

	received  ring
	forwarded uint32 // bytes that the reader took, in all
	told      uint32 // what of that the guest knows
	telling   bool   // a packet that says so is on its way
	noMore    bool   // the guest will not send

	peerAlloc, peerForwarded uint32
	sent                     uint32
	noReader                 bool // the guest will not receive
	finished                 bool // this side will not send
}

// allowance is the room for a new stream beside so many others.
func allowance(others int) uint32 {
	if others < wideStreams {
		return wideAlloc
	}
	return narrowAlloc
}

func newConn(d *Device, k key) *Conn {
	c := &Conn{device: d, key: k}
	c.readable, c.writable = sync.NewCond(&c.mu), sync.NewCond(&c.mu)
	return c
}

// stamp tells the guest how much room there is, which every packet of a stream does.
func (c *Conn) stamp(h *header) {
	c.mu.Lock()
	defer c.mu.Unlock()
	h.bufAlloc, h.fwdCnt = c.alloc, c.forwarded
	c.told = c.forwarded
	// Not before: what a guest sends to a stream that nobody reads yet would be kept for as long as it takes no response.
	c.established = c.established || h.op == opResponse
	c.telling = false
}

func (c *Conn) send(op uint16, flags uint32) {
	h := c.key.answer(GuestCID, op)
	h.flags = flags
	c.device.send(notice{header: h, conn: c})
}

func (c *Conn) credit(h *header) {
	c.peerAlloc, c.peerForwarded = h.bufAlloc, h.fwdCnt
	c.writable.Broadcast()
}

// packet acts on what the guest sent for this stream.
func (c *Conn) packet(h *header, data *cursor) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.reset {
		return
	}
	c.credit(h)
	switch h.op {
	case opResponse:
		if c.dialed && !c.established {
			c.established = true
			c.readable.Broadcast()
			return
		}
	case opData:
		if c.established && !c.noMore && c.received.len+int(h.length) <= int(c.alloc) {
			if c.closed { // nobody reads: it counts as taken
				c.forwarded += h.length
				return
			}
			c.received.fill(int(h.length), data.take)
			c.readable.Broadcast()
			return
		}
	case opShutdown:
		c.noMore = c.noMore || h.flags&shutSend != 0
		c.noReader = c.noReader || h.flags&shutReceive != 0
		c.readable.Broadcast()
		if h.flags&shutBoth == shutBoth || c.noMore && c.noReader {
			c.resetLocked(true)
		}
		return
	case opCreditUpdate:
		return
	case opCreditRequest:
		c.send(opCreditUpdate, 0)
		return
	case opReset:
		c.resetLocked(false)
		return
	}
	c.resetLocked(true) // out of turn, beyond its credit, or not known
}

// resetLocked ends the stream. What has been received can still be read.
func (c *Conn) resetLocked(tell bool) {
	if c.reset {
		return
	}
	c.reset = true
	c.readable.Broadcast()
	c.writable.Broadcast()
	c.device.remove(c)
	if tell {
		c.send(opReset, 0)
	}
}

func (c *Conn) peerReset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.resetLocked(false)
}

func (c *Conn) awaitResponse(limit time.Duration) error {
	expired := false
	timer := time.AfterFunc(limit, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		expired = true
		c.readable.Broadcast()
	})
	defer timer.Stop()
	c.mu.Lock()
	defer c.mu.Unlock()
	for !c.established && !c.reset && !expired {
		c.readable.Wait()
	}
	switch {
	case c.reset:
		return syscall.ECONNREFUSED
	case !c.established:
		return os.ErrDeadlineExceeded
	}
	return nil
}

// Read takes what the guest sent. After the guest's last byte it returns io.EOF, or ECONNRESET where it broke off.
func (c *Conn) Read(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.received.len == 0 {
		switch {
		case c.closed:
			return 0, os.ErrClosed
		case c.noMore:
			return 0, io.EOF
		case c.reset:
			return 0, syscall.ECONNRESET
		}
		c.readable.Wait()
	}
	n := c.received.read(p)
	c.forwarded += uint32(n)
	// The guest is told about freed room when it may be about to run out of it.
	if c.forwarded-c.told >= c.alloc/4 && !c.telling && !c.reset {
		c.telling = true
		c.send(opCreditUpdate, 0)
	}
	return n, nil
}

// Write sends as the guest gives credit.
func (c *Conn) Write(p []byte) (written int, err error) {
	for len(p) > 0 {
		n, err := c.reserve(len(p))
		if err != nil {
			return written, err
		}
		if err := c.device.transmitData(c, p[:n]); err != nil {
			return written, err
		}
		p = p[n:]
		written += n
	}
	return written, nil
}

// reserve waits for credit and takes up to n bytes of it.
func (c *Conn) reserve(n int) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		if c.reset || c.closed || c.noReader || c.finished {
			return 0, syscall.EPIPE
		}
		// The counters wrap; a guest that counts wrongly gets no credit rather than too much.
		inFlight := c.sent - c.peerForwarded
		if inFlight < c.peerAlloc {
			n = min(n, int(c.peerAlloc-inFlight))
			c.sent += uint32(n)
			return n, nil
		}
		c.writable.Wait()
	}
}

// CloseWrite tells the guest that nothing more will come.
func (c *Conn) CloseWrite() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.finished && !c.reset {
		c.finished = true
		c.send(opShutdown, shutSend)
	}
	return nil
}

// Close ends both directions; the guest gets a moment to take what is under way before a reset.
func (c *Conn) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil
	}
	c.closed = true
	c.received = ring{}
	c.readable.Broadcast()
	c.writable.Broadcast()
	if c.reset {
		return nil
	}
	c.send(opShutdown, shutBoth)
	time.AfterFunc(lingerTimeout, c.Reset)
	return nil
}

// Reset breaks the stream off.
func (c *Conn) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.resetLocked(true)
}
