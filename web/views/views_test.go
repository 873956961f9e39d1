package views

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/internal/view"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
	"github.com/tenantry/tenantry/web/webtest"
)

// fruit is a list like those of the fleet, without one.
type fruit struct{ Name, Kind, Grown string }

func devicesLike(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	spec := page.Spec{
		Sorts: []string{"name", "kind"}, Filters: []page.Filter{{Name: "kind", Label: "Kind"}},
		Columns: []string{"name", "kind", "grown"}, Default: []string{"name", "kind"}, Placeholder: "Name",
	}
	if !m.One() {
		spec.Filters = append(spec.Filters, page.Filter{Name: "customer", Label: "Customer"})
	}
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	l := page.List[fruit]{Title: "Devices", One: "device", Many: "devices", M: m, Query: q, Spec: spec, Columns: []page.Column[fruit]{
		{Key: "name", Label: "Name", Text: func(f fruit) string { return f.Name }},
		{Key: "kind", Label: "Kind", Sort: "kind", Cell: func(f fruit) ui.Cell { return ui.TextCell(f.Kind) }, Text: func(f fruit) string { return f.Kind }},
		{Key: "grown", Label: "Grown", Cell: func(f fruit) ui.Cell { return ui.TextCell(f.Grown) }, Text: func(f fruit) string { return f.Grown }},
	}}
	for _, f := range []fruit{{"CTO-1", "laptop", "here"}, {"CTO-2", "phone", "there"}} {
		if q.Get("kind") == "" || q.Get("kind") == f.Kind {
			l.Rows = append(l.Rows, f)
		}
	}
	l.Count = int64(len(l.Rows))
	return l.Serve(w, r)
}

type site struct {
	*webtest.Fleet
	h                            *Handler
	contoso, fabrikam            tenant.Tenant
	technician, support, another tenant.Person
}

func newSite(t *testing.T) *site {
	t.Helper()
	f := webtest.NewFleet(t)
	s := &site{Fleet: f, h: &Handler{view.NewStore(f.Pool)}, contoso: f.Tenant(t, 1, "Contoso", "contoso.example"), fabrikam: f.Tenant(t, 2, "Fabrikam", "fabrikam.example")}
	hire := func(name string, role tenant.Role) tenant.Person {
		upn := name + "@firstup.example"
		id, err := f.Tenants.CreateStaff(t.Context(), tenant.Staff{UPN: upn, Role: role, Reach: tenant.ReachAll})
		if err != nil {
			t.Fatal(err)
		}
		return tenant.Person{Name: name, UPN: upn, Role: role, StaffID: id}
	}
	s.technician, s.support, s.another = hire("technician", tenant.RoleTechnician), hire("support", tenant.RoleSupport), hire("another", tenant.RoleTechnician)
	return s
}

func (s *site) as(t *testing.T, who tenant.Person, reach ...tenant.ID) *webtest.Client {
	return s.Serve(t, who, tenant.Only(reach...), func(r page.Router) {
		r.Get("/devices", devicesLike)
		r.Get("/apps", devicesLike)
		r.Get("/devices/malware", devicesLike)
		r.Get("/things/{thing}/log", devicesLike)
		s.h.Mount(r)
	}, s.h.Prepare)
}

type twin struct {
	Rows  []map[string]any
	Count int64
	Next  string
}

func (s *site) save(t *testing.T, c *webtest.Client, form url.Values) string {
	t.Helper()
	got := c.Post("/views", form)
	if got.Code != http.StatusSeeOther {
		t.Fatalf("POST /views: status %d: %.500s", got.Code, got.Body)
	}
	return got.Header().Get("Location")
}

func TestViewIsTheListAsItWas(t *testing.T) {
	s := newSite(t)
	c := s.as(t, s.technician, s.contoso.ID, s.fabrikam.ID)
	at := s.save(t, c, url.Values{"list": {"/devices"}, "state": {"kind=phone&columns=name,grown"}, "view_name": {`Phones <script>alert("x")</script>`}})
	body := c.Get(at).Body.String()
	for what, is := range map[string]bool{
		"only the phone":        strings.Contains(body, "CTO-2") && !strings.Contains(body, "CTO-1"),
		"the token of the view": strings.Contains(body, "View") && strings.Contains(body, "Phones &lt;script&gt;"),
		"no script":             !strings.Contains(body, "<script>alert"),
		"a way back":            strings.Contains(body, `href="/devices"`),
		"its columns":           strings.Contains(body, ">there<") && !strings.Contains(body, ">phone</td>"),
		"full addresses":        strings.Contains(body, "kind=phone") && !strings.Contains(body, "view=1&amp;"),
	} {
		if !is {
			t.Errorf("the view lacks %s:\n%.6000s", what, body)
		}
	}
	var j twin
	c.JSON(at, http.StatusOK, &j)
	if j.Count != 1 || j.Rows[0]["Name"] != "CTO-2" {
		t.Errorf("twin of the view = %+v", j)
	}
	if csv := c.Get(at + "&format=csv").Body.String(); strings.Contains(csv, "CTO-1") || !strings.Contains(csv, "CTO-2") {
		t.Errorf("CSV of the view:\n%s", csv)
	}
	c.JSON("/devices", http.StatusOK, &j)
	if j.Count != 2 {
		t.Errorf("the bare list has %d rows after a view was saved", j.Count)
	}
	c.JSON(at+"&kind=laptop", http.StatusOK, &j)
	if j.Rows[0]["Name"] != "CTO-1" {
		t.Errorf("what the address says beside the view does not go first: %+v", j)
	}
}

func TestViewInsideOneTenant(t *testing.T) {
	s := newSite(t)
	c := s.as(t, s.technician, s.contoso.ID, s.fabrikam.ID)
	at := s.save(t, c, url.Values{"list": {"/devices"}, "state": {"kind=phone&sort=-customer&columns=customer,name&customer=" + s.contoso.ID.String()}, "view_name": {"Phones"}})
	var j twin
	c.JSON("/t/"+s.fabrikam.ID.String()+at, http.StatusOK, &j)
	if j.Count != 1 {
		t.Errorf("the view in one tenant = %+v", j)
	}
}

func TestUnknownViews(t *testing.T) {
	s := newSite(t)
	c, another := s.as(t, s.technician, s.contoso.ID), s.as(t, s.another, s.contoso.ID)
	private := s.save(t, c, url.Values{"list": {"/devices"}, "view_name": {"Mine"}})
	for path, status := range map[string]int{
		"/devices?view=999": 404, "/devices?view=x": 404, "/devices?view=-1": 404, "/devices?view=99999999999999999999": 404, "/views/x": 404, "/views/0": 404,
		strings.Replace(private, "/devices", "/apps", 1): 400, "/views?sort=x": 400, "/views?after=eA": 400, "/devices?view=%zz": 400,
	} {
		if got := c.Get(path); got.Code != status {
			t.Errorf("GET %s: status %d, want %d", path, got.Code, status)
		}
		c.JSON(path, status, nil)
	}
	id := strings.TrimPrefix(private, "/devices?view=")
	if got := another.Get(private); got.Code != 404 {
		t.Errorf("a colleague opens a private view: status %d", got.Code)
	}
	for _, path := range []string{"/views/" + id, "/views/" + id + "/start", "/views/" + id + "/delete"} {
		if got := another.Post(path, url.Values{"view_name": {"x"}, "on": {"1"}}); got.Code != 404 {
			t.Errorf("a colleague posts to %s: status %d", path, got.Code)
		}
	}
	if body := another.Get("/views?format=csv").Body.String(); strings.Contains(body, "Mine") {
		t.Errorf("a colleague's list has a private view:\n%s", body)
	}
}

func TestFormsThatAreWrong(t *testing.T) {
	s := newSite(t)
	c := s.as(t, s.technician, s.contoso.ID)
	s.save(t, c, url.Values{"list": {"/devices"}, "view_name": {"Mine"}})
	for name, form := range map[string]url.Values{
		"no name": {"list": {"/devices"}}, "twice": {"list": {"/devices"}, "view_name": {"mine"}}, "elsewhere": {"list": {"//evil.example"}, "view_name": {"x"}}, "no page": {"list": {"/nowhere/else"}, "view_name": {"x"}},
		"long": {"list": {"/devices"}, "view_name": {strings.Repeat("x", 61)}}, "damaged": {"list": {"/devices"}, "view_name": {"x"}, "state": {"%zz"}},
	} {
		if got := c.Post("/views", form); got.Code != http.StatusUnprocessableEntity || !strings.Contains(got.Body.String(), `class="error"`) {
			t.Errorf("%s: status %d:\n%.300s", name, got.Code, got.Body)
		}
	}
	if got := c.Post("/views/1", url.Values{"view_name": {""}}); got.Code != http.StatusUnprocessableEntity {
		t.Errorf("rename to nothing: status %d", got.Code)
	}
	for _, of := range []string{"//evil.example", "https://evil.example/", "/t/x/devices", "/devices/../x", "/nowhere", ""} {
		if got := c.Post("/views/columns", url.Values{"of": {of}, "columns": {"name"}}); got.Code != http.StatusBadRequest {
			t.Errorf("columns of %q: status %d, to %q", of, got.Code, got.Header().Get("Location"))
		}
	}
}

// TestReplace: saving a list under the name of one's own view offers to replace it, and it stays the same view to whoever leads to it.
func TestReplace(t *testing.T) {
	s := newSite(t)
	c, another := s.as(t, s.technician, s.contoso.ID, s.fabrikam.ID), s.as(t, s.another, s.contoso.ID, s.fabrikam.ID)
	at := s.save(t, c, url.Values{"list": {"/devices"}, "view_name": {"Ours"}, "state": {"kind=phone"}, "words": {"Kind: Phone"}, "shared": {"1"}})
	id := strings.TrimPrefix(at, "/devices?view=")
	again := url.Values{"list": {"/devices"}, "view_name": {" ours "}, "state": {"kind=laptop"}, "words": {"Kind: Laptop"}}
	asked := c.Post("/views", again)
	if body := asked.Body.String(); asked.Code != http.StatusUnprocessableEntity || !strings.Contains(body, `name="replace" value="`+id+`"`) || !strings.Contains(body, "“Ours”, which shows: Kind: Phone") || !strings.Contains(body, `value="1" checked`) {
		t.Fatalf("status %d, or it is not offered, with who sees it: %s", asked.Code, body)
	}
	again.Set("replace", id)
	again.Set("shared", "1")
	if to := s.save(t, c, again); to != at {
		t.Errorf("the view is now %s, was %s", to, at)
	}
	var j twin
	if another.JSON(at, http.StatusOK, &j); j.Count != 1 || j.Rows[0]["Name"] != "CTO-1" {
		t.Errorf("a colleague sees of the replaced view %+v", j)
	}
	for name, tc := range map[string]struct {
		c      *webtest.Client
		list   string
		id     string
		status int
	}{
		"a colleague's": {another, "/devices", id, 403}, "of another list": {c, "/apps", id, 422}, "none": {c, "/devices", "999", 404}, "no number": {c, "/devices", "x", 404},
	} {
		if got := tc.c.Post("/views", url.Values{"list": {tc.list}, "view_name": {"Ours"}, "state": {""}, "replace": {tc.id}}); got.Code != tc.status {
			t.Errorf("%s is replaced: status %d, want %d", name, got.Code, tc.status)
		}
	}
	if got := another.Post("/views", url.Values{"list": {"/devices"}, "view_name": {"Ours"}}); got.Code != http.StatusSeeOther {
		t.Errorf("a colleague's own of that name: status %d", got.Code)
	}
	for who, says := range map[*webtest.Client]bool{c: true, another: false} {
		if is := strings.Contains(who.Get("/views/"+id).Body.String(), "save that under this name"); is != says {
			t.Errorf("the page of the view says how to change what it shows: %t, want %t", is, says)
		}
	}
}

func TestColumnsPerPerson(t *testing.T) {
	s := newSite(t)
	c, another := s.as(t, s.technician, s.contoso.ID), s.as(t, s.another, s.contoso.ID)
	got := c.Post("/views/columns", url.Values{"of": {"/devices"}, "columns": {"name", "grown"}, "kind": {"phone"}})
	if to := got.Header().Get("Location"); got.Code != http.StatusSeeOther || to != "/devices?kind=phone" {
		t.Fatalf("status %d, to %q", got.Code, to)
	}
	has := func(c *webtest.Client, path, text string) bool {
		return strings.Contains(c.Get(path).Body.String(), text)
	}
	for what, is := range map[string]bool{
		"kept columns are shown":                has(c, "/devices", "there") && !has(c, "/devices", ">Kind</th>"),
		"an address that names columns decides": !has(c, "/devices?columns=name,kind", "there<") && has(c, "/devices?columns=name,kind", "phone<"),
		"others keep theirs":                    !strings.Contains(another.Get("/devices").Body.String(), "there<"),
		"inside a tenant the list's own":        !strings.Contains(c.Get("/t/"+s.contoso.ID.String()+"/devices").Body.String(), "there<"),
		"CSV has all":                           has(c, "/devices?format=csv", "laptop"),
	} {
		if !is {
			t.Errorf("not so: %s", what)
		}
	}
	if got := c.Post("/views/columns", url.Values{"forget": {"/devices"}, "columns": {"grown"}}); got.Code != http.StatusSeeOther || strings.Contains(c.Get("/devices").Body.String(), "there<") {
		t.Errorf("forgotten columns are still shown (status %d)", got.Code)
	}
}

// TestSupportKeepsForOneself: support staff save views and columns of their own, and neither share one nor touch the team's.
func TestSupportKeepsForOneself(t *testing.T) {
	s := newSite(t)
	at := s.save(t, s.as(t, s.technician, s.contoso.ID), url.Values{"list": {"/devices"}, "view_name": {"Team's"}, "shared": {"1"}})
	c := s.as(t, s.support, s.contoso.ID)
	id := strings.TrimPrefix(at, "/devices?view=")
	own := strings.TrimPrefix(s.save(t, c, url.Values{"list": {"/devices"}, "view_name": {"Mine"}, "state": {"kind=phone"}}), "/devices?view=")
	for _, path := range []string{"/devices", at, "/views", "/views/" + id, "/views/" + own} {
		got := c.Get(path)
		if got.Code != http.StatusOK || path != "/views/"+own && !strings.Contains(got.Body.String(), "Team&#39;s") {
			t.Errorf("GET %s: status %d:\n%.3000s", path, got.Code, got.Body)
		}
		if strings.Contains(got.Body.String(), `name="shared" value="1"`) || strings.Contains(got.Body.String(), `action="/views/`+id+`"`) {
			t.Errorf("%s lets support share, or change what is the team's", path)
		}
	}
	for path, want := range map[string]int{"/views/" + id: 403, "/views/" + id + "/delete": 403, "/views/" + id + "/start": 303} {
		if got := c.Post(path, url.Values{"view_name": {"Renamed"}, "on": {"1"}}); got.Code != want {
			t.Errorf("support posts to %s: status %d, want %d", path, got.Code, want)
		}
	}
	for path, form := range map[string]url.Values{"/views": {"list": {"/devices"}, "view_name": {"For all"}, "shared": {"1"}}, "/views/" + own: {"view_name": {"For all"}, "shared": {"1"}}} {
		if got := c.Post(path, form); got.Code != http.StatusForbidden {
			t.Errorf("support shares by %s: status %d", path, got.Code)
		}
	}
	for _, path := range []string{"/views/" + own, "/views/" + own + "/delete"} {
		if got := c.Post(path, url.Values{"view_name": {"Renamed"}}); got.Code != http.StatusSeeOther {
			t.Errorf("support posts to %s: status %d", path, got.Code)
		}
	}
	if got := c.Post("/views/columns", url.Values{"of": {"/devices"}, "columns": {"name", "grown"}}); got.Code != http.StatusSeeOther || !strings.Contains(c.Get("/devices").Body.String(), "there<") {
		t.Errorf("support's columns are not kept (status %d)", got.Code)
	}
}

// TestEveryList: a list at any address keeps views and columns; one below a thing keeps its views with that thing, and its columns for all such.
func TestEveryList(t *testing.T) {
	s := newSite(t)
	c := s.as(t, s.technician, s.contoso.ID, s.fabrikam.ID)
	contoso, fabrikam := "/t/"+s.contoso.ID.String(), "/t/"+s.fabrikam.ID.String()
	saved := regexp.MustCompile(`name="list" value="([^"]*)"`)
	for path, list := range map[string]string{
		"/devices/malware": "/devices/malware", contoso + "/devices/malware": "/devices/malware", contoso + "/things/7/log": contoso + "/things/7/log",
	} {
		got := saved.FindStringSubmatch(c.Get(path).Body.String())
		if len(got) != 2 || got[1] != list {
			t.Fatalf("%s would save %q, want a view of %s", path, got, list)
		}
	}
	for list, others := range map[string][2]string{
		"/devices/malware": {fabrikam + "/devices/malware", "/devices"}, contoso + "/things/7/log": {contoso + "/things/7/log", contoso + "/things/8/log"},
	} {
		at := s.save(t, c, url.Values{"list": {list}, "state": {"kind=phone"}, "view_name": {"Phones"}})
		var j twin
		if c.JSON(at, http.StatusOK, &j); j.Count != 1 || !strings.HasPrefix(at, list) {
			t.Errorf("the view of %s leads to %s with %+v", list, at, j)
		}
		_, query, _ := strings.Cut(at, "?")
		if c.JSON(others[0]+"?"+query, http.StatusOK, &j); j.Count != 1 {
			t.Errorf("%s does not know the view of %s: %+v", others[0], list, j)
		}
		c.JSON(others[1]+"?"+query, http.StatusBadRequest, nil)
	}
	if got := c.Post("/views/columns", url.Values{"of": {contoso + "/things/7/log"}, "columns": {"name", "grown"}}); got.Code != http.StatusSeeOther {
		t.Fatalf("columns: status %d", got.Code)
	}
	for path, want := range map[string]bool{contoso + "/things/7/log": true, fabrikam + "/things/8/log": true, contoso + "/devices/malware": false, "/things/7/log": false} {
		if got := strings.Contains(c.Get(path).Body.String(), "there<"); got != want {
			t.Errorf("kept columns at %s: %v, want %v", path, got, want)
		}
	}
	one := s.as(t, s.another, s.fabrikam.ID)
	shared := s.save(t, c, url.Values{"list": {contoso + "/things/7/log"}, "view_name": {"Theirs"}, "shared": {"1"}})
	_, id, _ := strings.Cut(shared, "?view=")
	if got := one.Get("/views/" + id); got.Code != http.StatusNotFound {
		t.Errorf("a shared view of a list of a customer out of reach: status %d", got.Code)
	}
}

// TestWords: a list says what a view of it narrows as its filters, orders and columns are called, and the view says it again.
func TestWords(t *testing.T) {
	s := newSite(t)
	c := s.as(t, s.technician, s.contoso.ID)
	hidden := func(name, path string) string {
		m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(c.Get(path).Body.String())
		if m == nil {
			t.Fatalf("%s sends no %s", path, name)
		}
		return html.UnescapeString(m[1])
	}
	path := "/devices/malware?q=cto&kind=phone&sort=-kind&columns=name,grown"
	const want = "“cto”; Kind: phone; Sorted by: Kind, downwards; Columns: Grown"
	if got := hidden("words", path); got != want || hidden("title", path) != "Devices" || hidden("words", "/devices") != "" {
		t.Errorf("the list says %q, want %q", got, want)
	}
	for name, tc := range map[string][2]string{"new": {want, want}, "from before": {"", "kind: phone"}} {
		at := s.save(t, c, url.Values{"list": {"/devices/malware"}, "title": {"Malware"}, "state": {"kind=phone"}, "words": {tc[0]}, "view_name": {name}})
		var v struct{ Title, Words string }
		_, id, _ := strings.Cut(at, "?view=")
		if c.JSON("/views/"+id, http.StatusOK, &v); v.Title != "Malware" || v.Words != tc[1] {
			t.Errorf("%s: %+v", name, v)
		}
		if b := c.Get("/views/" + id).Body.String(); strings.Contains(b, "kind=phone") || strings.Contains(b, "/start") {
			t.Errorf("%s: the page shows the address, or offers to lead the rail where it does not go", name)
		}
	}
}

func TestStart(t *testing.T) {
	s := newSite(t)
	c := s.as(t, s.technician, s.contoso.ID)
	at := s.save(t, c, url.Values{"list": {"/devices"}, "state": {"kind=phone"}, "view_name": {"Phones"}})
	id := strings.TrimPrefix(at, "/devices?view=")
	if got := c.Post("/views/"+id+"/start", url.Values{"on": {"1"}}); got.Code != http.StatusSeeOther {
		t.Fatalf("status %d", got.Code)
	}
	m := tenant.Membership{Person: s.technician, Reach: tenant.Only(s.contoso.ID), Scope: tenant.Only(s.contoso.ID)}
	starts := s.h.Starts(t.Context(), m)
	if fmt.Sprint(starts["/devices"]) != id {
		t.Fatalf("starts = %v, want %s", starts, id)
	}
	r, _ := http.NewRequestWithContext(page.WithChrome(t.Context(), page.Chrome{Starts: starts}), http.MethodGet, "/devices", nil)
	shell := page.Shell(r, m, "Devices")
	var urls []string
	for _, g := range shell.Nav {
		for _, it := range g.Items {
			urls = append(urls, it.URL)
		}
	}
	if rail := strings.Join(urls, " "); !strings.Contains(rail, at) || strings.Contains(rail, "/apps?") {
		t.Errorf("rail = %s", rail)
	}
	if got := c.Post("/views/"+id+"/start", url.Values{"on": {"0"}}); got.Code != http.StatusSeeOther || len(s.h.Starts(t.Context(), m)) != 0 {
		t.Errorf("the start stays: %v", s.h.Starts(t.Context(), m))
	}
}

func TestFormPage(t *testing.T) {
	now := time.Date(2026, 11, 21, 3, 0, 0, 0, time.UTC)
	v := view.View{ID: 7, Staff: 1, By: "Technician", List: "/devices", Name: `Late <b>"phones"</b>`, State: "checkin=over90&os=iOS", Shared: true, ChangedAt: now.Add(-time.Hour)}
	m := tenant.Membership{Person: tenant.Person{Name: "Technician", Role: tenant.RoleTechnician, StaffID: 1}}
	reading := tenant.Membership{Person: tenant.Person{Name: "Support", Role: tenant.RoleSupport, StaffID: 2}}
	c := page.Chrome{Now: now}
	for name, f := range map[string]formView{
		"own": newForm(v, m, c, ""), "of another": newForm(v, reading, c, ""), "not saved": newForm(view.View{List: "/devices", State: "q=a"}, m, c, "Give the view a name."),
	} {
		t.Run(name, func(t *testing.T) { webtest.Golden(t, formPage(ui.Shell{Lang: "en", Title: f.Header.Title}, f)) })
	}
}
