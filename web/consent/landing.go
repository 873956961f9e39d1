package consent

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"
	"golang.org/x/text/language"

	domain "github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

var matcher = language.NewMatcher([]language.Tag{language.English, language.French, language.German, language.Spanish, language.Dutch, language.Greek})

// languageOf is the chosen language, then the first fallback that is one of the six, then what the browser prefers.
func languageOf(r *http.Request, fallback ...permission.Lang) permission.Lang {
	if l := permission.Lang(r.URL.Query().Get("lang")); l.Known() {
		return l
	}
	for _, l := range fallback {
		if l.Known() {
			return l
		}
	}
	tags, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	if err != nil || len(tags) == 0 {
		return permission.English
	}
	_, i, _ := matcher.Match(tags...)
	return permission.Languages[i]
}

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
	fill          filler
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
	lang := languageOf(r)
	v := h.landingView(r, l, t, lang)
	if page.WantsJSON(r) {
		return page.JSON(w, http.StatusOK, v)
	}
	return page.Render(w, r, http.StatusOK, landingPage(h.shell(r, v.lead, lang, v.fill.text(v.words.title)), v))
}

// private keeps the secret in the address from leaving with a click or staying in a cache.
func private(w http.ResponseWriter) {
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Header().Set("X-Robots-Tag", "noindex, nofollow")
	w.Header().Add("Vary", "Accept-Language")
}

func (h *Handler) landingView(r *http.Request, l domain.Link, t tenant.Tenant, lang permission.Lang) landingView {
	who := h.partner(r.Context())
	v := landingView{
		Partner: who.Name, Customer: t.Name(), TenantID: t.ID, Language: lang, Until: l.ExpiresAt, Features: l.Features,
		words: inLang[lang], lead: who, domain: t.DefaultDomain, contact: l.Contact, message: l.Message, from: l.CreatedBy, action: r.URL.Path, days: h.keeps(r.Context()),
	}
	v.until = v.words.on(l.ExpiresAt)
	v.fill = fill("partner", who.Name, "customer", t.Name(), "program", who.Program, "host", h.LoginHost, "who", personOf(l.CreatedBy))
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
		v.changes.Items = []ui.Statement{{Icon: "prohibited", Text: v.fill.spans(v.words.changeNone)}}
	}
	for i, s := range v.words.never {
		if i == 2 && slices.Contains(l.Features, permission.GuestChanges) {
			continue // then the right to give roles is asked for, and never would not be true
		}
		v.never.Items = append(v.never.Items, ui.Statement{Icon: [...]string{"mail", "key", "person_add"}[i], Text: v.fill.spans(s)})
	}
	for _, s := range v.words.next {
		if who.Program == "" && strings.Contains(s, "{program}") {
			// The registration's name was not read yet. A wrong name would make a careful reader stop, so none is promised.
			s, _, _ = strings.Cut(s, ". ")
			s += "."
		}
		v.next = append(v.next, v.fill.spans(s))
	}
	for _, p := range slices.Concat(application, delegated) {
		v.Names = append(v.Names, p.Name)
	}
	if len(permission.Rounds(l.Features, nil)) > 1 {
		v.twice = v.fill.spans(v.words.twice)
	}
	v.kept.Items = []ui.Statement{{Icon: "database", Text: v.fill.spans(v.words.kept[0])}}
	if v.days > 0 {
		f := fill("days", strconv.Itoa(v.days))
		v.kept.Items = append(v.kept.Items, ui.Statement{Icon: "history", Text: f.spans(v.words.kept[1])})
	}
	v.addMore(application)
	return v
}

// group is one card: the features whose permissions are among these, with Microsoft's names folded under them.
func (v landingView) group(features []permission.Feature, ps []permission.Permission) ui.Statements {
	var s ui.Statements
	for _, f := range features {
		e, _ := permission.EntryOf(f)
		if slices.ContainsFunc(ps, func(p permission.Permission) bool {
			return p.Kind == e.Kind() && p.Writes() == e.Operations[0].Accepts[0].Writes()
		}) {
			s.Items = append(s.Items, ui.Statement{Icon: featureIcons[f], Text: fill().spans(string(f.In(v.Language).Sentence))})
		}
	}
	for _, p := range ps {
		s.Names = append(s.Names, v.named(p))
	}
	if len(ps) > 0 {
		s.Summary = counted(v.Language, "names", len(ps))
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
func (v *landingView) addMore(application []permission.Permission) {
	if len(application) == 0 {
		return
	}
	a, d := permission.Registered()
	for _, p := range slices.Concat(a, d) {
		if !slices.Contains(v.Names, p.Name) {
			v.moreNames = append(v.moreNames, v.named(p))
		}
	}
	if len(v.moreNames) > 0 {
		v.more = counted(v.Language, "more", len(v.moreNames))
	}
}

var featureIcons = map[permission.Feature]string{
	permission.Devices: "laptop", permission.Apps: "apps", permission.Configuration: "options", permission.Roles: "people",
	permission.Services: "certificate", permission.Provisioning: "people_sync", permission.Directory: "building", permission.Proof: "signature",
	permission.Guests: "person", permission.Groups: "people", permission.Incidents: "shield", permission.DeviceActions: "arrow_clockwise", permission.MyDevices: "person",
}

// personOf is the name of "Name <upn>": the customer reads who asks, not their account.
func personOf(s string) string {
	name, _, _ := strings.Cut(s, " <")
	return name
}

// shell is the customer's frame: the partner leads, languages beside it.
func (h *Handler) shell(r *http.Request, who Partner, lang permission.Lang, title string) ui.Shell {
	s := page.PlainShell(r, title)
	s.Lang, s.Skip = string(lang), inLang[lang].skip
	s.Partner = &ui.Partner{Name: who.Name, Initials: initials(who.Name)}
	for _, l := range permission.Languages {
		s.Languages = append(s.Languages, ui.LanguageLink{Lang: string(l), Name: inLang[l].name, URL: r.URL.Path + "?lang=" + url.QueryEscape(string(l)), Current: l == lang})
	}
	return s
}

func initials(name string) string {
	var out []rune
	for _, word := range strings.Fields(name) {
		if len(out) < 2 {
			out = append(out, []rune(word)[0])
		}
	}
	return strings.ToUpper(string(out))
}

// decide takes the answer to the page. Without one of our two answers nothing is begun: whatever sends forms blindly does not count.
func (h *Handler) decide(w http.ResponseWriter, r *http.Request) error {
	private(w)
	form, err := page.Form(w, r)
	if err != nil {
		return err
	}
	token, lang := chi.URLParam(r, "token"), languageOf(r, permission.Lang(form.Get("lang")))
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
		to, err := h.Consent.Begin(r.Context(), token, lang)
		if err != nil {
			return err
		}
		return page.SeeOther(w, r, to)
	case "decline":
		receipt, err := h.Consent.Decline(r.Context(), token, lang)
		if err != nil {
			return err
		}
		return page.SeeOther(w, r, "/auth/consent/"+receipt)
	}
	return errs.ShowNext(errs.Invalid, "The form holds no answer, so nothing was begun.", "Open the link and choose one of the two buttons.")
}

// over shows a link that has ended, and why.
func (h *Handler) over(w http.ResponseWriter, r *http.Request, l domain.Link, t tenant.Tenant, state domain.LinkState) error {
	lang := languageOf(r)
	who := h.partner(r.Context())
	f := fill("partner", who.Name, "customer", t.Name(), "until", inLang[lang].on(l.ExpiresAt))
	v := messageView{text: f.page(inLang[lang].gone[state]), shape: ui.ShapeStale}
	if state == domain.LinkUsed {
		v.actions = []ui.Action{{Text: inLang[lang].evidence, URL: "/evidence", Kind: ui.Primary, Large: true}}
	}
	return h.message(w, r, http.StatusGone, lang, who, v)
}

func (h *Handler) notFound(w http.ResponseWriter, r *http.Request) error {
	lang := languageOf(r)
	return h.message(w, r, http.StatusNotFound, lang, h.partner(r.Context()), messageView{text: inLang[lang].notFound, shape: ui.ShapeUnknown})
}

// messageView is a page with a heading, what happened and one next step.
type messageView struct {
	text    text
	shape   ui.Shape
	groups  []featureGroup
	actions []ui.Action
	refresh int
	facts   ui.Facts
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
}

func (h *Handler) message(w http.ResponseWriter, r *http.Request, status int, lang permission.Lang, who Partner, v messageView) error {
	if page.WantsJSON(r) {
		return page.JSON(w, status, messageJSON{status, v.text.title, v.text.what, v.text.next})
	}
	s := h.shell(r, who, lang, v.text.title)
	s.Refresh = v.refresh
	return page.Render(w, r, status, templ.Component(messagePage(s, v)))
}
