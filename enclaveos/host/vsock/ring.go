package vsock

// ring is a queue of bytes that grows up to a limit.
type ring struct {
	buf     []byte
	at, len int
}

const ringStart = 4 << 10

// grow makes room for n more bytes; the caller has checked the limit.
func (r *ring) grow(n int) {
	need := r.len + n
	if need <= len(r.buf) {
		return
	}
	size := max(len(r.buf), ringStart)
	for size < need {
		size *= 2
	}
	bigger := make([]byte, size)
	kept := r.len
	r.read(bigger)
	r.buf, r.at, r.len = bigger, 0, kept
}

// fill appends n bytes that next copies out, in at most two pieces.
func (r *ring) fill(n int, next func([]byte) int) {
	r.grow(n)
	for n > 0 {
		start := (r.at + r.len) % len(r.buf)
		end := min(start+n, len(r.buf))
		got := next(r.buf[start:end])
		if got == 0 {
			return
		}
		r.len += got
		n -= got
	}
}

// read takes bytes out.
func (r *ring) read(to []byte) (n int) {
	for r.len > 0 && n < len(to) {
		end := min(r.at+r.len, len(r.buf))
		k := copy(to[n:], r.buf[r.at:end])
		r.at = (r.at + k) % len(r.buf)
		r.len -= k
		n += k
	}
	return n
}
