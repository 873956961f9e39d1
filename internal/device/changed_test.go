package device_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

func TestChangesAcrossTenants(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	at := func(hours int) time.Time { return noon.Add(time.Duration(hours) * time.Hour) }
	turn := func(n int, compliance, version string) device.Device {
		d := laptop(n)
		d.Compliance, d.OSVersion = compliance, version
		return d
	}
	merge(t, pool, s, contoso, 1, at(0), turn(1, "compliant", "1"), turn(2, "compliant", "1"))
	merge(t, pool, s, fabrikam, 2, at(0), turn(1, "compliant", "1"))
	merge(t, pool, s, contoso, 3, at(1), turn(1, "noncompliant", "1"), turn(2, "compliant", "2"))
	merge(t, pool, s, fabrikam, 4, at(2), turn(1, "compliant", "2"))
	merge(t, pool, s, contoso, 5, at(3), turn(1, "noncompliant", "2"))

	all, one := tenant.Everything(), tenant.Only(contoso)
	tell := func(c device.TenantChange) string {
		return c.TenantName + " " + c.DeviceName + " " + c.Field + " " + c.Old + ">" + c.New
	}
	list := func(scope tenant.Scope, f device.ChangeFilter) (out []string) {
		t.Helper()
		f.Limit = 2
		for {
			p, err := s.ChangesAcrossTenants(t.Context(), scope, f)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range p.Rows {
				out = append(out, tell(c))
			}
			if f.After = p.Next; p.Next == "" {
				if int(p.Count) != len(out) {
					t.Errorf("counted %d of %d", p.Count, len(out))
				}
				return out
			}
		}
	}
	newest := []string{
		"Contoso LAPTOP-002 gone false>true", "Contoso LAPTOP-001 os_version 1>2", "Fabrikam LAPTOP-001 os_version 1>2", "Contoso LAPTOP-002 os_version 1>2", "Contoso LAPTOP-001 compliance compliant>noncompliant",
	}
	equal(t, "all", list(all, device.ChangeFilter{}), newest...)
	equal(t, "one customer", list(one, device.ChangeFilter{}), newest[0], newest[1], newest[3], newest[4])
	equal(t, "of a customer", list(all, device.ChangeFilter{Tenants: []tenant.ID{fabrikam}}), newest[2])
	equal(t, "a customer out of reach", list(one, device.ChangeFilter{Tenants: []tenant.ID{fabrikam}}))
	equal(t, "of a field", list(all, device.ChangeFilter{Field: []string{"os_version"}}), newest[1], newest[2], newest[3])
	equal(t, "of two fields", list(all, device.ChangeFilter{Field: []string{"gone", "compliance"}}), newest[0], newest[4])
	equal(t, "between", list(all, device.ChangeFilter{From: at(1), To: at(3)}), newest[2], newest[3], newest[4])
	if p, err := s.ChangesAcrossTenants(t.Context(), all, device.ChangeFilter{CountMost: 3, Limit: 1}); err != nil || p.Count != 3 || !p.More || !p.Rows[0].At.Equal(at(3)) {
		t.Errorf("counted up to 3: %+v, %v", p, err)
	}
	var exported []string
	if err := s.EachChangeAcrossTenants(t.Context(), all, device.ChangeFilter{}, func(c device.TenantChange) error { exported = append(exported, tell(c)); return nil }); err != nil {
		t.Fatal(err)
	}
	equal(t, "exported", exported, newest...)
	for _, f := range []device.ChangeFilter{{After: "x"}, {Field: []string{"\x00"}}} {
		if _, err := s.ChangesAcrossTenants(t.Context(), all, f); !errors.Is(err, errs.Invalid) {
			t.Errorf("%+v: %v", f, err)
		}
	}
}

// changePlans holds that the list follows its indexes at a size at which the other ways are dear.
func changePlans(t *testing.T, pool *postgres.Pool, ids []tenant.ID) {
	for i, f := range []device.ChangeFilter{{}, {Field: []string{"compliance"}}, {From: noon.AddDate(-9, 0, 0), To: noon.AddDate(9, 0, 0)}, {Tenants: ids[:2]}} {
		for name, scope := range map[string]tenant.Scope{"all": tenant.Everything(), "one": tenant.Only(ids[0]), "three": tenant.Only(ids[:3]...)} {
			sql, args, err := device.ChangesSQL(scope, f)
			if err != nil {
				t.Fatal(err)
			}
			if plan := pgtest.Plan(t, pool, scope, sql, args); !strings.Contains(plan, "device_change_") || strings.Contains(plan, "Seq Scan on device_change") {
				t.Errorf("%d, %s:\n%s", i, name, plan)
			}
		}
	}
}
