package relationships

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/gdap"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/group"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// find is the relationship of the address.
func (h *Handler) find(r *http.Request, m tenant.Membership) (gdap.Relationship, error) {
	id, err := url.PathUnescape(chi.URLParam(r, "relationship"))
	if err != nil || id == "" {
		return gdap.Relationship{}, errs.NotFound
	}
	return h.Relationships.Get(r.Context(), m.Scope, id)
}

// proposed are the roles that are ticked in a new request: what looking after devices takes, and never Global Administrator.
var proposed = []string{gdap.IntuneAdministrator, "f2ef992c-3afb-46b9-b7cf-a126ee74c451"}

func (h *Handler) new(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	asked := gdap.Request{Roles: proposed, Days: 730, Extends: true, Customer: m.Tenant.ID}
	if m.One() {
		asked.Name = cut("Devices of "+m.Tenant.Name(), 50)
	}
	return h.form(w, r, m, http.StatusOK, asked, "730", nil)
}

func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}

func (h *Handler) ask(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	v, err := page.Form(w, r)
	if err != nil {
		return err
	}
	asked := gdap.Request{Name: strings.TrimSpace(v.Get("name")), Roles: v["role"], Extends: v.Get("extends") == "1", Customer: m.Tenant.ID}
	asked.Days, _ = strconv.Atoi(v.Get("days"))
	if !m.One() {
		if id, err := tenant.ParseID(v.Get("customer")); err == nil && m.Scope.Has(id) && id != h.Tenants.Home() {
			asked.Customer = id
		}
	}
	if faults := asked.Check(); len(faults) > 0 {
		return h.form(w, r, m, http.StatusUnprocessableEntity, asked, v.Get("days"), faults)
	}
	made, err := h.Acts.Ask(r.Context(), m.Person, asked)
	if err != nil {
		return err
	}
	return h.done(w, r, m, made, "The request was made.")
}

func (h *Handler) send(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	return h.act(w, r, m, "The request was sent.", func(x gdap.Relationship, _ url.Values) (gdap.Relationship, error) {
		return h.Acts.Send(r.Context(), m.Person, x)
	})
}

// guid is the form of a group's object id.
var guid = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

func (h *Handler) assign(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	return h.act(w, r, m, "The roles were given.", func(x gdap.Relationship, v url.Values) (gdap.Relationship, error) {
		id := strings.TrimSpace(v.Get("other"))
		if id == "" {
			id = v.Get("group")
		}
		if !guid.MatchString(id) {
			return x, errs.ShowNext(errs.Invalid, "No group was chosen.", "Choose one of the groups, or enter the object id of another security group of your tenant.")
		}
		return h.Acts.Assign(r.Context(), m.Person, x, strings.ToLower(id), v["role"])
	})
}

func (h *Handler) extend(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	return h.act(w, r, m, "The extension was set.", func(x gdap.Relationship, v url.Values) (gdap.Relationship, error) {
		switch v.Get("extends") {
		case "1", "0":
			return h.Acts.Extend(r.Context(), m.Person, x, v.Get("extends") == "1")
		}
		return x, errs.ShowNext(errs.Invalid, "It was not said whether the relationship goes on.", "Go back and choose.")
	})
}

func (h *Handler) end(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	return h.act(w, r, m, "The relationship is being ended.", func(x gdap.Relationship, v url.Values) (gdap.Relationship, error) {
		if strings.TrimSpace(v.Get("name")) != strings.TrimSpace(x.Name) {
			return x, errs.ShowNext(errs.Invalid, "The name does not match, so nothing was done.", "Go back and enter “"+x.Name+"” to end this relationship.")
		}
		return h.Acts.End(r.Context(), m.Person, x)
	})
}

func (h *Handler) act(w http.ResponseWriter, r *http.Request, m tenant.Membership, said string, do func(gdap.Relationship, url.Values) (gdap.Relationship, error)) error {
	v, err := page.Form(w, r)
	if err != nil {
		return err
	}
	x, err := h.find(r, m)
	if err != nil {
		return err
	}
	now, err := do(x, v)
	if err != nil {
		return err
	}
	return h.done(w, r, m, now, said)
}

// done says what Microsoft said, has it read again, and leads to the relationship.
func (h *Handler) done(w http.ResponseWriter, r *http.Request, m tenant.Membership, x gdap.Relationship, said string) error {
	ctx := r.Context()
	if _, err := h.Sync.RequestNow(ctx, tenant.Only(h.Tenants.Home()), graphsync.Relationships); err != nil {
		return err
	}
	status := statusWords[x.Status]
	if status == "" {
		status = x.Status
	}
	if err := page.ChromeOf(ctx).Say(ctx, page.Flash{Kind: "info", Title: said, Text: "Microsoft says: " + status + ". The list follows with the reading that is under way."}); err != nil {
		return err
	}
	return page.SeeOther(w, r, m.Path("/relationships/"+url.PathEscape(x.ID)))
}

// newForm is the page of a new request.
type newForm struct {
	header   ui.PageHeader
	errors   ui.FormErrors
	customer *ui.Select // nil: that of the address
	name     ui.Field
	roles    ui.Choice
	days     ui.Field
	extends  ui.Choice
	action   string
	back     string
}

func (h *Handler) form(w http.ResponseWriter, r *http.Request, m tenant.Membership, status int, asked gdap.Request, days string, faults map[string]string) error {
	f := newForm{action: m.Path("/relationships/new"), back: m.Path("/relationships")}
	f.header = ui.PageHeader{Context: []ui.Crumb{{Text: "GDAP relationships", URL: f.back}}, Title: "Ask for a GDAP relationship", Lead: "Microsoft makes the request in your name. An administrator of the customer approves it by a link."}
	for _, name := range []string{"customer", "name", "role", "days", "extends"} {
		if s := faults[name]; s != "" {
			f.errors = append(f.errors, ui.FieldError{ID: "f-" + name, Text: s})
		}
	}
	if m.One() {
		chip := page.Chip(m.Tenant, "")
		f.header.Tenant = &chip
	} else {
		all, err := h.Tenants.List(r.Context(), m.Scope)
		if err != nil {
			return err
		}
		f.customer = &ui.Select{Name: "customer", Label: "Customer", Error: faults["customer"], Options: []ui.Option{{Value: "", Label: "Choose"}}}
		for _, t := range all {
			if !t.Home {
				f.customer.Options = append(f.customer.Options, ui.Option{Value: t.ID.String(), Label: t.Name(), Selected: t.ID == asked.Customer})
			}
		}
	}
	f.name = ui.Field{Name: "name", Label: "Name", Value: asked.Name, Error: faults["name"], Max: 50, Required: true, Hint: "As you and the customer will see it; no two of yours may share one."}
	f.days = ui.Field{Name: "days", Label: "Days", Value: days, Error: faults["days"], InputMode: "numeric", Max: 3, Required: true, Hint: "At most 730."}
	f.roles = ui.Choice{Name: "role", Legend: "Roles", Many: true, Error: faults["role"], Hint: "Ask for no more than the work takes."}
	for _, id := range gdap.KnownRoles() {
		o := ui.Option{Value: id, Label: gdap.RoleName(id), Selected: has(asked.Roles, id)}
		if id == gdap.GlobalAdministrator {
			o.Hint = "Can do everything there. Microsoft does not extend such a relationship."
		}
		f.roles.Options = append(f.roles.Options, o)
	}
	f.extends = ui.Choice{Name: "extends", Legend: "When it ends", Error: faults["extends"], Options: []ui.Option{
		{Value: "1", Label: "It goes on by 180 days, again and again", Selected: asked.Extends}, {Value: "0", Label: "It is over", Selected: !asked.Extends}}}
	return page.Render(w, r, status, newPage(page.Shell(r, m, f.header.Title), f))
}

func has(list []string, v string) bool {
	for _, x := range list {
		if x == v {
			return true
		}
	}
	return false
}

// acts are the forms below a relationship, for those who may.
type acts struct {
	send, assign, end string // where they go; empty: not in this state
	extension         extension
	groups            ui.Select
	roles             ui.Choice
}

func (h *Handler) actsOf(ctx context.Context, m tenant.Membership, x gdap.Relationship) (a acts, err error) {
	if !m.May(tenant.MayAct) || h.Acts == nil || !x.GoneAt.IsZero() {
		return a, nil
	}
	at := m.Path("/relationships/" + url.PathEscape(x.ID))
	switch {
	case x.Status == gdap.Created:
		a.send, a.extension = at+"/send", extensionOf(x, at)
		return a, nil
	case !x.Works():
		return a, nil
	}
	a.assign, a.end = at+"/assign", at+"/end"
	if x.Status == gdap.Active {
		a.extension = extensionOf(x, at)
	}
	a.roles = ui.Choice{Name: "role", Legend: "Roles", Many: true}
	for _, id := range x.Roles {
		a.roles.Options = append(a.roles.Options, ui.Option{Value: id, Label: gdap.RoleName(id)})
	}
	ids, err := h.Relationships.GroupIDs(ctx, x.Home)
	if err != nil {
		return a, err
	}
	refs := make([]group.Ref, len(ids))
	for i, id := range ids {
		refs[i] = group.Ref{Tenant: x.Home, ID: id}
	}
	names, err := h.Groups.Find(ctx, tenant.Only(x.Home), refs)
	a.groups = ui.Select{Name: "group", Label: "Group", Hint: "Groups that hold roles by some relationship already.", Options: []ui.Option{{Value: "", Label: "Choose"}}}
	for _, ref := range refs {
		if g := names[ref]; g.Name != "" && !assigned(x, ref.ID) {
			a.groups.Options = append(a.groups.Options, ui.Option{Value: ref.ID, Label: g.Name})
		}
	}
	return a, err
}

// extension is the form that switches whether a relationship goes on by itself.
type extension struct {
	action, value, text, button string
}

func extensionOf(x gdap.Relationship, at string) extension {
	switch {
	case x.Extends():
		return extension{at + "/extend", "0", "It goes on by 180 days each time it ends.", "Let it end"}
	case has(x.Roles, gdap.GlobalAdministrator):
		return extension{}
	}
	return extension{at + "/extend", "1", "It is over when it ends.", "Let it go on by 180 days"}
}

func assigned(x gdap.Relationship, id string) bool {
	for _, a := range x.Assignments {
		if a.Group == id {
			return true
		}
	}
	return false
}
