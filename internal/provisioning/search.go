package provisioning

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// mostFound bounds the count of what a search finds.
const mostFound = 100

// recently is how many of the newest lines tell whether much matches: often of them do, or some of them where a filter leaves these out. A log
// of few lines is walked anyway. A walk looks at depth lines for a page, and then says from where to go on. The index gives gathered lines of
// some days; where there are more, fewer days are asked for, and a day of so many is walked, up to a whole day of a busy log. A few lines of
// the oldest of the days tell what is common there before the index is asked in vain.
const (
	gathered = 1000
	sampled  = 20
	dayLong  = 50_000
	recently = 2000
	often    = 40
	some     = 10
	few      = 8000
	depth    = 10_000
)

// search finds the lines that hold a text. Where much matches, walking along the log soon meets a page of it. Where little does, the index of
// the search is asked for a few days at a time, from the end of the log at which the page begins. What is everywhere but where a filter looks
// is quick by neither: the walk ends after so many lines, and the page tells.
type search struct {
	text  string
	walk  bool
	never bool   // not among the newest lines
	day   *int32 // walk this day alone; nil: all
}

// newSearch looks how often the newest lines match. Fewer than three characters have no trigram, which the index of the search needs.
func newSearch(ctx context.Context, db postgres.DB, scope tenant.Scope, f EventFilter) (s search, err error) {
	s.text = postgres.Plain(strings.TrimSpace(f.Q))
	if n := len([]rune(s.text)); n < 3 && n > 0 {
		return s, errs.ShowNext(errs.Invalid, "The log is searched for three characters or more.", "Type one more.")
	}
	if s.text == "" {
		return s, nil
	}
	all, err := tally(ctx, db, scope, EventFilter{SPID: f.SPID, Tenants: f.Tenants})
	if err != nil || all <= few {
		s.walk = true
		return s, err
	}
	f.After = ""
	seen, hits, err := s.among(ctx, db, scope, f, recently)
	if err != nil {
		return s, err
	}
	s.walk, s.never = seen < recently || hits >= often, hits == 0
	if !s.walk && f.narrowed() {
		_, hits, err = s.among(ctx, db, scope, EventFilter{}, recently)
		s.walk = hits >= some
	}
	return s, err
}

// narrowed tells a filter that leaves lines out.
func (f EventFilter) narrowed() bool {
	f.Q = ""
	return !f.tallied() || f.SPID != "" || len(f.Status)+len(f.Action)+len(f.ErrorCode)+len(f.Tenants) > 0
}

// search is a page of the lines that hold f.Q.
func (s *Store) search(ctx context.Context, scope tenant.Scope, f EventFilter, l postgres.Listing) (p EventPage, err error) {
	var q search
	err = s.inOrder(ctx, scope, f, func(tx postgres.DB) (err error) {
		if q, err = newSearch(ctx, tx, scope, f); err == nil && q.walk {
			p, err = q.walked(ctx, tx, scope, f, l)
		}
		return err
	})
	if err != nil || q.walk {
		return p, err
	}
	return q.seldom(ctx, s, scope, f, l)
}

// inOrder has Postgres walk along the index of an order where there is one. Of what row-level security lets through it expects so little that it
// would rather sort the whole log. The lines of a person or of some customers are few, and are sorted.
func (s *Store) inOrder(ctx context.Context, scope tenant.Scope, f EventFilter, do func(postgres.DB) error) error {
	all, ids := scope.PostgresScope()
	if !all && len(ids) != 1 || f.Person != "" || len(f.Tenants) > 0 {
		return do(s.pool.In(scope))
	}
	return s.pool.InTx(ctx, scope, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SET LOCAL enable_sort = off`); err != nil {
			return err
		}
		return do(tx)
	})
}

// stretch are the next lines of the log from a place on; how many follows its end.
func (s search) stretch(scope tenant.Scope, f EventFilter, columns string) (sql string, args []any, err error) {
	w, one, err := eventWhere(scope, f)
	if err != nil {
		return "", nil, err
	}
	if s.day != nil {
		s.within(w)
	}
	o := eventOrder(f, one)
	if err := o.After(w, f.After); err != nil {
		return "", nil, err
	}
	return `SELECT ` + columns + ` FROM provisioning_event e ` + w.SQL() + ` ORDER BY ` + o.By() + ` LIMIT`, w.Args, nil
}

// among is how many lines the next stretch has, and how many of these match.
func (s search) among(ctx context.Context, db postgres.DB, scope tenant.Scope, f EventFilter, most int) (seen, hits int64, err error) {
	sql, args, err := s.stretch(scope, f, "e.search")
	if err != nil {
		return 0, 0, err
	}
	args = append(args, s.text)
	if err := db.QueryRow(ctx, fmt.Sprintf(`SELECT count(*), count(*) FILTER (WHERE strpos(%s, $%d) > 0) FROM (%s %d) x`, postgres.PlainSQL("x.search", s.text), len(args), sql, most), args...).Scan(&seen, &hits); err != nil {
		return 0, 0, fmt.Errorf("search provisioning events: %w", postgres.BadInput(err))
	}
	return seen, hits, nil
}

// beyond is the place behind the next stretch; empty: the log ends in it.
func (s search) beyond(ctx context.Context, db postgres.DB, scope tenant.Scope, f EventFilter, o postgres.Order) (cursor string, err error) {
	sql, args, err := s.stretch(scope, f, o.Place())
	if err != nil {
		return "", err
	}
	var place []string
	switch err := db.QueryRow(ctx, sql+fmt.Sprintf(` 1 OFFSET %d`, recently-1), args...).Scan(&place); {
	case errors.Is(err, pgx.ErrNoRows):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("walk along provisioning events: %w", postgres.BadInput(err))
	}
	return o.Cursor(place), nil
}

// within holds a walk to its day; day 0 is of lines whose time Microsoft did not tell.
func (s search) within(w *postgres.Where) {
	if *s.day == 0 {
		w.And("(e.at <= '1970-01-01Z' OR e.at >= '2200-01-01Z')")
		return
	}
	day := time.Unix(int64(*s.day)*24*60*60, 0)
	w.And("e.at >= ? AND e.at < ?", day, day.Add(24*time.Hour))
}

// along are the first need lines that match among the next most of the log. Where these are too few although the log goes on, next is where.
func (s search) along(ctx context.Context, db postgres.DB, scope tenant.Scope, f EventFilter, l postgres.Listing, need, most int) (found []Event, next string, err error) {
	l.Cursor = ""
	for n := 0; n < most && len(found) < need && (n == 0 || f.After != ""); n += recently {
		sql, args, err := s.stretch(scope, f, "e.*")
		if err != nil {
			return nil, "", err
		}
		l.Table, l.Where, l.Limit = fmt.Sprintf(`(%s %d) e`, sql, recently), &postgres.Where{Args: args}, need-len(found)
		l.Where.And("strpos("+postgres.PlainSQL("e.search", s.text)+", ?) > 0", s.text)
		rows, _, err := postgres.RowsOf(ctx, db, l, scanEvent)
		if err != nil {
			return nil, "", err
		}
		found = append(found, rows...)
		if f.After, err = s.beyond(ctx, db, scope, f, l.Order); err != nil {
			return nil, "", err
		}
	}
	if len(found) < need {
		next = f.After
	}
	return found, next, nil
}

// walked is a page of what matches among the next lines of the log. Where these give no full page although the log goes on, the page says so,
// and the next one begins there.
func (s search) walked(ctx context.Context, db postgres.DB, scope tenant.Scope, f EventFilter, l postgres.Listing) (p EventPage, err error) {
	var next string
	if p.Rows, next, err = s.along(ctx, db, scope, f, l, pageSize(f.Limit)+1, depth); err != nil {
		return p, err
	}
	if p.ends(pageSize(f.Limit), next, l.Order); f.After == "" && (p.SoFar || p.Next == "") {
		p.Count = int64(len(p.Rows))
		return p, nil
	}
	err = s.countWalked(ctx, db, scope, f, l.Order, &p)
	return p, err
}

// ends says where the next page begins: behind limit rows, or where the search went no further.
func (p *EventPage) ends(limit int, next string, o postgres.Order) {
	switch {
	case len(p.Rows) > limit: // one more, which tells that there are more
		p.Rows = p.Rows[:limit]
		p.Next = o.Cursor(placeOf(p.Rows[limit-1], len(o.Keys) < 3))
	case next != "":
		p.Next, p.SoFar = next, true
	}
}

// countWalked counts what matches among the first lines of the log.
func (s search) countWalked(ctx context.Context, db postgres.DB, scope tenant.Scope, f EventFilter, o postgres.Order, p *EventPage) error {
	f.After = ""
	for n := 0; n < depth && p.Count <= mostFound && (n == 0 || f.After != ""); n += recently {
		_, hits, err := s.among(ctx, db, scope, f, recently)
		if err != nil {
			return err
		}
		p.Count += hits
		if f.After, err = s.beyond(ctx, db, scope, f, o); err != nil {
			return err
		}
	}
	p.More = p.Count > mostFound
	p.SoFar = !p.More && f.After != ""
	p.Count = min(p.Count, mostFound)
	return nil
}

// narrow adds the condition that lines match. To the planner strpos matches a third of the lines, LIKE next to
// none: it would read and sort the whole log for one page of a word that is everywhere.
func (s search) narrow(w *postgres.Where) {
	if s.walk {
		w.And("strpos("+postgres.PlainSQL("e.search", s.text)+", ?) > 0", s.text)
		return
	}
	w.And("(e.tenant_id, e.id) IN (SELECT m.tenant_id, m.id FROM provisioning_matching(?, NULL::integer[]) m)", postgres.Like(s.text))
}

// placeOf is where a line stands in the order of the log, as its cursor has it.
func placeOf(e Event, one bool) []string {
	at := "-infinity"
	if !e.At.IsZero() {
		at = e.At.UTC().Format(time.RFC3339Nano)
	}
	if one {
		return []string{at, e.ID}
	}
	return []string{at, e.Tenant.String(), e.ID}
}
