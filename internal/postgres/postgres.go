// Package postgres opens the database: a pool, queries under a scope of tenants, transactions, and migrations.
//
// Every query that a store sends carries its scope in the same batch, so that row-level security is the second wall behind the typed
// arguments. What the tables mean lives in the rooms that own them.
package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
)

// WebRole is the database role that stores run as: it owns nothing and row-level security binds it.
const WebRole = "tenantry_web"

// Scope is a set of tenants: tenant.ID (one) and tenant.Scope (a set, or all) are such.
type Scope interface {
	PostgresScope() (all bool, tenants []string)
}

// DB is what a store method needs: a pool opened for a scope, or a transaction.
type DB interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

// Pool is the database. Use In for single statements and InTx for several that belong together.
type Pool struct {
	pool    *pgxpool.Pool
	replica *pgxpool.Pool // see Follow; nil: none
}

// NewPool wraps an open pgx pool whose user may become WebRole.
func NewPool(p *pgxpool.Pool) *Pool { return &Pool{pool: p} }

// Raw is the pool without a scope, as the schema's owner: for migrations, the job queue and the session store only.
func (p *Pool) Raw() *pgxpool.Pool { return p.pool }

// Close ends all connections.
func (p *Pool) Close() {
	p.pool.Close()
	if p.replica != nil {
		p.replica.Close()
	}
}

// In opens the database for a scope. Each statement goes out in one batch with its scope: one round trip.
func (p *Pool) In(s Scope) DB { return scoped{pool: p.pool, scope: settings(s), set: setScope} }

// Planned is In for statements whose best plan depends on their values, such as a search or a filter: each is planned for those at hand.
// Otherwise Postgres plans a prepared statement for no value in particular once it takes that for cheaper, which it cannot tell of a range.
func (p *Pool) Planned(s Scope) DB { return scoped{pool: p.pool, scope: settings(s), set: setPlanned} }

// Fixed is In for statements that one plan serves, whatever their values, and whose planning costs more than their answer: it is made once
// on each connection. Left to itself, Postgres plans again for values that seem to make the statement cheaper.
func (p *Pool) Fixed(s Scope) DB { return scoped{pool: p.pool, scope: settings(s), set: setFixed} }

// InTx runs f in one transaction under the scope; an error from f rolls back.
func (p *Pool) InTx(ctx context.Context, s Scope, f func(tx pgx.Tx) error) error {
	return pgx.BeginFunc(ctx, p.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, setScope, settings(s).args()...); err != nil {
			return fmt.Errorf("set the scope: %w", err)
		}
		return f(tx)
	})
}

// setScope lasts until the end of the transaction; an extended-protocol batch without BEGIN is one. Beside row-level security the planner
// takes our queries for much dearer than they are: compiling them (jit) or starting parallel workers would take longer than they do.
const setScope = `SELECT set_config('role', $1, true), set_config('app.scope', $2, true), set_config('app.tenants', $3, true), set_config('jit', 'off', true), set_config('max_parallel_workers_per_gather', '0', true)`

const setPlanned = setScope + `, set_config('plan_cache_mode', 'force_custom_plan', true)`

const setFixed = setScope + `, set_config('plan_cache_mode', 'force_generic_plan', true)`

type scopeSettings struct{ scope, tenants string }

func settings(s Scope) scopeSettings {
	all, ids := s.PostgresScope()
	if all {
		return scopeSettings{scope: "all"}
	}
	return scopeSettings{scope: "tenants", tenants: "{" + strings.Join(ids, ",") + "}"}
}

func (s scopeSettings) args() []any { return []any{WebRole, s.scope, s.tenants} }

type scoped struct {
	pool  *pgxpool.Pool
	scope scopeSettings
	set   string
}

func (s scoped) send(ctx context.Context, sql string, args []any) (pgx.BatchResults, error) {
	var b pgx.Batch
	b.Queue(s.set, s.scope.args()...)
	b.Queue(sql, args...)
	res := s.pool.SendBatch(ctx, &b)
	if _, err := res.Exec(); err != nil {
		res.Close()
		return nil, err
	}
	return res, nil
}

// Query is pgx's, under the scope.
func (s scoped) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	res, err := s.send(ctx, sql, args)
	if err != nil {
		return errRows{err: err}, err
	}
	rows, err := res.Query()
	if err != nil { // callers that look at the error do not close the rows, and the connection must go back
		res.Close()
		return errRows{err: err}, err
	}
	return &batchRows{Rows: rows, batch: res}, nil
}

// QueryRow is pgx's, under the scope.
func (s scoped) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	rows, _ := s.Query(ctx, sql, args...)
	return oneRow{rows}
}

// Exec is pgx's, under the scope.
func (s scoped) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	res, err := s.send(ctx, sql, args)
	if err != nil {
		return pgconn.CommandTag{}, err
	}
	tag, err := res.Exec()
	if cerr := res.Close(); err == nil {
		err = cerr
	}
	return tag, err
}

// batchRows gives the connection back when its rows are closed.
type batchRows struct {
	pgx.Rows
	batch  pgx.BatchResults
	closed bool
	err    error
}

func (r *batchRows) Close() {
	r.Rows.Close()
	if !r.closed {
		r.closed = true
		r.err = r.batch.Close()
	}
}

func (r *batchRows) Next() bool {
	if r.Rows.Next() {
		return true
	}
	r.Close()
	return false
}

func (r *batchRows) Err() error {
	if err := r.Rows.Err(); err != nil {
		return err
	}
	return r.err
}

// errRows are the rows of a query that could not be sent.
type errRows struct{ err error }

func (r errRows) Close()                                       {}
func (r errRows) Err() error                                   { return r.err }
func (r errRows) CommandTag() pgconn.CommandTag                { return pgconn.CommandTag{} }
func (r errRows) FieldDescriptions() []pgconn.FieldDescription { return nil }
func (r errRows) Next() bool                                   { return false }
func (r errRows) Scan(...any) error                            { return r.err }
func (r errRows) Values() ([]any, error)                       { return nil, r.err }
func (r errRows) RawValues() [][]byte                          { return nil }
func (r errRows) Conn() *pgx.Conn                              { return nil }
func (r errRows) TypeMap() *pgtype.Map                         { return nil }

type oneRow struct{ rows pgx.Rows }

// Scan reads the first row, or gives pgx.ErrNoRows.
func (o oneRow) Scan(dest ...any) error {
	defer o.rows.Close()
	if !o.rows.Next() {
		if err := o.rows.Err(); err != nil {
			return err
		}
		return pgx.ErrNoRows
	}
	if err := o.rows.Scan(dest...); err != nil {
		return err
	}
	o.rows.Close()
	return o.rows.Err()
}
