package webtest

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/app"
	"github.com/tenantry/tenantry/internal/autopilot"
	"github.com/tenantry/tenantry/internal/detectedapp"
	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/incident"
	"github.com/tenantry/tenantry/internal/organization"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/protection"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/service"
	"github.com/tenantry/tenantry/internal/tenant"
)

// HomeID is the partner's own tenant in a Fleet.
const HomeID = "c0000000-0000-4000-8000-000000010000"

// Fleet is a database of the test's own with the stores that page rooms read, and a clock that stands still.
type Fleet struct {
	Now           time.Time
	Pool          *postgres.Pool
	Tenants       *tenant.Store
	Devices       *device.Store
	Apps          *app.Store
	Provisioning  *provisioning.Store
	Services      *service.Store
	Organizations *organization.Store
	Sync          *graphsync.Service
	DetectedApps  *detectedapp.Store
	Protection    *protection.Store
	Autopilot     *autopilot.Store
	Incidents     *incident.Store

	run int64
}

// NewFleet opens the database.
func NewFleet(t testing.TB) *Fleet {
	t.Helper()
	pool := pgtest.New(t)
	f := &Fleet{Now: time.Date(2026, 11, 21, 2, 51, 44, 0, time.UTC), Pool: pool, Devices: device.NewStore(pool), Apps: app.NewStore(pool), Provisioning: provisioning.NewStore(pool)}
	f.DetectedApps, f.Protection = detectedapp.NewStore(pool), protection.NewStore(pool)
	f.Organizations = organization.NewStore(pool)
	f.Services, f.Autopilot, f.Incidents = service.NewStore(pool), autopilot.NewStore(pool), incident.NewStore(pool)
	f.Tenants = tenant.NewStore(pool, ID(t, 0xffff), nil)
	var err error
	if f.Sync, err = graphsync.New(pool, graphsync.Table(), graphsync.Options{Now: func() time.Time { return f.Now }}); err != nil {
		t.Fatal(err)
	}
	return f
}

// ID is the n-th tenant of tests.
func ID(t testing.TB, n int) tenant.ID {
	t.Helper()
	id, err := tenant.ParseID("c0000000-0000-4000-8000-" + hex12(n+1))
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func hex12(n int) string {
	const digits = "0123456789abcdef"
	b := []byte("000000000000")
	for i := len(b) - 1; n > 0; i, n = i-1, n/16 {
		b[i] = digits[n%16]
	}
	return string(b)
}

// Tenant makes the n-th tenant, connected, without anything read yet.
func (f *Fleet) Tenant(t testing.TB, n int, name, domain string) tenant.Tenant {
	t.Helper()
	id := ID(t, n)
	if _, err := f.Pool.In(id).Exec(t.Context(), `
		INSERT INTO tenant (tenant_id, display_name, default_domain, domains, state, state_since, state_read_at)
		VALUES ($1, $2, $3, ARRAY[$3], 'connected', $4, $4)`, id, name, domain, f.Now.Add(-24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	got, err := f.Tenants.Get(t.Context(), tenant.Only(id), id)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// ReadDevices stores a complete read of the tenant's devices as of a moment.
func (f *Fleet) ReadDevices(t testing.TB, tid tenant.ID, at time.Time, devices ...device.Device) {
	t.Helper()
	devices = slices.Clone(devices)
	for i, d := range devices {
		if d.Actions == nil {
			devices[i].Actions = json.RawMessage("[]")
		}
		devices[i].CheckIn = device.CheckInOf(d.LastSyncAt, at)
	}
	read(t, f, tid, graphsync.Devices, at, f.Devices.Stage(), devices)
}

// ReadApps stores a complete read of the tenant's apps; assignments are by the app's id.
func (f *Fleet) ReadApps(t testing.TB, tid tenant.ID, at time.Time, assigned map[string][]app.Assignment, apps ...app.App) {
	t.Helper()
	f.run++
	stage := f.Apps.Stage()
	defer stage.Close()
	for _, a := range apps {
		if err := stage.Add(a, assigned[a.ID]); err != nil {
			t.Fatal(err)
		}
	}
	f.complete(t, tid, graphsync.Apps, at, func(ctx context.Context, tx pgx.Tx) (graphsync.Merged, error) {
		return stage.Merge(ctx, tx, tid, f.run, at)
	})
}

// ReadServices stores a read of the tenant's services: items by their kind, with the reading of each kind that was tried.
func (f *Fleet) ReadServices(t testing.TB, tid tenant.ID, at time.Time, readings []service.Reading, items ...service.Item) {
	t.Helper()
	f.run++
	stage := f.Services.Stage()
	defer stage.Close()
	for _, it := range items {
		if err := stage.Add(it); err != nil {
			t.Fatal(err)
		}
	}
	f.complete(t, tid, graphsync.Services, at, func(ctx context.Context, tx pgx.Tx) (graphsync.Merged, error) {
		return stage.Merge(ctx, tx, tid, f.run, at, readings)
	})
}

// ReadOrganization stores a complete read of what the tenant says of itself.
func (f *Fleet) ReadOrganization(t testing.TB, tid tenant.ID, at time.Time, r organization.Read) {
	t.Helper()
	f.run++
	if r.Organization.Intune == "" {
		r.Organization.Intune = organization.IntuneNone
	}
	f.complete(t, tid, graphsync.Organization, at, func(ctx context.Context, tx pgx.Tx) (graphsync.Merged, error) {
		_, err := f.Organizations.Merge(ctx, tx, tid, r, f.run, at)
		return graphsync.Merged{}, err
	})
}

// ReadCategories stores a complete read of the tenant's device categories.
func (f *Fleet) ReadCategories(t testing.TB, tid tenant.ID, at time.Time, categories ...device.Category) {
	t.Helper()
	read(t, f, tid, graphsync.DeviceCategories, at, f.Devices.CategoryStage(), categories)
}

// ReadProtection stores a complete read of what Defender reports of the tenant's devices.
func (f *Fleet) ReadProtection(t testing.TB, tid tenant.ID, at time.Time, devices ...protection.Device) {
	t.Helper()
	read(t, f, tid, graphsync.DeviceProtection, at, f.Protection.Stage(), devices)
}

// ReadMalware stores a complete read of the malware found in the tenant.
func (f *Fleet) ReadMalware(t testing.TB, tid tenant.ID, at time.Time, found ...protection.Malware) {
	t.Helper()
	read(t, f, tid, graphsync.Malware, at, f.Protection.MalwareStage(), found)
}

// ReadAutopilot stores a complete read of the tenant's Autopilot identities.
func (f *Fleet) ReadAutopilot(t testing.TB, tid tenant.ID, at time.Time, identities ...autopilot.Identity) {
	t.Helper()
	read(t, f, tid, graphsync.Autopilot, at, f.Autopilot.Stage(), identities)
}

// ReadIncidents stores a complete read of the tenant's incidents.
func (f *Fleet) ReadIncidents(t testing.TB, tid tenant.ID, at time.Time, incidents ...incident.Incident) {
	t.Helper()
	read(t, f, tid, graphsync.Incidents, at, f.Incidents.Stage(), incidents)
}

// ReadInstalls stores a complete read of how installations stand in the tenant.
func (f *Fleet) ReadInstalls(t testing.TB, tid tenant.ID, at time.Time, of ...app.Install) {
	t.Helper()
	read(t, f, tid, graphsync.AppInstalls, at, f.Apps.InstallStage(), of)
}

// ReadDetectedApps stores a complete read of the tenant's detected apps.
func (f *Fleet) ReadDetectedApps(t testing.TB, tid tenant.ID, at time.Time, versions ...detectedapp.Version) {
	t.Helper()
	f.run++
	stage := f.DetectedApps.Stage()
	defer stage.Close()
	for _, v := range versions {
		if err := stage.Add(v); err != nil {
			t.Fatal(err)
		}
	}
	f.complete(t, tid, graphsync.DetectedApps, at, func(ctx context.Context, tx pgx.Tx) (graphsync.Merged, error) {
		return stage.Merge(ctx, tx, tid, at)
	})
}

// ReadJobs stores a complete read of the tenant's provisioning jobs. Each job makes its application.
func (f *Fleet) ReadJobs(t testing.TB, tid tenant.ID, at time.Time, jobs ...provisioning.Job) {
	t.Helper()
	f.run++
	stage := f.Provisioning.Stage()
	defer stage.Close()
	for _, j := range jobs {
		if err := stage.AddApplication(provisioning.Application{ID: j.SPID, AppID: j.AppID, Name: j.AppName, Enabled: j.AppEnabled}); err != nil {
			t.Fatal(err)
		}
		if err := stage.Add(j); err != nil {
			t.Fatal(err)
		}
	}
	f.complete(t, tid, graphsync.ProvisioningJobs, at, func(ctx context.Context, tx pgx.Tx) (graphsync.Merged, error) {
		return stage.Merge(ctx, tx, tid, f.run, at)
	})
}

// stage gathers the rows of a complete read.
type stage[R any] interface {
	Add(R) error
	Merge(ctx context.Context, tx pgx.Tx, tid tenant.ID, run int64, now time.Time) (graphsync.Merged, error)
	Close()
}

// read stores a complete read of rows that nothing has to be added to.
func read[R any](t testing.TB, f *Fleet, tid tenant.ID, dataset string, at time.Time, s stage[R], rows []R) {
	t.Helper()
	f.run++
	defer s.Close()
	for _, r := range rows {
		if err := s.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	f.complete(t, tid, dataset, at, func(ctx context.Context, tx pgx.Tx) (graphsync.Merged, error) {
		return s.Merge(ctx, tx, tid, f.run, at)
	})
}

// complete runs the merge and says what the sync says after a complete read.
func (f *Fleet) complete(t testing.TB, tid tenant.ID, dataset string, at time.Time, merge func(context.Context, pgx.Tx) (graphsync.Merged, error)) {
	t.Helper()
	ctx := t.Context()
	err := f.Pool.InTx(ctx, tid, func(tx pgx.Tx) error {
		merged, err := merge(ctx, tx)
		if err != nil {
			return err
		}
		if err := pgtest.SaveCounters(ctx, tx, tid, dataset, merged.Counters, at); err != nil {
			return err
		}
		for key, n := range merged.Counters {
			if _, err := tx.Exec(ctx, `
				INSERT INTO tenant_daily (tenant_id, dataset, key, day, value) VALUES ($1, $2, $3, $4::timestamptz::date, $5)
				ON CONFLICT (tenant_id, dataset, key, day) DO UPDATE SET value = excluded.value`, tid, dataset, key, at, n); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO sync_state (tenant_id, dataset, state, run, last_complete_at, last_complete_run, next_at)
			VALUES ($1, $2, 'ok', $3, $4, $3, $5)
			ON CONFLICT (tenant_id, dataset) DO UPDATE SET state = 'ok', run = excluded.run, last_complete_at = excluded.last_complete_at,
			            last_complete_run = excluded.last_complete_run, next_at = excluded.next_at, error_kind = '', error_sentence = ''`,
			tid, dataset, f.run, at, f.Now.Add(12*time.Minute))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// FailRead says what the sync says after a failed attempt of a dataset.
func (f *Fleet) FailRead(t testing.TB, tid tenant.ID, dataset, kind, sentence string) {
	t.Helper()
	if _, err := f.Pool.In(tid).Exec(t.Context(), `
		INSERT INTO sync_state (tenant_id, dataset, state, run, error_kind, error_sentence, error_at, next_at, failures)
		VALUES ($1, $2, 'failed', 1, $3, $4, $5, $6, 1)
		ON CONFLICT (tenant_id, dataset) DO UPDATE SET state = 'failed', error_kind = excluded.error_kind, error_sentence = excluded.error_sentence,
		            error_at = excluded.error_at, next_at = excluded.next_at, failures = 1`,
		tid, dataset, kind, sentence, f.Now, f.Now.Add(29*time.Minute)); err != nil {
		t.Fatal(err)
	}
}

// AddEvents stores lines of the provisioning log as a complete read.
func (f *Fleet) AddEvents(t testing.TB, tid tenant.ID, events ...provisioning.Event) {
	t.Helper()
	f.run++
	stage := provisioning.NewEventStage()
	defer stage.Close()
	for _, e := range events {
		e.StepsJSON, e.ChangesJSON = orEmpty(e.StepsJSON), orEmpty(e.ChangesJSON)
		if err := stage.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	f.complete(t, tid, graphsync.ProvisioningLog, f.Now.Add(-3*time.Minute), func(ctx context.Context, tx pgx.Tx) (graphsync.Merged, error) {
		_, err := stage.Merge(ctx, tx, tid, f.Now)
		return graphsync.Merged{}, err
	})
}

func orEmpty(raw json.RawMessage) json.RawMessage {
	if raw == nil {
		return json.RawMessage("[]")
	}
	return raw
}
