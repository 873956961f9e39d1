package service

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Store holds service items, their readings and their history in Postgres, the lead times, and the tokens of calendars.
type Store struct{ pool *postgres.Pool }

// NewStore is the store on that database.
func NewStore(pool *postgres.Pool) *Store { return &Store{pool: pool} }

var tenantName = postgres.TenantName("a")

var columns = `
	a.tenant_id, ` + tenantName + `, a.kind, a.id, a.name, a.type, a.state, a.health, NULLIF(a.expires_at, 'infinity'),
	NULLIF(a.last_contact_at, '-infinity'), NULLIF(a.modified_at, '-infinity'), a.detail, a.first_seen_at, a.changed_at, a.gone_at,
	r.read_at, COALESCE(r.outcome = 'failed', false), a.standing`

func scan(row pgx.CollectableRow, more ...any) (Item, error) {
	var a Item
	err := row.Scan(append([]any{&a.Tenant, &a.TenantName, &a.Kind, &a.ID, &a.Name, &a.Type, &a.State, &a.Health, postgres.Zero(&a.ExpiresAt),
		postgres.Zero(&a.LastContactAt), postgres.Zero(&a.ModifiedAt), &a.Detail, postgres.Zero(&a.FirstSeenAt), postgres.Zero(&a.ChangedAt),
		postgres.Zero(&a.GoneAt), postgres.Zero(&a.ReadAt), &a.Failed, &a.Standing}, more...)...)
	return a, err
}

// items are all items beside how they stand and when their kind was read. It is the one place where a health and a day become a standing;
// what is switched off warns of nothing.
func (w Watch) items(q *postgres.Where) string {
	now := q.Arg(w.Now) + "::timestamptz"
	var lead strings.Builder
	for _, s := range specs {
		if s.lead > 0 {
			fmt.Fprintf(&lead, " WHEN '%s' THEN %s + interval '%d days'", s.kind, now, w.Lead.Of(s.kind)) // names and numbers of ours
		}
	}
	return `(SELECT a.*, CASE WHEN a.health = 'off' THEN 'off' WHEN a.expires_at <= ` + now + ` THEN 'ended' WHEN a.health = 'bad' THEN 'bad'
			WHEN a.expires_at <= CASE a.kind` + lead.String() + ` ELSE ` + now + ` END THEN 'soon' ELSE a.health END AS standing
		 FROM service_item a) a`
}

// besideReading joins when the kind of an item was read.
const besideReading = `LEFT JOIN service_reading r ON r.tenant_id = a.tenant_id AND r.kind = a.kind`

var searchable = postgres.Searchable{Table: "service_item", Alias: "a", Key: "a.name_key", Shared: true}

var orders = map[string][]postgres.Key{
	"ends":     {{Expr: "a.expires_at", Type: "timestamptz"}, {Expr: "a.name_key", Type: "text"}},
	"name":     {{Expr: "a.name_key", Type: "text"}},
	"kind":     {{Expr: "a.kind", Type: "text"}, {Expr: "a.name_key", Type: "text"}},
	"contact":  {{Expr: "a.last_contact_at", Type: "timestamptz"}, {Expr: "a.name_key", Type: "text"}},
	"customer": postgres.TenantOrder("a", postgres.Key{Expr: "a.expires_at", Type: "timestamptz"}, postgres.Key{Expr: "a.name_key", Type: "text"}),
}

func order(f Filter, one bool) (postgres.Order, error) {
	name := f.Sort
	if name == "" {
		name = "ends"
	}
	keys, ok := orders[name]
	if !ok {
		return postgres.Order{}, errs.ShowNext(errs.Invalid, "Services cannot be sorted by that.", "Sort by "+strings.Join(Sorts, ", ")+".")
	}
	o := postgres.Order{Name: name, Desc: f.Desc, Keys: postgres.Ended(keys, postgres.Key{Expr: "a.tenant_id", Type: "uuid"}, postgres.Key{Expr: "a.kind", Type: "text"}, postgres.Key{Expr: "a.id", Type: "text"})}
	if one {
		o = o.OfOneTenant()
	}
	return o, nil
}

func where(scope tenant.Scope, watch Watch, f Filter) (w *postgres.Where, one bool, err error) {
	w = &postgres.Where{}
	one = w.Within(scope, "a.tenant_id")
	if !postgres.Printable(f.Q) || len(f.Q) > 200 {
		return nil, false, errs.Show(errs.Invalid, "A filter holds characters that cannot be searched for, or more than 200 of them.")
	}
	if f.Gone {
		w.And("a.gone_at IS NOT NULL")
	} else {
		w.And("a.gone_at IS NULL")
	}
	w.Searched(searchable, f.Q)
	if len(f.Kind) > 0 {
		w.And("a.kind = ANY(?)", f.Kind)
	}
	if len(f.State) > 0 {
		w.And("a.standing = ANY(?)", f.State)
	}
	switch {
	case f.Ended && f.Within > 0:
		w.And("a.expires_at <= ?", watch.Now.AddDate(0, 0, f.Within))
	case f.Ended:
		w.And("a.expires_at <= ?", watch.Now)
	case f.Within > 0:
		w.And("a.expires_at > ? AND a.expires_at <= ?", watch.Now, watch.Now.AddDate(0, 0, f.Within))
	}
	if len(f.Tenants) > 0 {
		w.And("a.tenant_id = ANY(?)", f.Tenants)
	}
	return w, one, nil
}

func (f Filter) listing(scope tenant.Scope, watch Watch) (l postgres.Listing, err error) {
	l = postgres.Listing{Columns: columns, Joined: besideReading, Cursor: f.After, Limit: f.Limit}
	one := false
	if l.Where, one, err = where(scope, watch, f); err != nil {
		return l, err
	}
	l.Table = watch.items(l.Where)
	l.Order, err = order(f, one)
	return l, err
}

// List returns the items in the scope that match f, one page in the chosen order; what ends first comes first unless said otherwise.
func (s *Store) List(ctx context.Context, scope tenant.Scope, watch Watch, f Filter) (p Page, err error) {
	l, err := f.listing(scope, watch)
	if err != nil {
		return p, err
	}
	if !f.tallied() {
		p.Rows, p.Next, p.Count, err = postgres.PageOf(ctx, s.pool.In(scope), l, scan)
		return p, err
	}
	if p.Rows, p.Next, err = postgres.RowsOf(ctx, s.pool.In(scope), l, scan); err != nil {
		return p, err
	}
	if p.Tally, err = s.TallyOf(ctx, scope, watch); err != nil {
		return p, err
	}
	p.Count = p.Tally.of(f)
	return p, nil
}

// tallied tells that a filter chooses by kind and standing alone, so that the tally above the list counts what it finds.
func (f Filter) tallied() bool {
	return f.Q == "" && !f.Gone && !f.Ended && f.Within == 0 && len(f.Tenants) == 0
}

// Count is how many items in the scope match f.
func (s *Store) Count(ctx context.Context, scope tenant.Scope, watch Watch, f Filter) (int64, error) {
	l, err := f.listing(scope, watch)
	if err != nil {
		return 0, err
	}
	return postgres.CountOf(ctx, s.pool.In(scope), l)
}

// Each calls f for every item in the scope that matches the filter, in its order, one row in memory at a time. Limit does not apply.
func (s *Store) Each(ctx context.Context, scope tenant.Scope, watch Watch, f Filter, each func(Item) error) error {
	l, err := f.listing(scope, watch)
	if err != nil {
		return err
	}
	return postgres.EachOf(ctx, s.pool.In(scope), l, scan, each)
}

// Get returns one item, also one that is gone. errs.NotFound where the tenant has none of that kind with that id.
func (s *Store) Get(ctx context.Context, tid tenant.ID, watch Watch, kind Kind, id string) (Item, error) {
	if !postgres.Printable(id) || !kind.Known() {
		return Item{}, fmt.Errorf("service of %s: %w", tid, errs.NotFound)
	}
	w := &postgres.Where{}
	w.And("a.tenant_id = ?", tid)
	w.And("a.kind = ?", kind)
	w.And("a.id = ?", id)
	from := watch.items(w) + " " + besideReading + " "
	rows, _ := s.pool.In(tid).Query(ctx, `SELECT `+columns+` FROM `+from+w.SQL(), w.Args...)
	a, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (Item, error) { return scan(row) })
	if errors.Is(err, pgx.ErrNoRows) {
		return Item{}, fmt.Errorf("%s %q of %s: %w", kind, id, tid, errs.NotFound)
	}
	if err != nil {
		return Item{}, fmt.Errorf("%s %q of %s: %w", kind, id, tid, err)
	}
	return a, nil
}

// Changes returns what changed on one item, the newest first.
func (s *Store) Changes(ctx context.Context, tid tenant.ID, kind Kind, id string, limit int) ([]Change, error) {
	rows, _ := s.pool.In(tid).Query(ctx, `
		SELECT at, run, field, old, new
		FROM   service_change
		WHERE  tenant_id = $1
		AND    kind = $2
		AND    item_id = $3
		ORDER  BY at DESC, field
		LIMIT  $4`, tid, kind, id, limit)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c Change, err error) {
		return c, row.Scan(postgres.Zero(&c.At), &c.Run, &c.Field, &c.Old, &c.New)
	})
	if err != nil {
		return nil, fmt.Errorf("changes of %s %q of %s: %w", kind, id, tid, err)
	}
	return found, nil
}

// Readings returns how far each kind was read at a tenant, in the order of Kinds; a kind that was never tried is missing.
func (s *Store) Readings(ctx context.Context, tid tenant.ID) ([]Reading, error) {
	rows, _ := s.pool.In(tid).Query(ctx, `SELECT `+readingColumns+` FROM service_reading d WHERE d.tenant_id = $1`, tid)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Reading, error) {
		r, err := scanReading(row)
		return r.Reading, err
	})
	if err != nil {
		return nil, fmt.Errorf("readings of services of %s: %w", tid, err)
	}
	place := func(r Reading) int { return slices.Index(Kinds(), r.Kind) }
	slices.SortFunc(found, func(a, b Reading) int { return place(a) - place(b) })
	return found, nil
}

// KindCount is how a kind was read over several tenants.
type KindCount struct {
	Kind                Kind
	Read, Unset, Failed int64 // tenants; Unset also where the tenant has no licence for it
	Items               int64
	Oldest              time.Time // of the complete readings
}

// ReadingsAcrossTenants adds up the readings over the scope, in the order of Kinds.
func (s *Store) ReadingsAcrossTenants(ctx context.Context, scope tenant.Scope) ([]KindCount, error) {
	rows, _ := s.pool.In(scope).Query(ctx, `
		SELECT d.kind, count(*) FILTER (WHERE `+readingState+` = 'read'), count(*) FILTER (WHERE `+readingState+` = 'unset'),
		       count(*) FILTER (WHERE `+readingState+` = 'failed'), min(d.read_at),
		       (SELECT count(*) FROM service_item a WHERE a.kind = d.kind AND a.gone_at IS NULL)
		FROM   service_reading d
		GROUP  BY d.kind`)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c KindCount, err error) {
		return c, row.Scan(&c.Kind, &c.Read, &c.Unset, &c.Failed, postgres.Zero(&c.Oldest), &c.Items)
	})
	if err != nil {
		return nil, fmt.Errorf("readings of services: %w", err)
	}
	slices.SortFunc(found, func(a, b KindCount) int { return slices.Index(Kinds(), a.Kind) - slices.Index(Kinds(), b.Kind) })
	return found, nil
}

// Tally is how many items of a kind have a standing.
type Tally map[Kind]map[Standing]int64

// Standings are the items of all kinds by standing.
func (t Tally) Standings() map[Standing]int64 {
	sum := map[Standing]int64{}
	for _, of := range t {
		for st, n := range of {
			sum[st] += n
		}
	}
	return sum
}

// of is how many items a filter chooses by kind and standing.
func (t Tally) of(f Filter) (n int64) {
	for k, of := range t {
		for st, count := range of {
			if (len(f.Kind) == 0 || slices.Contains(f.Kind, k)) && (len(f.State) == 0 || slices.Contains(f.State, st)) {
				n += count
			}
		}
	}
	return n
}

// TallyOf counts the items in the scope by kind and standing.
func (s *Store) TallyOf(ctx context.Context, scope tenant.Scope, watch Watch) (Tally, error) {
	w, _, err := where(scope, watch, Filter{})
	if err != nil {
		return nil, err
	}
	from := watch.items(w) + " "
	rows, _ := s.pool.In(scope).Query(ctx, `SELECT a.kind, a.standing, count(*) FROM `+from+w.SQL()+` GROUP BY 1, 2`, w.Args...)
	tally := Tally{}
	var k Kind
	var st Standing
	var n int64
	if _, err := pgx.ForEachRow(rows, []any{&k, &st, &n}, func() error {
		if tally[k] == nil {
			tally[k] = map[Standing]int64{}
		}
		tally[k][st] = n
		return nil
	}); err != nil {
		return nil, fmt.Errorf("count services by standing: %w", err)
	}
	return tally, nil
}
