package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

// asProduct is set where the test's own binary is started to be the product, so that a test can kill it without building it again.
const asProduct = "TENANTRY_TEST_IS_PRODUCT"

func TestMain(m *testing.M) {
	if os.Getenv(asProduct) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// TestKilledWorker kills the process that reads a tenant, with SIGKILL: once in the midst of the pages, then some more times wherever it
// is. Nothing is lost, nothing doubled, and what was not read completely is never shown as if it were.
func TestKilledWorker(t *testing.T) {
	t.Parallel() // it mostly waits
	dsn := pgtest.NewDSN(t)
	sim, err := cloudsim.New(cloudsim.Options{World: world.Options{Tenants: 6, Devices: 9000}})
	if err != nil {
		t.Fatal(err)
	}
	if err := sim.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { sim.Close() })
	pool, err := postgres.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	if err := postgres.Migrate(t.Context(), pool); err != nil {
		t.Fatal(err)
	}
	w := sim.World.Tenants()[1]
	tid, err := tenant.ParseID(w.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pool.In(tid).Exec(t.Context(), `INSERT INTO tenant (tenant_id, state) VALUES ($1, 'connected')`, tid); err != nil {
		t.Fatal(err)
	}
	env := worker(t, sim, dsn)

	sim.World.Faults.Add(world.Fault{Kind: "slow", Path: "managedDevices", Seconds: 0.5})
	first := startProduct(t, env)
	awaitRow(t, pool, tid, "a read is under way, with rows", `SELECT count(*) > 0 FROM sync_state WHERE dataset = 'devices' AND state = 'running' AND rows > 0`)
	kill(t, first)
	ask(t, pool, tid, "nothing of half a read is stored", `SELECT count(*) = 0 FROM device`)
	ask(t, pool, tid, "half a read is not complete", `SELECT last_complete_at IS NULL FROM sync_state WHERE dataset = 'devices'`)
	sim.World.Faults.Clear()

	for i := range 3 {
		age(t, pool, tid)
		next := startProduct(t, env)
		time.Sleep(time.Duration(700+i*600) * time.Millisecond)
		kill(t, next)
	}
	age(t, pool, tid)
	last := startProduct(t, env)
	awaitRow(t, pool, tid, "the devices are read completely", `SELECT count(*) > 0 FROM sync_state WHERE dataset = 'devices' AND state = 'ok'`)
	kill(t, last)
	ask(t, pool, tid, "every device is there, once", fmt.Sprintf(`SELECT count(*) = %d AND count(*) = count(DISTINCT id) FROM device WHERE gone_at IS NULL`, w.Devices))
	ask(t, pool, tid, "none counts as gone", `SELECT count(*) = 0 FROM device WHERE gone_at IS NOT NULL`)
	ask(t, pool, tid, "the counts agree", `SELECT (SELECT sum(devices) FROM device_count) = (SELECT count(*) FROM device) AND (SELECT value FROM tenant_counter WHERE dataset = 'devices' AND key = 'total') = (SELECT count(*) FROM device)`)
	ask(t, pool, tid, "no change is recorded twice", `SELECT count(*) = count(DISTINCT (device_id, run, field)) FROM device_change`)
	ask(t, pool, tid, "the killed read is in the ledger as lost", `SELECT count(*) >= 1 FROM sync_run WHERE dataset = 'devices' AND state = 'lost'`)
}

// worker are the settings of a process that only reads.
func worker(t *testing.T, sim *cloudsim.Cloud, dsn string) []string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	u := sim.URLs()
	return append(os.Environ(), asProduct+"=1", "DATABASE_URL="+dsn, "TENANTRY_LISTEN="+address, "TENANTRY_URL=http://localhost:8080", "TENANTRY_DATA_DIR="+t.TempDir(),
		"AZURE_TENANT_ID="+sim.World.Home().ID, "AZURE_CLIENT_ID="+sim.World.App.ClientID, "AZURE_CLIENT_SECRET="+sim.World.App.ClientSecret,
		"AZURE_AUTHORITY_HOST="+u.Login, "TENANTRY_GRAPH_URL="+u.Graph)
}

func startProduct(t *testing.T, env []string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "serve", "--web=false", "--workers=4")
	cmd.Env = env
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	return cmd
}

func kill(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
}

// age makes the last signs of life, and the queue's leadership, old: as if more than a minute had passed.
func age(t *testing.T, pool *postgres.Pool, tid tenant.ID) {
	t.Helper()
	for _, sql := range []string{
		`UPDATE sync_state SET seen_at = seen_at - interval '1 hour' WHERE state = 'running'`,
		`UPDATE sync_state SET changed_at = changed_at - interval '1 hour'`,
		`UPDATE sync_state SET next_at = now() WHERE dataset = 'devices'`,
	} {
		if _, err := pool.In(tid).Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	for _, sql := range []string{
		`UPDATE river_job SET attempted_at = attempted_at - interval '1 hour' WHERE state = 'running'`,
		`DELETE FROM river_leader`,
	} {
		if _, err := pool.Raw().Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
}

func ask(t *testing.T, pool *postgres.Pool, tid tenant.ID, what, sql string) {
	t.Helper()
	var yes bool
	if err := pool.In(tid).QueryRow(t.Context(), sql).Scan(&yes); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if !yes {
		t.Errorf("not so: %s", what)
	}
}

func awaitRow(t *testing.T, pool *postgres.Pool, tid tenant.ID, what, sql string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	for ; ; time.Sleep(50 * time.Millisecond) {
		var yes bool
		if err := pool.In(tid).QueryRow(ctx, sql).Scan(&yes); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if yes {
			return
		}
	}
}
