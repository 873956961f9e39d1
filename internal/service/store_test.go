package service

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

var (
	contoso  = id("11111111-1111-4111-8111-111111111111")
	fabrikam = id("22222222-2222-4222-8222-222222222222")
	noon     = time.Date(2026, 8, 8, 12, 0, 0, 0, time.UTC)
	watch    = Watch{Now: noon}
)

func id(s string) tenant.ID {
	tid, err := tenant.ParseID(s)
	if err != nil {
		panic(err)
	}
	return tid
}

func twoTenants(t *testing.T) (*postgres.Pool, *Store) {
	t.Helper()
	pool := pgtest.New(t)
	for tid, name := range map[tenant.ID]string{contoso: "Contoso", fabrikam: "Fabrikam"} {
		if _, err := pool.In(tid).Exec(t.Context(), `INSERT INTO tenant (tenant_id, display_name) VALUES ($1, $2)`, tid, name); err != nil {
			t.Fatal(err)
		}
	}
	return pool, NewStore(pool)
}

func allRead(at time.Time) []Reading {
	var all []Reading
	for _, k := range Kinds() {
		all = append(all, Reading{Kind: k, Outcome: Read, TriedAt: at, ReadAt: at})
	}
	return all
}

var runs atomic.Int64 // tests run side by side

func merge(t *testing.T, pool *postgres.Pool, s *Store, tid tenant.ID, at time.Time, readings []Reading, of ...Item) (m graphsync.Merged) {
	t.Helper()
	stage := s.Stage()
	defer stage.Close()
	for _, it := range of {
		if err := stage.Add(it); err != nil {
			t.Fatal(err)
		}
	}
	run := runs.Add(1)
	if err := pool.InTx(t.Context(), tid, func(tx pgx.Tx) (err error) {
		m, err = stage.Merge(t.Context(), tx, tid, run, at, readings)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return m
}

func days(n int) time.Time { return noon.AddDate(0, 0, n) }

func token(n string, ends time.Time) Item {
	return Item{Kind: VPPToken, ID: n, Name: "Token " + n, State: "valid", Health: OK, ExpiresAt: ends, Detail: map[string]string{"appleId": n + "@contoso.example"}}
}

func TestMergeKeepsKindsApart(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	terms := Item{Kind: Terms, ID: "t1", Name: "House rules", Health: None, Detail: map[string]string{"version": "1", `odd "key"`: "x"}}
	if m := merge(t, pool, s, contoso, noon, allRead(noon), token("v1", days(10)), token("v2", days(20)), terms); m.Written != 3 || m.Counters["total"] != 3 || m.Counters["kind:vppToken"] != 2 {
		t.Fatalf("first: %+v", m)
	}
	if m := merge(t, pool, s, contoso, days(1), allRead(days(1)), token("v1", days(10)), token("v2", days(20)), terms); m.Written != 0 || m.Gone != 0 {
		t.Fatalf("unchanged: %+v", m)
	}
	if m := merge(t, pool, s, contoso, days(1), allRead(days(1)), token("v1", days(11)), token("v1", days(10)), token("v2", days(20)), terms); m.Written != 0 { // as it was, and then as it is
		t.Fatalf("a token that comes twice, last as it is known, was written: %+v", m)
	}
	// VPP tokens failed, one of them was staged before that; terms answered and are gone.
	failed := []Reading{
		{Kind: VPPToken, Outcome: Failed, TriedAt: days(2), Trouble: "permission", Sentence: "The portal may not read this.", RequestID: "r"},
		{Kind: Terms, Outcome: Read, TriedAt: days(2), ReadAt: days(2)}, {Kind: ApplePush, Outcome: Unset, TriedAt: days(2), ReadAt: days(2)},
	}
	if m := merge(t, pool, s, contoso, days(2), failed, token("v1", days(99))); m.Written != 0 || m.Gone != 1 {
		t.Fatalf("one kind failed: %+v", m)
	}
	v1, err := s.Get(t.Context(), contoso, watch, VPPToken, "v1")
	if err != nil || !v1.ExpiresAt.Equal(days(10)) || !v1.Failed || !v1.ReadAt.Equal(days(1)) || v1.TenantName != "Contoso" {
		t.Errorf("a kind that failed keeps its rows: %+v, %v", v1, err)
	}
	gone, err := s.Get(t.Context(), contoso, watch, Terms, "t1")
	if err != nil || gone.GoneAt.IsZero() || gone.Failed {
		t.Errorf("gone: %+v, %v", gone, err)
	}
	readings, err := s.Readings(t.Context(), contoso)
	if err != nil || len(readings) != len(Kinds()) || readings[0].Kind != ApplePush || readings[0].Outcome != Unset || readings[2].Sentence == "" || readings[2].Items != 2 {
		t.Errorf("readings: %+v, %v", readings, err)
	}
}

func TestHistory(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	ade := func(count, code string, ends time.Time) Item {
		return Item{Kind: AppleEnrollment, ID: "d", Name: "Contoso ABM", State: "synced", Health: OK, ExpiresAt: ends, LastContactAt: noon,
			Detail: map[string]string{"syncedDeviceCount": count, "lastSyncErrorCode": code}}
	}
	merge(t, pool, s, contoso, noon, allRead(noon), ade("3", "0", days(10)))
	merge(t, pool, s, contoso, days(1), allRead(days(1)), ade("4", "0", days(10)))
	merge(t, pool, s, contoso, days(2), allRead(days(2)), ade("4", "7", days(375)))
	merge(t, pool, s, contoso, days(3), allRead(days(3)))
	merge(t, pool, s, contoso, days(4), allRead(days(4)), ade("4", "7", days(375)))
	got, err := s.Changes(t.Context(), contoso, AppleEnrollment, "d", 10)
	var lines []string
	for _, c := range got {
		lines = append(lines, c.At.Format("2 ")+c.Field+" "+c.Old+">"+c.New)
	}
	want := []string{"12 gone true>false", "10 detail.lastSyncErrorCode 0>7", "10 expires_at 2026-08-18T12:00:00Z>2027-08-18T12:00:00Z"}
	if d := cmp.Diff(want, lines); d != "" || err != nil {
		t.Errorf("history (-want +got): %s %v", d, err)
	}
	if got, err := s.Changes(t.Context(), fabrikam, AppleEnrollment, "d", 10); err != nil || len(got) != 0 {
		t.Errorf("history as another tenant: %v, %v", got, err)
	}
}

func TestStanding(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	items := []Item{
		token("ended", days(-1)), token("soon", days(20)), token("later", days(31)), token("never", time.Time{}),
		{Kind: VPPToken, ID: "bad", Name: "b", Health: Bad, ExpiresAt: days(5)}, {Kind: CloudCA, ID: "soon", Name: "ca", Health: OK, ExpiresAt: days(89)},
		{Kind: CloudCA, ID: "revoked", Name: "ca", Health: Off, ExpiresAt: days(-100)}, {Kind: Terms, ID: "t", Name: "t", Health: None}, {Kind: NDES, ID: "n", Name: "n", Health: Unknown},
	}
	merge(t, pool, s, contoso, noon, allRead(noon), items...)
	want := map[string]Standing{"ended": Ended, "later": "ok", "never": "ok", "bad": "bad", "revoked": "off", "t": "none", "n": "unknown"}
	p, err := s.List(t.Context(), tenant.Only(contoso), watch, Filter{})
	if err != nil || p.Count != int64(len(items)) {
		t.Fatal(p.Count, err)
	}
	for _, it := range p.Rows {
		if w, ok := want[it.ID]; ok && it.Standing != w || it.ID == "soon" && it.Standing != Soon {
			t.Errorf("%s %s: standing %s", it.Kind, it.ID, it.Standing)
		}
	}
	tally, err := s.TallyOf(t.Context(), tenant.Everything(), watch)
	counts := tally.Standings()
	if d := cmp.Diff(map[Standing]int64{Ended: 1, Soon: 2, "ok": 2, "bad": 1, "off": 1, "none": 1, "unknown": 1}, counts); d != "" || err != nil {
		t.Error(d, err)
	}
	for st, n := range counts {
		if got, err := s.Count(t.Context(), tenant.Everything(), watch, Filter{State: []Standing{st}}); err != nil || got != n {
			t.Errorf("count %s: %d, %v, want %d", st, got, err, n)
		}
		for _, kinds := range [][]Kind{nil, {CloudCA}, {CloudCA, Terms}} {
			f := Filter{Kind: kinds, State: []Standing{st}}
			want, err := s.Count(t.Context(), tenant.Everything(), watch, f)
			if p, lerr := s.List(t.Context(), tenant.Everything(), watch, f); err != nil || lerr != nil || p.Count != want || int64(len(p.Rows)) != want {
				t.Errorf("%+v: %d counted of %d listed, %v, %v, want %d", f, p.Count, len(p.Rows), err, lerr, want)
			}
		}
	}
	for _, tc := range []struct {
		f    Filter
		want int64
	}{{Filter{Within: 7}, 1}, {Filter{Within: 30}, 2}, {Filter{Within: 90}, 4}, {Filter{Ended: true}, 2}, {Filter{Ended: true, Within: 7}, 3}, {Filter{Kind: []Kind{CloudCA}}, 2}, {Filter{Q: "LATER@contoso"}, 1}, {Filter{Gone: true}, 0}} {
		if got, err := s.Count(t.Context(), tenant.Only(contoso), watch, tc.f); err != nil || got != tc.want {
			t.Errorf("%+v: %d, %v, want %d", tc.f, got, err, tc.want)
		}
	}
}

func TestLeadTimes(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	merge(t, pool, s, contoso, noon, allRead(noon), token("v", days(20)))
	for _, bad := range []LeadTimes{{VPPToken: 0}, {VPPToken: 366}, {Terms: 5}, {"x'; --": 5}} {
		if err := s.SetLeadTimes(t.Context(), bad, "Owner", noon); !errors.Is(err, errs.Invalid) {
			t.Errorf("%v: %v, want Invalid", bad, err)
		}
	}
	if err := s.SetLeadTimes(t.Context(), LeadTimes{VPPToken: 14}, "Owner", noon); err != nil {
		t.Fatal(err)
	}
	w, err := s.Watch(t.Context(), noon)
	if err != nil || w.Lead.Of(VPPToken) != 14 || w.Lead.Of(ApplePush) != 30 {
		t.Fatalf("%+v, %v", w, err)
	}
	if it, err := s.Get(t.Context(), contoso, w, VPPToken, "v"); err != nil || it.Standing != "ok" {
		t.Errorf("20 days before the end with 14 of warning: %s, %v", it.Standing, err)
	}
}

func TestStoreKeepsTenantsApart(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	merge(t, pool, s, contoso, noon, allRead(noon), token("v1", days(10)))
	merge(t, pool, s, fabrikam, noon, allRead(noon)[:3], token("v1", days(11)), token("v2", days(12)))
	merge(t, pool, s, fabrikam, days(1), allRead(days(1))[:3], token("v2", days(12)))
	if it, err := s.Get(t.Context(), contoso, watch, VPPToken, "v1"); err != nil || !it.GoneAt.IsZero() || !it.ExpiresAt.Equal(days(10)) {
		t.Errorf("Contoso's v1: %+v, %v", it, err)
	}
	if _, err := s.Get(t.Context(), contoso, watch, VPPToken, "v2"); !errors.Is(err, errs.NotFound) {
		t.Errorf("Fabrikam's v2 as Contoso: %v", err)
	}
	for _, bad := range []struct{ kind, id string }{{"vppToken", "\x00"}, {"\x00", "v1"}, {"nothing", "v1"}} {
		if _, err := s.Get(t.Context(), contoso, watch, Kind(bad.kind), bad.id); !errors.Is(err, errs.NotFound) {
			t.Errorf("%q: %v, want NotFound", bad, err)
		}
	}
	only := tenant.Only(contoso)
	n, err := s.Count(t.Context(), only, watch, Filter{Tenants: []tenant.ID{contoso, fabrikam}})
	if err != nil || n != 1 {
		t.Errorf("count: %d, %v", n, err)
	}
	p, err := s.List(t.Context(), only, watch, Filter{})
	if err != nil || len(p.Rows) != 1 || p.Rows[0].Tenant != contoso {
		t.Errorf("list: %+v, %v", p, err)
	}
	if err := s.Each(t.Context(), only, watch, Filter{}, func(it Item) error {
		if it.Tenant != contoso {
			t.Errorf("each: %s", it.Tenant)
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
	if got, err := s.Readings(t.Context(), fabrikam); err != nil || len(got) != 3 || got[2].Items != 1 {
		t.Errorf("readings: %+v, %v", got, err)
	}
	if got, err := s.ReadingsAcrossTenants(t.Context(), only); err != nil || len(got) != len(Kinds()) || got[2].Read != 1 || got[2].Items != 1 {
		t.Errorf("readings of one: %+v, %v", got, err)
	}
	if got, err := s.ReadingsAcrossTenants(t.Context(), tenant.Everything()); err != nil || got[2].Read != 2 || got[2].Items != 2 || !got[2].Oldest.Equal(noon) {
		t.Errorf("readings of all: %+v, %v", got, err)
	}
	if got, err := s.TallyOf(t.Context(), only, watch); err != nil || got.Standings()[Soon] != 1 {
		t.Errorf("standings: %v, %v", got, err)
	}
}

// TestLicenceThatEnded: of a kind that was never there, no licence is no failure; what is held from before is not read any more.
func TestLicenceThatEnded(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	merge(t, pool, s, contoso, noon, allRead(noon), token("v1", days(9)))
	merge(t, pool, s, contoso, days(2), []Reading{{Kind: VPPToken, Outcome: Failed, TriedAt: days(2), Trouble: "licence"}, {Kind: CloudCA, Outcome: Failed, TriedAt: days(2), Trouble: "licence"}})
	got, err := s.ReadingsAcrossTenants(t.Context(), tenant.Everything())
	if err != nil || got[2].Failed != 1 || got[2].Items != 1 || got[2].Unset != 0 || got[3].Failed != 0 || got[3].Unset != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	rows, err := s.ReadingsByTenant(t.Context(), tenant.Everything(), ReadingFilter{State: []Outcome{Failed}, Limit: 9})
	if err != nil || rows.Count != 1 || rows.Rows[0].Kind != VPPToken {
		t.Errorf("%+v, %v", rows, err)
	}
}

func TestListPagesInEveryOrder(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	var some []Item
	for i := range 13 {
		it := token(fmt.Sprintf("v%02d", i), days(i/2))
		if i%4 == 0 {
			it = Item{Kind: Terms, ID: fmt.Sprintf("t%02d", i), Name: "Same name", Health: None}
		}
		some = append(some, it)
	}
	merge(t, pool, s, contoso, noon, allRead(noon), some...)
	merge(t, pool, s, fabrikam, noon, allRead(noon), some[:5]...)
	for _, scope := range []tenant.Scope{tenant.Everything(), tenant.Only(contoso, fabrikam), tenant.Only(contoso)} {
		for _, sort := range Sorts {
			for _, desc := range []bool{false, true} {
				seen, f := map[string]bool{}, Filter{Sort: sort, Desc: desc, Limit: 4}
				for {
					page, err := s.List(t.Context(), scope, watch, f)
					if err != nil {
						t.Fatal(err)
					}
					for _, it := range page.Rows {
						seen[it.Tenant.String()+string(it.Kind)+it.ID] = true
					}
					if f.After = page.Next; page.Next == "" {
						if int64(len(seen)) != page.Count {
							t.Errorf("%v by %s, desc %v: %d of %d seen", scope, sort, desc, len(seen), page.Count)
						}
						break
					}
				}
			}
		}
	}
	for _, f := range []Filter{{Sort: "secret"}, {After: "x"}, {Q: "\x00"}, {Q: strings.Repeat("x", 201)}} {
		if _, err := s.List(t.Context(), tenant.Everything(), watch, f); !errors.Is(err, errs.Invalid) {
			t.Errorf("%+v: %v, want Invalid", f, err)
		}
	}
	p, err := s.List(t.Context(), tenant.Only(contoso), watch, Filter{})
	if err != nil || !slices.IsSortedFunc(p.Rows, func(a, b Item) int { return endKey(a).Compare(endKey(b)) }) {
		t.Errorf("what ends first comes first, what does not end last: %v", err)
	}
}

func endKey(it Item) time.Time {
	if it.ExpiresAt.IsZero() {
		return noon.AddDate(1000, 0, 0)
	}
	return it.ExpiresAt
}

func TestCalendarTokens(t *testing.T) {
	t.Parallel()
	_, s := twoTenants(t)
	const anna, ben = "aaaaaaaa-0000-4000-8000-000000000001", "aaaaaaaa-0000-4000-8000-000000000002"
	owner := func(token string) string {
		tid, oid, err := s.CalendarOwnerAcrossTenants(t.Context(), token, noon)
		if err != nil {
			if !errors.Is(err, errs.NotFound) {
				t.Fatal(err)
			}
			return ""
		}
		return tid.String() + oid
	}
	if _, err := s.CalendarTokenOf(t.Context(), contoso, anna); !errors.Is(err, errs.NotFound) {
		t.Errorf("before the first: %v", err)
	}
	first, err := s.IssueCalendarToken(t.Context(), contoso, anna, noon)
	if err != nil {
		t.Fatal(err)
	}
	other, err := s.IssueCalendarToken(t.Context(), fabrikam, anna, noon)
	if err != nil || owner(first) != contoso.String()+anna || owner(other) != fabrikam.String()+anna {
		t.Fatalf("owners: %q, %q, %v", owner(first), owner(other), err)
	}
	if ct, err := s.CalendarTokenOf(t.Context(), contoso, anna); err != nil || !ct.CreatedAt.Equal(noon) || !ct.LastUsedAt.Equal(noon) {
		t.Errorf("%+v, %v", ct, err)
	}
	second, err := s.IssueCalendarToken(t.Context(), contoso, anna, days(1))
	if err != nil || owner(first) != "" || owner(second) == "" {
		t.Errorf("a new token ends the one before: %q, %q, %v", owner(first), owner(second), err)
	}
	if err := s.RevokeCalendarToken(t.Context(), contoso, ben); !errors.Is(err, errs.NotFound) {
		t.Errorf("revoke what is not there: %v", err)
	}
	if err := s.RevokeCalendarToken(t.Context(), contoso, anna); err != nil || owner(second) != "" || owner(other) == "" {
		t.Errorf("revoked: %v, %q, %q", err, owner(second), owner(other))
	}
	for _, bad := range []string{"", "x", strings.Repeat("A", 43), second + "A", "\x00" + second[1:]} {
		if owner(bad) != "" {
			t.Errorf("%q opened a calendar", bad)
		}
	}
}

// TestPutAcrossTenants: what is read once for all customers stands at each of them, goes when it is gone, and leaves other kinds alone.
func TestPutAcrossTenants(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	at := noon
	put := func(items ...Item) {
		t.Helper()
		at = at.Add(time.Hour)
		if err := s.PutAcrossTenants(t.Context(), Delegated, items, at); err != nil {
			t.Fatal(err)
		}
	}
	other := Item{Kind: VPPToken, ID: "v1", Name: "Token", Health: OK}
	merge(t, pool, s, contoso, at, []Reading{{Kind: VPPToken, Outcome: Read, TriedAt: at, ReadAt: at}}, other)
	a := Item{Tenant: contoso, Kind: Delegated, ID: "gdap", Name: "Care", State: "active", Health: OK, ExpiresAt: noon.AddDate(0, 1, 0), Detail: map[string]string{"relationship": "1"}}
	b := Item{Tenant: fabrikam, Kind: Delegated, ID: "gdap", Name: "Care too", State: "active", Health: OK}
	put(a, b)
	changed := a
	changed.Name = "Care more"
	put(changed)
	watch := Watch{Now: at, Lead: LeadTimes{}}
	p, err := s.List(t.Context(), tenant.Everything(), watch, Filter{Kind: []Kind{Delegated}})
	if err != nil || p.Count != 1 || p.Rows[0].Name != "Care more" || p.Rows[0].Standing != Soon || !p.Rows[0].ReadAt.Equal(at) || p.Rows[0].Detail["relationship"] != "1" {
		t.Errorf("%+v, %v", p, err)
	}
	if p, err := s.List(t.Context(), tenant.Only(fabrikam), watch, Filter{Gone: true}); err != nil || p.Count != 1 {
		t.Errorf("gone: %+v, %v", p, err)
	}
	put(a, b)
	if n, err := s.Count(t.Context(), tenant.Everything(), watch, Filter{}); err != nil || n != 3 {
		t.Errorf("back, and the token of old: %d, %v", n, err)
	}
}
