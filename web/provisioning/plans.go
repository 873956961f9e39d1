package provisioning

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// Planner works plans off.
type Planner interface {
	Start(ctx context.Context, by tenant.Person, requestID string, p provisioning.Plan, lines []provisioning.PlanLine)
}

// MountPortal adds the pages of plans, which reach over customers.
func (h *Wizard) MountPortal(r page.Router) {
	r.GetFor("/provisioning/plans/new", tenant.MayAct, h.newPlan)
	r.Post("/provisioning/plans/new", tenant.MayAct, h.makePlan)
	r.GetFor("/provisioning/plans/{plan}", tenant.MayAct, h.plan)
	r.Post("/provisioning/plans/{plan}", tenant.MayAct, h.repeatPlan)
}

// mostCustomers is how many customers one plan takes.
const mostCustomers = 100

// planned is the plan that is being put together.
type planned struct {
	m         tenant.Membership
	template  provisioning.GalleryApp
	customers []tenant.Tenant
	signedIn  map[tenant.ID]bool
	name      string
	where     []string
	faults    page.Faults
	earlier   []provisioning.Plan
	chrome    page.Chrome
}

// newPlanned reads what is chosen and what there is to choose from. A customer out of reach is errs.NotFound. The gallery is the same for
// every tenant, so it is read in the partner's own.
func (h *Wizard) newPlanned(r *http.Request, m tenant.Membership, v url.Values) (p planned, err error) {
	ctx := r.Context()
	p = planned{m: m, name: strings.TrimSpace(v.Get("name")), where: v["customer"], faults: page.Faults{}, signedIn: map[tenant.ID]bool{}, chrome: page.ChromeOf(ctx)}
	if p.template, err = h.Acts.Template(ctx, h.Tenants.Home(), v.Get("template")); err != nil {
		return p, provisioning.InStep(provisioning.Appearing, err)
	}
	if p.customers, err = h.Tenants.List(ctx, m.Scope); err != nil {
		return p, err
	}
	p.customers = slices.DeleteFunc(p.customers, func(t tenant.Tenant) bool { return t.Home })
	for _, t := range p.customers {
		p.signedIn[t.ID] = p.chrome.SignedIn(t.ID) != nil
	}
	for _, id := range p.where {
		if !slices.ContainsFunc(p.customers, func(t tenant.Tenant) bool { return t.ID.String() == id }) {
			return p, errs.NotFound
		}
	}
	p.earlier, err = h.Provisioning.Plans(ctx, m.Scope, 20)
	return p, err
}

func (h *Wizard) newPlan(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	p, err := h.newPlanned(r, m, url.Values{"template": {r.URL.Query().Get("template")}})
	if err != nil {
		return err
	}
	p.name = p.template.Name
	return page.Render(w, r, http.StatusOK, newPlanPage(page.Shell(r, m, p.title()), p))
}

func (h *Wizard) makePlan(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	form, err := page.Form(w, r)
	if err != nil {
		return err
	}
	p, err := h.newPlanned(r, m, form)
	if err != nil {
		return err
	}
	lines := p.lines()
	if len(p.faults) > 0 {
		return page.Render(w, r, http.StatusUnprocessableEntity, newPlanPage(page.Shell(r, m, p.title()), p))
	}
	ctx := r.Context()
	plan := provisioning.Plan{MadeAt: p.chrome.Now, MadeBy: m.Person.UPN, Template: p.template.ID, TemplateName: p.template.Name, AliveAt: p.chrome.Now}
	if plan.ID, err = h.Provisioning.CreatePlan(ctx, m.Scope, plan, lines); err != nil {
		return err
	}
	h.Plans.Start(ctx, m.Person, middleware.RequestID(ctx), plan, lines)
	return page.SeeOther(w, r, planURL(plan.ID))
}

// lines are the plan's customers, with the name that the application gets there; what is wrong is noted.
func (p *planned) lines() (lines []provisioning.PlanLine) {
	if !p.template.Automatic {
		p.faults.Add("name", "Microsoft cannot provision accounts into this application automatically.")
	}
	switch n := len(p.where); {
	case n == 0:
		p.faults.Add("customer", "Choose at least one customer.")
	case n > mostCustomers:
		p.faults.Add("customer", "Choose at most "+ui.N(mostCustomers)+" customers at once.")
	}
	for _, t := range p.customers {
		if !slices.Contains(p.where, t.ID.String()) {
			continue
		}
		l := provisioning.PlanLine{Tenant: t.ID, Outcome: provisioning.Waiting, Name: strings.TrimSpace(strings.ReplaceAll(p.name, placeholder, t.Name()))}
		if n := len([]rune(l.Name)); n == 0 || n > maxName {
			p.faults.Add("name", "Enter a name that has 1 to 120 characters for every customer.")
		}
		if !p.signedIn[t.ID] {
			p.faults.Add("customer", "You are not signed in at "+t.Name()+".")
		}
		lines = append(lines, l)
	}
	return lines
}

// placeholder stands for the customer in the name of the application.
const placeholder = "{customer}"

// planView is a plan with its customers, and its JSON twin.
type planView struct {
	Application string     `json:"application"`
	Running     bool       `json:"running"`
	Lines       []planLine `json:"lines"`

	m      tenant.Membership
	plan   provisioning.Plan
	repeat int64 // lines that trying again would try
	chrome page.Chrome
}

type planLine struct {
	Customer page.TenantRef `json:"customer"`
	Name     string         `json:"name"`
	Outcome  string         `json:"outcome"`
	Said     string         `json:"said"`
	Doctor   string         `json:"doctor,omitempty"` // the page that says what is behind a failure
	URL      string         `json:"url"`              // of the step that is next there; empty: nothing was tried yet

	line provisioning.PlanLine
}

func (h *Wizard) readPlan(r *http.Request, m tenant.Membership) (p provisioning.Plan, lines []provisioning.PlanLine, err error) {
	id, err := strconv.ParseInt(chi.URLParam(r, "plan"), 10, 64)
	if err != nil || id <= 0 {
		return p, nil, errs.NotFound
	}
	return h.Provisioning.Plan(r.Context(), m.Scope, id)
}

func (h *Wizard) plan(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	p, lines, err := h.readPlan(r, m)
	if err != nil {
		return err
	}
	v := newPlanView(m, p, lines, page.ChromeOf(r.Context()))
	shell := page.Shell(r, m, v.Application+" for several customers")
	if v.Running {
		shell.Refresh = waits
	}
	return page.Answer(w, r, v, planPage(shell, v))
}

func newPlanView(m tenant.Membership, p provisioning.Plan, lines []provisioning.PlanLine, c page.Chrome) planView {
	v := planView{Application: p.TemplateName, Running: p.Running(lines, c.Now), Lines: []planLine{}, m: m, plan: p, chrome: c}
	for _, l := range lines {
		x := planLine{Customer: page.TenantRef{ID: l.Tenant, Name: l.TenantName}, Name: l.Name, Outcome: string(l.Outcome), Said: l.Said, line: l}
		if l.Failure != "" {
			x.Doctor = fresh.FailureURL(l.Tenant, l.Failure)
		}
		switch {
		case l.SPID != "":
			x.URL = appURL(l.Tenant, l.SPID) + "/setup"
		case l.Outcome == provisioning.Failed || l.Outcome == provisioning.Unclear:
			x.URL = "/t/" + l.Tenant.String() + "/provisioning/new?" + url.Values{"template": {p.Template}}.Encode()
		}
		if !v.Running && l.Outcome != provisioning.Done && l.Outcome != provisioning.Unclear {
			v.repeat++
		}
		v.Lines = append(v.Lines, x)
	}
	return v
}

// repeatPlan tries again what failed, and nothing else.
func (h *Wizard) repeatPlan(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	p, _, err := h.readPlan(r, m)
	if err != nil {
		return err
	}
	ctx := r.Context()
	if err := h.Provisioning.AgainPlan(ctx, m.Scope, p.ID, page.ChromeOf(ctx).Now); err != nil {
		return err
	}
	p, lines, err := h.readPlan(r, m)
	if err != nil {
		return err
	}
	h.Plans.Start(ctx, m.Person, middleware.RequestID(ctx), p, lines)
	return page.SeeOther(w, r, planURL(p.ID))
}

func planURL(id int64) string { return "/provisioning/plans/" + strconv.FormatInt(id, 10) }

// The parts of the pages, ready to print.

func planHeader(title, lead string) ui.PageHeader {
	return ui.PageHeader{Context: []ui.Crumb{{Text: "Provisioning", URL: "/provisioning"}}, Title: title, Lead: lead}
}

func (p planned) title() string { return p.template.Name + " for several customers" }

func (p planned) customerChoice() ui.Choice {
	c := ui.Choice{Name: "customer", Legend: "Customers", Many: true, Error: p.faults["customer"], Hint: "Those where you are signed in can be chosen."}
	for _, t := range p.customers {
		o := ui.Option{Value: t.ID.String(), Label: t.Name(), Selected: slices.Contains(p.where, t.ID.String())}
		if !p.signedIn[t.ID] {
			o.Reason = "You are not signed in there."
		}
		c.Options = append(c.Options, o)
	}
	return c
}

func (p planned) earlierTable() ui.Table {
	t := ui.Table{ID: "plans", Caption: "Earlier plans, the newest first", Inset: true, Columns: []ui.Column{
		{Key: "name", Label: "Application"}, {Key: "by", Label: "By", Width: 260, Phone: "line"}, {Key: "at", Label: "Made", Kind: ui.KindTime, Width: 120},
	}}
	for _, x := range p.earlier {
		t.Rows = append(t.Rows, ui.Row{Name: x.TemplateName, URL: planURL(x.ID), Cells: []ui.Cell{ui.TextCell(x.MadeBy), ui.TimeCell(ui.NewTime(x.MadeAt, p.chrome.Now))}})
	}
	return t
}

var outcomeStates = map[provisioning.Outcome]ui.State{
	provisioning.Waiting: {Shape: ui.ShapePending, Text: "Waiting"}, provisioning.Working: {Shape: ui.ShapePending, Text: "Under way"}, provisioning.Done: {Shape: ui.ShapeOK, Text: "Job made"},
	provisioning.Failed: {Shape: ui.ShapeBad, Text: "Failed"}, provisioning.Unclear: {Shape: ui.ShapeUnknown, Text: "Unknown"},
}

func (v planView) table() ui.Table {
	t := ui.Table{ID: "lines", Caption: "Customers of the plan by name", Inset: true, Columns: []ui.Column{
		{Key: "customer", Label: "Customer", Width: 220}, {Key: "state", Label: "State", Kind: ui.KindState, Width: 130}, {Key: "name", Label: "Name there", Width: 240, Priority: 2},
		{Key: "said", Label: "What happened", Phone: "line"}, {Key: "why", Label: "Behind it", Width: 170, Priority: 2, Phone: "line"},
		{Key: "at", Label: "Changed", Kind: ui.KindTime, Width: 110, Priority: 3},
	}}
	for _, l := range v.Lines {
		state := outcomeStates[l.line.Outcome]
		t.Rows = append(t.Rows, ui.Row{Name: l.Customer.Name, URL: l.URL, Cells: []ui.Cell{{State: &state}, ui.TextCell(l.Name), ui.TextCell(l.Said), l.why(), ui.TimeCell(ui.NewTime(l.line.ChangedAt, v.chrome.Now))}})
	}
	return t
}

// why leads to what is behind a failure.
func (l planLine) why() ui.Cell {
	if l.Doctor == "" {
		return ui.TextCell("")
	}
	return ui.LinkCell(fresh.Why, l.Doctor)
}
