package licences

import (
	"net/http"
	"strconv"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/organization"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// maxChanges is how many changes the page of a licence shows.
const maxChanges = 100

func (h *Handler) show(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	if !m.One() {
		return errs.NotFound // units are held by a tenant
	}
	sku, err := page.Param(r, "sku")
	if err != nil {
		return err
	}
	ctx := r.Context()
	l, err := h.Organizations.Licence(ctx, m.Tenant.ID, sku)
	if err != nil {
		return err
	}
	changes, err := h.Organizations.LicenceChanges(ctx, m.Tenant.ID, sku, maxChanges)
	if err != nil {
		return err
	}
	read, err := h.Sync.Freshness(ctx, m.Scope, graphsync.Organization)
	if err != nil {
		return err
	}
	v := newView(m, l, changes, read, page.ChromeOf(ctx).Now)
	return page.Answer(w, r, v, licencePage(page.Shell(r, m, v.Name), v))
}

// view is what a licence's page shows, and its JSON twin.
type view struct {
	row
	Plans       []string   `json:"service_plans"` // those that are provisioned
	FirstSeenAt *time.Time `json:"first_seen_at"` // null: before this was kept
	GoneAt      *time.Time `json:"gone_at,omitempty"`
	AsOf        *time.Time `json:"as_of"`
	Changes     []change   `json:"changes"`

	m    tenant.Membership
	now  time.Time
	line ui.Freshness
}

// change is one entry of the history, worded.
type change struct {
	At    time.Time `json:"at"`
	Field string    `json:"field"`
	Label string    `json:"label"`
	Old   string    `json:"old"`
	New   string    `json:"new"`
}

// labels are the fields of which history is kept, as the list calls them.
var labels = map[string]string{"status": "State", "enabled": "Units", "consumed": "Assigned", "warning": "In warning", "suspended": "Suspended", "gone": "Gone"}

func newView(m tenant.Membership, l organization.Licence, changes []organization.LicenceChange, read graphsync.Freshness, now time.Time) view {
	v := view{row: newRow(l), Plans: append([]string{}, l.Plans...), FirstSeenAt: page.Moment(l.FirstSeenAt), GoneAt: page.Moment(l.GoneAt), AsOf: page.Moment(read.AsOf), Changes: []change{},
		m: m, now: now, line: fresh.Line(read, m, now)}
	for _, c := range changes {
		v.Changes = append(v.Changes, change{c.At.UTC(), c.Field, labels[c.Field], said(c.Field, c.Old), said(c.Field, c.New)})
	}
	return v
}

// said words a value of the history.
func said(field, value string) string {
	if field == "status" {
		return stateOf(value).Text
	}
	if n, err := strconv.ParseInt(value, 10, 64); err == nil {
		return ui.N(n)
	}
	return value
}

// The parts of the page, ready to print.

func (v view) header() ui.PageHeader {
	chip := page.Chip(v.m.Tenant, "")
	return ui.PageHeader{Tenant: &chip, Context: []ui.Crumb{{Text: "Licences", URL: v.m.Path("/licences")}}, Title: v.Name, Pills: []ui.State{v.pill()}, Freshness: v.line}
}

// pill is the state, which is no longer one where the licence is gone.
func (v view) pill() ui.State {
	if v.GoneAt != nil {
		return ui.State{Shape: ui.ShapeNone, Text: "Gone"}
	}
	return stateOf(v.State)
}

func (v view) banner() *ui.Banner {
	if v.GoneAt == nil {
		return nil
	}
	return &ui.Banner{Kind: "unknown", Shape: ui.ShapeNone, Title: "The customer no longer has this licence.",
		Text: "The complete reading of " + ui.NewTime(*v.GoneAt, v.now).Title + " did not have it any more. The page shows what was read before."}
}

func (v view) facts() ui.Facts {
	n := func(label string, n int64) ui.Fact { return ui.Fact{Label: label, Value: ui.TextCell(ui.N(n))} }
	f := ui.Facts{Wide: true, Items: []ui.Fact{n("Units", v.Enabled), {Label: "Assigned", Value: v.assignedCell()}, n("Free", v.Free), n("In warning", v.Warning), n("Suspended", v.Suspended)}}
	if v.Assigned > v.Enabled+v.Warning {
		f.Items[1].Note = ui.N(v.Assigned-v.Enabled-v.Warning) + " more than there are"
	}
	f.Items = append(f.Items, ui.Fact{Label: "Part number", Value: ui.MonoCell(v.PartNumber)}, ui.Fact{Label: "For", Value: ui.TextCell(appliesWord(v.AppliesTo))}, ui.Fact{Label: "Intune in it", Value: ui.TextCell(v.intuneText())},
		ui.Fact{Label: "SKU id", Value: ui.CopyCell(v.SKU, short(v.SKU), "Copy SKU id")})
	return f
}

// short is the beginning of an id, enough to tell two apart by eye.
func short(id string) string {
	if r := []rune(id); len(r) > 13 {
		return string(r[:8]) + "…"
	}
	return id
}

func (v view) planSection() ui.Section {
	return ui.Section{Title: "Service plans", Count: ui.N(int64(len(v.Plans))), Rule: true}
}

func (v view) historySection() ui.Section {
	s := ui.Section{Title: "Timeline", Rule: true}
	if len(v.Changes) == maxChanges {
		s.Note = "The newest " + strconv.Itoa(maxChanges) + " changes"
	}
	return s
}

// timeline is what the readings saw, the newest first.
func (v view) timeline() (t ui.Timeline) {
	for _, c := range v.Changes {
		e := ui.Event{When: ui.NewTime(c.At, v.now), Icon: "edit", Text: c.Label + " changed", From: c.Old, To: c.New, Detail: "read " + ui.Clock(c.At, v.now).Text}
		switch {
		case c.Field == "gone" && c.New == "true":
			e.Icon, e.Text, e.From, e.To = "delete", "The customer no longer has it", "", ""
		case c.Field == "gone":
			e.Icon, e.Text, e.From, e.To = "arrow_undo", "The customer has it again", "", ""
		}
		t = append(t, e)
	}
	if v.FirstSeenAt != nil {
		t = append(t, ui.Event{When: ui.NewTime(*v.FirstSeenAt, v.now), Icon: "eye", Text: "First seen by the portal", Detail: "Changes before this are not known here."})
	}
	return t
}

// History has the words of this room's history, for the list of all changes.
var History = page.History{Labels: labels, Said: said}
