package postgres

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"log/slog"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/tenantry/tenantry/migrations"
)

// riverMigration is the number of the migration that makes the job queue's tables, riverSchema the version of River's schema that it
// makes. A later River that needs a newer schema gets a migration of its own.
const (
	riverMigration = 2
	riverSchema    = 8
)

// Migrate brings the schema up to date. Several processes may call it at once: one migrates, the others wait. It needs a session of
// its own, so not a PgBouncer in transaction mode, and a user that owns the schema and may create roles.
func Migrate(ctx context.Context, p *Pool) error {
	return withProvider(p, func(g *goose.Provider) error {
		if _, err := g.Up(ctx); err != nil {
			return fmt.Errorf("migrate the database: %w", err)
		}
		return nil
	})
}

// Pending counts the migrations that the database still lacks. It changes nothing.
func Pending(ctx context.Context, p *Pool) (int, error) {
	n := 0
	err := withProvider(p, func(g *goose.Provider) error {
		if known, err := knowsVersions(ctx, p); err != nil || !known {
			n = len(g.ListSources())
			return err
		}
		states, err := g.Status(ctx)
		for _, s := range states {
			if s.State == goose.StatePending {
				n++
			}
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("count pending migrations: %w", err)
	}
	return n, nil
}

// knowsVersions spares an empty database the version table that goose would make on looking.
func knowsVersions(ctx context.Context, p *Pool) (known bool, err error) {
	err = p.pool.QueryRow(ctx, `SELECT to_regclass('goose_db_version') IS NOT NULL`).Scan(&known)
	return known, err
}

func withProvider(p *Pool, use func(*goose.Provider) error) error {
	db := stdlib.OpenDBFromPool(p.pool)
	defer db.Close()
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300)) // looks every second for five minutes
	if err != nil {
		return fmt.Errorf("lock for migrations: %w", err)
	}
	g, err := goose.NewProvider(goose.DialectPostgres, db, migrations.FS,
		goose.WithSessionLocker(locker),
		goose.WithDisableGlobalRegistry(true),
		goose.WithSlog(slog.New(slog.NewTextHandler(io.Discard, nil))),
		goose.WithGoMigrations(goose.NewGoMigration(riverMigration, &goose.GoFunc{
			RunDB: func(ctx context.Context, _ *sql.DB) error { return migrateRiver(ctx, p.pool) },
		}, nil)))
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	return use(g)
}

// migrateRiver makes River's tables and lets the web role enqueue in its own transaction. River keeps its own list of versions, so a
// run that was killed here is repeated harmlessly.
func migrateRiver(ctx context.Context, pool *pgxpool.Pool) error {
	quiet := &rivermigrate.Config{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))}
	m, err := rivermigrate.New(riverpgxv5.New(pool), quiet)
	if err != nil {
		return fmt.Errorf("prepare the job queue's schema: %w", err)
	}
	if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, &rivermigrate.MigrateOpts{TargetVersion: riverSchema}); err != nil {
		return fmt.Errorf("make the job queue's schema: %w", err)
	}
	_, err = pool.Exec(ctx, `
		GRANT SELECT, INSERT, UPDATE, DELETE ON river_job, river_queue, river_notification TO `+WebRole+`;
		GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO `+WebRole)
	if err != nil {
		return fmt.Errorf("let the web role enqueue: %w", err)
	}
	return nil
}
