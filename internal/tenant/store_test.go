package tenant_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

func parse(s string) tenant.ID {
	id, err := tenant.ParseID(s)
	if err != nil {
		panic(err)
	}
	return id
}

var (
	firstUp  = parse("f1a50000-0000-4000-8000-000000000001")
	contoso  = parse("c0a70500-0000-4000-8000-000000000002")
	fabrikam = parse("fab41ca0-0000-4000-8000-000000000003")
	adatum   = parse("ada70000-0000-4000-8000-000000000004")
)

const (
	oidA = "aaaaaaaa-0000-4000-8000-00000000000a"
	oidB = "bbbbbbbb-0000-4000-8000-00000000000b"
)

// newStore has the home tenant and two customers.
func newStore(t *testing.T, owners ...string) *tenant.Store {
	t.Helper()
	s := tenant.NewStore(pgtest.New(t), firstUp, owners)
	for _, x := range []tenant.Tenant{
		{ID: firstUp, DisplayName: "First Up Consultants", DefaultDomain: "firstup.example"},
		{ID: contoso, DisplayName: "Contoso", DefaultDomain: "contoso.example", Domains: []string{"contoso.example", "Contoso.COM"}},
		{ID: fabrikam, DisplayName: "Fabrikam", DefaultDomain: "fabrikam.example"},
	} {
		if err := s.Upsert(t.Context(), tenant.Everything(), x); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func want(t *testing.T, what string, err, kind error) {
	t.Helper()
	if kind == nil && err != nil || kind != nil && !errors.Is(err, kind) {
		t.Errorf("%s: error = %v, want %v", what, err, kind)
	}
}

func TestStoreKeepsTenantsApart(t *testing.T) {
	t.Parallel()
	s, ctx := newStore(t), t.Context()
	onlyContoso := tenant.Only(contoso)

	got, err := s.Get(ctx, onlyContoso, contoso)
	want(t, "Get own", err, nil)
	if got.Name() != "Contoso" || got.State != tenant.StateUnconsented || got.Home || !slices.Contains(got.Domains, "contoso.com") || !got.StateReadAt.IsZero() {
		t.Errorf("Get = %+v", got)
	}
	_, err = s.Get(ctx, onlyContoso, fabrikam)
	want(t, "Get another", err, errs.NotFound)
	_, err = s.ByDomain(ctx, onlyContoso, "fabrikam.example")
	want(t, "ByDomain of another", err, errs.NotFound)
	if got, err = s.ByDomain(ctx, onlyContoso, "CONTOSO.com"); err != nil || got.ID != contoso {
		t.Errorf("ByDomain = %v, %v", got.ID, err)
	}
	if list, err := s.List(ctx, onlyContoso); err != nil || len(list) != 1 || list[0].ID != contoso {
		t.Errorf("List = %v, %v", list, err)
	}
	if list, err := s.List(ctx, tenant.Everything()); err != nil || len(list) != 3 || !list[0].Home {
		t.Errorf("List of all = %v, %v", list, err)
	}
	if n, err := s.Count(ctx, onlyContoso); err != nil || n != 1 {
		t.Errorf("Count = %d, %v", n, err)
	}
	if n, err := s.Count(ctx, tenant.Everything()); err != nil || n != 2 {
		t.Errorf("Count of all = %d, %v: the home tenant is no customer", n, err)
	}
	if list, err := s.First(ctx, tenant.Everything(), 1); err != nil || len(list) != 1 || list[0].ID != contoso {
		t.Errorf("First = %v, %v", list, err)
	}
	if list, err := s.First(ctx, tenant.Only(fabrikam, firstUp), 8); err != nil || len(list) != 1 || list[0].ID != fabrikam {
		t.Errorf("First of some = %v, %v", list, err)
	}
	if n, err := s.Count(ctx, tenant.Only()); err != nil || n != 0 {
		t.Errorf("Count of none = %d, %v", n, err)
	}
	if err := s.Upsert(ctx, onlyContoso, tenant.Tenant{ID: fabrikam, DisplayName: "Taken"}); err == nil {
		t.Error("Upsert of another tenant under Contoso's scope went through")
	}
	if err := s.Upsert(ctx, onlyContoso, tenant.Tenant{ID: adatum, DisplayName: "New"}); err == nil {
		t.Error("Upsert of a new tenant outside the scope went through")
	}
	want(t, "SetMark of another", s.SetMark(ctx, onlyContoso, fabrikam, 3), errs.NotFound)
	want(t, "SetMark out of range", s.SetMark(ctx, onlyContoso, contoso, 12), errs.Invalid)
	want(t, "SetState of an unknown one", s.SetState(ctx, adatum, tenant.StateConnected, time.Now()), errs.NotFound)
	want(t, "SetState to nonsense", s.SetState(ctx, contoso, "green", time.Now()), errs.Invalid)
	if got, _ := s.Get(ctx, tenant.Everything(), fabrikam); got.DisplayName != "Fabrikam" || got.Mark != -1 || got.State != tenant.StateUnconsented {
		t.Errorf("Fabrikam was touched: %+v", got)
	}
}

func TestUpsertKeepsWhatWasRead(t *testing.T) {
	t.Parallel()
	s, ctx := newStore(t), t.Context()
	want(t, "Upsert", s.Upsert(ctx, tenant.Only(contoso), tenant.Tenant{ID: contoso, Country: "CH"}), nil)
	got, err := s.Get(ctx, tenant.Only(contoso), contoso)
	if err != nil || got.DisplayName != "Contoso" || got.Country != "CH" || len(got.Domains) != 2 {
		t.Errorf("Get = %+v, %v", got, err)
	}
}

func TestSetState(t *testing.T) {
	t.Parallel()
	s, ctx := newStore(t), t.Context()
	read := time.Now().UTC().Truncate(time.Microsecond)
	want(t, "SetState", s.SetState(ctx, contoso, tenant.StateConnected, read), nil)
	first, _ := s.Get(ctx, tenant.Only(contoso), contoso)
	if first.State != tenant.StateConnected || !first.StateReadAt.Equal(read) {
		t.Errorf("Get = %+v", first)
	}
	want(t, "SetState again", s.SetState(ctx, contoso, tenant.StateConnected, read.Add(time.Hour)), nil)
	second, _ := s.Get(ctx, tenant.Only(contoso), contoso)
	if !second.StateSince.Equal(first.StateSince) || !second.StateReadAt.Equal(read.Add(time.Hour)) {
		t.Errorf("a repeated state began anew, or its reading was lost: %+v", second)
	}
	want(t, "SetState unread", s.SetState(ctx, contoso, tenant.StateSuspended, time.Time{}), nil)
	third, _ := s.Get(ctx, tenant.Only(contoso), contoso)
	if third.State != tenant.StateSuspended || !third.StateReadAt.Equal(read.Add(time.Hour)) || third.StateSince.Equal(first.StateSince) {
		t.Errorf("Get = %+v", third)
	}
}

func TestCreateStaffRefuses(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	ok := tenant.Staff{UPN: "anna@firstup.example", Role: tenant.RoleSupport, Reach: tenant.ReachAll}
	for name, change := range map[string]func(*tenant.Staff){
		"no UPN":             func(x *tenant.Staff) { x.UPN = "" },
		"no domain":          func(x *tenant.Staff) { x.UPN = "anna" },
		"markup":             func(x *tenant.Staff) { x.UPN = "<b>@firstup.example" },
		"guest":              func(x *tenant.Staff) { x.UPN = "a_contoso.example#EXT#@firstup.example" },
		"two addresses":      func(x *tenant.Staff) { x.UPN = "a@b.example@firstup.example" },
		"customer's role":    func(x *tenant.Staff) { x.Role = tenant.RoleCustomerAdmin },
		"no role":            func(x *tenant.Staff) { x.Role = "" },
		"no reach":           func(x *tenant.Staff) { x.Reach = "some" },
		"owner of some only": func(x *tenant.Staff) { x.Role, x.Reach = tenant.RoleOwner, tenant.ReachChosen },
	} {
		x := ok
		change(&x)
		_, err := s.CreateStaff(t.Context(), x)
		want(t, name, err, errs.Invalid)
	}
	x := ok
	x.Reach, x.Tenants = tenant.ReachChosen, []tenant.ID{adatum}
	_, err := s.CreateStaff(t.Context(), x)
	want(t, "a tenant that nobody knows", err, errs.NotFound)
	_, err = s.CreateStaff(t.Context(), ok)
	want(t, "the first", err, nil)
	ok.UPN = "ANNA@firstup.example"
	_, err = s.CreateStaff(t.Context(), ok)
	want(t, "the same in capitals", err, errs.Conflict)
}

// create adds staff and lets them sign in once.
func create(t *testing.T, s *tenant.Store, oid string, st tenant.Staff) tenant.Staff {
	t.Helper()
	id, err := s.CreateStaff(t.Context(), st)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Admit(t.Context(), tenant.Identity{Tenant: firstUp, ObjectID: oid, Subject: "s", Name: "Anna", UPN: st.UPN}); err != nil {
		t.Fatal(err)
	}
	got, err := s.GetStaff(t.Context(), tenant.Everything(), id)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func resolve(t *testing.T, s *tenant.Store, id tenant.Identity) tenant.Resolved {
	t.Helper()
	r, err := s.Resolve(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestReach(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		reach    tenant.ReachKind
		tenants  []tenant.ID
		has, not []tenant.ID
	}{
		"all":       {tenant.ReachAll, nil, []tenant.ID{firstUp, contoso, fabrikam, adatum}, nil},
		"all but":   {tenant.ReachAllBut, []tenant.ID{contoso}, []tenant.ID{firstUp, fabrikam}, []tenant.ID{contoso, adatum}},
		"chosen":    {tenant.ReachChosen, []tenant.ID{contoso}, []tenant.ID{contoso}, []tenant.ID{firstUp, fabrikam, adatum}},
		"chosen, 0": {tenant.ReachChosen, nil, nil, []tenant.ID{firstUp, contoso, fabrikam}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t)
			st := create(t, s, oidA, tenant.Staff{UPN: "tech@firstup.example", Role: tenant.RoleTechnician, Reach: tc.reach, Tenants: tc.tenants})
			r := resolve(t, s, tenant.Identity{Tenant: firstUp, ObjectID: oidA})
			if r.Person.Role != tenant.RoleTechnician || r.Person.StaffID != st.ID {
				t.Fatalf("Resolve = %+v", r)
			}
			for _, id := range tc.has {
				if !r.Reach.Has(id) {
					t.Errorf("does not reach %s", id)
				}
			}
			for _, id := range tc.not {
				if r.Reach.Has(id) {
					t.Errorf("reaches %s", id)
				}
			}
			all, err := s.PortalReach(t.Context(), tenant.Everything())
			if err != nil {
				t.Fatal(err)
			}
			for _, id := range []tenant.ID{contoso, fabrikam, adatum} {
				if all[st.ID].Has(id) != r.Reach.Has(id) {
					t.Errorf("reaches %s as one of all: %v", id, all[st.ID].Has(id))
				}
			}
		})
	}
}

// Who may see a tenant is told by tenant, and who may see the other only is not among them.
func TestStaffOfTwoTenants(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	for name, st := range map[string]tenant.Staff{
		"all":           {Reach: tenant.ReachAll},
		"but-contoso":   {Reach: tenant.ReachAllBut, Tenants: []tenant.ID{contoso}},
		"only-contoso":  {Reach: tenant.ReachChosen, Tenants: []tenant.ID{contoso}},
		"only-fabrikam": {Reach: tenant.ReachChosen, Tenants: []tenant.ID{fabrikam}},
		"nobody":        {Reach: tenant.ReachChosen},
		"gone":          {Reach: tenant.ReachAll, Disabled: true},
	} {
		st.UPN, st.Role = name+"@firstup.example", tenant.RoleTechnician
		if _, err := s.CreateStaff(t.Context(), st); err != nil {
			t.Fatal(err)
		}
	}
	for tid, who := range map[tenant.ID]string{contoso: "all only-contoso", fabrikam: "all but-contoso only-fabrikam", adatum: "all but-contoso"} {
		found, err := s.StaffOf(t.Context(), tid)
		want(t, "StaffOf", err, nil)
		var names []string
		for _, f := range found {
			names = append(names, strings.TrimSuffix(f.UPN, "@firstup.example"))
			if len(f.Tenants) > 1 || len(f.Tenants) == 1 && f.Tenants[0] != tid {
				t.Errorf("%s is told that %s has %v", tid, f.UPN, f.Tenants)
			}
		}
		if got := strings.Join(names, " "); got != who {
			t.Errorf("%s is seen by %s, want %s", tid, got, who)
		}
	}
}

// Owners of the configuration are among a tenant's people before they first signed in, once, and not where they were switched off.
func TestPeopleAreStaffAndOwnersToCome(t *testing.T) {
	t.Parallel()
	s := newStore(t, "Boss@firstup.example", "boss@firstup.example", "tech@firstup.example", "left@firstup.example", "")
	create(t, s, oidA, tenant.Staff{UPN: "tech@firstup.example", Role: tenant.RoleTechnician, Reach: tenant.ReachAll})
	create(t, s, oidB, tenant.Staff{UPN: "left@firstup.example", Role: tenant.RoleTechnician, Reach: tenant.ReachAll, Disabled: true})
	for _, tid := range []tenant.ID{contoso, fabrikam} {
		found, err := s.PeopleOf(t.Context(), tid)
		if err != nil || len(found) != 2 || found[0].UPN != "tech@firstup.example" || found[1].UPN != "boss@firstup.example" || found[1].Role != tenant.RoleOwner {
			t.Errorf("people of %s: %+v, %v", tid, found, err)
		}
	}
}

// A name decides once: afterwards only the object id counts, however the names change.
func TestStaffAreBoundToTheirObjectID(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	create(t, s, oidA, tenant.Staff{UPN: "tech@firstup.example", Role: tenant.RoleTechnician, Reach: tenant.ReachAll})
	for name, tc := range map[string]struct {
		id     tenant.Identity
		role   tenant.Role
		reason tenant.Reason
	}{
		"renamed":                             {tenant.Identity{Tenant: firstUp, ObjectID: oidA, UPN: "new@firstup.example"}, tenant.RoleTechnician, ""},
		"the UPN of somebody else now":        {tenant.Identity{Tenant: firstUp, ObjectID: oidB, UPN: "tech@firstup.example"}, "", tenant.ReasonNotStaff},
		"15 the same object id at a customer": {tenant.Identity{Tenant: contoso, ObjectID: oidA, UPN: "tech@firstup.example"}, tenant.RoleCustomerUser, ""},
		"a guest of the home tenant":          {tenant.Identity{Tenant: firstUp, ObjectID: oidA, UPN: "tech@firstup.example", Guest: true}, "", tenant.ReasonHomeGuest},
	} {
		t.Run(name, func(t *testing.T) {
			if err := s.Admit(t.Context(), tc.id); err != nil {
				t.Fatal(err)
			}
			if r := resolve(t, s, tc.id); r.Person.Role != tc.role || r.Reason != tc.reason {
				t.Errorf("Resolve = %q, %q; want %q, %q", r.Person.Role, r.Reason, tc.role, tc.reason)
			}
		})
	}
}

// 16: owners are made by name in the home tenant only; the same name anywhere else is anybody.
func TestOwnersOfTheConfiguration(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		id   tenant.Identity
		role tenant.Role
	}{
		"home, other case":            {tenant.Identity{Tenant: firstUp, ObjectID: oidA, UPN: "Owner@FirstUp.example"}, tenant.RoleOwner},
		"guest of home":               {tenant.Identity{Tenant: firstUp, ObjectID: oidA, UPN: "owner@firstup.example", Guest: true}, tenant.RoleStranger},
		"customer with the same name": {tenant.Identity{Tenant: contoso, ObjectID: oidA, UPN: "owner@firstup.example"}, tenant.RoleCustomerUser},
		"unknown tenant":              {tenant.Identity{Tenant: adatum, ObjectID: oidA, UPN: "owner@firstup.example", DirectoryAdmin: true}, tenant.RoleStranger},
		"home, somebody":              {tenant.Identity{Tenant: firstUp, ObjectID: oidA, UPN: "else@firstup.example"}, tenant.RoleStranger},
		"home, no name":               {tenant.Identity{Tenant: firstUp, ObjectID: oidA}, tenant.RoleStranger},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t, " owner@firstup.example ")
			if err := s.Admit(t.Context(), tc.id); err != nil {
				t.Fatal(err)
			}
			r := resolve(t, s, tc.id)
			if r.Person.Role != tc.role || r.Reach.All != (tc.role == tenant.RoleOwner) {
				t.Errorf("Resolve = %+v, want %q", r, tc.role)
			}
		})
	}
}

func TestCustomers(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	if err := s.SetState(t.Context(), fabrikam, tenant.StateSuspended, time.Time{}); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		id     tenant.Identity
		role   tenant.Role
		reason tenant.Reason
	}{
		"user":              {tenant.Identity{Tenant: contoso, ObjectID: oidA}, tenant.RoleCustomerUser, ""},
		"administrator":     {tenant.Identity{Tenant: contoso, ObjectID: oidA, DirectoryAdmin: true}, tenant.RoleCustomerAdmin, ""},
		"17 guest":          {tenant.Identity{Tenant: contoso, ObjectID: oidA, Guest: true, DirectoryAdmin: true}, "", tenant.ReasonGuest},
		"19 suspended":      {tenant.Identity{Tenant: fabrikam, ObjectID: oidA, DirectoryAdmin: true}, "", tenant.ReasonSuspended},
		"19 unknown tenant": {tenant.Identity{Tenant: adatum, ObjectID: oidA, DirectoryAdmin: true}, "", tenant.ReasonUnknownTenant},
	} {
		if err := s.Admit(t.Context(), tc.id); err != nil {
			t.Fatal(err)
		}
		r := resolve(t, s, tc.id)
		if r.Person.Role != tc.role || r.Reason != tc.reason {
			t.Errorf("%s: Resolve = %q, %q", name, r.Person.Role, r.Reason)
		}
		if tc.role == "" && (r.Reach.All || len(r.Reach.IDs) > 0) || tc.role != "" && (r.Reach.All || !slices.Equal(r.Reach.IDs, []tenant.ID{contoso})) {
			t.Errorf("%s: reach = %+v", name, r.Reach)
		}
	}
	if _, err := s.Get(t.Context(), tenant.Everything(), adatum); !errors.Is(err, errs.NotFound) {
		t.Error("a sign-in made a tenant known")
	}
}

func TestTheLastOwnerStays(t *testing.T) {
	t.Parallel()
	s, ctx := newStore(t), t.Context()
	a := create(t, s, oidA, tenant.Staff{UPN: "a@firstup.example", Role: tenant.RoleOwner, Reach: tenant.ReachAll})
	demoted, disabled := a, a
	demoted.Role = tenant.RoleTechnician
	disabled.Disabled = true
	want(t, "demote the last", s.UpdateStaff(ctx, demoted), errs.Conflict)
	want(t, "disable the last", s.UpdateStaff(ctx, disabled), errs.Conflict)
	want(t, "delete the last", s.DeleteStaff(ctx, a.ID), errs.Conflict)
	b := create(t, s, oidB, tenant.Staff{UPN: "b@firstup.example", Role: tenant.RoleOwner, Reach: tenant.ReachAll})

	var both sync.WaitGroup // two owners remove each other at once: one of them stays
	for _, id := range []int64{a.ID, b.ID} {
		both.Go(func() { s.DeleteStaff(ctx, id) })
	}
	both.Wait()
	left, err := s.ListStaff(ctx, tenant.Everything())
	if err != nil || len(left) != 1 {
		t.Errorf("%d owners left, %v", len(left), err)
	}
	want(t, "an unknown one", s.DeleteStaff(ctx, 999), errs.NotFound)
}

func TestUpdateStaffCountsAtOnce(t *testing.T) {
	t.Parallel()
	s, ctx := newStore(t), t.Context()
	create(t, s, oidB, tenant.Staff{UPN: "owner@firstup.example", Role: tenant.RoleOwner, Reach: tenant.ReachAll})
	st := create(t, s, oidA, tenant.Staff{UPN: "a@firstup.example", Role: tenant.RoleTechnician, Reach: tenant.ReachAll})
	me := tenant.Identity{Tenant: firstUp, ObjectID: oidA}
	st.Role, st.Reach, st.Tenants = tenant.RoleSupport, tenant.ReachChosen, []tenant.ID{contoso, contoso}
	want(t, "UpdateStaff", s.UpdateStaff(ctx, st), nil)
	if r := resolve(t, s, me); r.Person.Role != tenant.RoleSupport || r.Reach.All || !r.Reach.Has(contoso) || r.Reach.Has(fabrikam) {
		t.Errorf("Resolve = %+v", r)
	}
	if got, err := s.GetStaff(ctx, tenant.Only(fabrikam), st.ID); err != nil || len(got.Tenants) != 0 {
		t.Errorf("a tenant outside the scope was named: %+v, %v", got, err)
	}
	st.Disabled = true
	want(t, "disable", s.UpdateStaff(ctx, st), nil)
	if r := resolve(t, s, me); r.Person.Role != tenant.RoleStranger || r.Reason != tenant.ReasonDisabled {
		t.Errorf("Resolve = %+v", r)
	}
	want(t, "DeleteStaff", s.DeleteStaff(ctx, st.ID), nil)
	_, err := s.GetStaff(ctx, tenant.Everything(), st.ID)
	want(t, "GetStaff", err, errs.NotFound)
	if r := resolve(t, s, me); r.Reason != tenant.ReasonNotStaff {
		t.Errorf("Resolve = %+v", r)
	}
}

func TestContainingAndStates(t *testing.T) {
	t.Parallel()
	s, ctx := newStore(t), t.Context()
	if err := s.Upsert(ctx, tenant.Everything(), tenant.Tenant{ID: adatum, DisplayName: "Ädatum"}); err != nil {
		t.Fatal(err)
	}
	if err := s.SetState(ctx, contoso, tenant.StateConnected, time.Now()); err != nil {
		t.Fatal(err)
	}
	both := tenant.Only(contoso, adatum)
	for _, tc := range []struct {
		text  string
		scope tenant.Scope
		want  []tenant.ID
	}{
		{"CONTOSO.com", both, []tenant.ID{contoso}},
		{"fab", tenant.Everything(), []tenant.ID{fabrikam}},
		{"fab", both, nil}, // its GUID and name are another's
		{"ada7", both, []tenant.ID{adatum}},
		{"%", both, nil},
		{"ädatum", both, []tenant.ID{contoso, adatum}}, // to be looked at closer
	} {
		found, err := s.Containing(ctx, tc.scope, tc.text)
		var got []tenant.ID
		for _, x := range found {
			got = append(got, x.ID)
		}
		if err != nil || !slices.Equal(got, tc.want) {
			t.Errorf("%q: %v, want %v (%v)", tc.text, got, tc.want, err)
		}
	}
	for words, want := range map[string]bool{"": true, "ltd contoso": true, "contoso c0a70500": true, "contoso.example fabrikam": false, "litware": false} {
		is := tenant.Tenant{ID: contoso, DisplayName: "Contoso Ltd", DefaultDomain: "contoso.example"}
		if got := is.Holds(strings.Fields(words)); got != want {
			t.Errorf("%s holds %q: %t, want %t", is.Name(), words, got, want)
		}
	}
	counts, err := s.CountByState(ctx, tenant.Everything())
	if err != nil || len(counts) != 2 || counts[tenant.StateConnected] != 1 {
		t.Errorf("CountByState = %v, %v", counts, err)
	}
	if counts, err = s.CountByState(ctx, tenant.Only(fabrikam)); err != nil || counts[tenant.StateConnected] != 0 {
		t.Errorf("CountByState of another = %v, %v", counts, err)
	}
	if in, err := s.InState(ctx, tenant.Everything(), tenant.StateConnected, tenant.StatePartial); err != nil || len(in) != 1 || in[0].ID != contoso {
		t.Errorf("InState = %v, %v", in, err)
	}
	if in, err := s.InState(ctx, tenant.Only(fabrikam), tenant.StateConnected); err != nil || len(in) != 0 {
		t.Errorf("InState of another = %v, %v", in, err)
	}
}
