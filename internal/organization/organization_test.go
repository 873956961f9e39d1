package organization

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

func id(s string) tenant.ID {
	tid, err := tenant.ParseID(s)
	if err != nil {
		panic(err)
	}
	return tid
}

func TestMergeAndTwoTenants(t *testing.T) {
	t.Parallel()
	contoso, fabrikam := id("11111111-1111-4111-8111-111111111111"), id("22222222-2222-4222-8222-222222222222")
	noon := time.Date(2026, 8, 8, 12, 0, 0, 0, time.UTC)
	pool := pgtest.New(t)
	s := NewStore(pool)
	for _, tid := range []tenant.ID{contoso, fabrikam} {
		if _, err := pool.In(tid).Exec(t.Context(), `INSERT INTO tenant (tenant_id) VALUES ($1)`, tid); err != nil {
			t.Fatal(err)
		}
	}
	r := Read{
		Organization: Organization{DisplayName: "Fabrikam", Country: "CH", TechnicalMails: []string{"it@fabrikam.example"}, CreatedAt: noon, Intune: IntuneLicensed},
		Domains:      []Domain{{Name: "fabrikam.example", Default: true, Verified: true, Services: []string{"Email"}}, {Name: "new.example"}},
		Licences:     []Licence{{SKU: "s1", Name: "EMS", PartNumber: "EMS", Status: "Enabled", Enabled: 5, Consumed: 3, Plans: []string{"INTUNE_A"}}},
	}
	run := int64(0)
	merge := func() (written int64) {
		t.Helper()
		run++
		if err := pool.InTx(t.Context(), fabrikam, func(tx pgx.Tx) (err error) {
			written, err = s.Merge(t.Context(), tx, fabrikam, r, run, noon)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return written
	}
	if n := merge(); n != 5 {
		t.Errorf("first wrote %d", n)
	}
	if n := merge(); n != 0 {
		t.Errorf("unchanged wrote %d", n)
	}
	r.Domains, r.Licences[0].Consumed = r.Domains[:1], 4
	if n := merge(); n != 2 {
		t.Errorf("one domain less, one licence more used: wrote %d", n)
	}
	o, err := s.Get(t.Context(), fabrikam)
	if err != nil || o.DisplayName != "Fabrikam" || !o.CreatedAt.Equal(noon) || o.DirectorySynced != nil || o.Intune != IntuneLicensed {
		t.Errorf("%+v, %v", o, err)
	}
	var name, def string
	var domains []string
	if err := pool.In(fabrikam).QueryRow(t.Context(), `SELECT display_name, default_domain, domains FROM tenant`).Scan(&name, &def, &domains); err != nil ||
		name != "Fabrikam" || def != "fabrikam.example" || !slices.Equal(domains, []string{"fabrikam.example"}) {
		t.Errorf("tenant %q %q %v, %v", name, def, domains, err)
	}
	if d, err := s.Domains(t.Context(), tenant.Only(fabrikam), DomainFilter{}); err != nil || d.Count != 1 || d.Rows[0].Services[0] != "Email" {
		t.Errorf("%+v, %v", d, err)
	}
	if l, err := s.Licences(t.Context(), tenant.Only(fabrikam), LicenceFilter{}); err != nil || l.Count != 1 || l.Rows[0].Consumed != 4 || l.Rows[0].Plans[0] != "INTUNE_A" {
		t.Errorf("%+v, %v", l, err)
	}
	if _, err := s.Get(t.Context(), contoso); !errors.Is(err, errs.NotFound) {
		t.Errorf("Get of another: %v", err)
	}
	if d, err := s.Domains(t.Context(), tenant.Only(contoso), DomainFilter{}); err != nil || d.Count != 0 {
		t.Errorf("Domains of another: %+v, %v", d, err)
	}
	if l, err := s.Licences(t.Context(), tenant.Only(contoso), LicenceFilter{}); err != nil || l.Count != 0 {
		t.Errorf("Licences of another: %+v, %v", l, err)
	}
	if _, err := s.Licence(t.Context(), contoso, "s1"); !errors.Is(err, errs.NotFound) {
		t.Errorf("Licence of another: %v", err)
	}
	if c, err := s.LicenceChanges(t.Context(), contoso, "s1", 9); err != nil || len(c) != 0 {
		t.Errorf("LicenceChanges of another: %+v, %v", c, err)
	}
}

func TestIntune(t *testing.T) {
	for _, tc := range []struct {
		of   []Licence
		want Intune
	}{
		{nil, IntuneNone},
		{[]Licence{{Status: "Enabled", Plans: []string{"EXCHANGE_S_STANDARD"}}}, IntuneNone},
		{[]Licence{{Status: "Suspended", Plans: []string{"INTUNE_A"}}}, IntuneSuspended},
		{[]Licence{{Status: "Suspended", Plans: []string{"INTUNE_A"}}, {Status: "Enabled", Plans: []string{"intune_a"}}}, IntuneLicensed},
		{[]Licence{{Status: "Warning", Plans: []string{"EMS"}}}, IntuneLicensed},
	} {
		if got := intune(tc.of); got != tc.want {
			t.Errorf("%+v: %s, want %s", tc.of, got, tc.want)
		}
	}
}

func TestCountry(t *testing.T) {
	for in, want := range map[string]string{"CH": "CH", " ch ": "CH", "": "", "CHE": "", "<>": ""} {
		if got := country(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}
