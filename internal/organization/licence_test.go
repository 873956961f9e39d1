package organization

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

var (
	one, two = id("11111111-1111-4111-8111-111111111111"), id("22222222-2222-4222-8222-222222222222")
	noon     = time.Date(2026, 8, 8, 12, 0, 0, 0, time.UTC)
)

// reader stores complete readings, each with a run of its own.
type reader struct {
	*Store
	pool *postgres.Pool
	run  int64
}

func newReader(t *testing.T) *reader {
	t.Helper()
	pool := pgtest.New(t)
	for tid, name := range map[tenant.ID]string{one: "Contoso", two: "Fabrikam"} {
		if _, err := pool.In(tid).Exec(t.Context(), `INSERT INTO tenant (tenant_id, display_name) VALUES ($1, $2)`, tid, name); err != nil {
			t.Fatal(err)
		}
	}
	return &reader{Store: NewStore(pool), pool: pool}
}

func (s *reader) read(t *testing.T, tid tenant.ID, r Read) {
	t.Helper()
	s.run++
	r.Organization.Intune = IntuneNone
	if err := s.pool.InTx(t.Context(), tid, func(tx pgx.Tx) error {
		_, err := s.Merge(t.Context(), tx, tid, r, s.run, noon.Add(time.Duration(s.run)*time.Hour))
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func TestLicences(t *testing.T) {
	t.Parallel()
	s, all := newReader(t), tenant.Everything()
	s.read(t, one, Read{Licences: []Licence{
		{SKU: "s1", Name: "Suite", PartNumber: "SPE", Status: "Enabled", Enabled: 10, Consumed: 7, Intune: true}, {SKU: "s2", Name: "FLOW_FREE", PartNumber: "FLOW_FREE", Status: "Warning", Warning: 100, Consumed: 3},
		{SKU: "s3", Name: "alpha", PartNumber: "A_1", Status: "Enabled", Enabled: 5, Consumed: 5},
	}})
	s.read(t, two, Read{Licences: []Licence{{SKU: "s1", Name: "Suite", PartNumber: "SPE", Status: "Suspended", Suspended: 4, Consumed: 9, Intune: true}}})
	for name, tc := range map[string]struct {
		scope tenant.Scope
		f     LicenceFilter
		want  string
	}{
		"by name": {all, LicenceFilter{}, "alpha 0, FLOW_FREE 0, Suite 3, Suite 0"}, "by customer, down": {all, LicenceFilter{Sort: "customer", Desc: true}, "Suite 0, Suite 3, FLOW_FREE 0, alpha 0"},
		"by free": {all, LicenceFilter{Sort: "free", Desc: true}, "Suite 3, Suite 0, FLOW_FREE 0, alpha 0"}, "by enabled": {tenant.Only(one), LicenceFilter{Sort: "enabled"}, "FLOW_FREE 0, alpha 0, Suite 3"},
		"by assigned": {all, LicenceFilter{Sort: "assigned", Desc: true}, "Suite 0, Suite 3, alpha 0, FLOW_FREE 0"}, "of one, by customer": {tenant.Only(two), LicenceFilter{Sort: "customer"}, "Suite 0"},
		"by product": {all, LicenceFilter{Q: "sUI", Tenants: []tenant.ID{one}}, "Suite 3"}, "by part number": {all, LicenceFilter{Q: "spe"}, "Suite 3, Suite 0"}, "across the two": {all, LicenceFilter{Q: "suitespe"}, ""}, "wildcard": {all, LicenceFilter{Q: "%"}, ""}, "wildcard of one": {all, LicenceFilter{Q: "A_"}, "alpha 0"},
		"free": {all, LicenceFilter{Free: []bool{true}}, "Suite 3"}, "none free": {tenant.Only(one), LicenceFilter{Free: []bool{false}}, "alpha 0, FLOW_FREE 0"}, "either": {tenant.Only(one), LicenceFilter{Free: []bool{false, true}}, "alpha 0, FLOW_FREE 0, Suite 3"},
		"with Intune": {all, LicenceFilter{Intune: []bool{true}}, "Suite 3, Suite 0"}, "by state": {all, LicenceFilter{Status: []string{"Warning", "Suspended"}}, "FLOW_FREE 0, Suite 0"},
	} {
		var paged, each []string
		tell := func(l Licence) string { return l.Name + " " + strconv.FormatInt(l.Free(), 10) }
		tc.f.Limit = 2
		for {
			p, err := s.Licences(t.Context(), tc.scope, tc.f)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for _, l := range p.Rows {
				paged = append(paged, tell(l))
			}
			if tc.f.After = p.Next; p.Next == "" {
				if int(p.Count) != len(paged) {
					t.Errorf("%s: count %d of %d rows", name, p.Count, len(paged))
				}
				break
			}
		}
		err := s.EachLicence(t.Context(), tc.scope, tc.f, func(l Licence) error { each = append(each, tell(l)); return nil })
		if got := strings.Join(paged, ", "); err != nil || got != tc.want || !slices.Equal(paged, each) {
			t.Errorf("%s: %q, as export %q (%v), want %q", name, got, each, err, tc.want)
		}
	}
	for _, f := range []LicenceFilter{{Sort: "secret"}, {After: "x"}, {Q: "\x00"}, {Status: []string{"\x00"}}, {Q: strings.Repeat("x", 201)}} {
		if _, err := s.Licences(t.Context(), all, f); !errors.Is(err, errs.Invalid) {
			t.Errorf("%+v: %v", f, err)
		}
	}
}

func TestLicencesKeepHistory(t *testing.T) {
	t.Parallel()
	s := newReader(t)
	suite, flow := Licence{SKU: "s1", Name: "Suite", Status: "Enabled", Enabled: 10, Consumed: 7}, Licence{SKU: "s2", Name: "Flow", Status: "Enabled"}
	s.read(t, one, Read{Licences: []Licence{suite, flow}})
	s.read(t, two, Read{Licences: []Licence{suite}})
	suite.Consumed, suite.Status = 8, "Warning"
	s.read(t, one, Read{Licences: []Licence{suite, flow}})
	s.read(t, one, Read{Licences: []Licence{suite}})
	if p, err := s.Licences(t.Context(), tenant.Only(one), LicenceFilter{}); err != nil || p.Count != 1 || p.Rows[0].Consumed != 8 {
		t.Errorf("the list: %+v, %v", p, err)
	}
	if l, err := s.Licence(t.Context(), one, "s2"); err != nil || !l.GoneAt.Equal(noon.Add(4*time.Hour)) || !l.FirstSeenAt.Equal(noon.Add(time.Hour)) || l.TenantName != "Contoso" {
		t.Errorf("what is gone: %+v, %v", l, err)
	}
	s.read(t, one, Read{Licences: []Licence{suite, flow}})
	if l, err := s.Licence(t.Context(), one, "s2"); err != nil || !l.GoneAt.IsZero() {
		t.Errorf("what is back: %+v, %v", l, err)
	}
	for sku, want := range map[string]string{"s1": "consumed 7>8, status Enabled>Warning", "s2": "gone true>false, gone false>true"} {
		changes, err := s.LicenceChanges(t.Context(), one, sku, 9)
		var got []string
		for _, c := range changes {
			got = append(got, c.Field+" "+c.Old+">"+c.New)
		}
		if err != nil || strings.Join(got, ", ") != want {
			t.Errorf("%s: %q, %v, want %q", sku, got, err, want)
		}
	}
	if c, err := s.LicenceChanges(t.Context(), two, "s1", 9); err != nil || len(c) != 0 {
		t.Errorf("of another: %+v, %v", c, err)
	}
}

func TestDomains(t *testing.T) {
	t.Parallel()
	s, all := newReader(t), tenant.Everything()
	s.read(t, one, Read{Domains: []Domain{{Name: "contoso.example", Default: true, Verified: true, Authentication: "Federated"}, {Name: "contoso.onmicrosoft.com", Initial: true, Verified: true, Authentication: "Managed"}, {Name: "new.example"}}})
	s.read(t, two, Read{Domains: []Domain{{Name: "fabrikam.example", Verified: true, Default: true, Authentication: "Managed"}}})
	for name, tc := range map[string]struct {
		scope tenant.Scope
		f     DomainFilter
		want  string
	}{
		"by name": {all, DomainFilter{}, "contoso.example contoso.onmicrosoft.com fabrikam.example new.example"}, "by customer, down": {all, DomainFilter{Sort: "customer", Desc: true}, "fabrikam.example new.example contoso.onmicrosoft.com contoso.example"},
		"of one": {tenant.Only(two), DomainFilter{Sort: "customer"}, "fabrikam.example"}, "by text": {all, DomainFilter{Q: "CONTOSO.", Tenants: []tenant.ID{one}}, "contoso.example contoso.onmicrosoft.com"}, "wildcard": {all, DomainFilter{Q: "_"}, ""},
		"not verified": {all, DomainFilter{Verified: []bool{false}}, "new.example"}, "managed": {all, DomainFilter{Authentication: []string{"Managed"}}, "contoso.onmicrosoft.com fabrikam.example"},
	} {
		var paged, each []string
		tc.f.Limit = 2
		for {
			p, err := s.Domains(t.Context(), tc.scope, tc.f)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for _, d := range p.Rows {
				paged = append(paged, d.Name)
			}
			if tc.f.After = p.Next; p.Next == "" {
				if int(p.Count) != len(paged) {
					t.Errorf("%s: count %d of %d rows", name, p.Count, len(paged))
				}
				break
			}
		}
		err := s.EachDomain(t.Context(), tc.scope, tc.f, func(d Domain) error { each = append(each, d.Name); return nil })
		if got := strings.Join(paged, " "); err != nil || got != tc.want || !slices.Equal(paged, each) {
			t.Errorf("%s: %q, as export %q (%v), want %q", name, got, each, err, tc.want)
		}
	}
	for _, f := range []DomainFilter{{Sort: "secret"}, {After: "x"}, {Q: "\x00"}, {Authentication: []string{"\x00"}}} {
		if _, err := s.Domains(t.Context(), all, f); !errors.Is(err, errs.Invalid) {
			t.Errorf("%+v: %v", f, err)
		}
	}
}

func TestProducts(t *testing.T) {
	for sku, want := range map[string]string{"05E9A617-0261-4CEE-BB44-138D3EF5D965": "Microsoft 365 E3", "00000000-0000-4000-8000-000000000001": "QUANTUM"} {
		if l := fromSKU(graph.SubscribedSKU{SKUID: sku, PartNumber: "QUANTUM", Plans: []graph.ServicePlan{{Name: "intune_a"}, {Name: "EXCHANGE", Status: "Disabled"}}}); l.Name != want || !l.Intune || len(l.Plans) != 1 {
			t.Errorf("%s: %+v", sku, l)
		}
	}
	for sku, name := range products {
		if _, err := tenant.ParseID(sku); err != nil || name == "" {
			t.Errorf("product %q of %q: %v", name, sku, err)
		}
	}
}
