// Package activity serves what people and the portal did, newest first, in one tenant or over all that one may see. Records are never
// changed here; internal/audit keeps them in a chain.
package activity

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// Handler serves the room.
type Handler struct {
	Audit   *audit.Store
	Tenants *tenant.Store
}

// Mount adds the list, over all tenants or inside one.
func (h *Handler) Mount(r page.Router) { r.Get("/activity", h.list) }

// row is one record for people and the JSON twin.
type row struct {
	TenantID   string         `json:"tenant_id"`
	TenantName string         `json:"tenant_name"`
	Seq        int64          `json:"seq"`
	At         time.Time      `json:"at"`
	Actor      string         `json:"actor"`
	Action     string         `json:"action"`
	What       string         `json:"what"` // the action as people read it
	Object     string         `json:"object"`
	Detail     map[string]any `json:"detail"`
	RequestID  string         `json:"request_id"`
	Hash       string         `json:"hash"`

	tenant tenant.Tenant
	now    time.Time
}

var kinds = []page.Option{
	{Value: "consent", Label: "Consent"}, {Value: "tenant", Label: "Customers"}, {Value: "signin", Label: "Sign-ins"}, {Value: "staff", Label: "Staff"}, {Value: "sync", Label: "Sync"}, {Value: "evidence", Label: "Evidence"}, {Value: "brake", Label: "Approvals"},
	{Value: "device", Label: "Actions on devices"}, {Value: "diagnostics", Label: "Diagnostics"}, {Value: "incident", Label: "Incidents"}, {Value: "alert", Label: "Alerts"}, {Value: "hunting", Label: "Hunting"}, {Value: "guest", Label: "Guests"},
	{Value: "provisioning", Label: "Provisioning"}, {Value: "gdap", Label: "GDAP"}, {Value: "review", Label: "Reviews"}, {Value: "group", Label: "Groups"}, {Value: "setting", Label: "Settings"},
}

var spec = page.Spec{Filters: []page.Filter{{Name: "action", Label: "What", Options: kinds}, {Name: "actor", Label: "Who"}}, Placeholder: "Person, action or object", Tenants: true}

var columns = []page.Column[row]{
	{Key: "what", Label: "What happened", Width: 270, Text: func(r row) string { return r.What }},
	{Key: "who", Label: "Who", Width: 310, Cell: func(r row) ui.Cell { return ui.TextCell(r.Actor) }, Text: func(r row) string { return r.Actor }},
	{Key: "customer", Label: "Customer", Kind: ui.KindTenant, Priority: 2, Width: 190, Cell: func(r row) ui.Cell { return ui.TenantCell(page.Chip(r.tenant, "/activity")) }, Text: func(r row) string { return r.TenantName }},
	{Key: "object", Label: "On", Priority: 2, Cell: objectCell, Text: func(r row) string { return r.Object }},
	{Key: "at", Label: "When", Kind: ui.KindTime, Width: 130, Cell: func(r row) ui.Cell { return ui.TimeCell(ui.NewTime(r.At, r.now)) }, Text: func(r row) string { return r.At.Format(time.RFC3339Nano) }},
	{Key: "seq", Label: "Record", Kind: ui.KindNumber, Priority: 3, Width: 96, Cell: func(r row) ui.Cell { return ui.QuietCell(strconv.FormatInt(r.Seq, 10)) }, Text: func(r row) string { return strconv.FormatInt(r.Seq, 10) }},
	{Key: "detail", Label: "Detail", Exact: true, Text: func(r row) string { b, _ := json.Marshal(r.Detail); return string(b) }},
	{Key: "hash", Label: "Hash", Exact: true, Text: func(r row) string { return r.Hash }},
}

// objectCell leaves out the tenant itself, which has a column of its own.
func objectCell(r row) ui.Cell {
	if r.Object == r.TenantID {
		return ui.Cell{}
	}
	return ui.QuietCell(r.Object)
}

const pageSize = 50

func (h *Handler) list(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	f := audit.Filter{Q: q.Q, Action: q.Get("action"), Actor: q.Get("actor"), Limit: pageSize + 1}
	if f.After, err = parseCursor(q.After); err != nil {
		return err
	}
	names, err := h.names(r.Context(), m)
	if err != nil {
		return err
	}
	now := page.ChromeOf(r.Context()).Now
	found, err := h.Audit.ListAcrossTenants(r.Context(), m.Scope, f)
	if err != nil {
		return err
	}
	count, err := h.Audit.Count(r.Context(), m.Scope, f)
	if err != nil {
		return err
	}
	l := page.List[row]{
		Title: "Activity", One: "record", Many: "records", Caption: "What happened, the newest first", M: m, Query: q, Spec: spec, Columns: columns, Count: int64(count),
		Lead:  "What people and the portal did. Each record carries the hash of the one before it in its customer's chain.",
		Empty: ui.Empty{Kind: ui.EmptyNone, Icon: "history", Title: "Nothing happened yet", Lines: []string{"What people do here is recorded."}},
		Each:  h.each(m, f, names, now),
	}
	if len(found) > pageSize {
		found = found[:pageSize]
		l.Next = cursor(found[pageSize-1].Cursor())
	}
	for _, rec := range found {
		l.Rows = append(l.Rows, newRow(rec, names, now))
	}
	if m.One() {
		l.Columns = append(columns[:2:2], columns[3:]...)
	}
	return l.Serve(w, r)
}

func (h *Handler) names(ctx context.Context, m tenant.Membership) (map[tenant.ID]tenant.Tenant, error) {
	all, err := h.Tenants.List(ctx, m.Scope)
	if err != nil {
		return nil, err
	}
	names := make(map[tenant.ID]tenant.Tenant, len(all))
	for _, t := range all {
		names[t.ID] = t
	}
	return names, nil
}

func newRow(rec audit.Record, names map[tenant.ID]tenant.Tenant, now time.Time) row {
	t, ok := names[rec.Tenant]
	if !ok {
		t = tenant.Tenant{ID: rec.Tenant, Mark: -1}
	}
	return row{
		TenantID: rec.Tenant.String(), TenantName: t.Name(), Seq: rec.Seq, At: rec.At, Actor: rec.Actor, Action: rec.Action, What: capital(page.ActionWords(rec.Action)), Object: rec.Object,
		Detail: rec.Detail, RequestID: rec.RequestID, Hash: fmt.Sprintf("%x", rec.Hash), tenant: t, now: now,
	}
}

// capital begins a line with a capital letter: the words are made to follow a name.
func capital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}

func (h *Handler) each(m tenant.Membership, f audit.Filter, names map[tenant.ID]tenant.Tenant, now time.Time) func(context.Context) iter.Seq2[row, error] {
	return func(ctx context.Context) iter.Seq2[row, error] {
		return func(yield func(row, error) bool) {
			f.After, f.Limit = audit.Cursor{}, 1000
			for {
				found, err := h.Audit.ListAcrossTenants(ctx, m.Scope, f)
				if err != nil {
					yield(row{}, err)
					return
				}
				for _, rec := range found {
					if !yield(newRow(rec, names, now), nil) {
						return
					}
				}
				if len(found) < f.Limit {
					return
				}
				f.After = found[len(found)-1].Cursor()
			}
		}
	}
}

func cursor(c audit.Cursor) string {
	return c.At.UTC().Format(time.RFC3339Nano) + " " + c.Tenant.String() + " " + strconv.FormatInt(c.Seq, 10)
}

func parseCursor(s string) (audit.Cursor, error) {
	if s == "" {
		return audit.Cursor{}, nil
	}
	wrong := errs.ShowNext(errs.Invalid, "The place in the list is not one that this list gave.", "Open the list from its beginning.")
	parts := strings.Split(s, " ")
	if len(parts) != 3 {
		return audit.Cursor{}, wrong
	}
	at, err1 := time.Parse(time.RFC3339Nano, parts[0])
	id, err2 := tenant.ParseID(parts[1])
	seq, err3 := strconv.ParseInt(parts[2], 10, 64)
	if err1 != nil || err2 != nil || err3 != nil {
		return audit.Cursor{}, wrong
	}
	return audit.Cursor{At: at, Tenant: id, Seq: seq}, nil
}
