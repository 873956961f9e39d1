package overview

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tenantry/tenantry/internal/tenant"
)

func TestNobodyGetsAReadingThatBeganBeforeTheyAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s shared
		var wg sync.WaitGroup
		var readings int // of all; never two at once
		ask := func(after time.Duration) {
			wg.Go(func() {
				time.Sleep(after)
				asked := time.Now()
				v, err := s.read(t.Context(), tenant.Everything(), nil, func(context.Context) (view, error) {
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
		var s shared
		var readings int
		var change time.Time
		changed := func(since time.Time) bool { return !change.Before(since) }
		ask := func(want int, when string) {
			t.Helper()
			v, err := s.read(t.Context(), tenant.Everything(), changed, func(context.Context) (view, error) {
				readings++
				return view{Customers: readings}, nil
			})
			if err != nil || v.Customers != want {
				t.Errorf("%s: reading %d, %v, want reading %d", when, v.Customers, err, want)
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
		ask(3, "later")
		time.Sleep(2 * sameFor)
		synctest.Wait()
		if len(s.kept) != 0 {
			t.Errorf("%d readings are kept for good", len(s.kept))
		}
	})
}

func TestReadingsAreSharedWithinAScopeOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s shared
		one, _ := tenant.ParseID("00000000-0000-4000-8000-000000000001")
		two, _ := tenant.ParseID("00000000-0000-4000-8000-000000000002")
		var wg sync.WaitGroup
		for _, scope := range []tenant.Scope{tenant.Everything(), tenant.Only(one), tenant.Only(two), tenant.Only(one, two)} {
			for range 2 {
				wg.Go(func() {
					v, err := s.read(t.Context(), scope, nil, func(context.Context) (view, error) {
						time.Sleep(time.Second)
						return view{reach: scope}, nil
					})
					if err != nil || keyOf(v.reach) != keyOf(scope) {
						t.Errorf("asked for %s, got %s, %v", keyOf(scope), keyOf(v.reach), err)
					}
				})
			}
		}
		wg.Wait()
	})
}

func TestWhoGoesAwayDoesNotEndTheReadingOfOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s shared
		of := func(ctx context.Context) (view, error) {
			time.Sleep(time.Second)
			return view{Customers: 3}, ctx.Err()
		}
		first, goAway := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := s.read(first, tenant.Everything(), nil, of); !errors.Is(err, context.Canceled) {
				t.Errorf("who went away got %v", err)
			}
		})
		second, leave := context.WithCancel(t.Context())
		wg.Go(func() {
			time.Sleep(100 * time.Millisecond)
			_, _ = s.read(second, tenant.Everything(), nil, of)
		})
		wg.Go(func() {
			time.Sleep(200 * time.Millisecond)
			if v, err := s.read(t.Context(), tenant.Everything(), nil, of); err != nil || v.Customers != 3 {
				t.Errorf("%d, %v", v.Customers, err)
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
		var s shared
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				if _, err := s.read(t.Context(), tenant.Everything(), nil, func(context.Context) (view, error) { panic("a nil map") }); err == nil {
					t.Error("no error")
				}
			})
		}
		wg.Wait()
		if _, err := s.read(t.Context(), tenant.Everything(), nil, func(context.Context) (view, error) { return view{}, nil }); err != nil {
			t.Error(err)
		}
	})
}
