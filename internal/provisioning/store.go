package provisioning

import (
	"context"
	"errors"
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

// Store holds jobs and the provisioning log in Postgres.
type Store struct{ pool *postgres.Pool }

// NewStore is the store on that database.
func NewStore(pool *postgres.Pool) *Store { return &Store{pool: pool} }

var jobColumns = `
	j.tenant_id, ` + postgres.TenantName("j") + `, j.sp_id, p.name, p.app_id, p.enabled, j.id, j.template, j.code, j.health, j.schedule, j.every,
	j.expires_at, j.quarantine_reason, j.quarantine_since, j.quarantine_series_since, j.quarantine_next, j.quarantine_count,
	j.quarantine_code, j.quarantine_message, j.failures, j.escrows_pruned, j.escrowed, j.steady_first_at, j.steady_last_at,
	j.last_state, j.last_began_at, j.last_ended_at, j.last_error_code, j.last_error, j.last_execution, j.last_success, j.last_export,
	j.progress, j.counts, j.settings, j.first_seen_at, j.changed_at, j.gone_at`

func scanJob(row pgx.CollectableRow, more ...any) (Job, error) {
	var j Job
	q := &j.Quarantine
	z := postgres.Zero
	err := row.Scan(append([]any{&j.Tenant, &j.TenantName, &j.SPID, &j.AppName, &j.AppID, &j.AppEnabled, &j.ID, &j.Template, &j.Code,
		&j.Health, &j.Schedule, &j.Every, z(&j.ExpiresAt), &q.Reason, z(&q.Since), z(&q.SeriesSince), z(&q.NextAttempt), &q.Count,
		&q.Code, &q.Message, &j.Failures, &j.EscrowsPruned, &j.Escrowed, z(&j.SteadyFirstAt), z(&j.SteadyLastAt),
		&j.LastState, z(&j.LastBeganAt), z(&j.LastEndedAt), &j.LastErrorCode, &j.LastError, &j.Last, &j.LastSuccess, &j.LastExport,
		&j.Progress, &j.Counts, &j.Settings, z(&j.FirstSeenAt), z(&j.ChangedAt), z(&j.GoneAt)}, more...)...)
	return j, err
}

const (
	besideApp = `JOIN provisioning_app p ON p.tenant_id = j.tenant_id AND p.id = j.sp_id`
	fromJobs  = `
	FROM   provisioning_job j
	` + besideApp + `
	`
)

var jobOrders = map[string][]postgres.Key{
	"worst":    {{Expr: "j.health", Type: "smallint"}, {Expr: "p.name_key", Type: "text"}},
	"name":     {{Expr: "p.name_key", Type: "text"}},
	"lastRun":  {{Expr: "COALESCE(j.last_ended_at, '-infinity')", Type: "timestamptz"}},
	"customer": postgres.TenantOrder("j", postgres.Key{Expr: "p.name_key", Type: "text"}),
}

func jobWhere(scope tenant.Scope, f JobFilter) (w *postgres.Where, one bool, err error) {
	w = &postgres.Where{}
	one = w.Within(scope, "j.tenant_id")
	for _, v := range append(slices.Clone(f.Code), f.Q, f.SPID) {
		if !postgres.Printable(v) || len(v) > 200 {
			return nil, false, errs.Show(errs.Invalid, "A filter holds characters that cannot be searched for, or more than 200 of them.")
		}
	}
	w.And("j.gone_at IS NULL")
	words := postgres.Words(f.Q)
	if len(words) == 1 && words[0] != "" && postgres.Short(words[0]) { // the beginning of a name
		w.Begins("p.name_key", words[0])
		words = nil
	}
	for _, q := range words {
		like := postgres.Like(q)
		test := "p.name_key LIKE ? OR lower(j.template) LIKE ? OR j.tenant_id IN (SELECT t.tenant_id FROM tenant t WHERE lower(" + postgres.TenantWords + ") LIKE ?)"
		args := []any{like, like, like}
		if guid, ok := postgres.GUIDBegins(q); ok { // of the service principal or of its application
			test, args = test+" OR starts_with(p.id, ?) OR starts_with(p.app_id, ?)", append(args, guid, guid)
		}
		w.And("("+test+")", args...)
	}
	if len(f.Health) > 0 {
		w.And("j.health = ANY(?)", f.Health)
	}
	if len(f.Code) > 0 {
		w.And("j.code = ANY(?)", f.Code)
	}
	if f.SPID != "" {
		w.And("j.sp_id = ?", f.SPID)
	}
	if len(f.Tenants) > 0 {
		w.And("j.tenant_id = ANY(?)", f.Tenants)
	}
	return w, one, nil
}

func pageSize(limit int) int {
	if limit <= 0 {
		return 50
	}
	return min(limit, 500)
}

func jobListing(scope tenant.Scope, f JobFilter) (l postgres.Listing, err error) {
	name := f.Sort
	if name == "" {
		name = "worst"
	}
	keys, ok := jobOrders[name]
	if !ok {
		return l, errs.ShowNext(errs.Invalid, "Provisioning jobs cannot be sorted by that.", "Sort by "+strings.Join(JobSorts, ", ")+".")
	}
	l = postgres.Listing{Columns: jobColumns, Table: "provisioning_job j", Joined: besideApp, Cursor: f.After, Limit: f.Limit}
	one := false
	if l.Where, one, err = jobWhere(scope, f); err != nil {
		return l, err
	}
	l.Order = postgres.Order{Name: name, Desc: f.Desc, Keys: postgres.Ended(keys, postgres.Key{Expr: "j.tenant_id", Type: "uuid"}, postgres.Key{Expr: "j.sp_id", Type: "text"}, postgres.Key{Expr: "j.id", Type: "text"})}
	if one {
		l.Order = l.Order.OfOneTenant()
	}
	if keys := f.counters(); keys != nil {
		l.Counters = postgres.CountersOf(scope, f.Tenants, graphsync.ProvisioningJobs, keys...)
	}
	return l, nil
}

// ListJobs returns the jobs in the scope that match f, the worst first unless another order is chosen.
func (s *Store) ListJobs(ctx context.Context, scope tenant.Scope, f JobFilter) (p JobPage, err error) {
	l, err := jobListing(scope, f)
	if err != nil {
		return p, err
	}
	db := s.pool.In(scope)
	if f.Q != "" { // a plan for any text is one for hardly a match, of nested loops
		db = s.pool.Planned(scope)
	}
	p.Rows, p.Next, p.Count, err = postgres.PageOf(ctx, db, l, scanJob)
	return p, err
}

// CountJobs is how many jobs in the scope match f.
func (s *Store) CountJobs(ctx context.Context, scope tenant.Scope, f JobFilter) (int64, error) {
	l, err := jobListing(scope, f)
	if err != nil {
		return 0, err
	}
	return postgres.CountOf(ctx, s.pool.In(scope), l)
}

// counters are those whose sum is how many jobs f chooses; nil where counters cannot tell. A job has one health and one code.
func (f JobFilter) counters() (keys []string) {
	if f.Q != "" || f.SPID != "" || len(f.Health) > 0 && len(f.Code) > 0 {
		return nil
	}
	for _, h := range f.Health {
		keys = append(keys, "health:"+h.String())
	}
	for _, c := range f.Code {
		keys = append(keys, "code:"+c)
	}
	if keys == nil {
		return []string{"total"}
	}
	return keys
}

// Jobs returns the jobs of one application of the tenant, the worst first.
func (s *Store) Jobs(ctx context.Context, tid tenant.ID, spID string) ([]Job, error) {
	page, err := s.ListJobs(ctx, tenant.Only(tid), JobFilter{SPID: spID, Limit: 500})
	return page.Rows, err
}

// Job returns one job, also one that is gone.
func (s *Store) Job(ctx context.Context, tid tenant.ID, spID, id string) (Job, error) {
	if !postgres.Printable(id) || !postgres.Printable(spID) {
		return Job{}, fmt.Errorf("provisioning job of %s: %w", tid, errs.NotFound)
	}
	rows, _ := s.pool.In(tid).Query(ctx, `SELECT `+jobColumns+fromJobs+`
		WHERE  j.tenant_id = $1
		AND    j.sp_id = $2
		AND    j.id = $3`, tid, spID, id)
	j, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (Job, error) { return scanJob(row) })
	return j, notFound(err, "provisioning job", id, tid)
}

// Application returns one service principal that has jobs.
func (s *Store) Application(ctx context.Context, tid tenant.ID, spID string) (Application, error) {
	if !postgres.Printable(spID) {
		return Application{}, fmt.Errorf("provisioned application of %s: %w", tid, errs.NotFound)
	}
	rows, _ := s.pool.In(tid).Query(ctx, `
		SELECT p.id, p.app_id, p.name, p.enabled,
		       (SELECT count(*) FROM provisioning_job j WHERE j.tenant_id = p.tenant_id AND j.sp_id = p.id AND j.gone_at IS NULL)
		FROM   provisioning_app p
		WHERE  p.tenant_id = $1
		AND    p.id = $2`, tid, spID)
	a, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Application])
	return a, notFound(err, "provisioned application", spID, tid)
}

func notFound(err error, what, id string, tid tenant.ID) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, pgx.ErrNoRows):
		return fmt.Errorf("%s %q of %s: %w", what, id, tid, errs.NotFound)
	}
	return fmt.Errorf("%s %q of %s: %w", what, id, tid, err)
}

var eventColumns = `
	e.tenant_id, ` + postgres.TenantName("e") + `, e.id, NULLIF(e.at, '-infinity'), e.job_id, e.cycle_id, e.change_id, e.sp_id, e.sp_name, e.action, e.status, e.error_code,
	e.error_category, e.reason, e.recommended, e.duration_ms, e.source_system, e.target_system, e.source_id, e.source_name,
	e.source_type, e.source_upn, e.target_id, e.target_name, e.target_type, e.initiated_by, e.initiator_type, e.steps, e.properties,
	e.read_at`

func scanEvent(row pgx.CollectableRow, more ...any) (Event, error) {
	var e Event
	var ms int64
	err := row.Scan(append([]any{&e.Tenant, &e.TenantName, &e.ID, postgres.Zero(&e.At), &e.JobID, &e.CycleID, &e.ChangeID, &e.SPID,
		&e.SPName, &e.Action, &e.Status, &e.ErrorCode, &e.ErrorCategory, &e.Reason, &e.Recommended, &ms, &e.SourceSystem,
		&e.TargetSystem, &e.SourceID, &e.SourceName, &e.SourceType, &e.SourceUPN, &e.TargetID, &e.TargetName, &e.TargetType,
		&e.InitiatedBy, &e.InitiatorType, &e.StepsJSON, &e.ChangesJSON, postgres.Zero(&e.ReadAt)}, more...)...)
	e.Duration = time.Duration(ms) * time.Millisecond
	return e, err
}

func eventWhere(scope tenant.Scope, f EventFilter) (w *postgres.Where, one bool, err error) {
	w = &postgres.Where{}
	one = w.Within(scope, "e.tenant_id")
	for _, v := range slices.Concat(f.Status, f.Action, f.ErrorCode, []string{f.Q, f.SPID, f.JobID, f.Person}) {
		if !postgres.Printable(v) || len(v) > 300 {
			return nil, false, errs.Show(errs.Invalid, "A filter holds characters that cannot be searched for, or more than 300 of them.")
		}
	}
	w.OneOf("e.status", f.Status)
	w.OneOf("e.action", f.Action)
	w.OneOf("e.error_code", f.ErrorCode)
	if f.SPID != "" {
		w.And("e.sp_id = ?", f.SPID)
	}
	if f.JobID != "" {
		w.And("e.job_id = ?", f.JobID)
	}
	if f.Person != "" {
		w.And("(e.source_upn = ? OR e.source_id = ? OR e.source_name = ?)", f.Person, f.Person, f.Person)
	}
	if !f.Since.IsZero() {
		w.And("e.at >= ?", f.Since)
	}
	if !f.Until.IsZero() {
		w.And("e.at < ?", f.Until)
	}
	if len(f.Tenants) > 0 {
		w.And("e.tenant_id = ANY(?)", f.Tenants)
	}
	return w, one, nil
}

func eventOrder(f EventFilter, one bool) postgres.Order {
	o := postgres.Order{Name: "at", Desc: !f.Oldest, Keys: []postgres.Key{
		{Expr: "e.at", Type: "timestamptz"}, {Expr: "e.tenant_id", Type: "uuid"}, {Expr: "e.id", Type: "text"}}}
	if one {
		return o.Without("e.tenant_id")
	}
	return o
}

const fromEvents = `
	FROM   provisioning_event e
	`

// ListEvents returns the lines of the provisioning log in the scope that match f, the newest first.
func (s *Store) ListEvents(ctx context.Context, scope tenant.Scope, f EventFilter) (EventPage, error) {
	w, one, err := eventWhere(scope, f)
	if err != nil {
		return EventPage{}, err
	}
	l := postgres.Listing{Columns: eventColumns, Table: "provisioning_event e", Where: w, Order: eventOrder(f, one), Cursor: f.After, Limit: f.Limit, Most: f.CountMost}
	db := s.pool.In(scope)
	if strings.TrimSpace(f.Q) != "" {
		return s.search(ctx, scope, f, l)
	}
	var page EventPage
	if page.Count, err = countEvents(ctx, db, scope, l, f); err != nil {
		return EventPage{}, err
	}
	if page.Count == 0 {
		_, err = l.Order.Values(f.After)
		return page, err
	}
	page.Rows, page.Next, err = postgres.RowsOf(ctx, db, l, scanEvent)
	if f.CountMost > 0 && page.Count > f.CountMost && !f.tallied() {
		page.Count, page.More = f.CountMost, true
	}
	return page, err
}

// tallied tells whether the tally of kinds knows how many lines match.
func (f EventFilter) tallied() bool {
	return f.Q == "" && f.JobID == "" && f.Person == "" && f.Since.IsZero() && f.Until.IsZero()
}

func countEvents(ctx context.Context, db postgres.DB, scope tenant.Scope, l postgres.Listing, f EventFilter) (n int64, err error) {
	if !f.tallied() {
		return postgres.CountOf(ctx, db, l)
	}
	return tally(ctx, db, scope, f)
}

// tally is how many lines there are of those kinds.
func tally(ctx context.Context, db postgres.DB, scope tenant.Scope, f EventFilter) (n int64, err error) {
	w, _, err := eventWhere(scope, f)
	if err != nil {
		return 0, err
	}
	if err := db.QueryRow(ctx, `SELECT COALESCE(sum(e.n), 0)::bigint FROM provisioning_tally e `+w.SQL(), w.Args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count provisioning events: %w", postgres.BadInput(err))
	}
	return n, nil
}

// EachEvent calls f for every line that matches, in order, one row in memory at a time. Limit does not apply.
func (s *Store) EachEvent(ctx context.Context, scope tenant.Scope, f EventFilter, each func(Event) error) error {
	w, one, err := eventWhere(scope, f)
	if err != nil {
		return err
	}
	db := s.pool.In(scope)
	var q search
	err = s.inOrder(ctx, scope, f, func(db postgres.DB) error {
		q, err = newSearch(ctx, db, scope, f)
		return err
	})
	if err != nil {
		return err
	}
	if q.text != "" {
		q.narrow(w)
	}
	l := postgres.Listing{Columns: eventColumns, Table: "provisioning_event e", Where: w, Order: eventOrder(f, one), Cursor: f.After}
	return postgres.EachOf(ctx, db, l, scanEvent, each)
}

// Event returns one line of the provisioning log.
func (s *Store) Event(ctx context.Context, tid tenant.ID, id string) (Event, error) {
	if !postgres.Printable(id) {
		return Event{}, fmt.Errorf("provisioning event of %s: %w", tid, errs.NotFound)
	}
	rows, _ := s.pool.In(tid).Query(ctx, `SELECT `+eventColumns+fromEvents+`
		WHERE  e.tenant_id = $1
		AND    e.id = $2`, tid, id)
	e, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (Event, error) { return scanEvent(row) })
	return e, notFound(err, "provisioning event", id, tid)
}
