package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Follow makes Reading use the streaming replica behind the DSN. Whether it answers is seen when it is asked: the portal does without.
func (p *Pool) Follow(ctx context.Context, dsn string) error {
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return errors.New("DATABASE_REPLICA_URL cannot be read: write postgres://user:password@host:5432/database") // pgx's error may quote parts of it
	}
	if cfg.ConnConfig.ConnectTimeout == 0 {
		cfg.ConnConfig.ConnectTimeout = 2 * time.Second
	}
	if cfg.ConnConfig.RuntimeParams["application_name"] == "" {
		cfg.ConnConfig.RuntimeParams["application_name"] = appName
	}
	if p.replica, err = pgxpool.NewWithConfig(ctx, cfg); err != nil {
		return fmt.Errorf("open the replica: %w", err)
	}
	return nil
}

// behind is how long Reading waits for the replica to have what the database has.
const behind = 500 * time.Millisecond

// Reading runs f in one transaction under the scope, for long reads such as exports. It reads the replica where there is one that has all
// that the database had when it was asked, so that nobody is shown older rows than the page says; else the database itself.
//
// A replica may end a long read that stands in the way of what it follows: hot_standby_feedback = on keeps it from that.
func (p *Pool) Reading(ctx context.Context, s Scope, f func(tx pgx.Tx) error) error {
	tx := p.replicated(ctx, s)
	if tx == nil {
		return p.InTx(ctx, s, f)
	}
	defer tx.Rollback(ctx) // it wrote nothing
	return f(tx)
}

// replicated is a transaction on a replica that has caught up, or nil.
func (p *Pool) replicated(ctx context.Context, s Scope) pgx.Tx {
	if p.replica == nil {
		return nil
	}
	var now string
	if err := p.pool.QueryRow(ctx, `SELECT pg_current_wal_insert_lsn()::text`).Scan(&now); err != nil {
		return nil
	}
	tx, err := p.replica.BeginTx(ctx, pgx.TxOptions{AccessMode: pgx.ReadOnly})
	if err != nil {
		return nil
	}
	for end := time.Now().Add(behind); ; time.Sleep(behind / 20) {
		var has bool
		err := tx.QueryRow(ctx, `SELECT pg_is_in_recovery() AND pg_last_wal_replay_lsn() >= $1::text::pg_lsn`, now).Scan(&has)
		if err == nil && has {
			if _, err = tx.Exec(ctx, setScope, settings(s).args()...); err == nil {
				return tx
			}
		}
		if err != nil || time.Now().After(end) {
			tx.Rollback(ctx)
			return nil
		}
	}
}
