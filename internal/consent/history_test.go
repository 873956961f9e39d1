package consent_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/permission"
)

// TestMovesAgreeWithANaiveObserver lets the grants of a tenant change at random, and looks fail at random: the history has what somebody
// saw change who compared each whole look with the one before, and the gaps are the looks between that failed.
func TestMovesAgreeWithANaiveObserver(t *testing.T) {
	t.Parallel()
	s, c := service(t)
	c.grants[contoso] = whole(all()...)
	_, token := link(t, s, contoso)
	back(t, s, yes(begin(t, s, token), contoso))

	r := rand.New(rand.NewPCG(1, 7))
	pool := append(all(), app("Mail.ReadWrite"), app("Directory.ReadWrite.All"))
	held := map[permission.Permission]bool{}
	for _, p := range all() {
		held[p] = true
	}
	var want []consent.Move
	var gaps []consent.Gap
	seen := standings(t, s, false)
	for p, st := range seen {
		want = append(want, consent.Move{At: c.now, Permission: p, To: st})
	}
	failing := false
	for day := range 40 {
		c.now = start.AddDate(0, 0, day+1)
		for _, p := range pool {
			if r.IntN(5) == 0 {
				held[p] = !held[p]
			}
		}
		held[all()[0]] = true // something is always there, so that the tenant stays readable
		var now []permission.Permission
		for p, on := range held {
			if on {
				now = append(now, p)
			}
		}
		c.grants[contoso] = whole(now...)
		delete(c.fails, contoso)
		if r.IntN(3) == 0 {
			c.fails[contoso] = errs.Timeout
		}
		if _, err := s.Reread(t.Context(), contoso); err != nil {
			t.Fatal(err)
		}
		if c.fails[contoso] != nil {
			if !failing {
				gaps = append(gaps, consent.Gap{From: c.now})
			}
			g := &gaps[len(gaps)-1]
			g.To, g.Looks, g.Problem, failing = c.now, g.Looks+1, "Microsoft did not answer in time.", true
			continue
		}
		failing = false
		after := standings(t, s, false)
		for _, p := range pool {
			if seen[p] != after[p] {
				want = append(want, consent.Move{At: c.now, Permission: p, From: seen[p], To: after[p]})
			}
		}
		seen = maps.Clone(after)
	}
	v, err := s.View(t.Context(), contoso)
	if err != nil {
		t.Fatal(err)
	}
	moves := consent.Moves(slices.Concat(v.Open, v.Past))
	if len(moves) != len(want) {
		t.Errorf("%d moves, want %d", len(moves), len(want))
	}
	for _, w := range want {
		if !slices.ContainsFunc(moves, func(m consent.Move) bool {
			return m.At.Equal(w.At) && m.Permission == w.Permission && m.From == w.From && m.To == w.To
		}) {
			t.Errorf("the history lacks %+v", w)
		}
	}
	if !slices.IsSortedFunc(moves, func(a, b consent.Move) int { return b.At.Compare(a.At) }) {
		t.Error("the latest is not first")
	}
	slices.Reverse(gaps)
	if !slices.EqualFunc(v.Gaps, gaps, func(a, b consent.Gap) bool {
		return a.From.Equal(b.From) && a.To.Equal(b.To) && a.Looks == b.Looks && a.Problem == b.Problem
	}) {
		t.Errorf("gaps %+v, want %+v", v.Gaps, gaps)
	}
	if other, err := s.Store.Gaps(t.Context(), fabrikam, 50); err != nil || len(other) != 0 {
		t.Errorf("of another tenant: %+v, %v", other, err)
	}
}

func TestMovesOfNothing(t *testing.T) {
	if m := consent.Moves(nil); len(m) != 0 {
		t.Errorf("%+v", m)
	}
	at, gone := start, start.Add(time.Hour)
	m := consent.Moves([]consent.Standing{{Permission: app("A"), Standing: consent.StandingGranted, FirstSeen: at, GoneAt: &gone}})
	if len(m) != 2 || m[0].From != consent.StandingGranted || m[0].To != "" || m[1].To != consent.StandingGranted {
		t.Errorf("%+v", m)
	}
}
