package consent_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/migrations"
)

// TestMovesAgreeWithANaiveObserver lets the grants of a tenant change at random, and looks fail at random: the history has what somebody
// saw change who compared each whole look with the one before, and the gaps are the looks between that failed.
func TestMovesAgreeWithANaiveObserver(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	s, c := serviceOn(t, pool)
	c.grants[contoso] = whole(all()...)
	_, token := link(t, s, contoso)
	back(t, s, yes(begin(t, s, token), contoso))

	r := rand.New(rand.NewPCG(1, 7))
	known := append(all(), app("Mail.ReadWrite"), app("Directory.ReadWrite.All"))
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
		for _, p := range known {
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
		for _, p := range known {
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
	later := slices.DeleteFunc(want, func(m consent.Move) bool { return m.At.Equal(start) })
	for _, how := range []string{"as it was read", "as the migration makes it of what is there"} {
		if how != "as it was read" {
			again(t, pool)
		}
		changes := kept(t, pool)
		if len(changes) != len(later) {
			t.Errorf("%s: %d changes are kept, want %d", how, len(changes), len(later))
		}
		for _, w := range later {
			if !slices.ContainsFunc(changes, func(m consent.Move) bool {
				return m.At.Equal(w.At) && m.Permission == w.Permission && m.From == w.From && m.To == w.To
			}) {
				t.Errorf("%s: the changes lack %+v", how, w)
			}
		}
	}
	if other, err := s.Store.Gaps(t.Context(), fabrikam, 50); err != nil || len(other) != 0 {
		t.Errorf("of another tenant: %+v, %v", other, err)
	}
}

// kept are the changes that are in the history, as moves, the oldest first.
func kept(t *testing.T, pool *postgres.Pool) []consent.Move {
	t.Helper()
	rows, _ := pool.In(contoso).Query(t.Context(), `SELECT at, kind, resource, name, old, new FROM consent_grant_change ORDER BY at, name, kind`)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (m consent.Move, err error) {
		return m, row.Scan(&m.At, &m.Permission.Kind, &m.Permission.Resource, &m.Permission.Name, &m.From, &m.To)
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// again fills the history from the standings that there are, as the migration does that made its table.
func again(t *testing.T, pool *postgres.Pool) {
	t.Helper()
	made, err := migrations.FS.ReadFile("0331_grant_change.sql")
	if err != nil {
		t.Fatal(err)
	}
	_, fill, _ := strings.Cut(string(made), "INSERT INTO consent_grant_change")
	fill, _, _ = strings.Cut(fill, ";")
	for _, sql := range []string{`DELETE FROM consent_grant_change`, `INSERT INTO consent_grant_change` + fill} {
		if _, err := pool.In(tenant.Everything()).Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
}

// TestFirstReadingOfAKindIsNoChange: application and delegated permissions are read apart, and what the first reading of each finds was there
// before.
func TestFirstReadingOfAKindIsNoChange(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	s, c := serviceOn(t, pool)
	person := permission.Permission{Resource: permission.Graph, Kind: permission.Delegated, Name: "Mail.Read"}
	for day, tc := range []struct {
		grants consent.Grants
		want   string
	}{
		{consent.Grants{Held: append(all(), app("Mail.Read")), ApplicationRead: true}, ""},
		{whole(append(all(), app("Mail.Read"), person)...), ""},
		{whole(append(all(), person)...), "application Mail.Read surplus>"},
		{whole(append(all(), app("Mail.Read"))...), "application Mail.Read >surplus, delegated Mail.Read surplus>"},
		{whole(append(all(), app("Mail.Read"))...), ""},
	} {
		c.now, c.grants[contoso] = start.AddDate(0, 0, day), tc.grants
		if _, err := s.Reread(t.Context(), contoso); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, m := range kept(t, pool) {
			if m.At.Equal(c.now) {
				got = append(got, string(m.Permission.Kind)+" "+m.Permission.Name+" "+m.From+">"+m.To)
			}
		}
		if said := strings.Join(got, ", "); said != tc.want {
			t.Errorf("reading %d: %q, want %q", day+1, said, tc.want)
		}
	}
	read, err := s.Store.ReadAcrossTenants(t.Context(), tenant.Everything())
	if err != nil || len(read) != 1 || !read[contoso].Equal(c.now) {
		t.Errorf("read last: %v, %v", read, err)
	}
	if other, err := s.Store.ReadAcrossTenants(t.Context(), tenant.Only(fabrikam)); err != nil || len(other) != 0 {
		t.Errorf("of another tenant, which is not connected: %v, %v", other, err)
	}
	for _, tc := range []struct {
		scope tenant.Scope
		want  int
	}{{tenant.Everything(), 4}, {tenant.Only(contoso, fabrikam), 4}, {tenant.Only(contoso), 4}, {tenant.Only(fabrikam), 0}} {
		days, err := s.Store.DaysAcrossTenants(t.Context(), tc.scope, start, c.now)
		if err != nil || len(days) != tc.want || tc.want > 0 && !days[0].Equal(start.AddDate(0, 0, 1).Truncate(24*time.Hour)) { // the first look was not whole
			t.Errorf("%v: read on %v, %v", tc.scope, days, err)
		}
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
