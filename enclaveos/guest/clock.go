package main

import (
	"sync"
	"time"

	"co.caution/enclaveos/guest/nsm"
)

// A difference below this is the way to the module and back.
const clockTolerance = 2 * time.Second

// clock compares this machine's clock with the host's, which is the security module's: every document carries its time.
// It says on the console how far they are apart, once, and again when that has changed. It corrects nothing: a clock
// that follows the host's word is the host's to turn back.
type clock struct {
	mu       sync.Mutex
	compared bool
	told     time.Duration
}

func (c *clock) compare(document []byte, now time.Time) {
	stamp, err := nsm.Timestamp(document)
	if err != nil {
		return // not for us to judge: whoever asked for the document will
	}
	ahead := stamp.Sub(now)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.compared && (ahead-c.told).Abs() < clockTolerance {
		return
	}
	c.compared, c.told = true, ahead
	switch {
	case ahead.Abs() < clockTolerance:
		logf("clock: %d ms from the host's", ahead.Abs().Milliseconds())
	case ahead > 0:
		logf("clock: the host's is %s ahead; it is not followed", ahead.Round(time.Millisecond))
	default:
		logf("clock: the host's is %s behind; it is not followed", (-ahead).Round(time.Millisecond))
	}
}
