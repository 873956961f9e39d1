package deviceaction

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Store holds actions in Postgres. What changes the state of one is written in the same transaction as its record in the audit.
type Store struct {
	pool  *postgres.Pool
	audit *audit.Store
}

// NewStore is the store on that database.
func NewStore(pool *postgres.Pool, log *audit.Store) *Store { return &Store{pool: pool, audit: log} }

var tenantName = postgres.TenantName("a")

var columns = `
	a.tenant_id, ` + tenantName + `, a.action_id, a.kind, a.options, a.reason, a.device_id, a.device_name, a.hardware, a.os, a.device_user, a.state, a.said,
	a.by_name, a.by_tenant, a.by_object, a.as_name, a.nonce, a.asked_at, a.sent_at, a.ended_at, a.read_at, a.request_id, a.client_id, a.approval_code, a.brake_id, a.job_id`

func scan(row pgx.CollectableRow, more ...any) (a Action, err error) {
	var options []byte
	err = row.Scan(append([]any{&a.Tenant, &a.TenantName, &a.ID, &a.Kind, &options, &a.Reason, &a.DeviceID, &a.DeviceName, &a.Hardware, &a.OS, &a.User, &a.State, &a.Said,
		&a.By, &a.Person.Tenant, &a.Person.ObjectID, &a.As, &a.Nonce, &a.AskedAt, postgres.Zero(&a.SentAt), postgres.Zero(&a.EndedAt), postgres.Zero(&a.ReadAt), &a.RequestID, &a.ClientID, &a.Approval, &a.BrakeID, &a.JobID}, more...)...)
	if err == nil {
		err = json.Unmarshal(options, &a.Options)
	}
	return a, err
}

// ask keeps that somebody asked for an action, as queued. fresh is false for a form that was sent before: then the action is that one.
// errs.Conflict: the same action is under way on the device.
func (s *Store) ask(ctx context.Context, a Action, destructive bool, e audit.Entry) (kept Action, fresh bool, err error) {
	err = s.pool.InTx(ctx, a.Tenant, func(tx pgx.Tx) error {
		if kept, err = one(ctx, tx, `a.tenant_id = $1 AND a.nonce = $2`, a.Tenant, a.Nonce); !errors.Is(err, errs.NotFound) {
			return err
		}
		id, err := insert(ctx, tx, a, destructive)
		if errors.Is(err, pgx.ErrNoRows) { // the same form at the same moment, or the same action
			if kept, err = one(ctx, tx, `a.tenant_id = $1 AND a.nonce = $2`, a.Tenant, a.Nonce); !errors.Is(err, errs.NotFound) {
				return err
			}
			return errs.ShowNext(errs.Conflict, Title(a.Kind)+" is under way on this device already; nothing more was sent.", "Wait for its result, which the device’s page shows.")
		}
		if err != nil {
			return postgres.Kind(err)
		}
		if kept, err = one(ctx, tx, `a.tenant_id = $1 AND a.action_id = $2`, a.Tenant, id); err != nil {
			return err
		}
		fresh = true
		return s.audit.AppendTx(ctx, tx, a.Tenant, e)
	})
	if err != nil {
		return kept, false, fmt.Errorf("ask for %s at %s: %w", a.Kind, a.Tenant, err)
	}
	return kept, fresh, nil
}

// insert keeps an action as queued. pgx.ErrNoRows: its form was sent before, or the same is under way on the device.
func insert(ctx context.Context, tx pgx.Tx, a Action, destructive bool) (id int64, err error) {
	options, err := json.Marshal(a.Options)
	if err != nil {
		return 0, fmt.Errorf("options of %s: %w", a.Kind, err)
	}
	err = tx.QueryRow(ctx, `
		INSERT INTO device_action (tenant_id, kind, options, reason, device_id, device_name, hardware, os, device_user, destructive, state, by_name, by_tenant, by_object, as_name, nonce, asked_at, brake_id, job_id, said)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'queued', $11, $12, $13, $14, $15, $16, $17, $18, $19)
		ON CONFLICT DO NOTHING
		RETURNING action_id`, a.Tenant, a.Kind, options, a.Reason, a.DeviceID, a.DeviceName, a.Hardware, a.OS, a.User, destructive, a.By, a.Person.Tenant, a.Person.ObjectID, a.As, a.Nonce, a.AskedAt, a.BrakeID, a.JobID, a.Said).Scan(&id)
	return id, err
}

// send makes the action the caller's to send, once: not where it has moved on since the caller read it. It keeps whom the customer's log will name,
// which may be another account than when it was asked for.
func (s *Store) send(ctx context.Context, a Action, now time.Time) (mine bool, err error) {
	tag, err := s.pool.In(a.Tenant).Exec(ctx, `
		UPDATE device_action
		SET    state = 'sent', sent_at = $3, next_read_at = $4, said = '', as_name = $6
		WHERE  tenant_id = $1 AND action_id = $2 AND state = $5`, a.Tenant, a.ID, now, now.Add(lostAfter), a.State, a.As)
	if err != nil {
		return false, fmt.Errorf("send %s at %s: %w", a.Kind, a.Tenant, postgres.Kind(err))
	}
	return tag.RowsAffected() == 1, nil
}

// settle keeps where the action stands now, with a record of what was learnt; the zero record is none. It changes nothing, and took is false,
// where the action has moved on since it was read.
func (s *Store) settle(ctx context.Context, was State, a Action, next time.Time, e audit.Entry) (took bool, err error) {
	err = s.pool.InTx(ctx, a.Tenant, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			UPDATE device_action
			SET    state = $4, said = $5, ended_at = $6, read_at = $7, next_read_at = $8, request_id = $9, client_id = $10, approval_code = $11
			WHERE  tenant_id = $1 AND action_id = $2 AND state = $3`,
			a.Tenant, a.ID, was, a.State, a.Said, orNull(a.EndedAt), orNull(a.ReadAt), orNull(next), a.RequestID, a.ClientID, a.Approval)
		took = tag.RowsAffected() == 1
		if err != nil || !took || e.Action == "" {
			return postgres.Kind(err)
		}
		return s.audit.AppendTx(ctx, tx, a.Tenant, e)
	})
	if err != nil {
		return false, fmt.Errorf("settle %s at %s: %w", a.Kind, a.Tenant, err)
	}
	return took, nil
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// due takes actions of all tenants whose turn it is to be read, and puts them off so that no other process takes them too.
func (s *Store) dueAcrossTenants(ctx context.Context, now time.Time, most int) ([]Action, error) {
	rows, _ := s.pool.In(tenant.Everything()).Query(ctx, `
		UPDATE device_action a
		SET    next_read_at = $2
		FROM  (SELECT tenant_id, action_id FROM device_action WHERE next_read_at <= $1 ORDER BY next_read_at LIMIT $3 FOR UPDATE SKIP LOCKED) d
		WHERE  a.tenant_id = d.tenant_id AND a.action_id = d.action_id
		RETURNING `+columns, now, now.Add(time.Minute), most)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Action, error) { return scan(row) })
	if err != nil {
		return nil, fmt.Errorf("actions to read: %w", postgres.Kind(err))
	}
	return found, nil
}

// brakedAcrossTenants are the actions that wait at the brake, by its request.
func (s *Store) brakedAcrossTenants(ctx context.Context) (map[int64][]Action, error) {
	rows, _ := s.pool.In(tenant.Everything()).Query(ctx, `SELECT `+columns+` FROM device_action a WHERE a.brake_id > 0 AND a.state = 'queued'`)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Action, error) { return scan(row) })
	if err != nil {
		return nil, fmt.Errorf("actions that wait at the brake: %w", postgres.Kind(err))
	}
	byRequest := map[int64][]Action{}
	for _, a := range found {
		byRequest[a.BrakeID] = append(byRequest[a.BrakeID], a)
	}
	return byRequest, nil
}

// one finds an action; errs.NotFound where there is none.
func one(ctx context.Context, db postgres.DB, where string, args ...any) (Action, error) {
	rows, _ := db.Query(ctx, `SELECT `+columns+` FROM device_action a WHERE `+where, args...)
	a, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (Action, error) { return scan(row) })
	if errors.Is(err, pgx.ErrNoRows) {
		return a, errs.NotFound
	}
	return a, postgres.Kind(err)
}

// Get is one action; errs.NotFound where the tenant has none with that number.
func (s *Store) Get(ctx context.Context, tid tenant.ID, id int64) (Action, error) {
	a, err := one(ctx, s.pool.In(tid), `a.tenant_id = $1 AND a.action_id = $2`, tid, id)
	if err != nil {
		return a, fmt.Errorf("device action %d of %s: %w", id, tid, err)
	}
	return a, nil
}

// Of are the actions on a device, the newest first: those of its record, and of earlier records of the same hardware.
func (s *Store) Of(ctx context.Context, d Device, limit int) ([]Action, error) {
	rows, _ := s.pool.In(d.Tenant).Query(ctx, `
		SELECT `+columns+`
		FROM   device_action a
		WHERE  a.tenant_id = $1
		AND    a.hardware = $2
		ORDER  BY a.asked_at DESC, a.action_id DESC
		LIMIT  $3`, d.Tenant, d.Hardware(), limit)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Action, error) { return scan(row) })
	if err != nil {
		return nil, fmt.Errorf("actions on device %q of %s: %w", d.ID, d.Tenant, postgres.Kind(err))
	}
	return found, nil
}

// Filter chooses actions; empty fields do not choose.
type Filter struct {
	Q       string // part of the device's name or of its hardware, or of who asked
	Kind    []string
	State   []string
	Tenants []tenant.ID // within the scope
	Job     int64       // 0: of any, or of none
	Sort    string      // asked (the newest first where Desc), device, customer
	Desc    bool
	After   string
	Limit   int
}

var orders = map[string][]postgres.Key{
	"asked":    {{Expr: "a.asked_at", Type: "timestamptz"}},
	"device":   {{Expr: `lower(a.device_name) COLLATE "C"`, Type: "text"}},
	"customer": postgres.TenantOrder("a", postgres.Key{Expr: "a.asked_at", Type: "timestamptz"}),
}

func (f Filter) listing(scope tenant.Scope) (l postgres.Listing, err error) {
	l = postgres.Listing{Columns: columns, Table: "device_action a", Cursor: f.After, Limit: f.Limit, Where: &postgres.Where{}}
	one := l.Where.Within(scope, "a.tenant_id")
	if f.Q != "" {
		if !postgres.Printable(f.Q) {
			return l, errs.Show(errs.Invalid, "The search holds characters that cannot be searched for.")
		}
		text := postgres.Plain(f.Q)
		held := func(column string) string {
			return "strpos(" + postgres.PlainSQL("lower("+column+")", text) + ", ?) > 0"
		}
		l.Where.And("("+held("a.device_name")+" OR "+held("a.hardware")+" OR "+held("a.by_name")+")", text, text, text)
	}
	if len(f.Kind) > 0 {
		l.Where.And("a.kind = ANY(?)", f.Kind)
	}
	if len(f.State) > 0 {
		l.Where.And("a.state = ANY(?)", f.State)
	}
	if f.Job > 0 {
		l.Where.And("a.job_id = ?", f.Job)
	}
	if len(f.Tenants) > 0 {
		l.Where.And("a.tenant_id = ANY(?)", f.Tenants)
	}
	keys, ok := orders[f.Sort]
	if !ok {
		return l, errs.Show(errs.Invalid, "Actions cannot be sorted by that.")
	}
	l.Order = postgres.Order{Name: f.Sort, Desc: f.Desc, Keys: postgres.Ended(keys, postgres.Key{Expr: "a.tenant_id", Type: "uuid"}, postgres.Key{Expr: "a.action_id", Type: "bigint"})}
	if one {
		l.Order = l.Order.OfOneTenant()
	}
	return l, nil
}

// List is one page of the actions in the scope, the place of the next, and how many there are.
func (s *Store) List(ctx context.Context, scope tenant.Scope, f Filter) (found []Action, next string, count int64, err error) {
	l, err := f.listing(scope)
	if err != nil {
		return nil, "", 0, err
	}
	return postgres.PageOf(ctx, s.pool.In(scope), l, scan)
}

// Each gives all actions that match, in order; for exports.
func (s *Store) Each(ctx context.Context, scope tenant.Scope, f Filter, each func(Action) error) error {
	l, err := f.listing(scope)
	if err != nil {
		return err
	}
	return postgres.EachOf(ctx, s.pool.In(scope), l, scan, each)
}
