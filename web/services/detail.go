package services

import (
	"net/http"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/service"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// shownChanges is how many changes the page of an item shows.
const shownChanges = 100

func (h *Handler) show(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	if !m.One() {
		return errs.NotFound // an item is only ever shown inside its tenant
	}
	kind, err := page.Param(r, "kind")
	if err != nil {
		return err
	}
	id, err := page.Param(r, "item")
	if err != nil {
		return err
	}
	ctx := r.Context()
	watch, err := h.Services.Watch(ctx, page.ChromeOf(ctx).Now)
	if err != nil {
		return err
	}
	it, err := h.Services.Get(ctx, m.Tenant.ID, watch, service.Kind(kind), id)
	if err != nil {
		return err
	}
	changes, err := h.Services.Changes(ctx, m.Tenant.ID, it.Kind, id, shownChanges)
	if err != nil {
		return err
	}
	v := newView(m, it, changes, watch)
	return page.Answer(w, r, v, itemPage(page.Shell(r, m, v.Name), v))
}

// view is what an item's page shows, and its JSON twin.
type view struct {
	row
	LeadDays int      `json:"lead_days,omitempty"` // days of warning before the end
	Facts    []fact   `json:"facts"`
	Renewal  *renewal `json:"how_to_renew,omitempty"`
	Changes  []change `json:"changes"`

	m      tenant.Membership
	failed bool
}

// fact is one thing that Graph says of the item.
type fact struct {
	Name  string `json:"name"` // Graph's
	Label string `json:"label"`
	Value string `json:"value"`
}

// change is one entry of the history, worded.
type change struct {
	At    time.Time `json:"at"`
	Field string    `json:"field"`
	Label string    `json:"label"`
	Old   string    `json:"old"`
	New   string    `json:"new"`
}

func newView(m tenant.Membership, it service.Item, changes []service.Change, watch service.Watch) view {
	v := view{row: newRow(it, watch.Now), Facts: []fact{}, Changes: []change{}, Renewal: renewalOf(it), m: m, failed: it.Failed}
	if it.Kind.Ends() {
		v.LeadDays = watch.Lead.Of(it.Kind)
	}
	if it.Kind == service.PartnerSolution {
		s := solutionOf(it)
		v.Facts = append(v.Facts, fact{"solution.name", memberWord("solution.name"), s.Name}, fact{"solution.use", memberWord("solution.use"), s.Explanation})
	}
	for _, n := range it.Kind.Members() {
		if value, ok := it.Detail[n]; ok {
			v.Facts = append(v.Facts, fact{n, memberWord(n), page.Switch(readable(value))})
		}
	}
	for _, c := range changes {
		v.Changes = append(v.Changes, change{c.At.UTC(), c.Field, memberWord(c.Field), page.Switch(readable(c.Old)), page.Switch(readable(c.New))})
	}
	return v
}

// readable words a moment; any other value stays.
func readable(v string) string {
	if t, err := time.Parse(time.RFC3339, v); err == nil {
		return t.UTC().Format("2 Jan 2006, 15:04") + " UTC"
	}
	return v
}

func (v view) header() ui.PageHeader {
	chip := page.Chip(v.m.Tenant, "")
	h := ui.PageHeader{
		Tenant: &chip, Context: []ui.Crumb{{Text: "Services", URL: v.m.Path("/services")}, {Text: v.KindName, URL: v.m.Path("/services") + "?kind=" + v.Kind}},
		Title: v.Name, Pills: []ui.State{v.state}, Actions: fresh.ReadNow(v.m), Freshness: ui.Freshness{State: ui.ShapeUnknown, Never: "Not read yet"},
	}
	if v.ReadAt != nil {
		h.Freshness.State, h.Freshness.AsOf = ui.ShapeStale, ui.NewTime(*v.ReadAt, v.now)
		if v.Sure {
			h.Freshness.State = ui.ShapeOK
		}
		h.Freshness.Parts = []ui.Link{{Text: "where this comes from", URL: fresh.SyncURL(v.m, graphsync.Services)}}
	}
	return h
}

func (v view) banner() *ui.Banner {
	switch {
	case v.GoneAt != nil:
		return &ui.Banner{
			Kind: "unknown", Shape: ui.ShapeNone, Title: "This is no longer in Intune.",
			Text: "The complete reading of " + ui.NewTime(*v.GoneAt, v.now).Title + " did not have it any more. The page shows what was read before.",
		}
	case v.failed:
		return &ui.Banner{Kind: "unknown", Title: "You see what was read before.", Text: "The last attempt to read this kind did not succeed.", ActionText: "Show what was read", ActionURL: v.m.Path("/services/readings")}
	}
	return nil
}

func (v view) headFacts() ui.Facts {
	f := ui.Facts{Wide: true, Items: []ui.Fact{{Label: "Kind", Value: ui.TextCell(v.KindName)}, {Label: "State", Value: ui.Cell{State: &v.state}}}}
	if v.Type != "" {
		f.Items = append(f.Items, ui.Fact{Label: "Type", Value: ui.TextCell(typeWord(v.Type))})
	}
	if v.LeadDays > 0 {
		f.Items = append(f.Items, ui.Fact{Label: "Ends", Value: v.end()}, ui.Fact{Label: "Warning", Value: ui.TextCell(ui.Count(int64(v.LeadDays), "day", "days") + " before")})
	}
	if v.LastContact != nil {
		f.Items = append(f.Items, ui.Fact{Label: "Last contact", Value: when(v.LastContact, v.now)})
	}
	if v.ModifiedAt != nil {
		f.Items = append(f.Items, ui.Fact{Label: "Changed", Value: when(v.ModifiedAt, v.now)})
	}
	return f
}

func (v view) end() ui.Cell {
	if v.EndsAt == nil {
		return ui.TextCell("no end is given")
	}
	t := ui.NewTime(*v.EndsAt, v.now)
	t.Text = ui.Date(*v.EndsAt, v.now)
	switch days, over := *v.DaysLeft, v.EndsAt.Before(v.now); {
	case days == 0 && over:
		t.Text += ", less than a day ago"
	case days == 0:
		t.Text += ", within a day"
	case over:
		t.Text += ", " + ui.Count(int64(-days), "day", "days") + " ago"
	default:
		t.Text += ", in " + ui.Count(int64(days), "day", "days")
	}
	return ui.TimeCell(t)
}

func (v view) factList() ui.Facts {
	var f ui.Facts
	for _, it := range v.Facts {
		f.Items = append(f.Items, ui.Fact{Label: it.Label, Value: ui.TextCell(it.Value)})
	}
	f.Items = append(f.Items, ui.Fact{Label: "Id", Value: ui.MonoCell(v.ID)})
	return f
}

func (r renewal) steps() ui.Numbered {
	var n ui.Numbered
	for _, s := range r.Steps {
		n = append(n, ui.Spans{{Text: s}})
	}
	return n
}

func (v view) timeline() ui.Timeline {
	var t ui.Timeline
	for _, c := range v.Changes {
		e := ui.Event{When: ui.NewTime(c.At, v.now), Icon: "edit", Text: c.Label, From: c.Old, To: c.New}
		if c.Field == "gone" {
			e = ui.Event{When: e.When, Icon: "arrow_undo", Text: "It is in Intune again."}
		}
		t = append(t, e)
	}
	return t
}
