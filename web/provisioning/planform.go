package provisioning

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// mostCustomers is how many customers one plan takes.
const mostCustomers = 100

// planSettings is how many settings of the access a plan takes.
const planSettings = 4

// planned is the plan that is being put together.
type planned struct {
	m         tenant.Membership
	template  provisioning.GalleryApp
	customers []tenant.Tenant // those where the person is signed in first
	signedIn  map[tenant.ID]bool
	where     []string
	each      bool     // every customer has a name and settings of its own
	wants     []string // credentials of the application, as a customer's job has it; none: not known
	given     url.Values
	faults    page.Faults
}

// newPlanned reads what is chosen and what there is to choose from. A customer out of reach is errs.NotFound. The gallery is the same for
// every tenant, so it is read in the partner's own.
func (h *Wizard) newPlanned(r *http.Request, m tenant.Membership, v url.Values) (p planned, err error) {
	ctx := r.Context()
	p = planned{m: m, where: v["customer"], each: v.Get("each") != "", given: v, faults: page.Faults{}, signedIn: map[tenant.ID]bool{}}
	if p.template, err = h.Acts.Template(ctx, h.Tenants.Home(), v.Get("template")); err != nil {
		return p, provisioning.InStep(provisioning.Appearing, err)
	}
	if p.wants, err = h.Provisioning.Fields(ctx, m.Scope, p.template.ID); err != nil {
		return p, err
	}
	if p.customers, err = h.Tenants.List(ctx, m.Scope); err != nil {
		return p, err
	}
	p.customers = slices.DeleteFunc(p.customers, func(t tenant.Tenant) bool { return t.Home })
	for _, t := range p.customers {
		p.signedIn[t.ID] = page.ChromeOf(ctx).SignedIn(t.ID) != nil
	}
	slices.SortStableFunc(p.customers, func(a, b tenant.Tenant) int {
		if p.signedIn[a.ID] == p.signedIn[b.ID] {
			return 0
		}
		if p.signedIn[a.ID] {
			return -1
		}
		return 1
	})
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
	p.given.Set("name", p.template.Name)
	p.given.Set("nonce", rand.Text())
	offered := p.wanted()
	if len(p.wants) == 0 {
		offered = []string{"BaseAddress"} // which most applications want
	}
	for i, key := range offered[:min(planSettings, len(offered))] {
		p.given.Set(keyField(i), key)
	}
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
	plan := provisioning.Plan{MadeAt: now, MadeBy: m.Person.UPN, Template: p.template.ID, TemplateName: p.template.Name, AliveAt: now, Nonce: form.Get("nonce")}
	if n := len(plan.Nonce); n == 0 || n > 64 {
		return errs.ShowNext(errs.Invalid, "The form was incomplete.", "Open it again.")
	}
	id, fresh, err := h.Provisioning.CreatePlan(ctx, m.Scope, plan, lines)
	if err != nil {
		return err
	}
	if plan.ID = id; fresh {
		h.Plans.Start(ctx, m.Person, middleware.RequestID(ctx), plan, lines)
	}
	return page.SeeOther(w, r, planURL(plan.ID))
}

// lines are the plan's customers, with the name and the settings that the application gets there; what is wrong is noted.
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
	p.checkKeys()
	for _, t := range p.chosen() {
		l := provisioning.PlanLine{Tenant: t.ID, Outcome: provisioning.Waiting, Name: p.of("name", t), Settings: map[string]string{}}
		if n := len([]rune(l.Name)); n == 0 || n > maxName {
			p.faults.Add(p.field("name", t), "Enter a name that has 1 to 120 characters for every customer.")
		}
		for i := range planSettings {
			key, name := p.key(i), valueField(i)
			value := p.of(name, t)
			if key == "" || value == "" {
				continue
			}
			if fault := settingFault(key, value); fault != "" {
				p.faults.Add(p.field(name, t), fault)
			}
			l.Settings[key] = value
		}
		if !t.State.Readable() {
			p.faults.Add("customer", t.Name()+" is not connected.")
		}
		lines = append(lines, l)
	}
	return lines
}

// checkKeys notes settings that are none, and those that stand there twice.
func (p *planned) checkKeys() {
	seen := map[string]bool{}
	for i := range planSettings {
		switch key := p.key(i); {
		case key == "" && p.given.Get(valueField(i)) != "":
			p.faults.Add(keyField(i), "Choose what it is.")
		case key != "" && !slices.Contains(provisioning.OpenKeys, key):
			p.faults.Add(keyField(i), "Choose from the settings shown. Secrets do not belong here.")
		case key != "" && seen[key]:
			p.faults.Add(keyField(i), "This setting stands above already.")
		default:
			seen[key] = true
		}
	}
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
	return strings.TrimSpace(strings.NewReplacer("{customer}", t.Name(), "{domain}", t.DefaultDomain).Replace(p.given.Get(what)))
}

// key is the setting of a row of the form; empty: the row is not used.
func (p planned) key(i int) string { return p.given.Get(keyField(i)) }

func keyField(i int) string   { return "key" + ui.N(int64(i)) }
func valueField(i int) string { return "value" + ui.N(int64(i)) }

// settingFault is what is wrong with a setting; empty: nothing.
func settingFault(key, value string) string {
	address := slices.Contains([]string{"BaseAddress", "Url"}, key) || strings.HasSuffix(key, "Uri")
	switch {
	case address && !plainAddress(value):
		return "Enter an address that begins with https:// and holds no user name and no question mark. Secrets do not belong here."
	case len([]rune(value)) > maxSetting:
		return "Enter at most " + ui.N(maxSetting) + " characters."
	}
	return ""
}

// maxSetting is how long a setting may be.
const maxSetting = 500

// plainAddress tells an address that carries no secret along.
func plainAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && len(s) <= maxSetting && u.Scheme == "https" && u.Hostname() != "" && u.User == nil && u.RawQuery == "" && u.Fragment == ""
}

// The parts of the form, ready to print.

func (p planned) title() string { return p.template.Name + " for several customers" }

func (p planned) customerChoice() ui.Choice {
	c := ui.Choice{Name: "customer", Legend: "Customers", Many: true, Error: p.faults["customer"], Hint: "Where you are not signed in yet, the plan leads you to the sign-in, and goes on afterwards."}
	for _, t := range p.customers {
		o := ui.Option{Value: t.ID.String(), Label: t.Name(), Selected: slices.Contains(p.where, t.ID.String())}
		switch {
		case !t.State.Readable():
			o.Reason = "Not connected, so that the portal cannot read what is there."
		case !p.signedIn[t.ID]:
			o.Hint = "You are not signed in there."
		}
		c.Options = append(c.Options, o)
	}
	return c
}

// wanted are those of the credentials that the application wants which a plan may hold.
func (p planned) wanted() []string {
	return slices.DeleteFunc(slices.Clone(p.wants), func(key string) bool { return !slices.Contains(provisioning.OpenKeys, key) })
}

// settings are what can be chosen, first what the application wants.
func (p planned) settings() []string {
	wanted := p.wanted()
	return append(wanted, slices.DeleteFunc(slices.Clone(provisioning.OpenKeys), func(key string) bool { return slices.Contains(wanted, key) })...)
}

// wantsText says what the application wants, as far as that is known.
func (p planned) wantsText() string {
	if len(p.wants) == 0 {
		return "No secrets here. What this application wants is not known, as no customer’s job was read yet; most want a base address."
	}
	words := make([]string, len(p.wants))
	for i, key := range p.wants {
		words[i] = strings.ToLower(spaced(key))
	}
	return "This application wants: " + strings.Join(words, ", ") + ". What is secret of it is entered at each customer afterwards."
}

// settingRow chooses a setting, and what it is for all.
func (p planned) settingRow(i int) []templ.Component {
	s := ui.Select{Name: keyField(i), Label: "Setting " + ui.N(int64(i)+1) + ", optional", Error: p.faults[keyField(i)], Options: []ui.Option{{Label: "None"}}}
	for _, key := range p.settings() {
		s.Options = append(s.Options, ui.Option{Value: key, Label: spaced(key), Selected: key == p.key(i)})
	}
	if i == 0 {
		s.Hint = p.wantsText()
	}
	name := valueField(i)
	return []templ.Component{s, ui.Field{Name: name, Label: "Value " + ui.N(int64(i)+1), Value: p.given.Get(name), Error: p.faults[name], Max: maxSetting}}
}

// eachFields are the name and the settings of a customer.
func (p planned) eachFields(t tenant.Tenant) []ui.Field {
	list := []ui.Field{{Name: p.field("name", t), Label: "Name at " + t.Name(), Value: p.of("name", t), Error: p.faults[p.field("name", t)], Max: maxName, Required: true}}
	for i := range planSettings {
		if name := p.field(valueField(i), t); p.key(i) != "" {
			list = append(list, ui.Field{Name: name, Label: spaced(p.key(i)) + ", optional", Value: p.of(valueField(i), t), Error: p.faults[name], Max: maxSetting})
		}
	}
	return list
}

// form is what each form of the plan carries.
func (p planned) form() ui.Hidden {
	return ui.Hidden{{Name: "template", Value: p.template.ID}, {Name: "nonce", Value: p.given.Get("nonce")}}
}

// hidden is what was chosen before every customer got fields of its own.
func (p planned) hidden() ui.Hidden {
	h := append(p.form(), ui.Pair{Name: "each", Value: "1"}, ui.Pair{Name: "name", Value: p.given.Get("name")})
	for i := range planSettings {
		if p.key(i) != "" {
			h = append(h, ui.Pair{Name: keyField(i), Value: p.key(i)}, ui.Pair{Name: valueField(i), Value: p.given.Get(valueField(i))})
		}
	}
	for _, id := range p.where {
		h = append(h, ui.Pair{Name: "customer", Value: id})
	}
	return h
}

func (p planned) buttons() []ui.Action {
	list := []ui.Action{{Text: "Add it at each customer", Name: "do", Value: "add", Kind: ui.Primary}}
	if !p.each {
		list = append(list, ui.Action{Text: "Name and settings per customer", Name: "do", Value: "each"})
	}
	return append(list, ui.Action{Text: "Cancel", URL: "/provisioning/plans", Kind: ui.Quiet})
}
