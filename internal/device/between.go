package device

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Changed is a device that differs between two moments.
type Changed struct {
	ID, Name string
	Appeared bool // first seen in between
	Fields   []Net
}

// Net is a field that differs: what it was before its first change in between, and what it is after the last. The field "gone" is
// whether Intune lacked the device.
type Net struct {
	Field string    `json:"field"`
	Old   string    `json:"old"`
	New   string    `json:"new"`
	At    time.Time `json:"at"`    // of the last change in between
	Times int       `json:"times"` // changes in between
}

// ChangedPage is one page of Between.
type ChangedPage struct {
	Rows  []Changed
	Next  string // for the next page; empty: this was the last
	Count int64
}

var byName = postgres.Order{Name: "changed", Keys: []postgres.Key{{Expr: "r.name_key", Type: "text"}, {Expr: "r.id", Type: "text"}}}

// Between returns the tenant's devices that differ between two moments, by name: from counts, to does not. What changed and changed back
// is no difference. After is the Next of the page before.
func (s *Store) Between(ctx context.Context, tid tenant.ID, from, to time.Time, after string, limit int) (ChangedPage, error) {
	w := &postgres.Where{Args: []any{tid, from, to}}
	if err := byName.After(w, after); err != nil {
		return ChangedPage{}, err
	}
	rows, _ := s.pool.In(tid).Query(ctx, `
		WITH net AS (
			SELECT device_id, field, (array_agg(old ORDER BY at, run))[1] AS old, (array_agg(new ORDER BY at DESC, run DESC))[1] AS new,
			       max(at) AS at, count(*) AS times
			FROM   device_change
			WHERE  tenant_id = $1 AND at >= $2 AND at < $3
			GROUP  BY device_id, field),
		kept AS (
			SELECT device_id, jsonb_agg(jsonb_build_object('field', field, 'old', old, 'new', new, 'at', at, 'times', times) ORDER BY field) AS fields
			FROM   net
			WHERE  old <> new
			GROUP  BY device_id),
		r AS (
			SELECT d.id, d.name, d.name_key, d.first_seen_at >= $2 AND d.first_seen_at < $3 AS appeared, COALESCE(k.fields, '[]') AS fields
			FROM   device d
			LEFT   JOIN kept k ON k.device_id = d.id
			WHERE  d.tenant_id = $1
			AND    (k.device_id IS NOT NULL OR d.first_seen_at >= $2 AND d.first_seen_at < $3))
		SELECT r.id, r.name, r.appeared, r.fields, (SELECT count(*) FROM r), `+byName.Place()+`
		FROM   r
		`+w.SQL()+`
		ORDER  BY `+byName.By()+limited(limit+1), w.Args...)
	var p ChangedPage
	var places [][]string
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c Changed, err error) {
		var fields []byte
		var place []string
		if err := row.Scan(&c.ID, &c.Name, &c.Appeared, &fields, &p.Count, &place); err != nil {
			return c, err
		}
		places = append(places, place)
		return c, json.Unmarshal(fields, &c.Fields)
	})
	if err != nil {
		return ChangedPage{}, fmt.Errorf("devices of %s that changed: %w", tid, postgres.BadInput(err))
	}
	if len(found) > limit {
		found, p.Next = found[:limit], byName.Cursor(places[limit-1])
	}
	p.Rows = found
	return p, nil
}
