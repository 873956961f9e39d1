package login

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/tenantry/tenantry/internal/cloudsim/wire"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

//go:embed pages.gohtml
var pageSource string

var pages = template.Must(template.New("").Parse(pageSource))

// view is what a page prints.
type view struct {
	Title       string
	Sub         string // below the title
	Text        []string
	Problem     string // what was wrong with the last try
	Value       string // the account
	Flow        string
	Action      string
	Accounts    []string // signed in already
	Permissions []string
	Org         bool // offer consent on behalf of the organization
	Foot        string
	Continue    string // link
	Fields      []field
	Frames      []string // front-channel logout addresses
	Details     []field
	People      []group
	Requests    []partnerRequest
}

type field struct{ Name, Value string }

type group struct {
	Name   string
	People []field
}

func fieldsOf(v url.Values) []field {
	var out []field
	for name := range v {
		out = append(out, field{name, v.Get(name)})
	}
	slices.SortFunc(out, func(a, b field) int { return bytes.Compare([]byte(a.Name), []byte(b.Name)) })
	return out
}

func (s *Server) page(w http.ResponseWriter, status int, name string, v view) {
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, name, v); err != nil {
		http.Error(w, "The page cannot be drawn.", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store, no-cache")
	h.Set("Pragma", "no-cache")
	h.Set("Expires", "-1")
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
	h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
	if h.Get("x-ms-request-id") == "" {
		h.Set("x-ms-request-id", wire.NewID())
	}
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the client may be gone
}

// refusalPage draws a refusal where nothing may be sent back.
func (s *Server) refusalPage(w http.ResponseWriter, r *http.Request, e *refusal) {
	s.page(w, http.StatusBadRequest, "refusal", s.refusalView(w, r, e))
}

func (s *Server) refusalView(w http.ResponseWriter, r *http.Request, e *refusal) view {
	t := s.trail(w, r)
	wire.Note(w, "AADSTS"+strconv.Itoa(e.code))
	title := "Sorry, but we're having trouble signing you in."
	if e.code == 90094 {
		title = "Need admin approval"
	}
	return view{
		Title: title, Problem: e.Error(),
		Details: []field{{"Request Id", t.trace}, {"Correlation Id", t.correlation}, {"Timestamp", t.timestamp}, {"Message", e.Error()}},
	}
}

// front says what this server is and who can sign in; it has no counterpart in the real service.
func (s *Server) front(w http.ResponseWriter, _ *http.Request) {
	v := view{Title: "Simulated Microsoft cloud", Text: []string{"The sign-in service of a simulated Microsoft 365 cloud. Everybody here is made up."}}
	s.w.View(func() {
		for _, t := range s.w.Tenants()[:min(len(s.w.Tenants()), 30)] {
			v.People = append(v.People, peopleOf(t))
		}
	})
	s.page(w, http.StatusOK, "front", v)
}

func peopleOf(t *world.Tenant) group {
	g := group{Name: t.DisplayName}
	for _, u := range t.Users {
		if !u.Guest() && u.AccountEnabled && len(g.People) < 6 {
			g.People = append(g.People, field{u.SignInName, u.Password})
		}
	}
	return g
}
