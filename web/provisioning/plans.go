package provisioning

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

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
	r.Get("/provisioning/plans", h.plans)
	r.GetFor("/provisioning/plans/new", tenant.MayAct, h.newPlan)
	r.Post("/provisioning/plans/new", tenant.MayAct, h.makePlan)
	r.Get("/provisioning/plans/{plan}", h.plan)
	r.Post("/provisioning/plans/{plan}", tenant.MayAct, h.goOn)
}

// mostCustomers is how many customers one plan takes.
const mostCustomers = 100

// planned is the plan that is being put together.
type planned struct {
	m         tenant.Membership
	template  provisioning.GalleryApp
	customers []tenant.Tenant
	signedIn  map[tenant.ID]bool
	name      string // with placeholders
	address   string // with placeholders
	where     []string
	each      bool // every customer has a name and an address of its own
	given     url.Values
	faults    page.Faults
}

// newPlanned reads what is chosen and what there is to choose from. A customer out of reach is errs.NotFound. The gallery is the same for
// every tenant, so it is read in the partner's own.
func (h *Wizard) newPlanned(r *http.Request, m tenant.Membership, v url.Values) (p planned, err error) {
	ctx := r.Context()
	p = planned{m: m, name: strings.TrimSpace(v.Get("name")), address: strings.TrimSpace(v.Get("address")), where: v["customer"], each: v.Get("each") != "", given: v, faults: page.Faults{}, signedIn: map[tenant.ID]bool{}}
	if p.template, err = h.Acts.Template(ctx, h.Tenants.Home(), v.Get("template")); err != nil {
		return p, provisioning.InStep(provisioning.Appearing, err)
	}
	if p.customers, err = h.Tenants.List(ctx, m.Scope); err != nil {
		return p, err
	}
	p.customers = slices.DeleteFunc(p.customers, func(t tenant.Tenant) bool { return t.Home })
	for _, t := range p.customers {
		p.signedIn[t.ID] = page.ChromeOf(ctx).SignedIn(t.ID) != nil
	}
	for _, id := range p.where {
		if !slices.ContainsFunc(p.customers, func(t tenant.Tenant) bool { return t.ID.String() == id }) {
			return p, errs.NotFound
		}
	}
	return p, nil
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
	switch {
	case len(p.faults) > 0:
		return page.Render(w, r, http.StatusUnprocessableEntity, newPlanPage(page.Shell(r, m, p.title()), p))
	case form.Get("do") == "each": // what is the same everywhere stands there, to be changed
		p.each = true
		return page.Render(w, r, http.StatusOK, newPlanPage(page.Shell(r, m, p.title()), p))
	}
	ctx := r.Context()
	now := page.ChromeOf(ctx).Now
	plan := provisioning.Plan{MadeAt: now, MadeBy: m.Person.UPN, Template: p.template.ID, TemplateName: p.template.Name, AliveAt: now}
	if plan.ID, err = h.Provisioning.CreatePlan(ctx, m.Scope, plan, lines); err != nil {
		return err
	}
	h.Plans.Start(ctx, m.Person, middleware.RequestID(ctx), plan, lines)
	return page.SeeOther(w, r, planURL(plan.ID))
}

// lines are the plan's customers, with the name and the address that the application gets there; what is wrong is noted.
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
	for _, t := range p.chosen() {
		l := provisioning.PlanLine{Tenant: t.ID, Outcome: provisioning.Waiting, Name: p.of("name", t)}
		if n := len([]rune(l.Name)); n == 0 || n > maxName {
			p.faults.Add(p.field("name", t), "Enter a name that has 1 to 120 characters for every customer.")
		}
		if address := p.of("address", t); address != "" {
			if !plainAddress(address) {
				p.faults.Add(p.field("address", t), "Enter an address that begins with https:// and holds no user name and no question mark. Secrets do not belong here.")
			}
			l.Settings = map[string]string{baseAddress: address}
		}
		if !p.signedIn[t.ID] {
			p.faults.Add("customer", "You are not signed in at "+t.Name()+".")
		}
		lines = append(lines, l)
	}
	return lines
}

func (p planned) chosen() []tenant.Tenant {
	return slices.DeleteFunc(slices.Clone(p.customers), func(t tenant.Tenant) bool { return !slices.Contains(p.where, t.ID.String()) })
}

// field is the field that says what a customer gets: its own, or the one for all.
func (p planned) field(what string, t tenant.Tenant) string {
	if p.each {
		return what + "-" + t.ID.String()
	}
	return what
}

// of is what a customer gets.
func (p planned) of(what string, t tenant.Tenant) string {
	if own, ok := p.given[what+"-"+t.ID.String()]; p.each && ok {
		return strings.TrimSpace(own[0])
	}
	text := map[string]string{"name": p.name, "address": p.address}[what]
	return strings.TrimSpace(strings.NewReplacer("{customer}", t.Name(), "{domain}", t.DefaultDomain).Replace(text))
}

// baseAddress is the credential that is no secret and that most applications want: the address of their interface (Microsoft Graph,
// synchronizationSecret).
const baseAddress = "BaseAddress"

// plainAddress tells an address that carries no secret along.
func plainAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && len(s) <= 500 && u.Scheme == "https" && u.Hostname() != "" && u.User == nil && u.RawQuery == "" && u.Fragment == ""
}

// planView is a plan with its customers, and its JSON twin.
type planView struct {
	Application string     `json:"application"`
	State       string     `json:"state"`
	Running     bool       `json:"running"`
	Lines       []planLine `json:"lines"`

	m      tenant.Membership
	plan   provisioning.Plan
	repeat int64 // lines that trying again would try
	chrome page.Chrome
	may    bool
}

type planLine struct {
	Customer  page.TenantRef `json:"customer"`
	Name      string         `json:"name"`
	Address   string         `json:"base_address,omitempty"`
	Step      string         `json:"step"`
	SavedAt   *time.Time     `json:"credentials_saved_at"`
	StartedAt *time.Time     `json:"started_at"`
	Outcome   string         `json:"outcome"`
	Said      string         `json:"said"`
	Doctor    string         `json:"doctor,omitempty"` // the page that says what is behind a failure
	URL       string         `json:"url"`              // of the step that is next there; empty: nothing was tried yet

	line provisioning.PlanLine
}

func (h *Wizard) readPlan(r *http.Request, m tenant.Membership) (p provisioning.Plan, lines []provisioning.PlanLine, err error) {
	id, err := strconv.ParseInt(chi.URLParam(r, "plan"), 10, 64)
	if err != nil || id <= 0 {
		return p, nil, errs.NotFound
	}
	return h.Provisioning.Plan(r.Context(), m.Scope, id, page.ChromeOf(r.Context()).Now)
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
	v := planView{Application: appName(p.TemplateName), State: p.State, Lines: []planLine{}, m: m, plan: p, chrome: c, may: m.May(tenant.MayAct)}
	v.Running = v.State == "running"
	for _, l := range lines {
		x := planLine{Customer: page.TenantRef{ID: l.Tenant, Name: l.TenantName}, Name: l.Name, Step: string(l.Step), Outcome: string(l.Outcome), Said: l.Said, Address: l.Settings[baseAddress], SavedAt: page.Moment(l.SavedAt), StartedAt: page.Moment(l.StartedAt), line: l}
		switch {
		case x.StartedAt != nil:
			x.Said = "The job was started."
		case l.Startable():
			x.Said = "Microsoft has its credentials."
		case l.Failure != "":
			x.Doctor = fresh.FailureURL(l.Tenant, l.Failure)
		}
		switch {
		case !v.may:
			x.URL = "/t/" + l.Tenant.String() + "/provisioning"
		case l.SPID != "":
			x.URL = appURL(l.Tenant, l.SPID) + "/setup"
		case l.Outcome == provisioning.Failed || l.Outcome == provisioning.Unclear:
			x.URL = "/t/" + l.Tenant.String() + "/provisioning/new?" + url.Values{"template": {p.Template}}.Encode()
		}
		if !v.Running && v.may && l.Outcome != provisioning.Done && l.Outcome != provisioning.Unclear && l.StartedAt.IsZero() {
			v.repeat++
		}
		v.Lines = append(v.Lines, x)
	}
	return v
}

// goOn starts jobs at the customers that are chosen, or tries again what failed and nothing else.
func (h *Wizard) goOn(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	p, _, err := h.readPlan(r, m)
	if err != nil {
		return err
	}
	form, err := page.Form(w, r)
	if err != nil {
		return err
	}
	ctx, now := r.Context(), page.ChromeOf(r.Context()).Now
	if form.Get("do") == "start" {
		err = h.startPlan(ctx, m, p, form["customer"], now)
	} else {
		err = h.Provisioning.AgainPlan(ctx, m.Scope, p.ID, now)
	}
	if err != nil {
		return err
	}
	p, lines, err := h.readPlan(r, m)
	if err != nil {
		return err
	}
	h.Plans.Start(ctx, m.Person, middleware.RequestID(ctx), p, lines)
	return page.SeeOther(w, r, planURL(p.ID))
}

func (h *Wizard) startPlan(ctx context.Context, m tenant.Membership, p provisioning.Plan, where []string, now time.Time) error {
	var ids []tenant.ID
	for _, s := range where {
		id, err := tenant.ParseID(s)
		if err != nil {
			return errs.NotFound
		}
		ids = append(ids, id)
	}
	n, err := h.Provisioning.StartPlan(ctx, m.Scope, p.ID, ids, now)
	if err == nil && n == 0 {
		return errs.ShowNext(errs.Conflict, "Nothing was started: no customer was chosen whose job waits for it.", "Open the plan again to see what is there.")
	}
	return err
}

func planURL(id int64) string { return "/provisioning/plans/" + strconv.FormatInt(id, 10) }

// The parts of the pages, ready to print.

func planHeader(title, lead string) ui.PageHeader {
	return ui.PageHeader{Context: []ui.Crumb{{Text: "Provisioning", URL: "/provisioning"}, {Text: "Plans", URL: "/provisioning/plans"}}, Title: title, Lead: lead}
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

// eachFields are name and address of a customer.
func (p planned) eachFields(t tenant.Tenant) []ui.Field {
	return []ui.Field{
		{Name: p.field("name", t), Label: "Name at " + t.Name(), Value: p.of("name", t), Error: p.faults[p.field("name", t)], Max: maxName, Required: true},
		{Name: p.field("address", t), Label: "Base address at " + t.Name() + ", optional", Value: p.of("address", t), Error: p.faults[p.field("address", t)], Max: 500, InputMode: "url"},
	}
}

// hidden is what was chosen before every customer got fields of its own.
func (p planned) hidden() ui.Hidden {
	h := ui.Hidden{{Name: "template", Value: p.template.ID}, {Name: "each", Value: "1"}, {Name: "name", Value: p.name}, {Name: "address", Value: p.address}}
	for _, id := range p.where {
		h = append(h, ui.Pair{Name: "customer", Value: id})
	}
	return h
}

var outcomeStates = map[provisioning.Outcome]ui.State{
	provisioning.Waiting: {Shape: ui.ShapePending, Text: "Waiting"}, provisioning.Working: {Shape: ui.ShapePending, Text: "Under way"}, provisioning.Done: {Shape: ui.ShapeTodo, Text: "Needs credentials"},
	provisioning.Failed: {Shape: ui.ShapeBad, Text: "Failed"}, provisioning.Unclear: {Shape: ui.ShapeUnknown, Text: "Unknown"},
}

func (v planView) table() ui.Table {
	t := ui.Table{ID: "lines", Caption: "Customers of the plan by name", Inset: true, Columns: []ui.Column{
		{Key: "customer", Label: "Customer", Width: 220}, {Key: "state", Label: "State", Kind: ui.KindState, Width: 160}, {Key: "name", Label: "Name there", Width: 240, Priority: 2},
		{Key: "said", Label: "What happened", Phone: "line"}, {Key: "why", Label: "Behind it", Width: 170, Priority: 1, Phone: "line"},
		{Key: "at", Label: "Changed", Kind: ui.KindTime, Width: 110, Priority: 3},
	}}
	for _, l := range v.Lines {
		state := l.state()
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

// state is how far a customer is: beyond its job it is known by what was handed to Microsoft since.
func (l planLine) state() ui.State {
	switch {
	case l.StartedAt != nil:
		return ui.State{Shape: ui.ShapeOK, Text: "Started"}
	case l.line.Startable():
		return ui.State{Shape: ui.ShapePaused, Text: "Ready to start"}
	case l.line.Step == provisioning.StartStep && l.line.Outcome == provisioning.Failed:
		return ui.State{Shape: ui.ShapeBad, Text: "Not started"}
	}
	return outcomeStates[l.line.Outcome]
}

// startChoice are the customers whose jobs wait to be started.
func (v planView) startChoice() ui.Choice {
	c := ui.Choice{Name: "customer", Legend: "Start the job at", Many: true, Hint: "The first cycle reads everybody in scope and creates accounts in the application."}
	for _, l := range v.Lines {
		if l.line.Startable() {
			c.Options = append(c.Options, ui.Option{Value: l.Customer.ID.String(), Label: l.Customer.Name, Hint: l.Name})
		}
	}
	return c
}

func (p planned) buttons() []ui.Action {
	list := []ui.Action{{Text: "Add it at each customer", Name: "do", Value: "add", Kind: ui.Primary}}
	if !p.each {
		list = append(list, ui.Action{Text: "Name and address per customer", Name: "do", Value: "each"})
	}
	return append(list, ui.Action{Text: "Cancel", URL: "/provisioning/plans", Kind: ui.Quiet})
}

func (v planView) lead() string {
	return "Made " + ui.NewTime(v.plan.MadeAt, v.chrome.Now).Text + " by " + v.plan.MadeBy + ". Open a customer to go on there."
}
