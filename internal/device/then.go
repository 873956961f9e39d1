package device

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

// notKept are the columns whose past nobody kept, as what they are shown as: no value, rather than today's.
var notKept = map[string]string{
	"email": "''", "user_id": "''", "last_sync_at": "'-infinity'::timestamptz", "checkin": "''", "grace_until": "'-infinity'::timestamptz", "storage_total": "0::bigint",
	"storage_free": "0::bigint", "carrier": "''", "eas_activated": "false", "eas_device_id": "''", "exchange_reason": "''",
	"exchange_sync_at": "'-infinity'::timestamptz", "needs_approval": "NULL::boolean", "actions": "'[]'::jsonb",
}

// keptTypes are those of remembered columns that are no text.
var keptTypes = map[string]string{"encrypted": "boolean", "supervised": "boolean", "entra_registered": "boolean", "enrolled_at": "timestamptz", "certificate_until": "timestamptz"}

// asOf is a table like device with some devices as they were at a moment: each field is the old value of its first change after the
// moment, or else what it is now. From gives the devices, named o; what was first seen after the moment is not in it.
func asOf(from, at string) string {
	return strings.NewReplacer("{from}", from, "{at}", at).Replace(asOfSQL)
}

var asOfSQL = func() string {
	var cols []string
	for _, c := range remembered {
		kind := keptTypes[c]
		if kind == "" {
			kind = "text"
		}
		cols = append(cols, fmt.Sprintf("CASE WHEN h.was ? '%[1]s' THEN NULLIF(h.was->>'%[1]s', %[2]s)::%[3]s ELSE o.%[1]s END AS %[1]s", c, emptied(kind), kind))
	}
	for key, c := range map[string]string{"name_key": "name", "serial_key": "serial", "user_key": "upn"} {
		cols = append(cols, fmt.Sprintf(`CASE WHEN h.was ? '%[2]s' THEN lower(h.was->>'%[2]s') COLLATE "C" ELSE o.%[1]s END AS %[1]s`, key, c))
	}
	for c, value := range notKept {
		cols = append(cols, value+" AS "+c)
	}
	slices.Sort(cols)
	return `(
		SELECT o.tenant_id, o.id, o.first_seen_at, o.first_seen_at AS changed_at,
		       CASE WHEN COALESCE((h.was->>'gone')::boolean, o.gone_at < {at}, false) THEN {at}::timestamptz END AS gone_at,
		       COALESCE((SELECT ` + postgres.TenantKey + ` FROM tenant t WHERE t.tenant_id = o.tenant_id), o.tenant_id::text) COLLATE "C" AS tenant_key,
		       ` + strings.Join(cols, ",\n		       ") + `
		FROM   {from}
		CROSS  JOIN LATERAL (
			SELECT jsonb_object_agg(c.field, c.old) AS was
			FROM  (SELECT DISTINCT ON (field) field, old
			       FROM   device_change
			       WHERE  tenant_id = o.tenant_id AND device_id = o.id AND at >= {at}
			       ORDER  BY field, at, run) c) h
		WHERE  o.first_seen_at < {at})`
}()

// emptied is the text in the history that stands for no value: of a text, none does.
func emptied(kind string) string {
	if kind == "text" {
		return "NULL"
	}
	return "''"
}

// still chooses devices that were there at a moment and since then did not change in these fields; those that did are asked for one by one.
type still struct {
	at     time.Time
	fields []string
	text   string // in their names, serials and so on; "" does not choose
}

// unmoved is the condition that a device did not change since in some fields. It is no join, which would lose the order of the devices' own
// index, and of a form that the planner takes for true of many.
const unmoved = `COALESCE((SELECT false FROM device_change c WHERE c.tenant_id = d.tenant_id AND c.device_id = d.id AND c.at >= ? AND c.field = ANY(?) LIMIT 1), true)`

func (s *still) conditions(w *postgres.Where) {
	w.And("d.first_seen_at < ?", s.at)
	w.And(unmoved, s.at, s.fields)
	if s.text != "" {
		w.And(textThen, s.text)
	}
}

// searchedThen are the fields of a search of the past, in the order of textThen.
var searchedThen = []string{"name", "serial", "upn", "user_name", "imei", "meid", "wifi_mac"}

const textThen = `strpos(lower(concat_ws(E'\n', d.name, d.serial, d.upn, d.user_name, d.imei, d.meid, d.wifi_mac)), ?) > 0`

// orderedThen are the remembered fields that an order is by.
var orderedThen = map[string][]string{
	"": {"name"}, "name": {"name"}, "serial": {"serial"}, "user": {"upn"}, "compliance": {"compliance", "name"}, "os": {"os", "name"}, "customer": {"name"},
}

// past is a list of a moment that is over, in two parts. Devices that did not change since in what chooses and orders them are found as
// those of now are, by the same indexes. The others, which are few, are found by their changes.
type past struct {
	scope tenant.Scope
	at    time.Time
	f     Filter // of devices that are still what they were; without a text, where no index finds it
	moved Filter // of the others: as f, without a text
	still *still
	o     postgres.Order
}

func newPast(scope tenant.Scope, at time.Time, f Filter) (past, error) {
	if f.Gone || len(f.CheckIn) > 0 || f.UserID != "" || f.Sort == "lastSync" {
		return past{}, errs.ShowNext(errs.Invalid, "Check-ins and removals of the past are not kept.", "Open the list of that day without them.")
	}
	p := past{scope: scope, at: at, f: f, still: &still{at: at, text: term(f.Q), fields: slices.Concat([]string{"gone"}, orderedThen[f.Sort], f.chosen())}}
	if t := p.still.text; t != "" {
		if !postgres.Printable(t) || len(t) > 200 {
			return past{}, errs.Show(errs.Invalid, "The search holds characters that cannot be searched for, or more than 200 of them.")
		}
		p.still.fields = append(p.still.fields, searchedThen...)
		if short(t) { // its index is one of beginnings only
			p.f.Q = ""
		}
	}
	p.f.still, p.f.CountMost = p.still, 0
	p.moved = f
	p.moved.Q = ""
	w := &postgres.Where{}
	one, err := conditions(w, scope, p.moved)
	if err != nil {
		return past{}, err
	}
	p.o, err = orderOf(f, one)
	return p, err
}

// chosen are the remembered fields that the filter chooses by.
func (f Filter) chosen() (fields []string) {
	for name, values := range map[string][]string{
		"compliance": f.Compliance, "os": f.OS, "os_version": f.OSVersion, "ownership": f.Ownership, "category": f.Category, "model": f.Model, "manufacturer": f.Manufacturer, "state": f.State,
	} {
		if len(values) > 0 {
			fields = append(fields, name)
		}
	}
	if f.Encrypted != nil {
		fields = append(fields, "encrypted")
	}
	return fields
}

// movers are the devices that changed since in what matters here, as they are now, named o.
func (p past) movers(w *postgres.Where) string {
	c := &postgres.Where{Args: w.Args}
	c.Within(p.scope, "tenant_id")
	c.And("field = ANY(?)", p.still.fields)
	c.And("at >= ?", p.at)
	w.Args = c.Args
	return `(SELECT DISTINCT tenant_id, device_id FROM device_change ` + c.SQL() + `) m
		CROSS  JOIN LATERAL (SELECT * FROM device x WHERE x.tenant_id = m.tenant_id AND x.id = m.device_id OFFSET 0) o`
}

// movedThen are the movers that matched at the moment, as they were, named d.
func (p past) movedThen(w *postgres.Where) (string, error) {
	at := w.Arg(p.at)
	from := asOf(p.movers(w), at)
	c := &postgres.Where{Args: w.Args}
	if _, err := conditions(c, p.scope, p.moved); err != nil {
		return "", err
	}
	if p.still.text != "" {
		c.And(textThen, p.still.text)
	}
	if err := p.o.After(c, p.moved.After); err != nil {
		return "", err
	}
	w.Args = c.Args
	return from + ` d ` + c.SQL(), nil
}

func (p past) pageSQL(limit int) (string, []any, error) {
	same, args, _, err := listSQL(p.scope, p.f, limit)
	if err != nil {
		return "", nil, err
	}
	w := &postgres.Where{Args: args}
	at := w.Arg(p.at)
	moved, err := p.movedThen(w)
	if err != nil {
		return "", nil, err
	}
	return `
		WITH same AS MATERIALIZED (SELECT tenant_id, id FROM (` + same + `) s)
		SELECT ` + columns + `, ` + p.o.Place() + `
		FROM  (SELECT * FROM ` + asOf(`same s CROSS JOIN LATERAL (SELECT * FROM device x WHERE x.tenant_id = s.tenant_id AND x.id = s.id OFFSET 0) o`, at) + ` d
		       UNION ALL
		       (SELECT * FROM ` + moved + ` ORDER BY ` + p.o.By() + limited(w, limit) + `)) d
		ORDER  BY ` + p.o.By() + limited(w, limit), w.Args, nil
}

// countSQL counts what movers add to a count of those that are still what they were.
func (p past) countSQL() (string, []any, error) {
	p.moved.After, p.f.After = "", ""
	w, _, from, err := source(p.scope, p.f)
	if err != nil {
		return "", nil, err
	}
	same := `SELECT count(*) FROM ` + from + ` ` + w.SQL()
	moved, err := p.movedThen(w)
	return `SELECT (` + same + `) + (SELECT count(*) FROM ` + moved + `)`, w.Args, err
}

// differenceSQL is by how many the count of the moment differs from that of now: movers that matched, less those that match, less what
// is new.
func (p past) differenceSQL() (string, []any, error) {
	p.moved.After = ""
	w := &postgres.Where{}
	moved, err := p.movedThen(w)
	if err != nil {
		return "", nil, err
	}
	now := p.movers(w)
	c := &postgres.Where{Args: w.Args}
	if _, err := conditions(c, p.scope, p.moved); err != nil {
		return "", nil, err
	}
	matching := c.SQL()
	fresh := &postgres.Where{Args: c.Args}
	if _, err := conditions(fresh, p.scope, p.moved); err != nil {
		return "", nil, err
	}
	fresh.And("d.first_seen_at >= ?", p.at)
	fresh.And(unmoved, p.at, p.still.fields)
	return `SELECT (SELECT count(*) FROM ` + moved + `)
		     - (SELECT count(*) FROM (SELECT o.* FROM ` + now + `) d ` + matching + `)
		     - (SELECT count(*) FROM device d ` + fresh.SQL() + `)`, fresh.Args, nil
}

// ListThen returns the devices as they were at a moment, as List does those of now. Of the past, check-ins, actions and storage are not
// kept: a filter or an order by them is errs.Invalid, and rows have no value for them.
func (s *Store) ListThen(ctx context.Context, scope tenant.Scope, at time.Time, f Filter) (Page, error) {
	limit := f.Limit
	if limit <= 0 {
		limit = 50
	}
	limit = min(limit, 500)
	p, err := newPast(scope, at, f)
	if err != nil {
		return Page{}, err
	}
	sql, args, err := p.pageSQL(limit + 1)
	if err != nil {
		return Page{}, err
	}
	page, err := s.page(ctx, s.pool.Planned(scope), sql, args, p.o, limit)
	if err != nil {
		return Page{}, err
	}
	if f.After == "" && page.Next == "" { // all of them are on this page
		page.Count = int64(len(page.Rows))
		return page, nil
	}
	page.Count, err = s.countThen(ctx, p)
	return page, err
}

// countThen adds what differs to the count of now, where counters know that one.
func (s *Store) countThen(ctx context.Context, p past) (n int64, err error) {
	sql, args, quick := tallied(p.scope, p.moved)
	if quick = quick && p.still.text == ""; quick {
		if err := s.pool.In(p.scope).QueryRow(ctx, sql, args...).Scan(&n); err != nil {
			return 0, fmt.Errorf("count devices: %w", postgres.BadInput(err))
		}
		sql, args, err = p.differenceSQL()
	} else {
		sql, args, err = p.countSQL()
	}
	if err != nil {
		return 0, err
	}
	var more int64
	if err := s.pool.In(p.scope).QueryRow(ctx, sql, args...).Scan(&more); err != nil {
		return 0, fmt.Errorf("count devices then: %w", postgres.BadInput(err))
	}
	return n + more, nil
}

// EachThen calls each for every device as it was at a moment, one row in memory at a time.
func (s *Store) EachThen(ctx context.Context, scope tenant.Scope, at time.Time, f Filter, each func(Device) error) error {
	p, err := newPast(scope, at, f)
	if err != nil {
		return err
	}
	w := &postgres.Where{Args: []any{at}}
	one, err := conditions(w, scope, p.moved)
	if err != nil {
		return err
	}
	if p.still.text != "" {
		w.And(textThen, p.still.text)
	}
	o, err := orderOf(f, one)
	if err != nil {
		return err
	}
	return s.stream(ctx, scope, func(tx pgx.Tx) error {
		sql := `SELECT ` + columns + ` FROM ` + asOf("device o", "$1") + ` d ` + w.SQL() + ` ORDER BY ` + o.By()
		return eachOf(ctx, tx, sql, w.Args, func(rows pgx.Rows) error {
			d, err := scan(rows)
			if err != nil {
				return fmt.Errorf("read devices: %w", err)
			}
			return each(d)
		})
	})
}
