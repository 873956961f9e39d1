package deviceaction_test

import (
	"errors"
	"log/slog"
	"testing"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/internal/deviceaction"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestJob: an order is sent once, customer by customer; half of it throttled, or without a sign-in, is told apart by cause and tried again alone;
// what was not sent can be taken back.
func TestJob(t *testing.T) {
	k := newDesk(t)
	var set []deviceaction.Device
	k.device(func(d graph.ManagedDevice) bool {
		if d.OS == "Windows" {
			set = append(set, deviceaction.Device{Tenant: k.tid, ID: d.ID, Name: d.DeviceName, Serial: d.Serial, OS: d.OS})
		}
		return len(set) == 4
	})
	elsewhere := set[0]
	elsewhere.Tenant = k.fab
	set = append(set, elsewhere)
	for _, d := range set[:2] {
		k.world.Faults.Add(world.Fault{Kind: "throttle", Path: d.ID + "/syncDevice", RetryAfter: 3600})
	}
	r := &deviceaction.Runner{Acts: k.acts, Log: slog.New(slog.NewTextHandler(t.Output(), nil))}
	both := tenant.Only(k.tid, k.fab)
	as := map[tenant.ID]string{k.tid: "technician at the customer"}
	stands := func(id int64, want string) []deviceaction.Cause {
		t.Helper()
		r.Wait()
		j, why, err := k.store.Job(t.Context(), both, id)
		if got := counts(j); err != nil || got != want {
			t.Errorf("the job stands at %s, %v, want %s", got, err, want)
		}
		return why
	}
	ask := k.ask("sync", deviceaction.Device{})
	id, err := r.Order(t.Context(), k.by, ask, set, as)
	if err != nil {
		t.Fatal(err)
	}
	if why := stands(id, "0 queued, 2 open, 3 failed, 0 cancelled"); len(why) != 2 || why[0].Lines != 2 || why[1].Lines != 1 {
		t.Errorf("causes: %+v", why)
	}
	if again, err := r.Order(t.Context(), k.by, ask, set, as); err != nil || again != id {
		t.Errorf("the same form again makes job %d, %v", again, err)
	}
	if other, err := r.Order(t.Context(), k.by, k.ask("sync", deviceaction.Device{}), set[2:4], as); err != nil {
		t.Error(err)
	} else if _, _, err := k.store.Job(t.Context(), both, other); !errors.Is(err, errs.NotFound) {
		t.Errorf("a job of devices on which all is under way: %v", err)
	}
	k.world.Faults.Clear()
	if err := r.Again(t.Context(), k.by, "q-2", tenant.Only(k.tid), id); err != nil {
		t.Error(err)
	}
	stands(id, "0 queued, 4 open, 1 failed, 0 cancelled")
	if _, err := k.pool.In(k.fab).Exec(t.Context(), `UPDATE device_action SET state = 'queued', ended_at = NULL WHERE job_id = $1 AND state = 'failed'`, id); err != nil { // as a portal that stopped leaves it
		t.Fatal(err)
	}
	if err := r.Stop(t.Context(), k.by, "q-3", tenant.Only(k.fab), id); err != nil {
		t.Error(err)
	}
	stands(id, "0 queued, 4 open, 0 failed, 1 cancelled")
	if list, _, n, err := k.store.List(t.Context(), tenant.Only(k.tid), deviceaction.Filter{Sort: "asked", Job: id}); err != nil || n != 4 || list[0].JobID != id || list[0].As != as[k.tid] {
		t.Errorf("listed: %v, %d, %v", list, n, err)
	}
	for _, x := range []struct {
		scope                   tenant.Scope
		state, by               string
		count, lines, customers int64
	}{{both, "waiting", "", 1, 5, 2}, {tenant.Only(k.tid), "waiting", k.by.Name, 1, 4, 1}, {tenant.Only(k.fab), "ended", "", 1, 1, 1}, {tenant.Only(k.fab), "waiting", "", 0, 0, 0}, {both, "waiting", "nobody", 0, 0, 0}, {tenant.Only(), "waiting", "", 0, 0, 0}} {
		f := deviceaction.JobFilter{State: []string{x.state}, By: x.by, Now: k.acts.Now(), Sort: "devices"}
		list, _, n, err := k.store.Jobs(t.Context(), x.scope, f)
		if err != nil || n != x.count || int64(len(list)) != n || n == 1 && (list[0].ID != id || list[0].Lines != x.lines || list[0].Customers != x.customers || string(list[0].State(f.Now)) != x.state) {
			t.Errorf("%+v: listed %+v, %d, %v", x, list, n, err)
		}
	}
	if _, err := r.Order(t.Context(), k.by, k.ask("wipe", deviceaction.Device{}), set, as); !errors.Is(err, errs.Invalid) {
		t.Errorf("a wipe of many: %v", err)
	}
}

func counts(j deviceaction.Job) string {
	n := func(v int64) string { return string(rune('0' + v)) }
	return n(j.Queued) + " queued, " + n(j.Open) + " open, " + n(j.Failed) + " failed, " + n(j.Cancelled) + " cancelled"
}
