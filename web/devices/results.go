package devices

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

var resultNoun = fresh.Noun{One: "result", Many: "results", Whole: "results of remote actions in Intune", Icon: "flash"}

// spellings are the names that Intune has for an action, by its words; the first, the shortest, stands in addresses.
var spellings = func() map[string][]string {
	of := map[string][]string{}
	for name, words := range actionWords {
		of[words] = append(of[words], name)
	}
	for _, names := range of {
		slices.SortFunc(names, func(a, b string) int {
			if len(a) != len(b) {
				return len(a) - len(b)
			}
			return strings.Compare(a, b)
		})
	}
	return of
}()

var actionOptions = func() []page.Option {
	out := make([]page.Option, 0, len(spellings))
	for words, names := range spellings {
		out = append(out, page.Option{Value: names[0], Label: words})
	}
	slices.SortFunc(out, func(a, b page.Option) int { return strings.Compare(a.Label, b.Label) })
	return out
}()

// since are the spans of the filter by start, in days.
var since = []page.Option{{Value: "1", Label: "in the last 24 hours"}, {Value: "7", Label: "in the last 7 days"}, {Value: "30", Label: "in the last 30 days"}}

func resultSpec(m tenant.Membership) page.Spec {
	s := page.Spec{
		Sorts: []string{"-started", "device"},
		Filters: []page.Filter{
			{Name: "action", Label: "Action", Options: actionOptions},
			{Name: "state", Label: "State", Options: optionsOf(actionStates, []string{"failed", "notSupported", "pending", "active", "done", "canceled", "none"})},
			{Name: "since", Label: "Started", Options: since},
		},
	}
	if !m.One() {
		s.Sorts = append(s.Sorts, "customer")
		s.Filters = append(s.Filters, page.ByCustomer)
	}
	return s
}

func resultFilter(q page.Query, now time.Time) (device.ResultFilter, error) {
	f := device.ResultFilter{State: q.Values["state"], Sort: q.Sort, Desc: q.Desc, After: q.After, Limit: pageSize}
	for _, name := range q.Values["action"] {
		f.Action = append(f.Action, spellings[actionWords[name]]...)
	}
	for _, v := range q.Values["since"] { // of several the longest, as values of one field are alternatives
		days, err := strconv.Atoi(v)
		if err != nil {
			return f, err
		}
		if at := now.AddDate(0, 0, -days); f.Since.IsZero() || at.Before(f.Since) {
			f.Since = at
		}
	}
	var err error
	f.Tenants, err = q.Customers()
	return f, err
}

// outcome is a row of the list of results, and its JSON twin.
type outcome struct {
	Device    string         `json:"device"`
	DeviceID  string         `json:"device_id"`
	Tenant    page.TenantRef `json:"tenant"`
	Action    string         `json:"action"` // as Intune spells it
	Words     string         `json:"action_words"`
	State     string         `json:"state"`
	StartedAt *time.Time     `json:"started_at"` // null: Intune does not say
	UpdatedAt *time.Time     `json:"updated_at"`
	ErrorCode int64          `json:"error_code,omitempty"`
	URL       string         `json:"url"`
}

func newOutcome(r device.Result) outcome {
	o := outcome{Device: r.Device, DeviceID: r.DeviceID, Tenant: page.TenantRef{ID: r.Tenant, Name: r.TenantName}, Action: r.Name, Words: worded(actionWords, r.Name),
		State: r.State, StartedAt: page.Moment(r.StartedAt), UpdatedAt: page.Moment(r.UpdatedAt), ErrorCode: r.ErrorCode, URL: deviceURL(r.Tenant, r.DeviceID) + string(tabResults)}
	if o.Device == "" {
		o.Device = "Device without a name"
	}
	return o
}

func resultTime(t *time.Time, now time.Time) ui.Cell {
	if t == nil {
		return ui.UnknownCell("Intune does not say")
	}
	return ui.TimeCell(ui.NewTime(*t, now))
}

func resultColumns(m tenant.Membership, now time.Time) []page.Column[outcome] {
	cs := []page.Column[outcome]{{Key: "device", Label: "Device", Sort: "device", Text: func(o outcome) string { return o.Device }}}
	if !m.One() {
		cs = append(cs, page.CustomerColumn(190, func(o outcome) page.TenantRef { return o.Tenant }))
	}
	return append(cs,
		page.Column[outcome]{Key: "action", Label: "Action", Priority: 1, Phone: "line", Width: 230, Text: func(o outcome) string { return o.Words }, Cell: func(o outcome) ui.Cell { return ui.TextCell(o.Words) }},
		page.Column[outcome]{Key: "state", Label: "State", Kind: ui.KindState, Priority: 1, Width: 150, Text: func(o outcome) string { return resultState(o.State).Text },
			Cell: func(o outcome) ui.Cell { s := resultState(o.State); return ui.StateCell(s.Shape, s.Text) }},
		page.Column[outcome]{Key: "started", Label: "Started", Kind: ui.KindTime, Sort: "started", Priority: 1, Width: 130, Text: func(o outcome) string { return exact(o.StartedAt) }, Cell: func(o outcome) ui.Cell { return resultTime(o.StartedAt, now) }},
		page.Column[outcome]{Key: "updated", Label: "Last updated", Kind: ui.KindTime, Priority: 2, Phone: "hide", Width: 130, Text: func(o outcome) string { return exact(o.UpdatedAt) }, Cell: func(o outcome) ui.Cell { return resultTime(o.UpdatedAt, now) }},
		page.Column[outcome]{Key: "error", Label: "Error code", Exact: true, Text: func(o outcome) string {
			if o.ErrorCode == 0 {
				return ""
			}
			return strconv.FormatInt(o.ErrorCode, 10)
		}},
		page.Column[outcome]{Key: "name", Label: "Action in Intune", Exact: true, Text: func(o outcome) string { return o.Action }},
		page.Column[outcome]{Key: "id", Label: "Intune device id", Exact: true, Text: func(o outcome) string { return o.DeviceID }},
		page.Column[outcome]{Key: "tenant", Label: "Tenant id", Exact: true, Text: func(o outcome) string { return o.Tenant.ID.String() }},
	)
}

// results is the list of what became of remote actions, whoever sent them, the last started first.
func (h *Handler) results(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	ctx, spec := r.Context(), resultSpec(m)
	now := page.ChromeOf(ctx).Now
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	f, err := resultFilter(q, now)
	if err != nil {
		return err
	}
	f.CountMost = page.CountMost(r)
	read, err := h.Sync.Freshness(ctx, m.Scope, graphsync.Devices)
	if err != nil {
		return err
	}
	var found device.ResultPage
	if !q.CSV {
		if found, err = h.Devices.Results(ctx, m.Scope, f); err != nil {
			return err
		}
	}
	l := page.List[outcome]{
		Title: "Results of remote actions", One: resultNoun.One, Many: resultNoun.Many, M: m, Query: q, Spec: spec, Columns: resultColumns(m, now),
		URL: func(o outcome) string { return o.URL }, Count: found.Count, More: found.More, Next: found.Next, AsOf: read.AsOf, Freshness: fresh.Line(read, m, now),
		Actions: fresh.ReadNow(m), Above: listTabs(m, partResults),
		Each: page.Streamed(func(ctx context.Context, each func(device.Result) error) error {
			return h.Devices.EachResult(ctx, m.Scope, f, each)
		}, newOutcome),
	}
	for _, v := range found.Rows {
		l.Rows = append(l.Rows, newOutcome(v))
	}
	if len(l.Rows) == 0 && !q.CSV {
		if l.Empty, err = fresh.EmptyList(resultNoun, read, m, q, now, func() (int64, error) {
			all, err := h.Devices.Results(ctx, m.Scope, device.ResultFilter{Limit: 1})
			return all.Count, err
		}); err != nil {
			return err
		}
	}
	return l.Serve(w, r)
}
