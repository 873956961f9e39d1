package directoryrole

import (
	"slices"
	"strings"
	"testing"
	"time"

	gojson "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/migrations"
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

func TestFromGraph(t *testing.T) {
	roles := map[string]role{"d1": {"62e90394", "Global Administrator"}, "c1": {"c1", "Ours\uFFFD"}}
	for name, tc := range map[string]struct {
		body string
		want Assignment
	}{
		"a person, a definition with an id of its own": {
			`{"id":"A1","principalId":"U1","roleDefinitionId":"D1","directoryScopeId":"/","principal":{"@odata.type":"#microsoft.graph.user","id":"U1","displayName":"Eve","userPrincipalName":"eve@contoso.example","accountEnabled":false}}`,
			Assignment{ID: "A1", Role: "62e90394", RoleName: "Global Administrator", Principal: "u1", Type: "user", Name: "Eve", UPN: "eve@contoso.example", Enabled: new(bool), Scope: "/"},
		},
		"a program, over a part, a role of the customer's own": {
			`{"id":"a","principalId":"s","roleDefinitionId":"c1","directoryScopeId":"/administrativeUnits/x","principal":{"@odata.type":"#microsoft.graph.servicePrincipal","displayName":"Robot"}}`,
			Assignment{ID: "a", Role: "c1", RoleName: "Ours\uFFFD", Principal: "s", Type: "servicePrincipal", Name: "Robot", Scope: "/administrativeUnits/x"},
		},
		"not expanded, a definition that was not listed": {`{"id":"a","principalId":"u","roleDefinitionId":"x","principal":null}`, Assignment{ID: "a", Role: "x", Principal: "u"}},
		"nobody holds it":       {`{"id":"a","roleDefinitionId":"x"}`, Assignment{Role: "x"}},
		"no role":               {`{"id":"a","principalId":"u"}`, Assignment{Principal: "u"}},
		"too long for an index": {`{"id":"` + strings.Repeat("a", 401) + `","principalId":"u","roleDefinitionId":"x"}`, Assignment{Role: "x", Principal: "u"}},
	} {
		var w graph.DirectoryRoleAssignment
		if err := gojson.Unmarshal([]byte(tc.body), &w); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got := fromGraph(w, roles)
		if (got.Enabled == nil) != (tc.want.Enabled == nil) || got.Enabled != nil && *got.Enabled != *tc.want.Enabled {
			t.Errorf("%s: enabled %v", name, got.Enabled)
		}
		if got.Enabled, tc.want.Enabled = nil, nil; got != tc.want {
			t.Errorf("%s:\n got %+v\nwant %+v", name, got, tc.want)
		}
	}
}

func FuzzFromGraph(f *testing.F) {
	f.Add([]byte(`{"id":"a\u0000","principalId":"\ud800","roleDefinitionId":" ","directoryScopeId":null,"principal":{"@odata.type":7,"displayName":[]}}`))
	opts := gojson.JoinOptions(jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
	f.Fuzz(func(t *testing.T, body []byte) {
		var w graph.DirectoryRoleAssignment
		if gojson.Unmarshal(body, &w, opts) != nil {
			return
		}
		a := fromGraph(w, nil)
		for _, s := range []string{a.ID, a.Role, a.Principal, a.Type, a.Name, a.UPN, a.Scope} {
			if !postgres.Printable(s) {
				t.Errorf("Postgres cannot hold %q", s)
			}
		}
	})
}

// again fills the history with who got a role since the first read, from the assignments that there are, as the migration does that began to
// keep it.
func again(t *testing.T, pool *postgres.Pool) {
	t.Helper()
	made, err := migrations.FS.ReadFile("0331_grant_change.sql")
	if err != nil {
		t.Fatal(err)
	}
	_, fill, _ := strings.Cut(string(made), "INSERT INTO directory_role_change")
	for _, sql := range []string{`DELETE FROM directory_role_change`, `INSERT INTO directory_role_change` + fill} {
		if _, err := pool.In(tenant.Everything()).Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
}

// TestStore: who holds a role by themselves and by a group, at two tenants; what is not known of groups; and what ended.
func TestStore(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	s := NewStore(pool)
	merge := func(tid tenant.ID, at time.Time, found ...Assignment) graphsync.Merged {
		t.Helper()
		var m graphsync.Merged
		if err := pool.InTx(t.Context(), tid, func(tx pgx.Tx) (err error) {
			m, err = s.Merge(t.Context(), tx, tid, at.Unix(), at, found)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return m
	}
	held := func(scope tenant.Scope, f Filter) string {
		t.Helper()
		var said []string
		if err := s.Each(t.Context(), scope, f, func(h Holding) error {
			said = append(said, h.Tenant.String()[:1]+" "+h.Principal+" "+h.Role+" "+h.GroupName)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return strings.Join(said, "; ")
	}
	eve, g1 := Assignment{ID: "a1", Role: "admin", RoleName: "Admin", Principal: "eve", Type: "user", Name: "Eve", Scope: "/"}, Assignment{ID: "a2", Role: "reader", Principal: "g1", Type: "group", Name: "Readers", Scope: "/"}
	if m := merge(contoso, noon, eve, g1, Assignment{ID: "a3", Role: "admin", Principal: "g2", Type: "group", Scope: "/"}); m.Written != 3 || m.Counters["total"] != 3 {
		t.Errorf("first: %+v", m)
	}
	merge(fabrikam, noon, Assignment{ID: "a1", Role: "admin", Principal: "eve", Type: "", Scope: "/"})
	if m := merge(contoso, noon, eve, g1, Assignment{ID: "a3", Role: "admin", Principal: "g2", Type: "group", Scope: "/"}); m.Written != 0 {
		t.Errorf("the same again: %+v", m)
	}
	unseen := func(f Filter) map[tenant.ID]int {
		t.Helper()
		n, err := s.Unseen(t.Context(), tenant.Everything(), f)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := unseen(Filter{}); len(n) != 1 || n[contoso] != 2 {
		t.Errorf("no group was looked into: %v", n)
	}
	for _, sql := range []string{
		`INSERT INTO directory_group (tenant_id, id, name, dynamic, gone, members_read, members) VALUES ($1, 'g1', '', false, false, true, 1), ($1, 'g3', '', false, false, true, 1)`,
		`INSERT INTO directory_group_member (tenant_id, group_id, id, type, name, upn, direct) VALUES ($1, 'g1', 'ben', 'user', 'Ben', '', true), ($1, 'g1', 'g3', 'group', '', '', true), ($1, 'g3', 'nobody', 'user', '', '', true)`,
	} {
		if _, err := pool.In(contoso).Exec(t.Context(), sql, contoso); err != nil {
			t.Fatal(err)
		}
	}
	if n := unseen(Filter{}); n[contoso] != 1 {
		t.Errorf("one was not looked into: %v", n)
	}
	if n := unseen(Filter{Roles: []string{"reader"}, Tenants: []tenant.ID{contoso}}); len(n) != 0 {
		t.Errorf("that of readers was: %v", n)
	}
	for _, tc := range []struct {
		scope tenant.Scope
		f     Filter
		want  string
	}{
		{tenant.Everything(), Filter{}, "1 ben reader Readers; 1 eve admin ; 2 eve admin "},
		{tenant.Only(fabrikam), Filter{}, "2 eve admin "},
		{tenant.Everything(), Filter{Tenants: []tenant.ID{contoso}, Holders: []string{"ben"}}, "1 ben reader Readers"},
		{tenant.Everything(), Filter{Roles: []string{"admin"}}, "1 eve admin ; 2 eve admin "},
		{tenant.Only(fabrikam), Filter{Tenants: []tenant.ID{contoso}}, ""},
		{tenant.Everything(), Filter{Gone: true}, ""},
	} {
		if got := held(tc.scope, tc.f); got != tc.want {
			t.Errorf("%+v: %q, want %q", tc.f, got, tc.want)
		}
	}
	for _, tc := range []struct {
		scope tenant.Scope
		of    []tenant.Account
		want  string
	}{
		{tenant.Everything(), nil, ""}, {tenant.Everything(), []tenant.Account{{Tenant: contoso, ID: "ben"}, {Tenant: fabrikam, ID: "ben"}, {Tenant: fabrikam, ID: "eve"}, {Tenant: contoso, ID: "g1"}, {Tenant: contoso, ID: "g3"}}, "1 ben reader Readers; 2 eve admin "},
		{tenant.Only(contoso), []tenant.Account{{Tenant: fabrikam, ID: "eve"}, {Tenant: contoso, ID: "eve"}}, "1 eve admin "},
	} {
		var said []string
		if err := s.EachOf(t.Context(), tc.scope, tc.of, func(h Holding) error {
			said = append(said, h.Tenant.String()[:1]+" "+h.Principal+" "+h.Role+" "+h.GroupName)
			return nil
		}); err != nil || strings.Join(said, "; ") != tc.want {
			t.Errorf("of %v: %q, want %q, %v", tc.of, said, tc.want, err)
		}
	}
	if ids, err := s.GroupIDs(t.Context(), contoso); err != nil || !slices.Equal(ids, []string{"g1", "g2"}) {
		t.Errorf("groups %v, %v", ids, err)
	}
	if m := merge(contoso, noon.Add(time.Hour), g1); m.Gone != 2 {
		t.Errorf("gone: %+v", m)
	}
	merge(contoso, noon.Add(2*time.Hour), g1, eve, Assignment{ID: "a4", Role: "reader", Principal: "ben", Type: "user", Scope: "/"})
	for _, how := range []string{"as it was read", "what is new, as the migration makes it of what is there"} {
		want := "a1 1 false>true; a3 1 false>true; a1 2 true>false; a4 2 >false"
		if how != "as it was read" {
			again(t, pool)
			want = "a4 2 >false"
		}
		var got string
		if err := pool.In(tenant.Everything()).QueryRow(t.Context(), `
			SELECT string_agg(assignment_id || ' ' || extract(hour FROM at - $1)::int || ' ' || old || '>' || new, '; ' ORDER BY at, assignment_id)
			FROM   directory_role_change WHERE field = 'gone'`, noon).Scan(&got); err != nil || got != want {
			t.Errorf("%s: %q, want %q, %v", how, got, want, err)
		}
	}
	merge(contoso, noon.Add(3*time.Hour), g1)
	if got := held(tenant.Only(contoso), Filter{Gone: true, Roles: []string{"admin"}}); got != "1 eve admin " {
		t.Errorf("what ended: %q", got)
	}
	if _, err := s.Unseen(t.Context(), tenant.Everything(), Filter{Roles: []string{"\x00"}}); err == nil {
		t.Error("a filter that Postgres cannot hold")
	}
}
