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
// of few lines is walked anyway. A walk looks at depth lines for a page, and then says from where to go on.
const (
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
	never bool // not among the newest lines
}

// newSearch looks how often the newest lines match. Fewer than three characters have no trigram, which the index of the search needs.
func newSearch(ctx context.Context, db postgres.DB, scope tenant.Scope, f EventFilter) (s search, err error) {
	s.text = strings.ToLower(strings.TrimSpace(f.Q))
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
	seen, hits, err := s.among(ctx, db, scope, f)
	if err != nil {
		return s, err
	}
	s.walk, s.never = seen < recently || hits >= often, hits == 0
	if !s.walk && f.narrowed() {
		_, hits, err = s.among(ctx, db, scope, EventFilter{})
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
func (s *Store) search(ctx context.Context, db postgres.DB, scope tenant.Scope, f EventFilter, l postgres.Listing) (p EventPage, err error) {
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
	return q.seldom(ctx, db, scope, f, l)
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
func stretch(scope tenant.Scope, f EventFilter, columns string) (sql string, args []any, err error) {
	w, one, err := eventWhere(scope, f)
	if err != nil {
		return "", nil, err
	}
	o := eventOrder(f, one)
	if err := o.After(w, f.After); err != nil {
		return "", nil, err
	}
	return `SELECT ` + columns + ` FROM provisioning_event e ` + w.SQL() + ` ORDER BY ` + o.By() + ` LIMIT`, w.Args, nil
}

// among is how many lines the next stretch has, and how many of these match.
func (s search) among(ctx context.Context, db postgres.DB, scope tenant.Scope, f EventFilter) (seen, hits int64, err error) {
	sql, args, err := stretch(scope, f, "e.search")
	if err != nil {
		return 0, 0, err
	}
	args = append(args, s.text)
	if err := db.QueryRow(ctx, fmt.Sprintf(`SELECT count(*), count(*) FILTER (WHERE strpos(x.search, $%d) > 0) FROM (%s %d) x`, len(args), sql, recently), args...).Scan(&seen, &hits); err != nil {
		return 0, 0, fmt.Errorf("search provisioning events: %w", postgres.BadInput(err))
	}
	return seen, hits, nil
}

// beyond is the place behind the next stretch; empty: the log ends in it.
func beyond(ctx context.Context, db postgres.DB, scope tenant.Scope, f EventFilter, o postgres.Order) (cursor string, err error) {
	sql, args, err := stretch(scope, f, o.Place())
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

// walked is a page of what matches among the next lines of the log. Where these give no full page although the log goes on, the page says so,
// and the next one begins there.
func (s search) walked(ctx context.Context, db postgres.DB, scope tenant.Scope, f EventFilter, l postgres.Listing) (p EventPage, err error) {
	limit := pageSize(f.Limit)
	from := f
	l.Cursor = ""
	for n := 0; n < depth && len(p.Rows) <= limit && (n == 0 || from.After != ""); n += recently {
		sql, args, err := stretch(scope, from, "e.*")
		if err != nil {
			return p, err
		}
		l.Table, l.Where, l.Limit = fmt.Sprintf(`(%s %d) e`, sql, recently), &postgres.Where{Args: args}, limit+1-len(p.Rows)
		l.Where.And("strpos(e.search, ?) > 0", s.text)
		rows, _, err := postgres.RowsOf(ctx, db, l, scanEvent)
		if err != nil {
			return p, err
		}
		p.Rows = append(p.Rows, rows...)
		if from.After, err = beyond(ctx, db, scope, from, l.Order); err != nil {
			return p, err
		}
	}
	switch {
	case len(p.Rows) > limit:
		p.cut(limit, l.Order)
	case from.After != "":
		p.Next, p.SoFar = from.After, true
	}
	if f.After == "" && (p.SoFar || p.Next == "") {
		p.Count = int64(len(p.Rows))
		return p, nil
	}
	err = s.countWalked(ctx, db, scope, f, l.Order, &p)
	return p, err
}

// cut takes the row that tells that there are more.
func (p *EventPage) cut(limit int, o postgres.Order) {
	p.Rows = p.Rows[:limit]
	p.Next = o.Cursor(placeOf(p.Rows[limit-1], len(o.Keys) < 3))
}

// countWalked counts what matches among the first lines of the log.
func (s search) countWalked(ctx context.Context, db postgres.DB, scope tenant.Scope, f EventFilter, o postgres.Order, p *EventPage) error {
	f.After = ""
	for n := 0; n < depth && p.Count <= mostFound && (n == 0 || f.After != ""); n += recently {
		_, hits, err := s.among(ctx, db, scope, f)
		if err != nil {
			return err
		}
		p.Count += hits
		if f.After, err = beyond(ctx, db, scope, f, o); err != nil {
			return err
		}
	}
	p.More = p.Count > mostFound
	p.SoFar = !p.More && f.After != ""
	p.Count = min(p.Count, mostFound)
	return nil
}

// narrow adds the condition that lines match, on those days or, nil, all. To the planner strpos matches a third of the lines, LIKE next to
// none: it would read and sort the whole log for one page of a word that is everywhere.
func (s search) narrow(w *postgres.Where, days []int32) {
	if s.walk {
		w.And("strpos(e.search, ?) > 0", s.text)
		return
	}
	w.And("(e.tenant_id, e.id) IN (SELECT m.tenant_id, m.id FROM provisioning_matching(?, ?::integer[]) m)", postgres.Like(s.text), days)
}

// spans are the days of the log in the order of the page, a few at first and then more at a time; from is where the page begins.
func (s search) spans(ctx context.Context, db postgres.DB, scope tenant.Scope, f EventFilter, from []string) (list [][]int32, err error) {
	w, _, err := eventWhere(scope, f)
	if err != nil {
		return nil, err
	}
	w.And("e.at > '1970-01-01Z'")
	var begin *string
	if len(from) > 0 {
		begin = &from[0]
	}
	var oldest, newest, start *int32
	place := w.Arg(begin)
	day := `(SELECT (provisioning_days(e.at))[1] FROM provisioning_event e ` + w.SQL() + ` ORDER BY e.at %s LIMIT 1)`
	err = db.QueryRow(ctx, `SELECT `+fmt.Sprintf(day, "")+`, `+fmt.Sprintf(day, "DESC")+`, (provisioning_days(`+place+`::text::timestamptz))[1]`, w.Args...).Scan(&oldest, &newest, &start)
	if err != nil {
		return nil, fmt.Errorf("days of the provisioning log: %w", postgres.BadInput(err))
	}
	undated := []int32{0}
	if oldest == nil {
		return [][]int32{undated}, nil
	}
	width, wider := int32(1), int32(4)
	if s.never {
		width = 8
	}
	if f.Oldest {
		low := *oldest
		if begin != nil {
			low = max(low, *start)
		}
		list = append(list, undated)
		for ; low <= *newest; width *= wider {
			list = append(list, days(low, min(low+width-1, *newest)))
			low += width
		}
		return list, nil
	}
	high := *newest
	if begin != nil {
		high = min(high, *start)
	}
	for ; high >= *oldest; width *= wider {
		list = append(list, days(max(high-width+1, *oldest), high))
		high -= width
	}
	return append(list, undated), nil
}

func days(from, to int32) (list []int32) {
	for d := from; d <= to; d++ {
		list = append(list, d)
	}
	return list
}

// seldom is a page of lines that match here and there, and how many there are.
func (s search) seldom(ctx context.Context, db postgres.DB, scope tenant.Scope, f EventFilter, l postgres.Listing) (p EventPage, err error) {
	place, err := l.Order.Values(f.After)
	if err != nil {
		return p, err
	}
	limit := pageSize(f.Limit)
	list, err := s.spans(ctx, db, scope, f, place)
	for i := 0; i < len(list) && err == nil && len(p.Rows) <= limit; i++ {
		var rows []Event
		if l.Where, _, err = eventWhere(scope, f); err != nil {
			return p, err
		}
		s.narrow(l.Where, list[i])
		l.Limit = limit + 1 - len(p.Rows)
		rows, _, err = postgres.RowsOf(ctx, db, l, scanEvent)
		p.Rows = append(p.Rows, rows...)
	}
	if err != nil {
		return p, err
	}
	if len(p.Rows) > limit {
		p.cut(limit, l.Order)
	}
	if f.After == "" && p.Next == "" {
		p.Count = int64(len(p.Rows))
		return p, nil
	}
	n, err := s.count(ctx, db, scope, f, l)
	p.Count, p.More = min(n, mostFound), n > mostFound
	return p, err
}

// count counts no further than one more than mostFound.
func (s search) count(ctx context.Context, db postgres.DB, scope tenant.Scope, f EventFilter, l postgres.Listing) (n int64, err error) {
	list, err := s.spans(ctx, db, scope, f, nil)
	for i := 0; i < len(list) && err == nil && n <= mostFound; i++ {
		if l.Where, _, err = eventWhere(scope, f); err != nil {
			return 0, err
		}
		s.narrow(l.Where, list[i])
		l.Most = max(1, mostFound-n)
		var some int64
		some, err = postgres.CountOf(ctx, db, l)
		n += some
	}
	return n, err
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
