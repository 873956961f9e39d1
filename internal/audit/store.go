package audit

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Store is the audit of all tenants.
type Store struct {
	pool *postgres.Pool
	now  func() time.Time
}

// NewStore keeps the audit in the database.
func NewStore(p *postgres.Pool) *Store { return &Store{pool: p, now: time.Now} }

// Keep appends what a person did to the tenant's chain, also where whoever asked for it has left the page. A nil store keeps nothing.
func (s *Store) Keep(ctx context.Context, tid tenant.ID, who tenant.Person, e Entry) error {
	if s == nil {
		return nil
	}
	by := By(who)
	e.Actor, e.ActorTenant, e.ActorObject = by.Actor, by.ActorTenant, by.ActorObject
	return s.Append(context.WithoutCancel(ctx), tid, e)
}

// Append adds an entry to the tenant's chain, in a transaction of its own.
func (s *Store) Append(ctx context.Context, tid tenant.ID, e Entry) error {
	return s.pool.InTx(ctx, tid, func(tx pgx.Tx) error { return s.AppendTx(ctx, tx, tid, e) })
}

// AppendTx adds an entry in the caller's transaction, so that the deed and its record stand or fall together. The transaction must be
// open for a scope that has the tenant. Until it ends, others wait to add to the same tenant's chain: do it last.
func (s *Store) AppendTx(ctx context.Context, tx pgx.Tx, tid tenant.ID, e Entry) error {
	e, err := e.cleaned()
	if err != nil {
		return err
	}
	r, err := s.next(ctx, tx, tid, e)
	if err != nil {
		return fmt.Errorf("audit %s of %s: %w", e.Action, tid, err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO audit (tenant_id, seq, at, actor, actor_tenant_id, actor_object_id, action, object, detail, request_id, prev_hash, hash)
		VALUES (@tenant, @seq, @at, @actor, @actor_tenant, NULLIF(@actor_object, '')::uuid, @action, @object, @detail::text::jsonb, @request, @prev, @hash)`,
		pgx.NamedArgs{"tenant": tid, "seq": r.Seq, "at": r.At, "actor": e.Actor, "actor_tenant": e.ActorTenant, "actor_object": e.ActorObject,
			"action": e.Action, "object": e.Object, "detail": mustJSON(e.Detail), "request": e.RequestID, "prev": r.PrevHash, "hash": r.Hash})
	if err != nil {
		return fmt.Errorf("audit %s of %s: %w", e.Action, tid, postgres.Kind(err))
	}
	return nil
}

// next gives the entry its place. The lock goes first and alone: the statement after it then sees what the one before us committed.
func (s *Store) next(ctx context.Context, tx pgx.Tx, tid tenant.ID, e Entry) (Record, error) {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('audit ' || $1::uuid, 0))`, tid); err != nil {
		return Record{}, postgres.Kind(err)
	}
	r := Record{Tenant: tid, Seq: 1, At: s.now().UTC().Truncate(time.Microsecond), Entry: e, PrevHash: make([]byte, 32)}
	var seq int64
	var at time.Time
	var hash []byte
	err := tx.QueryRow(ctx, `SELECT seq, at, hash FROM audit WHERE tenant_id = $1 ORDER BY seq DESC LIMIT 1`, tid).Scan(&seq, &at, &hash)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
	case err != nil:
		return Record{}, postgres.Kind(err)
	default:
		r.Seq, r.PrevHash = seq+1, hash
		if at.After(r.At) { // clocks of several portals differ; within a chain time does not run backwards
			r.At = at.UTC()
		}
	}
	l, err := r.line()
	if err != nil {
		return Record{}, err
	}
	r.Hash, err = l.sum()
	return r, err
}

// mustJSON writes what cleaned has read as JSON before.
func mustJSON(m map[string]any) string {
	b, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// Filter chooses records. Zero values do not restrict.
type Filter struct {
	Action string    // the action, or all below it: "consent" finds consent.link.created
	Actor  string    // part of the actor's name or UPN
	Object string    // object id of the actor, or the object itself, exactly
	Q      string    // part of actor, action or object
	From   time.Time // inclusive
	Until  time.Time // exclusive
	After  Cursor    // what came before on the last page
	Limit  int       // at most maxLimit; 0: 50
}

// Cursor is the place of a record in the order newest first.
type Cursor struct {
	At     time.Time
	Tenant tenant.ID
	Seq    int64
}

// Cursor of a record, for Filter.After.
func (r Record) Cursor() Cursor { return Cursor{At: r.At, Tenant: r.Tenant, Seq: r.Seq} }

const maxLimit = 1000

// List returns the tenant's records that match f, newest first.
func (s *Store) List(ctx context.Context, tid tenant.ID, f Filter) ([]Record, error) {
	return s.list(ctx, tenant.Only(tid), f)
}

// ListAcrossTenants returns the records of all tenants of the scope that match f, newest first.
func (s *Store) ListAcrossTenants(ctx context.Context, scope tenant.Scope, f Filter) ([]Record, error) {
	return s.list(ctx, scope, f)
}

// Latest returns the n newest records of the scope.
func (s *Store) Latest(ctx context.Context, scope tenant.Scope, n int) ([]Record, error) {
	return s.list(ctx, scope, Filter{Limit: n})
}

// Get returns one record of the tenant, or errs.NotFound.
func (s *Store) Get(ctx context.Context, tid tenant.ID, seq int64) (Record, error) {
	rows, _ := s.pool.In(tid).Query(ctx, selectRecord+`WHERE tenant_id = $1 AND seq = $2`, tid, seq)
	r, err := pgx.CollectExactlyOneRow(rows, scanRecord)
	if err != nil {
		return Record{}, fmt.Errorf("audit record %d of %s: %w", seq, tid, postgres.Kind(err))
	}
	return r, nil
}

// Count is how many records of the scope match f, whatever its After and Limit.
func (s *Store) Count(ctx context.Context, scope tenant.Scope, f Filter) (n int, err error) {
	where, args := f.where(scope)
	err = s.pool.In(scope).QueryRow(ctx, `SELECT count(*) FROM audit `+where, args).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count audit records: %w", postgres.Kind(err))
	}
	return n, nil
}

func (s *Store) list(ctx context.Context, scope tenant.Scope, f Filter) ([]Record, error) {
	where, args := f.where(scope)
	if f.After != (Cursor{}) {
		where += ` AND (at, tenant_id, seq) < (@at, @after, @seq)`
		args["at"], args["after"], args["seq"] = f.After.At, f.After.Tenant, f.After.Seq
	}
	args["limit"] = min(f.Limit, maxLimit)
	if f.Limit <= 0 {
		args["limit"] = 50
	}
	rows, _ := s.pool.In(scope).Query(ctx, selectRecord+where+` ORDER BY at DESC, tenant_id DESC, seq DESC LIMIT @limit`, args)
	found, err := pgx.CollectRows(rows, scanRecord)
	if err != nil {
		return nil, fmt.Errorf("list audit records: %w", postgres.Kind(err))
	}
	return found, nil
}

// where names only what restricts, so that the index by tenant and time serves the common list.
func (f Filter) where(scope tenant.Scope) (string, pgx.NamedArgs) {
	terms, args := []string{"true"}, pgx.NamedArgs{}
	add := func(on bool, term, name string, value any) {
		if on {
			terms = append(terms, term)
			args[name] = value
		}
	}
	all, ids := scope.PostgresScope()
	add(!all, `tenant_id = ANY (@tenants::uuid[])`, "tenants", ids)
	add(f.Action != "", `(action = @action OR starts_with(action, @action || '.'))`, "action", cleanText(f.Action))
	add(f.Actor != "", `actor ILIKE @actor`, "actor", contains(f.Actor))
	add(f.Object != "", `(object = @object OR actor_object_id::text = @object)`, "object", cleanText(f.Object))
	add(f.Q != "", `(actor ILIKE @q OR action ILIKE @q OR object ILIKE @q)`, "q", contains(f.Q))
	add(!f.From.IsZero(), `at >= @from`, "from", f.From)
	add(!f.Until.IsZero(), `at < @until`, "until", f.Until)
	return "WHERE " + strings.Join(terms, " AND "), args
}

// contains is an ILIKE pattern in which the text stands for itself.
func contains(s string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(cleanText(s)) + "%"
}

const selectRecord = `
	SELECT tenant_id, seq, at, actor, actor_tenant_id, coalesce(actor_object_id::text, ''), action, object, detail::text, request_id, prev_hash, hash
	FROM   audit `

func scanRecord(row pgx.CollectableRow) (r Record, err error) {
	var detail string
	err = row.Scan(&r.Tenant, &r.Seq, &r.At, &r.Actor, &r.ActorTenant, &r.ActorObject, &r.Action, &r.Object, &detail, &r.RequestID, &r.PrevHash, &r.Hash)
	if err != nil {
		return r, err
	}
	r.At = r.At.UTC()
	r.Detail, err = parseDetail([]byte(detail))
	return r, err
}

// Doer is somebody who did something in a tenant: all records of one account, under its latest name.
type Doer struct {
	Name     string
	Tenant   tenant.ID // where the account lives; zero for the portal itself and for who was not signed in
	ObjectID string
	Count    int
	Last     time.Time
}

// Doers lists who did something in the tenant, who was last first; at most 500.
func (s *Store) Doers(ctx context.Context, tid tenant.ID) ([]Doer, error) {
	rows, _ := s.pool.In(tid).Query(ctx, `
		SELECT (array_agg(actor ORDER BY seq DESC))[1], actor_tenant_id, coalesce(actor_object_id::text, ''), count(*), max(at)
		FROM   audit
		WHERE  tenant_id = $1
		GROUP  BY actor_tenant_id, actor_object_id, CASE WHEN actor_object_id IS NULL THEN actor END
		ORDER  BY max(seq) DESC
		LIMIT  500`, tid)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d Doer, err error) {
		err = row.Scan(&d.Name, &d.Tenant, &d.ObjectID, &d.Count, postgres.Zero(&d.Last))
		return d, err
	})
	if err != nil {
		return nil, fmt.Errorf("list who did something in %s: %w", tid, postgres.Kind(err))
	}
	return found, nil
}

// Head is where the tenant's chain ends, as the offline verifier prints it; 0 where nothing was done yet.
func (s *Store) Head(ctx context.Context, tid tenant.ID) (seq int64, hash string, err error) {
	return s.Last(ctx, tid, Filter{})
}

// Last is the newest record of the tenant that matches f, with its hash as the offline verifier prints it; 0 where there is none.
func (s *Store) Last(ctx context.Context, tid tenant.ID, f Filter) (seq int64, hash string, err error) {
	f.Limit = 1
	newest, err := s.List(ctx, tid, f)
	if err != nil || len(newest) == 0 {
		return 0, "", err
	}
	return newest[0].Seq, hex.EncodeToString(newest[0].Hash), nil
}
