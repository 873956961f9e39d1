package world

import (
	"net/url"
	"strings"
	"sync"
	"time"
)

// Entry is one request that the simulated cloud received.
type Entry struct {
	Time            time.Time `json:"time"`
	Host            string    `json:"host"` // login, graph, security or partner
	Method          string    `json:"method"`
	Path            string    `json:"path"`
	Query           string    `json:"query,omitempty"` // secrets removed
	Status          int       `json:"status"`
	Tenant          string    `json:"tenant,omitempty"` // GUID
	ClientRequestID string    `json:"clientRequestId,omitempty"`
	Note            string    `json:"note,omitempty"` // grant type, error code or fault
}

// Log keeps the latest requests.
type Log struct {
	mu    sync.Mutex
	ring  []Entry
	next  int
	total int
}

// NewLog keeps the latest size requests.
func NewLog(size int) *Log { return &Log{ring: make([]Entry, 0, size)} }

// Add records a request; its query is cleaned of secrets here, so that none is kept.
func (l *Log) Add(e Entry) {
	e.Query = CleanQuery(e.Query)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.total++
	if len(l.ring) < cap(l.ring) {
		l.ring = append(l.ring, e)
		return
	}
	l.ring[l.next] = e
	l.next = (l.next + 1) % len(l.ring)
}

// Entries are the requests kept, oldest first, and how many there ever were.
func (l *Log) Entries() (kept []Entry, total int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	kept = append(kept, l.ring[l.next:]...)
	return append(kept, l.ring[:l.next]...), l.total
}

// Clear forgets all requests.
func (l *Log) Clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ring, l.next, l.total = l.ring[:0], 0, 0
}

var secretParameters = []string{"code", "client_secret", "client_assertion", "assertion", "refresh_token", "access_token", "id_token",
	"id_token_hint", "code_verifier", "password", "passwd", "state", "nonce", "flow", "ticket"}

// CleanQuery replaces the values of secret parameters in a query string.
func CleanQuery(raw string) string {
	if raw == "" {
		return ""
	}
	v, err := url.ParseQuery(raw)
	if err != nil {
		return "(unreadable)"
	}
	changed := false
	for k, vs := range v {
		for _, s := range secretParameters {
			if strings.EqualFold(k, s) {
				for i := range vs {
					vs[i] = "REDACTED"
				}
				changed = true
			}
		}
	}
	if !changed {
		return raw
	}
	return v.Encode()
}
