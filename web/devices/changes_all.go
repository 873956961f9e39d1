package devices

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

var changeNoun = fresh.Noun{One: "change", Many: "changes", Whole: "changes of devices that the portal saw", Icon: "history"}

// changeFields offers what can change of a device, by its words; fields of one word are asked for together.
var changeFields = func() []page.Option {
	var out []page.Option
	for f, label := range fieldLabels {
		if at := slices.IndexFunc(out, func(o page.Option) bool { return o.Label == label }); at < 0 {
			out = append(out, page.Option{Value: f, Label: label})
		} else if f < out[at].Value {
			out[at].Value = f
		}
	}
	slices.SortFunc(out, func(a, b page.Option) int { return strings.Compare(a.Label, b.Label) })
	return out
}()

// sameWord are the fields with the words of that field.
func sameWord(field string) (out []string) {
	for f, label := range fieldLabels {
		if label == fieldLabels[field] {
			out = append(out, f)
		}
	}
	slices.Sort(out)
	return out
}

// allChangesSpec is that of what changed, change by change, over all customers.
var allChangesSpec = page.Spec{Filters: append([]page.Filter{{Name: "field", Label: "What changed", Options: changeFields}, page.ByCustomer}, changesSpec.Filters...)}

func allChangesFilter(q page.Query, now time.Time) (f device.ChangeFilter, err error) {
	f = device.ChangeFilter{After: q.After, Limit: pageSize}
	for _, v := range q.Values["field"] {
		f.Field = append(f.Field, sameWord(v)...)
	}
	if len(q.Values["from"]) > 1 || len(q.Values["to"]) > 1 {
		return f, errs.Show(errs.Invalid, "There is one beginning and one end.")
	}
	if v := q.Get("from"); v != "" {
		if f.From, _, err = bounds(v); err != nil {
			return f, err
		}
	}
	if v := q.Get("to"); v != "" {
		if _, f.To, err = bounds(v); err != nil {
			return f, err
		}
	}
	if f.From.After(now) || !f.From.IsZero() && !f.To.IsZero() && !f.From.Before(f.To) {
		return f, errs.ShowNext(errs.Invalid, "The beginning is not before the end.", "Choose an earlier beginning, or a later end.")
	}
	f.Tenants, err = q.Customers()
	return f, err
}

// seenChange is one change of a device that a reading saw, and its JSON twin.
type seenChange struct {
	DeviceID string         `json:"device_id"`
	Device   string         `json:"device"`
	Tenant   page.TenantRef `json:"tenant"`
	Field    string         `json:"field"`
	Label    string         `json:"label"`
	Old      string         `json:"old"`
	New      string         `json:"new"`
	At       time.Time      `json:"at"` // of the reading
	URL      string         `json:"url"`
}

func newSeenChange(c device.TenantChange) seenChange {
	return seenChange{DeviceID: c.DeviceID, Device: nameOf(device.Device{Name: c.DeviceName}), Tenant: page.TenantRef{ID: c.Tenant, Name: c.TenantName}, Field: c.Field, Label: fieldLabel(c.Field),
		Old: said(c.Field, c.Old), New: said(c.Field, c.New), At: c.At.UTC(), URL: deviceURL(c.Tenant, c.DeviceID) + "/history"}
}

// words are the change in a line.
func (c seenChange) words() string { return c.Label + ": " + c.Old + " → " + c.New }

func allChangesColumns(now time.Time) []page.Column[seenChange] {
	exactly := func(key, label string, get func(seenChange) string) page.Column[seenChange] {
		return page.Column[seenChange]{Key: key, Label: label, Exact: true, Text: get}
	}
	return []page.Column[seenChange]{
		{Key: "name", Label: "Device", Width: 220, Text: func(c seenChange) string { return c.Device }},
		{Key: "customer", Label: "Customer", Kind: ui.KindTenant, Priority: 1, Width: 190, Text: func(c seenChange) string { return c.Tenant.Name }, Cell: func(c seenChange) ui.Cell { return ui.TenantCell(c.Tenant.Chip()) }},
		{Key: "what", Label: "What changed", Priority: 1, Phone: "line", Text: seenChange.words, Cell: func(c seenChange) ui.Cell { return ui.TextCell(c.words()) }},
		{Key: "at", Label: "Read", Kind: ui.KindTime, Width: 130, Text: func(c seenChange) string { return page.Stamp(&c.At) }, Cell: func(c seenChange) ui.Cell { return ui.TimeCell(ui.NewTime(c.At, now)) }},
		exactly("field", "Field", func(c seenChange) string { return c.Field }),
		exactly("old", "Before", func(c seenChange) string { return c.Old }),
		exactly("new", "After", func(c seenChange) string { return c.New }),
		exactly("id", "Intune device id", func(c seenChange) string { return c.DeviceID }),
		exactly("tenant", "Tenant id", func(c seenChange) string { return c.Tenant.ID.String() }),
	}
}

// allChanges is the list of what readings saw change on devices of all customers, the newest first.
func (h *Handler) allChanges(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	q, err := allChangesSpec.Parse(r.URL)
	if err != nil {
		return err
	}
	ctx := r.Context()
	now := page.ChromeOf(ctx).Now.UTC()
	f, err := allChangesFilter(q, now)
	if err != nil {
		return err
	}
	if !f.From.IsZero() {
		if err := h.keptSince(ctx, f.From, now); err != nil {
			return err
		}
	}
	if !page.WantsJSON(r) && r.URL.Query().Get("count") != "exact" {
		f.CountMost = page.Enough
	}
	read, err := h.Sync.Freshness(ctx, m.Scope, graphsync.Devices)
	if err != nil {
		return err
	}
	var found device.ChangePage
	if !q.CSV {
		if found, err = h.Devices.ChangesAcrossTenants(ctx, m.Scope, f); err != nil {
			return err
		}
	}
	l := page.List[seenChange]{
		Title: "Changes", One: changeNoun.One, Many: changeNoun.Many, Caption: "Changes of devices, the newest first", M: m, Query: q, Spec: allChangesSpec, Columns: allChangesColumns(now),
		URL: func(c seenChange) string { return c.URL }, Count: found.Count, More: found.More, Next: found.Next, AsOf: read.AsOf, Freshness: fresh.Line(read, m, now),
		Each: page.Streamed(func(ctx context.Context, each func(device.TenantChange) error) error {
			return h.Devices.EachChangeAcrossTenants(ctx, m.Scope, f, each)
		}, newSeenChange),
	}
	for _, c := range found.Rows {
		l.Rows = append(l.Rows, newSeenChange(c))
	}
	if len(l.Rows) == 0 && !q.CSV {
		l.Empty = fresh.Empty(changeNoun, read, m, fresh.Search{Narrowed: q.Narrowed(), Clear: q.Clear()}, now)
	}
	return l.Serve(w, r)
}
