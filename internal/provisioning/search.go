package provisioning

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// mostFound bounds the count of what a search finds, where counting may be bounded.
const mostFound = 100

// recently is how many of the newest lines tell whether much matches, and often how many of them then do. A log of few lines is walked anyway.
const (
	recently = 2000
	often    = 40
	few      = 8000
)

// search finds the lines that hold a text. Where much matches, walking along the log soon meets a page of it. Where little does, the index of
// the search is asked for a few days at a time, from the end of the log at which the page begins.
type search struct {
	text  string
	often bool
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
		s.often = true
		return s, err
	}
	w, _, err := eventWhere(scope, f)
	if err != nil {
		return s, err
	}
	args, n := append(slices.Clone(w.Args), s.text, recently), 0
	err = db.QueryRow(ctx, fmt.Sprintf(`SELECT count(*) FROM (SELECT e.search FROM provisioning_event e %s ORDER BY e.at DESC LIMIT $%d) x WHERE strpos(x.search, $%d) > 0`, w.SQL(), len(args), len(args)-1), args...).Scan(&n)
	if err != nil {
		return s, fmt.Errorf("search provisioning events: %w", postgres.BadInput(err))
	}
	s.often, s.never = n >= often, n == 0
	return s, nil
}

// narrow adds the condition that lines match, on those days or, nil, all. To the planner strpos matches a third of the lines, LIKE next to
// none: it would read and sort the whole log for one page of a word that is everywhere.
func (s search) narrow(w *postgres.Where, days []int32) {
	switch {
	case s.text == "":
	case s.often:
		w.And("strpos(e.search, ?) > 0", s.text)
	default:
		w.And("(e.tenant_id, e.id) IN (SELECT m.tenant_id, m.id FROM provisioning_matching(?, ?::integer[]) m)", postgres.Like(s.text), days)
	}
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
		p.Rows = p.Rows[:limit]
		p.Next = l.Order.Cursor(placeOf(p.Rows[limit-1], len(l.Order.Keys) < 3))
	}
	if f.After == "" && p.Next == "" {
		p.Count = int64(len(p.Rows))
		return p, nil
	}
	p.Count, err = s.count(ctx, db, scope, f, l)
	return p, err
}

// count counts no further than one more than f.CountMost, where that is not 0.
func (s search) count(ctx context.Context, db postgres.DB, scope tenant.Scope, f EventFilter, l postgres.Listing) (n int64, err error) {
	list := [][]int32{nil}
	if f.CountMost > 0 {
		if list, err = s.spans(ctx, db, scope, f, nil); err != nil {
			return 0, err
		}
	}
	for i := 0; i < len(list) && (f.CountMost == 0 || n <= f.CountMost); i++ {
		if l.Where, _, err = eventWhere(scope, f); err != nil {
			return 0, err
		}
		s.narrow(l.Where, list[i])
		if f.CountMost > 0 {
			l.Most = max(1, f.CountMost-n)
		}
		some, err := postgres.CountOf(ctx, db, l)
		if err != nil {
			return 0, err
		}
		n += some
	}
	return n, nil
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
