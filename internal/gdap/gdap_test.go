package gdap

import (
	"errors"
	"slices"
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
	home     = id("99999999-9999-4999-8999-999999999999")
	contoso  = id("11111111-1111-4111-8111-111111111111")
	fabrikam = id("22222222-2222-4222-8222-222222222222")
	stranger = id("33333333-3333-4333-8333-333333333333")
	noon     = time.Date(2026, 8, 8, 12, 0, 0, 0, time.UTC)
)

func id(s string) tenant.ID {
	tid, err := tenant.ParseID(s)
	if err != nil {
		panic(err)
	}
	return tid
}

func TestFromGraph(t *testing.T) {
	for name, tc := range map[string]struct {
		body string
		want Relationship
	}{
		"active": {
			`{"@odata.etag":"W/\"1\"","id":"a-b","displayName":"Care","duration":"P730D","autoExtendDuration":"P180D","status":"active","customer":{"tenantId":"` + contoso.String() + `","displayName":"Contoso"},
			"accessDetails":{"unifiedRoles":[{"roleDefinitionId":"F2EF992C-3AFB-46B9-B7CF-A126EE74C451"},{"roleDefinitionId":"3a2c62db-5318-420d-8d74-23affee5d9d5"}]},"activatedDateTime":"2026-08-08T12:00:00Z","endDateTime":"2028-08-08T12:00:00Z"}`,
			Relationship{ID: "a-b", Name: "Care", Customer: contoso, CustomerName: "Contoso", Status: Active, Duration: "P730D", AutoExtend: "P180D", Roles: []string{IntuneAdministrator, "f2ef992c-3afb-46b9-b7cf-a126ee74c451"}, ActivatedAt: noon, EndsAt: noon.AddDate(2, 0, 0)},
		},
		"a request to nobody yet, with an empty time": {
			`{"id":"c","displayName":"New\u0000","status":"created","customer":null,"activatedDateTime":"","endDateTime":null}`,
			Relationship{ID: "c", Name: "New\uFFFD", Status: Created, Roles: []string{}},
		},
		"made by Microsoft, customer without a GUID, no status": {
			`{"id":"d","displayName":"MLT_1","customer":{"tenantId":"contoso.com","displayName":"C"}}`,
			Relationship{ID: "d", Name: "MLT_1", CustomerName: "C", Status: "unknown", Roles: []string{}, Led: true},
		},
	} {
		var w graph.DelegatedAdminRelationship
		if err := gojson.Unmarshal([]byte(tc.body), &w); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got := fromGraph(w)
		if !slices.Equal(got.Roles, tc.want.Roles) {
			t.Errorf("%s: roles %v", name, got.Roles)
		}
		got.Roles, tc.want.Roles = nil, nil
		if got.Assignments = nil; !same(got, tc.want) {
			t.Errorf("%s:\n got %+v\nwant %+v", name, got, tc.want)
		}
	}
	for d, want := range map[string]bool{"P180D": true, "PT0S": false, "P0D": false, "": false, "P6M": true} {
		if (Relationship{AutoExtend: d}).Extends() != want {
			t.Errorf("%q goes on by itself: %v", d, !want)
		}
	}
}

func same(a, b Relationship) bool {
	return a.ID == b.ID && a.Name == b.Name && a.Customer == b.Customer && a.CustomerName == b.CustomerName && a.Status == b.Status && a.Duration == b.Duration && a.AutoExtend == b.AutoExtend &&
		a.Led == b.Led && a.ActivatedAt.Equal(b.ActivatedAt) && a.EndsAt.Equal(b.EndsAt)
}

func FuzzFromGraph(f *testing.F) {
	f.Add([]byte(`{"id":"x","displayName":"\ud800","status":"","customer":{"tenantId":"0-0"},"accessDetails":{"unifiedRoles":[{"roleDefinitionId":null},{}]},"endDateTime":"99999-01-01T00:00:00Z"}`))
	opts := gojson.JoinOptions(jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
	f.Fuzz(func(t *testing.T, body []byte) {
		var w graph.DelegatedAdminRelationship
		if gojson.Unmarshal(body, &w, opts) != nil {
			return
		}
		r := fromGraph(w)
		for _, s := range append([]string{r.ID, r.Name, r.CustomerName, r.Status, r.Duration, r.AutoExtend}, r.Roles...) {
			if !postgres.Printable(s) {
				t.Errorf("Postgres cannot hold %q", s)
			}
		}
	})
}

func active(id string, customer tenant.ID, ends time.Time) Relationship {
	return Relationship{ID: id, Name: "Care " + id, Customer: customer, CustomerName: "Old name", Status: Active, AutoExtend: "PT0S", Duration: "P365D", Roles: []string{IntuneAdministrator}, EndsAt: ends, ActivatedAt: noon,
		Assignments: []Assignment{{ID: "a" + id, Group: "g1", Status: "active", Roles: []string{IntuneAdministrator}}, {ID: "b" + id, Group: "g2", Status: "pending", Roles: []string{IntuneAdministrator}}}}
}

// TestStore: rows of the partner's tenant are seen by whoever may see the customer, and by nobody else; only what differs is history.
func TestStore(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	for tid, name := range map[tenant.ID]string{home: "First Up", contoso: "Contoso", fabrikam: "Fabrikam"} {
		if _, err := pool.In(tid).Exec(t.Context(), `INSERT INTO tenant (tenant_id, display_name) VALUES ($1, $2)`, tid, name); err != nil {
			t.Fatal(err)
		}
	}
	s := NewStore(pool)
	merge := func(at time.Time, found ...Relationship) (m graphsync.Merged) {
		t.Helper()
		if err := pool.InTx(t.Context(), home, func(tx pgx.Tx) (err error) {
			m, err = s.Merge(t.Context(), tx, home, at.Unix(), at, found)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return m
	}
	led := active("5", contoso, noon)
	led.Led, led.Status = true, Expired
	first := []Relationship{active("1", contoso, noon.AddDate(0, 1, 0)), active("2", contoso, noon.AddDate(1, 0, 0)), active("3", fabrikam, noon.AddDate(0, 2, 0)), active("4", stranger, noon.AddDate(0, 2, 0)), led,
		{ID: "6", Name: "Nobody yet", Status: Created, Roles: []string{}}}
	if m := merge(noon, first...); m.Written != 6 || m.Counters["total"] != 5 || m.Counters["led:true"] != 1 || m.Counters["status:active"] != 4 {
		t.Errorf("first: %+v", m)
	}
	if m := merge(noon.Add(time.Hour), first...); m.Written != 0 || m.Gone != 0 {
		t.Errorf("unchanged: %+v", m)
	}
	second := slices.Clone(first[:4])
	second[0].AutoExtend = "P180D"
	if m := merge(noon.Add(2*time.Hour), second...); m.Written != 1 || m.Gone != 2 {
		t.Errorf("one changed, two gone: %+v", m)
	}
	if cs, err := s.Changes(t.Context(), tenant.Only(contoso), "1", 9); err != nil || len(cs) != 1 || cs[0].Field != "auto_extend" || cs[0].New != "P180D" {
		t.Errorf("history %+v, %v", cs, err)
	}
	merge(noon.Add(3*time.Hour), first...)
	if cs, err := s.Changes(t.Context(), tenant.Only(fabrikam), "1", 9); err != nil || len(cs) != 0 {
		t.Errorf("the history of another customer: %+v, %v", cs, err)
	}
	yes := true
	for _, scope := range []tenant.Scope{tenant.Everything(), tenant.Only(contoso), tenant.Only(fabrikam, stranger)} {
		var want []Relationship
		if err := s.Each(t.Context(), scope, Filter{Status: []string{Active, Expiring}, Known: &yes}, func(r Relationship) error { want = append(want, r); return nil }); err != nil {
			t.Fatal(err)
		}
		got, err := s.Working(t.Context(), scope, nil)
		if err != nil || !slices.EqualFunc(got, want, func(a, b Relationship) bool {
			return a.ID == b.ID && a.Name == b.Name && a.Customer == b.Customer && a.CustomerName == b.CustomerName && a.AutoExtend == b.AutoExtend && a.EndsAt.Equal(b.EndsAt) && len(a.Assignments) == len(b.Assignments)
		}) {
			t.Errorf("those that work: %+v, want %+v, %v", got, want, err)
		}
	}
	if got, err := s.Working(t.Context(), tenant.Everything(), []tenant.ID{fabrikam}); err != nil || len(got) != 1 || got[0].ID != "3" {
		t.Errorf("of one customer: %+v, %v", got, err)
	}
	for _, tc := range []struct {
		scope tenant.Scope
		f     Filter
		want  int64
	}{
		{tenant.Everything(), Filter{}, 5}, {tenant.Only(contoso), Filter{}, 2}, {tenant.Only(contoso, fabrikam), Filter{}, 3}, {tenant.Only(), Filter{}, 0}, {tenant.Only(contoso), Filter{Tenants: []tenant.ID{fabrikam}}, 0},
		{tenant.Everything(), Filter{Led: true}, 1}, {tenant.Everything(), Filter{Known: &yes}, 3}, {tenant.Everything(), Filter{Q: "FABRIKAM"}, 1}, {tenant.Everything(), Filter{Q: "old name"}, 1},
		{tenant.Everything(), Filter{Within: 40, Now: noon}, 1}, {tenant.Everything(), Filter{Roles: []string{IntuneAdministrator}}, 4}, {tenant.Everything(), Filter{Roles: []string{GlobalAdministrator}}, 0},
		{tenant.Everything(), Filter{Extends: &yes}, 0}, {tenant.Everything(), Filter{Status: []string{Created}}, 1}, {tenant.Everything(), Filter{Gone: true}, 0},
	} {
		for _, sort := range Sorts {
			seen := map[string]bool{}
			tc.f.Sort, tc.f.Limit, tc.f.After = sort, 2, ""
			for {
				p, err := s.List(t.Context(), tc.scope, tc.f)
				if err != nil || p.Count != tc.want {
					t.Fatalf("%+v: count %d, want %d, %v", tc.f, p.Count, tc.want, err)
				}
				for _, r := range p.Rows {
					seen[r.ID] = true
				}
				if tc.f.After = p.Next; p.Next == "" {
					break
				}
			}
			if int64(len(seen)) != tc.want {
				t.Errorf("%+v: %d seen, want %d", tc.f, len(seen), tc.want)
			}
		}
	}
	one, err1 := s.Get(t.Context(), tenant.Only(contoso), "1")
	two, err2 := s.Get(t.Context(), tenant.Only(contoso), "2")
	if err := errors.Join(err1, err2); err != nil || one.Effective || !two.Effective || !one.Known || one.CustomerName != "Contoso" || one.Home != home || len(one.Assignments) != 2 {
		t.Errorf("%+v\n%+v, %v", one, two, err)
	}
	if r, err := s.Get(t.Context(), tenant.Everything(), "4"); err != nil || r.Known || r.CustomerName != "Old name" || r.Customer != stranger {
		t.Errorf("not one of ours: %+v, %v", r, err)
	}
	for _, foreign := range []string{"3", "6", "x", "\x00"} {
		if _, err := s.Get(t.Context(), tenant.Only(contoso), foreign); !errors.Is(err, errs.NotFound) {
			t.Errorf("%q for who sees Contoso only: %v", foreign, err)
		}
	}
	if ids, err := s.GroupIDs(t.Context(), home); err != nil || !slices.Equal(ids, []string{"g1"}) {
		t.Errorf("groups %v, %v", ids, err)
	}
	if _, err := s.List(t.Context(), tenant.Everything(), Filter{After: "x"}); !errors.Is(err, errs.Invalid) {
		t.Errorf("a bad place: %v", err)
	}
	if _, err := pool.In(tenant.Only(contoso)).Exec(t.Context(), `UPDATE gdap_relationship SET name = 'Mine' WHERE id = '1'`); err != nil {
		t.Fatal(err)
	}
	if r, err := s.Get(t.Context(), tenant.Everything(), "1"); err != nil || r.Name != "Care 1" {
		t.Errorf("who sees the customer wrote the row: %+v, %v", r, err)
	}
}
