package consent

import (
	"errors"
	"net/http"
	"net/url"

	domain "github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// templateForm is the page that makes or changes a template.
type templateForm struct {
	m        tenant.Membership
	t        domain.Template
	features formView // only what is ticked
	fault    string
}

func newTemplateForm(m tenant.Membership, t domain.Template) templateForm {
	f := templateForm{m: m, t: t, features: formView{features: map[permission.Feature]bool{}, faults: page.Faults{}}}
	for _, feature := range t.Features {
		f.features.features[feature] = true
	}
	return f
}

func (f templateForm) header() ui.PageHeader {
	h := ui.PageHeader{Title: "Add a consent template", Context: settingsCrumbs(f.m, ui.Crumb{Text: "Consent templates", URL: "/settings/templates"})}
	if f.t.ID != 0 {
		h.Title = "Change a consent template"
		h.Context = append(h.Context, ui.Crumb{Text: f.t.Name, URL: templateURL(f.t.ID)})
	}
	return h
}

func (f templateForm) action() string {
	if f.t.ID == 0 {
		return "/settings/templates/new"
	}
	return templateURL(f.t.ID) + "/edit"
}

// back is where cancelling leads.
func (f templateForm) back() string {
	if f.t.ID == 0 {
		return "/settings/templates"
	}
	return templateURL(f.t.ID)
}

func (f templateForm) name() ui.Field {
	return ui.Field{Name: "name", Label: "Name", Value: f.t.Name, Max: 60, Required: true, Autocomplete: "off"}
}

// effect says what saving does to those that follow.
func (f templateForm) effect() string {
	if f.t.Followers == 0 {
		return ""
	}
	n := ui.Count(f.t.Followers, "customer follows", "customers follow")
	return n + " this template. Saving changes nothing at them: you see then who lacks what, and can ask each again."
}

func (h *Handler) showTemplateForm(w http.ResponseWriter, r *http.Request, status int, f templateForm) error {
	return page.Render(w, r, status, templateFormPage(page.Shell(r, f.m, f.header().Title), f))
}

func (h *Handler) newTemplate(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	return h.showTemplateForm(w, r, http.StatusOK, newTemplateForm(m, domain.Template{Features: permission.Suggested()}))
}

func (h *Handler) editTemplate(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	t, err := h.findTemplate(r, m)
	if err != nil {
		return err
	}
	return h.showTemplateForm(w, r, http.StatusOK, newTemplateForm(m, t))
}

func (h *Handler) createTemplate(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	values, err := page.Form(w, r)
	if err != nil {
		return err
	}
	t := filledIn(domain.Template{}, values)
	made, err := h.Consent.CreateTemplate(r.Context(), m.Person, t)
	if refused(r, err) {
		return h.againTemplate(w, r, m, t, err)
	}
	if err != nil {
		return err
	}
	return page.Done(w, r, templateURL(made.ID), page.Flash{Kind: "info", Title: "The template is there. No customer follows it yet."})
}

func (h *Handler) changeTemplate(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	values, err := page.Form(w, r)
	if err != nil {
		return err
	}
	old, err := h.findTemplate(r, m)
	if err != nil {
		return err
	}
	t := filledIn(old, values)
	err = h.Consent.ChangeTemplate(r.Context(), m.Person, t)
	if refused(r, err) {
		return h.againTemplate(w, r, m, t, err)
	}
	if err != nil {
		return err
	}
	return h.drifted(w, r, m, t.ID)
}

// drifted leads to the customers that a change left behind.
func (h *Handler) drifted(w http.ResponseWriter, r *http.Request, m tenant.Membership, id int64) error {
	t, err := h.Consent.Store.Template(r.Context(), m.Scope, id)
	if err != nil {
		return err
	}
	rows, err := h.followers(r, m, t)
	if err != nil {
		return err
	}
	var missing int64
	for _, f := range rows {
		if f.Drift == driftMissing {
			missing++
		}
	}
	said := page.Flash{Kind: "info", Title: "The template is changed. No customer that was read lacks anything of it."}
	if missing > 0 {
		said.Title = "The template is changed. " + ui.Count(missing, "customer lacks", "customers lack") + " something of it now."
	}
	return page.Done(w, r, templateURL(id)+"?sort=drift", said)
}

func (h *Handler) deleteTemplate(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	t, err := h.findTemplate(r, m)
	if err != nil {
		return err
	}
	if err := h.Consent.DeleteTemplate(r.Context(), m.Person, t); err != nil {
		return err
	}
	return page.Done(w, r, "/settings/templates", page.Flash{Kind: "info", Title: "The template “" + t.Name + "” is deleted."})
}

// filledIn is the template as the form has it; the domain checks it.
func filledIn(t domain.Template, values url.Values) domain.Template {
	t.Name, t.Features = values.Get("name"), nil
	for _, f := range values["features"] {
		t.Features = append(t.Features, permission.Feature(f))
	}
	return t
}

// refused tells a fault that the form shows, with what was typed.
func refused(r *http.Request, err error) bool {
	return (errors.Is(err, errs.Invalid) || errors.Is(err, errs.Conflict)) && !page.WantsJSON(r)
}

func (h *Handler) againTemplate(w http.ResponseWriter, r *http.Request, m tenant.Membership, t domain.Template, err error) error {
	f := newTemplateForm(m, t)
	f.fault, _, _ = errs.Sentence(err)
	return h.showTemplateForm(w, r, http.StatusUnprocessableEntity, f)
}
