package graphsync_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestBudgetsAddUp: what processes use of one limit is added up, a tenant that one of them leaves alone is left alone, the scope holds, and
// the word of a process that is silent ends.
func TestBudgetsAddUp(t *testing.T) {
	t.Parallel()
	pool, now := pgtest.New(t), time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	s, err := graphsync.New(pool, graphsync.Table(), graphsync.Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	contoso, fabrikam := someTenant(t, pool, "c0000000-0000-4000-8000-000000000001"), someTenant(t, pool, "c0000000-0000-4000-8000-000000000002")
	nobody, _ := tenant.ParseID("c0000000-0000-4000-8000-000000000009")
	use := func(process string, all ...graphsync.Usage) {
		t.Helper()
		if err := s.SaveUsage(t.Context(), process, all); err != nil {
			t.Fatal(err)
		}
	}
	calls := func(id tenant.ID, n int, circuit string) graphsync.Usage {
		return graphsync.Usage{Tenant: id, Lane: "general", Calls: n, Limit: 1000, Window: 20 * time.Second, Circuit: circuit}
	}
	told := func(scope tenant.Scope) []graphsync.Budget {
		t.Helper()
		found, err := s.Budgets(t.Context(), scope)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	use("one", calls(contoso, 10, "closed"), calls(fabrikam, 600, "closed"), calls(nobody, 1, "closed"))
	use("two", calls(contoso, 20, "open"))
	all := told(tenant.Everything())
	if len(all) != 2 || all[0].Tenant != fabrikam || all[0].Calls != 600 || all[1].Calls != 30 || all[1].Circuit != "open" || all[1].Window != 20*time.Second {
		t.Errorf("%+v", all)
	}
	if of := told(tenant.Only(contoso)); len(of) != 1 || of[0].Tenant != contoso {
		t.Errorf("of Contoso: %+v", of)
	}
	use("two", calls(contoso, 25, "closed")) // its word replaces what it said before
	if of := told(tenant.Only(contoso)); len(of) != 1 || of[0].Calls != 35 || of[0].Circuit != "closed" {
		t.Errorf("of Contoso, later: %+v", of)
	}
	version := func() (v string) {
		t.Helper()
		if err := pool.In(tenant.Everything()).QueryRow(t.Context(), `SELECT string_agg(process || xmin::text || at::text, ' ' ORDER BY process) FROM call_budget WHERE tenant_id = $1`, contoso).Scan(&v); err != nil {
			t.Fatal(err)
		}
		return v
	}
	before := version()
	now = now.Add(5 * time.Second)
	use("two", calls(contoso, 25, "closed"))
	if version() != before {
		t.Error("what is still so is written again")
	}
	now = now.Add(10 * time.Second)
	use("two", calls(contoso, 25, "closed")) // it still speaks, the other is about to be taken for silent
	now = now.Add(6 * time.Second)
	if of := told(tenant.Only(contoso)); len(of) != 1 || of[0].Calls != 25 {
		t.Errorf("of Contoso, of the process that speaks: %+v", of)
	}
	use("two")
	now = now.Add(10 * time.Second)
	if left := told(tenant.Everything()); len(left) != 0 {
		t.Errorf("of silent processes: %+v", left)
	}
	use("three")
	var rows int
	if err := pool.In(tenant.Everything()).QueryRow(t.Context(), `SELECT count(*) FROM call_budget`).Scan(&rows); err != nil || rows != 0 {
		t.Errorf("%d rows are left of silent processes, %v", rows, err)
	}
}

// TestDiagnosisStaysWithItsFailure: what is behind a failure is kept with its run, and a complete read clears it from the state only.
func TestDiagnosisStaysWithItsFailure(t *testing.T) {
	t.Parallel()
	fail := true
	puller := pullFunc(func(context.Context, tenant.ID, *graphsync.Run) error {
		if fail {
			return errors.New("broken")
		}
		return nil
	})
	pool := pgtest.New(t)
	contoso := someTenant(t, pool, "c0000000-0000-4000-8000-000000000001")
	s, err := graphsync.New(pool, graphsync.Table().With(graphsync.Apps, puller), graphsync.Options{
		Failed: func(_ context.Context, tid tenant.ID, d graphsync.Dataset, err error) *graphsync.Diagnosis {
			if tid != contoso || d.Name != graphsync.Apps || err == nil {
				t.Errorf("told of %s %s %v", tid, d.Name, err)
			}
			return &graphsync.Diagnosis{Layer: "scope", Verdict: "It is broken.", Who: "customer", Evidence: []string{"403."}}
		}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.ReadOnce(t.Context(), contoso, graphsync.Apps); err != nil {
		t.Fatal(err)
	}
	state := func() *graphsync.Diagnosis {
		t.Helper()
		all, err := s.OfTenant(t.Context(), contoso)
		if err != nil || len(all) != 1 {
			t.Fatalf("%+v, %v", all, err)
		}
		return all[0].Trouble.Diagnosis
	}
	if d := state(); d == nil || d.Verdict != "It is broken." || d.Who != "customer" || !slices.Equal(d.Evidence, []string{"403."}) {
		t.Errorf("%+v", d)
	}
	fail = false
	if err := s.ReadOnce(t.Context(), contoso, graphsync.Apps); err != nil {
		t.Fatal(err)
	}
	if d := state(); d != nil {
		t.Errorf("after a complete read: %+v", d)
	}
	runs, err := s.Runs(t.Context(), tenant.Only(contoso), graphsync.Filter{})
	if err != nil || len(runs.Rows) != 2 || runs.Rows[0].Trouble.Diagnosis != nil || runs.Rows[1].Trouble.Diagnosis == nil {
		t.Errorf("%+v, %v", runs.Rows, err)
	}
}

// TestWhatPassesByItselfIsTriedWhenItHasPassed: the next try comes then, where it would have come later, and never later than it would have.
func TestWhatPassesByItselfIsTriedWhenItHasPassed(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	contoso := someTenant(t, pool, "c0000000-0000-4000-8000-000000000001")
	for _, tc := range []struct {
		name        string
		kind        string
		again       time.Duration // 0: not known
		soon, later time.Duration
	}{
		{"tried within minutes anyway", "permission", 90 * time.Minute, 4 * time.Minute, 6 * time.Minute},
		{"tried once a day otherwise", "licence", 90 * time.Minute, 89 * time.Minute, 91 * time.Minute},
		{"not known to pass", "licence", 0, 20 * time.Hour, 28 * time.Hour},
	} {
		t.Run(tc.name, func(t *testing.T) {
			puller := pullFunc(func(context.Context, tenant.ID, *graphsync.Run) error { return failsAs(tc.kind) })
			s, err := graphsync.New(pool, graphsync.Table().With(graphsync.Apps, puller), graphsync.Options{
				Failed: func(context.Context, tenant.ID, graphsync.Dataset, error) *graphsync.Diagnosis {
					d := &graphsync.Diagnosis{Layer: "token", Verdict: "The token is older than the grant.", Who: "nobody"}
					if tc.again > 0 {
						d.Again = time.Now().Add(tc.again)
					}
					return d
				}})
			if err != nil {
				t.Fatal(err)
			}
			if err := s.ReadOnce(t.Context(), contoso, graphsync.Apps); err != nil {
				t.Fatal(err)
			}
			all, err := s.OfTenant(t.Context(), contoso)
			if err != nil || len(all) != 1 {
				t.Fatalf("%+v, %v", all, err)
			}
			if in := time.Until(all[0].NextAt); in < tc.soon || in > tc.later {
				t.Errorf("the next try comes in %s, want %s to %s", in, tc.soon, tc.later)
			}
		})
	}
}

type failsAs string

func (f failsAs) Error() string                                         { return string(f) }
func (f failsAs) FailureKind() string                                   { return string(f) }
func (f failsAs) FailureSentence() string                               { return "It failed." }
func (f failsAs) FailurePause() time.Duration                           { return 0 }
func (f failsAs) FailureIDs() (request, clientRequest, activity string) { return "", "", "" }

func someTenant(t *testing.T, pool *postgres.Pool, id string) tenant.ID {
	t.Helper()
	tid, err := tenant.ParseID(id)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pool.In(tid).Exec(t.Context(), `INSERT INTO tenant (tenant_id, state) VALUES ($1, 'connected')`, tid); err != nil {
		t.Fatal(err)
	}
	return tid
}

// TestClickGoesBeforeSchedule: scheduled reads hold all places of a tenant and do not end; what somebody asks for is read beside them.
func TestClickGoesBeforeSchedule(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	long := pullFunc(func(ctx context.Context, _ tenant.ID, _ *graphsync.Run) error {
		select {
		case <-release:
		case <-ctx.Done():
		}
		return ctx.Err()
	})
	quick := pullFunc(func(context.Context, tenant.ID, *graphsync.Run) error { return nil })
	pool := pgtest.New(t)
	contoso := someTenant(t, pool, "c0000000-0000-4000-8000-000000000001")
	table := graphsync.Table().With(graphsync.Devices, long).With(graphsync.Apps, long).With(graphsync.IntuneRoles, quick)
	s, err := graphsync.New(pool, table, graphsync.Options{Workers: 4, PerTenant: 2, ScheduleEvery: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	// The click's dataset is not due, so that only the click reads it.
	if _, err := pool.In(contoso).Exec(t.Context(), `
		INSERT INTO sync_state (tenant_id, dataset, next_at) VALUES ($1, $2, now() + interval '1 day')`, contoso, graphsync.IntuneRoles); err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer s.Stop(context.Background())
	defer close(release)
	states := func() map[string]string {
		all, err := s.OfTenant(t.Context(), contoso)
		if err != nil {
			t.Fatal(err)
		}
		of := map[string]string{}
		for _, st := range all {
			of[st.Dataset] = st.State
		}
		return of
	}
	await := func(what string, done func(map[string]string) bool) {
		t.Helper()
		for end := time.Now().Add(time.Minute); !done(states()); time.Sleep(50 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%s: %v", what, states())
			}
		}
	}
	await("both scheduled reads are under way", func(of map[string]string) bool {
		return of[graphsync.Devices] == "running" && of[graphsync.Apps] == "running"
	})
	if _, err := s.RequestNow(t.Context(), tenant.Only(contoso), graphsync.IntuneRoles); err != nil {
		t.Fatal(err)
	}
	await("the click is read beside them", func(of map[string]string) bool { return of[graphsync.IntuneRoles] == "ok" })
	if of := states(); of[graphsync.Devices] != "running" || of[graphsync.Apps] != "running" {
		t.Errorf("the scheduled reads ended meanwhile: %v", of)
	}
}
