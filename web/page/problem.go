package page

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/ui"
)

// Problems turns errors into pages, once: a kind into its status, a sentence of the error into words, anything else into "Something
// went wrong" with the number under which the log has it.
type Problems struct {
	Log *slog.Logger
	// Explain keeps what is behind a failure at Microsoft and gives the page that says so; back is the page where it was tried. Empty: there is
	// nothing to explain, or the person may not see it. nil: nothing is explained.
	Explain func(r *http.Request, err error, back string) string
	// Behind says what is behind a refused sign-in to whoever has no page that does; nil: there is nothing to say. It must tell nothing of the
	// tenant that Microsoft's answer does not.
	Behind func(r *http.Request, err error) *Behind
}

// Behind is what stopped somebody, on the problem page itself.
type Behind struct {
	Layer   string `json:"layer"`
	Who     string `json:"who"` // can fix it
	Remedy  string `json:"remedy"`
	Message string `json:"message"` // to send to them
}

// At is an error that happened at a tenant which the address does not name.
type At struct {
	Tenant tenant.ID
	Err    error
}

func (e *At) Error() string { return e.Err.Error() }

// Unwrap gives the error itself.
func (e *At) Unwrap() error { return e.Err }

// problemJSON is the twin of a problem page (after RFC 9457).
type problemJSON struct {
	Status    int    `json:"status"`
	Title     string `json:"title"`
	Detail    string `json:"detail"`
	Next      string `json:"next"`
	RequestID string `json:"request_id"`
	Doctor    string `json:"doctor,omitempty"` // the page that says what is behind it

	Behind *Behind `json:"behind,omitempty"` // the same for whoever has no such page
}

// Show answers the request with the problem that err is. Who is not signed in is led to sign-in where a person would follow.
func (p *Problems) Show(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return // nobody is there any more
	}
	if errors.Is(err, errs.Unauthorised) && r.Method == http.MethodGet && !WantsJSON(r) && r.URL.Query().Get("format") == "" {
		w.Header().Add("Vary", "Accept")
		w.Header().Set("Cache-Control", "no-store")
		to := "/signin?return=" + url.QueryEscape(r.URL.RequestURI())
		if at, ok := errors.AsType[*tenant.SignInNeeded](err); ok {
			to = signInFor(at, r.URL.RequestURI())
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
		return
	}
	if _, ok := errors.AsType[*begun](err); ok {
		p.Log.ErrorContext(r.Context(), "page broke off", "request_id", middleware.RequestID(r.Context()), "path", middleware.SafePath(r.URL.Path), "err", err)
		return
	}
	text, known := wordsFor(err)
	if !known || text.status >= 500 {
		p.Log.ErrorContext(r.Context(), "request failed", "request_id", middleware.RequestID(r.Context()), "path", middleware.SafePath(r.URL.Path), "status", text.status, "err", err)
	}
	if at, ok := errors.AsType[*tenant.SignInNeeded](err); ok {
		text.heading, text.signIn = "You are not signed in there", signInFor(at, cameFrom(r))
		if at.Anew {
			text.heading = "Sign in again first"
		}
	}
	if p.Explain != nil {
		text.doctor = p.Explain(r, err, cameFrom(r))
	}
	if p.Behind != nil && text.doctor == "" {
		text.behind = p.Behind(r, err)
	}
	p.draw(w, r, text)
}

func signInFor(at *tenant.SignInNeeded, back string) string {
	if at.Anew {
		return ProveAt(at.Tenant, back)
	}
	return SignInAt(at.Tenant, back)
}

// cameFrom is the page of the portal whose form was sent, to come back to; without one, the page that the form belongs to.
func cameFrom(r *http.Request) string {
	if u, err := url.Parse(r.Referer()); err == nil && u.Host == r.Host && u.Path != "" {
		return u.RequestURI()
	}
	return r.URL.RequestURI()
}

// Status answers with one of the router's own refusals: an address too long, a method that the page does not have.
func (p *Problems) Status(w http.ResponseWriter, r *http.Request, status int) {
	p.draw(w, r, refusals[status].withStatus(status))
}

var refusals = map[int]words{
	400: {heading: "That address is damaged", what: "It holds characters that no page of the portal has.", next: "Check the link, or start at the overview."},
	405: {heading: "That cannot be done here", what: "This page does not take that kind of request.", next: "Open it in the browser instead."},
	414: {heading: "That address is too long", what: "It is longer than any address of the portal.", next: "Check the link, or start at the overview."},
	431: {heading: "Too many headers", what: "The browser sent more headers than the portal reads.", next: "Delete this site's cookies and try again."},
	403: {heading: "That form came from elsewhere", what: "The request was sent by another site, so nothing was done.", next: "Open the page in the portal and send the form there."},
}

func (w words) withStatus(status int) words {
	if w.heading == "" {
		w = unknown
	}
	w.status = status
	return w
}

func (p *Problems) draw(w http.ResponseWriter, r *http.Request, text words) {
	id := middleware.RequestID(r.Context())
	if text.status == http.StatusTooManyRequests || text.status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "60")
	}
	if WantsJSON(r) {
		if err := JSON(w, text.status, problemJSON{text.status, text.heading, text.what, text.next, id, text.doctor, text.behind}); err != nil {
			p.Log.ErrorContext(r.Context(), "problem", "err", err)
		}
		return
	}
	view := ui.ProblemView{Status: text.status, Heading: text.heading, What: text.what, Next: text.next, RequestID: id}
	view.Actions = []ui.Action{{Text: "Open the overview", URL: "/", Kind: ui.Primary}}
	if text.status == http.StatusBadRequest && r.Method == http.MethodGet && r.URL.RawQuery != "" && !strings.HasPrefix(r.URL.Path, "/auth/") { // not what Microsoft sent
		view.Actions = []ui.Action{{Text: "Open it without filters", URL: r.URL.Path, Kind: ui.Primary}, {Text: "Open the overview", URL: "/"}}
	}
	if b := text.behind; b != nil {
		view.Message = b.Message
		view.Facts = []ui.Fact{{Label: "What stopped it", Value: ui.TextCell(b.Layer)}, {Label: "Who can fix it", Value: ui.TextCell(b.Who)}, {Label: "What they do", Value: ui.TextCell(b.Remedy)}}
		view.Actions = []ui.Action{{Text: "Sign in again", URL: "/signin", Kind: ui.Primary}}
	}
	if text.doctor != "" {
		view.Actions = []ui.Action{{Text: "Why, and who can fix it", URL: text.doctor, Kind: ui.Primary}, {Text: "Open the overview", URL: "/"}}
	}
	if text.status == http.StatusUnauthorized {
		view.Actions = []ui.Action{{Text: "Sign in", URL: cmp.Or(text.signIn, "/signin"), Kind: ui.Primary}}
	}
	if who := ChromeOf(r.Context()).Person; who != nil && who.Role == tenant.RoleStranger { // the overview would only say the same again
		view.Actions = []ui.Action{{Text: "Sign in elsewhere", URL: "/signin", Kind: ui.Primary}, {Text: "Sign out", Post: "/signout"}}
	}
	if err := Render(w, r, text.status, problemPage(problemShell(r, text.heading), view)); err != nil {
		p.Log.ErrorContext(r.Context(), "problem page", "err", err)
		http.Error(w, text.heading, text.status)
	}
}

// problemShell keeps the rail around a problem of somebody who may be here, so that the next step is one click away. Where the chrome
// could not be read, or nobody is signed in, the page stands alone.
func problemShell(r *http.Request, heading string) ui.Shell {
	c := ChromeOf(r.Context())
	if c.Person == nil || c.Person.Role == tenant.RoleStranger {
		return PlainShell(r, heading)
	}
	return Shell(r, tenant.Membership{Person: *c.Person, Reach: c.Reach, Scope: c.Reach}, heading)
}
