package settings

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/mail"
	"github.com/tenantry/tenantry/internal/partner"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// contactView is how customers reach the partner, and the form that changes it. It is the page's JSON twin.
type contactView struct {
	partner.Contact
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
	return page.Answer(w, r, v, contactPage(page.Shell(r, m, "Contact"), v))
}

func (h *Handler) contactNow(ctx context.Context) (contactView, error) {
	c, err := h.Contact.Contact(ctx)
	v := contactView{Contact: c.Contact, ChangedBy: c.By, now: page.ChromeOf(ctx).Now, faults: page.Faults{}}
	if !c.At.IsZero() {
		at := c.At.UTC()
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
	was := v.Contact
	v.fill(values)
	if len(v.faults) > 0 {
		if page.WantsJSON(r) {
			return page.JSON(w, http.StatusUnprocessableEntity, map[string]any{"status": http.StatusUnprocessableEntity, "faults": v.faults})
		}
		return page.Render(w, r, http.StatusUnprocessableEntity, contactPage(page.Shell(r, m, "Contact"), v))
	}
	if err := h.Contact.SetContact(r.Context(), v.Contact, m.Person.UPN); err != nil {
		return err
	}
	if err := h.record(r, m, "contact of the partner", was, v.Contact); err != nil {
		return err
	}
	return page.Done(w, r, "/settings/contact", page.Flash{Kind: "info", Title: "The contact is changed. Customers see it from now on."})
}

// fill takes what was typed, and what is wrong with it.
func (v *contactView) fill(values url.Values) {
	for name, part := range v.parts() {
		*part = strings.TrimSpace(values.Get(name))
		if utf8.RuneCountInString(*part) > partner.MaxText {
			v.faults.Add(name, fmt.Sprintf("At most %d characters.", partner.MaxText))
		}
	}
	for name, part := range map[string]*string{"mail": &v.Mail, "privacy_mail": &v.PrivacyMail} {
		if *part == "" {
			continue
		}
		address, err := mail.ParseAddress(*part)
		if sentence, _, _ := errs.Sentence(err); err != nil {
			v.faults.Add(name, sentence)
			continue
		}
		*part = address
	}
}

// parts are the fields of the form by name.
func (v *contactView) parts() map[string]*string {
	return map[string]*string{"address": &v.Address, "phone": &v.Phone, "mail": &v.Mail, "privacy_name": &v.PrivacyName, "privacy_mail": &v.PrivacyMail}
}

// record keeps in the partner's own chain what a setting was and is.
func (h *Handler) record(r *http.Request, m tenant.Membership, object string, from, to any) error {
	e := audit.Entry{Action: "setting.changed", Object: object, Detail: map[string]any{"from": from, "to": to}, RequestID: middleware.RequestID(r.Context())}
	return h.Audit.Keep(r.Context(), h.Tenants.Home(), m.Person, e)
}

func (v contactView) header() ui.PageHeader {
	return ui.PageHeader{Context: []ui.Crumb{{Text: "Settings", URL: "/settings"}}, Title: "Contact", Lead: "How customers reach you. What is empty is not shown."}
}

func (v contactView) changed() ui.Facts {
	if v.ChangedAt == nil {
		return ui.Facts{Items: []ui.Fact{{Label: "Changed", Value: ui.TextCell("never; customers see only whom each link names")}}}
	}
	return ui.Facts{Items: []ui.Fact{{Label: "Changed", Value: ui.TimeCell(ui.NewTime(*v.ChangedAt, v.now)), Note: v.ChangedBy}}}
}

func (v contactView) fields() []ui.Field {
	fields := []ui.Field{
		{Name: "address", Label: "Postal address", Hint: "Below your name, where customers read who asks for their consent."},
		{Name: "phone", Label: "Phone", Hint: "For questions before they agree, unless the link names somebody else."},
		{Name: "mail", Label: "E-mail address", Type: "email"},
		{Name: "privacy_name", Label: "Person or office for questions about data", Hint: "Below each page that a customer’s administrator reads: consent, receipt, evidence and proof of deletion."},
		{Name: "privacy_mail", Label: "E-mail address for questions about data", Type: "email"},
	}
	for i, f := range fields {
		fields[i].Value, fields[i].Error, fields[i].Max, fields[i].Autocomplete = *v.parts()[f.Name], v.faults[f.Name], partner.MaxText, "off"
	}
	return fields
}
