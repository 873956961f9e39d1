package incident

import (
	"context"
	"encoding/json"
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

// Store keeps the incidents that the portal may read by itself.
type Store struct{ pool *postgres.Pool }

// NewStore keeps them in pool.
func NewStore(pool *postgres.Pool) *Store { return &Store{pool: pool} }

var staged = strings.Fields(`
	id title status severity rank open assigned assigned_key classification determination redirect_to priority changed_by resolving tags devices
	alert_count alerts comments created_at updated_at search`)

// remembered are the fields whose changes people ask about.
var remembered = []string{"title", "status", "severity", "assigned", "classification", "determination", "redirect_to", "tags", "alert_count"}

// Stage gathers a read.
type Stage struct{ rows *postgres.Stage }

// Stage begins a read.
func (s *Store) Stage() *Stage { return &Stage{postgres.NewStage(staged...)} }

// Close gives everything back.
func (s *Stage) Close() { s.rows.Close() }

// Add adds an incident.
func (s *Stage) Add(i Incident) error {
	alerts, err1 := json.Marshal(i.Alerts)
	comments, err2 := json.Marshal(i.Comments)
	if err := errors.Join(err1, err2); err != nil {
		return fmt.Errorf("alerts of incident %s: %w", i.ID, err)
	}
	return s.rows.Row().Text(i.ID).Text(i.Title).Text(i.Status).Text(i.Severity).Int(rank(i.Severity)).Bool(i.Open()).Text(i.Assigned).Text(strings.ToLower(i.Assigned)).
		Text(i.Classification).Text(i.Determination).Text(i.RedirectTo).Int(i.Priority).Text(i.ChangedBy).Text(i.Resolving).Strings(i.Tags).Strings(i.Devices).
		Int(int64(len(i.Alerts))).Text(string(alerts)).Text(string(comments)).Time(i.CreatedAt).Time(i.UpdatedAt).Text(searchText(i)).End()
}

// searchText is what the free text is looked for in: number, title, person, and what the alerts are about.
func searchText(i Incident) string {
	parts := []string{i.ID, i.Title, i.Assigned}
	for _, e := range i.Subjects() {
		if !slices.Contains(parts, e.Name) {
			parts = append(parts, e.Name)
		}
	}
	return strings.ToLower(strings.Join(parts, "\n"))
}

var merging = postgres.Merge{Table: "incident", Part: true, History: "incident_change", Subject: "incident_id", Fields: remembered}

// Merge adds what is new and changes what differs. Nothing is taken away.
func (s *Stage) Merge(ctx context.Context, tx pgx.Tx, tid tenant.ID, run int64, now time.Time) (m graphsync.Merged, err error) {
	if m.Written, _, err = s.rows.Merge(ctx, tx, merging, tid, run, now); err != nil {
		return m, fmt.Errorf("merge incidents of %s: %w", tid, err)
	}
	rows, _ := tx.Query(ctx, `
		SELECT v.key, count(*)
		FROM   incident d
		CROSS  JOIN LATERAL (VALUES ('total'), (CASE WHEN d.open THEN 'open' END), (CASE WHEN d.open THEN 'open:' || d.severity END)) AS v (key)
		WHERE  d.tenant_id = $1
		AND    v.key IS NOT NULL
		GROUP  BY v.key`, tid)
	if m.Counters, err = postgres.Counted(rows, "total", "open", "open:high"); err != nil {
		return m, fmt.Errorf("count incidents of %s: %w", tid, err)
	}
	return m, nil
}

var columns = `
	d.tenant_id, ` + postgres.TenantName("d") + `,
	d.id, d.title, d.status, d.severity, d.assigned, d.classification, d.determination, d.redirect_to, d.priority, d.changed_by, d.resolving, d.tags, d.devices,
	d.alerts, d.comments, NULLIF(d.created_at, '-infinity'), NULLIF(d.updated_at, '-infinity'), d.first_seen_at, d.changed_at`

func scan(row pgx.CollectableRow, more ...any) (Incident, error) {
	var i Incident
	err := row.Scan(append([]any{&i.Tenant, &i.TenantName, &i.ID, &i.Title, &i.Status, &i.Severity, &i.Assigned, &i.Classification, &i.Determination, &i.RedirectTo, &i.Priority,
		&i.ChangedBy, &i.Resolving, &i.Tags, &i.Devices, &i.Alerts, &i.Comments, postgres.Zero(&i.CreatedAt), postgres.Zero(&i.UpdatedAt), &i.FirstSeenAt, &i.ChangedAt}, more...)...)
	return i, err
}

var orders = map[string][]postgres.Key{
	"created":  {{Expr: "d.created_at", Type: "timestamptz"}},
	"updated":  {{Expr: "d.updated_at", Type: "timestamptz"}},
	"severity": {{Expr: "d.rank", Type: "smallint"}, {Expr: "d.created_at", Type: "timestamptz"}},
}

// listing is the query of a list.
func (f Filter) listing(scope tenant.Scope) (l postgres.Listing, err error) {
	name := f.Sort
	if name == "" {
		name = Sorts[0]
	}
	keys, ok := orders[name]
	if !ok {
		return l, errs.ShowNext(errs.Invalid, "Incidents cannot be sorted by that.", "Sort by "+strings.Join(Sorts, ", ")+".")
	}
	w, one, err := f.where(scope)
	if err != nil {
		return l, err
	}
	o := postgres.Order{Name: name, Desc: f.Desc, Keys: append(slices.Clone(keys), postgres.Key{Expr: "d.tenant_id", Type: "uuid"}, postgres.Key{Expr: "d.id", Type: "text"})}
	if one {
		o = o.Without("d.tenant_id")
	}
	return postgres.Listing{Columns: columns, Table: "incident d", Where: w, Order: o, Cursor: f.After, Limit: f.Limit}, nil
}

func (f Filter) where(scope tenant.Scope) (w *postgres.Where, one bool, err error) {
	w = &postgres.Where{}
	one = w.Within(scope, "d.tenant_id")
	if err := postgres.CheckSearch(f.Q, f.Assignee); err != nil {
		return nil, false, err
	}
	if q := strings.ToLower(strings.TrimSpace(f.Q)); q != "" && postgres.Short(q) { // the beginning of a title, or a number as a whole
		w.And("(d.title_key >= ? AND d.title_key < ? OR d.id = ?)", q, q+"\U0010FFFF", q)
	} else {
		w.Searched(postgres.Searchable{Table: "incident", Alias: "d"}, f.Q)
	}
	if len(f.Status) > 0 {
		w.And("d.status = ANY(?)", f.Status)
	}
	if len(f.Severity) > 0 {
		w.And("d.severity = ANY(?)", f.Severity)
	}
	switch {
	case f.Assignee == "-":
		w.And("d.assigned_key = ''")
	case f.Assignee != "":
		w.And("d.assigned_key = ?", strings.ToLower(f.Assignee))
	}
	if f.Open != nil && *f.Open {
		w.And("d.open")
	} else if f.Open != nil {
		w.And("NOT d.open")
	}
	if f.Within > 0 {
		w.And("d.created_at > ?", f.Now.Add(-f.Within))
	}
	if f.Over > 0 {
		w.And("d.created_at <= ?", f.Now.Add(-f.Over))
	}
	if f.Device != "" {
		w.And("? = ANY(d.devices)", strings.ToLower(f.Device))
	}
	if len(f.Tenants) > 0 {
		w.And("d.tenant_id = ANY(?)", f.Tenants)
	}
	return w, one, nil
}

// List returns the incidents in the scope that match f, one page.
func (s *Store) List(ctx context.Context, scope tenant.Scope, f Filter) (p Page, err error) {
	l, err := f.listing(scope)
	if err != nil {
		return p, err
	}
	p.Rows, p.Next, p.Count, err = postgres.PageOf(ctx, s.pool.In(scope), l, scan)
	return p, err
}

// Each walks through all incidents in the scope that match f, in order, with constant memory.
func (s *Store) Each(ctx context.Context, scope tenant.Scope, f Filter, each func(Incident) error) error {
	l, err := f.listing(scope)
	if err != nil {
		return err
	}
	return postgres.EachOf(ctx, s.pool.In(scope), l, scan, each)
}

// Get returns one incident.
func (s *Store) Get(ctx context.Context, tid tenant.ID, id string) (Incident, error) {
	if !postgres.Printable(id) {
		return Incident{}, fmt.Errorf("incident of %s: %w", tid, errs.NotFound)
	}
	rows, _ := s.pool.In(tid).Query(ctx, `SELECT `+columns+` FROM incident d WHERE d.tenant_id = $1 AND d.id = $2`, tid, id)
	i, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (Incident, error) { return scan(row) })
	if errors.Is(err, pgx.ErrNoRows) {
		return Incident{}, fmt.Errorf("incident %q of %s: %w", id, tid, errs.NotFound)
	}
	if err != nil {
		return Incident{}, fmt.Errorf("incident %q of %s: %w", id, tid, err)
	}
	return i, nil
}

// Changes returns what was seen to change, the newest first.
func (s *Store) Changes(ctx context.Context, tid tenant.ID, id string, limit int) ([]Change, error) {
	return merging.Changes(ctx, s.pool.In(tid), tid, id, limit)
}
