package consent

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	domain "github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/lang"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// landingView is the page, and its JSON twin.
type landingView struct {
	Partner  string               `json:"partner"`
	Customer string               `json:"customer"`
	TenantID tenant.ID            `json:"tenant_id"`
	Language permission.Lang      `json:"language"`
	Until    time.Time            `json:"valid_until"`
	Features []permission.Feature `json:"features"`
	Names    []string             `json:"permissions"`

	words         words
	fill          lang.Filler
	lead          Partner
	domain        string
	contact       string
	message, from string
	until         string
	reads, sees   ui.Statements
	changes       ui.Statements
	never, kept   ui.Statements
	next          ui.Numbered
	twice         ui.Spans
	more          string
	moreNames     []string
	action        string
	days          int // for which history is kept; 0: not known
}

// landing shows the link's page. Looking uses nothing up, however often and by whomever.
func (h *Handler) landing(w http.ResponseWriter, r *http.Request) error {
	private(w)
	l, t, err := h.Consent.Open(r.Context(), chi.URLParam(r, "token"))
	if errors.Is(err, errs.NotFound) {
		return h.notFound(w, r)
	}
	if err != nil {
		return err
	}
	if state := l.State(h.now()); state != domain.LinkOpen {
		return h.over(w, r, l, t, state)
	}
	in := lang.Of(r)
	v, err := h.landingView(r, l, t, in)
	if err != nil {
		return err
	}
	if page.WantsJSON(r) {
		return page.JSON(w, http.StatusOK, v)
	}
	return page.Render(w, r, http.StatusOK, landingPage(h.frame(v.lead).Shell(r, in, v.fill.Text(v.words.title), page.Fingerprint(v)), v))
}

// private keeps the secret in the address from leaving with a click or staying in a cache.
func private(w http.ResponseWriter) {
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Header().Set("X-Robots-Tag", "noindex, nofollow")
	w.Header().Add("Vary", "Accept-Language")
}

func (h *Handler) landingView(r *http.Request, l domain.Link, t tenant.Tenant, in permission.Lang) (landingView, error) {
	who := h.partner(r.Context())
	asks, err := h.Consent.Registration(r.Context(), l.ClientID)
	if err != nil {
		return landingView{}, err
	}
	v := landingView{
		Partner: who.Name, Customer: t.Name(), TenantID: t.ID, Language: in, Until: l.ExpiresAt, Features: l.Features,
		words: inLang[in], lead: who, domain: t.DefaultDomain, contact: l.Contact, message: l.Message, from: l.CreatedBy, action: r.URL.Path, days: h.keeps(r.Context()),
	}
	v.until = lang.On(v.Language, l.ExpiresAt)
	v.fill = lang.Fill("partner", who.Name, "customer", t.Name(), "program", asks.Name, "host", h.LoginHost, "who", personOf(l.CreatedBy))
	application, delegated := permission.Plan(l.Features)
	var seen, changing []permission.Permission
	for _, p := range delegated {
		if p.Writes() {
			changing = append(changing, p)
		} else {
			seen = append(seen, p)
		}
	}
	v.reads, v.sees, v.changes = v.group(l.Features, application), v.group(l.Features, seen), v.group(l.Features, changing)
	if len(v.changes.Items) == 0 {
		v.changes.Items = []ui.Statement{{Icon: "prohibited", Text: v.fill.Spans(v.words.changeNone)}}
	}
	for i, s := range v.words.never {
		if i == 2 && slices.Contains(l.Features, permission.GuestChanges) {
			continue // then the right to give roles is asked for, and never would not be true
		}
		v.never.Items = append(v.never.Items, ui.Statement{Icon: [...]string{"mail", "key", "person_add"}[i], Text: v.fill.Spans(s)})
	}
	for _, s := range v.words.next {
		if asks.Name == "" && strings.Contains(s, "{program}") {
			// The registration's name was not read yet. A wrong name would make a careful reader stop, so none is promised.
			s, _, _ = strings.Cut(s, ". ")
			s += "."
		}
		v.next = append(v.next, v.fill.Spans(s))
	}
	for _, p := range slices.Concat(application, delegated) {
		v.Names = append(v.Names, p.Name)
	}
	if len(permission.Rounds(l.Features, nil, asks.Delegated)) > 1 {
		v.twice = v.fill.Spans(v.words.twice)
	}
	v.kept.Items = []ui.Statement{{Icon: "database", Text: v.fill.Spans(v.words.kept[0])}}
	if v.days > 0 {
		f := lang.Fill("days", strconv.Itoa(v.days))
		v.kept.Items = append(v.kept.Items, ui.Statement{Icon: "history", Text: f.Spans(v.words.kept[1])})
	}
	v.addMore(application, asks)
	return v, nil
}

// group is one card: the features whose permissions are among these, with Microsoft's names folded under them.
func (v landingView) group(features []permission.Feature, ps []permission.Permission) ui.Statements {
	var s ui.Statements
	for _, f := range features {
		e, _ := permission.EntryOf(f)
		if slices.ContainsFunc(ps, func(p permission.Permission) bool {
			return p.Kind == e.Kind() && p.Writes() == e.Operations[0].Accepts[0].Writes()
		}) {
			s.Items = append(s.Items, ui.Statement{Icon: featureIcons[f], Text: lang.Fill().Spans(string(f.In(v.Language).Sentence))})
		}
	}
	for _, p := range ps {
		s.Names = append(s.Names, v.named(p))
	}
	if len(ps) > 0 {
		s.Summary = v.words.names.Count(v.Language, len(ps))
	}
	return s
}

// changeLead says who may change things; where nobody may, there is nothing to say.
func (v landingView) changeLead() string {
	if v.changes.Summary == "" {
		return ""
	}
	return v.words.changeNote
}

func (v landingView) named(p permission.Permission) string {
	kind := v.words.application
	if p.Kind == permission.Delegated {
		kind = v.words.delegated
	}
	return p.Name + " (" + kind + ")"
}

// addMore tells what Microsoft's page will list besides: a registration has one list, and .default asks for all of it.
func (v *landingView) addMore(application []permission.Permission, asks domain.Registration) {
	if len(application) == 0 {
		return
	}
	for _, p := range slices.Concat(asks.Application, asks.Delegated) {
		if !slices.Contains(v.Names, p.Name) {
			v.moreNames = append(v.moreNames, v.named(p))
		}
	}
	if len(v.moreNames) > 0 {
		v.more = v.words.more.Count(v.Language, len(v.moreNames))
	}
}

var featureIcons = map[permission.Feature]string{
	permission.Devices: "laptop", permission.Apps: "apps", permission.Configuration: "options", permission.Roles: "people",
	permission.Services: "certificate", permission.Provisioning: "people_sync", permission.Directory: "building", permission.Proof: "signature",
	permission.Guests: "person", permission.GuestSignIns: "clock", permission.Groups: "people", permission.Administrators: "person_key", permission.Incidents: "shield", permission.IncidentList: "shield", permission.IncidentChanges: "shield_task", permission.Hunting: "search", permission.DeviceActions: "arrow_clockwise", permission.DeviceChanges: "edit", permission.MyDevices: "person",
}

// personOf is the name of "Name <upn>": the customer reads who asks, not their account.
func personOf(s string) string {
	name, _, _ := strings.Cut(s, " <")
	return name
}

// decide takes the answer to the page. Without one of our two answers nothing is begun: whatever sends forms blindly does not count.
func (h *Handler) decide(w http.ResponseWriter, r *http.Request) error {
	private(w)
	form, err := page.Form(w, r)
	if err != nil {
		return err
	}
	token, in := chi.URLParam(r, "token"), lang.Of(r, permission.Lang(form.Get("lang")))
	l, t, err := h.Consent.Open(r.Context(), token)
	if errors.Is(err, errs.NotFound) {
		return h.notFound(w, r)
	}
	if err != nil {
		return err
	}
	if state := l.State(h.now()); state != domain.LinkOpen {
		return h.over(w, r, l, t, state)
	}
	switch form.Get("decision") {
	case "continue":
		to, err := h.Consent.Begin(r.Context(), token, in)
		if err != nil {
			return err
		}
		return page.SeeOther(w, r, to)
	case "decline":
		receipt, err := h.Consent.Decline(r.Context(), token, in)
		if err != nil {
			return err
		}
		return page.SeeOther(w, r, "/auth/consent/"+receipt)
	}
	return errs.ShowNext(errs.Invalid, "The form holds no answer, so nothing was begun.", "Open the link and choose one of the two buttons.")
}

// over shows a link that has ended, and why.
func (h *Handler) over(w http.ResponseWriter, r *http.Request, l domain.Link, t tenant.Tenant, state domain.LinkState) error {
	in := lang.Of(r)
	who := h.partner(r.Context())
	f := lang.Fill("partner", who.Name, "customer", t.Name(), "until", lang.On(in, l.ExpiresAt))
	v := messageView{text: filled(f, inLang[in].gone[state]), shape: ui.ShapeStale}
	if state == domain.LinkUsed {
		v.actions = []ui.Action{{Text: inLang[in].evidence, URL: "/evidence", Kind: ui.Primary, Large: true}}
	}
	return h.message(w, r, http.StatusGone, in, who, v)
}

func (h *Handler) notFound(w http.ResponseWriter, r *http.Request) error {
	in := lang.Of(r)
	return h.message(w, r, http.StatusNotFound, in, h.partner(r.Context()), messageView{text: inLang[in].notFound, shape: ui.ShapeUnknown})
}

// messageView is a page with a heading, what happened and one next step.
type messageView struct {
	text    text
	shape   ui.Shape
	groups  []featureGroup
	actions []ui.Action
	refresh int
	facts   ui.Facts

	grantedTitle string // of a receipt
	granted      []string
	entry        int64  // of the chain of what was done: that this consent was read
	hash         string // of that entry
	check        string // how to check it
}

// kind colours the banner that holds the next step.
func (v messageView) kind() string {
	switch v.shape {
	case ui.ShapeOK:
		return "ok"
	case ui.ShapeWarn, ui.ShapePartial:
		return "warn"
	case ui.ShapeBad:
		return "bad"
	case ui.ShapePending:
		return "info"
	}
	return "unknown"
}

type featureGroup struct {
	title string
	items ui.Consequences
}

// messageJSON is its twin.
type messageJSON struct {
	Status int    `json:"status"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
	Next   string `json:"next"`

	Granted []string `json:"granted,omitempty"` // of a receipt, in Microsoft's words
	Entry   int64    `json:"entry,omitempty"`   // of the chain of what was done
	Hash    string   `json:"hash,omitempty"`    // of that entry
}

func (h *Handler) message(w http.ResponseWriter, r *http.Request, status int, in permission.Lang, who Partner, v messageView) error {
	twin := messageJSON{status, v.text.title, v.text.what, v.text.next, v.granted, v.entry, v.hash}
	if page.WantsJSON(r) {
		return page.JSON(w, status, twin)
	}
	fingerprint := v.hash
	if fingerprint == "" {
		fingerprint = page.Fingerprint(twin)
	}
	s := h.frame(who).Shell(r, in, v.text.title, fingerprint)
	s.Refresh = v.refresh
	return page.Render(w, r, status, templ.Component(messagePage(s, v)))
}
