package postgres_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/localpg"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestReading: a replica is read if it has everything; one that lags, that is none or that is down, is not.
func TestReading(t *testing.T) {
	t.Parallel()
	pgtest.NewDSN(t) // skips where there is no Postgres, as all tests do
	dir, err := localpg.DefaultDir("tenantry-test-replica")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	start := func(name string) *localpg.Server {
		s, err := localpg.Start(t.Context(), localpg.Options{Dir: filepath.Join(dir, name), Fast: true, Settings: map[string]string{"wal_level": "replica", "max_wal_senders": "4"}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Stop() })
		return s
	}
	main := start("main")
	copyOf(t, main.DSN("postgres"), filepath.Join(dir, "main"), filepath.Join(dir, "replica"))
	replica := start("replica")

	pool, err := postgres.Open(t.Context(), main.DSN("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if err := postgres.Migrate(t.Context(), pool); err != nil {
		t.Fatal(err)
	}
	reads := func() (recovers bool, tenants int) {
		t.Helper()
		err := pool.Reading(t.Context(), tenant.Everything(), func(tx pgx.Tx) error {
			return tx.QueryRow(t.Context(), `SELECT pg_is_in_recovery(), (SELECT count(*) FROM tenant)`).Scan(&recovers, &tenants)
		})
		if err != nil {
			t.Fatal(err)
		}
		return recovers, tenants
	}
	add := func() {
		t.Helper()
		if _, err := pool.Raw().Exec(t.Context(), `INSERT INTO tenant (tenant_id) VALUES (gen_random_uuid())`); err != nil {
			t.Fatal(err)
		}
	}
	if recovers, _ := reads(); recovers {
		t.Error("reads a replica that it was not told of")
	}
	if err := pool.Follow(t.Context(), replica.DSN("postgres")); err != nil {
		t.Fatal(err)
	}
	add()
	for tries := 0; ; tries++ { // a busy machine may need more than one
		recovers, n := reads()
		if n != 1 {
			t.Errorf("replica %t: %d tenants, want 1", recovers, n)
		}
		if recovers {
			break
		}
		if tries == 60 {
			t.Fatal("the replica is never read")
		}
	}
	if err := pool.Reading(t.Context(), tenant.Only(), func(tx pgx.Tx) error { // nothing was written since, so that it is the replica again
		var n int
		if err := tx.QueryRow(t.Context(), `SELECT count(*) FROM tenant`).Scan(&n); err != nil || n != 0 {
			t.Errorf("without a scope the replica shows %d tenants, %v", n, err)
		}
		return nil
	}); err != nil {
		t.Error(err)
	}

	other, err := pgx.Connect(t.Context(), replica.DSN("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close(t.Context())
	if _, err := other.Exec(t.Context(), `SELECT pg_wal_replay_pause()`); err != nil {
		t.Fatal(err)
	}
	add()
	if recovers, n := reads(); recovers || n != 2 {
		t.Errorf("the replica lags: replica %t, %d tenants", recovers, n)
	}
	if _, err := other.Exec(t.Context(), `SELECT pg_wal_replay_resume()`); err != nil {
		t.Fatal(err)
	}
	other.Close(t.Context())
	if err := replica.Stop(); err != nil {
		t.Fatal(err)
	}
	if recovers, n := reads(); recovers || n != 2 {
		t.Errorf("the replica is down: replica %t, %d tenants", recovers, n)
	}
	alone, err := postgres.Open(t.Context(), main.DSN("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer alone.Close()
	if err := alone.Follow(t.Context(), main.DSN("postgres")); err != nil {
		t.Fatal(err)
	}
	if err := alone.Reading(t.Context(), tenant.Everything(), func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), `CREATE TEMP TABLE x ()`) // the replica's transactions are read only
		return err
	}); err != nil {
		t.Errorf("what is no replica is taken for one: %v", err)
	}
}

// copyOf makes the data of a replica that follows the server.
func copyOf(t *testing.T, dsn, of, to string) {
	t.Helper()
	bins, err := localpg.Binaries()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(to, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, c := range []*exec.Cmd{
		exec.CommandContext(t.Context(), filepath.Join(bins, "pg_basebackup"), "-d", dsn, "-D", filepath.Join(to, "data"), "-R", "-X", "stream", "-c", "fast"),
		exec.CommandContext(t.Context(), "chown", "-R", "--reference="+filepath.Join(of, "data"), to), // as root, Postgres runs as another user
	} {
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v: %s", c, err, out)
		}
	}
}
