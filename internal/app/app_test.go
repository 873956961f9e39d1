package app

import (
	"errors"
	"fmt"
	"testing"
	"time"

	gojson "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

var (
	contoso  = id("11111111-1111-4111-8111-111111111111")
	fabrikam = id("22222222-2222-4222-8222-222222222222")
	noon     = time.Date(2026, 8, 8, 12, 0, 0, 0, time.UTC)
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

type pair struct {
	App
	of []Assignment
}

func merge(t *testing.T, pool *postgres.Pool, s *Store, tid tenant.ID, at time.Time, of ...pair) (m graphsync.Merged) {
	t.Helper()
	stage := s.Stage()
	defer stage.Close()
	for _, p := range of {
		if err := stage.Add(p.App, p.of); err != nil {
			t.Fatal(err)
		}
	}
	if err := pool.InTx(t.Context(), tid, func(tx pgx.Tx) (err error) {
		m, err = stage.Merge(t.Context(), tx, tid, at.Unix(), at)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return m
}

func some(n int) []pair {
	of := make([]pair, n)
	for i := range of {
		of[i] = pair{App{ID: fmt.Sprintf("a%02d", i), Type: "win32LobApp", Platform: "Windows", Name: fmt.Sprintf("Tool %02d", i), Publisher: "Contoso",
			State: "published", Categories: []string{`Busi"ness\`, "Tools"}, LicencesUsed: -1, LicencesTotal: -1, ModifiedAt: noon.Add(time.Duration(i) * time.Hour),
			Assigned: i%2 == 0, Assignments: 1 - i%2}, nil}
		if i%2 == 0 {
			of[i].of = []Assignment{{ID: "g_1", Intent: "required", Target: "group", GroupID: "g"}}
		}
	}
	return of
}

func TestMergeWritesOnlyWhatChanged(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	of := some(4)
	if m := merge(t, pool, s, contoso, noon, of...); m.Written != 4+2 || m.Counters["total"] != 4 || m.Counters["assigned:true"] != 2 {
		t.Errorf("first: %+v", m)
	}
	if m := merge(t, pool, s, contoso, noon.Add(time.Hour), of...); m.Written != 0 || m.Gone != 0 {
		t.Errorf("unchanged: %+v", m)
	}
	of[0].of[0].Intent = "uninstall"
	if m := merge(t, pool, s, contoso, noon.Add(2*time.Hour), of[:3]...); m.Written != 1 || m.Gone != 1 {
		t.Errorf("an assignment changed, an app is gone: %+v", m)
	}
	said := map[string]string{}
	for _, app := range []string{"a00", "a01", "a03"} {
		changes, err := s.Changes(t.Context(), contoso, app, 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range changes {
			said[app+" "+c.Field] = c.Old + " > " + c.New
		}
	}
	if len(said) != 2 || said["a00 assignment:g_1"] != "required group g > uninstall group g" || said["a03 gone"] != "false > true" {
		t.Errorf("history: %v", said)
	}
	if c, err := s.Changes(t.Context(), fabrikam, "a00", 10); err != nil || len(c) != 0 {
		t.Errorf("history seen by another tenant: %v, %v", c, err)
	}
	a, err := s.Get(t.Context(), contoso, "a00")
	if err != nil || a.Categories[0] != `Busi"ness\` || !a.ChangedAt.Equal(noon) || a.TenantName != "Contoso" {
		t.Errorf("%+v, %v", a, err)
	}
	if as, err := s.Assignments(t.Context(), contoso, "a00"); err != nil || len(as) != 1 || as[0].Intent != "uninstall" {
		t.Errorf("%+v, %v", as, err)
	}
	if g, err := s.Get(t.Context(), contoso, "a03"); err != nil || g.GoneAt.IsZero() {
		t.Errorf("%+v, %v", g, err)
	}
}

func TestListPagesInEveryOrder(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	merge(t, pool, s, contoso, noon, some(13)...)
	merge(t, pool, s, fabrikam, noon, some(4)...)
	for _, scope := range []tenant.Scope{tenant.Everything(), tenant.Only(contoso, fabrikam), tenant.Only(contoso)} {
		for _, sort := range Sorts {
			for _, desc := range []bool{false, true} {
				seen := map[string]bool{}
				f := Filter{Sort: sort, Desc: desc, Limit: 4}
				for {
					page, err := s.List(t.Context(), scope, f)
					if err != nil {
						t.Fatal(err)
					}
					for _, a := range page.Rows {
						seen[a.Tenant.String()+a.ID] = true
					}
					if f.After = page.Next; page.Next == "" {
						if int64(len(seen)) != page.Count {
							t.Errorf("%s: %d seen of %d", sort, len(seen), page.Count)
						}
						break
					}
				}
			}
		}
	}
}

func TestListFilters(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	merge(t, pool, s, contoso, noon, some(10)...)
	yes := true
	for _, tc := range []struct {
		f    Filter
		want int64
	}{
		{Filter{}, 10}, {Filter{Q: "TOOL 03"}, 1}, {Filter{Q: "contoso"}, 10}, {Filter{Q: "%"}, 0}, {Filter{Assigned: &yes}, 5}, {Filter{Category: []string{"Tools"}}, 10},
		{Filter{Category: []string{"x"}}, 0}, {Filter{Intent: []string{"required"}}, 5}, {Filter{Type: []string{"webApp"}}, 0}, {Filter{Platform: []string{"Windows"}}, 10},
		{Filter{State: []string{"published"}}, 10}, {Filter{Tenants: []tenant.ID{fabrikam}}, 0}, {Filter{Gone: true}, 0},
	} {
		if page, err := s.List(t.Context(), tenant.Everything(), tc.f); err != nil || page.Count != tc.want || int64(len(page.Rows)) != tc.want {
			t.Errorf("%+v: %d, %d, %v, want %d", tc.f, page.Count, len(page.Rows), err, tc.want)
		}
	}
	for _, f := range []Filter{{Sort: "x"}, {After: "x"}, {Q: "\x00"}} {
		if _, err := s.List(t.Context(), tenant.Everything(), f); !errors.Is(err, errs.Invalid) {
			t.Errorf("%+v: %v", f, err)
		}
	}
}

func TestCatalogueAddsUpOverTenants(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	edge := func(id, version string, assigned bool) pair {
		return pair{App{ID: id, Type: "winGetApp", Platform: "Windows", Name: "Company Portal", Publisher: "Microsoft", Version: version, Assigned: assigned, LicencesUsed: -1, LicencesTotal: -1}, nil}
	}
	merge(t, pool, s, contoso, noon, append(some(5), edge("e1", "1.0", true), edge("e2", "2.0", false))...)
	merge(t, pool, s, fabrikam, noon, append(some(3), edge("x1", "2.0", true), pair{App{ID: "w", Type: "webApp", Name: "Company Portal", Publisher: "Microsoft"}, nil})...)
	all := tenant.Everything()
	found, err := s.Catalogue(t.Context(), all, Filter{Q: "company portal"})
	if err != nil || found.Count != 2 {
		t.Fatalf("%+v, %v", found, err)
	}
	for _, e := range found.Rows {
		if list, err := s.List(t.Context(), all, Filter{Entry: e.Key}); err != nil || list.Count != e.Apps {
			t.Errorf("%s: %d apps, the list says %d (%v)", e.Type, e.Apps, list.Count, err)
		}
		if e.Type == "winGetApp" && (e.Apps != 3 || e.Assigned != 2 || e.Tenants != 2 || e.Versions != 2 || len(e.Some) != 2) {
			t.Errorf("%+v", e)
		}
		if e.Type == "winGetApp" {
			if one, err := s.Entry(t.Context(), tenant.Only(contoso), e.Key); err != nil || one.Apps != 2 || one.Tenants != 1 {
				t.Errorf("at Contoso: %+v, %v", one, err)
			}
		}
		if _, err := s.Entry(t.Context(), tenant.Only(contoso), e.Key); e.Type == "webApp" && !errors.Is(err, errs.NotFound) {
			t.Errorf("seen by another tenant: %v", err)
		}
	}
	for _, sort := range EntrySorts {
		for _, desc := range []bool{false, true} {
			seen := map[string]bool{}
			for f := (Filter{Sort: sort, Desc: desc, Limit: 2}); ; {
				page, err := s.Catalogue(t.Context(), all, f)
				if err != nil {
					t.Fatal(err)
				}
				for _, e := range page.Rows {
					seen[e.Key] = true
				}
				if f.After = page.Next; page.Next == "" {
					break
				}
			}
			if len(seen) != 7 {
				t.Errorf("by %s: %d seen, want 7", sort, len(seen))
			}
		}
	}
	for _, f := range []Filter{{Sort: "modified"}, {After: "x"}, {Entry: "\x00"}} {
		if _, err := s.Catalogue(t.Context(), all, f); !errors.Is(err, errs.Invalid) {
			t.Errorf("%+v: %v", f, err)
		}
	}
	n := 0
	if err := s.EachEntry(t.Context(), tenant.Only(fabrikam), Filter{}, func(Entry) error { n++; return nil }); err != nil || n != 5 {
		t.Errorf("%d entries at Fabrikam, %v", n, err)
	}
}

func TestStoreKeepsTenantsApart(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	m := merge(t, pool, s, fabrikam, noon, some(3)...)
	for k, n := range m.Counters {
		if _, err := pool.In(fabrikam).Exec(t.Context(), `INSERT INTO tenant_counter VALUES ($1, 'apps', $2, $3, now())`, fabrikam, k, n); err != nil {
			t.Fatal(err)
		}
	}
	other := tenant.Only(contoso)
	if _, err := s.Get(t.Context(), contoso, "a00"); !errors.Is(err, errs.NotFound) {
		t.Errorf("Get: %v", err)
	}
	if p, err := s.List(t.Context(), other, Filter{Tenants: []tenant.ID{fabrikam}}); err != nil || len(p.Rows) != 0 || p.Count != 0 {
		t.Errorf("List: %+v, %v", p, err)
	}
	if n, err := s.Count(t.Context(), other, Filter{}); err != nil || n != 0 {
		t.Errorf("Count: %d, %v", n, err)
	}
	if as, err := s.Assignments(t.Context(), contoso, "a00"); err != nil || len(as) != 0 {
		t.Errorf("Assignments: %+v, %v", as, err)
	}
	if k, err := s.Known(t.Context(), contoso, []string{"|a00"}); err != nil || len(k) != 0 {
		t.Errorf("Known: %+v, %v", k, err)
	}
	if k, err := s.Known(t.Context(), fabrikam, []string{"|a00", "|a99"}); err != nil || len(k) != 1 || k["|a00"] != (Known{"a00", "Tool 00"}) {
		t.Errorf("Known to its own tenant: %+v, %v", k, err)
	}
	if ty, err := s.Types(t.Context(), other); err != nil || len(ty) != 0 {
		t.Errorf("Types: %+v, %v", ty, err)
	}
	if ty, err := s.Types(t.Context(), tenant.Everything()); err != nil || len(ty) != 1 || ty[0] != (TypeCount{"win32LobApp", 3}) {
		t.Errorf("Types over all: %+v, %v", ty, err)
	}
	if err := s.Each(t.Context(), other, Filter{}, func(a App) error { return fmt.Errorf("saw %s", a.ID) }); err != nil {
		t.Errorf("Each: %v", err)
	}
}

func TestFromGraph(t *testing.T) {
	var w graph.MobileApp
	if err := gojson.Unmarshal([]byte(`{"@odata.type":"#microsoft.graph.iosVppApp","id":"x","displayName":"Field Notes","usedLicenseCount":118,"totalLicenseCount":120,
		"bundleId":"com.contoso.notes","categories":[{"displayName":"B"},{"displayName":"A"},{"displayName":"A"}],"publishingState":"published","assignments":[
		{"id":"g_0","intent":"available","target":{"@odata.type":"#microsoft.graph.groupAssignmentTarget","groupId":"g"}},
		{"id":"g_0","intent":"uninstall","target":{"@odata.type":"#microsoft.graph.exclusionGroupAssignmentTarget","groupId":"g"}},
		{"id":"u","intent":"required","target":{"@odata.type":"#microsoft.graph.allLicensedUsersAssignmentTarget"}}]}`), &w); err != nil {
		t.Fatal(err)
	}
	a, of := fromGraph(w)
	if a.Type != "iosVppApp" || a.Platform != "iOS" || a.LicencesUsed != 118 || a.Package != "com.contoso.notes" || len(a.Categories) != 2 || !a.Assigned || a.Assignments != 3 {
		t.Errorf("%+v", a)
	}
	if len(of) != 3 || of[0].ID == of[1].ID || of[0].Target != "group" || of[1].Target != "exclusionGroup" || of[2].Target != "allLicensedUsers" {
		t.Errorf("%+v", of)
	}
	for typ, want := range map[string]string{"winGetApp": "Windows", "windowsAppX": "Windows", "macOSPkgApp": "macOS", "androidManagedStoreApp": "Android", "webApp": "Web", "newThing": ""} {
		if got := platform(typ); got != want {
			t.Errorf("platform of %s: %q", typ, got)
		}
	}
}

func FuzzFromGraph(f *testing.F) {
	f.Add([]byte(`{"id":"x","assignments":[{"id":"","target":{}}],"applicableArchitectures":["x"],"usedLicenseCount":null,"categories":[{}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var w graph.MobileApp
		if gojson.Unmarshal(body, &w, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true)) != nil {
			return
		}
		a, of := fromGraph(w)
		for _, s := range append([]string{a.ID, a.Name, a.Type, a.Version, a.Architectures, a.Notes}, a.Categories...) {
			if !postgres.Printable(s) {
				t.Errorf("Postgres cannot hold %q", s)
			}
		}
		ids := map[string]bool{}
		for _, x := range of {
			if ids[x.ID] {
				t.Errorf("assignment %q twice", x.ID)
			}
			ids[x.ID] = true
		}
	})
}
