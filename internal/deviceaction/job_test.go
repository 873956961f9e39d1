package deviceaction_test

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
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
	r := &deviceaction.Runner{Acts: k.acts, May: k.may, Log: slog.New(slog.NewTextHandler(t.Output(), nil))}
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
	k.account = "another@customer" // signed in anew meanwhile
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
	named := map[string]int{}
	list, _, n, err := k.store.List(t.Context(), tenant.Only(k.tid), deviceaction.Filter{Sort: "asked", Job: id})
	for _, a := range list {
		named[a.As]++
	}
	if err != nil || n != 4 || list[0].JobID != id || named[as[k.tid]] != 2 || named[k.account] != 2 {
		t.Errorf("listed: %v, %d, %v", list, n, err)
	}
	for _, x := range []struct {
		scope                   tenant.Scope
		state, by               string
		count, lines, customers int64
	}{{both, "waiting", "", 1, 5, 2}, {tenant.Only(k.tid), "waiting", k.by.Name, 1, 4, 1}, {tenant.Only(k.fab), "cancelled", "", 1, 1, 1}, {tenant.Only(k.fab), "waiting", "", 0, 0, 0}, {both, "waiting", "nobody", 0, 0, 0}, {tenant.Only(), "waiting", "", 0, 0, 0}} {
		f := deviceaction.JobFilter{State: []string{x.state}, By: x.by, Now: k.acts.Now(), Sort: "devices"}
		list, _, n, err := k.store.Jobs(t.Context(), x.scope, f)
		if err != nil || n != x.count || int64(len(list)) != n || n == 1 && (list[0].ID != id || list[0].Lines != x.lines || list[0].Customers != x.customers || string(list[0].State(f.Now)) != x.state) {
			t.Errorf("%+v: listed %+v, %d, %v", x, list, n, err)
		}
	}
	if _, err := r.Order(t.Context(), k.by, k.ask("locate", deviceaction.Device{}), set, as); !errors.Is(err, errs.Invalid) {
		t.Errorf("many are located: %v", err)
	}
}

// pcs are Windows devices at the customer.
func (k *desk) pcs(n int) (set []deviceaction.Device) {
	k.device(func(d graph.ManagedDevice) bool {
		if d.OS == "Windows" {
			set = append(set, deviceaction.Device{Tenant: k.tid, ID: d.ID, Name: d.DeviceName, Serial: d.Serial, OS: d.OS})
		}
		return len(set) == n
	})
	return set
}

// TestBrakedJob: what destroys something passes the brake as a whole, is sent once somebody approved, gives back what was not sent, and is not
// repeated by itself.
func TestBrakedJob(t *testing.T) {
	k := newDesk(t)
	b := &budget{id: 7, says: deviceaction.Decision{Waits: true, Sentence: "A second person must approve."}}
	k.acts.Brake = b
	r := &deviceaction.Runner{Acts: k.acts, May: k.may, Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Windows: deviceaction.NewWindows(k.pool, audit.NewStore(k.pool))}
	all := k.pcs(6)
	scope, set := tenant.Only(k.tid), all[:4]
	stands := func(id int64, want string) (j deviceaction.Job, why []deviceaction.Cause) {
		t.Helper()
		r.Wait()
		j, why, err := k.store.Job(t.Context(), scope, id)
		if got := counts(j); err != nil || got != want {
			t.Errorf("the job stands at %s, %v, want %s", got, err, want)
		}
		return j, why
	}
	ask := k.ask("wipe", deviceaction.Device{})
	ask.Options, ask.Reason = deviceaction.Options{KeepUser: true, Label: "user account and files kept on Windows"}, "End of lease"
	id, err := r.Order(t.Context(), k.by, ask, set, nil)
	if err != nil {
		t.Fatal(err)
	}
	if j, _ := stands(id, "4 queued, 0 open, 0 failed, 0 cancelled"); j.BrakeID != 7 || j.State(k.acts.Now()) != deviceaction.JobHeld || len(b.asked.Lines) != 4 || b.asked.Terms != ask.Options.Label || b.asked.Reason != "End of lease" {
		t.Errorf("before anybody approved: %+v, asked %+v", j, b.asked)
	}
	lines, _, _, err := k.store.List(t.Context(), scope, deviceaction.Filter{Sort: "device", Job: id})
	if err != nil || len(lines) != 4 || !lines[0].Options.KeepUser {
		t.Fatalf("lines: %+v, %v", lines, err)
	}
	if _, err := k.acts.Go(t.Context(), k.by, "q", lines[0], ""); !errors.Is(err, errs.Conflict) {
		t.Errorf("one of many is sent alone: %v", err)
	}
	if err := r.Start(t.Context(), k.by, "q", scope, id); !errors.Is(err, errs.Conflict) {
		t.Errorf("sent before anybody approved: %v", err)
	}
	if err := k.acts.Drop(t.Context(), k.by, "q", lines[0]); err != nil || b.back != 1 || b.withdrawn != 0 {
		t.Errorf("one is taken back: %v, given back %d, withdrawn %d", err, b.back, b.withdrawn)
	}
	overlapping := k.ask("wipe", deviceaction.Device{})
	if _, err := r.Order(t.Context(), k.by, overlapping, all[2:], nil); !errors.Is(err, errs.Conflict) || b.withdrawn != 7 {
		t.Errorf("a set in which one is under way already: %v, withdrawn %d", err, b.withdrawn)
	}
	b.says = deviceaction.Decision{Granted: true}
	k.world.Faults.Add(world.Fault{Kind: "throttle", Path: lines[1].DeviceID + "/wipe", RetryAfter: 3600})
	k.world.Faults.Add(world.Fault{Kind: "unavailable", Path: lines[2].DeviceID + "/wipe"})
	if err := r.Start(t.Context(), k.by, "q", scope, id); err != nil || len(b.asked.Lines) != 4 || b.asked.Nonce != ask.Nonce {
		t.Errorf("sent after the approval: %v, asked %+v", err, b.asked)
	}
	if j, why := stands(id, "0 queued, 1 open, 1 failed, 1 cancelled"); j.Unknown != 1 || len(why) != 2 || b.spent != 3 || b.back != 2 {
		t.Errorf("a throttled line and a lost answer: %+v, causes %+v, spent %d, given back %d", j, why, b.spent, b.back)
	}
	k.world.Faults.Clear()
	if err := r.Again(t.Context(), k.by, "q", scope, id); !errors.Is(err, errs.Conflict) {
		t.Errorf("a wipe is repeated by itself: %v", err)
	}
	if failed, err := k.store.Failed(t.Context(), scope, id); err != nil || len(failed) != 1 || failed[0].ID != lines[1].DeviceID {
		t.Errorf("what can be chosen again: %v, %v", failed, err)
	}
	if busy, err := k.store.Busy(t.Context(), scope, "wipe", set); err != nil || len(busy) != 2 || !busy[deviceaction.Device{Tenant: k.tid, ID: lines[2].DeviceID}] {
		t.Errorf("under way: %v, %v", busy, err)
	}

	lock := k.ask("retire", deviceaction.Device{})
	if id, err = r.Order(t.Context(), k.by, lock, all[4:], nil); err != nil {
		t.Fatal(err)
	}
	if j, _ := stands(id, "0 queued, 2 open, 0 failed, 0 cancelled"); j.BrakeID != 7 || b.spent != 5 {
		t.Errorf("granted at once: %+v, spent %d", j, b.spent)
	}
	b.says = deviceaction.Decision{Waits: true, Sentence: "A second person must approve."}
	b.withdrawn = 0
	if id, err = r.Order(t.Context(), k.by, k.ask("delete", deviceaction.Device{}), all[4:], nil); err != nil {
		t.Fatal(err)
	}
	if lines, _, _, err = k.store.List(t.Context(), scope, deviceaction.Filter{Sort: "device", Job: id}); err != nil || len(lines) != 2 {
		t.Fatal(lines, err)
	}
	if err := errors.Join(k.acts.Drop(t.Context(), k.by, "q", lines[0]), r.Stop(t.Context(), k.by, "q", scope, id)); err != nil || b.withdrawn != 7 {
		t.Errorf("the rest is taken back after one was: %v, withdrawn %d", err, b.withdrawn)
	}
	if id, err = r.Order(t.Context(), k.by, k.ask("clean", deviceaction.Device{}), all[4:], nil); err != nil {
		t.Fatal(err)
	}
	b.says, b.back = deviceaction.Decision{Sentence: "Mia refused this: not stolen"}, 0
	if err := r.Start(t.Context(), k.by, "q", scope, id); !errors.Is(err, errs.Conflict) || b.back != 2 {
		t.Errorf("refused: %v, given back %d", err, b.back)
	}
	if _, why := stands(id, "0 queued, 0 open, 0 failed, 2 cancelled"); len(why) != 1 || why[0].Said != b.says.Sentence {
		t.Errorf("why it was cancelled: %+v", why)
	}
	k.world.Faults.Add(world.Fault{Kind: "approvalRequired"})
	if id, err = r.Order(t.Context(), k.by, k.ask("restart", deviceaction.Device{}), all[4:], nil); err != nil {
		t.Fatal(err)
	}
	if j, _ := stands(id, "0 queued, 0 open, 0 failed, 0 cancelled"); j.Approval != 2 || j.State(k.acts.Now()) != deviceaction.JobApproval {
		t.Errorf("what Intune holds back: %+v", j)
	}
	if list, _, n, err := k.store.Jobs(t.Context(), scope, deviceaction.JobFilter{State: []string{"approval"}, Now: k.acts.Now(), Sort: "asked"}); err != nil || n != 1 || list[0].ID != id {
		t.Errorf("jobs that Intune holds back: %v, %v", list, err)
	}
}

// TestWindow: a job waits for each customer's window, sends nothing before it opens or after it closed, and shows when that is.
func TestWindow(t *testing.T) {
	k := newDesk(t) // Wednesday noon, UTC
	windows := deviceaction.NewWindows(k.pool, audit.NewStore(k.pool))
	r := &deviceaction.Runner{Acts: k.acts, May: k.may, Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Windows: windows, Pace: time.Millisecond}
	set, scope := k.pcs(2), tenant.Only(k.tid)
	ask := k.ask("sync", deviceaction.Device{})
	ask.Windows = true
	if _, err := r.Order(t.Context(), k.by, ask, set, nil); !errors.Is(err, errs.Conflict) {
		t.Errorf("a customer without a window: %v", err)
	}
	w := deviceaction.Window{Days: []time.Weekday{time.Wednesday}, Opens: 22 * 60, Closes: 4 * 60, Zone: "Europe/Berlin"}
	if err := windows.Set(t.Context(), k.tid, w, k.by, "q", k.acts.Now()); err != nil {
		t.Fatal(err)
	}
	if all, err := windows.All(t.Context(), tenant.Only(k.tid, k.fab)); err != nil || len(all) != 1 || all[k.tid].String() != "Wed, 22:00 to 04:00 (Europe/Berlin)" {
		t.Errorf("windows: %v, %v", all, err)
	}
	ask.Nonce += "again"
	id, err := r.Order(t.Context(), k.by, ask, set, nil)
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(20 * time.Millisecond) // time enough to send what must not be sent
	j, _, err := k.store.Job(t.Context(), scope, id)
	if err != nil || j.Queued != 2 || j.State(k.acts.Now()) != deviceaction.JobPlanned || !j.OpensAt.Equal(time.Date(2026, 8, 12, 20, 0, 0, 0, time.UTC)) {
		t.Errorf("before it opens: %+v, %v", j, err)
	}
	if list, _, n, err := k.store.Jobs(t.Context(), scope, deviceaction.JobFilter{State: []string{"planned"}, Now: k.acts.Now(), Sort: "asked"}); err != nil || n != 1 || list[0].ID != id {
		t.Errorf("planned: %v, %v", list, err)
	}
	k.world.Clock.Advance(9 * time.Hour)
	r.Wait()
	if j, _, err := k.store.Job(t.Context(), scope, id); err != nil || j.Queued != 0 || j.Open != 2 {
		t.Errorf("while it is open: %+v, %v", j, err)
	}

	later := deviceaction.Window{Days: []time.Weekday{time.Thursday}, Opens: 10 * 60, Closes: 11 * 60, Zone: "UTC"}
	for tid, w := range map[tenant.ID]deviceaction.Window{k.tid: later, k.fab: w} {
		if err := windows.Set(t.Context(), tid, w, k.by, "q", k.acts.Now()); err != nil {
			t.Fatal(err)
		}
	}
	two, both := k.ask("restart", deviceaction.Device{}), tenant.Only(k.tid, k.fab)
	two.Windows = true
	elsewhere := set[1]
	elsewhere.Tenant = k.fab
	if id, err = r.Order(t.Context(), k.by, two, []deviceaction.Device{set[0], elsewhere}, nil); err != nil {
		t.Fatal(err)
	}
	for range 2000 { // until it failed where the window is open, as nobody is signed in there
		if j, _, err = k.store.Job(t.Context(), both, id); err != nil || j.Queued == 1 && j.State(k.acts.Now()) == deviceaction.JobPlanned {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	if err != nil || j.Queued != 1 || !j.OpensAt.Equal(time.Date(2026, 8, 13, 10, 0, 0, 0, time.UTC)) {
		t.Errorf("between two windows: %+v, %v", j, err)
	}
	if err := r.Again(t.Context(), k.by, "q", both, id); !errors.Is(err, errs.Conflict) {
		t.Errorf("tried again while it waits for a window: %v", err)
	}
	if err := r.Start(t.Context(), k.by, "q", both, id); err != nil {
		t.Errorf("sent once more while it waits for a window: %v", err)
	}
	k.lost = k.tid
	k.world.Clock.Advance(13*time.Hour + 30*time.Minute)
	r.Wait()
	if j, why, err := k.store.Job(t.Context(), scope, id); err != nil || j.Failed != 1 || len(why) != 1 || why[0].Said != "You may not act at this customer any more." {
		t.Errorf("the person lost the customer meanwhile: %+v, %+v, %v", j, why, err)
	}
	b := &budget{says: deviceaction.Decision{Waits: true, Sentence: "A second person must approve."}}
	k.acts.Brake = b
	wipe := k.ask("wipe", deviceaction.Device{})
	wipe.Windows = true
	now := k.acts.Now() // in the window, which closes in less than 12 hours
	if _, err := r.Order(t.Context(), k.by, wipe, set, nil); err != nil || b.asked.Until.Before(now) || b.asked.Until.After(now.Add(12*time.Hour)) || !strings.HasSuffix(b.asked.Terms, "in the customers’ maintenance windows") {
		t.Errorf("a wipe in the window: %+v, %v", b.asked, err)
	}
	k.world.Clock.Advance(20 * time.Hour)
	if _, err := r.Preview(t.Context(), k.by, wipe, set); !errors.Is(err, errs.Conflict) {
		t.Errorf("a wipe days before the window: %v", err)
	}
	if err := windows.Set(t.Context(), k.tid, deviceaction.Window{}, k.by, "q", k.acts.Now()); err != nil {
		t.Error(err)
	}
	if _, err := windows.Get(t.Context(), k.tid); !errors.Is(err, errs.NotFound) {
		t.Errorf("taken away: %v", err)
	}
}

func TestNextWindow(t *testing.T) {
	t.Parallel()
	at := func(s string) time.Time {
		v, err := time.Parse("2006-01-02 15:04", s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	night := deviceaction.Window{Days: []time.Weekday{time.Saturday, time.Sunday}, Opens: 22 * 60, Closes: 4 * 60, Zone: "Europe/Berlin"}
	day := deviceaction.Window{Days: []time.Weekday{time.Monday}, Opens: 9 * 60, Closes: 17 * 60, Zone: "UTC"}
	for _, tc := range []struct {
		w                  deviceaction.Window
		now, opens, closes string
	}{
		{night, "2026-11-27 12:00", "2026-11-28 21:00", "2026-11-29 03:00"}, // Friday
		{night, "2026-11-29 02:59", "2026-11-28 21:00", "2026-11-29 03:00"}, // still open
		{night, "2026-11-29 03:00", "2026-11-29 21:00", "2026-11-30 03:00"},
		{night, "2026-03-28 23:00", "2026-03-28 21:00", "2026-03-29 02:00"}, // the clocks go forward while it is open
		{day, "2026-11-30 17:00", "2026-12-07 09:00", "2026-12-07 17:00"},
		{day, "2026-11-30 08:59", "2026-11-30 09:00", "2026-11-30 17:00"},
	} {
		if opens, closes := tc.w.Next(at(tc.now)); !opens.Equal(at(tc.opens)) || !closes.Equal(at(tc.closes)) {
			t.Errorf("%v at %s: %v to %v", tc.w, tc.now, opens.UTC(), closes.UTC())
		}
	}
	for _, w := range []deviceaction.Window{{}, {Days: day.Days, Opens: -1, Zone: "UTC"}, {Days: day.Days, Closes: 1440, Zone: "UTC"}, {Days: day.Days, Zone: "Mars/Base"}, {Days: day.Days}, {Days: day.Days, Zone: "Local"}} {
		if !errors.Is(w.Check(), errs.Invalid) {
			t.Errorf("%+v is a window", w)
		}
	}
	if day.Check() != nil {
		t.Error(day.Check())
	}
}

func counts(j deviceaction.Job) string {
	n := func(v int64) string { return string(rune('0' + v)) }
	return n(j.Queued) + " queued, " + n(j.Open) + " open, " + n(j.Failed) + " failed, " + n(j.Cancelled) + " cancelled"
}
