package provisioning

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/tenant"
)

// GalleryApp is an application that can be taken from Microsoft's gallery.
type GalleryApp struct {
	ID, Name, Publisher, Description string
	Categories                       []string
	SignOn                           []string
	Automatic                        bool // accounts can be provisioned automatically
}

// GallerySearch chooses applications of the gallery.
type GallerySearch struct {
	Name      string // part of it
	Category  string
	Publisher string // part of it
	All       bool   // also those without automatic provisioning
}

// Categories are those of the gallery by which people can search, as Microsoft writes them.
var Categories = []string{
	"businessMgmt", "business", "businessIntelligence", "collaboration", "contentManagement", "crm", "dataServices", "developerServices", "education", "erp", "finance", "humanResources",
	"itInfrastructure", "marketing", "mobileDeviceManagement", "productivity", "projectManagement", "security", "social", "telecommunications", "travel",
}

// MaxGallery is how many applications a search gives at most.
const MaxGallery = 50

// enough ends the reading of a gallery of thousands where most applications do not match.
const enough = 5000

var templateFields = []string{"id", "displayName", "publisher", "description", "categories", "supportedProvisioningTypes", "supportedSingleSignOnModes"}

// Gallery finds applications, by the portal's own sign-in: any token may read it. more tells that there are others. Microsoft filters by a part
// of the name or by category (Microsoft Graph, list applicationTemplates); the rest is chosen here.
func (a *Acts) Gallery(ctx context.Context, tid tenant.ID, s GallerySearch) (found []GalleryApp, more bool, err error) {
	q := graph.Query{Select: templateFields, Top: 200}
	switch {
	case s.Name != "":
		q.Filter = "contains(displayName,'" + quoted(s.Name) + "')"
	case s.Category != "":
		q.Filter = "categories/any(c:contains(c,'" + quoted(s.Category) + "'))"
	}
	read := 0
	for w, err := range graph.List[graph.ApplicationTemplate](ctx, a.Graph, tid, "/applicationTemplates", q) {
		if err != nil {
			return nil, false, refusal(err, "")
		}
		app := fromTemplate(w)
		if read++; s.takes(app) {
			found = append(found, app)
		}
		if len(found) > MaxGallery || read >= enough {
			more = true
			break
		}
	}
	slices.SortFunc(found, func(x, y GalleryApp) int { return strings.Compare(strings.ToLower(x.Name), strings.ToLower(y.Name)) })
	return found[:min(len(found), MaxGallery)], more, nil
}

// quoted is text inside an OData literal.
func quoted(s string) string { return strings.ReplaceAll(s, "'", "''") }

func (s GallerySearch) takes(a GalleryApp) bool {
	part := func(whole, part string) bool { return strings.Contains(strings.ToLower(whole), strings.ToLower(part)) }
	return part(a.Name, s.Name) && part(a.Publisher, s.Publisher) && (s.All || a.Automatic) &&
		(s.Category == "" || slices.ContainsFunc(a.Categories, func(c string) bool { return strings.EqualFold(c, s.Category) }))
}

func fromTemplate(w graph.ApplicationTemplate) GalleryApp {
	a := GalleryApp{ID: clean(w.ID), Name: clean(w.DisplayName), Publisher: clean(w.Publisher), Description: clean(w.Description)}
	for _, c := range w.Categories {
		a.Categories = append(a.Categories, clean(c))
	}
	for _, m := range w.SignOn {
		a.SignOn = append(a.SignOn, clean(m))
	}
	a.Automatic = slices.ContainsFunc(w.Provisions, func(p string) bool { return strings.EqualFold(p, "sync") })
	return a
}

// Template is one application of the gallery; errs.NotFound where there is none of that id.
func (a *Acts) Template(ctx context.Context, tid tenant.ID, id string) (GalleryApp, error) {
	if id == "" { // without an id the address is that of the whole gallery
		return GalleryApp{}, errs.NotFound
	}
	w, err := graph.Get[graph.ApplicationTemplate](ctx, a.Graph, tid, "/applicationTemplates/"+url.PathEscape(id), graph.Query{Select: templateFields})
	if kind, _ := graph.KindOf(err); kind == graph.NotFound || kind == graph.Refused {
		return GalleryApp{}, errs.NotFound
	}
	if err != nil {
		return GalleryApp{}, refusal(err, "")
	}
	return fromTemplate(w), nil
}

// Named are the service principals that carry that name already: Microsoft allows several of the same name. One that was added here just now is
// among them, though the directory does not find it yet: who sends a form twice adds one application.
func (a *Acts) Named(ctx context.Context, tid tenant.ID, name string) (found []Application, err error) {
	q := graph.Query{Select: []string{"id", "appId", "displayName", "accountEnabled"}, Filter: "displayName eq '" + quoted(name) + "'"}
	for w, err := range graph.List[graph.ServicePrincipal](ctx, a.Graph, tid, "/servicePrincipals", q) {
		if err != nil {
			return nil, refusal(err, "")
		}
		found = append(found, fromServicePrincipal(w))
	}
	open, err := a.Store.Setups(ctx, tid)
	if err != nil {
		return nil, err
	}
	for _, s := range open {
		if strings.EqualFold(s.Name, name) && a.Now().Sub(s.MadeAt) < appears && !slices.ContainsFunc(found, func(x Application) bool { return x.ID == s.SPID }) {
			found = append(found, Application{ID: s.SPID, Name: s.Name, Enabled: true})
		}
	}
	return found, nil
}

// Add takes an application from the gallery. Its service principal is found in the directory only after a while. The settings are what is known
// of the access to it, and no secret; they are kept for whoever enters the secrets.
func (a *Acts) Add(ctx context.Context, by tenant.Person, requestID string, tid tenant.ID, g GalleryApp, name string, settings map[string]string) (Setup, error) {
	p, err := a.Who.As(ctx, tid, writeApplications)
	if err != nil {
		return Setup{}, err
	}
	d := deed{by: by, requestID: requestID, tenant: tid, action: "provisioning.application.added", object: name, detail: map[string]any{"template": g.ID}}
	made, err := send(ctx, a, p, d, graph.Change{Method: http.MethodPost, Path: "/applicationTemplates/" + url.PathEscape(g.ID) + "/instantiate", Body: map[string]string{"displayName": name}},
		func(w graph.ApplicationServicePrincipal) error {
			d.detail["service_principal"], d.detail["application"] = w.ServicePrincipal.ID, w.Application.AppID
			if w.ServicePrincipal.ID == "" {
				return errs.ShowNext(errs.Unavailable, "Microsoft took the application, but did not say what it is called.", "Look for its name below: it may be there.")
			}
			return nil
		})
	if err != nil {
		return Setup{}, err
	}
	s := Setup{Tenant: tid, SPID: clean(made.ServicePrincipal.ID), Name: name, Template: g.ID, MadeAt: a.Now(), MadeBy: by.UPN, Settings: settings}
	return s, a.Store.keepSetup(ctx, s)
}

// Adopt goes on with an application that is there already, or was added here and is not found yet.
func (a *Acts) Adopt(ctx context.Context, by tenant.Person, tid tenant.ID, sp string) (Setup, error) {
	w, found, err := a.principal(ctx, tid, sp)
	if err != nil {
		return Setup{}, err
	}
	if !found {
		return a.Store.Setup(ctx, tid, sp)
	}
	s := Setup{Tenant: tid, SPID: clean(w.ID), Name: clean(w.DisplayName), Template: clean(w.Template), MadeAt: a.Now(), MadeBy: by.UPN}
	return s, a.Store.keepSetup(ctx, s)
}

// principal is the service principal as the directory knows it now.
func (a *Acts) principal(ctx context.Context, tid tenant.ID, sp string) (w graph.ServicePrincipal, found bool, err error) {
	w, err = graph.Get[graph.ServicePrincipal](ctx, a.Graph, tid, principalPath(sp), graph.Query{Select: []string{"id", "appId", "displayName", "accountEnabled", "applicationTemplateId"}})
	if kind, _ := graph.KindOf(err); kind == graph.NotFound {
		return w, false, nil
	}
	return w, err == nil, refusal(err, "")
}

func principalPath(sp string) string { return "/servicePrincipals/" + url.PathEscape(sp) }
