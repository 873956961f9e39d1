package configuration

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

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

func merge(t *testing.T, pool *postgres.Pool, s *Store, tid tenant.ID, at time.Time, of ...read) graphsync.Merged {
	t.Helper()
	return mergeKinds(t, pool, s, tid, at, Policies, of...)
}

func mergeKinds(t *testing.T, pool *postgres.Pool, s *Store, tid tenant.ID, at time.Time, kinds []Kind, of ...read) (m graphsync.Merged) {
	t.Helper()
	stage := s.Stage(kinds...)
	defer stage.Close()
	for _, p := range of {
		if err := stage.Add(p.Policy, p.doc); err != nil {
			t.Fatal(err)
		}
	}
	run := at.Unix()
	if err := pool.InTx(t.Context(), tid, func(tx pgx.Tx) (err error) {
		m, err = stage.Merge(t.Context(), tx, tid, run, at)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return m
}

func some(n int) []read {
	of := make([]read, n)
	for i := range of {
		of[i] = read{
			Policy{Kind: []Kind{Device, Catalogue, Compliance}[i%3], ID: fmt.Sprintf("p%02d", i), Type: "windows10GeneralConfiguration", Platform: "Windows, macOS", Name: fmt.Sprintf("Rule %02d", i), ModifiedAt: noon.Add(time.Duration(i) * time.Hour)},
			Document{Settings: json.RawMessage(fmt.Sprintf(`{"length":%d,"password":"x"}`, i))},
		}
		if i%2 == 0 {
			of[i].doc.Assignments = []Assignment{{ID: "a", Target: "group", GroupID: "g"}}
			of[i].Status = &Status{Succeeded: int64(10 * i), Errors: int64(i), At: noon}
		}
	}
	return of
}

func TestMergeWritesOnlyWhatChanged(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	of := some(4)
	if m := merge(t, pool, s, contoso, noon, of...); m.Written != 4+2 || m.Counters["total"] != 4 || m.Counters["assigned:true"] != 2 || m.Counters["kind:compliance"] != 1 || m.Counters["errors:true"] != 1 {
		t.Errorf("first: %+v", m)
	}
	if m := merge(t, pool, s, contoso, noon.Add(time.Hour), append(some(4), some(4)...)...); m.Written != 0 || m.Gone != 0 {
		t.Errorf("unchanged, every row twice: %+v", m)
	}
	of = some(4)
	of[0].Status.Errors = 99                             // no history: it is not the policy that changed
	of[1].doc.Settings = json.RawMessage(`{"length":8}`) // history
	if m := merge(t, pool, s, contoso, noon.Add(2*time.Hour), of[:3]...); m.Written != 2 || m.Gone != 1 {
		t.Errorf("two changed, one is gone: %+v", m)
	}
	for pid, want := range map[string]int{"p00": 1, "p01": 2, "p03": 2} {
		p, _, err := s.Get(t.Context(), contoso, pid)
		if err != nil {
			t.Fatal(err)
		}
		if vs, err := s.Versions(t.Context(), contoso, p.Kind, pid, 9); err != nil || len(vs) != want {
			t.Errorf("%s has versions %+v, %v, want %d", pid, vs, err, want)
		}
	}
	p, doc, err := s.Get(t.Context(), contoso, "p01")
	if err != nil || p.TenantName != "Contoso" || strings.Contains(string(doc.Settings), `"x"`) || !p.FirstSeenAt.Equal(noon) || !p.ChangedAt.Equal(noon.Add(2*time.Hour)) {
		t.Errorf("%+v, %s, %v", p, doc.Settings, err)
	}
	for at, want := range map[time.Time]string{noon: "1", noon.Add(90 * time.Minute): "1", noon.Add(3 * time.Hour): "8"} {
		if v, err := s.AsOf(t.Context(), contoso, p.Kind, "p01", at); err != nil || line(t, *v.Document, "Length").Value != want {
			t.Errorf("as of %s: %+v, %v", at, v, err)
		}
	}
	gone, _, err := s.Get(t.Context(), contoso, "p03")
	if err != nil || gone.GoneAt.IsZero() {
		t.Errorf("gone: %+v, %v", gone, err)
	}
	for _, at := range []time.Time{noon.Add(-time.Second), noon.Add(3 * time.Hour)} {
		if _, err := s.AsOf(t.Context(), contoso, gone.Kind, "p03", at); !errors.Is(err, errs.NotFound) {
			t.Errorf("as of %s: %v", at, err)
		}
	}
	if m := merge(t, pool, s, contoso, noon.Add(4*time.Hour), some(4)...); m.Gone != 0 || m.Counters["total"] != 4 {
		t.Errorf("back again: %+v", m)
	}
	if vs, _ := s.Versions(t.Context(), contoso, gone.Kind, "p03", 9); len(vs) != 3 || vs[0].Document == nil || vs[1].Document != nil {
		t.Errorf("gone and back: %+v", vs)
	}
}

// TestKindsAreSweptApart: a read of policies says nothing about templates, nor the other way round.
func TestKindsAreSweptApart(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	merge(t, pool, s, contoso, noon, some(3)...)
	n := read{Policy{Kind: Notification, ID: "n1", Name: "Not compliant"}, Document{Settings: json.RawMessage(`{"messages":{}}`)}}
	if m := mergeKinds(t, pool, s, contoso, noon, []Kind{Notification}, n); m.Written != 1 || m.Gone != 0 || m.Counters["total"] != 1 {
		t.Errorf("templates: %+v", m)
	}
	if m := merge(t, pool, s, contoso, noon.Add(time.Hour)); m.Gone != 3 || m.Counters["total"] != 0 {
		t.Errorf("no policies: %+v", m)
	}
	if p, _, err := s.Get(t.Context(), contoso, "n1"); err != nil || !p.GoneAt.IsZero() {
		t.Errorf("template: %+v, %v", p, err)
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
	mergeKinds(t, pool, s, contoso, noon, []Kind{Notification}, read{Policy{Kind: Notification, ID: "n", Name: "Mail"}, Document{}})
	yes := true
	for _, tc := range []struct {
		f    Filter
		want int64
	}{
		{Filter{}, 10}, {Filter{Q: "RULE 03"}, 1}, {Filter{Q: "%"}, 0}, {Filter{Assigned: &yes}, 5}, {Filter{Kind: []Kind{Device}}, 4}, {Filter{Kind: []Kind{Notification}}, 1}, {Filter{Kind: Kinds}, 11},
		{Filter{Type: []string{"x"}}, 0}, {Filter{Platform: []string{"macOS"}}, 10}, {Filter{Platform: []string{"mac"}}, 0}, {Filter{Target: []string{"group"}}, 5}, {Filter{Target: []string{"allDevices"}}, 0},
		{Filter{Status: []string{"errors"}}, 4}, {Filter{Status: []string{"unknown"}}, 5}, {Filter{Status: []string{"errors", "unknown"}}, 9}, {Filter{Tenants: []tenant.ID{fabrikam}}, 0}, {Filter{Gone: true}, 0},
		{Filter{Q: "rule"}, 10}, {Filter{Q: "rule", Kind: []Kind{Device}}, 4}, {Filter{Q: "rule", Kind: []Kind{Notification}}, 0}, {Filter{Q: "mail", Kind: []Kind{Notification, Device}}, 1}, {Filter{Q: "rule", Assigned: &yes}, 5},
	} {
		if page, err := s.List(t.Context(), tenant.Everything(), tc.f); err != nil || page.Count != tc.want || int64(len(page.Rows)) != tc.want {
			t.Errorf("%+v: %d, %d, %v, want %d", tc.f, page.Count, len(page.Rows), err, tc.want)
		}
		if n, err := s.Count(t.Context(), tenant.Everything(), tc.f); err != nil || n != tc.want { // by itself, as beside a page that has not all
			t.Errorf("%+v: counted %d, %v, want %d", tc.f, n, err, tc.want)
		}
	}
	for _, f := range []Filter{{Sort: "x"}, {After: "x"}, {Q: "\x00"}, {Status: []string{"x"}}} {
		if _, err := s.List(t.Context(), tenant.Everything(), f); !errors.Is(err, errs.Invalid) {
			t.Errorf("%+v: %v", f, err)
		}
	}
}

func TestStoreKeepsTenantsApart(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	merge(t, pool, s, fabrikam, noon, some(3)...)
	merge(t, pool, s, contoso, noon) // sweeps Contoso's only
	other := tenant.Only(contoso)
	if _, _, err := s.Get(t.Context(), contoso, "p00"); !errors.Is(err, errs.NotFound) {
		t.Errorf("Get: %v", err)
	}
	if p, _, err := s.Get(t.Context(), fabrikam, "p00"); err != nil || !p.GoneAt.IsZero() {
		t.Errorf("Get at its own: %+v, %v", p, err)
	}
	if p, err := s.List(t.Context(), other, Filter{Tenants: []tenant.ID{fabrikam}}); err != nil || len(p.Rows) != 0 || p.Count != 0 {
		t.Errorf("List: %+v, %v", p, err)
	}
	if n, err := s.Count(t.Context(), other, Filter{}); err != nil || n != 0 {
		t.Errorf("Count: %d, %v", n, err)
	}
	if vs, err := s.Versions(t.Context(), contoso, Device, "p00", 9); err != nil || len(vs) != 0 {
		t.Errorf("Versions: %+v, %v", vs, err)
	}
	if _, err := s.AsOf(t.Context(), contoso, Device, "p00", noon.Add(time.Hour)); !errors.Is(err, errs.NotFound) {
		t.Errorf("AsOf: %v", err)
	}
	if err := s.Each(t.Context(), other, Filter{}, func(a Policy) error { return fmt.Errorf("saw %s", a.ID) }); err != nil {
		t.Errorf("Each: %v", err)
	}
}

func TestAbsurdSizesAreKept(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	long := strings.Repeat("é", 5000)
	deep := strings.Repeat(`{"a":`, 200) + "1" + strings.Repeat("}", 200)
	p, ok := fromGraph(source{kind: Device}, []byte(`{"id":"x","displayName":"`+long+`","deep":`+deep+`,"long":"`+strings.Repeat("x", 100<<10)+`","wide":[`+strings.Repeat("10000000,", maxDoc/9)+`0],"n":1e99999,"nul":"a\u0000b","lone":"\ud800",
		"assignments":[{"id":"`+long+`","target":{"@odata.type":"`+long+`","groupId":"`+long+`"}}]}`))
	if !ok {
		t.Fatal("not taken")
	}
	stage := s.Stage(Policies...)
	defer stage.Close()
	if err := stage.add(p); err != nil {
		t.Fatal(err)
	}
	if err := pool.InTx(t.Context(), contoso, func(tx pgx.Tx) error {
		_, err := stage.Merge(t.Context(), tx, contoso, 1, noon)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if got, doc, err := s.Get(t.Context(), contoso, "x"); err != nil || got.Name != long || len(doc.Settings) > 100 {
		t.Errorf("%d bytes of settings, %v", len(doc.Settings), err)
	}
}

// TestSearchedStaysInScope: the function that asks the index of the search runs as the owner, and must not find more than the scope has.
func TestSearchedStaysInScope(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	merge(t, pool, s, contoso, noon, some(1)[0])
	merge(t, pool, s, fabrikam, noon, some(1)[0])
	for _, tc := range []struct {
		scope tenant.Scope
		want  int
	}{{tenant.Everything(), 2}, {tenant.Only(contoso), 1}, {tenant.Only(contoso, fabrikam), 2}, {tenant.Only(), 0}} {
		var n int
		if err := pool.In(tc.scope).QueryRow(t.Context(), `SELECT count(*) FROM searched('policy', '%rule%')`).Scan(&n); err != nil || n != tc.want {
			t.Errorf("%v: %d found, want %d (%v)", tc.scope, n, tc.want, err)
		}
	}
	if _, err := pool.In(tenant.Everything()).Exec(t.Context(), `SELECT FROM searched('session', '%')`); err == nil {
		t.Error("a table that is not searched can be searched")
	}
}
