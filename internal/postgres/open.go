package postgres

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tenantry/tenantry/internal/errs"
)

// appName is what pg_stat_activity shows where the DSN does not say otherwise.
const appName = "tenantry"

// Open connects to the database of a DSN (URL or key=value form) and makes sure that it answers.
//
// Behind PgBouncer in transaction mode the DSN must carry default_query_exec_mode=cache_describe: prepared statements do not outlive a
// transaction there. pool_max_conns and the other pool_ settings of pgx override what is chosen here.
func Open(ctx context.Context, dsn string) (*Pool, error) {
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, errors.New("DATABASE_URL cannot be read: write postgres://user:password@host:5432/database") // pgx's error may quote parts of it
	}
	if !strings.Contains(dsn, "pool_max_conns") {
		cfg.MaxConns = int32(max(16, 4*runtime.NumCPU()))
	}
	if !strings.Contains(dsn, "connect_timeout") {
		cfg.ConnConfig.ConnectTimeout = 5 * time.Second
	}
	if cfg.ConnConfig.RuntimeParams["application_name"] == "" {
		cfg.ConnConfig.RuntimeParams["application_name"] = appName
	}
	p, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	if err := p.Ping(ctx); err != nil {
		p.Close()
		return nil, fmt.Errorf("open the database on %s: %w", cfg.ConnConfig.Host, err)
	}
	return NewPool(p), nil
}

// Ping reports whether the database answers.
func (p *Pool) Ping(ctx context.Context) error { return Kind(p.pool.Ping(ctx)) }

// Kind adds the kind of failure to an error of pgx, keeping the error itself: no row is NotFound, a key that exists or a lost race is
// Conflict, a database that does not answer is Unavailable. Others come back as they are.
func Kind(err error) error {
	if kind := kindOf(err); kind != nil {
		return fmt.Errorf("%w: %w", kind, err)
	}
	return err
}

func kindOf(err error) error {
	var pg *pgconn.PgError
	var connect *pgconn.ConnectError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, pgx.ErrNoRows):
		return errs.NotFound
	case errors.As(err, &pg):
		return kindOfState(pg.Code)
	case errors.As(err, &connect), pgconn.SafeToRetry(err):
		return errs.Unavailable
	}
	return nil
}

// kindOfState sorts SQLSTATE codes (Postgres manual, appendix A).
func kindOfState(code string) error {
	switch {
	case code == "23505", code == "40001", code == "40P01":
		return errs.Conflict
	case strings.HasPrefix(code, "08"), strings.HasPrefix(code, "57P"), code == "53300":
		return errs.Unavailable
	}
	return nil
}
