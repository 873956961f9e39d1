package consent

import (
	"cmp"
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	domain "github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/mail"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/lang"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// formView is the form for a new link.
type formView struct {
	features     map[permission.Feature]bool
	language     permission.Lang
	days         string
	contact      string
	message      string
	offered      []domain.Registration
	registration string // the one to ask with, as the form names it; "": whichever asks for least
	mails        bool   // links can be sent by mail
	to           string // whom to send it to
	faults       page.Faults
}

func newForm(c domain.View, partner Partner, who tenant.Person) formView {
	chosen := c.Features
	switch {
	case c.Plan != nil:
		chosen = c.Plan.Features
	case len(chosen) == 0:
		chosen = permission.Suggested()
	}
	f := formView{features: map[permission.Feature]bool{}, language: permission.LanguageOf(c.Tenant.Country), days: "7", contact: joinContact(partner, who), faults: page.Faults{}}
	for _, feature := range chosen {
		f.features[feature] = true
	}
	return f
}

// joinContact is whom the customer may ask unless told otherwise: the partner, or who makes the link.
func joinContact(partner Partner, who tenant.Person) string {
	if of := strings.Trim(partner.Phone+", "+partner.Mail, ", "); of != "" {
		return of
	}
	return strings.Trim(who.Name+", "+who.UPN, ", ")
}

func (f formView) featureChoice() ui.Choice {
	c := ui.Choice{Name: "features", Legend: "What to ask for", Many: true, Error: f.faults["features"], Hint: "Company and licences, and the receipt, are part of every consent."}
	for _, e := range permission.Catalogue() {
		if e.Required {
			continue
		}
		t := e.Feature.In(permission.English)
		hint := t.Sentence.Plain()
		if e.Kind() == permission.Delegated {
			hint += " Only with a signed-in person."
		}
		if e.Role != "" {
			hint += " The person needs: " + e.Role + "."
		}
		if e.Licence != "" {
			hint += " Needs " + e.Licence + "."
		}
		c.Options = append(c.Options, ui.Option{Value: string(e.Feature), Label: t.Name, Hint: hint, Selected: f.features[e.Feature]})
	}
	return c
}

func (f formView) languageSelect() ui.Select {
	s := ui.Select{Name: "language", Label: "Language of the message", Error: f.faults["language"], Hint: "The page itself follows the reader's browser."}
	for _, l := range permission.Languages {
		s.Options = append(s.Options, ui.Option{Value: string(l), Label: lang.Name(l), Selected: l == f.language})
	}
	return s
}

func (f formView) daysSelect() ui.Select {
	s := ui.Select{Name: "days", Label: "Works for", Error: f.faults["days"]}
	for _, d := range daysOffered {
		n, _ := strconv.Atoi(d)
		s.Options = append(s.Options, ui.Option{Value: d, Label: ui.Count(int64(n), "day", "days"), Selected: d == f.days})
	}
	return s
}

var daysOffered = []string{"1", "3", "7", "14", "30"}

// create makes a link and shows it, once: it is in this answer and nowhere else.
func (h *Handler) create(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	values, err := page.Form(w, r)
	if err != nil {
		return err
	}
	f := formView{features: map[permission.Feature]bool{}, language: permission.Lang(values.Get("language")), days: values.Get("days"),
		contact: values.Get("contact"), message: values.Get("message"), registration: values.Get("registration"), faults: page.Faults{}}
	order := f.order(values["features"])
	f.mails, f.to = h.Mail != nil, strings.TrimSpace(values.Get("to"))
	if f.to != "" && f.mails {
		if f.to, err = mail.ParseAddress(f.to); err != nil {
			sentence, _, _ := errs.Sentence(err)
			f.to = values.Get("to")
			f.faults.Add("to", sentence)
		}
	}
	if len(f.faults) > 0 {
		return h.again(w, r, m, f)
	}
	l, token, err := h.Consent.CreateLink(r.Context(), m.Person, m.Tenant.ID, order)
	if sentence, _, shown := errs.Sentence(err); shown && !page.WantsJSON(r) {
		f.faults.Add("form", sentence)
		return h.again(w, r, m, f)
	}
	if err != nil {
		return err
	}
	address := h.Origin + "/consent/" + token
	v, err := h.createdView(r, m, l, address)
	if err != nil {
		return err
	}
	if f.mails && f.to != "" {
		if v.sent, err = h.send(r.Context(), m.Person, l, f.to, v); err != nil {
			return err
		}
	}
	if page.WantsJSON(r) {
		return page.JSON(w, http.StatusCreated, struct {
			linkRow
			URL  string `json:"url"`
			Mail string `json:"mail,omitempty"` // what became of it
		}{newLinkRow(l, h.now()), address, v.mailed()})
	}
	return page.Render(w, r, http.StatusOK, createdPage(page.Shell(r, m, "New consent link"), v))
}

// order reads the form; fields that a script leaves out get what the form would have sent.
func (f *formView) order(features []string) domain.Order {
	for _, name := range features {
		f.features[permission.Feature(name)] = true
	}
	chosen, err := permission.ParseFeatures(features)
	if err != nil {
		f.faults.Add("features", "One of the features is not known.")
	}
	if f.language == "" {
		f.language = permission.English
	}
	if !f.language.Known() {
		f.faults.Add("language", "Choose one of the six languages.")
	}
	if f.days == "" {
		f.days = "7"
	}
	days, err := strconv.Atoi(f.days)
	if err != nil || days < 1 || days > 30 {
		f.faults.Add("days", "A link lives between 1 and 30 days.")
	}
	for name, value := range map[string]string{"contact": f.contact, "message": f.message} {
		if len([]rune(value)) > 500 {
			f.faults.Add(name, "At most 500 characters.")
		}
	}
	return domain.Order{ClientID: f.orderedRegistration(), Features: chosen, Language: f.language, Message: f.message, Contact: f.contact, Valid: time.Duration(days) * 24 * time.Hour}
}

func (h *Handler) again(w http.ResponseWriter, r *http.Request, m tenant.Membership, f formView) error {
	v, err := h.staffView(r, m)
	if err != nil {
		return err
	}
	f.offered = v.form.offered
	v.form = f
	if page.WantsJSON(r) {
		return page.JSON(w, http.StatusUnprocessableEntity, map[string]any{"status": http.StatusUnprocessableEntity, "faults": f.faults})
	}
	return page.Render(w, r, http.StatusUnprocessableEntity, staffPage(page.Shell(r, m, "Consent"), v))
}

// createdView is the page that shows a new link.
type createdView struct {
	m                      tenant.Membership
	address, subject, mail string
	until, languageN       string
	asks                   domain.Registration
	surplus                int        // application permissions that Microsoft's page will ask for though the link's features do not need them
	sent                   *ui.Banner // what became of the mail; nil: none was asked for
}

func (v createdView) mailed() string {
	if v.sent == nil {
		return ""
	}
	return v.sent.Title
}

// send mails the link. That it failed is no failure of making it: the page says so, and shows the text to copy.
func (h *Handler) send(ctx context.Context, who tenant.Person, l domain.Link, to string, v createdView) (*ui.Banner, error) {
	err := h.Mail.Send(ctx, mail.Message{To: to, Subject: v.subject, Text: v.mail})
	if sentence, next, shown := errs.Sentence(err); err != nil {
		h.Log.WarnContext(ctx, "consent link not sent", "tenant_id", l.Tenant.String(), "err", err)
		if !shown {
			sentence, next = "The mail was not sent.", "Copy the text and send it yourself."
		}
		return &ui.Banner{Kind: "warn", Title: sentence, Text: next}, nil
	}
	return &ui.Banner{Kind: "ok", Title: "The link was sent to " + to + "."}, h.Consent.LinkSent(ctx, who, l, to)
}

func (h *Handler) createdView(r *http.Request, m tenant.Membership, l domain.Link, address string) (createdView, error) {
	who, w := h.partner(r.Context()), inLang[l.Language]
	asks, err := h.Consent.Registration(r.Context(), l.ClientID)
	if err != nil {
		return createdView{}, err
	}
	f := lang.Fill("partner", who.Name, "customer", m.Tenant.Name(), "program", cmp.Or(asks.Name, "Tenantry"), "link", address, "date", lang.On(l.Language, l.ExpiresAt), "contact", l.Contact)
	return createdView{
		m: m, address: address, subject: f.Text(w.mailSubject), mail: strings.TrimSpace(f.Text(w.mailText)),
		until: lang.On(permission.English, l.ExpiresAt), languageN: lang.Name(l.Language), asks: asks, surplus: len(asks.Surplus(l.Features)),
	}, nil
}
