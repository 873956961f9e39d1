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

// shared lets people who ask at the same time share one reading. Nobody gets one that began before they asked, so that what a person just
// did is in it: who comes while a reading is under way waits for the next, together with all who come until that one begins.
type shared struct {
	mu      sync.Mutex
	running map[string]*reading
	waiting map[string]*reading
}

type reading struct {
	done chan struct{}
	view view
	err  error
}

// longest is how long a reading may take; it outlives the request that began it, as others wait for it, too.
const longest = 20 * time.Second

// read is what of reads for the scope, read after the call.
func (s *shared) read(ctx context.Context, scope tenant.Scope, of func(context.Context) (view, error)) (view, error) {
	r := s.join(ctx, keyOf(scope), of)
	select {
	case <-r.done:
		return r.view, r.err
	case <-ctx.Done():
		return view{}, ctx.Err()
	}
}

func (s *shared) join(ctx context.Context, key string, of func(context.Context) (view, error)) *reading {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.waiting[key]; r != nil {
		return r
	}
	if s.running == nil {
		s.running, s.waiting = map[string]*reading{}, map[string]*reading{}
	}
	r, before := &reading{done: make(chan struct{})}, s.running[key]
	if before != nil {
		s.waiting[key] = r
	} else {
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
	s.running[key] = r
}

func (s *shared) end(key string, r *reading) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running[key] == r {
		delete(s.running, key)
	}
	close(r.done)
}

func keyOf(scope tenant.Scope) string {
	all, ids := scope.PostgresScope()
	if all {
		return "all"
	}
	return strings.Join(ids, ",")
}
