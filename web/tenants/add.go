package tenants

import (
	"errors"
	"net/http"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// addView is the form that adds a customer, with what was typed and what is wrong with it.
type addView struct{ Given, Fault string }

func (h *Handler) form(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	return page.Render(w, r, http.StatusOK, addPage(page.Shell(r, m, "Add customer"), addView{}))
}

// add finds the tenant at Microsoft, pins its GUID, and leads to its consent page. Nothing is asked of the customer yet.
func (h *Handler) add(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	form, err := page.Form(w, r)
	if err != nil {
		return err
	}
	given := form.Get("domain")
	t, made, err := h.Add.AddTenant(r.Context(), m.Person, given)
	if err == nil && !made && !m.Reach.Has(t.ID) {
		err = errs.Show(errs.Invalid, "This customer is known already, but not assigned to you. An owner can assign it.")
	}
	if errors.Is(err, errs.Invalid) || errors.Is(err, errs.NotFound) {
		v := addView{Given: given, Fault: "This is not a domain or a tenant number that Microsoft knows."}
		if sentence, _, ok := errs.Sentence(err); ok {
			v.Fault = sentence
		}
		return page.Render(w, r, http.StatusUnprocessableEntity, addPage(page.Shell(r, m, "Add customer"), v))
	}
	if err != nil {
		return err
	}
	if !made {
		return page.Done(w, r, "/t/"+t.ID.String()+"/consent", page.Flash{Kind: "info", Title: t.Name() + " was here already."})
	}
	return page.Done(w, r, "/t/"+t.ID.String()+"/consent", page.Flash{Kind: "info", Title: t.Name() + " was added.", Text: "Nothing is read before an administrator there agrees."})
}

func (v addView) field() ui.Field {
	return ui.Field{
		Name: "domain", Label: "Domain or tenant number", Value: v.Given, Error: v.Fault, Required: true, Max: 253, Focus: true, Autocomplete: "off",
		Hint: "For example contoso.com or contoso.onmicrosoft.com. The portal looks up the tenant at Microsoft; the customer is not asked yet.",
	}
}
