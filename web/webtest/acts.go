package webtest

import (
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/tenant"
)

// Put gives a tenant another state of its connection, since a moment.
func (f *Fleet) Put(t testing.TB, tid tenant.ID, state tenant.State, since time.Time) {
	t.Helper()
	if _, err := f.Pool.In(tid).Exec(t.Context(), `UPDATE tenant SET state = $2, state_since = $3 WHERE tenant_id = $1`, tid, string(state), since); err != nil {
		t.Fatal(err)
	}
}

// Ask makes a dataset of a tenant known to the sync without a read of it.
func (f *Fleet) Ask(t testing.TB, tid tenant.ID, datasets ...string) {
	t.Helper()
	for _, d := range datasets {
		if _, err := f.Pool.In(tid).Exec(t.Context(), `INSERT INTO sync_state (tenant_id, dataset, next_at) VALUES ($1, $2, $3)`, tid, d, f.Now.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
}

// StartRead says what the sync says while a dataset is being read.
func (f *Fleet) StartRead(t testing.TB, tid tenant.ID, dataset string, rows int64) {
	t.Helper()
	if _, err := f.Pool.In(tid).Exec(t.Context(), `
		INSERT INTO sync_state (tenant_id, dataset, state, run, rows, pages, started_at, next_at)
		VALUES ($1, $2, 'running', 1, $3, 1, $4, $4)
		ON CONFLICT (tenant_id, dataset) DO UPDATE SET state = 'running', rows = excluded.rows, pages = 1, started_at = excluded.started_at`,
		tid, dataset, rows, f.Now.Add(-time.Second)); err != nil {
		t.Fatal(err)
	}
}

// Ran writes a line of the ledger. An empty problem is a complete read.
func (f *Fleet) Ran(t testing.TB, tid tenant.ID, dataset string, run int64, at time.Time, problem string) {
	t.Helper()
	state := "ok"
	if problem != "" {
		state = "failed"
	}
	if _, err := f.Pool.In(tid).Exec(t.Context(), `
		INSERT INTO sync_run (tenant_id, dataset, run, state, started_at, ended_at, pages, rows, error_sentence)
		VALUES ($1, $2, $3, $4, $5, $6, 1, $3, $7)`, tid, dataset, run, state, at, at.Add(3*time.Second), problem); err != nil {
		t.Fatal(err)
	}
}
