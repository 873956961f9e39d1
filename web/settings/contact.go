package settings

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/mail"
	"github.com/tenantry/tenantry/internal/partner"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// contactView is whom customers may ask about their data, and the form that changes it. It is the page's JSON twin.
type contactView struct {
	Name      string     `json:"name"`
	Mail      string     `json:"mail"`
	ChangedAt *time.Time `json:"changed_at"` // null: nobody changed it
	ChangedBy string     `json:"changed_by,omitempty"`

	faults page.Faults
	now    time.Time
}

func (h *Handler) contact(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	v, err := h.contactNow(r.Context())
	if err != nil {
		return err
	}
	return page.Answer(w, r, v, contactPage(page.Shell(r, m, "Privacy contact"), v))
}

func (h *Handler) contactNow(ctx context.Context) (contactView, error) {
	p, err := h.Contact.Privacy(ctx)
	v := contactView{Name: p.Name, Mail: p.Mail, ChangedBy: p.ChangedBy, now: page.ChromeOf(ctx).Now, faults: page.Faults{}}
	if !p.ChangedAt.IsZero() {
		at := p.ChangedAt.UTC()
		v.ChangedAt = &at
	}
	return v, err
}

func (h *Handler) keepContact(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	values, err := page.Form(w, r)
	if err != nil {
		return err
	}
	v, err := h.contactNow(r.Context())
	if err != nil {
		return err
	}
	was := partner.Privacy{Name: v.Name, Mail: v.Mail}
	v.Name, v.Mail = values.Get("name"), strings.TrimSpace(values.Get("mail"))
	if v.Mail != "" {
		address, err := mail.ParseAddress(v.Mail)
		if sentence, _, _ := errs.Sentence(err); err != nil {
			v.faults.Add("mail", sentence)
		} else {
			v.Mail = address
		}
	}
	if len(v.faults) == 0 {
		err := h.Contact.SetPrivacy(r.Context(), partner.Privacy{Name: v.Name, Mail: v.Mail}, m.Person.UPN)
		if sentence, _, shown := errs.Sentence(err); shown {
			v.faults.Add("name", sentence)
		} else if err != nil {
			return err
		}
	}
	if len(v.faults) > 0 {
		if page.WantsJSON(r) {
			return page.JSON(w, http.StatusUnprocessableEntity, map[string]any{"status": http.StatusUnprocessableEntity, "faults": v.faults})
		}
		return page.Render(w, r, http.StatusUnprocessableEntity, contactPage(page.Shell(r, m, "Privacy contact"), v))
	}
	if err := h.record(r, m, "privacy contact", was, partner.Privacy{Name: v.Name, Mail: v.Mail}); err != nil {
		return err
	}
	return page.Done(w, r, "/settings/contact", page.Flash{Kind: "info", Title: "The privacy contact is changed. Customers see it from now on."})
}

// record keeps in the partner's own chain what a setting was and is.
func (h *Handler) record(r *http.Request, m tenant.Membership, object string, from, to any) error {
	if h.Audit == nil {
		return nil
	}
	e := audit.By(m.Person)
	e.Action, e.Object, e.RequestID = "setting.changed", object, middleware.RequestID(r.Context())
	e.Detail = map[string]any{"from": from, "to": to}
	return h.Audit.Append(context.WithoutCancel(r.Context()), h.Tenants.Home(), e)
}

func (v contactView) header() ui.PageHeader {
	return ui.PageHeader{Context: []ui.Crumb{{Text: "Settings", URL: "/settings"}}, Title: "Privacy contact", Lead: "Whom customers may ask about their data. It stands below each page that their administrators read: consent, receipt, evidence and proof of deletion."}
}

func (v contactView) changed() ui.Facts {
	if v.ChangedAt == nil {
		return ui.Facts{Items: []ui.Fact{{Label: "Changed", Value: ui.TextCell("never; nobody is named to customers")}}}
	}
	return ui.Facts{Items: []ui.Fact{{Label: "Changed", Value: ui.TimeCell(ui.NewTime(*v.ChangedAt, v.now)), Note: v.ChangedBy}}}
}

func (v contactView) fields() []ui.Field {
	return []ui.Field{
		{Name: "name", Label: "Person or office", Value: v.Name, Error: v.faults["name"], Max: partner.MaxName, Autocomplete: "off", Hint: "Such as “Data protection officer”. Customers read it in each of the six languages."},
		{Name: "mail", Label: "E-mail address", Type: "email", Value: v.Mail, Error: v.faults["mail"], Max: 254, Autocomplete: "off"},
	}
}
