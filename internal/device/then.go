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

// then is a table like device, named d, with the devices as they were at a moment: each field is the old value of its first change after
// the moment, or else what it is now. $1 is the moment; what was first seen after it is not in it.
var then = func() string {
	var cols []string
	for _, c := range remembered {
		kind := keptTypes[c]
		if kind == "" {
			kind = "text"
		}
		cols = append(cols, fmt.Sprintf("CASE WHEN h.was ? '%[1]s' THEN NULLIF(h.was->>'%[1]s', %[2]s)::%[3]s ELSE o.%[1]s END AS %[1]s", c, emptied(kind), kind))
	}
	for c, value := range notKept {
		cols = append(cols, value+" AS "+c)
	}
	slices.Sort(cols)
	return `(
		SELECT w.*, lower(w.name) COLLATE "C" AS name_key, lower(w.serial) COLLATE "C" AS serial_key, lower(w.upn) COLLATE "C" AS user_key,
		       lower(COALESCE((SELECT COALESCE(NULLIF(t.display_name, ''), NULLIF(t.default_domain, '')) FROM tenant t WHERE t.tenant_id = w.tenant_id), w.tenant_id::text)) COLLATE "C" AS tenant_key
		FROM  (SELECT o.tenant_id, o.id, o.first_seen_at, o.first_seen_at AS changed_at,
		              CASE WHEN COALESCE((h.was->>'gone')::boolean, o.gone_at < $1, false) THEN $1::timestamptz END AS gone_at,
		              ` + strings.Join(cols, ",\n		              ") + `
		       FROM   device o
		       LEFT   JOIN (SELECT c.tenant_id, c.device_id, jsonb_object_agg(c.field, c.old) AS was
		                    FROM  (SELECT DISTINCT ON (tenant_id, device_id, field) tenant_id, device_id, field, old
		                           FROM   device_change
		                           WHERE  at >= $1
		                           ORDER  BY tenant_id, device_id, field, at, run) c
		                    GROUP  BY c.tenant_id, c.device_id) h ON h.tenant_id = o.tenant_id AND h.device_id = o.id
		       WHERE  o.first_seen_at < $1) w) d`
}()

// emptied is the text in the history that stands for no value: of a text, none does.
func emptied(kind string) string {
	if kind == "text" {
		return "NULL"
	}
	return "''"
}

// ListThen returns the devices as they were at a moment, as List does those of now. Of the past, check-ins, actions and storage are not
// kept: a filter or an order by them is errs.Invalid, and rows have no value for them.
func (s *Store) ListThen(ctx context.Context, scope tenant.Scope, at time.Time, f Filter) (Page, error) {
	limit := f.Limit
	if limit <= 0 {
		limit = 50
	}
	limit = min(limit, 500)
	sql, w, o, err := thenSQL(scope, at, f)
	if err != nil {
		return Page{}, err
	}
	counted := slices.Clone(w.Args)
	count := `SELECT count(*) FROM ` + then + ` ` + w.SQL()
	if err := o.After(w, f.After); err != nil {
		return Page{}, err
	}
	page, err := s.page(ctx, scope, sql(w)+limited(w, limit+1), w.Args, o, limit)
	if err != nil {
		return Page{}, err
	}
	if err := s.pool.In(scope).QueryRow(ctx, count, counted...).Scan(&page.Count); err != nil {
		return Page{}, fmt.Errorf("count devices then: %w", postgres.BadInput(err))
	}
	return page, nil
}

// EachThen calls each for every device as it was at a moment, one row in memory at a time.
func (s *Store) EachThen(ctx context.Context, scope tenant.Scope, at time.Time, f Filter, each func(Device) error) error {
	sql, w, _, err := thenSQL(scope, at, f)
	if err != nil {
		return err
	}
	return s.stream(ctx, scope, func(tx pgx.Tx) error {
		return eachOf(ctx, tx, sql(w), w.Args, func(rows pgx.Rows) error {
			var place []string
			d, err := scan(rows, &place)
			if err != nil {
				return fmt.Errorf("read devices: %w", err)
			}
			return each(d)
		})
	})
}

func thenSQL(scope tenant.Scope, at time.Time, f Filter) (func(*postgres.Where) string, *postgres.Where, postgres.Order, error) {
	if f.Gone || len(f.CheckIn) > 0 || f.UserID != "" || f.Sort == "lastSync" {
		return nil, nil, postgres.Order{}, errs.ShowNext(errs.Invalid, "Check-ins and removals of the past are not kept.", "Open the list of that day without them.")
	}
	q := term(f.Q)
	f.Q = ""
	w := &postgres.Where{Args: []any{at}}
	one, err := conditions(w, scope, f)
	if err != nil {
		return nil, nil, postgres.Order{}, err
	}
	if q != "" {
		if !postgres.Printable(q) || len(q) > 200 {
			return nil, nil, postgres.Order{}, errs.Show(errs.Invalid, "The search holds characters that cannot be searched for, or more than 200 of them.")
		}
		w.And(`strpos(lower(concat_ws(E'\n', d.name, d.serial, d.upn, d.user_name, d.imei, d.meid, d.wifi_mac)), ?) > 0`, q)
	}
	o, err := orderOf(f, one)
	return func(w *postgres.Where) string {
		return `SELECT ` + columns + `, ` + o.Place() + ` FROM ` + then + ` ` + w.SQL() + ` ORDER BY ` + o.By()
	}, w, o, err
}
