package world

import (
	"sync"
	"time"
)

// Clock is the time of devices, actions and provisioning. It starts at real time and runs with it; a test may move it. Tokens
// do not follow it: they are judged by others, whose clocks nobody moved.
type Clock struct {
	mu     sync.RWMutex
	real   func() time.Time
	offset time.Duration
}

// NewClock makes a clock that runs with now; nil means the machine's own time.
func NewClock(now func() time.Time) *Clock {
	if now == nil {
		now = time.Now
	}
	return &Clock{real: now}
}

// Now is the simulated time in UTC.
func (c *Clock) Now() time.Time {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.real().UTC().Add(c.offset)
}

// Real is the time that the clock started from, unmoved.
func (c *Clock) Real() time.Time { return c.real().UTC() }

// Advance moves the clock by d, which may be negative, and returns the new time.
func (c *Clock) Advance(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset += d
	return c.real().UTC().Add(c.offset)
}

// Set moves the clock to t; it runs on from there.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset = t.Sub(c.real())
}
