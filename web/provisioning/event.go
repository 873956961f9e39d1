package provisioning

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

func (h *Handler) event(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	if !m.One() {
		return errs.NotFound
	}
	principal, err := page.Param(r, "principal")
	if err != nil {
		return err
	}
	id, err := page.Param(r, "event")
	if err != nil {
		return err
	}
	ctx := r.Context()
	e, err := h.Provisioning.Event(ctx, m.Tenant.ID, id)
	if errors.Is(err, errs.NotFound) {
		return h.expired(ctx, m, principal, err)
	}
	if err != nil {
		return err
	}
	if e.SPID != principal {
		return errs.NotFound // the address names another application's event
	}
	read, err := h.Sync.Freshness(ctx, m.Scope, graphsync.ProvisioningLog)
	if err != nil {
		return err
	}
	v := newEventView(m, e, read, page.ChromeOf(ctx).Now)
	return page.Answer(w, r, v, eventPage(page.Shell(r, m, v.Object), v))
}

// expired says of a line that is not there why that may be, to who may see the application.
func (h *Handler) expired(ctx context.Context, m tenant.Membership, principal string, err error) error {
	app, unknown := h.Provisioning.Application(ctx, m.Tenant.ID, principal)
	if unknown != nil {
		return err
	}
	return errs.ShowNext(errs.NotFound, "This line is not in the log of "+appName(app.Name)+": it is kept no longer, or the address is wrong.",
		"Open the log of the application. "+keptText+" The portal keeps what it read for longer, but not for ever.")
}

// eventView is what an event's page shows, and its JSON twin.
type eventView struct {
	event
	AsOf         *time.Time `json:"as_of"`
	Application  string     `json:"application"`
	SourceSystem string     `json:"source_system"`
	TargetSystem string     `json:"target_system"`
	TargetID     string     `json:"target_id"`
	TargetType   string     `json:"target_type"`
	InitiatedBy  string     `json:"initiated_by"`
	CycleID      string     `json:"cycle_id"`
	ChangeID     string     `json:"change_id"`
	Category     string     `json:"error_category"`
	Recommended  string     `json:"recommended"`
	Steps        []step     `json:"steps"`
	Properties   []property `json:"properties"`

	m         tenant.Membership
	fresh     ui.Freshness
	principal string
}

type step struct {
	Title  string            `json:"title"`
	Name   string            `json:"name"`
	Status string            `json:"status"`
	Text   string            `json:"text"`
	Detail map[string]string `json:"details,omitempty"`
}

// property is a value that the event changed or would have changed; null is no value.
type property struct {
	Name string  `json:"name"`
	Old  *string `json:"old"`
	New  *string `json:"new"`
}

func newEventView(m tenant.Membership, e provisioning.Event, read graphsync.Freshness, now time.Time) eventView {
	v := eventView{
		event: newEvent(e, now), AsOf: page.Moment(read.AsOf), Application: appName(e.SPName), SourceSystem: e.SourceSystem, TargetSystem: e.TargetSystem,
		TargetID: e.TargetID, TargetType: e.TargetType, InitiatedBy: e.InitiatedBy, CycleID: e.CycleID, ChangeID: e.ChangeID, Category: e.ErrorCategory,
		Recommended: e.Recommended, Steps: []step{}, Properties: []property{}, m: m, fresh: fresh.Line(read, m, now), principal: e.SPID,
	}
	for _, s := range e.Steps() {
		v.Steps = append(v.Steps, step{stepWord(s.Type, s.Name), s.Name, s.Status, s.Description, shown(s.Details)})
	}
	for _, p := range e.Properties() {
		old, new := p.Old, p.New
		if secretName.MatchString(p.Name) {
			old, new = conceal(old), conceal(new)
		}
		v.Properties = append(v.Properties, property{p.Name, old, new})
	}
	return v
}

// shown leaves out the values of details whose name says secret.
func shown(details map[string]string) map[string]string {
	out := maps.Clone(details)
	for name := range out {
		if secretName.MatchString(name) {
			out[name] = hidden
		}
	}
	return out
}

func conceal(v *string) *string {
	if v == nil {
		return nil
	}
	s := hidden
	return &s
}

func (v eventView) header() ui.PageHeader {
	chip := page.Chip(v.m.Tenant, "")
	app := appURL(v.m.Tenant.ID, v.principal)
	return ui.PageHeader{
		Tenant: &chip, Title: v.Object, Pills: []ui.State{v.state}, Freshness: v.fresh,
		Context: []ui.Crumb{{Text: "Provisioning", URL: v.m.Path("/provisioning")}, {Text: v.Application, URL: app}, {Text: "Log", URL: app + "/log"}},
	}
}

// banner is what went wrong, as Microsoft words it.
func (v eventView) banner() *ui.Banner {
	if v.Reason == "" && v.ErrorCode == "" || strings.EqualFold(v.Status, "success") {
		return nil
	}
	b := &ui.Banner{Kind: "info", Title: v.ActionName + ": " + sentence(v.Reason), Text: v.Recommended, Mono: v.ErrorCode}
	switch v.state.Shape {
	case ui.ShapeBad:
		b.Kind = "bad"
	case ui.ShapeWarn:
		b.Kind = "warn"
	}
	return b
}

func (v eventView) headFacts() ui.Facts {
	at := ui.Clock(v.At, v.now)
	items := []ui.Fact{
		{Label: "Action", Value: ui.TextCell(v.ActionName)}, {Label: "When", Value: ui.TimeCell(at)}, {Label: "Took", Value: ui.TextCell(ui.N(v.DurationMS) + " ms")},
		{Label: "From", Value: ui.TextCell(v.SourceSystem)}, {Label: "To", Value: ui.TextCell(v.TargetSystem)}, {Label: "Started by", Value: ui.TextCell(v.InitiatedBy)},
	}
	for _, id := range []struct{ label, value string }{
		{"Object id", v.ObjectID}, {"Id in the target", v.TargetID}, {"Cycle", v.CycleID}, {"Change", v.ChangeID}, {"Event id", v.ID},
	} {
		if id.value != "" {
			items = append(items, ui.Fact{Label: id.label, Value: ui.CopyCell(id.value, short(id.value), "Copy: "+strings.ToLower(id.label))})
		}
	}
	return ui.Facts{Wide: true, Items: items}
}

func (v eventView) stepList() ui.StepList {
	var list ui.StepList
	for _, s := range v.Steps {
		item := ui.Step{Shape: statusState(s.Status).Shape, Title: s.Title + ": " + strings.ToLower(statusState(s.Status).Text), Text: s.Text}
		if len(s.Detail) > 0 {
			item.Evidence = ui.Code(lines(s.Detail))
		}
		list = append(list, item)
	}
	return list
}

// lines are details in a fixed order, one a line.
func lines(details map[string]string) string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(details)) {
		out = append(out, name+": "+details[name])
	}
	return strings.Join(out, "\n")
}

func (v eventView) propertyTable() ui.Table {
	would := "Became"
	if !strings.EqualFold(v.Status, "success") {
		would = "Would become"
	}
	t := ui.Table{ID: "properties", Caption: "Values of this event", Inset: true, Columns: []ui.Column{
		{Key: "name", Label: "Attribute", Width: 240}, {Key: "change", Label: "Before → " + strings.ToLower(would), Phone: "line"},
	}}
	for _, p := range v.Properties {
		t.Rows = append(t.Rows, ui.Row{Name: p.Name, Cells: []ui.Cell{ui.ViewCell(ui.Diff{From: said(p.Old), To: said(p.New)})}})
	}
	return t
}

// said is a value, or that there is none.
func said(v *string) string {
	switch {
	case v == nil:
		return "no value"
	case *v == "":
		return "empty"
	}
	return *v
}

func plainSection(title string, rule bool) ui.Section { return ui.Section{Title: title, Rule: rule} }
