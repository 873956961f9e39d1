package autopilot

import (
	"errors"
	"fmt"
	"slices"
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

func merge(t *testing.T, pool *postgres.Pool, s *Store, tid tenant.ID, run int64, at time.Time, of ...Identity) (m graphsync.Merged) {
	t.Helper()
	stage := s.Stage()
	defer stage.Close()
	for _, i := range of {
		if err := stage.Add(i); err != nil {
			t.Fatal(err)
		}
	}
	if err := pool.InTx(t.Context(), tid, func(tx pgx.Tx) (err error) {
		if m, err = stage.Merge(t.Context(), tx, tid, run, at); err != nil {
			return err
		}
		return pgtest.SaveCounters(t.Context(), tx, tid, graphsync.Autopilot, m.Counters, at)
	}); err != nil {
		t.Fatal(err)
	}
	return m
}

func machine(n int, state string) Identity {
	i := Identity{ID: fmt.Sprintf("a%02d", n), Serial: fmt.Sprintf("5CG%04d", n), Manufacturer: "HP", Model: "EliteBook 840", GroupTag: []string{"", "STD", "KIOSK"}[n%3],
		PurchaseOrder: fmt.Sprintf("PO-%d", n/5), State: state, ProfileStatus: ProfileStatuses[n%len(ProfileStatuses)], ContactedAt: noon.Add(-time.Duration(n%4) * time.Hour)}
	if state == "notContacted" {
		i.ContactedAt = time.Time{}
	} else {
		i.ManagedDeviceID, i.EntraDeviceID = fmt.Sprintf("d%02d", n), fmt.Sprintf("e%02d", n)
	}
	return i
}

func machines(n int) []Identity {
	of := make([]Identity, n)
	for i := range of {
		of[i] = machine(i, States[i%len(States)])
	}
	return of
}

func TestMergeKeepsHistory(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	a, b := machine(1, "notContacted"), machine(2, "enrolled")
	if m := merge(t, pool, s, contoso, 1, noon, a, b, b); m.Written != 2 || m.Counters["total"] != 2 || m.Counters["state:enrolled"] != 1 || m.Counters["profile:"+a.ProfileStatus] != 1 {
		t.Errorf("first read, one twice: %+v", m)
	}
	if m := merge(t, pool, s, contoso, 2, noon.Add(time.Hour), a, b); m.Written != 0 || m.Gone != 0 {
		t.Errorf("unchanged: %+v", m)
	}
	a.State, a.ManagedDeviceID, a.ContactedAt = "enrolled", "d01", noon
	if m := merge(t, pool, s, contoso, 3, noon.Add(2*time.Hour), a); m.Written != 1 || m.Gone != 1 || m.Counters["total"] != 1 {
		t.Errorf("one changed, one gone: %+v", m)
	}
	changes, err := s.Changes(t.Context(), contoso, a.ID, 10)
	if err != nil || len(changes) != 2 || changes[0].Field != "managed_device_id" || changes[1].Field != "state" || changes[1].Old != "notContacted" || changes[1].New != "enrolled" {
		t.Errorf("changes: %+v, %v", changes, err)
	}
	got, err := s.Get(t.Context(), contoso, b.ID)
	if err != nil || !got.GoneAt.Equal(noon.Add(2*time.Hour)) || !got.FirstSeenAt.Equal(noon) || got.TenantName != "Contoso" {
		t.Errorf("gone: %+v, %v", got, err)
	}
	merge(t, pool, s, contoso, 4, noon.Add(3*time.Hour), a, b)
	changes, err = s.Changes(t.Context(), contoso, b.ID, 10)
	if err != nil || len(changes) != 2 || changes[0].Field != "gone" || changes[0].New != "false" || changes[1].New != "true" {
		t.Errorf("gone and back: %+v, %v", changes, err)
	}
}

func TestListsPageInEveryOrder(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	merge(t, pool, s, contoso, 1, noon, machines(23)...)
	merge(t, pool, s, fabrikam, 1, noon, machines(9)...)
	for _, scope := range []tenant.Scope{tenant.Everything(), tenant.Only(contoso, fabrikam), tenant.Only(contoso)} {
		want, err := s.Count(t.Context(), scope, Filter{})
		if err != nil {
			t.Fatal(err)
		}
		for _, sort := range Sorts {
			for _, desc := range []bool{false, true} {
				var all, paged []string
				f := Filter{Sort: sort, Desc: desc, Limit: 4}
				if err := s.Each(t.Context(), scope, f, func(i Identity) error { all = append(all, i.Tenant.String()+i.ID); return nil }); err != nil {
					t.Fatal(err)
				}
				for {
					p, err := s.List(t.Context(), scope, f)
					if err != nil || p.Count != want {
						t.Fatalf("%s: count %d, %v, want %d", sort, p.Count, err, want)
					}
					if sort == "customer" && !slices.IsSortedFunc(p.Rows, func(a, b Identity) int {
						n := strings.Compare(a.TenantName+a.Serial, b.TenantName+b.Serial)
						if desc {
							return -n
						}
						return n
					}) {
						t.Errorf("by customer, down %v: %+v", desc, p.Rows)
					}
					for _, i := range p.Rows {
						paged = append(paged, i.Tenant.String()+i.ID)
					}
					if f.After = p.Next; p.Next == "" {
						break
					}
				}
				if int64(len(all)) != want || !slices.Equal(all, paged) {
					t.Errorf("by %s, down %v: %d in all, %d by pages, want %d the same", sort, desc, len(all), len(paged), want)
				}
			}
		}
	}
}

func TestFilters(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	named := machine(50, "enrolled")
	named.UPN, named.Serial, named.Name = "S.Ito@contoso.example", "PF%_9", "Front desk"
	merge(t, pool, s, contoso, 1, noon, append(machines(12), named)...)
	merge(t, pool, s, fabrikam, 1, noon, machines(3)...)
	yes, no := true, false
	for _, tc := range []struct {
		f    Filter
		want int64
	}{
		{Filter{}, 16}, {Filter{State: []string{"notContacted"}}, 2}, {Filter{State: []string{"failed", "blocked"}}, 6}, {Filter{Profile: []string{"failed"}}, 3},
		{Filter{GroupTag: []string{"KIOSK"}}, 6}, {Filter{PurchaseOrder: []string{"PO-1"}}, 5}, {Filter{Model: []string{"EliteBook 840"}}, 16}, {Filter{UPN: "s.ito@CONTOSO.example"}, 1},
		{Filter{Enrolled: &yes}, 14}, {Filter{Enrolled: &no}, 2}, {Filter{Tenants: []tenant.ID{fabrikam}}, 3}, {Filter{Gone: true}, 0},
		{Filter{Q: "5c"}, 15}, {Filter{Q: " 0002 "}, 2}, {Filter{Q: "f%_"}, 1}, {Filter{Q: "front"}, 1}, {Filter{Q: "po-2"}, 2}, {Filter{Q: "zzz"}, 0},
	} {
		p, err := s.List(t.Context(), tenant.Everything(), tc.f)
		if err != nil || p.Count != tc.want || int64(len(p.Rows)) != tc.want {
			t.Errorf("%+v: %d, %d rows, %v, want %d", tc.f, p.Count, len(p.Rows), err, tc.want)
		}
	}
	if p, err := s.List(t.Context(), tenant.Everything(), Filter{Model: []string{"EliteBook 840"}, CountMost: 10}); err != nil || p.Count != 10 || !p.More {
		t.Errorf("counted to ten: %d, more %v, %v", p.Count, p.More, err)
	}
	if p, err := s.List(t.Context(), tenant.Everything(), Filter{CountMost: 10, Limit: 3}); err != nil || p.Count != 16 || p.More {
		t.Errorf("counted already: %d, more %v, %v", p.Count, p.More, err)
	}
	for _, f := range []Filter{{Sort: "secret"}, {After: "x"}, {Q: "\x00"}, {Q: strings.Repeat("x", 201)}, {State: []string{"\xff"}}, {UPN: "\x00"}} {
		if _, err := s.List(t.Context(), tenant.Everything(), f); !errors.Is(err, errs.Invalid) {
			t.Errorf("%+v: %v", f, err)
		}
	}
}

// TestSearchesAreCounted: pages of one row say how many there are, whoever asks and whatever else narrows the list.
func TestSearchesAreCounted(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	merge(t, pool, s, contoso, 1, noon, machines(12)...)
	merge(t, pool, s, contoso, 2, noon.Add(time.Hour), machines(9)...) // three are gone
	merge(t, pool, s, fabrikam, 1, noon, machines(4)...)
	for _, tc := range []struct {
		scope tenant.Scope
		f     Filter
		want  int64
		more  bool
	}{
		{tenant.Everything(), Filter{Q: "5cg0"}, 13, false}, {tenant.Everything(), Filter{Q: "5CG0 elite"}, 0, false}, {tenant.Everything(), Filter{Q: "5cg0", Gone: true}, 3, false},
		{tenant.Everything(), Filter{Q: "5cg0", Tenants: []tenant.ID{fabrikam}}, 4, false}, {tenant.Everything(), Filter{Q: "5cg0", CountMost: 12}, 12, true}, {tenant.Everything(), Filter{Q: "5cg0", CountMost: 13}, 13, false},
		{tenant.Everything(), Filter{Q: "5cg0", CountMost: 3, Gone: true}, 3, false}, {tenant.Everything(), Filter{Q: "5cg000 5cg0"}, 13, false}, {tenant.Everything(), Filter{Q: "5c"}, 13, false},
		{tenant.Only(contoso), Filter{Q: "5cg0"}, 9, false}, {tenant.Only(fabrikam), Filter{Q: "5cg0", CountMost: 3}, 3, true}, {tenant.Only(contoso, fabrikam), Filter{Q: "5cg0"}, 13, false},
		{tenant.Only(contoso), Filter{Q: "5cg0", Tenants: []tenant.ID{fabrikam}}, 0, false}, {tenant.Only(), Filter{Q: "5cg0"}, 0, false},
	} {
		tc.f.Limit = 1
		if p, err := s.List(t.Context(), tc.scope, tc.f); err != nil || p.Count != tc.want || p.More != tc.more {
			t.Errorf("%v, %+v: %d, more %v, want %d, %v (%v)", tc.scope, tc.f, p.Count, p.More, tc.want, tc.more, err)
		}
		if n, err := s.Count(t.Context(), tc.scope, tc.f); !tc.more && (err != nil || n != tc.want) {
			t.Errorf("%v, %+v: counted %d, want %d (%v)", tc.scope, tc.f, n, tc.want, err)
		}
	}
}

func TestOfDevice(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	spare := machine(7, "notContacted")
	old, again := machine(8, "notContacted"), machine(9, "enrolled") // one serial, registered twice
	again.Serial, again.ContactedAt = old.Serial, noon
	merge(t, pool, s, contoso, 1, noon, machine(0, "enrolled"), spare, old, again)
	merge(t, pool, s, fabrikam, 1, noon, machine(1, "enrolled"))
	for name, tc := range map[string]struct {
		device, entra, serial, want string
		link                        Link
	}{
		"by the device's id":                {"D00", "e99", "", "a00", ByManagedDevice},
		"by Entra's id":                     {"d99", "E00", "", "a00", ByEntraDevice},
		"by the serial":                     {"d99", "", " 5cg0007", "a07", BySerial},
		"the surest first":                  {"d00", "", "5CG0007", "a00", ByManagedDevice},
		"of one serial the last in contact": {"d99", "", "5CG0008", "a09", BySerial},
		"another tenant's":                  {"d01", "e01", "5CG0001", "", ""},
		"nothing to compare":                {"", "", "", "", ""},
	} {
		i, link, err := s.OfDevice(t.Context(), contoso, tc.device, tc.entra, tc.serial)
		if i.ID != tc.want || link != tc.link || tc.want == "" && !errors.Is(err, errs.NotFound) {
			t.Errorf("%s: %q by %q, %v", name, i.ID, link, err)
		}
	}
}

func TestStoreKeepsTenantsApart(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	merge(t, pool, s, fabrikam, 1, noon, machine(1, "enrolled"))
	other := tenant.Only(contoso)
	if _, err := s.Get(t.Context(), contoso, "a01"); !errors.Is(err, errs.NotFound) {
		t.Errorf("Get: %v", err)
	}
	if _, err := s.Get(t.Context(), fabrikam, "a\x00"); !errors.Is(err, errs.NotFound) {
		t.Errorf("Get of a hostile id: %v", err)
	}
	for _, f := range []Filter{{}, {Q: "5cg0"}, {Q: "5c"}, {Tenants: []tenant.ID{fabrikam}}} {
		if p, err := s.List(t.Context(), other, f); err != nil || p.Count != 0 || len(p.Rows) != 0 {
			t.Errorf("List %+v: %+v, %v", f, p, err)
		}
		if err := s.Each(t.Context(), other, f, func(i Identity) error { return fmt.Errorf("saw %s", i.Serial) }); err != nil {
			t.Errorf("Each %+v: %v", f, err)
		}
	}
	if c, err := s.Changes(t.Context(), contoso, "a01", 5); err != nil || len(c) != 0 {
		t.Errorf("Changes: %+v, %v", c, err)
	}
	merge(t, pool, s, contoso, 2, noon) // a tenant without any sweeps its own only
	if i, err := s.Get(t.Context(), fabrikam, "a01"); err != nil || !i.GoneAt.IsZero() {
		t.Errorf("swept by another tenant: %+v, %v", i, err)
	}
}
