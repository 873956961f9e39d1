package devices

import (
	"context"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/deviceaction"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// logs asks Microsoft on the tab that says so. A device that is gone is not asked for.
func (h *Handler) logs(ctx context.Context, tid tenant.ID, d device.Device, t tab) (graphsync.LiveReading[[]device.Log], error) {
	if h.Details == nil {
		return graphsync.LiveReading[[]device.Log]{}, nil
	}
	if t == tabDiagnostics && d.GoneAt.IsZero() {
		return h.Details.Logs(ctx, tid, d.ID)
	}
	return h.Details.KeptLogs(ctx, tid, d.ID)
}

// diagnostics are the collections of a device's logs that Intune has, and since when that is known.
type diagnostics struct {
	ReadAt  *time.Time     `json:"read_at"` // nil: never read, so unknown
	ReadNow bool           `json:"read_now"`
	List    []collected    `json:"list"`
	Trouble *fresh.Trouble `json:"trouble,omitempty"`
}

type collected struct {
	ID          string     `json:"id"`
	State       string     `json:"state"`
	StateName   string     `json:"state_name"`
	By          string     `json:"by"`
	RequestedAt *time.Time `json:"requested_at"`
	ReceivedAt  *time.Time `json:"received_at"`
	ExpiresAt   *time.Time `json:"expires_at"`
	KB          int64      `json:"kb"`

	state ui.State
	ready bool // to be downloaded
}

func newDiagnostics(tid tenant.ID, l graphsync.LiveReading[[]device.Log], now time.Time) diagnostics {
	d := diagnostics{ReadAt: page.Moment(l.ReadAt), ReadNow: l.Now, Trouble: fresh.NewTrouble(tid, l.Trouble), List: []collected{}}
	for _, w := range l.Value {
		c := collected{
			ID: w.ID, State: w.State, By: w.By, RequestedAt: page.Moment(w.RequestedAt), ReceivedAt: page.Moment(w.ReceivedAt), ExpiresAt: page.Moment(w.ExpiresAt), KB: w.KB,
			state: logState(w, l.Trouble.Kind != "", now), ready: downloadable(w, now),
		}
		c.StateName = c.state.Text
		d.List = append(d.List, c)
	}
	return d
}

func ended(w device.Log, now time.Time) bool {
	return !w.ExpiresAt.IsZero() && !now.Before(w.ExpiresAt)
}

func downloadable(w device.Log, now time.Time) bool { return w.State == "completed" && !ended(w, now) }

// logState words how far a collection is. What a failed look has kept is what was.
func logState(w device.Log, old bool, now time.Time) ui.State {
	switch {
	case ended(w, now):
		return ui.State{Shape: ui.ShapeNone, Text: "Expired"}
	case w.State == "completed" && old:
		return ui.State{Shape: ui.ShapeStale, Text: "Was: ready"}
	case w.State == "completed":
		return ui.State{Shape: ui.ShapeOK, Text: "Ready"}
	case w.State == "failed":
		return ui.State{Shape: ui.ShapeBad, Text: "Failed"}
	case w.State == "pending":
		return ui.State{Shape: ui.ShapePending, Text: "Waits for the device"}
	}
	return ui.State{Shape: ui.ShapeUnknown, Text: "Unknown"}
}

func (v view) diagnosticsURL() string { return v.URL + string(tabDiagnostics) }

func (v view) diagnosticsSection() ui.Section {
	s := ui.Section{Title: "Diagnostics", ID: "diagnostics"}
	if v.Diagnostics.ReadAt != nil {
		s.Count, s.AsOf = ui.N(int64(len(v.Diagnostics.List))), ui.NewTime(*v.Diagnostics.ReadAt, v.chrome.Now)
	}
	return s
}

func (v view) diagnosticsTable() ui.Table {
	t := ui.Table{ID: "collected", Caption: "Diagnostics, the newest first", Inset: true, Light: true, Columns: []ui.Column{
		{Key: "requested", Label: "Asked for", Width: 100}, {Key: "state", Label: "State", Kind: ui.KindState, Width: 170}, {Key: "by", Label: "By", Phone: "line"},
		{Key: "size", Label: "Size", Kind: ui.KindNumber, Width: 74, Priority: 2}, {Key: "expires", Label: "Deleted", Kind: ui.KindTime, Width: 84, Priority: 2, Phone: "hide"}, {Key: "get", Label: "Download", Width: 96, Phone: "line"},
	}}
	for _, c := range v.Diagnostics.List {
		name, by, size, ends, get := "No time given", ui.QuietCell("Intune itself"), ui.TextCell(""), ui.TextCell(""), ui.TextCell("")
		if c.RequestedAt != nil {
			name = ui.Clock(*c.RequestedAt, v.chrome.Now).Text
		}
		if c.By != "" {
			by = ui.TextCell(c.By)
		}
		if c.ready {
			size = ui.TextCell(memory(min(c.KB, math.MaxInt64>>10) << 10))
		}
		if c.ExpiresAt != nil {
			ends = ui.TimeCell(ui.Future(*c.ExpiresAt, v.chrome.Now))
		}
		if c.ready && v.m.May(tenant.MayAct) {
			get = ui.LinkCell("Download", v.diagnosticsURL()+"/"+url.PathEscape(c.ID))
		}
		t.Rows = append(t.Rows, ui.Row{Name: name, Cells: []ui.Cell{{State: &c.state}, by, size, ends, get}})
	}
	return t
}

// diagnosticsNote says what an empty list means, and how the download works.
func (v view) diagnosticsNote() string {
	d := v.Diagnostics
	switch {
	case d.ReadAt == nil && d.Trouble != nil:
		return "Which diagnostics Intune has is unknown: " + d.Trouble.Sentence
	case d.ReadAt == nil:
		return "Which diagnostics Intune has is read from Microsoft when somebody looks; nobody did yet, so it is unknown here."
	case len(d.List) == 0:
		return "Intune has none of this device."
	}
	return "The download is made as you, straight from Microsoft, and the customer’s log names you. Intune keeps ten collections, each for 28 days."
}

// collect leads to the confirmation, where the device can be asked.
func (v view) collect() *ui.Action {
	for _, a := range v.Acts {
		if a.Kind == deviceaction.Diagnostics && a.Available {
			return &ui.Action{Text: a.Name, URL: actURL(v.m.Tenant.ID, v.ID, a.Kind)}
		}
	}
	return nil
}

// download sends the person on to where Microsoft keeps the diagnostics. The address is a secret: it stands in this answer alone.
func (h *Asker) download(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	if !m.One() {
		return errs.NotFound
	}
	ctx := r.Context()
	id, err := page.Param(r, "device")
	if err != nil {
		return err
	}
	log, err := page.Param(r, "log")
	if err != nil {
		return err
	}
	d, err := h.Devices.Get(ctx, m.Tenant.ID, id)
	if err != nil {
		return err
	}
	known, err := h.Details.KeptLogs(ctx, m.Tenant.ID, id)
	if err != nil {
		return err
	}
	i, c := slices.IndexFunc(known.Value, func(l device.Log) bool { return l.ID == log }), page.ChromeOf(ctx)
	switch {
	case i < 0:
		return errs.NotFound
	case !downloadable(known.Value[i], c.Now):
		return errs.ShowNext(errs.Conflict, "These diagnostics are "+strings.ToLower(logState(known.Value[i], false, c.Now).Text)+", so there is nothing to download.", "Look at the device’s diagnostics again.")
	case c.SignedIn(m.Tenant.ID) == nil && !page.WantsJSON(r):
		return page.SeeOther(w, r, page.SignInAt(m.Tenant.ID, deviceURL(m.Tenant.ID, id)+string(tabDiagnostics)))
	}
	at, err := h.Acts.LogAddress(ctx, m.Person, asTarget(d), log, middleware.RequestID(ctx))
	if err != nil {
		return err
	}
	w.Header().Set("Location", at)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.WriteHeader(http.StatusSeeOther) // without a body, which would repeat the address
	return nil
}
