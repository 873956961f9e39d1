package guests

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/gdap"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// find is the guest of the address; one is only ever shown inside its tenant.
func (h *Handler) find(r *http.Request, m tenant.Membership) (guest.Guest, error) {
	id, err := url.PathUnescape(chi.URLParam(r, "guest"))
	if err != nil || id == "" || !m.One() {
		return guest.Guest{}, errs.NotFound
	}
	return h.Guests.Get(r.Context(), m.Tenant.ID, id)
}

// change takes a form about a guest, does it, and leads back to the guest's page, which says what became of it.
func (h *Handler) change(w http.ResponseWriter, r *http.Request, m tenant.Membership, do func(g guest.Guest, form url.Values, requestID string) (said string, err error)) error {
	if !m.One() {
		return errs.NotFound
	}
	form, err := page.Form(w, r)
	if err != nil {
		return err
	}
	g, err := h.find(r, m)
	if err != nil {
		return err
	}
	said, err := do(g, form, middleware.RequestID(r.Context()))
	if err != nil {
		return err
	}
	return page.Done(w, r, m.Path("/guests/"+url.PathEscape(g.ID)), page.Flash{Kind: "info", Title: said, Text: h.readBack(r, m)})
}

func nameOf(g guest.Guest) string { return cmp.Or(g.Name, g.Address, g.UPN) }

func (h *Handler) giveRole(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	return h.change(w, r, m, func(g guest.Guest, form url.Values, requestID string) (string, error) {
		role := form.Get("role")
		return "Microsoft gave " + nameOf(g) + " the role " + gdap.RoleName(role) + ".", h.Change.GiveRole(r.Context(), m.Person, requestID, g, role)
	})
}

// confirmView is the page before an account is deleted.
type confirmView struct {
	m     tenant.Membership
	guest guest.Guest
	next  next

	groups      []guest.RoleGroup // by which it holds directory roles
	groupsKnown bool
}

func (h *Handler) confirmRevoke(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	g, err := h.find(r, m)
	if err != nil {
		return err
	}
	v := confirmView{m: m, guest: g, next: newNext(m, g, page.ChromeOf(r.Context()), m.Path("/guests/"+url.PathEscape(g.ID)+"/revoke"))}
	if v.groups, v.groupsKnown, err = h.roleGroups(r.Context(), g); err != nil {
		return err
	}
	return page.Render(w, r, http.StatusOK, revokePage(page.Shell(r, m, "Delete the guest account of "+nameOf(g)), v))
}

func (h *Handler) revoke(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	return h.change(w, r, m, func(g guest.Guest, _ url.Values, requestID string) (string, error) {
		groups, _, err := h.roleGroups(r.Context(), g)
		if err != nil {
			return "", err
		}
		return "Microsoft deleted the guest account of " + nameOf(g) + ".", h.Change.Revoke(r.Context(), m.Person, requestID, g, groups)
	})
}

func (v confirmView) url() string { return v.m.Path("/guests/" + url.PathEscape(v.guest.ID)) }

func (v confirmView) header(title string) ui.PageHeader {
	chip := page.Chip(v.m.Tenant, "")
	return ui.PageHeader{Tenant: &chip, Context: []ui.Crumb{{Text: "Guest accounts", URL: v.m.Path("/guests")}, {Text: nameOf(v.guest), URL: v.url()}}, Title: title}
}

func (v confirmView) facts() ui.Facts {
	return ui.Facts{Wide: true, Items: []ui.Fact{{Label: "Address at home", Value: ui.TextCell(v.guest.Address)}, {Label: "User principal name", Value: ui.MonoCell(v.guest.UPN)}, {Label: "Object id", Value: ui.MonoCell(v.guest.ID)}}}
}

// losses says what goes with the account, as far as it was read.
func (v confirmView) losses() (c ui.Consequences) {
	add := func(s ui.Shape, text string) { c = append(c, ui.Consequence{Shape: s, Text: text}) }
	add(ui.ShapeWarn, nameOf(v.guest)+" can no longer sign in at "+v.m.Tenant.Name()+" with this account. Sign-ins that are open there end.")
	v.roleLosses(add)
	switch {
	case v.guest.Intune == nil:
		add(ui.ShapeUnknown, "Whether it holds an Intune licence was not read.")
	case *v.guest.Intune:
		add(ui.ShapeWarn, "It loses its Intune licence; the seat becomes free.")
	}
	add(ui.ShapeWarn, "It leaves every group, and what was shared with it. The portal does not know what that is.")
	add(ui.ShapePending, "For 30 days an administrator there can restore it in Microsoft Entra. After that, only a new invitation helps.")
	add(ui.ShapeOK, "What the portal has read of it stays, with your name and the time.")
	return c
}

// roleLosses says which roles go first, and which cannot be taken away.
func (v confirmView) roleLosses(add func(ui.Shape, string)) {
	var own []string
	for _, id := range v.guest.Roles {
		own = append(own, gdap.RoleName(id))
	}
	for _, in := range v.groups {
		roles := strings.Join(in.Roles, ", ")
		own = slices.DeleteFunc(own, func(name string) bool { return slices.Contains(in.Roles, name) })
		if in.Dynamic {
			add(ui.ShapeBad, "It holds "+roles+" by the group “"+in.Name+"”, whose members a rule chooses. It cannot be taken out, and Microsoft may refuse to delete it. The customer has to change the rule first.")
			continue
		}
		add(ui.ShapeWarn, "It loses "+roles+": it is taken out of the group “"+in.Name+"” first.")
	}
	switch {
	case !v.guest.RolesRead:
		add(ui.ShapeUnknown, "Which directory roles the account holds was not read. If it holds some, Microsoft may refuse.")
	case len(own) > 0:
		add(ui.ShapeWarn, "It loses "+strings.Join(own, ", ")+", which is taken away first.")
	}
	if v.guest.RolesRead && !v.groupsKnown && !atHome(v.m) {
		add(ui.ShapeUnknown, "Not every group that holds directory roles was looked into. If the account is in one, Microsoft may refuse.")
	}
}

// needs is what the person must be there.
func (v confirmView) needs() string {
	n := "Sent as you. You need the directory role User Administrator there"
	if len(v.guest.Roles) > 0 || len(v.groups) > 0 {
		n += ", and Privileged Role Administrator for its roles"
	}
	return n + "."
}

// licenceView is the page on which a licence is chosen. Seats are read at Microsoft while somebody looks.
type licenceView struct {
	confirmView
	seats   []guest.Seats
	sku     string
	country string
	faults  page.Faults
}

func (h *Handler) licenceForm(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	return h.showLicence(w, r, m, http.StatusOK, licenceView{country: m.Tenant.Country})
}

func (h *Handler) showLicence(w http.ResponseWriter, r *http.Request, m tenant.Membership, status int, v licenceView) (err error) {
	g, err := h.find(r, m)
	if err != nil {
		return err
	}
	v.confirmView = confirmView{m: m, guest: g, next: newNext(m, g, page.ChromeOf(r.Context()), m.Path("/guests/"+url.PathEscape(g.ID)+"/licence"))}
	if v.next.licence {
		if v.seats, err = h.Change.Seats(r.Context(), m.Tenant.ID); err != nil {
			return err
		}
	}
	return page.Render(w, r, status, licencePage(page.Shell(r, m, "Give "+nameOf(g)+" an Intune licence"), v))
}

func (h *Handler) licence(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	if !m.One() {
		return errs.NotFound
	}
	form, err := page.Form(w, r)
	if err != nil {
		return err
	}
	v := licenceView{sku: form.Get("sku"), country: strings.ToUpper(strings.TrimSpace(form.Get("country"))), faults: page.Faults{}}
	if v.sku == "" {
		v.faults.Add("sku", "Choose a licence.")
	}
	if v.country != "" && !guest.Country(v.country) {
		v.faults.Add("country", "Enter two letters, for example DE.")
	}
	if len(v.faults) > 0 {
		return h.showLicence(w, r, m, http.StatusUnprocessableEntity, v)
	}
	return h.change(w, r, m, func(g guest.Guest, _ url.Values, requestID string) (string, error) {
		seen, err := h.Change.GiveLicence(r.Context(), m.Person, requestID, g, v.sku, v.country)
		if !seen {
			return "Microsoft gave " + nameOf(g) + " the licence; the account does not show it yet.", err
		}
		return "Microsoft gave " + nameOf(g) + " the licence, and the account shows it.", err
	})
}

func (v licenceView) choice() ui.Choice {
	c := ui.Choice{Name: "sku", Legend: "Licence with Intune", Error: v.faults["sku"], Hint: "Read at Microsoft just now."}
	for _, l := range v.seats {
		o := ui.Option{Value: l.SKU, Label: l.Name, Selected: l.SKU == v.sku, Hint: ui.N(l.Free()) + " of " + ui.Count(l.Enabled, "seat", "seats") + " free"}
		if l.Free() == 0 {
			o.Reason = "No seat is free."
		}
		c.Options = append(c.Options, o)
	}
	if free := slices.IndexFunc(v.seats, func(l guest.Seats) bool { return l.Free() > 0 }); free >= 0 && v.sku == "" {
		c.Options[free].Selected = true
	}
	return c
}

// none tells that nothing can be chosen, and why.
func (v licenceView) none() string {
	switch {
	case len(v.seats) == 0:
		return v.m.Tenant.Name() + " has no licence with Intune. It has to buy one first."
	case !slices.ContainsFunc(v.seats, func(l guest.Seats) bool { return l.Free() > 0 }):
		return "Every seat of " + v.m.Tenant.Name() + "’s licences with Intune is taken. The customer can buy another, or free one."
	}
	return ""
}
