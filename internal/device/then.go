package device

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

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

// tenantKeyOf is how the customer of o sorts.
const tenantKeyOf = `COALESCE((SELECT ` + postgres.TenantKey + ` FROM tenant t WHERE t.tenant_id = o.tenant_id), o.tenant_id::text) COLLATE "C"`

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
		       ` + tenantKeyOf + ` AS tenant_key,
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
	s.textThen(w)
}

// searchedThen are the fields of a search of the past: see textThen.
var searchedThen = []string{"name", "serial", "upn", "user_name", "imei", "meid", "wifi_mac", "entra_device_id"}

// textThen adds the condition that a device held each word of the text, as it was.
func (s *still) textThen(w *postgres.Where) {
	if s.text == "" {
		return
	}
	const texts = `lower(concat_ws(E'\n', d.name, d.serial, d.upn, d.user_name, d.imei, d.meid, d.wifi_mac, translate(d.wifi_mac, ':-.', '')))`
	for _, word := range postgres.Words(s.text) {
		or(w, `strpos(`+postgres.PlainSQL(texts, word)+`, ?) > 0`, word, s.text)
	}
}

// orderedThen are the remembered fields that an order is by.
var orderedThen = map[string][]string{
	"": {"name"}, "name": {"name"}, "serial": {"serial"}, "user": {"upn"}, "compliance": {"compliance", "name"}, "os": {"os", "name"}, "customer": {"name"},
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
	sql, args, err := p.sql(limit + 1)
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

// countThen adds what differs to the count of now. Where a text chooses, it counts what matched then instead.
func (s *Store) countThen(ctx context.Context, p past) (n int64, err error) {
	statement := p.differenceSQL
	if p.still.text != "" {
		statement = p.countSQL
	} else if n, err = s.Count(ctx, p.scope, p.moved); err != nil {
		return 0, err
	}
	sql, args, err := statement()
	if err != nil {
		return 0, err
	}
	var more int64
	if err := s.pool.Planned(p.scope).QueryRow(ctx, sql, args...).Scan(&more); err != nil {
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
	sql, args, err := p.sql(0)
	if err != nil {
		return err
	}
	return s.stream(ctx, scope, func(tx pgx.Tx) error {
		return eachOf(ctx, tx, sql, args, func(rows pgx.Rows) error {
			d, err := scan(rows)
			if err != nil {
				return fmt.Errorf("read devices: %w", err)
			}
			return each(d)
		})
	})
}
