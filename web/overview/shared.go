package overview

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/tenantry/tenantry/internal/tenant"
)

// shared lets people who ask at nearly the same time share one reading. What a person just did is in it: a reading that began before the
// portal was last asked to change something is nobody's who asks after that. They wait for the next, together with all who come until
// that one begins.
type shared struct {
	mu      sync.Mutex
	running map[string]*reading
	waiting map[string]*reading
	kept    map[string]*reading
}

type reading struct {
	began time.Time
	done  chan struct{}
	view  view
	err   error
}

// sameFor is how long a reading is good for others, if nobody changed anything. What the sync writes meanwhile, it may lack.
const sameFor = time.Second

// longest is how long a reading may take; it outlives the request that began it, as others wait for it, too.
const longest = 20 * time.Second

// read is what of reads for the scope. changed tells whether the portal may have changed something since a moment; nil: always.
func (s *shared) read(ctx context.Context, scope tenant.Scope, changed func(since time.Time) bool, of func(context.Context) (view, error)) (view, error) {
	r := s.join(ctx, keyOf(scope), changed, of)
	select {
	case <-r.done:
		return r.view, r.err
	case <-ctx.Done():
		return view{}, ctx.Err()
	}
}

func (s *shared) join(ctx context.Context, key string, changed func(time.Time) bool, of func(context.Context) (view, error)) *reading {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range []*reading{s.kept[key], s.running[key]} {
		if r != nil && changed != nil && time.Since(r.began) < sameFor && !changed(r.began) {
			return r
		}
	}
	if r := s.waiting[key]; r != nil {
		return r
	}
	if s.running == nil {
		s.running, s.waiting, s.kept = map[string]*reading{}, map[string]*reading{}, map[string]*reading{}
	}
	r, before := &reading{done: make(chan struct{})}, s.running[key]
	if before != nil {
		s.waiting[key] = r
	} else {
		r.began = time.Now()
		s.running[key] = r
	}
	go func() {
		if before != nil {
			<-before.done
			s.begin(key, r)
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), longest)
		defer cancel()
		defer s.end(key, r)
		defer func() { // no request's goroutine: what panics here would take the whole portal with it
			if p := recover(); p != nil {
				r.err = fmt.Errorf("panic reading the overview: %v\n%s", p, debug.Stack())
			}
		}()
		r.view, r.err = of(ctx)
	}()
	return r
}

func (s *shared) begin(key string, r *reading) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.waiting, key)
	r.began = time.Now()
	s.running[key] = r
}

func (s *shared) end(key string, r *reading) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running[key] == r {
		delete(s.running, key)
	}
	if r.err == nil {
		s.kept[key] = r
		time.AfterFunc(sameFor, func() { s.forget(key, r) })
	}
	close(r.done)
}

func (s *shared) forget(key string, r *reading) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept[key] == r {
		delete(s.kept, key)
	}
}

func keyOf(scope tenant.Scope) string {
	all, ids := scope.PostgresScope()
	if all {
		return "all"
	}
	return strings.Join(ids, ",")
}
