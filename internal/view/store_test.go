package view_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/internal/view"
)

func parse(s string) tenant.ID {
	id, err := tenant.ParseID(s)
	if err != nil {
		panic(err)
	}
	return id
}

var (
	contoso  = parse("c0a70500-0000-4000-8000-000000000002")
	fabrikam = parse("fab41ca0-0000-4000-8000-000000000003")
)

// team is a store and three of the staff: who reaches Contoso, who reaches Fabrikam, and an owner.
func team(t *testing.T) (s *view.Store, atContoso, atFabrikam, owner view.Reader, people *tenant.Store) {
	t.Helper()
	pool := pgtest.New(t)
	people = tenant.NewStore(pool, parse("f1a50000-0000-4000-8000-000000000001"), nil)
	hire := func(upn string, role tenant.Role, reach tenant.ReachKind) int64 {
		id, err := people.CreateStaff(t.Context(), tenant.Staff{UPN: upn, Role: role, Reach: reach})
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	atContoso = view.Reader{Staff: hire("one@firstup.example", tenant.RoleTechnician, tenant.ReachChosen), Reach: tenant.Only(contoso), Share: true}
	atFabrikam = view.Reader{Staff: hire("two@firstup.example", tenant.RoleTechnician, tenant.ReachChosen), Reach: tenant.Only(fabrikam), Share: true}
	owner = view.Reader{Staff: hire("owner@firstup.example", tenant.RoleOwner, tenant.ReachAll), Reach: tenant.Everything(), Owner: true, Share: true}
	return view.NewStore(pool), atContoso, atFabrikam, owner, people
}

func save(t *testing.T, s *view.Store, who view.Reader, name, state string, shared bool) int64 {
	t.Helper()
	id, err := s.Create(t.Context(), who, view.View{List: "/devices", Name: name, State: state, Shared: shared})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func names(t *testing.T, s *view.Store, who view.Reader) string {
	t.Helper()
	found, err := s.List(t.Context(), who)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, v := range found {
		out = append(out, v.Name)
	}
	return strings.Join(out, ", ")
}

func want(t *testing.T, what string, err, kind error) {
	t.Helper()
	if kind == nil && err != nil || kind != nil && !errors.Is(err, kind) {
		t.Errorf("%s: error = %v, want %v", what, err, kind)
	}
}

func TestWhoSeesWhichView(t *testing.T) {
	t.Parallel()
	s, one, two, owner, _ := team(t)
	mine := save(t, s, one, "Mine", "os=iOS", false)
	shared := save(t, s, one, "Shared", "os=iOS&view=9&after=x&format=csv", true)
	save(t, s, one, "Of Contoso", "customer="+contoso.String(), true)
	for who, wanted := range map[string]struct {
		view.Reader
		names string
	}{"who made them": {one, "Mine, Of Contoso, Shared"}, "who may not see Contoso": {two, "Shared"}, "the owner": {owner, "Of Contoso, Shared"}} {
		if got := names(t, s, wanted.Reader); got != wanted.names {
			t.Errorf("%s sees %s, want %s", who, got, wanted.names)
		}
	}
	if v, err := s.Get(t.Context(), two, shared); err != nil || v.State != "os=iOS" || v.By != "one@firstup.example" {
		t.Errorf("the shared view = %+v, %v", v, err)
	}
	_, err := s.Get(t.Context(), owner, mine)
	want(t, "the owner opens a private view", err, errs.NotFound)
	want(t, "a colleague renames a shared view", s.Update(t.Context(), two, shared, "Taken", true), errs.Forbidden)
	want(t, "a colleague deletes a shared view", s.Delete(t.Context(), two, shared), errs.Forbidden)
	want(t, "a colleague deletes a private view", s.Delete(t.Context(), two, mine), errs.NotFound)
	want(t, "the owner renames a shared view", s.Update(t.Context(), owner, shared, "Renamed", true), nil)
	want(t, "it is deleted", s.Delete(t.Context(), one, mine), nil)
	if got := names(t, s, one); got != "Of Contoso, Renamed" {
		t.Errorf("left are %s", got)
	}
}

func TestStartAndColumnsAreOnesOwn(t *testing.T) {
	t.Parallel()
	s, one, two, _, _ := team(t)
	ctx := t.Context()
	id := save(t, s, one, "Late", "checkin=over90", true)
	want(t, "start", s.Start(ctx, two, id, true), nil)
	want(t, "columns", s.KeepColumns(ctx, one, "/devices", []string{"serial", "name"}), nil)
	if got, err := s.Starts(ctx, two); err != nil || got["/devices"] != id || len(got) != 1 {
		t.Errorf("starts of the second = %v, %v", got, err)
	}
	if got, err := s.Starts(ctx, one); err != nil || len(got) != 0 {
		t.Errorf("starts of the first = %v, %v", got, err)
	}
	k, err := s.Of(ctx, one, "/devices", "/devices")
	if err != nil || strings.Join(k.Columns, " ") != "serial name" || len(k.Views) != 1 || k.Views[0].Default {
		t.Errorf("kept by the first = %+v, %v", k, err)
	}
	if k, err := s.Of(ctx, one, "/devices", "/t/devices"); err != nil || len(k.Columns) != 0 {
		t.Errorf("columns inside a tenant = %+v, %v", k, err)
	}
	want(t, "unshare", s.Update(ctx, one, id, "Late", false), nil)
	if got, err := s.Starts(ctx, two); err != nil || len(got) != 0 {
		t.Errorf("a view that is shared no more still starts the second's list: %v, %v", got, err)
	}
	want(t, "share again", s.Update(ctx, one, id, "Late", true), nil)
	want(t, "delete", s.Delete(ctx, one, id), nil)
	if got, err := s.Starts(ctx, two); err != nil || len(got) != 0 {
		t.Errorf("a deleted view still starts a list: %v, %v", got, err)
	}
	want(t, "forget columns", s.KeepColumns(ctx, one, "/devices", nil), nil)
	if k, _ := s.Of(ctx, one, "/devices", "/devices"); len(k.Columns) != 0 {
		t.Errorf("forgotten columns = %v", k.Columns)
	}
}

func TestViewsOfSomebodyWhoLeaves(t *testing.T) {
	t.Parallel()
	s, one, two, _, people := team(t)
	save(t, s, one, "Private", "", false)
	id := save(t, s, one, "The team's", "", true)
	want(t, "leave", people.DeleteStaff(t.Context(), one.Staff), nil)
	if v, err := s.Get(t.Context(), two, id); err != nil || v.Staff != 0 || v.By != "" {
		t.Errorf("the team's view = %+v, %v", v, err)
	}
	if got := names(t, s, view.Reader{Reach: tenant.Everything(), Owner: true, Share: true}); got != "The team's" {
		t.Errorf("left are %s", got)
	}
}

func TestCreateRefuses(t *testing.T) {
	t.Parallel()
	s, one, _, _, _ := team(t)
	save(t, s, one, "Late", "", false)
	for name, v := range map[string]view.View{
		"no name":           {List: "/devices", Name: "  "},
		"long name":         {List: "/devices", Name: strings.Repeat("ä", 61)},
		"control character": {List: "/devices", Name: "a\x00b"},
		"another site":      {List: "//evil.example", Name: "x"},
		"no list":           {List: "/t/x/devices", Name: "x"},
		"damaged state":     {List: "/devices", Name: "x", State: "q=%zz"},
		"long state":        {List: "/devices", Name: "x", State: "q=" + strings.Repeat("x", 5000)},
	} {
		_, err := s.Create(t.Context(), one, v)
		want(t, name, err, errs.Invalid)
	}
	_, err := s.Create(t.Context(), one, view.View{List: "/devices", Name: "LATE"})
	want(t, "a name twice", err, errs.Conflict)
	_, err = s.Create(t.Context(), one, view.View{List: "/apps", Name: "Late"})
	want(t, "the same name for another list", err, nil)
	want(t, "columns that are none", s.KeepColumns(t.Context(), one, "/devices", []string{strings.Repeat("x", 61)}), errs.Invalid)
}
