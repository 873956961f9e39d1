package device_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

// acted is a laptop with results.
func acted(n int, of ...device.Action) device.Device {
	d := laptop(n)
	d.Actions, _ = json.Marshal(of)
	return d
}

func results(t *testing.T, s *device.Store, scope tenant.Scope, f device.ResultFilter) (out []string) {
	t.Helper()
	for {
		p, err := s.Results(t.Context(), scope, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range p.Rows {
			out = append(out, r.TenantName+" "+r.DeviceID+" "+r.Name+" "+r.State)
		}
		if f.After = p.Next; f.After == "" {
			if int(p.Count) != len(out) {
				t.Errorf("%+v: %d rows, counted %d", f, len(out), p.Count)
			}
			return out
		}
	}
}

func equal(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n%q, want\n%q", what, got, want)
	}
}

func TestResultsFollowTheDevices(t *testing.T) {
	pool, s := twoTenants(t)
	at := func(h int) time.Time { return noon.Add(time.Duration(h) * time.Hour) }
	wipe := device.Action{Name: "wipe", State: "failed", StartedAt: at(-3), UpdatedAt: at(-2), ErrorCode: 7}
	sync := device.Action{Name: "syncDevice", State: "pending", StartedAt: at(-1)}
	old := device.Action{Name: "reboot", State: "done"} // Graph may leave the times out
	merge(t, pool, s, contoso, 1, noon, acted(1, wipe, sync), acted(2, old, device.Action{}), laptop(3))
	merge(t, pool, s, fabrikam, 2, noon, acted(1, device.Action{Name: "wipe", State: "done", StartedAt: at(-2)}, device.Action{Name: "wipe", State: "failed", StartedAt: at(-9)}))

	all, one := tenant.Everything(), tenant.Only(contoso)
	newest := []string{"Contoso d001 syncDevice pending", "Fabrikam d001 wipe done", "Contoso d001 wipe failed", "Contoso d002 reboot done"}
	equal(t, "newest first", results(t, s, all, device.ResultFilter{Desc: true}), newest...)
	equal(t, "newest first, one by one", results(t, s, all, device.ResultFilter{Desc: true, Limit: 1}), newest...)
	equal(t, "one customer", results(t, s, one, device.ResultFilter{Desc: true, Limit: 2}), newest[0], newest[2], newest[3])
	equal(t, "by device", results(t, s, one, device.ResultFilter{Sort: "device", Limit: 1}), newest[0], newest[2], newest[3])
	equal(t, "by customer", results(t, s, all, device.ResultFilter{Sort: "customer", Limit: 1}), newest[0], newest[2], newest[3], newest[1])
	equal(t, "by customer, down", results(t, s, all, device.ResultFilter{Sort: "customer", Desc: true, Limit: 2}), newest[1], newest[3], newest[2], newest[0])
	equal(t, "wipes", results(t, s, all, device.ResultFilter{Action: []string{"wipe", "factoryReset"}}), newest[2], newest[1])
	equal(t, "failed wipes", results(t, s, all, device.ResultFilter{Action: []string{"wipe"}, State: []string{"failed"}}), newest[2])
	equal(t, "failed or pending", results(t, s, all, device.ResultFilter{State: []string{"failed", "pending"}, Desc: true}), newest[0], newest[2])
	equal(t, "of the last two hours", results(t, s, all, device.ResultFilter{Since: at(-2), Desc: true}), newest[0], newest[1])
	equal(t, "of a customer", results(t, s, all, device.ResultFilter{Tenants: []tenant.ID{fabrikam}}), newest[1])
	equal(t, "a customer out of reach", results(t, s, one, device.ResultFilter{Tenants: []tenant.ID{fabrikam}}))
	if p, err := s.Results(t.Context(), all, device.ResultFilter{CountMost: 2, Limit: 1}); err != nil || p.Count != 2 || !p.More {
		t.Errorf("counted up to 2: %d, more %t, %v", p.Count, p.More, err)
	}
	p, err := s.Results(t.Context(), one, device.ResultFilter{Sort: "device", Desc: true, Limit: 2})
	if err != nil || p.Rows[1].Action != wipe || p.Rows[0].Device != "LAPTOP-002" || !p.Rows[0].StartedAt.IsZero() || !p.Rows[0].UpdatedAt.IsZero() {
		t.Errorf("%+v, %v", p.Rows, err)
	}
	var exported []string
	if err := s.EachResult(t.Context(), all, device.ResultFilter{Desc: true}, func(r device.Result) error {
		exported = append(exported, r.TenantName+" "+r.DeviceID+" "+r.Name+" "+r.State)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	equal(t, "exported", exported, newest...)

	// A repeat overwrites, a result that Graph no longer has goes, a new name is taken over, and a device that is gone takes its own along.
	again := acted(1, device.Action{Name: "wipe", State: "pending", StartedAt: at(1)})
	again.Name = "TILL-1"
	merge(t, pool, s, contoso, 3, at(1), again, laptop(3))
	if p, err = s.Results(t.Context(), one, device.ResultFilter{}); err != nil || len(p.Rows) != 1 || p.Rows[0].Device != "TILL-1" || p.Rows[0].State != "pending" || p.Rows[0].ErrorCode != 0 {
		t.Errorf("after the next read: %+v, %v", p.Rows, err)
	}
	merge(t, pool, s, contoso, 4, at(2), laptop(3), acted(2, old))
	equal(t, "a device back, another gone", results(t, s, one, device.ResultFilter{}), newest[3])
}

// TestResultsAreWrittenOnlyWhereTheyDiffer looks at the rows themselves: most of what changes of a device is not its results.
func TestResultsAreWrittenOnlyWhereTheyDiffer(t *testing.T) {
	pool, s := twoTenants(t)
	done, failed := device.Action{Name: "wipe", State: "done", StartedAt: noon}, device.Action{Name: "reboot", State: "failed", StartedAt: noon}
	merge(t, pool, s, contoso, 1, noon, acted(1, done, failed))
	versions := func() (out []string) {
		rows, err := pool.Raw().Query(t.Context(), `SELECT action || ' ' || xmin FROM device_action_result ORDER BY action`)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var v string
			if err := rows.Scan(&v); err != nil {
				t.Fatal(err)
			}
			out = append(out, v)
		}
		return out
	}
	was := versions()
	moved := acted(1, done, failed)
	moved.OSVersion = "10.0.26100.2"
	merge(t, pool, s, contoso, 2, noon, moved)
	equal(t, "another version of the system", versions(), was...)
	failed.State = "done"
	merge(t, pool, s, contoso, 3, noon, acted(1, done, failed))
	if now := versions(); len(now) != 2 || now[0] == was[0] || now[1] != was[1] {
		t.Errorf("another state of one: %q, before %q", now, was)
	}
}

// resultPlans holds that the list follows its indexes at a size at which the other ways are dear.
func resultPlans(t *testing.T, pool *postgres.Pool, ids []tenant.ID) {
	all, one := tenant.Everything(), tenant.Only(ids[0])
	for i, f := range []device.ResultFilter{
		{Desc: true}, {Sort: "device"}, {Sort: "customer"}, {State: []string{"failed"}, Desc: true}, {Action: []string{"wipe"}, State: []string{"failed"}, Desc: true},
		{Action: []string{"nothing"}, State: []string{"failed"}, Desc: true}, {Since: noon.AddDate(9, 0, 0), Desc: true},
	} {
		for name, scope := range map[string]tenant.Scope{"all": all, "one": one} {
			sql, args, err := device.ResultsSQL(scope, f)
			if err != nil {
				t.Fatal(err)
			}
			if plan := pgtest.Plan(t, pool, scope, sql, args); !strings.Contains(plan, "device_action_result_") || strings.Contains(plan, "Seq Scan on device_action_result") {
				t.Errorf("%d, %s:\n%s", i, name, plan)
			}
		}
	}
}
