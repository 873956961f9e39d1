// Package search finds customers, devices, people, apps and whatever else was read by what a person types, on one page that says which field
// matched. The palette shows the same hits.
//
// Each kind is searched by its own store, so that a group and the list that it leads to hold the same things.
package search

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"

	"github.com/tenantry/tenantry/internal/app"
	"github.com/tenantry/tenantry/internal/autopilot"
	"github.com/tenantry/tenantry/internal/configuration"
	"github.com/tenantry/tenantry/internal/detectedapp"
	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/incident"
	"github.com/tenantry/tenantry/internal/intunerole"
	"github.com/tenantry/tenantry/internal/protection"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/search"
	"github.com/tenantry/tenantry/internal/service"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// Handler serves the search.
type Handler struct {
	Kinds        *search.Store
	Tenants      *tenant.Store
	Devices      *device.Store
	Autopilot    *autopilot.Store
	Apps         *app.Store
	Detected     *detectedapp.Store
	Policies     *configuration.Store
	Protection   *protection.Store
	Roles        *intunerole.Store
	Provisioning *provisioning.Store
	Services     *service.Store
	Guests       *guest.Store
	Incidents    *incident.Store // nil: none are looked for
	Sync         *graphsync.Service
}

// Mount adds the page over all tenants.
func (h *Handler) Mount(r page.Router) { r.Get("/search", h.search) }

// perGroup is how many hits of a kind are shown, and perPeople how many people where nothing else is asked for; counted how far those are
// counted of which there are many, as all that are counted are gathered and sorted; shortest is the least that is searched for, in characters.
const (
	perGroup  = 8
	perPeople = 200
	counted   = 2000
	shortest  = 2
	abreast   = 4
)

// finder finds what there is of a kind.
type finder struct {
	kind, title string
	held        search.Kind // "": asked whatever holds the text
	find        func(*question, context.Context) (group, error)
}

var finders = []finder{
	{"customers", "Customers", search.Customers, (*question).customers},
	{"devices", "Devices", "", (*question).devices},
	{"people", "People", "", (*question).people},
	{"guests", "Guest accounts", search.Guests, (*question).guests},
	{"autopilot", "Windows Autopilot", search.Autopilot, (*question).autopilot},
	{"apps", "Apps", search.Apps, (*question).apps},
	{"detectedApps", "Detected apps", search.Detected, (*question).detected},
	{"policies", "Policies", search.Policies, (*question).policies},
	{"appProtection", "App protection", search.Policies, (*question).appProtection},
	{"appConfigurations", "App configuration", search.Policies, (*question).appConfigurations},
	{"filters", "Assignment filters", search.Filters, (*question).filters},
	{"scopeTags", "Scope tags", search.ScopeTags, (*question).scopeTags},
	{"notifications", "Notification templates", search.Notifications, (*question).notifications},
	{"categories", "Device categories", search.Categories, (*question).categories},
	{"roles", "Intune roles", search.Roles, (*question).roles},
	{"provisioning", "Provisioning", search.Provisioning, (*question).provisioning},
	{"services", "Services", search.Services, (*question).services},
	{"incidents", "Incidents", search.Incidents, (*question).incidents},
	{"malware", "Malware", search.Malware, (*question).malware},
}

var spec = func() page.Spec {
	kinds := page.Filter{Name: "kind", Label: "Kind"}
	for _, f := range finders {
		kinds.Options = append(kinds.Options, page.Option{Value: f.kind, Label: f.title})
	}
	return page.Spec{Placeholder: "Device, person, serial, IMEI, MAC, app, customer, domain or GUID", Filters: []page.Filter{kinds}, Tenants: true}
}()

func (h *Handler) search(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	if q.CSV {
		return errs.ShowNext(errs.Invalid, "A search can be had as a page or as JSON.", "Open one of the lists for a CSV.")
	}
	v := view{Query: q.Q, Groups: []group{}, chrome: page.ChromeOf(r.Context()), narrowed: q.Narrowing() != ""}
	if utf8.RuneCountInString(q.Q) >= shortest {
		if v.Groups, err = h.groups(r, m, q); err != nil {
			return err
		}
	}
	v.Sentence = v.sentence()
	if v.box, err = page.Bar(r, spec, q); err != nil {
		return err
	}
	return page.Answer(w, r, v, searchPage(page.Shell(r, m, v.title()), v))
}

// groups asks the stores of the kinds that hold the text, of those asked for, for their first hits. Groups without a hit are left out.
func (h *Handler) groups(r *http.Request, m tenant.Membership, q page.Query) ([]group, error) {
	ctx, asked := r.Context(), q.Values["kind"]
	s := &question{h: h, m: m, q: q.Q, narrowing: q.Narrowing(), chrome: page.ChromeOf(ctx), asked: asked, owners: perGroup}
	if !page.WantsJSON(r) {
		s.most = counted
	}
	if slices.Equal(asked, []string{"people"}) {
		s.owners = perPeople
	}
	holding, err := h.Kinds.Holding(ctx, m.Scope, q.Q)
	if err != nil {
		return nil, err
	}
	finding, ctx := errgroup.WithContext(ctx)
	finding.SetLimit(abreast)
	s.someDevices = sync.OnceValues(func() (device.Page, error) { return s.findDevices(ctx) })
	found := make([]group, len(finders))
	for i, f := range finders {
		if f.held != "" && !slices.Contains(holding, f.held) || !s.asks(f.kind) {
			continue
		}
		finding.Go(func() (err error) {
			defer errs.Caught(&err, "the search for "+f.kind)
			found[i], err = f.find(s, ctx)
			found[i].Kind, found[i].Title = f.kind, f.title
			return err
		})
	}
	if err := finding.Wait(); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(found, func(g group) bool { return len(g.Hits) == 0 }), nil
}

// question is one search.
type question struct {
	h      *Handler
	m      tenant.Membership
	q      string
	most   int64 // how far is counted what there may be much of; 0: all
	owners int   // how many people are shown
	chrome page.Chrome

	narrowing string // to groups and tags, as lists read it from their addresses

	asked       []string                    // kinds that are looked for; none: all
	someDevices func() (device.Page, error) // the first that match, and how many there are, asked for once
}

func (s *question) asks(kind string) bool { return len(s.asked) == 0 || slices.Contains(s.asked, kind) }

// list is the address of the list that has all of a kind.
func (s question) list(path string) string {
	return page.Narrow(path+"?q="+url.QueryEscape(s.q), s.narrowing)
}

// customers finds by name, domain or part of the GUID; one whose whole GUID was typed comes first. The home tenant is no customer.
func (s question) customers(ctx context.Context) (group, error) {
	words := search.Words(s.q)
	all, err := s.h.Tenants.Containing(ctx, s.m.Scope, words[0])
	if err != nil {
		return group{}, err
	}
	g := group{One: "customer", Many: "customers", URL: s.list("/tenants")}
	for _, t := range all {
		if t.Home || !t.Holds(words) {
			continue
		}
		g.Count++
		if len(g.Hits) < perGroup {
			g.Hits = append(g.Hits, s.customer(t))
		}
	}
	return g, nil
}

func (s question) customer(t tenant.Tenant) hit {
	state := page.Connection(t, s.chrome.Now)
	fields := []field{{"name", "", t.Name()}}
	for _, d := range append([]string{t.DefaultDomain}, t.Domains...) {
		fields = append(fields, field{"domain", "", d})
	}
	f := match(s.q, append(fields, field{"tenant", "", t.ID.String()})...)
	return hit{
		ID: t.ID.String(), Name: t.Name(), Field: f.name, Value: f.value, Tenant: page.TenantRef{ID: t.ID, Name: t.Name()}, State: state.Text, URL: "/t/" + t.ID.String(),
		icon: "building", state: &state,
	}
}

// devices finds those that are there by what a search looks through and by the beginning of an id, and one that is gone by its whole id.
func (s *question) devices(ctx context.Context) (group, error) {
	p, err := s.someDevices()
	if err != nil {
		return group{}, err
	}
	exact, err := s.exactDevice(ctx)
	if err != nil {
		return group{}, err
	}
	g := group{One: "device", Many: "devices", more: p.More}
	if p.Count > 0 {
		g.URL = s.list("/devices")
	}
	found := slices.Concat(exact, p.Rows)
	late, err := s.late(ctx, graphsync.Devices, at(found, func(d device.Device) tenant.ID { return d.Tenant }))
	if err != nil {
		return group{}, err
	}
	for i, d := range found {
		if i >= len(exact) && slices.ContainsFunc(exact, func(e device.Device) bool { return e.Tenant == d.Tenant && e.ID == d.ID }) {
			continue
		}
		g.Hits = append(g.Hits, s.device(d, late[d.Tenant]))
	}
	g.Count = max(p.Count, int64(len(g.Hits)))
	g.Hits = g.Hits[:min(len(g.Hits), perGroup)]
	return g, nil
}

func (s question) findDevices(ctx context.Context) (device.Page, error) {
	if utf8.RuneCountInString(s.q) == shortest {
		return s.h.Devices.Begin(ctx, s.m.Scope, s.q, perGroup, s.most)
	}
	p, _, err := s.h.Devices.Search(ctx, s.m.Scope, device.Filter{Q: s.q, Limit: perGroup, CountMost: s.most}, counted)
	return p, err
}

// exactDevice finds the device whose id was typed whole, also one that is gone.
func (s question) exactDevice(ctx context.Context) ([]device.Device, error) {
	if _, err := tenant.ParseID(s.q); err != nil {
		return nil, nil // no GUID, so no device's id
	}
	return s.h.Devices.FindAcrossTenants(ctx, s.m.Scope, strings.ToLower(s.q))
}

// late tells at which of the customers the dataset was read longer ago than promised, or never.
func (s question) late(ctx context.Context, dataset string, at []tenant.ID) (map[tenant.ID]bool, error) {
	late := map[tenant.ID]bool{}
	if len(at) == 0 {
		return late, nil
	}
	read, err := s.h.Sync.FreshnessByTenant(ctx, tenant.Only(at...), dataset)
	for _, id := range at {
		late[id] = read[id].Late > 0 || read[id].Read == 0
	}
	return late, err
}

// at are the customers of what was found.
func at[T any](found []T, of func(T) tenant.ID) []tenant.ID {
	ids := make([]tenant.ID, len(found))
	for i, x := range found {
		ids[i] = of(x)
	}
	return ids
}

func (s question) apps(ctx context.Context) (group, error) {
	p, err := s.h.Apps.List(ctx, s.m.Scope, app.Filter{Q: s.q, Limit: perGroup, CountMost: s.most})
	if err != nil {
		return group{}, err
	}
	g := group{One: "app", Many: "apps", Count: p.Count, more: p.More, URL: s.list("/apps")}
	for _, a := range p.Rows {
		g.Hits = append(g.Hits, s.app(a))
	}
	return g, nil
}

func (s question) provisioning(ctx context.Context) (group, error) {
	p, err := s.h.Provisioning.ListJobs(ctx, s.m.Scope, provisioning.JobFilter{Q: s.q, Limit: perGroup})
	if err != nil {
		return group{}, err
	}
	g := group{One: "provisioning job", Many: "provisioning jobs", Count: p.Count,
		URL: s.list("/provisioning"),
	}
	late, err := s.late(ctx, graphsync.ProvisioningJobs, at(p.Rows, func(j provisioning.Job) tenant.ID { return j.Tenant }))
	if err != nil {
		return g, err
	}
	for _, j := range p.Rows {
		g.Hits = append(g.Hits, s.job(j, late[j.Tenant]))
	}
	return g, nil
}

// view is what the page shows, and its JSON twin.
type view struct {
	Query    string  `json:"query"`
	Sentence string  `json:"sentence,omitempty"` // why there is nothing to show
	Groups   []group `json:"groups"`

	chrome   page.Chrome
	box      ui.FilterBar
	narrowed bool // to the customers of groups or tags
}

// group is a kind of thing that was found; URL is the list of all of them.
type group struct {
	Kind  string `json:"kind"`
	Title string `json:"title"`
	Count int64  `json:"count"` // rows of the list at URL
	URL   string `json:"url,omitempty"`
	Hits  []hit  `json:"hits"`

	One, Many string `json:"-"`
	more      bool   // there are more than Count
}

// hit is one thing that was found; Field says where the text stood, and Value what stands there.
type hit struct {
	ID     string         `json:"id"`
	Name   string         `json:"name"`
	Field  string         `json:"field"`
	Value  string         `json:"value"`
	Tenant page.TenantRef `json:"tenant,omitzero"` // zero: of all customers together
	State  string         `json:"state"`
	URL    string         `json:"url"`

	icon  string
	label string // of the value, where it is not the name
	state *ui.State
}
