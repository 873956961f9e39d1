package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/cloudsim"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/internal/localpg"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestTwoPortalsThroughARestart starts two portals at the same moment on an empty database, so that both migrate it, and restarts Postgres
// while both read. They go on by themselves: every device is there once, nothing half read counts, and the ledger says what happened.
func TestTwoPortalsThroughARestart(t *testing.T) {
	t.Parallel()     // it mostly waits
	pgtest.NewDSN(t) // skips where there is no Postgres, as all tests do
	dir, err := localpg.DefaultDir("tenantry-test-restart")
	if err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(dir, t.Name())
	t.Cleanup(func() { os.RemoveAll(dir) })
	o := localpg.Options{Dir: dir, Fast: true}
	pg, err := localpg.Start(t.Context(), o)
	if errors.Is(err, localpg.ErrNoBinaries) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pg.Stop() })
	sim, err := cloudsim.New(cloudsim.Options{World: world.Options{Tenants: 6, Devices: 9000}})
	if err != nil {
		t.Fatal(err)
	}
	if err := sim.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { sim.Close() })
	sim.World.Faults.Add(world.Fault{Kind: "slow", Path: "managedDevices", Seconds: 1})

	dsn := pg.DSN("postgres")
	first, second := startProduct(t, worker(t, sim, dsn)), startProduct(t, worker(t, sim, dsn))
	pool := migrated(t, dsn)
	w := sim.World.Tenants()[1]
	tid, err := tenant.ParseID(w.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pool.In(tid).Exec(t.Context(), `INSERT INTO tenant (tenant_id, state) VALUES ($1, 'connected')`, tid); err != nil {
		t.Fatal(err)
	}
	awaitRow(t, pool, tid, "a read is under way, with rows", `SELECT count(*) > 0 FROM sync_state WHERE dataset = 'devices' AND state = 'running' AND rows > 0`)
	ask(t, pool, tid, "one of the two reads it", `SELECT count(*) = 1 FROM sync_run WHERE dataset = 'devices'`)

	if err := pg.Stop(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(3 * time.Second) // pages arrive meanwhile, and nothing takes their progress
	if pg, err = localpg.Start(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	sim.World.Faults.Clear()
	pool = migrated(t, dsn)
	complete := `SELECT count(*) > 0 FROM sync_state WHERE dataset = 'devices' AND state = 'ok'`
	for end := time.Now().Add(2 * time.Minute); !yes(t, pool, tid, complete); time.Sleep(time.Second) {
		if time.Now().After(end) {
			t.Fatal("the devices are not read after Postgres came back")
		}
		age(t, pool, tid)
	}
	ask(t, pool, tid, "every device is there, once", fmt.Sprintf(`SELECT count(*) = %d AND count(*) = count(DISTINCT id) FROM device WHERE gone_at IS NULL`, w.Devices))
	ask(t, pool, tid, "none counts as gone", `SELECT count(*) = 0 FROM device WHERE gone_at IS NOT NULL`)
	ask(t, pool, tid, "the counts agree", `SELECT (SELECT value FROM tenant_counter WHERE dataset = 'devices' AND key = 'total') = (SELECT count(*) FROM device)`)
	ask(t, pool, tid, "each run has its number", `SELECT count(*) = count(DISTINCT run) FROM sync_run WHERE dataset = 'devices'`)
	ask(t, pool, tid, "what broke off says so in the ledger, and nothing is left under way", `
		SELECT count(*) FILTER (WHERE state = 'running') = 0 AND count(*) FILTER (WHERE state IN ('lost', 'failed') AND error_sentence = '') = 0 FROM sync_run WHERE dataset = 'devices'`)
	for _, p := range []*os.Process{first.Process, second.Process} {
		if err := p.Signal(os.Interrupt); err != nil {
			t.Errorf("a portal did not outlive the restart: %v", err)
		}
	}
}

// migrated opens the database once both portals made its schema, whoever was first.
func migrated(t *testing.T, dsn string) *postgres.Pool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		pool, err := postgres.Open(ctx, dsn)
		if err == nil {
			var pending int
			if pending, err = postgres.Pending(ctx, pool); err == nil && pending == 0 {
				t.Cleanup(pool.Close)
				return pool
			}
			pool.Close()
		}
		if ctx.Err() != nil {
			t.Fatalf("the schema is not there: %v", err)
		}
		time.Sleep(200 * time.Millisecond)
	}
}

func yes(t *testing.T, pool *postgres.Pool, tid tenant.ID, sql string) (is bool) {
	t.Helper()
	if err := pool.In(tid).QueryRow(t.Context(), sql).Scan(&is); err != nil && !errors.Is(err, pgx.ErrNoRows) {
		t.Fatal(err)
	}
	return is
}
