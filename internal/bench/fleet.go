package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tenantry/tenantry/internal/cloudsim"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/localpg"
)

// bench is one run. The simulated cloud and the clients are in this process, the portal in its own, so that its memory can be told.
type bench struct {
	size   size
	began  time.Time
	report *report

	dir    string
	pg     *localpg.Server
	db     *pgxpool.Pool
	cloud  *cloudsim.Cloud
	frozen atomic.Pointer[time.Time] // the cloud's time while it stands still; nil: it runs
	origin string
	portal *exec.Cmd
	peak   *memory

	connected []string // customers that are read
	largest   *world.Tenant
	owner     *http.Client
	few       *http.Client // a technician of three tenants
}

const database = "tenantry"

func (b *bench) build(ctx context.Context) error {
	out, err := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", "bin/", "./cmd/tenantry", "./cmd/demo").CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

func (b *bench) start(ctx context.Context) error {
	l, err := net.Listen("tcp", "127.0.0.1:0") // the redirect URI must be known to the cloud before the portal listens
	if err != nil {
		return err
	}
	address := l.Addr().String()
	l.Close()
	b.origin = "http://" + address
	if err := b.startPostgres(ctx); err != nil {
		return err
	}
	if err := b.startCloud(ctx); err != nil {
		return err
	}
	if err := b.command(ctx, address, "migrate").Run(); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if err := b.seed(ctx); err != nil {
		return err
	}
	return b.startPortal(ctx, address)
}

func (b *bench) startPostgres(ctx context.Context) (err error) {
	if b.dir, err = localpg.DefaultDir("tenantry-bench"); err != nil {
		return err
	}
	if err := os.RemoveAll(b.dir); err != nil {
		return err
	}
	b.pg, err = localpg.Start(ctx, localpg.Options{Dir: filepath.Join(b.dir, "pg"), Settings: map[string]string{
		"shared_buffers": "1GB", "max_wal_size": "8GB", "max_connections": "200", "random_page_cost": "1.1", "work_mem": "16MB", "maintenance_work_mem": "256MB",
		"logging_collector": "on", "log_destination": "jsonlog", "log_filename": "statements.log", "log_rotation_size": "0", "log_rotation_age": "0",
	}})
	if err != nil {
		return err
	}
	c, err := pgx.Connect(ctx, b.pg.DSN("postgres"))
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, `CREATE DATABASE `+database); err != nil {
		return err
	}
	cfg, err := pgxpool.ParseConfig(b.pg.DSN(database))
	if err != nil {
		return err
	}
	cfg.MaxConns = 16 // what the portal's pool has
	cfg.ConnConfig.RuntimeParams["application_name"] = "bench"
	b.db, err = pgxpool.NewWithConfig(ctx, cfg)
	return err
}

func (b *bench) startCloud(ctx context.Context) (err error) {
	now := func() time.Time {
		if t := b.frozen.Load(); t != nil {
			return *t
		}
		return time.Now()
	}
	b.cloud, err = cloudsim.New(cloudsim.Options{World: world.Options{
		Tenants: b.size.tenants, Devices: b.size.devices, Now: now, RedirectURIs: []string{b.origin + "/auth/callback", b.origin + "/auth/consent"},
	}})
	if err != nil {
		return err
	}
	return b.cloud.Start(ctx)
}

// command is the product with the settings that lead it to our cloud and our Postgres.
func (b *bench) command(ctx context.Context, address string, args ...string) *exec.Cmd {
	urls, w := b.cloud.URLs(), b.cloud.World
	cmd := exec.CommandContext(ctx, "bin/tenantry", args...)
	cmd.Env = append(os.Environ(),
		"DATABASE_URL="+b.pg.DSN(database), "TENANTRY_URL="+b.origin, "TENANTRY_LISTEN="+address, "TENANTRY_DATA_DIR="+filepath.Join(b.dir, "data"),
		"TENANTRY_OWNERS="+person(w, "Owner", 0).SignInName, "AZURE_TENANT_ID="+w.Home().ID, "AZURE_CLIENT_ID="+w.App.ClientID,
		"AZURE_CLIENT_SECRET="+w.App.ClientSecret, "AZURE_AUTHORITY_HOST="+urls.Login, "TENANTRY_GRAPH_URL="+urls.Graph,
		"TENANTRY_DEFENDER_URL="+urls.Security, "TENANTRY_PARTNER_CENTER_URL="+urls.Partner)
	cmd.Stderr = os.Stderr
	if log, err := os.Create(filepath.Join(b.dir, args[0]+".log")); err == nil {
		cmd.Stderr = log
	}
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 20 * time.Second
	return cmd
}

func (b *bench) startPortal(ctx context.Context, address string) error {
	b.portal = b.command(ctx, address, "serve", "--workers=8")
	if err := b.portal.Start(); err != nil {
		return err
	}
	b.peak = watch(b.portal.Process.Pid)
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if res, err := http.Get(b.origin + "/readyz"); err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
		}
	}
	return errors.New("the portal is not ready after 30 s; its log is in " + b.dir)
}

// later is when a dataset that the run does not ask for is due.
const later = `now() + interval '10 days'`

// seed makes the portal know all customers as connected, and nothing due, so that each step reads what it measures and no more.
func (b *bench) seed(ctx context.Context) error {
	var ids, names, domains []string
	for _, t := range b.cloud.World.Tenants()[1:] {
		ids, names, domains = append(ids, t.ID), append(names, t.DisplayName), append(domains, t.Domains[0])
		if t.Consent != world.ConsentFull || !t.Intune {
			continue // in this world a few did not consent, and one has no licence
		}
		b.connected = append(b.connected, t.ID)
		if b.largest == nil || t.Devices > b.largest.Devices {
			b.largest = t
		}
	}
	var datasets []string
	for _, d := range graphsync.Table() {
		if !d.Home {
			datasets = append(datasets, d.Name)
		}
	}
	if _, err := b.db.Exec(ctx, `
		INSERT INTO tenant (tenant_id, display_name, default_domain, domains, state)
		SELECT i::uuid, n, d, ARRAY[d], CASE WHEN i = ANY($4) THEN 'connected' ELSE 'unconsented' END
		FROM unnest($1::text[], $2::text[], $3::text[]) AS t (i, n, d)`, ids, names, domains, b.connected); err != nil {
		return err
	}
	if _, err := b.db.Exec(ctx, `
		INSERT INTO sync_state (tenant_id, dataset, next_at)
		SELECT i::uuid, d, `+later+` FROM unnest($1::text[]) AS i CROSS JOIN unnest($2::text[]) AS d`, b.connected, datasets); err != nil {
		return err
	}
	few := person(b.cloud.World, "Technician", 0)
	var staff int64
	if err := b.db.QueryRow(ctx, `INSERT INTO staff (upn, name, role, reach) VALUES ($1, $2, 'technician', 'chosen') RETURNING staff_id`,
		strings.ToLower(few.SignInName), few.DisplayName).Scan(&staff); err != nil {
		return err
	}
	_, err := b.db.Exec(ctx, `INSERT INTO staff_tenant (tenant_id, staff_id) SELECT i::uuid, $2 FROM unnest($1::text[]) AS i`, b.connected[1:4], staff)
	return err
}

// person is the n-th of the partner's people with that job.
func person(w *world.World, title string, n int) *world.User {
	for _, u := range w.Home().Users {
		if u.JobTitle == title && u.AccountEnabled && !u.Guest() {
			if n == 0 {
				return u
			}
			n--
		}
	}
	return nil
}

func (b *bench) close() {
	if b.peak != nil {
		b.peak.stop()
	}
	if b.portal != nil && b.portal.Process != nil {
		b.portal.Process.Signal(syscall.SIGTERM)
		b.portal.Wait()
	}
	if b.db != nil {
		b.db.Close()
	}
	if b.cloud != nil {
		b.cloud.Close()
	}
	if b.pg != nil {
		if os.Getenv("BENCH_KEEP") != "" {
			b.say("kept in %s", b.dir)
		}
		b.pg.Stop()
	}
	if b.dir != "" && os.Getenv("BENCH_KEEP") == "" {
		os.RemoveAll(b.dir)
	}
}
