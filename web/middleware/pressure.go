package middleware

import (
	"net/http"
	"sync"
	"time"
)

// busyFrom is how many pages in a second make the portal busy: a help desk at work, not one person reading.
const busyFrom = 8

// Pressure knows how much people ask of this process, so that work nobody waits for can give way.
type Pressure struct {
	mu     sync.Mutex
	second int64 // that now counts
	now    int
	before int // pages in the second before it
}

// Watch passes requests on, and counts them.
func (p *Pressure) Watch(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.count(time.Now().Unix(), 1)
		next.ServeHTTP(w, r)
	})
}

// Busy tells whether people ask for many pages just now.
func (p *Pressure) Busy() bool { return p.count(time.Now().Unix(), 0) >= busyFrom }

// count adds to a second and gives the pages of that second or the one before, whichever had more.
func (p *Pressure) count(second int64, n int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case second == p.second+1:
		p.second, p.before, p.now = second, p.now, 0
	case second > p.second:
		p.second, p.before, p.now = second, 0, 0
	}
	p.now += n
	return max(p.now, p.before)
}
