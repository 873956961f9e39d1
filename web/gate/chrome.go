package gate

import (
	"context"
	"net/http"
	"strings"
	"time"

	"golang.org/x/text/language"

	"github.com/tenantry/tenantry/internal/session"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
)

// recent is how many tenants the switcher shows before one types.
const recent = 8

// chrome gathers what stands around a page. It is for show: a part that cannot be read is left out, and the page says what it has to say.
func (g *Gate) chrome(r *http.Request, v visitor) page.Chrome {
	c := page.Chrome{Lang: langOf(r), Theme: themeOf(r), Now: g.now()}
	if !v.signedIn || v.err != nil || page.WantsJSON(r) || r.URL.Query().Get("format") != "" {
		return c
	}
	ctx := r.Context()
	person := v.Person
	c.Person, c.Reach = &person, v.Reach
	c.SignIns = g.signIns(ctx, v)
	c.Say = func(ctx context.Context, f page.Flash) error {
		return g.Sessions.SetFlash(ctx, session.Flash{Kind: f.Kind, Title: f.Title, Text: f.Text})
	}
	if r.Method == http.MethodGet && r.Header.Get("HX-Request") == "" { // a page that renews a part of itself would not show it
		if f := g.Sessions.TakeFlash(ctx); f != nil {
			c.Flash = &page.Flash{Kind: f.Kind, Title: f.Title, Text: f.Text}
		}
	}
	if person.Role.Staff() {
		c.Name = func(ctx context.Context, id tenant.ID) string {
			t, err := g.Tenants.Get(ctx, v.Reach, id)
			if err != nil {
				return ""
			}
			return t.Name()
		}
		if g.Starts != nil {
			c.Starts = g.Starts(ctx, tenant.Membership{Person: person, Reach: v.Reach, Scope: v.Reach})
		}
	}
	around, _ := g.shared.Read(ctx, v.Reach, string(person.Role), func(ctx context.Context) (around, error) { return g.around(ctx, person, v.Reach), nil })
	c.Partner, c.Count, c.Recent, c.Standing = around.partner, around.count, around.recent, around.standing
	return c
}

// around is what pages show around their content to everybody of the same reach and role.
type around struct {
	partner  string
	count    int
	recent   []tenant.Tenant
	standing page.Standing
}

func (g *Gate) around(ctx context.Context, person tenant.Person, reach tenant.Scope) around {
	a := around{partner: g.partner(ctx)}
	if !person.Role.Staff() {
		return a
	}
	a.count, _ = g.Tenants.Count(ctx, reach)
	a.recent, _ = g.Tenants.First(ctx, reach, recent)
	if g.Standing != nil {
		a.standing = g.Standing(ctx, person.Role, reach)
	}
	return a
}

func (g *Gate) now() time.Time {
	if g.Now != nil {
		return g.Now().UTC()
	}
	return time.Now().UTC()
}

// partner is the home tenant's own name, once it was read.
func (g *Gate) partner(ctx context.Context) string {
	t, err := g.Tenants.Get(ctx, tenant.Only(g.Tenants.Home()), g.Tenants.Home())
	switch {
	case err == nil && t.DisplayName != "":
		return t.DisplayName
	case g.Partner != "":
		return g.Partner
	}
	return "the partner"
}

// signIns are the sign-ins at customers beside the person's own.
func (g *Gate) signIns(ctx context.Context, v visitor) []page.SignIn {
	all := g.Sessions.SignIns(ctx)
	if len(all) < 2 {
		return nil
	}
	ids := make([]tenant.ID, 0, len(all))
	for _, in := range all[1:] {
		if v.Reach.Has(in.Tenant) {
			ids = append(ids, in.Tenant)
		}
	}
	found, err := g.Tenants.List(ctx, tenant.Only(ids...))
	if err != nil {
		return nil
	}
	out := []page.SignIn{}
	for _, in := range all[1:] {
		for _, t := range found {
			if t.ID == in.Tenant {
				out = append(out, page.SignIn{Tenant: t, As: in.UPN, Object: in.ObjectID, Until: in.Until})
			}
		}
	}
	return out
}

// languages are those that the portal's texts for customers exist in; English first, for everybody else.
var languages = []string{"en", "fr", "de", "es", "nl", "el"}

var matcher = func() language.Matcher {
	tags := make([]language.Tag, len(languages))
	for i, l := range languages {
		tags[i] = language.MustParse(l)
	}
	return language.NewMatcher(tags)
}()

func langOf(r *http.Request) string {
	header := r.Header.Get("Accept-Language")
	if len(header) > 200 {
		return "en"
	}
	_, i := language.MatchStrings(matcher, header)
	return languages[i]
}

// ThemeCookie keeps a browser's choice of theme; it is no secret and no session.
const ThemeCookie = "tenantry-theme"

func themeOf(r *http.Request) string {
	c, err := r.Cookie(ThemeCookie)
	if err != nil {
		return ""
	}
	if theme := strings.ToLower(c.Value); theme == "light" || theme == "dark" {
		return theme
	}
	return ""
}
