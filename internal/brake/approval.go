package brake

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// State is how far a request has come. That it lapsed is told by Live.
type State string

const (
	Waiting   State = "waiting"   // for a second person
	Allowed   State = "granted"   // may be sent, by whoever asked
	Denied    State = "refused"   // by a second person
	Withdrawn State = "withdrawn" // by whoever asked
)

// Approval is a request that is kept.
type Approval struct {
	ID          int64
	Kind        Kind
	Terms       string
	Reason      string
	Hash        string
	Devices     int
	Customers   int
	By          string // who asked, in words
	ByTenant    tenant.ID
	ByObject    string
	State       State
	Standing    Standing
	Why         []string
	AskedAt     time.Time
	CoolUntil   time.Time // zero: it does not cool off
	LiveUntil   time.Time
	WantedUntil time.Time // until when it may be sent, where it is planned for later; zero: at once
	BegunAt     time.Time // zero: nothing was sent yet
	DecidedAt   time.Time // zero: by nobody
	DecidedBy   string
	DecidedWhy  string
	Sent        int       // devices whose budget is spent
	Returned    int       // devices to which nothing was sent
	First       string    // name of one of the devices
	Customer    string    // name of one of the customers
	CustomerID  tenant.ID // its id

	SessionSince time.Time
	SignedInAt   time.Time

	session string
	whyAt   func(tenant.ID) []string // of one that was just asked for: Why, as one customer may read it
}

// Live tells whether the request may still be approved or sent.
func (a Approval) Live(now time.Time) bool {
	return (a.State == Waiting || a.State == Allowed) && now.Before(a.LiveUntil)
}

// view is a request with sums over the devices that the scope sees.
const view = `(
	SELECT r.*, t.*, b.seen_at
	FROM   brake_request r
	CROSS  JOIN LATERAL (
	       SELECT count(*) AS seen, count(*) FILTER (WHERE t.state = 'spent') AS sent, count(*) FILTER (WHERE t.state = 'returned') AS returned, min(t.name) AS first, min(t.tenant_id::text)::uuid AS customer_id
	       FROM   brake_target t
	       WHERE  t.request_id = r.request_id) t
	CROSS  JOIN (SELECT GREATEST(at, now()) AS seen_at FROM brake_state) b) r`

var columns = `r.request_id, r.kind, r.terms, r.reason, encode(r.set_hash, 'hex'), r.devices, r.customers, r.person, r.person_tenant, r.person_object::text, r.state, r.why,
	r.asked_at, r.cool_until, r.live_until, r.wanted_until, r.begun_at, r.decided_at, r.decided_by, r.decided_why, r.sent, r.returned, r.first, r.customer_id,
	` + postgres.TenantNameOf("r.customer_id", "r.customer_id::text") + `,
	r.session_id, r.session_since, r.signed_in_at, ` + standing

// whole keeps requests out that the scope sees only a part of: nobody decides on, or reads of, customers that are not theirs.
const whole = `r.seen = r.devices`

func scan(row pgx.CollectableRow, more ...any) (a Approval, err error) {
	err = row.Scan(append([]any{&a.ID, &a.Kind, &a.Terms, &a.Reason, &a.Hash, &a.Devices, &a.Customers, &a.By, &a.ByTenant, &a.ByObject, &a.State, &a.Why,
		&a.AskedAt, postgres.Zero(&a.CoolUntil), &a.LiveUntil, postgres.Zero(&a.WantedUntil), postgres.Zero(&a.BegunAt), postgres.Zero(&a.DecidedAt), &a.DecidedBy, &a.DecidedWhy, &a.Sent, &a.Returned, &a.First, &a.CustomerID,
		&a.Customer, &a.session, &a.SessionSince, &a.SignedInAt, &a.Standing}, more...)...)
	return a, err
}

func get(ctx context.Context, db postgres.DB, cond string, args ...any) (Approval, error) {
	rows, _ := db.Query(ctx, `SELECT `+columns+` FROM `+view+` WHERE `+whole+` AND `+cond, args...)
	a, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (Approval, error) { return scan(row) })
	if err != nil {
		return a, fmt.Errorf("brake: request: %w", postgres.Kind(err))
	}
	return a, nil
}

// Get finds a request all of whose customers are in the scope, or errs.NotFound.
func (s *Store) Get(ctx context.Context, scope tenant.Scope, id int64) (Approval, error) {
	return get(ctx, s.pool.In(scope), `r.request_id = $1`, id)
}

// insert keeps the request with its devices, all reserved.
func (a *Approval) insert(ctx context.Context, tx pgx.Tx, q Request) error {
	err := tx.QueryRow(ctx, `
		INSERT INTO brake_request (nonce, kind, terms, reason, set_hash, devices, customers, person_tenant, person_object, person, session_id, session_since, signed_in_at,
		       state, why, asked_at, cool_until, live_until, wanted_until)
		VALUES (@nonce, @kind, @terms, @reason, decode(@hash, 'hex'), @devices, @customers, @tenant, @oid, @person, @session, @since, @signed, @state, @why, @asked, @cool, @live, @wanted)
		RETURNING request_id`,
		pgx.NamedArgs{"nonce": q.Nonce, "kind": a.Kind, "terms": a.Terms, "reason": a.Reason, "hash": a.Hash, "devices": a.Devices, "customers": a.Customers,
			"tenant": a.ByTenant, "oid": a.ByObject, "person": a.By, "session": q.Session.ID, "since": q.Session.Since, "signed": a.SignedInAt,
			"state": a.State, "why": nonNil(a.Why), "asked": a.AskedAt, "cool": orNull(a.CoolUntil), "live": a.LiveUntil, "wanted": orNull(a.WantedUntil)}).Scan(&a.ID)
	if err != nil {
		return fmt.Errorf("keep request: %w", err)
	}
	var b pgx.Batch // COPY does not know row-level security
	for _, t := range q.Set.Targets {
		b.Queue(`INSERT INTO brake_target (tenant_id, request_id, hardware, device_id, name, owner, last_sync_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			t.Tenant, a.ID, t.Hardware, t.DeviceID, t.Name, t.Owner, orNull(t.LastSyncAt))
	}
	if err := tx.SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("keep devices of a request: %w", err)
	}
	return nil
}

func nonNil(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// Line is a device of a request.
type Line struct {
	Target
	Customer string
	State    string // reserved, spent, returned
	SpentAt  time.Time
}

// Lines are the devices of a request, by customer and name: one page, and the place of the next.
func (s *Store) Lines(ctx context.Context, scope tenant.Scope, id int64, after string, limit int) (found []Line, next string, err error) {
	return postgres.RowsOf(ctx, s.pool.In(scope), lineList(id, after, limit), scanLine)
}

// EachLine calls each for all devices of a request in order.
func (s *Store) EachLine(ctx context.Context, scope tenant.Scope, id int64, each func(Line) error) error {
	return postgres.EachOf(ctx, s.pool.In(scope), lineList(id, "", 0), scanLine, each)
}

var tenantName = postgres.TenantName("t")

func lineList(id int64, after string, limit int) postgres.Listing {
	w := &postgres.Where{}
	w.And(`t.request_id = ?`, id)
	return postgres.Listing{Columns: `t.tenant_id, t.hardware, t.device_id, t.name, t.owner, t.last_sync_at, ` + tenantName + `, t.state, t.spent_at`, Table: `brake_target t`, Where: w, Cursor: after, Limit: limit,
		Order: postgres.Order{Name: "customer", Keys: []postgres.Key{{Expr: tenantName, Type: "text"}, {Expr: "t.tenant_id", Type: "uuid"}, {Expr: "t.name", Type: "text"}, {Expr: "t.hardware", Type: "text"}}}}
}

func scanLine(row pgx.CollectableRow, more ...any) (l Line, err error) {
	err = row.Scan(append([]any{&l.Tenant, &l.Hardware, &l.DeviceID, &l.Name, &l.Owner, postgres.Zero(&l.LastSyncAt), &l.Customer, &l.State, postgres.Zero(&l.SpentAt)}, more...)...)
	return l, err
}

// gone is what becomes of something that is not there any more.
func gone(sentence string) error {
	return errs.ShowNext(errs.Conflict, sentence, "Open Approvals to see what became of it.")
}
