package provisioning

import (
	"context"
	"net/http"
	"net/url"
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

// planView is a plan with its customers, and its JSON twin.
type planView struct {
	Application string     `json:"application"`
	State       string     `json:"state"`
	Running     bool       `json:"running"`
	Lines       []planLine `json:"lines"`

	m        tenant.Membership
	plan     provisioning.Plan
	repeat   int64    // lines that trying again would try
	signInAt []string // customers among them where the person has to sign in first
	chrome   page.Chrome
	may      bool
}

type planLine struct {
	Customer  page.TenantRef    `json:"customer"`
	Name      string            `json:"name"`
	Settings  map[string]string `json:"settings"` // of the access
	Step      string            `json:"step"`
	SavedAt   *time.Time        `json:"credentials_saved_at"`
	StartedAt *time.Time        `json:"started_at"`
	Outcome   string            `json:"outcome"`
	Said      string            `json:"said"`
	Doctor    string            `json:"doctor,omitempty"`  // the page that says what is behind a failure
	SignIn    string            `json:"sign_in,omitempty"` // the way to the sign-in that the line lacks, and back to the plan
	URL       string            `json:"url"`               // of the step that is next there; empty: nothing was tried yet

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
		x := planLine{Customer: page.TenantRef{ID: l.Tenant, Name: l.TenantName}, Name: l.Name, Step: string(l.Step), Outcome: string(l.Outcome), Said: l.Said, Settings: l.Settings, SavedAt: page.Moment(l.SavedAt), StartedAt: page.Moment(l.StartedAt), line: l}
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
		repeat := !v.Running && v.may && l.Outcome != provisioning.Done && l.Outcome != provisioning.Unclear && l.StartedAt.IsZero()
		if unsigned := c.SignedIn(l.Tenant) == nil; v.may && unsigned && (l.Outcome == provisioning.Unsigned || l.Startable()) {
			x.SignIn = page.SignInAt(l.Tenant, planURL(p.ID))
			if repeat {
				v.signInAt = append(v.signInAt, l.TenantName)
			}
		} else if v.may && l.Outcome == provisioning.Unsigned {
			x.Said = "You are signed in there now. Try it again below."
		}
		if repeat {
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

var outcomeStates = map[provisioning.Outcome]ui.State{
	provisioning.Waiting: {Shape: ui.ShapePending, Text: "Waiting"}, provisioning.Working: {Shape: ui.ShapePending, Text: "Under way"}, provisioning.Done: {Shape: ui.ShapeTodo, Text: "Needs credentials"},
	provisioning.Failed: {Shape: ui.ShapeBad, Text: "Failed"}, provisioning.Unclear: {Shape: ui.ShapeUnknown, Text: "Unknown"}, provisioning.Unsigned: {Shape: ui.ShapePaused, Text: "Needs a sign-in"},
}

func (v planView) table() ui.Table {
	t := ui.Table{ID: "lines", Caption: "Customers of the plan by name", Inset: true, Columns: []ui.Column{
		{Key: "customer", Label: "Customer", Width: 170}, {Key: "state", Label: "State", Kind: ui.KindState, Width: 150}, {Key: "name", Label: "Name there", Width: 170, Priority: 2},
		{Key: "said", Label: "What happened", Phone: "line"}, {Key: "why", Label: "What now", Width: 165, Priority: 1, Phone: "line"},
		{Key: "at", Label: "Changed", Kind: ui.KindTime, Width: 95, Priority: 3},
	}}
	for _, l := range v.Lines {
		state := l.state()
		t.Rows = append(t.Rows, ui.Row{Name: l.Customer.Name, URL: l.URL, Cells: []ui.Cell{{State: &state}, ui.TextCell(l.Name), ui.TextCell(l.Said), v.next(l), ui.TimeCell(ui.NewTime(l.line.ChangedAt, v.chrome.Now))}})
	}
	return t
}

// next leads who may act to what a line lacks, or to what is behind a failure.
func (v planView) next(l planLine) ui.Cell {
	switch {
	case l.SignIn != "":
		return ui.LinkCell("Sign in there", l.SignIn)
	case l.Doctor != "":
		return ui.LinkCell(fresh.Why, l.Doctor)
	case !v.may || l.URL == "":
	case l.line.Outcome == provisioning.Done && l.SavedAt == nil && l.StartedAt == nil:
		return ui.LinkCell("Enter them", l.URL)
	case l.line.Outcome == provisioning.Failed:
		return ui.LinkCell("Go on there", l.URL)
	}
	return ui.TextCell("")
}

// again says what trying again does, and where the person has to sign in before.
func (v planView) again() string {
	said := ui.Count(v.repeat, "customer", "customers") + ". What was added stays, and is not added twice."
	if len(v.signInAt) > 0 {
		said += " Sign in first at " + strings.Join(v.signInAt, ", ") + "."
	}
	return said
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

func (v planView) lead() string {
	return "Made " + ui.NewTime(v.plan.MadeAt, v.chrome.Now).Text + " by " + v.plan.MadeBy + ". Open a customer to go on there."
}
