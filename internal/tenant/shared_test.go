package tenant

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

type view struct {
	n     int
	now   time.Time
	reach Scope
}

// always is a portal that changes something all the time: a reading is good for those only who asked before it began.
func always(time.Time) bool { return true }

func TestNobodyGetsAReadingThatBeganBeforeTheyAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := Shared[view]{Changed: always}
		var wg sync.WaitGroup
		var readings int // of all; never two at once
		ask := func(after time.Duration) {
			wg.Go(func() {
				time.Sleep(after)
				asked := time.Now()
				v, err := s.Read(t.Context(), Everything(), "", func(context.Context) (view, error) {
					readings++
					began := time.Now()
					time.Sleep(10 * time.Second)
					return view{now: began}, nil
				})
				if err != nil || v.now.Before(asked) {
					t.Errorf("asked at %s, read at %s, %v", asked, v.now, err)
				}
			})
		}
		for _, after := range []time.Duration{0, 1, 5, 9, 11, 19, 60} { // 0 · 1 5 9 · 11 19 · 60
			ask(after * time.Second)
		}
		wg.Wait()
		if readings != 4 {
			t.Errorf("%d readings, want 4", readings)
		}
	})
}

func TestAReadingIsGoodForOthersUntilSomethingChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var readings int
		var change time.Time
		s := Shared[view]{Changed: func(since time.Time) bool { return !change.Before(since) }}
		ask := func(want int, when string) {
			t.Helper()
			v, err := s.Read(t.Context(), Everything(), "", func(context.Context) (view, error) {
				readings++
				return view{n: readings}, nil
			})
			if err != nil || v.n != want {
				t.Errorf("%s: reading %d, %v, want reading %d", when, v.n, err, want)
			}
		}
		ask(1, "first")
		time.Sleep(sameFor / 2)
		ask(1, "soon after")
		change = time.Now()
		time.Sleep(time.Millisecond)
		ask(2, "after a change")
		ask(2, "again")
		time.Sleep(sameFor)
		ask(2, "later")
		synctest.Wait() // it was made anew meanwhile
		ask(3, "right after that")
		time.Sleep(2 * keptFor)
		ask(4, "much later")
		time.Sleep(2 * keptFor)
		synctest.Wait()
		if len(s.kept) != 0 {
			t.Errorf("%d readings are kept for good", len(s.kept))
		}
	})
}

func TestReadingsAreSharedWithinAScopeOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := Shared[view]{Changed: always}
		one, _ := ParseID("00000000-0000-4000-8000-000000000001")
		two, _ := ParseID("00000000-0000-4000-8000-000000000002")
		var wg sync.WaitGroup
		for _, scope := range []Scope{Everything(), Only(one), Only(two), Only(one, two)} {
			for range 2 {
				wg.Go(func() {
					v, err := s.Read(t.Context(), scope, "", func(context.Context) (view, error) {
						time.Sleep(time.Second)
						return view{reach: scope}, nil
					})
					if err != nil || v.reach.key() != scope.key() {
						t.Errorf("asked for %s, got %s, %v", scope.key(), v.reach.key(), err)
					}
				})
			}
		}
		wg.Wait()
	})
}

func TestWhoGoesAwayDoesNotEndTheReadingOfOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := Shared[view]{Changed: always}
		of := func(ctx context.Context) (view, error) {
			time.Sleep(time.Second)
			return view{n: 3}, ctx.Err()
		}
		first, goAway := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := s.Read(first, Everything(), "", of); !errors.Is(err, context.Canceled) {
				t.Errorf("who went away got %v", err)
			}
		})
		second, leave := context.WithCancel(t.Context())
		wg.Go(func() {
			time.Sleep(100 * time.Millisecond)
			_, _ = s.Read(second, Everything(), "", of)
		})
		wg.Go(func() {
			time.Sleep(200 * time.Millisecond)
			if v, err := s.Read(t.Context(), Everything(), "", of); err != nil || v.n != 3 {
				t.Errorf("%d, %v", v.n, err)
			}
		})
		time.Sleep(300 * time.Millisecond)
		goAway()
		leave()
		wg.Wait()
	})
}

func TestPanicInAReadingIsAnErrorToAllWhoShareItAndEndsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := Shared[view]{Changed: always}
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				if _, err := s.Read(t.Context(), Everything(), "", func(context.Context) (view, error) { panic("a nil map") }); err == nil {
					t.Error("no error")
				}
			})
		}
		wg.Wait()
		if _, err := s.Read(t.Context(), Everything(), "", func(context.Context) (view, error) { return view{}, nil }); err != nil {
			t.Error(err)
		}
	})
}
