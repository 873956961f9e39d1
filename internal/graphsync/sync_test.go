package graphsync_test

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/app"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/internal/detectedapp"
	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/organization"
	"github.com/tenantry/tenantry/internal/protection"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/tenant"
)

var small = world.Options{Tenants: 12, Devices: 3000, Seed: 7}

func full(w *world.Tenant) bool {
	return w.Consent == world.ConsentFull && w.Intune && w.Devices > 50
}

func TestFirstReadBringsEverything(t *testing.T) {
	t.Parallel()
	r := newRig(t, small, graphsync.Options{})
	tid, w := r.customer(full)
	for _, d := range ofCustomers() {
		if err := r.sync.ReadOnce(t.Context(), tid, d); err != nil {
			t.Fatalf("%s: %v", d, err)
		}
		if st := r.status(tid, d); st.State != "ok" || st.LastCompleteRun != 1 || st.LastCompleteAt.IsZero() {
			t.Errorf("%s: %+v", d, st)
		}
	}
	scope := tenant.Only(tid)
	devices, err := r.devices.List(t.Context(), scope, device.Filter{Limit: 500})
	if err != nil || devices.Count != int64(w.Devices) {
		t.Errorf("%d devices, want %d (%v)", devices.Count, w.Devices, err)
	}
	counted := int64(0)
	counters, _ := r.sync.Counters(t.Context(), scope, graphsync.Devices)
	for _, s := range device.ComplianceStates {
		counted += counters["compliance:"+s]
		page, err := r.devices.List(t.Context(), scope, device.Filter{Compliance: []string{s}, Q: " "})
		if err != nil || page.Count != counters["compliance:"+s] {
			t.Errorf("%s: list says %d, counter %d (%v)", s, page.Count, counters["compliance:"+s], err)
		}
	}
	if counted != devices.Count {
		t.Errorf("compliance counters add up to %d of %d", counted, devices.Count)
	}
	for _, d := range devices.Rows {
		if d.Name == "" || d.OS == "" || d.Compliance == "" || d.TenantName == "" || d.TenantName == tid.String() {
			t.Errorf("thin device %+v", d)
			break
		}
	}
	apps, err := r.apps.List(t.Context(), scope, app.Filter{Limit: 500})
	if err != nil || apps.Count == 0 {
		t.Errorf("%d apps (%v)", apps.Count, err)
	}
	assigned := 0
	for _, a := range apps.Rows {
		of, err := r.apps.Assignments(t.Context(), tid, a.ID)
		if err != nil || len(of) != a.Assignments {
			t.Errorf("app %s: %d assignments, want %d (%v)", a.Name, len(of), a.Assignments, err)
		}
		assigned += len(of)
		if a.Name == "" || a.Type == "mobileApp" {
			t.Errorf("thin app %+v", a)
		}
	}
	if assigned == 0 {
		t.Error("no app is assigned")
	}
	org, err := r.orgs.Get(t.Context(), tid)
	if err != nil || org.DisplayName == "" || org.Intune != "licensed" {
		t.Errorf("organization %+v, %v", org, err)
	}
	if d, err := r.orgs.Domains(t.Context(), tenant.Only(tid), organization.DomainFilter{}); err != nil || !slices.ContainsFunc(d.Rows, func(d organization.Domain) bool { return d.Default }) {
		t.Errorf("domains %+v, %v", d, err)
	}
	if l, err := r.orgs.Licences(t.Context(), tenant.Only(tid), organization.LicenceFilter{Intune: []bool{true}}); err != nil || len(l.Rows) == 0 || len(l.Rows[0].Plans) == 0 || l.Rows[0].Name == l.Rows[0].PartNumber {
		t.Errorf("licences %+v, %v", l, err)
	}
	jobs, err := r.provisioning.ListJobs(t.Context(), scope, provisioning.JobFilter{})
	if err != nil || jobs.Count == 0 || jobs.Rows[0].AppName == "" {
		t.Errorf("jobs %+v, %v", jobs, err)
	}
	for _, j := range jobs.Rows {
		schemas, err := r.provisioning.Schemas(t.Context(), j.Tenant, j.SPID)
		if err != nil || len(schemas) == 0 || schemas[0].ReadAt.IsZero() || len(schemas[0].Read()[0].Objects) != 2 {
			t.Errorf("how %s maps: %+v, %v", j.ID, schemas, err)
		}
	}
	var gallery string
	if err := r.pool.In(tid).QueryRow(t.Context(), `SELECT max(gallery) FROM provisioning_schema`).Scan(&gallery); err != nil {
		t.Fatal(err)
	}
	if fields, err := r.provisioning.Fields(t.Context(), scope, gallery); err != nil || len(fields) < 2 {
		t.Errorf("credentials that the application %q wants: %v, %v", gallery, fields, err)
	}
	events, err := r.provisioning.ListEvents(t.Context(), scope, provisioning.EventFilter{})
	if err != nil || events.Count == 0 || len(events.Rows[0].Steps()) == 0 {
		t.Errorf("%d events, %v", events.Count, err)
	}
	programs, err := r.detected.Programs(t.Context(), scope, detectedapp.Filter{})
	if err != nil || programs.Count == 0 || programs.Rows[0].Name == "" || programs.Rows[0].Devices == 0 {
		t.Errorf("detected apps %+v, %v", programs, err)
	}
	protected, err := r.protection.List(t.Context(), scope, protection.Filter{})
	if err != nil || protected.Count == 0 || protected.Count >= int64(w.Devices) || protected.Rows[0].SignatureVersion == "" {
		t.Errorf("protection of %d devices, %v", protected.Count, err)
	}
	if found, err := r.protection.Malware(t.Context(), scope, protection.MalwareFilter{}); err != nil || found.Count == 0 || found.Rows[0].Severity == "unknown" {
		t.Errorf("malware %+v, %v", found, err)
	}
	fresh, err := r.sync.Freshness(t.Context(), scope, graphsync.Devices)
	if err != nil || fresh.State != graphsync.Complete {
		t.Errorf("freshness %+v, %v", fresh, err)
	}
	if snap, ok := fresh.Snapshot(); !ok || snap.Tenant() != tid || snap.Run() != 1 || snap.AsOf().IsZero() {
		t.Errorf("snapshot %+v, %t", snap, ok)
	}
	days, err := r.sync.Daily(t.Context(), scope, graphsync.Devices, "total", time.Now().AddDate(0, 0, -7))
	if err != nil || len(days) != 1 || days[0].Value != int64(w.Devices) {
		t.Errorf("days %+v, %v", days, err)
	}
}

func TestUnchangedReadWritesNoRow(t *testing.T) {
	t.Parallel()
	o := small
	o.Now = func() time.Time { return time.Date(2026, 8, 12, 12, 0, 0, 0, time.UTC) }
	r := newRig(t, o, graphsync.Options{})
	tid, w := r.customer(full)
	for range 2 {
		for _, d := range ofCustomers() {
			if err := r.sync.ReadOnce(t.Context(), tid, d); err != nil {
				t.Fatal(err)
			}
		}
	}
	runs, err := r.sync.Runs(t.Context(), tenant.Only(tid), graphsync.Filter{Limit: 100})
	if err != nil || len(runs.Rows) != 2*len(ofCustomers()) {
		t.Fatalf("%d runs, %v", len(runs.Rows), err)
	}
	for _, a := range runs.Rows {
		switch {
		case a.State != "ok" || a.Pages == 0:
			t.Errorf("run %+v", a)
		case a.Run == 1 && a.Dataset == graphsync.Devices && a.Written != int64(w.Devices):
			t.Errorf("first read wrote %d of %d", a.Written, w.Devices)
		case a.Run == 2 && (a.Written != 0 || a.Gone != 0):
			t.Errorf("second read of %s wrote %d, lost %d", a.Dataset, a.Written, a.Gone)
		}
	}
	r.brokenAnswers(tid, w)
}

// brokenAnswers holds of every dataset that answers which break off in their midst change nothing that was read, and that it is said.
func (r *rig) brokenAnswers(tid tenant.ID, w *world.Tenant) {
	r.t.Helper()
	r.cloud.World.Faults.Add(world.Fault{Kind: "truncate", Tenant: w.ID})
	defer r.cloud.World.Faults.Clear()
	for _, d := range ofCustomers() {
		if d == graphsync.ProvisioningLog {
			continue // Microsoft's limit of its own makes retries of it wait in real time
		}
		before := r.status(tid, d)
		if err := r.sync.ReadOnce(r.t.Context(), tid, d); err != nil {
			r.t.Fatal(err)
		}
		st := r.status(tid, d)
		if st.State != "failed" || st.LastCompleteRun != before.LastCompleteRun || st.Trouble.Kind != "badanswer" {
			r.t.Errorf("%s after broken answers: %+v", d, st)
		}
		r.ahead.Add(int64(2 * time.Hour)) // any rest and any pause are over
	}
	runs, err := r.sync.Runs(r.t.Context(), tenant.Only(tid), graphsync.Filter{Limit: 100})
	if err != nil {
		r.t.Fatal(err)
	}
	for _, a := range runs.Rows {
		if a.Run == 3 && (a.Written != 0 || a.Gone != 0) {
			r.t.Errorf("broken answers of %s wrote %d, lost %d", a.Dataset, a.Written, a.Gone)
		}
	}
}

// TestFaultKeepsWhatWasRead breaks the second read of the devices in every way, in the middle.
func TestFaultKeepsWhatWasRead(t *testing.T) {
	t.Parallel()
	r := newRig(t, world.Options{Tenants: 12, Devices: 7500, Seed: 7}, graphsync.Options{})
	tid, w := r.customer(func(w *world.Tenant) bool { return full(w) && w.Devices > 2000 }) // three pages
	if err := r.sync.ReadOnce(t.Context(), tid, graphsync.Devices); err != nil {
		t.Fatal(err)
	}
	before := r.status(tid, graphsync.Devices)
	for _, tc := range []struct {
		name  string
		fail  func(*http.Request) // each request after the first page
		pages int64
		kind  string
	}{
		{"throttle", r.faults(world.Fault{Kind: "throttle", Tenant: w.ID, RetryAfter: 3600}), 1, "throttled"},
		{"unavailable for long", r.faults(world.Fault{Kind: "unavailable", Tenant: w.ID, RetryAfter: 3600}), 1, "unavailable"},
		{"unavailable", r.faults(world.Fault{Kind: "unavailable", Tenant: w.ID, Status: 500}), 1, "unavailable"},
		{"reset", r.faults(world.Fault{Kind: "reset", Tenant: w.ID}), 1, "unavailable"},
		{"truncate", r.faults(world.Fault{Kind: "truncate", Tenant: w.ID}), 1, "badanswer"},
		{"no answer in time", func(req *http.Request) {
			late, cancel := context.WithDeadline(req.Context(), time.Unix(0, 0))
			cancel()
			*req = *req.WithContext(late)
		}, 1, "timeout"},
		{"a nextLink again", repeated(), 3, "badanswer"},
		{"consent revoked", r.faults(world.Fault{Kind: "consentRevoked", Tenant: w.ID}), 1, "token"},
		{"licence missing", r.faults(world.Fault{Kind: "licenceMissing", Tenant: w.ID}), 1, "licence"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			mid := func(req *http.Request) {
				if strings.Contains(req.URL.RawQuery, "skiptoken") {
					tc.fail(req)
				}
			}
			r.beforePage.Store(&mid)
			defer r.beforePage.Store(nil)
			defer r.cloud.World.Faults.Clear()
			defer r.ahead.Add(int64(2 * time.Hour)) // any rest and any pause are over
			if err := r.sync.ReadOnce(t.Context(), tid, graphsync.Devices); err != nil {
				t.Fatal(err)
			}
			st := r.status(tid, graphsync.Devices)
			if st.Pages != tc.pages && tc.kind != "token" {
				t.Errorf("%d pages, want %d", st.Pages, tc.pages)
			}
			if st.State != "failed" || st.LastCompleteRun != before.LastCompleteRun || !st.LastCompleteAt.Equal(before.LastCompleteAt) {
				t.Errorf("state %+v", st)
			}
			if st.Trouble.Kind != tc.kind || st.Trouble.Sentence == "" || !strings.HasSuffix(st.Trouble.Sentence, ".") {
				t.Errorf("trouble %+v, want kind %s", st.Trouble, tc.kind)
			}
			if asked := tc.name == "throttle" || tc.name == "unavailable for long"; asked && (time.Until(st.NextAt) < 59*time.Minute || time.Until(st.NextAt) > 70*time.Minute) {
				t.Errorf("Microsoft asked for an hour; the next try is at %s", st.NextAt)
			}
			if tc.kind == "licence" && time.Until(st.NextAt) < 20*time.Hour {
				t.Errorf("a tenant without licence is tried again at %s", st.NextAt)
			}
			page, err := r.devices.List(t.Context(), tenant.Only(tid), device.Filter{})
			if err != nil || page.Count != int64(w.Devices) {
				t.Errorf("%d devices left of %d, %v", page.Count, w.Devices, err)
			}
		})
	}
	if err := r.sync.ReadOnce(t.Context(), tid, graphsync.Devices); err != nil {
		t.Fatal(err)
	}
	if st := r.status(tid, graphsync.Devices); st.State != "ok" || st.Trouble.Kind != "" || st.Trouble.Failures != 0 {
		t.Errorf("after all faults: %+v", st)
	}
}

// faults adds the fault to the cloud, once.
func (r *rig) faults(f world.Fault) func(*http.Request) {
	var once sync.Once
	return func(*http.Request) { once.Do(func() { r.cloud.World.Faults.Add(f) }) }
}

// repeated asks for the second page wherever a later one was asked for, so that its nextLink comes again.
func repeated() func(*http.Request) {
	var second *url.URL
	return func(req *http.Request) {
		if second == nil {
			second = req.URL
		}
		again := *second
		req.URL = &again
	}
}

func TestShortThrottleIsWaitedOut(t *testing.T) {
	t.Parallel()
	r := newRig(t, small, graphsync.Options{})
	tid, w := r.customer(full)
	r.cloud.World.Faults.Add(world.Fault{Kind: "throttle", Tenant: w.ID, Path: "managedDevices", RetryAfter: 0.05, Count: 2})
	if err := r.sync.ReadOnce(t.Context(), tid, graphsync.Devices); err != nil {
		t.Fatal(err)
	}
	if st := r.status(tid, graphsync.Devices); st.State != "ok" || st.Retries != 2 || st.Throttled < 100*time.Millisecond {
		t.Errorf("%+v", st)
	}
}

func TestTenantWithoutIntuneLicence(t *testing.T) {
	t.Parallel()
	r := newRig(t, small, graphsync.Options{})
	tid, _ := r.customer(func(w *world.Tenant) bool { return w.Consent == world.ConsentFull && !w.Intune })
	for _, d := range []string{graphsync.Organization, graphsync.Devices} {
		if err := r.sync.ReadOnce(t.Context(), tid, d); err != nil {
			t.Fatal(err)
		}
	}
	if st := r.status(tid, graphsync.Devices); st.State != "failed" || st.Trouble.Kind != "licence" {
		t.Errorf("devices: %+v", st)
	}
	if st := r.status(tid, graphsync.Organization); st.State != "ok" {
		t.Errorf("organization: %+v", st)
	}
	if f, err := r.sync.Freshness(t.Context(), tenant.Only(tid), graphsync.Devices); err != nil || f.State != graphsync.Failed {
		t.Errorf("freshness %+v, %v", f, err)
	} else if _, ok := f.Snapshot(); ok {
		t.Error("a tenant that was never read has a snapshot")
	}
	if o, err := r.orgs.Get(t.Context(), tid); err != nil || o.Intune == "licensed" {
		t.Errorf("organization %+v, %v", o, err)
	}
}

// TestLateWorkerChangesNothing lets a second run begin while the first is reading.
func TestLateWorkerChangesNothing(t *testing.T) {
	t.Parallel()
	var held atomic.Bool
	reached, release := make(chan struct{}), make(chan struct{})
	r := newRig(t, small, graphsync.Options{SilentAfter: time.Hour}, func(d graphsync.Dataset) graphsync.Dataset {
		if d.Name == graphsync.Devices {
			inner := d.Puller
			d.Puller = pullFunc(func(ctx context.Context, tid tenant.ID, run *graphsync.Run) error {
				if held.CompareAndSwap(false, true) {
					close(reached)
					<-release
				}
				return inner.Pull(ctx, tid, run)
			})
		}
		return d
	})
	tid, w := r.customer(full)
	late := make(chan error)
	go func() { late <- r.sync.ReadOnce(t.Context(), tid, graphsync.Devices) }()
	<-reached
	if err := r.sync.ReadOnce(t.Context(), tid, graphsync.Devices); err != nil {
		t.Fatal(err)
	}
	good := r.status(tid, graphsync.Devices)
	close(release)
	if err := <-late; err != nil {
		t.Fatal(err)
	}
	if st := r.status(tid, graphsync.Devices); st != good {
		t.Errorf("the late worker changed\n%+v to\n%+v", good, st)
	}
	runs, err := r.sync.Runs(t.Context(), tenant.Only(tid), graphsync.Filter{})
	if err != nil || len(runs.Rows) != 2 {
		t.Fatalf("%+v %v", runs, err)
	}
	for _, a := range runs.Rows {
		if want := map[int64]string{1: "lost", 2: "ok"}[a.Run]; a.State != want {
			t.Errorf("run %d is %s, want %s", a.Run, a.State, want)
		}
		if a.Run == 2 && a.Written != int64(w.Devices) {
			t.Errorf("run 2 wrote %d", a.Written)
		}
	}
}

type pullFunc func(context.Context, tenant.ID, *graphsync.Run) error

func (f pullFunc) Pull(ctx context.Context, tid tenant.ID, run *graphsync.Run) error {
	return f(ctx, tid, run)
}

func TestPanicFailsOnlyItsDataset(t *testing.T) {
	t.Parallel()
	r := newRig(t, small, graphsync.Options{}, func(d graphsync.Dataset) graphsync.Dataset {
		d.Puller = pullFunc(func(context.Context, tenant.ID, *graphsync.Run) error { panic("secret") })
		return d
	})
	tid, _ := r.customer(full)
	if err := r.sync.ReadOnce(t.Context(), tid, graphsync.Apps); err != nil {
		t.Fatal(err)
	}
	if st := r.status(tid, graphsync.Apps); st.State != "failed" || strings.Contains(st.Trouble.Sentence, "secret") {
		t.Errorf("%+v", st)
	}
}

// TestStartedServiceReadsByItself is the whole way: consent is proven, jobs run, a lost worker's run is repeated, the tenant is stopped.
func TestStartedServiceReadsByItself(t *testing.T) {
	t.Parallel()
	r := newRig(t, small, graphsync.Options{Workers: 4, ScheduleEvery: time.Second, SilentAfter: 3 * time.Second})
	tid, w := r.customer(full)
	other, _ := r.customer(func(x *world.Tenant) bool { return full(x) && x.ID != w.ID })
	unconsented, err := tenant.ParseID("99999999-9999-4999-8999-999999999999")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.pool.In(unconsented).Exec(t.Context(), `INSERT INTO tenant (tenant_id) VALUES ($1)`, unconsented); err != nil {
		t.Fatal(err)
	}
	// A worker that was killed left this behind.
	if _, err := r.pool.In(other).Exec(t.Context(), `
		INSERT INTO sync_state (tenant_id, dataset, state, run, started_at, seen_at) VALUES ($1, 'devices', 'running', 5, now(), now() - interval '1 hour')`, other); err != nil {
		t.Fatal(err)
	}
	if err := r.sync.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	stopped := false
	defer func() {
		if !stopped {
			_ = r.sync.Stop(context.Background())
		}
	}()
	if err := r.sync.StartTenant(t.Context(), tid); err != nil {
		t.Fatal(err)
	}
	r.await(tid, len(ofCustomers()))
	r.await(other, len(ofCustomers()))
	if st := r.status(other, graphsync.Devices); st.LastCompleteRun <= 5 {
		t.Errorf("the lost run was not repeated: %+v", st)
	}
	if st := r.status(unconsented, graphsync.Devices); st.Dataset != "" {
		t.Errorf("a tenant that is not connected has %+v", st)
	}
	again, err := r.sync.RequestNow(t.Context(), tenant.Only(tid, unconsented), graphsync.Devices)
	if err != nil || again.Queued+again.Running != 1 || again.NotConnected != 1 {
		t.Errorf("RequestNow = %+v, %v", again, err)
	}
	r.awaitRun(tid, graphsync.Devices, 2)
	if _, err := r.sync.RequestNow(t.Context(), tenant.Only(tid), "passwords"); err == nil {
		t.Error("RequestNow took a dataset that does not exist")
	}
	if err := r.sync.StopTenant(t.Context(), tid); err != nil {
		t.Fatal(err)
	}
	if st := r.status(tid, graphsync.Devices); !st.Stopped || st.State != "ok" || st.LastCompleteAt.IsZero() {
		t.Errorf("stopped tenant: %+v", st)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	stopped = true
	if err := r.sync.Stop(ctx); err != nil {
		t.Errorf("Stop: %v", err)
	}
}

// TestKilledBetweenQueueAndLedger: a process was killed after the queue gave it a job and before the run's first line, and another one in
// the midst of looking for what is due. Neither may keep the fleet from being read; a job whose worker lives is left alone.
func TestKilledBetweenQueueAndLedger(t *testing.T) {
	t.Parallel()
	r := newRig(t, small, graphsync.Options{SilentAfter: time.Minute})
	tid, _ := r.customer(full)
	if err := r.sync.StartTenant(t.Context(), tid); err != nil {
		t.Fatal(err)
	}
	for dataset, ago := range map[string]string{graphsync.Devices: "2 minutes", graphsync.Apps: "10 seconds"} {
		if _, err := r.pool.In(tid).Exec(t.Context(), `
			UPDATE river_job SET state = 'running', attempted_at = now() - $2::interval WHERE kind = 'graphsync' AND args->>'dataset' = $1`, dataset, ago); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.pool.In(tid).Exec(t.Context(), `UPDATE sync_state SET changed_at = now() - interval '1 hour'`); err != nil {
		t.Fatal(err)
	}
	if err := r.sync.Schedule(t.Context()); err != nil {
		t.Fatal(err)
	}
	for dataset, want := range map[string]string{graphsync.Devices: "available", graphsync.Apps: "running"} {
		var state string
		if err := r.pool.In(tid).QueryRow(t.Context(), `SELECT state FROM river_job WHERE kind = 'graphsync' AND args->>'dataset' = $1`, dataset).Scan(&state); err != nil || state != want {
			t.Errorf("%s: job is %s, %v; want %s", dataset, state, err, want)
		}
	}

	started := newRig(t, small, graphsync.Options{Workers: 2, ScheduleEvery: time.Second})
	other, _ := started.customer(full)
	if _, err := started.pool.In(other).Exec(t.Context(), `
		INSERT INTO river_job (kind, queue, state, max_attempts, attempt, attempted_at, attempted_by, args, priority, unique_key, unique_states)
		VALUES ('graphsync_schedule', 'scheduler', 'running', 1, 1, now(), '{gone}', '{}', 1, sha256('&kind=graphsync_schedule'), B'11110101')`); err != nil {
		t.Fatal(err)
	}
	if err := started.sync.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer started.sync.Stop(context.Background())
	started.await(other, len(ofCustomers()))
}

func (r *rig) await(tid tenant.ID, datasets int) {
	r.t.Helper()
	for deadline := time.Now().Add(60 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		page, err := r.sync.List(r.t.Context(), tenant.Only(tid), graphsync.Filter{State: []string{"ok"}})
		if err == nil && page.Count == int64(datasets) {
			return
		}
		if time.Now().After(deadline) {
			all, _ := r.sync.OfTenant(r.t.Context(), tid)
			r.t.Fatalf("not read in time: %+v (%v)", all, err)
		}
	}
}

func (r *rig) awaitRun(tid tenant.ID, dataset string, run int64) {
	r.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); r.status(tid, dataset).LastCompleteRun < run; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			r.t.Fatalf("run %d did not complete: %+v", run, r.status(tid, dataset))
		}
	}
}
