package consent

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	domain "github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/failure"
	"github.com/tenantry/tenantry/internal/mail"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/lang"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// staffView is the tenant's consent page, and its JSON twin.
type staffView struct {
	TenantID   tenant.ID    `json:"tenant_id"`
	TenantName string       `json:"tenant_name"`
	State      tenant.State `json:"state"`
	Since      time.Time    `json:"state_since"`
	AsOf       *time.Time   `json:"as_of"` // the latest whole reading; null: never
	Problem    string       `json:"problem,omitempty"`
	Doctor     string       `json:"doctor,omitempty"` // the page that says what is behind the latest failure
	Features   []featureRow `json:"features"`
	Granted    []grantRow   `json:"granted"`
	Missing    []grantRow   `json:"missing"`
	Surplus    []grantRow   `json:"surplus"`
	Past       []grantRow   `json:"past"`
	History    []moveRow    `json:"history"` // latest first
	Links      []linkRow    `json:"links"`
	Others     []otherRow   `json:"other_registrations"` // that the customer knows besides, or may know
	Plan       planView     `json:"plan"`
	Program    string       `json:"program"`              // what Microsoft calls the app registration that the customer knows
	Withdrawal *taken       `json:"withdrawal,omitempty"` // taken back by the customer on their evidence page, and not given anew

	m        tenant.Membership
	now      time.Time
	late     bool
	known    domain.Registration
	lastAny  *domain.Reading
	returned bool // Doctor is about a consent that came back without effect
	form     formView
}

// taken is a withdrawal as staff should know it.
type taken struct {
	At        time.Time  `json:"at"`
	By        string     `json:"by"`
	DeleteAt  time.Time  `json:"delete_at"`
	DeletedAt *time.Time `json:"deleted_at"`
	GoneAt    *time.Time `json:"gone_at"` // null: Microsoft still knew the program, or did not say
}

// taken is the tenant's standing withdrawal, or nil.
func (h *Handler) taken(ctx context.Context, tid tenant.ID) (*taken, error) {
	if h.Withdrawals == nil {
		return nil, nil
	}
	w, err := h.Withdrawals.Store.Latest(ctx, tid)
	if errors.Is(err, errs.NotFound) || err == nil && !w.Stands {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	t := &taken{At: w.At, By: w.By, DeleteAt: w.DeleteAt}
	if !w.DeletedAt.IsZero() {
		t.DeletedAt = &w.DeletedAt
	}
	if !w.GoneAt.IsZero() {
		t.GoneAt = &w.GoneAt
	}
	return t, nil
}

type featureRow struct {
	Feature permission.Feature `json:"feature"`
	Name    string             `json:"name"`
	Wanted  bool               `json:"wanted"`
	Works   bool               `json:"works"`
	Known   bool               `json:"known"` // false: not read, so it is not known whether it works
	Because string             `json:"because,omitempty"`
}

type grantRow struct {
	Name      string          `json:"name"`
	Kind      permission.Kind `json:"kind"`
	Resource  string          `json:"resource"`
	Writes    bool            `json:"writes"`
	Meaning   string          `json:"meaning,omitempty"` // of a permission that Microsoft gives to partner solutions only
	Was       string          `json:"was,omitempty"`
	FirstSeen time.Time       `json:"first_seen"`
	LastSeen  time.Time       `json:"last_seen"`
	GoneAt    *time.Time      `json:"gone_at,omitempty"`
}

type linkRow struct {
	ID        int64                `json:"id"`
	State     domain.LinkState     `json:"state"`
	Features  []permission.Feature `json:"features"`
	Language  permission.Lang      `json:"language"`
	CreatedAt time.Time            `json:"created_at"`
	CreatedBy string               `json:"created_by"`
	ExpiresAt time.Time            `json:"expires_at"`
	UsedAt    *time.Time           `json:"used_at,omitempty"`
	RevokedAt *time.Time           `json:"revoked_at,omitempty"`
	RevokedBy string               `json:"revoked_by,omitempty"`
}

// rereadTarget is how often grants are read; older is late.
const rereadTarget = 26 * time.Hour

func (h *Handler) show(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	v, err := h.staffView(r, m)
	if err != nil {
		return err
	}
	return page.Answer(w, r, v, staffPage(page.Shell(r, m, "Consent"), v))
}

func (h *Handler) staffView(r *http.Request, m tenant.Membership) (staffView, error) {
	c, err := h.Consent.View(r.Context(), m.Tenant.ID)
	if err != nil {
		return staffView{}, err
	}
	v := staffView{
		TenantID: c.Tenant.ID, TenantName: c.Tenant.Name(), State: c.Tenant.State, Since: c.Tenant.StateSince,
		Granted: []grantRow{}, Missing: []grantRow{}, Surplus: []grantRow{}, Past: []grantRow{}, Links: []linkRow{},
		m: m, now: h.now(), lastAny: c.LastAny,
	}
	if c.LastFull != nil {
		v.AsOf = &c.LastFull.At
		v.late = v.now.Sub(c.LastFull.At) > rereadTarget
	}
	if c.LastAny != nil && !c.LastAny.Whole() {
		v.Problem = c.LastAny.Problem
	}
	if v.Doctor, v.returned, err = h.failed(r.Context(), m.Tenant.ID); err != nil {
		return staffView{}, err
	}
	for _, st := range c.Open {
		to := map[string]*[]grantRow{domain.StandingGranted: &v.Granted, domain.StandingMissing: &v.Missing, domain.StandingSurplus: &v.Surplus}[st.Standing]
		*to = append(*to, newGrantRow(st))
	}
	for _, st := range c.Past {
		row := newGrantRow(st)
		row.Was = st.Standing
		v.Past = append(v.Past, row)
	}
	v.History = newHistory(c)
	for _, l := range c.Links {
		v.Links = append(v.Links, newLinkRow(l, v.now))
	}
	if v.Others, err = h.others(r.Context(), c); err != nil {
		return staffView{}, err
	}
	if v.Withdrawal, err = h.taken(r.Context(), m.Tenant.ID); err != nil {
		return staffView{}, err
	}
	if v.Plan, err = h.planView(r, m, c); err != nil {
		return staffView{}, err
	}
	v.Features = featureRows(c)
	v.form = newForm(c, h.partner(r.Context()), m.Person)
	v.form.mails = h.Mail != nil
	if v.form.offered, err = h.Consent.Offered(r.Context()); err != nil {
		return staffView{}, err
	}
	v.known, err = h.knownBy(r.Context(), m.Tenant.ID)
	v.Program = v.known.Name
	return v, err
}

// failed is the page that explains the latest look that failed, or else the latest consent that came back without effect.
func (h *Handler) failed(ctx context.Context, tid tenant.ID) (url string, returned bool, err error) {
	if h.Failures == nil {
		return "", false, nil
	}
	for _, kind := range []string{failure.Grants, failure.Return} {
		f, err := h.Failures.Latest(ctx, tid, failure.Consent, kind)
		if err == nil {
			return fresh.FailureURL(tid, f.ID), kind == failure.Return, nil
		}
		if !errors.Is(err, errs.NotFound) {
			return "", false, err
		}
	}
	return "", false, nil
}

func newGrantRow(st domain.Standing) grantRow {
	p := st.Permission
	row := grantRow{Name: p.Name, Kind: p.Kind, Resource: p.Resource.Label(), Writes: p.Writes(), FirstSeen: st.FirstSeen, LastSeen: st.LastSeen, GoneAt: st.GoneAt}
	if s, ok := permission.PartnerSolutionOf(p); ok {
		row.Name, row.Meaning = s.Name, s.Solution+": "+s.Explanation
	}
	return row
}

func newLinkRow(l domain.Link, now time.Time) linkRow {
	return linkRow{
		ID: l.ID, State: l.State(now), Features: l.Features, Language: l.Language, CreatedAt: l.CreatedAt, CreatedBy: l.CreatedBy,
		ExpiresAt: l.ExpiresAt, UsedAt: l.UsedAt, RevokedAt: l.RevokedAt, RevokedBy: l.RevokedBy,
	}
}

func featureRows(c domain.View) []featureRow {
	var rows []featureRow
	for _, s := range permission.FeaturesOf(domain.Held(c.Open)) {
		row := featureRow{Feature: s.Feature, Name: s.Feature.In(permission.English).Name, Wanted: slices.Contains(c.Features, s.Feature), Known: c.LastFull != nil}
		if row.Known {
			row.Works, row.Because = s.Works, s.Because()
		}
		rows = append(rows, row)
	}
	return rows
}

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

func (h *Handler) revoke(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	id, err := strconv.ParseInt(chi.URLParam(r, "link"), 10, 64)
	if err != nil {
		return errs.NotFound
	}
	if err := h.Consent.RevokeLink(r.Context(), m.Person, m.Tenant.ID, id); err != nil {
		return err
	}
	return page.SeeOther(w, r, m.Path("/consent"))
}

// read looks into the tenant now.
func (h *Handler) read(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	if _, err := h.Consent.Reread(r.Context(), m.Tenant.ID); err != nil {
		return err
	}
	return page.SeeOther(w, r, m.Path("/consent"))
}
