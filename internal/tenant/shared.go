package tenant

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
)

// Shared lets people who ask for the same scope at nearly the same time share one reading. What a person just did is in it: a reading that
// began before the portal was last asked to change something is nobody's who asks after that. They wait for the next, together with all
// who come until that one begins. For what only the sync writes nobody waits: a reading that is somewhat old is given while it is made anew.
// Whoever gets a T must not change what it refers to.
type Shared[T any] struct {
	Changed func(since time.Time) bool // whether the portal may have changed something since a moment; nil: nothing is shared

	mu      sync.Mutex
	running map[string]*reading[T]
	waiting map[string]*reading[T]
	kept    map[string]*reading[T]
}

type reading[T any] struct {
	began time.Time
	done  chan struct{}
	found T
	err   error
}

// sameFor is how long a reading is good for others, if nobody changed anything. What the sync writes meanwhile, it may lack. After that and
// until keptFor it is given, too, but made anew beside it: where many ask it is seldom older than sameFor, and nobody waits.
const (
	sameFor = time.Second
	keptFor = 3 * time.Second
)

// longestReading is how long a reading may take; it outlives the request that began it, as others wait for it, too.
const longestReading = 20 * time.Second

// Read is what of reads under the scope; what tells apart readings that differ otherwise.
func (s *Shared[T]) Read(ctx context.Context, scope Scope, what string, of func(context.Context) (T, error)) (T, error) {
	if s.Changed == nil {
		return of(ctx)
	}
	r := s.join(ctx, scope.key()+" "+what, of)
	select {
	case <-r.done:
		return r.found, r.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

func (s *Shared[T]) join(ctx context.Context, key string, of func(context.Context) (T, error)) *reading[T] {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept, running := s.kept[key], s.running[key]
	if s.good(kept, keptFor) {
		if time.Since(kept.began) >= sameFor && running == nil {
			s.start(ctx, key, of)
		}
		return kept
	}
	if s.good(running, sameFor) {
		return running
	}
	if r := s.waiting[key]; r != nil {
		return r
	}
	return s.start(ctx, key, of)
}

// good tells that a reading is no older, and that nobody changed anything since.
func (s *Shared[T]) good(r *reading[T], age time.Duration) bool {
	return r != nil && time.Since(r.began) < age && !s.Changed(r.began)
}

// start makes a reading, after the one that is under way.
func (s *Shared[T]) start(ctx context.Context, key string, of func(context.Context) (T, error)) *reading[T] {
	if s.running == nil {
		s.running, s.waiting, s.kept = map[string]*reading[T]{}, map[string]*reading[T]{}, map[string]*reading[T]{}
	}
	r, before := &reading[T]{done: make(chan struct{})}, s.running[key]
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
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), longestReading)
		defer cancel()
		defer s.end(key, r)
		defer errs.Caught(&r.err, "a reading that is shared")
		r.found, r.err = of(ctx)
	}()
	return r
}

func (s *Shared[T]) begin(key string, r *reading[T]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.waiting, key)
	r.began = time.Now()
	s.running[key] = r
}

func (s *Shared[T]) end(key string, r *reading[T]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running[key] == r {
		delete(s.running, key)
	}
	if r.err == nil {
		s.kept[key] = r
		time.AfterFunc(keptFor, func() { s.forget(key, r) })
	}
	close(r.done)
}

func (s *Shared[T]) forget(key string, r *reading[T]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept[key] == r {
		delete(s.kept, key)
	}
}

func (s Scope) key() string {
	all, ids := s.PostgresScope()
	if all {
		return "all"
	}
	return strings.Join(ids, ",")
}
