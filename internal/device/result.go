package device

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Result is what became of a remote action of a device, as Graph said at the last complete read. Graph keeps one of each kind of action.
type Result struct {
	Tenant     tenant.ID
	TenantName string

	DeviceID, Device string
	Action
}

// ResultFilter chooses results. Values of one field are alternatives, fields add up.
type ResultFilter struct {
	Action  []string // as Graph spells them
	State   []string
	Since   time.Time // started then or later; zero: whenever
	Tenants []tenant.ID

	Sort      string // one of ResultSorts; empty: started
	Desc      bool
	After     string
	Limit     int   // rows; 0: 50, at most 500
	CountMost int64 // count no further; 0: exactly
}

// ResultSorts are the orders that Results knows.
var ResultSorts = []string{"started", "device", "customer"}

// ResultPage is one page of results.
type ResultPage struct {
	Rows  []Result
	Next  string
	Count int64
	More  bool // there are more than Count
}

var resultColumns = `d.tenant_id, ` + tenantName + `, d.device_id, d.name, d.action, d.state, NULLIF(d.started_at, '-infinity'), NULLIF(d.updated_at, '-infinity'), d.error_code`

func scanResult(row pgx.CollectableRow, more ...any) (Result, error) {
	var r Result
	err := row.Scan(append([]any{&r.Tenant, &r.TenantName, &r.DeviceID, &r.Device, &r.Name, &r.State, postgres.Zero(&r.StartedAt), postgres.Zero(&r.UpdatedAt), &r.ErrorCode}, more...)...)
	return r, err
}

func (f ResultFilter) listing(scope tenant.Scope) (l postgres.Listing, err error) {
	w := &postgres.Where{}
	one := w.Within(scope, "d.tenant_id")
	if err := postgres.CheckSearch("", slices.Concat(f.Action, f.State)...); err != nil {
		return l, err
	}
	if len(f.Tenants) > 0 {
		w.And("d.tenant_id = ANY(?)", f.Tenants)
	}
	w.OneOf("d.action", f.Action)
	w.OneOf("d.state", f.State)
	if !f.Since.IsZero() {
		w.And("d.started_at >= ?", f.Since)
	}
	o := postgres.Order{Name: f.Sort, Desc: f.Desc}
	switch f.Sort {
	case "", "started":
		o.Keys = []postgres.Key{{Expr: "d.started_at", Type: "timestamptz"}}
	case "device":
		o.Keys = []postgres.Key{{Expr: "d.name_key", Type: "text"}}
	case "customer":
		o.Keys = postgres.TenantOrder("d", postgres.Key{Expr: "d.name_key", Type: "text"})
	default:
		return l, errs.ShowNext(errs.Invalid, "Results of remote actions cannot be sorted by that.", "Sort by "+strings.Join(ResultSorts, ", ")+".")
	}
	o.Keys = postgres.Ended(o.Keys, postgres.Key{Expr: "d.tenant_id", Type: "uuid"}, postgres.Key{Expr: "d.device_id", Type: "text"}, postgres.Key{Expr: "d.action", Type: "text"})
	if one {
		o = o.OfOneTenant()
	}
	return postgres.Listing{Columns: resultColumns, Table: "device_action_result d", Where: w, Order: o, Cursor: f.After, Limit: f.Limit, Most: f.CountMost}, nil
}

// Results returns the results of remote actions in the scope that match f, one page in the chosen order.
func (s *Store) Results(ctx context.Context, scope tenant.Scope, f ResultFilter) (p ResultPage, err error) {
	l, err := f.listing(scope)
	if err != nil {
		return p, err
	}
	p.Rows, p.Next, p.Count, err = postgres.PageOf(ctx, s.pool.Planned(scope), l, scanResult)
	p.Count, p.More = l.Counted(p.Count)
	return p, err
}

// EachResult calls each for every result that matches, in order. Limit does not apply.
func (s *Store) EachResult(ctx context.Context, scope tenant.Scope, f ResultFilter, each func(Result) error) error {
	l, err := f.listing(scope)
	if err != nil {
		return err
	}
	return postgres.EachOf(ctx, s.pool.In(scope), l, scanResult, each)
}

// rewriteResults makes the results of the devices that changed those that the read has of them. Most devices have none.
func rewriteResults(ctx context.Context, tx pgx.Tx, tid tenant.ID) error {
	for _, sql := range []string{`
		CREATE TEMP TABLE device_action_result_read ON COMMIT DROP AS
		SELECT DISTINCT ON (n.id, a.name) n.id AS device_id, a.name AS action, n.name, n.name_key, COALESCE(a.state, '') AS state,
		       COALESCE(a.started_at, '-infinity') AS started_at, COALESCE(a.updated_at, '-infinity') AS updated_at, COALESCE(a.error_code, 0) AS error_code
		FROM   device_changed
		JOIN   device_stage n USING (id, seq)
		CROSS  JOIN LATERAL jsonb_to_recordset(n.actions) AS a (name text, state text, started_at timestamptz, updated_at timestamptz, error_code bigint)
		WHERE  n.actions <> '[]'
		AND    a.name <> ''
		ORDER  BY n.id, a.name, a.started_at DESC NULLS LAST`, `
		DELETE FROM device_action_result o
		USING  device_changed c
		WHERE  o.tenant_id = @tenant
		AND    o.device_id = c.id
		AND    NOT EXISTS (SELECT FROM device_action_result_read r WHERE r.device_id = o.device_id AND r.action = o.action)`, `
		INSERT INTO device_action_result AS o (tenant_id, device_id, action, name, name_key, state, started_at, updated_at, error_code)
		SELECT @tenant::uuid, r.*
		FROM   device_action_result_read r
		ON     CONFLICT (tenant_id, device_id, action) DO UPDATE
		SET    name = excluded.name, name_key = excluded.name_key, state = excluded.state, started_at = excluded.started_at, updated_at = excluded.updated_at, error_code = excluded.error_code
		WHERE (o.name, o.state, o.started_at, o.updated_at, o.error_code) IS DISTINCT FROM (excluded.name, excluded.state, excluded.started_at, excluded.updated_at, excluded.error_code)`,
	} {
		if _, err := tx.Exec(ctx, sql, pgx.NamedArgs{"tenant": tid}); err != nil {
			return fmt.Errorf("write results of remote actions of %s: %w", tid, err)
		}
	}
	return nil
}
