package provisioning

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// nameByJob gives failing objects the key of their application that all customers share. The log may have been read before the job that it is
// about, and then settle had only the name to go by.
const nameByJob = `
	UPDATE provisioning_object o
	SET    app_key = lower(j.template)
	FROM   provisioning_event e, provisioning_job j
	WHERE  o.tenant_id = $1 AND o.failing_since IS NOT NULL
	AND    e.tenant_id = $1 AND e.id = o.last_event
	AND    j.tenant_id = $1 AND j.sp_id = o.sp_id AND j.id = e.job_id
	AND    j.template <> '' AND o.app_key <> lower(j.template)`

// settle makes anew what the latest events leave of each object that the stage holds an event of.
const settle = `
	INSERT INTO provisioning_object AS o (tenant_id, sp_id, id, name, name_key, upn, type, app, app_key, status, last_at, last_event,
	            failing_since, since_known, first_event, tries, cause, error_code, reason, recommended, search)
	SELECT $1::uuid, t.sp_id, t.object, n.name, lower(n.name), l.source_upn, l.source_type, l.sp_name,
	       COALESCE((SELECT NULLIF(lower(j.template), '') FROM provisioning_job j WHERE j.tenant_id = $1 AND j.sp_id = t.sp_id AND j.id = l.job_id), lower(l.sp_name)),
	       l.status, l.at, l.id, f.at, ok.at IS NOT NULL, COALESCE(f.id, ''), COALESCE(c.tries, 0), l.cause, l.error_code, l.reason, l.recommended,
	       lower(concat_ws(E'\n', n.name, l.source_upn, t.object, l.target_name, l.sp_name, l.error_code, l.reason))
	FROM  (SELECT DISTINCT sp_id, COALESCE(NULLIF(source_id, ''), NULLIF(source_upn, ''), source_name) AS object FROM provisioning_event_stage) t
	CROSS  JOIN LATERAL (
	       SELECT e.* FROM provisioning_event e WHERE e.tenant_id = $1 AND e.sp_id = t.sp_id AND e.object = t.object ORDER BY e.at DESC, e.id DESC LIMIT 1) l
	LEFT   JOIN LATERAL (
	       SELECT e.at, e.id FROM provisioning_event e
	       WHERE  e.tenant_id = $1 AND e.sp_id = t.sp_id AND e.object = t.object AND e.status <> 'failure'
	       ORDER  BY e.at DESC, e.id DESC
	       LIMIT  1) ok ON true
	LEFT   JOIN LATERAL (
	       SELECT e.at, e.id FROM provisioning_event e
	       WHERE  l.status = 'failure' AND e.tenant_id = $1 AND e.sp_id = t.sp_id AND e.object = t.object AND (ok.at IS NULL OR (e.at, e.id) > (ok.at, ok.id))
	       ORDER  BY e.at, e.id
	       LIMIT  1) f ON true
	LEFT   JOIN LATERAL (
	       SELECT count(*) AS tries FROM provisioning_event e
	       WHERE  f.id IS NOT NULL AND e.tenant_id = $1 AND e.sp_id = t.sp_id AND e.object = t.object AND (e.at, e.id) >= (f.at, f.id)) c ON true
	CROSS  JOIN LATERAL (SELECT COALESCE(NULLIF(l.source_upn, ''), NULLIF(l.source_name, ''), NULLIF(l.target_name, ''), t.object) AS name) n
	WHERE  t.object <> ''
	ON     CONFLICT (tenant_id, sp_id, id) DO UPDATE
	SET    name = excluded.name, name_key = excluded.name_key, upn = excluded.upn, type = excluded.type, app = excluded.app, app_key = excluded.app_key,
	       status = excluded.status, last_at = excluded.last_at, last_event = excluded.last_event, failing_since = excluded.failing_since,
	       since_known = excluded.since_known, first_event = excluded.first_event, tries = excluded.tries, cause = excluded.cause,
	       error_code = excluded.error_code, reason = excluded.reason, recommended = excluded.recommended, search = excluded.search
	WHERE  (o.last_event, o.failing_since, o.since_known, o.first_event, o.tries, o.app_key)
	       IS DISTINCT FROM (excluded.last_event, excluded.failing_since, excluded.since_known, excluded.first_event, excluded.tries, excluded.app_key)`

var objectColumns = `
	o.tenant_id, ` + postgres.TenantName("o") + `, o.sp_id, o.id, o.name, o.upn, o.type, o.app, o.app_key, o.status, o.last_at, o.last_event, o.failing_since,
	o.since_known, o.first_event, o.tries, o.cause, o.error_code, o.reason, o.recommended`

func scanObject(row pgx.CollectableRow, more ...any) (Object, error) {
	var o Object
	z := postgres.Zero
	err := row.Scan(append([]any{&o.Tenant, &o.TenantName, &o.SPID, &o.ID, &o.Name, &o.UPN, &o.Type, &o.App, &o.AppKey, &o.Status, z(&o.LastAt), &o.LastEvent,
		z(&o.FailingSince), &o.SinceKnown, &o.FirstEvent, &o.Tries, &o.Cause, &o.ErrorCode, &o.Reason, &o.Recommended}, more...)...)
	return o, err
}

var objectOrders = map[string][]postgres.Key{
	"since": {{Expr: "o.failing_since", Type: "timestamptz"}},
	"name":  {{Expr: "o.name_key", Type: "text"}},
}

// where turns the filter into conditions.
func (f ObjectFilter) where(scope tenant.Scope) (w *postgres.Where, one bool, err error) {
	w = &postgres.Where{}
	one = w.Within(scope, "o.tenant_id")
	for _, v := range []string{f.Q, f.SPID, f.App, f.Cause} {
		if !postgres.Printable(v) || len(v) > 4*longestCause {
			return nil, false, errs.Show(errs.Invalid, "A filter holds characters that cannot be searched for, or too many of them.")
		}
	}
	w.And("o.failing_since IS NOT NULL")
	if q := strings.TrimSpace(f.Q); q != "" {
		w.And("o.search LIKE ?", postgres.Like(strings.ToLower(q)))
	}
	for _, c := range []struct{ column, value string }{{"o.sp_id", f.SPID}, {"o.app_key", f.App}, {"o.cause", f.Cause}} {
		if c.value != "" {
			w.And(c.column+" = ?", c.value)
		}
	}
	if !f.Since.IsZero() {
		w.And("o.failing_since >= ?", f.Since)
	}
	if !f.Until.IsZero() {
		w.And("o.failing_since <= ?", f.Until)
	}
	if len(f.Tenants) > 0 {
		w.And("o.tenant_id = ANY(?)", f.Tenants)
	}
	return w, one, nil
}

func (f ObjectFilter) listing(scope tenant.Scope) (l postgres.Listing, err error) {
	name := f.Sort
	if name == "" {
		name = ObjectSorts[0]
	}
	keys, ok := objectOrders[name]
	if !ok {
		return l, errs.ShowNext(errs.Invalid, "Objects cannot be sorted by that.", "Sort by "+strings.Join(ObjectSorts, ", ")+".")
	}
	l = postgres.Listing{Columns: objectColumns, Table: "provisioning_object o", Cursor: f.After, Limit: f.Limit}
	one := false
	if l.Where, one, err = f.where(scope); err != nil {
		return l, err
	}
	l.Order = postgres.Order{Name: name, Desc: f.Desc, Keys: append(slices.Clone(keys), postgres.Key{Expr: "o.tenant_id", Type: "uuid"},
		postgres.Key{Expr: "o.sp_id", Type: "text"}, postgres.Key{Expr: "o.id", Type: "text"})}
	if one {
		l.Order = l.Order.Without("o.tenant_id")
	}
	return l, nil
}

// FailingObjects returns the objects in the scope whose last event failed, one page in the chosen order.
func (s *Store) FailingObjects(ctx context.Context, scope tenant.Scope, f ObjectFilter) (p ObjectPage, err error) {
	l, err := f.listing(scope)
	if err != nil {
		return p, err
	}
	p.Rows, p.Next, p.Count, err = postgres.PageOf(ctx, s.pool.In(scope), l, scanObject)
	return p, err
}

// EachFailing calls each for every object that matches, in order. Limit does not apply.
func (s *Store) EachFailing(ctx context.Context, scope tenant.Scope, f ObjectFilter, each func(Object) error) error {
	l, err := f.listing(scope)
	if err != nil {
		return err
	}
	return postgres.EachOf(ctx, s.pool.In(scope), l, scanObject, each)
}

// Object returns one object of an application, failing or not. errs.NotFound where the log never named it.
func (s *Store) Object(ctx context.Context, tid tenant.ID, spID, id string) (Object, error) {
	if !postgres.Printable(id) || !postgres.Printable(spID) {
		return Object{}, fmt.Errorf("provisioned object of %s: %w", tid, errs.NotFound)
	}
	rows, _ := s.pool.In(tid).Query(ctx, `SELECT `+objectColumns+` FROM provisioning_object o WHERE o.tenant_id = $1 AND o.sp_id = $2 AND o.id = $3`, tid, spID, id)
	o, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (Object, error) { return scanObject(row) })
	return o, notFound(err, "provisioned object", id, tid)
}

// Of returns the events of an object, the newest first.
func (s *Store) Of(ctx context.Context, tid tenant.ID, spID, object string, limit int) ([]Event, error) {
	rows, _ := s.pool.In(tid).Query(ctx, `SELECT `+eventColumns+fromEvents+`
		WHERE  e.tenant_id = $1 AND e.sp_id = $2 AND e.object = $3
		ORDER  BY e.at DESC, e.id DESC
		LIMIT  $4`, tid, spID, object, limit)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Event, error) { return scanEvent(row) })
	if err != nil {
		return nil, fmt.Errorf("events of %q of %s: %w", object, tid, postgres.BadInput(err))
	}
	return found, nil
}

// mostClusters bounds what is worked out at once; the widest come first.
const mostClusters = 1000

// clustersOf is the statement behind Clusters. What is sorted is narrow: a cause by a hash of 64 bits, and an object by where its row stands,
// which nothing moves while the statement runs.
func clustersOf(scope tenant.Scope, f ObjectFilter) (sql string, args []any, err error) {
	w, _, err := f.where(scope)
	if err != nil {
		return "", nil, err
	}
	gap := w.Arg(Wave.Seconds())
	sql = `
		WITH   o AS (
		           SELECT hashtextextended(o.cause, hashtextextended(o.app_key, 0)) AS kind, o.ctid AS place, o.failing_since, o.tenant_id, o.last_at, o.since_known
		           FROM   provisioning_object o ` + w.SQL() + `),
		       starts AS (
		           SELECT o.*, COALESCE(o.failing_since - lag(o.failing_since) OVER began > make_interval(secs => ` + gap + `), true) AS first
		           FROM   o
		           WINDOW began AS (PARTITION BY o.kind ORDER BY o.failing_since, o.place)),
		       waves AS (
		           SELECT s.*, sum(s.first::int) OVER began AS wave
		           FROM   starts s
		           WINDOW began AS (PARTITION BY s.kind ORDER BY s.failing_since, s.place)),
		       g AS (
		           SELECT v.kind, count(*) AS objects, count(DISTINCT v.tenant_id) AS tenants, min(v.failing_since) AS since, max(v.failing_since) AS until,
		                  max(v.last_at) AS last_at, bool_and(v.since_known) AS known, max(v.place) FILTER (WHERE v.first) AS place
		           FROM   waves v
		           GROUP  BY v.kind, v.wave
		           ORDER  BY tenants DESC, objects DESC, since, v.kind
		           LIMIT  ` + w.Arg(mostClusters) + `)
		SELECT f.app_key, f.app, f.cause, f.error_code, f.reason, f.recommended, g.objects, g.tenants, g.since, g.until, g.last_at, g.known,
		       f.tenant_id, f.sp_id, f.id, f.name, f.first_event
		FROM   g
		CROSS  JOIN LATERAL (SELECT * FROM provisioning_object x WHERE x.ctid = g.place OFFSET 0) f
		ORDER  BY g.tenants DESC, g.objects DESC, g.since, g.kind`
	return sql, w.Args, nil
}

// Clusters gathers the failures of now in the scope by application, cause and the wave in which they began, those at most customers first.
func (s *Store) Clusters(ctx context.Context, scope tenant.Scope, f ObjectFilter) ([]Cluster, error) {
	sql, args, err := clustersOf(scope, f)
	if err != nil {
		return nil, err
	}
	rows, _ := s.pool.Planned(scope).Query(ctx, sql, args...)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c Cluster, err error) {
		err = row.Scan(&c.AppKey, &c.App, &c.Cause, &c.ErrorCode, &c.Reason, &c.Advice, &c.Objects, &c.Tenants, &c.Since, &c.Until, &c.LastAt, &c.Known,
			&c.FirstTenant, &c.FirstSPID, &c.FirstObject, &c.FirstName, &c.FirstEvent)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("clusters of failures: %w", postgres.BadInput(err))
	}
	return found, nil
}

// EventStage gathers lines of the provisioning log of one read.
type EventStage struct{ rows *postgres.Stage }

// NewEventStage starts to gather.
func NewEventStage() *EventStage { return &EventStage{postgres.NewStage(eventStaged...)} }

// Close drops what was gathered.
func (s *EventStage) Close() { s.rows.Close() }

// Add adds a line.
func (s *EventStage) Add(e Event) error { return addEvent(s.rows, e) }

// Merge adds the lines that we do not hold yet, and settles the objects that they are about. A line never changes.
func (s *EventStage) Merge(ctx context.Context, tx pgx.Tx, tid tenant.ID, now time.Time) (graphsync.Merged, error) {
	return mergeEvents(ctx, tx, tid, s.rows, now)
}
