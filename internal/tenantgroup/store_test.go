package tenantgroup_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/internal/tenantgroup"
)

func parse(s string) tenant.ID {
	id, err := tenant.ParseID(s)
	if err != nil {
		panic(err)
	}
	return id
}

var (
	firstUp   = parse("f1a50000-0000-4000-8000-000000000001")
	contoso   = parse("c0a70500-0000-4000-8000-000000000002")
	fabrikam  = parse("fab41ca0-0000-4000-8000-000000000003")
	northwind = parse("70470000-0000-4000-8000-000000000004")
	names     = map[tenant.ID]string{firstUp: "First Up Consultants", contoso: "Contoso", fabrikam: "Fabrikam", northwind: "Northwind"}
)

const oid = "aaaaaaaa-0000-4000-8000-00000000000a"

// fleet has the home tenant, Contoso (Swiss, 200 devices), Fabrikam (German, 20) and Northwind (Swiss, never read).
func fleet(t *testing.T) (*tenantgroup.Store, *tenant.Store, *postgres.Pool) {
	t.Helper()
	pool := pgtest.New(t)
	people := tenant.NewStore(pool, firstUp, nil)
	for id, country := range map[tenant.ID]string{firstUp: "CH", contoso: "CH", fabrikam: "DE", northwind: "CH"} {
		if err := people.Upsert(t.Context(), tenant.Everything(), tenant.Tenant{ID: id, DisplayName: names[id], Country: country}); err != nil {
			t.Fatal(err)
		}
	}
	for id, n := range map[tenant.ID]int{contoso: 200, fabrikam: 20} {
		if err := people.SetState(t.Context(), id, tenant.StateConnected, time.Now()); err != nil {
			t.Fatal(err)
		}
		if _, err := pool.In(id).Exec(t.Context(), `INSERT INTO tenant_counter (tenant_id, dataset, key, value, read_at) VALUES ($1, 'devices', 'total', $2, now())`, id, n); err != nil {
			t.Fatal(err)
		}
	}
	return tenantgroup.NewStore(pool), people, pool
}

func in(s tenant.Scope) string {
	var out []string
	for _, id := range s.IDs {
		out = append(out, names[id])
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func want(t *testing.T, what string, err, kind error) {
	t.Helper()
	if kind == nil && err != nil || kind != nil && !errors.Is(err, kind) {
		t.Errorf("%s: error = %v, want %v", what, err, kind)
	}
}

func create(t *testing.T, s *tenantgroup.Store, g tenantgroup.Group) int64 {
	t.Helper()
	id, err := s.Create(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestRules(t *testing.T) {
	t.Parallel()
	s, _, _ := fleet(t)
	ctx := t.Context()
	want(t, "tag Contoso", s.SetTags(ctx, contoso, []string{"gold", "school"}, false), nil)
	want(t, "tag Fabrikam", s.SetTags(ctx, fabrikam, []string{"gold"}, false), nil)
	for name, tc := range map[string]struct {
		g    tenantgroup.Group
		want string
	}{
		"any tag":          {tenantgroup.Group{Tags: []string{"school", "gold"}}, "Contoso Fabrikam"},
		"every tag":        {tenantgroup.Group{Tags: []string{"School", "gold"}, EveryTag: true}, "Contoso"},
		"country":          {tenantgroup.Group{Countries: []string{"CH"}}, "Contoso Northwind"}, // the home tenant is no customer
		"connection":       {tenantgroup.Group{States: []tenant.State{tenant.StateConnected}}, "Contoso Fabrikam"},
		"devices":          {tenantgroup.Group{MinDevices: 21}, "Contoso"},
		"exactly as many":  {tenantgroup.Group{MinDevices: 20}, "Contoso Fabrikam"},
		"name":             {tenantgroup.Group{NamePart: "O"}, "Contoso Northwind"},
		"name is no match": {tenantgroup.Group{NamePart: "%"}, ""},
		"all together":     {tenantgroup.Group{Tags: []string{"gold"}, Countries: []string{"DE", "CH"}, MinDevices: 1, NamePart: "fab"}, "Fabrikam"},
	} {
		tc.g.Name = name
		id := create(t, s, tc.g)
		got, err := s.Members(ctx, tenant.Everything(), id)
		if err != nil || in(got) != tc.want {
			t.Errorf("%s: %q (%v), want %q", name, in(got), err, tc.want)
		}
		if got, err := s.Members(ctx, tenant.Only(fabrikam), id); err != nil || got.Has(contoso) || got.Has(northwind) {
			t.Errorf("%s, seen from Fabrikam: %q (%v)", name, in(got), err)
		}
		g, err := s.Get(ctx, tenant.Only(fabrikam), id)
		if err != nil || g.Count > 1 {
			t.Errorf("%s, counted from Fabrikam: %d (%v)", name, g.Count, err)
		}
	}
	if all, err := s.List(ctx, tenant.Everything()); err != nil || len(all) != 9 || all[0].Name != "all together" || all[0].Count != 1 {
		t.Errorf("List = %+v, %v", all, err)
	}
}

func TestNarrowNeverWidens(t *testing.T) {
	t.Parallel()
	s, _, _ := fleet(t)
	ctx := t.Context()
	want(t, "tag Contoso", s.SetTags(ctx, contoso, []string{"gold"}, false), nil)
	swiss, big := create(t, s, tenantgroup.Group{Name: "Swiss", Countries: []string{"CH"}}), create(t, s, tenantgroup.Group{Name: "Big", MinDevices: 10})
	for name, tc := range map[string]struct {
		scope  tenant.Scope
		groups []int64
		tags   []string
		want   string
	}{
		"one group":            {tenant.Everything(), []int64{swiss}, nil, "Contoso Northwind"},
		"any of two groups":    {tenant.Everything(), []int64{swiss, big, swiss}, nil, "Contoso Fabrikam Northwind"},
		"group and tag":        {tenant.Everything(), []int64{swiss}, []string{"gold"}, "Contoso"},
		"tag that none has":    {tenant.Everything(), nil, []string{"silver"}, ""},
		"within the reach":     {tenant.Only(fabrikam, northwind), []int64{swiss, big}, nil, "Fabrikam Northwind"},
		"nobody in reach":      {tenant.Only(fabrikam), nil, []string{"gold"}, ""},
		"nothing in the reach": {tenant.Only(), []int64{swiss}, nil, ""},
	} {
		got, err := s.Narrow(ctx, tc.scope, tc.groups, tc.tags)
		if err != nil || in(got) != tc.want || got.All {
			t.Errorf("%s: %q (%v), want %q", name, in(got), err, tc.want)
		}
	}
	_, err := s.Narrow(ctx, tenant.Everything(), []int64{swiss, 999}, nil)
	want(t, "unknown group", err, errs.Invalid)
}

func TestTagsStayApart(t *testing.T) {
	t.Parallel()
	s, _, _ := fleet(t)
	ctx := t.Context()
	want(t, "tag", s.SetTags(ctx, contoso, []string{"gold", "school"}, false), nil)
	want(t, "tag", s.SetTags(ctx, fabrikam, []string{"gold"}, false), nil)
	want(t, "tag again", s.SetTags(ctx, contoso, []string{"school", "vip"}, false), nil)
	if got, err := s.TagsOf(ctx, contoso); err != nil || strings.Join(got, " ") != "school vip" {
		t.Errorf("tags of Contoso = %v, %v", got, err)
	}
	if got, err := s.AllTags(ctx, tenant.Only(fabrikam)); err != nil || len(got) != 1 || got[0] != (tenantgroup.Tagged{Tag: "gold", Count: 1}) {
		t.Errorf("tags seen from Fabrikam = %v, %v", got, err)
	}
	if got, err := s.TagsByTenant(ctx, tenant.Everything()); err != nil || len(got) != 2 || len(got[contoso]) != 2 || len(got[fabrikam]) != 1 {
		t.Errorf("tags of all = %v, %v", got, err)
	}
	want(t, "a tag that is not normal", s.SetTags(ctx, contoso, []string{"Gold"}, true), errs.Invalid)
	want(t, "no tags", s.SetTags(ctx, contoso, nil, false), nil)
	if got, _ := s.TagsOf(ctx, contoso); len(got) != 0 {
		t.Errorf("tags that were taken = %v", got)
	}
}

// TestGroupDecidesReach: a group that staff is assigned by counts at each request, and only owners may turn its knobs.
func TestGroupDecidesReach(t *testing.T) {
	t.Parallel()
	s, people, pool := fleet(t)
	ctx := t.Context()
	gold := create(t, s, tenantgroup.Group{Name: "Gold", Tags: []string{"gold"}})
	st := tenant.Staff{UPN: "one@firstup.example", Role: tenant.RoleTechnician, Reach: tenant.ReachGroup, Group: gold}
	id, err := people.CreateStaff(ctx, st)
	want(t, "staff of a group", err, nil)
	want(t, "first sign-in", people.Admit(ctx, tenant.Identity{Tenant: firstUp, ObjectID: oid, Subject: "s", UPN: st.UPN}), nil)
	reach := func() string {
		t.Helper()
		r, err := people.Resolve(ctx, tenant.Identity{Tenant: firstUp, ObjectID: oid})
		if err != nil || r.Reach.All {
			t.Fatalf("Resolve = %+v, %v", r, err)
		}
		return in(r.Reach)
	}
	if got := reach(); got != "" {
		t.Errorf("reach before anybody is tagged = %q", got)
	}
	want(t, "a technician gives the tag", s.SetTags(ctx, contoso, []string{"gold"}, false), errs.Forbidden)
	want(t, "an owner gives it", s.SetTags(ctx, contoso, []string{"gold"}, true), nil)
	if got := reach(); got != "Contoso" {
		t.Errorf("reach = %q, want Contoso", got)
	}
	want(t, "a technician takes it", s.SetTags(ctx, contoso, nil, false), errs.Forbidden)
	want(t, "a technician adds another tag", s.SetTags(ctx, contoso, []string{"gold", "school"}, false), nil)
	want(t, "a technician changes the rule", s.Update(ctx, tenantgroup.Group{ID: gold, Name: "Gold", Countries: []string{"DE"}}, false), errs.Forbidden)
	want(t, "an owner changes the rule", s.Update(ctx, tenantgroup.Group{ID: gold, Name: "Gold", Countries: []string{"DE"}}, true), nil)
	if got := reach(); got != "Fabrikam" {
		t.Errorf("reach after the rule changed = %q, want Fabrikam", got)
	}
	want(t, "the group is deleted", s.Delete(ctx, gold), errs.Conflict)
	want(t, "a new customer", tenant.Assign(ctx, pool.In(northwind), id, northwind), nil)
	if got := reach(); got != "Fabrikam Northwind" {
		t.Errorf("reach with one listed = %q", got)
	}
	want(t, "reach by listing", people.UpdateStaff(ctx, tenant.Staff{ID: id, UPN: st.UPN, Role: tenant.RoleSupport, Reach: tenant.ReachChosen, Tenants: []tenant.ID{contoso}}), nil)
	if got := reach(); got != "Contoso" {
		t.Errorf("reach by listing = %q", got)
	}
	want(t, "the group is deleted now", s.Delete(ctx, gold), nil)
	_, err = people.CreateStaff(ctx, tenant.Staff{UPN: "two@firstup.example", Role: tenant.RoleSupport, Reach: tenant.ReachGroup, Group: gold})
	want(t, "staff of a group that is gone", err, errs.Invalid)
	_, err = people.CreateStaff(ctx, tenant.Staff{UPN: "two@firstup.example", Role: tenant.RoleSupport, Reach: tenant.ReachGroup})
	want(t, "staff of no group", err, errs.Invalid)
}

func TestGroupsThatAreRefused(t *testing.T) {
	t.Parallel()
	s, _, _ := fleet(t)
	create(t, s, tenantgroup.Group{Name: "Swiss", Countries: []string{"CH"}})
	for name, g := range map[string]tenantgroup.Group{
		"no name": {Countries: []string{"CH"}}, "no rule": {Name: "x"}, "long name": {Name: strings.Repeat("x", 61), MinDevices: 1}, "control": {Name: "a\x00", MinDevices: 1},
		"country": {Name: "x", Countries: []string{"Switzerland"}}, "state": {Name: "x", States: []tenant.State{"fine"}}, "negative": {Name: "x", MinDevices: -1},
		"tag": {Name: "x", Tags: []string{"<script>"}},
	} {
		_, err := s.Create(t.Context(), g)
		want(t, name, err, errs.Invalid)
	}
	_, err := s.Create(t.Context(), tenantgroup.Group{Name: "SWISS", MinDevices: 1})
	want(t, "a name twice", err, errs.Conflict)
	want(t, "change of none", s.Update(t.Context(), tenantgroup.Group{ID: 99, Name: "x", MinDevices: 1}, true), errs.NotFound)
	want(t, "deletion of none", s.Delete(t.Context(), 99), errs.NotFound)
}

func TestTags(t *testing.T) {
	got, err := tenantgroup.Tags(" Gold , gold;Année  scolaire\r\nvip/1,,")
	if err != nil || strings.Join(got, " ") != "année-scolaire gold vip/1" {
		t.Errorf("Tags = %q, %v", got, err)
	}
	for _, bad := range []string{"<b>", "a\x00b", "---", strings.Repeat("x", 41), "=1+1", "a b\xff"} {
		if got, err := tenantgroup.Tags(bad); !errors.Is(err, errs.Invalid) {
			t.Errorf("Tags(%q) = %q, %v", bad, got, err)
		}
	}
}
