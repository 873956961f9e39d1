// Package pgtest gives each test a fresh database of its own, with the schema in place, on a real Postgres. Only tests import it.
//
// All test binaries of a run share one private server, which the first one starts and which ends a moment after the last one. With
// DATABASE_URL_TEST set, that server is used instead; its user must be able to create databases and roles.
package pgtest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tenantry/tenantry/internal/localpg"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/migrations"
)

// New opens a fresh, migrated database that is dropped when the test ends. Without Postgres on the machine the test is skipped, or
// fails where CI=true.
func New(t testing.TB) *postgres.Pool {
	t.Helper()
	p, err := postgres.Open(t.Context(), NewDSN(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// NewDSN is New for tests that open the database themselves, such as those of a whole process.
func NewDSN(t testing.TB) string {
	t.Helper()
	base, err := server()
	if errors.Is(err, localpg.ErrNoBinaries) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatalf("start Postgres for the tests: %v", err)
	}
	name := fmt.Sprintf("test_%d_%d", os.Getpid(), counter.Add(1))
	if err := clone(t.Context(), base, name); err != nil {
		t.Fatalf("make a database for the test: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := execute(ctx, base, `DROP DATABASE IF EXISTS `+name+` WITH (FORCE)`); err != nil {
			t.Logf("drop the test's database: %v", err)
		}
	})
	return withDatabase(base, name)
}

var (
	counter atomic.Int64
	// server finds or starts the server once in a test binary and says how to reach it.
	server = sync.OnceValues(func() (string, error) {
		if dsn := os.Getenv("DATABASE_URL_TEST"); dsn != "" {
			return dsn, nil
		}
		return join()
	})
)

// clone copies the template, making it first where these migrations have none yet. As files it is copied in half the time that it takes
// through the log.
func clone(ctx context.Context, base, name string) error {
	tpl, err := templateName()
	if err != nil {
		return err
	}
	for range 20 {
		err = execute(ctx, base, `CREATE DATABASE `+name+` TEMPLATE `+tpl+` STRATEGY FILE_COPY`)
		var pg *pgconn.PgError
		switch {
		case !errors.As(err, &pg):
			return err
		case pg.Code == "3D000": // no such template
			if err := makeTemplate(ctx, base, tpl); err != nil {
				return err
			}
		case pg.Code == "55006": // being used: somebody still looks at the template
			time.Sleep(50 * time.Millisecond)
		default:
			return err
		}
	}
	return err
}

// templateName changes with every change of a migration and of the code that applies them.
var templateName = sync.OnceValues(func() (string, error) {
	h := sha256.New()
	err := fs.WalkDir(migrations.FS, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(migrations.FS, path)
		fmt.Fprintf(h, "%s %d\n%s", path, len(b), b)
		return err
	})
	return fmt.Sprintf("template_%x", h.Sum(nil)[:8]), err
})

// makeTemplate migrates under another name and renames, so that a template is never half made. The lock makes the others wait.
func makeTemplate(ctx context.Context, base, tpl string) error {
	c, err := pgx.Connect(ctx, withDatabase(base, "postgres"))
	if err != nil {
		return err
	}
	defer c.Close(context.Background())
	if _, err := c.Exec(ctx, `SELECT pg_advisory_lock(1952804724)`); err != nil {
		return err
	}
	var there bool
	if err := c.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, tpl).Scan(&there); err != nil || there {
		return err
	}
	half := tpl + "_half"
	for _, sql := range []string{`DROP DATABASE IF EXISTS ` + half + ` WITH (FORCE)`, `CREATE DATABASE ` + half} {
		if _, err := c.Exec(ctx, sql); err != nil {
			return err
		}
	}
	p, err := postgres.Open(ctx, withDatabase(base, half))
	if err != nil {
		return err
	}
	err = postgres.Migrate(ctx, p)
	p.Close()
	if err != nil {
		return err
	}
	_, err = c.Exec(ctx, `ALTER DATABASE `+half+` RENAME TO `+tpl)
	return err
}

// maker is the session in which this test binary makes and drops its databases: a session costs the server more than a database does.
var maker struct {
	sync.Mutex
	*pgx.Conn
}

func execute(ctx context.Context, base, sql string) (err error) {
	maker.Lock()
	defer maker.Unlock()
	if maker.Conn == nil || maker.IsClosed() {
		if maker.Conn, err = pgx.Connect(ctx, withDatabase(base, "postgres")); err != nil {
			return err
		}
	}
	_, err = maker.Exec(ctx, sql)
	return err
}

// withDatabase names another database of the same server. The DSN is a URL.
func withDatabase(dsn, name string) string {
	u, err := url.Parse(dsn)
	if err != nil {
		return dsn
	}
	u.Path = "/" + name
	return u.String()
}
