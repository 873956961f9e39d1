package intunerole

import (
	"errors"
	"fmt"
	"slices"
	"strings"
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

func merge(t *testing.T, pool *postgres.Pool, s *Store, tid tenant.ID, at time.Time, r Read) (m graphsync.Merged) {
	t.Helper()
	if err := pool.InTx(t.Context(), tid, func(tx pgx.Tx) (err error) {
		m, err = s.Merge(t.Context(), tx, tid, at.Unix(), at, r)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return m
}

func some(n int) (r Read) {
	for i := range n {
		role := Role{ID: fmt.Sprintf("r%02d", i), Name: fmt.Sprintf("Role %02d", i), BuiltIn: i%2 == 0, Allowed: []string{"Microsoft.Intune_ManagedDevices_Read"}}
		if i%2 == 0 {
			role.Allowed = append(role.Allowed, Wipe)
			r.Assignments = append(r.Assignments, Assignment{ID: fmt.Sprintf("a%02d", i), RoleID: role.ID, Name: fmt.Sprintf("Given %02d", i), Members: []string{"g1", "g2"}, ScopeType: "allDevices"})
		}
		r.Roles = append(r.Roles, role)
	}
	r.Operations = []Operation{{Wipe, "Remote tasks", "Wipe", "Erases"}, {"Microsoft.Intune_ManagedDevices_Read", "Managed devices", "Read", ""}}
	return r
}

func TestMergeWritesOnlyWhatChanged(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	if m := merge(t, pool, s, contoso, noon, some(4)); m.Written != 4+2+2 || m.Counters["total"] != 4 || m.Counters["assignments"] != 2 || m.Counters["assigned:true"] != 2 {
		t.Errorf("first: %+v", m)
	}
	twice := some(4)
	twice.Roles = append(twice.Roles, some(4).Roles...)
	if m := merge(t, pool, s, contoso, noon.Add(time.Hour), twice); m.Written != 0 || m.Gone != 0 {
		t.Errorf("unchanged, every role twice: %+v", m)
	}
	r := some(3)
	r.Roles[0].Allowed = []string{Wipe, "Microsoft.Intune_RemoteTasks_Retire"}
	r.Assignments[0].Members = []string{"g2", "g3"}
	r.Assignments = r.Assignments[:1]
	if m := merge(t, pool, s, contoso, noon.Add(2*time.Hour), r); m.Written != 3 || m.Gone != 2 {
		t.Errorf("a role and an assignment changed, one of each is gone: %+v", m)
	}
	cs, err := s.Changes(t.Context(), contoso, "r00", 9)
	if err != nil {
		t.Fatal(err)
	}
	if len(cs) != 2 || cs[0].Field != "allowed" || cs[0].Old != "Microsoft.Intune_ManagedDevices_Read" || cs[0].New != "Microsoft.Intune_RemoteTasks_Retire" || cs[1].Field != "assignment.members" || cs[1].Old != "g1" || cs[1].New != "g3" {
		t.Errorf("changes %+v", cs)
	}
	if cs, _ := s.Changes(t.Context(), contoso, "r02", 9); len(cs) != 1 || cs[0].Field != "assignment" || cs[0].Subject != "Given 02" || cs[0].New != "" {
		t.Errorf("an assignment that is gone: %+v", cs)
	}
	if g, err := s.Get(t.Context(), contoso, "r03"); err != nil || g.GoneAt.IsZero() {
		t.Errorf("%+v, %v", g, err)
	}
	merge(t, pool, s, contoso, noon.Add(3*time.Hour), some(4))
	if g, err := s.Get(t.Context(), contoso, "r03"); err != nil || !g.GoneAt.IsZero() || g.TenantName != "Contoso" {
		t.Errorf("back: %+v, %v", g, err)
	}
	if cs, _ := s.Changes(t.Context(), contoso, "r03", 9); len(cs) != 2 || cs[0].New != "false" || cs[1].New != "true" {
		t.Errorf("gone and back: %+v", cs)
	}
}

func TestListsPageInEveryOrder(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	merge(t, pool, s, contoso, noon, some(13))
	merge(t, pool, s, fabrikam, noon, some(4))
	walk := func(name string, one func(after string) (ids []string, next string, count int64, err error)) {
		t.Helper()
		seen := map[string]bool{}
		for after := ""; ; {
			ids, next, count, err := one(after)
			if err != nil {
				t.Fatal(err)
			}
			for _, i := range ids {
				seen[i] = true
			}
			if after = next; next == "" {
				if int64(len(seen)) != count {
					t.Errorf("%s: %d seen of %d", name, len(seen), count)
				}
				return
			}
		}
	}
	for _, scope := range []tenant.Scope{tenant.Everything(), tenant.Only(contoso, fabrikam), tenant.Only(contoso)} {
		for _, desc := range []bool{false, true} {
			for _, sort := range Sorts {
				walk(sort, func(after string) (ids []string, next string, count int64, err error) {
					p, err := s.List(t.Context(), scope, Filter{Sort: sort, Desc: desc, After: after, Limit: 4})
					for _, r := range p.Rows {
						ids = append(ids, r.Tenant.String()+r.ID)
					}
					return ids, p.Next, p.Count, err
				})
			}
			for _, sort := range AssignmentSorts {
				walk(sort, func(after string) (ids []string, next string, count int64, err error) {
					p, err := s.Assignments(t.Context(), scope, AssignmentFilter{Sort: sort, Desc: desc, After: after, Limit: 2})
					for _, r := range p.Rows {
						ids = append(ids, r.Tenant.String()+r.ID)
					}
					return ids, p.Next, p.Count, err
				})
			}
		}
	}
}

func TestFilters(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	merge(t, pool, s, contoso, noon, some(10))
	yes, no := true, false
	for _, tc := range []struct {
		f    Filter
		want int64
	}{
		{Filter{}, 10}, {Filter{Q: "ROLE 03"}, 1}, {Filter{Q: "%"}, 0}, {Filter{Can: []string{Wipe}}, 5}, {Filter{Can: []string{"wipe"}}, 0}, {Filter{BuiltIn: &no}, 5},
		{Filter{Assigned: &yes, BuiltIn: &no}, 0}, {Filter{Tenants: []tenant.ID{fabrikam}}, 0}, {Filter{Gone: true}, 0},
	} {
		if p, err := s.List(t.Context(), tenant.Everything(), tc.f); err != nil || p.Count != tc.want || int64(len(p.Rows)) != tc.want {
			t.Errorf("%+v: %d, %d, %v, want %d", tc.f, p.Count, len(p.Rows), err, tc.want)
		}
	}
	for _, tc := range []struct {
		f    AssignmentFilter
		want int64
	}{
		{AssignmentFilter{}, 5}, {AssignmentFilter{Can: []string{Wipe}}, 5}, {AssignmentFilter{Can: []string{"x"}}, 0}, {AssignmentFilter{RoleID: "r02"}, 1}, {AssignmentFilter{Q: "role 04"}, 1}, {AssignmentFilter{Q: "given 04"}, 1},
	} {
		if p, err := s.Assignments(t.Context(), tenant.Everything(), tc.f); err != nil || p.Count != tc.want || int64(len(p.Rows)) != tc.want {
			t.Errorf("%+v: %d, %v, want %d", tc.f, p.Count, err, tc.want)
		}
	}
	for _, f := range []Filter{{Sort: "x"}, {After: "x"}, {Q: "\x00"}, {Can: []string{"\xff"}}} {
		if _, err := s.List(t.Context(), tenant.Everything(), f); !errors.Is(err, errs.Invalid) {
			t.Errorf("%+v: %v", f, err)
		}
	}
	for _, f := range []AssignmentFilter{{Sort: "x"}, {After: "x"}, {RoleID: "\x00"}} {
		if _, err := s.Assignments(t.Context(), tenant.Everything(), f); !errors.Is(err, errs.Invalid) {
			t.Errorf("%+v: %v", f, err)
		}
	}
}

// TestGoneRoleAllowsNothing: an assignment may outlive its role for a moment, between two paths of one read.
func TestGoneRoleAllowsNothing(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	merge(t, pool, s, contoso, noon, some(1))
	r := some(1)
	r.Roles = nil
	merge(t, pool, s, contoso, noon.Add(time.Hour), r)
	if n, err := s.CountAssignments(t.Context(), tenant.Only(contoso), AssignmentFilter{Can: []string{Wipe}}); err != nil || n != 0 {
		t.Errorf("%d, %v", n, err)
	}
}

func TestStoreKeepsTenantsApart(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	merge(t, pool, s, fabrikam, noon, some(3))
	merge(t, pool, s, fabrikam, noon.Add(time.Hour), some(2))
	merge(t, pool, s, contoso, noon.Add(time.Hour), Read{})
	other := tenant.Only(contoso)
	if _, err := s.Get(t.Context(), contoso, "r00"); !errors.Is(err, errs.NotFound) {
		t.Errorf("Get: %v", err)
	}
	if r, err := s.Get(t.Context(), fabrikam, "r00"); err != nil || !r.GoneAt.IsZero() {
		t.Errorf("Get at its own: %+v, %v", r, err)
	}
	if p, err := s.List(t.Context(), other, Filter{Tenants: []tenant.ID{fabrikam}}); err != nil || len(p.Rows) != 0 || p.Count != 0 {
		t.Errorf("List: %+v, %v", p, err)
	}
	if n, err := s.Count(t.Context(), other, Filter{}); err != nil || n != 0 {
		t.Errorf("Count: %d, %v", n, err)
	}
	if p, err := s.Assignments(t.Context(), other, AssignmentFilter{}); err != nil || len(p.Rows) != 0 || p.Count != 0 {
		t.Errorf("Assignments: %+v, %v", p, err)
	}
	if n, err := s.CountAssignments(t.Context(), other, AssignmentFilter{}); err != nil || n != 0 {
		t.Errorf("CountAssignments: %d, %v", n, err)
	}
	if o, err := s.Operations(t.Context(), contoso); err != nil || len(o) != 0 {
		t.Errorf("Operations: %+v, %v", o, err)
	}
	if o, err := s.OperationsAcrossTenants(t.Context(), other); err != nil || len(o) != 0 {
		t.Errorf("OperationsAcrossTenants: %+v, %v", o, err)
	}
	if o, err := s.OperationsAcrossTenants(t.Context(), tenant.Everything()); err != nil || len(o) != 2 {
		t.Errorf("OperationsAcrossTenants of all: %+v, %v", o, err)
	}
	if c, err := s.Changes(t.Context(), contoso, "r02", 9); err != nil || len(c) != 0 {
		t.Errorf("Changes: %+v, %v", c, err)
	}
	if u, err := s.UnseenOf(t.Context(), contoso, "r00"); err != nil || u != (Unseen{}) {
		t.Errorf("UnseenOf: %+v, %v", u, err)
	}
	if err := s.Each(t.Context(), other, Filter{}, func(r Role) error { return fmt.Errorf("saw %s", r.ID) }); err != nil {
		t.Errorf("Each: %v", err)
	}
	if err := s.EachAssignment(t.Context(), other, AssignmentFilter{}, func(a Assignment) error { return fmt.Errorf("saw %s", a.ID) }); err != nil {
		t.Errorf("EachAssignment: %v", err)
	}
}

func TestFromGraph(t *testing.T) {
	var w graph.RoleDefinition
	if err := gojson.Unmarshal([]byte(`{"id":"r","displayName":"Help desk","isBuiltIn":true,"rolePermissions":[{"resourceActions":[
		{"allowedResourceActions":["b","a","a",""],"notAllowedResourceActions":["b"]},{"allowedResourceActions":["b2"]}]},{"resourceActions":null}],"tomorrow":{}}`), &w); err != nil {
		t.Fatal(err)
	}
	if r := roleFromGraph(w); !slices.Equal(r.Allowed, []string{"a", "b2"}) || !slices.Equal(r.Denied, []string{"b"}) || !r.BuiltIn {
		t.Errorf("%+v", r)
	}
	if a := assignmentFromGraph(graph.RoleAssignment{ID: "x", Members: []string{"g", "g"}, Role: &graph.RoleDefinition{ID: strings.Repeat("x", 500)}}); a.RoleID != "" || len(a.Members) != 1 || a.Scopes == nil {
		t.Errorf("%+v", a)
	}
}

// TestSilentRole: a role allows nothing where it says so, and not where it does not say what it allows.
func TestSilentRole(t *testing.T) {
	for body, want := range map[string]bool{
		`{"rolePermissions":[]}`: true,
		`{"rolePermissions":[{"resourceActions":[{"allowedResourceActions":[],"notAllowedResourceActions":null}]}]}`: true,
		`{"rolePermissions":[{"resourceActions":[{"allowedResourceActions":["a"]}]}]}`:                               true,
		`{}`:                       false,
		`{"rolePermissions":null}`: false,
		`{"rolePermissions":[{}]}`: false,
		`{"rolePermissions":[{"resourceActions":[{}]}]}`:                                          false,
		`{"rolePermissions":[{"resourceActions":[{"allowedResourceActions":["a", null]}]}]}`:      false,
		`{"rolePermissions":[{"resourceActions":[{"allowedResourceActions":["a"]}]}, {"x":"y"}]}`: false,
	} {
		var w graph.RoleDefinition
		if err := gojson.Unmarshal([]byte(body), &w); err != nil {
			t.Fatal(err)
		}
		if got := tells(w); got != want {
			t.Errorf("%s tells: %t", body, got)
		}
	}
}

func FuzzFromGraph(f *testing.F) {
	f.Add([]byte(`{"id":"x","members":["\u0000"],"rolePermissions":[{"resourceActions":[{}]}],"roleDefinition":null}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var r graph.RoleDefinition
		var a graph.RoleAssignment
		opts := gojson.JoinOptions(jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
		if gojson.Unmarshal(body, &r, opts) == nil {
			x := roleFromGraph(r)
			for _, s := range append([]string{x.ID, x.Name, x.Description}, x.Allowed...) {
				if !postgres.Printable(s) {
					t.Errorf("Postgres cannot hold %q", s)
				}
			}
		}
		if gojson.Unmarshal(body, &a, opts) == nil {
			x := assignmentFromGraph(a)
			for _, s := range append([]string{x.ID, x.RoleID, x.Name, x.ScopeType}, x.Members...) {
				if !postgres.Printable(s) {
					t.Errorf("Postgres cannot hold %q", s)
				}
			}
		}
	})
}

func TestHolders(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	for _, tid := range []tenant.ID{contoso, fabrikam} {
		merge(t, pool, s, tid, noon, some(4))
	}
	// g1 was read and has a group inside it; g2 was not looked into at Contoso, and is gone at Fabrikam
	for tid, gone := range map[tenant.ID]bool{contoso: false, fabrikam: true} {
		if _, err := pool.In(tid).Exec(t.Context(), `
			INSERT INTO directory_group (tenant_id, id, name, dynamic, gone, members_read, members) VALUES ($1, 'g1', 'IT', false, false, true, 2), ($1, 'g2', '', false, $2, false, 0)`, tid, gone); err != nil {
			t.Fatal(err)
		}
		if _, err := pool.In(tid).Exec(t.Context(), `
			INSERT INTO directory_group_member (tenant_id, group_id, id, type, name, upn, enabled, direct)
			VALUES ($1, 'g1', 'u1', 'user', 'Adele', 'adele@contoso.example', true, true), ($1, 'g1', 'u2', 'user', '', '', NULL, false), ($1, 'g1', 'g5', 'group', 'Contractors', '', NULL, true),
			       ($1, 'g7', 'u3', 'user', 'Holds nothing', '', true, true)`, tid); err != nil {
			t.Fatal(err)
		}
		allow(t, pool, tid)
	}
	can := HolderFilter{Can: []string{Wipe}}
	page, err := s.Holders(t.Context(), tenant.Only(contoso), can)
	if err != nil || page.Count != 2 || len(page.Rows) != 2 {
		t.Fatalf("%+v, %v", page, err)
	}
	if a := page.Rows[0]; a.Name != "Adele" || a.Nested || a.Enabled == nil || !*a.Enabled || len(a.Roles) != 2 || len(a.Assignments) != 2 || a.TenantName != "Contoso" || !slices.Equal(a.Scopes, []string{"allDevices"}) {
		t.Errorf("Adele: %+v", a)
	}
	if b := page.Rows[1]; b.ID != "u2" || !b.Nested || b.Enabled != nil {
		t.Errorf("who may not be named: %+v", b)
	}
	for _, tc := range []struct {
		scope tenant.Scope
		f     HolderFilter
		want  int
	}{
		{tenant.Everything(), can, 4}, {tenant.Everything(), HolderFilter{Can: []string{"Microsoft.Intune_Nothing_At_All"}}, 0}, {tenant.Everything(), HolderFilter{Can: can.Can, Q: "ADELE"}, 2},
		{tenant.Everything(), HolderFilter{Can: can.Can, Tenants: []tenant.ID{fabrikam}}, 2}, {tenant.Only(contoso), HolderFilter{Can: can.Can, Tenants: []tenant.ID{fabrikam}}, 0},
		{tenant.Only(contoso), HolderFilter{Role: "r00"}, 2}, {tenant.Only(contoso), HolderFilter{Role: "r01"}, 0}, {tenant.Everything(), HolderFilter{Role: "r00", Can: can.Can}, 4}, {tenant.Only(contoso), HolderFilter{Role: "r00", Q: "adele"}, 1},
	} {
		for _, sort := range HolderSorts {
			seen := map[string]bool{}
			tc.f.Sort, tc.f.Limit, tc.f.After = sort, 1, ""
			for {
				page, err := s.Holders(t.Context(), tc.scope, tc.f)
				if err != nil || page.Count != int64(tc.want) {
					t.Fatalf("%+v: %+v, %v", tc.f, page, err)
				}
				for _, h := range page.Rows {
					seen[h.Tenant.String()+h.ID] = true
				}
				if tc.f.After = page.Next; page.Next == "" {
					break
				}
			}
			if len(seen) != tc.want {
				t.Errorf("%+v: %d seen, want %d", tc.f, len(seen), tc.want)
			}
		}
	}
	for tid, want := range map[tenant.ID]Unseen{contoso: {1, 1, 0}, fabrikam: {0, 0, 1}} {
		if u, err := s.UnseenBy(t.Context(), tenant.Only(tid), can.Can, nil); err != nil || u != want {
			t.Errorf("%s: %+v, %v, want %+v", tid, u, err, want)
		}
		if u, err := s.UnseenOf(t.Context(), tid, "r00"); err != nil || u != want {
			t.Errorf("%s: of one role %+v, %v, want %+v", tid, u, err, want)
		}
		if u, err := s.UnseenOf(t.Context(), tid, "r01"); err != nil || u != (Unseen{}) {
			t.Errorf("%s: of a role given to nobody %+v, %v", tid, u, err)
		}
	}
	if u, err := s.UnseenBy(t.Context(), tenant.Everything(), can.Can, []tenant.ID{fabrikam}); err != nil || u != (Unseen{0, 0, 1}) {
		t.Errorf("one of all: %+v, %v", u, err)
	}
	if members, scopes, err := s.GroupIDs(t.Context(), contoso); err != nil || !slices.Equal(members, []string{"g1", "g2"}) || len(scopes) != 0 {
		t.Errorf("groups %v, %v, %v", members, scopes, err)
	}
	if _, err := s.Holders(t.Context(), tenant.Everything(), HolderFilter{Can: can.Can, After: "x"}); !errors.Is(err, errs.Invalid) {
		t.Errorf("a bad place: %v", err)
	}
}

// allow has what is stored of who holds roles follow groups that a test wrote itself.
func allow(t *testing.T, pool *postgres.Pool, tid tenant.ID) {
	t.Helper()
	if _, err := pool.In(tid).Exec(t.Context(), `SELECT intune_allow($1)`, tid); err != nil {
		t.Fatal(err)
	}
}
