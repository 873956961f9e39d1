package provisioning

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

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

// The parts of the form, ready to print.

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

func (p planned) buttons() []ui.Action {
	list := []ui.Action{{Text: "Add it at each customer", Name: "do", Value: "add", Kind: ui.Primary}}
	if !p.each {
		list = append(list, ui.Action{Text: "Name and address per customer", Name: "do", Value: "each"})
	}
	return append(list, ui.Action{Text: "Cancel", URL: "/provisioning/plans", Kind: ui.Quiet})
}
