package middleware

import (
	"net/http"
	"sync"
	"time"
)

// Changes knows when the portal was last asked to change something. What several people may share for a moment, such as the overview's
// figures, is read anew after that, so that everybody sees what they just did.
type Changes struct {
	mu   sync.Mutex
	open int       // requests that may be changing something now
	last time.Time // when the last of the others ended
}

// Watch passes requests on, and notes those that may change something.
func (c *Changes) Watch(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			c.note(1)
			defer c.note(-1)
		}
		next.ServeHTTP(w, r)
	})
}

func (c *Changes) note(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open += n
	c.last = time.Now()
}

// Since tells whether something may have been changed since then, by a request to this process.
func (c *Changes) Since(t time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.open > 0 || !c.last.Before(t)
}
