package main

import (
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// memory watches the resident size of a process, in bytes. Off Linux, where there is no /proc, it sees nothing.
type memory struct {
	pid  int
	most atomic.Int64
	done chan struct{}
}

func watch(pid int) *memory {
	m := &memory{pid: pid, done: make(chan struct{})}
	go func() {
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-m.done:
				return
			case <-tick.C:
				if now := m.now(); now > m.most.Load() {
					m.most.Store(now)
				}
			}
		}
	}()
	return m
}

// since forgets what was, and gives the peak of a step when called.
func (m *memory) since() func() int64 {
	m.most.Store(m.now())
	return m.most.Load
}

func (m *memory) now() int64 {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(m.pid) + "/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kb << 10
		}
	}
	return 0
}

func (m *memory) stop() { close(m.done) }
