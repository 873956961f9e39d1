package provisioning

import (
	"errors"
	"fmt"
	"testing"
	"time"

	gojson "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graph"
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

const quarantined = `{"id":"hr.1","templateId":"hr","schedule":{"state":"Active","interval":"P10675199DT2H48M5.4775807S","expiration":null},
	"status":{"code":"Quarantine","countSuccessiveCompleteFailures":27,"steadyStateFirstAchievedTime":"0001-01-01T00:00:00Z","progress":[{"units":"Users","completedUnits":3,"totalUnits":9}],
	"lastExecution":{"state":"Failed","timeBegan":"2026-08-07T20:31:08.118Z","timeEnded":"2026-08-07T20:31:11Z","countEscrowed":3,"error":{"code":"Credentials","message":"401","tenantActionable":true}},
	"lastSuccessfulExecution":{"state":"Succeeded","countExported":1},"lastSuccessfulExecutionWithExports":null,
	"quarantine":{"reason":"EncounteredQuarantineException","currentBegan":"2026-08-07T20:31:11Z","nextAttempt":"2026-08-08T20:31:11Z","seriesBegan":"2026-08-02T05:02:10Z","seriesCount":9,"error":{"code":"Credentials","message":"401"}},
	"synchronizedEntryCountByType":[{"key":"User","value":209}]},"synchronizationJobSettings":[{"name":"QuarantineTooManyDeletesThreshold","value":"500"}]}`

func job(t testing.TB, sp, body string) Job {
	t.Helper()
	var w graph.SynchronizationJob
	if err := gojson.Unmarshal([]byte(body), &w); err != nil {
		t.Fatal(err)
	}
	return fromJob(sp, w)
}

func merge(t *testing.T, pool *postgres.Pool, s *Store, tid tenant.ID, at time.Time, of ...Job) (m graphsync.Merged) {
	t.Helper()
	stage := s.Stage()
	defer stage.Close()
	for _, j := range of {
		if err := stage.AddApplication(Application{ID: j.SPID, AppID: "app-" + j.SPID, Name: "App " + j.SPID, Enabled: true}); err != nil {
			t.Fatal(err)
		}
		if err := stage.Add(j); err != nil {
			t.Fatal(err)
		}
	}
	if err := pool.InTx(t.Context(), tid, func(tx pgx.Tx) (err error) {
		if m, err = stage.Merge(t.Context(), tx, tid, at.Unix(), at); err != nil {
			return err
		}
		return pgtest.SaveCounters(t.Context(), tx, tid, graphsync.ProvisioningJobs, m.Counters, at)
	}); err != nil {
		t.Fatal(err)
	}
	return m
}

func events(t *testing.T, pool *postgres.Pool, tid tenant.ID, n int) (m graphsync.Merged) {
	t.Helper()
	stage := postgres.NewStage(eventStaged...)
	defer stage.Close()
	for i := range n {
		var w graph.ProvisioningObjectSummary
		if err := gojson.Unmarshal(fmt.Appendf(nil, `{"id":"e%02d","activityDateTime":%q,"jobId":"hr.1","provisioningAction":"Create","durationInMilliseconds":1840,
			"servicePrincipal":{"id":"sp1","displayName":"HR"},"sourceIdentity":{"id":"u%d","displayName":"Person %d","details":{"UserPrincipalName":"p%d@contoso.example"}},
			"provisioningStatusInfo":{"status":%q,"errorInformation":{"errorCode":"Conflict","reason":"taken"}},
			"provisioningSteps":[{"name":"EntryImportAdd","provisioningStepType":"Import","status":"Success","details":{"a":1}}],
			"modifiedProperties":[{"displayName":"userName","oldValue":null,"newValue":"p"}]}`,
			i, noon.Add(time.Duration(i)*time.Minute).Format(time.RFC3339), i, i, i, []string{"success", "failure"}[i%2]), &w); err != nil {
			t.Fatal(err)
		}
		if err := addEvent(stage, fromEvent(w)); err != nil {
			t.Fatal(err)
		}
	}
	if err := pool.InTx(t.Context(), tid, func(tx pgx.Tx) (err error) {
		m, err = mergeEvents(t.Context(), tx, tid, stage, noon)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestJobsAreKeptAndWorstFirst(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	of := []Job{
		job(t, "sp2", `{"id":"ok","status":{"code":"Active","lastExecution":{"state":"Succeeded"}},"schedule":{"state":"Active"}}`),
		job(t, "sp1", quarantined),
		job(t, "sp3", `{"id":"idle","status":{"code":"Paused"},"schedule":{"state":"Paused"}}`),
		job(t, "sp2", `{"id":"tr","status":{"code":"Active","lastExecution":{"state":"EntryLevelErrors"}},"schedule":{"state":"Active"}}`),
	}
	if m := merge(t, pool, s, contoso, noon, of...); m.Written != 3+4 || m.Counters["health:quarantine"] != 1 || m.Counters["total"] != 4 {
		t.Errorf("first: %+v", m)
	}
	if m := merge(t, pool, s, contoso, noon.Add(time.Hour), of...); m.Written != 0 || m.Gone != 0 {
		t.Errorf("unchanged: %+v", m)
	}
	page, err := s.ListJobs(t.Context(), tenant.Everything(), JobFilter{})
	if err != nil || page.Count != 4 {
		t.Fatalf("%+v, %v", page, err)
	}
	var order string
	for _, j := range page.Rows {
		order += j.ID + " "
	}
	if order != "hr.1 tr idle ok " {
		t.Errorf("order %s", order)
	}
	j, err := s.Job(t.Context(), contoso, "sp1", "hr.1")
	if err != nil || j.Quarantine.Count != 9 || j.Quarantine.Since.IsZero() || j.Last == nil || j.Last.Escrowed != 3 || !j.Last.ErrorIsTenants || j.LastSuccess == nil ||
		j.LastExport != nil || !j.SteadyFirstAt.IsZero() || j.Counts[0] != (Count{"User", 209}) || j.Progress[0].Total != 9 || j.Settings[0].Value != "500" ||
		j.AppName != "App sp1" || j.TenantName != "Contoso" || j.Every != "P10675199DT2H48M5.4775807S" {
		t.Errorf("%+v, %v", j, err)
	}
	a, err := s.Application(t.Context(), contoso, "sp2")
	if err != nil || a.Jobs != 2 || a.Name != "App sp2" {
		t.Errorf("%+v, %v", a, err)
	}
	if m := merge(t, pool, s, contoso, noon.Add(2*time.Hour), of[1:]...); m.Gone != 1 || m.Counters["total"] != 3 {
		t.Errorf("a job is gone: %+v", m)
	}
	mended := of[1:]
	mended[0] = job(t, "sp1", `{"id":"hr.1","status":{"code":"Active","lastExecution":{"state":"Succeeded"}},"schedule":{"state":"Active"}}`)
	merge(t, pool, s, contoso, noon.Add(3*time.Hour), mended...)
	said := map[string]string{}
	for _, sp := range []string{"sp1", "sp2", "sp3"} {
		changes, err := s.Changes(t.Context(), contoso, sp, 50)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range changes {
			said[c.JobID+" "+c.Field] = c.Old + " > " + c.New
		}
	}
	if said["ok gone"] != "false > true" || said["hr.1 code"] != "Quarantine > Active" || said["idle code"] != "" || said["hr.1 gone"] != "" {
		t.Errorf("history: %v", said)
	}
	if c, err := s.Changes(t.Context(), fabrikam, "sp1", 50); err != nil || len(c) != 0 {
		t.Errorf("history seen by another tenant: %v, %v", c, err)
	}
	merge(t, pool, s, contoso, noon.Add(4*time.Hour), append([]Job{job(t, "sp1", quarantined)}, mended[1:]...)...)
	for _, tc := range []struct {
		f    JobFilter
		want int64
	}{
		{JobFilter{Health: []Health{Quarantined}}, 1}, {JobFilter{Code: []string{"Paused"}}, 1}, {JobFilter{SPID: "sp2"}, 1}, {JobFilter{Q: "APP SP3"}, 1}, {JobFilter{Q: "Ap"}, 3}, {JobFilter{Q: "pp"}, 0},
		{JobFilter{Q: "contoso"}, 3}, {JobFilter{Tenants: []tenant.ID{fabrikam}}, 0},
	} {
		if p, err := s.ListJobs(t.Context(), tenant.Everything(), tc.f); err != nil || p.Count != tc.want || int64(len(p.Rows)) != tc.want {
			t.Errorf("%+v: %d, %v", tc.f, p.Count, err)
		}
	}
}

func TestJobPages(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	for _, tid := range []tenant.ID{contoso, fabrikam} {
		var of []Job
		for i := range 5 {
			of = append(of, job(t, fmt.Sprintf("sp%d", i), `{"id":"j","status":{"code":"Active"}}`))
		}
		merge(t, pool, s, tid, noon, of...)
	}
	for _, scope := range []tenant.Scope{tenant.Everything(), tenant.Only(contoso)} {
		for _, sort := range JobSorts {
			seen, f := map[string]bool{}, JobFilter{Sort: sort, Limit: 3, Desc: sort == "name"}
			for {
				page, err := s.ListJobs(t.Context(), scope, f)
				if err != nil {
					t.Fatal(err)
				}
				for _, j := range page.Rows {
					seen[j.Tenant.String()+j.SPID] = true
				}
				if f.After = page.Next; page.Next == "" {
					if int64(len(seen)) != page.Count {
						t.Errorf("%s: %d of %d", sort, len(seen), page.Count)
					}
					break
				}
			}
		}
	}
	for _, f := range []JobFilter{{Sort: "x"}, {After: "x"}, {Q: "\x00"}} {
		if _, err := s.ListJobs(t.Context(), tenant.Everything(), f); !errors.Is(err, errs.Invalid) {
			t.Errorf("%+v: %v", f, err)
		}
	}
}

func TestEvents(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	if m := events(t, pool, contoso, 9); m.Written != 9 || m.Counters["status:failure"] != 4 {
		t.Errorf("%+v", m)
	}
	if m := events(t, pool, contoso, 10); m.Written != 1 || m.Counters["total"] != 10 {
		t.Errorf("read on: %+v", m)
	}
	for _, tc := range []struct {
		f    EventFilter
		want int64
	}{
		{EventFilter{}, 10}, {EventFilter{Status: []string{"failure"}}, 5}, {EventFilter{Action: []string{"create"}}, 10}, {EventFilter{SPID: "sp1"}, 10}, {EventFilter{JobID: "x"}, 0},
		{EventFilter{ErrorCode: []string{"Conflict"}}, 10}, {EventFilter{Person: "p3@contoso.example"}, 1}, {EventFilter{Person: "u3"}, 1}, {EventFilter{Q: "PERSON 4"}, 1},
		{EventFilter{Since: noon.Add(5 * time.Minute)}, 5}, {EventFilter{Until: noon.Add(5 * time.Minute)}, 5}, {EventFilter{Tenants: []tenant.ID{fabrikam}}, 0},
	} {
		p, err := s.ListEvents(t.Context(), tenant.Everything(), tc.f)
		if err != nil || p.Count != tc.want || int64(len(p.Rows)) != tc.want {
			t.Errorf("%+v: %d, %v, want %d", tc.f, p.Count, err, tc.want)
		}
	}
	for _, scope := range []tenant.Scope{tenant.Everything(), tenant.Only(contoso)} {
		var ids []string
		f := EventFilter{Limit: 3}
		for {
			p, err := s.ListEvents(t.Context(), scope, f)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range p.Rows {
				ids = append(ids, e.ID)
			}
			if f.After = p.Next; p.Next == "" {
				break
			}
		}
		if len(ids) != 10 || ids[0] != "e09" || ids[9] != "e00" {
			t.Errorf("order %v", ids)
		}
	}
	e, err := s.Event(t.Context(), contoso, "e01")
	if err != nil || e.Status != "failure" || e.Action != "create" || e.SourceUPN != "p1@contoso.example" || e.Duration != 1840*time.Millisecond {
		t.Errorf("%+v, %v", e, err)
	}
	if st := e.Steps(); len(st) != 1 || st[0].Type != "import" || st[0].Details["a"] != "1" {
		t.Errorf("steps %+v", st)
	}
	if p := e.Properties(); len(p) != 1 || p[0].Old != nil || *p[0].New != "p" {
		t.Errorf("properties %+v", p)
	}
}

func TestStoreKeepsTenantsApart(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	merge(t, pool, s, fabrikam, noon, job(t, "sp1", quarantined))
	events(t, pool, fabrikam, 3)
	ctx, other := t.Context(), tenant.Only(contoso)
	if p, err := s.ListJobs(ctx, other, JobFilter{Tenants: []tenant.ID{fabrikam}}); err != nil || p.Count != 0 || len(p.Rows) != 0 {
		t.Errorf("ListJobs: %+v, %v", p, err)
	}
	if j, err := s.Jobs(ctx, contoso, "sp1"); err != nil || len(j) != 0 {
		t.Errorf("Jobs: %+v, %v", j, err)
	}
	if _, err := s.Job(ctx, contoso, "sp1", "hr.1"); !errors.Is(err, errs.NotFound) {
		t.Errorf("Job: %v", err)
	}
	if _, err := s.Application(ctx, contoso, "sp1"); !errors.Is(err, errs.NotFound) {
		t.Errorf("Application: %v", err)
	}
	if p, err := s.ListEvents(ctx, other, EventFilter{Q: "person"}); err != nil || p.Count != 0 || len(p.Rows) != 0 {
		t.Errorf("ListEvents: %+v, %v", p, err)
	}
	if _, err := s.Event(ctx, contoso, "e01"); !errors.Is(err, errs.NotFound) {
		t.Errorf("Event: %v", err)
	}
	if err := s.EachEvent(ctx, other, EventFilter{}, func(e Event) error { return fmt.Errorf("saw %s", e.ID) }); err != nil {
		t.Errorf("EachEvent: %v", err)
	}
	n := 0
	if err := s.EachEvent(ctx, tenant.Only(fabrikam), EventFilter{}, func(Event) error { n++; return nil }); err != nil || n != 3 {
		t.Errorf("EachEvent of its own: %d, %v", n, err)
	}
}

func TestHealth(t *testing.T) {
	for body, want := range map[string]Health{
		`{"status":{"code":"quarantine"}}`:                                             Quarantined,
		`{"status":{"code":"NotConfigured"},"schedule":{"state":"Disabled"}}`:          Idle,
		`{"status":{"code":"Active"},"schedule":{"state":"Paused"}}`:                   Idle,
		`{"status":{"code":"Active","escrowsPruned":true}}`:                            Troubled,
		`{"status":{"code":"Active","countSuccessiveCompleteFailures":1}}`:             Troubled,
		`{"status":{"code":"SomethingNew"}}`:                                           Troubled,
		`{"status":{"code":"Active","lastExecution":{"state":"succeeded"}}}`:           Fine,
		`{"status":{"code":"Active","lastExecution":{"state":"EntryLevelErrors"}}}`:    Troubled,
		`{"status":null,"schedule":null,"synchronizationJobSettings":null,"id":"n"}`:   Troubled,
		`{"status":{"code":"Active","quarantine":null,"progress":null},"schedule":{}}`: Fine,
	} {
		if got := job(t, "sp", body).Health; got != want {
			t.Errorf("%s: %s, want %s", body, got, want)
		}
	}
}

func FuzzFromEvent(f *testing.F) {
	f.Add([]byte(`{"id":"x","provisioningSteps":[{"details":{"a":{"b":"\u0000"}}}],"modifiedProperties":[{"oldValue":7}],"sourceIdentity":{"details":{"userPrincipalName":null}}}`))
	f.Add([]byte(`{"id":"x","provisioningAction":"Élan","provisioningStatusInfo":{"status":"Übersprungen"},"provisioningSteps":[{"status":"É"}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var w graph.ProvisioningObjectSummary
		if gojson.Unmarshal(body, &w, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true)) != nil {
			return
		}
		e := fromEvent(w)
		for _, s := range []string{e.ID, e.Action, e.Status, e.Reason, e.SourceUPN, string(e.StepsJSON), string(e.ChangesJSON)} {
			if !postgres.Printable(s) {
				t.Errorf("Postgres cannot hold %q", s)
			}
		}
		if len(e.Steps()) != len(w.Steps) || len(e.Properties()) != len(w.Properties) || e.Duration < 0 {
			t.Errorf("%+v", e)
		}
	})
}
