package consent

import (
	"cmp"
	"net/http"
	"strconv"

	domain "github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// planView is what the customer's plan is, on its consent page and in its JSON twin.
type planView struct {
	TemplateID int64    `json:"template_id,omitempty"` // 0: a plan of its own
	Template   string   `json:"template,omitempty"`
	Drift      drift    `json:"drift,omitempty"`
	Missing    []string `json:"missing,omitempty"`
	Surplus    []string `json:"surplus,omitempty"`

	offered []domain.Template
}

func (h *Handler) planView(r *http.Request, m tenant.Membership, c domain.View) (p planView, err error) {
	if p.offered, err = h.Consent.Store.Templates(r.Context(), m.Scope); err != nil || c.Plan == nil {
		return p, err
	}
	f := domain.Follower{Tenant: c.Tenant, Held: domain.Held(c.Open)}
	if c.LastFull != nil {
		f.ReadAt = c.LastFull.At
	}
	v, known := f.Drift(*c.Plan)
	p.TemplateID, p.Template, p.Drift, p.Missing, p.Surplus = c.Plan.ID, c.Plan.Name, driftOf(v, known), permissionNames(v.Missing), permissionNames(v.Surplus)
	return p, nil
}

// planFacts say whose plan it is, and how far what is granted is from it.
func (v staffView) planFacts() ui.Facts {
	p := v.Plan
	known := ui.Fact{Label: "App registration", Value: ui.QuietCell("none yet; a link asks with one")}
	if v.AsOf != nil {
		known = ui.Fact{Label: "App registration", Value: ui.TextCell(cmp.Or(v.Program, "the first one")), Note: ui.Count(int64(len(v.known.Application)), "application permission", "application permissions")}
	}
	if p.TemplateID == 0 {
		return ui.Facts{Items: []ui.Fact{{Label: "Follows", Value: ui.TextCell("no template; the plan is this customer’s own")}, known}}
	}
	state := p.Drift.state(v.late)
	f := ui.Facts{Items: []ui.Fact{{Label: "Follows", Value: ui.LinkCell(p.Template, templateURL(p.TemplateID))}, {Label: "Drift", Value: ui.Cell{State: &state}}}}
	if len(p.Missing) > 0 {
		f.Items = append(f.Items, ui.Fact{Label: "Missing", Value: ui.ViewCell(lines(p.Missing))})
	}
	if len(p.Surplus) > 0 {
		f.Items = append(f.Items, ui.Fact{Label: "Not in the template", Value: ui.ViewCell(lines(p.Surplus))})
	}
	f.Items = append(f.Items, known)
	return f
}

// choice is the select of templates.
func (p planView) choice() ui.Select {
	s := ui.Select{Name: "template", Label: "Plan", Options: []ui.Option{{Value: "0", Label: "Its own", Selected: p.TemplateID == 0}}}
	for _, t := range p.offered {
		s.Options = append(s.Options, ui.Option{Value: strconv.FormatInt(t.ID, 10), Label: t.Name, Selected: t.ID == p.TemplateID})
	}
	return s
}

// follow changes which template the customer's plan follows. It asks the customer for nothing.
func (h *Handler) follow(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	values, err := page.Form(w, r)
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(values.Get("template"), 10, 64)
	if err != nil || id < 0 {
		return errs.ShowNext(errs.Invalid, "There is no such template.", "Choose one of the list.")
	}
	if err := h.Consent.Follow(r.Context(), m.Person, m.Tenant.ID, id); err != nil {
		return err
	}
	return page.SeeOther(w, r, m.Path("/consent"))
}
