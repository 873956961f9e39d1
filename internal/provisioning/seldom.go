package provisioning

import (
	"context"
	"fmt"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

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

// seldom is a page of lines that match here and there, and how many there are. The first page is of the lines that are counted.
func (s search) seldom(ctx context.Context, st *Store, scope tenant.Scope, f EventFilter, l postgres.Listing) (p EventPage, err error) {
	limit, first := pageSize(f.Limit), f.After == ""
	if !first {
		var next string
		if p.Rows, next, err = s.reach(ctx, st, scope, f, l, limit+1); err != nil {
			return p, err
		}
		p.ends(limit, next, l.Order)
		f.After, l.Cursor = "", ""
	}
	all, next, err := s.reach(ctx, st, scope, f, l, max(limit, mostFound)+1)
	if err != nil {
		return p, err
	}
	if first {
		p.Rows = all
		p.ends(limit, next, l.Order)
	}
	p.More = len(all) > mostFound
	p.Count, p.SoFar = int64(min(len(all), mostFound)), !p.More && next != ""
	return p, nil
}

// reach are the first need lines that match, by the index of the search and, on days on which much matches, by a walk. Where a walk looked at
// depth lines, next is where to go on.
func (s search) reach(ctx context.Context, st *Store, scope tenant.Scope, f EventFilter, l postgres.Listing, need int) (found []Event, next string, err error) {
	place, err := l.Order.Values(f.After)
	if err != nil {
		return nil, "", err
	}
	spans, err := s.spans(ctx, st.pool.In(scope), scope, f, place)
	for len(spans) > 0 && err == nil && len(found) < need && next == "" {
		days := spans[0]
		spans = spans[1:]
		common, err := s.common(ctx, st, scope, days[0])
		if err != nil {
			return nil, "", err
		}
		var tenants, ids []string
		if !common {
			tenants, ids, err = s.matching(ctx, st.pool.In(scope), days)
			common = len(ids) > gathered
		}
		var rows []Event
		switch {
		case err != nil:
		case common && len(days) > 1:
			first, second := days[len(days)/2:], days[:len(days)/2]
			if f.Oldest {
				first, second = second, first
			}
			spans = append([][]int32{first, second}, spans...)
		case common:
			s.day = &days[0]
			err = st.inOrder(ctx, scope, f, func(tx postgres.DB) (err error) {
				rows, next, err = s.along(ctx, tx, scope, f, l, need-len(found), dayLong)
				return err
			})
		case len(ids) > 0:
			if l.Where, _, err = eventWhere(scope, f); err != nil {
				return nil, "", err
			}
			l.Where.And("(e.tenant_id, e.id) IN (SELECT * FROM unnest(?::uuid[], ?::text[]))", tenants, ids)
			l.Limit = need - len(found)
			rows, _, err = postgres.RowsOf(ctx, st.pool.In(scope), l, scanEvent)
		}
		if err != nil {
			return nil, "", err
		}
		found = append(found, rows...)
	}
	return found, next, err
}

// common tells that the text is often in the lines of a day, by a few of them. The undated are few, and no index leads to them alone.
func (s search) common(ctx context.Context, st *Store, scope tenant.Scope, day int32) (bool, error) {
	if day == 0 {
		return false, nil
	}
	s.day = &day
	var hits int64
	err := st.inOrder(ctx, scope, EventFilter{}, func(db postgres.DB) (err error) {
		_, hits, err = s.among(ctx, db, scope, EventFilter{}, sampled)
		return err
	})
	return hits > 1, err
}

// matching are lines of the days that hold the text, without the rest of the filter; one more than gathered: there are others.
func (s search) matching(ctx context.Context, db postgres.DB, days []int32) (tenants, ids []string, err error) {
	err = db.QueryRow(ctx, `SELECT array_agg(m.tenant_id::text), array_agg(m.id) FROM provisioning_matching($1, $2::integer[], $3::integer) m`,
		postgres.Like(s.text), days, gathered+1).Scan(&tenants, &ids)
	if err != nil {
		return nil, nil, fmt.Errorf("search provisioning events: %w", postgres.BadInput(err))
	}
	return tenants, ids, nil
}
