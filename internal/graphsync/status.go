package graphsync

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

// Status is one row of the sync page: one dataset of one tenant.
type Status struct {
	Tenant     tenant.ID
	TenantName string
	Dataset    string // name; Label(Dataset) is for people
	State      string // never, running, ok, failed
	Stopped    bool   // the tenant is disconnected
	Run        int64
	Pages      int64 // of the read under way, or of the last one
	Rows       int64
	Bytes      int64
	Retries    int64
	Throttled  time.Duration
	PageSize   int64 // rows of a page at most, where Microsoft did not answer larger ones; else 0
	StartedAt  time.Time
	AskedAt    time.Time // when a person asked for the read that waits for its turn; zero: none waits

	LastCompleteAt   time.Time
	LastCompleteRun  int64
	LastCompleteRows int64
	Duration         time.Duration // of the last complete read
	NextAt           time.Time
	Trouble          Trouble // of the last failure, while it lasts
}

// Filter chooses rows of the sync page and of the ledger.
type Filter struct {
	Tenants []tenant.ID
	Dataset []string
	State   []string // never, running, ok, failed
	Age     []string // fresh, late, unread: what Freshness counts under these names; List only
	Sort    string   // "tenant" (default), "trouble" (failed first), "asOf" (oldest first)
	Desc    bool
	After   string
	Limit   int
}

// Sorts are the orders that List knows.
var Sorts = []string{"tenant", "trouble", "asOf"}

// Page is one page of statuses.
type Page struct {
	Rows  []Status
	Next  string
	Count int64
}

// Attempt is one line of the ledger.
type Attempt struct {
	Tenant     tenant.ID
	TenantName string
	Dataset    string
	Run        int64
	State      string // running, ok, failed, lost
	Reason     string // schedule, person, consent
	StartedAt  time.Time
	EndedAt    time.Time
	Pages      int64
	Rows       int64
	Written    int64
	Gone       int64
	Bytes      int64
	Retries    int64
	Throttled  time.Duration
	PageSize   int64 // as of Status
	Trouble    Trouble
}

// DayValue is a figure at the end of a day. Days without a complete read are missing.
type DayValue struct {
	Day   time.Time
	Value int64
}

// named are the customers in the scope with what people call them and how that sorts.
const named = `SELECT t.tenant_id, ` + postgres.TenantWords + ` AS name, ` + postgres.TenantKey + ` AS key FROM tenant t`

const statusColumns = `
	s.tenant_id, t.name, s.dataset, s.state, s.stopped, s.run, s.pages, s.rows, s.bytes, s.retries, s.throttled_ms, s.page_size,
	s.started_at, s.last_complete_at, s.last_complete_run, s.last_complete_rows, s.duration_ms, s.next_at,
	s.error_kind, s.error_sentence, s.error_at, s.request_id, s.client_request_id, s.activity_id, s.failures, s.diagnosis,
	CASE WHEN s.state <> 'running' AND NOT s.stopped AND s.asked_at > COALESCE(s.started_at, '-infinity') THEN s.asked_at END`

func scanStatus(row pgx.CollectableRow, more ...any) (Status, error) {
	var s Status
	var throttled, duration int64
	t := &s.Trouble
	err := row.Scan(append([]any{&s.Tenant, &s.TenantName, &s.Dataset, &s.State, &s.Stopped, &s.Run, &s.Pages, &s.Rows, &s.Bytes,
		&s.Retries, &throttled, &s.PageSize, postgres.Zero(&s.StartedAt), postgres.Zero(&s.LastCompleteAt), &s.LastCompleteRun, &s.LastCompleteRows,
		&duration, postgres.Zero(&s.NextAt), &t.Kind, &t.Sentence, postgres.Zero(&t.At), &t.RequestID, &t.ClientRequestID,
		&t.ActivityID, &t.Failures, &t.Diagnosis, postgres.Zero(&s.AskedAt)}, more...)...)
	s.Throttled, s.Duration = time.Duration(throttled)*time.Millisecond, time.Duration(duration)*time.Millisecond
	return s, err
}

var statusOrders = map[string][]postgres.Key{
	"tenant": {{Expr: "t.key", Type: "text"}},
	"trouble": {
		{Expr: `CASE s.state WHEN 'failed' THEN 0 WHEN 'running' THEN 1 WHEN 'never' THEN 2 ELSE 3 END`, Type: "int"},
		{Expr: "t.key", Type: "text"},
	},
	"asOf": {{Expr: `COALESCE(s.last_complete_at, '-infinity')`, Type: "timestamptz"}},
}

func (f Filter) where(scope tenant.Scope) (*postgres.Where, error) {
	w := &postgres.Where{}
	w.Within(scope, "s.tenant_id")
	for _, v := range slices.Concat(f.Dataset, f.State) {
		if !postgres.Printable(v) {
			return nil, errs.Show(errs.Invalid, "A filter holds characters that cannot be searched for.")
		}
	}
	if len(f.Tenants) > 0 {
		w.And("s.tenant_id = ANY(?)", f.Tenants)
	}
	if len(f.Dataset) > 0 {
		w.And("s.dataset = ANY(?)", f.Dataset)
	}
	if len(f.State) > 0 {
		w.And("s.state = ANY(?)", f.State)
	}
	return w, nil
}

func (f Filter) limit() int {
	if f.Limit <= 0 {
		return 50
	}
	return min(f.Limit, 500)
}

// List returns the statuses in the scope that match f.
func (s *Service) List(ctx context.Context, scope tenant.Scope, f Filter) (Page, error) {
	name := f.Sort
	if name == "" {
		name = "tenant"
	}
	keys, ok := statusOrders[name]
	if !ok {
		return Page{}, errs.Show(errs.Invalid, "The sync cannot be sorted by that.")
	}
	o := postgres.Order{Name: name, Desc: f.Desc, Keys: append(slices.Clone(keys),
		postgres.Key{Expr: "s.tenant_id", Type: "uuid"}, postgres.Key{Expr: "s.dataset", Type: "text"})}
	w, err := f.where(scope)
	if err != nil {
		return Page{}, err
	}
	s.ages(w, f.Age)
	var page Page
	db := s.pool.In(scope)
	if err := db.QueryRow(ctx, `SELECT count(*) FROM sync_state s `+w.SQL(), w.Args...).Scan(&page.Count); err != nil {
		return Page{}, fmt.Errorf("count sync states: %w", err)
	}
	if err := o.After(w, f.After); err != nil {
		return Page{}, err
	}
	var places [][]string
	rows, _ := db.Query(ctx, `
		SELECT `+statusColumns+`, `+o.Place()+`
		FROM  (SELECT s.tenant_id, s.dataset, t.name, t.key -- which are on the page: what each says, and what a customer is called, is not worked out for all that are sorted
		       FROM   sync_state s
		       JOIN  (`+named+` OFFSET 0) t ON t.tenant_id = s.tenant_id
		       `+w.SQL()+`
		       ORDER  BY `+o.By()+`
		       LIMIT  `+w.Arg(f.limit()+1)+`) t
		JOIN   sync_state s ON s.tenant_id = t.tenant_id AND s.dataset = t.dataset
		ORDER  BY `+o.By(), w.Args...)
	page.Rows, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (Status, error) {
		var place []string
		st, err := scanStatus(row, &place)
		places = append(places, place)
		return st, err
	})
	if err != nil {
		return Page{}, fmt.Errorf("list sync states: %w", postgres.BadInput(err))
	}
	if len(page.Rows) > f.limit() {
		page.Rows = page.Rows[:f.limit()]
		page.Next = o.Cursor(places[f.limit()-1])
	}
	return page, nil
}

// ages chooses statuses as Sum counts them, so that a number of Freshness and the rows behind it agree.
func (s *Service) ages(w *postgres.Where, ages []string) {
	if len(ages) == 0 {
		return
	}
	since := make([]string, len(s.datasets))
	for i, d := range s.datasets {
		since[i] = fmt.Sprintf("WHEN '%s' THEN %s::timestamptz", d.Name, w.Arg(s.now().Add(-d.FreshFor))) // names of ours
	}
	w.And(`(NOT s.stopped OR s.last_complete_at IS NOT NULL)`)
	w.And(`CASE WHEN s.last_complete_at IS NULL THEN 'unread'
	            WHEN s.last_complete_at < CASE s.dataset `+strings.Join(since, " ")+` END THEN 'late'
	            ELSE 'fresh' END = ANY(?)`, ages)
}

// OfTenant returns the statuses of one tenant, in the order of the table of datasets.
func (s *Service) OfTenant(ctx context.Context, tid tenant.ID) ([]Status, error) {
	rows, _ := s.pool.In(tid).Query(ctx, `
		SELECT `+statusColumns+`
		FROM   sync_state s
		JOIN  (`+named+`) t ON t.tenant_id = s.tenant_id
		WHERE  s.tenant_id = $1
		ORDER  BY s.dataset`, tid)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Status, error) { return scanStatus(row) })
	if err != nil {
		return nil, fmt.Errorf("sync states of %s: %w", tid, err)
	}
	place := func(n string) int { return slices.IndexFunc(s.datasets, func(d Dataset) bool { return d.Name == n }) }
	slices.SortStableFunc(found, func(a, b Status) int { return place(a.Dataset) - place(b.Dataset) })
	return found, nil
}

// Counters adds up figures of the last complete reads of a dataset over the scope.
func (s *Service) Counters(ctx context.Context, scope tenant.Scope, dataset string) (map[string]int64, error) {
	w := &postgres.Where{}
	w.And("dataset = ?", dataset)
	w.Within(scope, "tenant_id")
	rows, _ := s.pool.In(scope).Query(ctx, `
		SELECT key, sum(value)::bigint
		FROM   tenant_counter
		`+w.SQL()+`
		GROUP  BY key`, w.Args...)
	counters, err := postgres.Counted(rows)
	if err != nil {
		return nil, fmt.Errorf("counters of %s: %w", dataset, err)
	}
	return counters, nil
}

// CountersByTenant returns the figures with these keys for each tenant in the scope.
func (s *Service) CountersByTenant(ctx context.Context, scope tenant.Scope, dataset string, keys ...string) (map[tenant.ID]map[string]int64, error) {
	rows, _ := s.pool.In(scope).Query(ctx, `
		SELECT tenant_id, key, value
		FROM   tenant_counter
		WHERE  dataset = $1
		AND    key = ANY($2)`, dataset, keys)
	counters := map[tenant.ID]map[string]int64{}
	var tid tenant.ID
	var key string
	var n int64
	_, err := pgx.ForEachRow(rows, []any{&tid, &key, &n}, func() error {
		if counters[tid] == nil {
			counters[tid] = map[string]int64{}
		}
		counters[tid][key] = n
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("counters of %s by tenant: %w", dataset, err)
	}
	return counters, nil
}

// Daily returns a figure day by day since a day, added up over the scope, the oldest first.
func (s *Service) Daily(ctx context.Context, scope tenant.Scope, dataset, key string, since time.Time) ([]DayValue, error) {
	rows, _ := s.pool.In(scope).Query(ctx, `
		SELECT day, sum(value)::bigint
		FROM   tenant_daily
		WHERE  dataset = $1
		AND    key = $2
		AND    day >= $3::date
		GROUP  BY day
		ORDER  BY day`, dataset, key, since.UTC())
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[DayValue])
	if err != nil {
		return nil, fmt.Errorf("days of %s: %w", dataset, err)
	}
	return found, nil
}
