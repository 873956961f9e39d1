package main

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// What lives in a portal is small, and a page makes a fifth of it anew: by Go's own measure, which is to collect when what lives has doubled,
// it would collect some 30 times a second while a help desk is at work, for a third of all its processor time. So it lets its heap grow to
// five times of what lives, as long as all of its memory stays below steady.
const (
	growth = 400      // percent of what lives
	steady = 80 << 20 // bytes
)

// collectLess sets the garbage collector so until ctx ends, unless GOGC or GOMEMLIMIT say otherwise.
func collectLess(ctx context.Context, getenv func(string) string) {
	if getenv("GOGC") != "" || getenv("GOMEMLIMIT") != "" {
		return
	}
	debug.SetGCPercent(growth)
	limit := int64(steady)
	debug.SetMemoryLimit(limit)
	for tick := time.NewTicker(5 * time.Second); ; {
		if now := limitFor(living()); now != limit {
			limit = now
			debug.SetMemoryLimit(limit)
		}
		select {
		case <-ctx.Done():
			tick.Stop()
			return
		case <-tick.C:
		}
	}
}

// limitFor keeps the limit at half as much again as lives, and some more, at least: at a tighter one the collector would hardly do anything else
// than collect.
func limitFor(live int64) int64 { return max(steady, live+live/2+steady/4) }

// living is how much the last collection left.
func living() int64 {
	s := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(s)
	return int64(s[0].Value.Uint64())
}
