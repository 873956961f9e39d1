package groups

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/internal/tenantgroup"
	"github.com/tenantry/tenantry/internal/view"
	"github.com/tenantry/tenantry/web/devices"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/sync"
	"github.com/tenantry/tenantry/web/tenants"
	"github.com/tenantry/tenantry/web/ui"
	"github.com/tenantry/tenantry/web/webtest"
)

// site is Contoso, tagged gold, with two devices, and Fabrikam with one.
type site struct {
	*webtest.Fleet
	h                 *Handler
	contoso, fabrikam tenant.Tenant
}

func newSite(t *testing.T) *site {
	t.Helper()
	f := webtest.NewFleet(t)
	s := &site{Fleet: f, h: &Handler{Groups: tenantgroup.NewStore(f.Pool), Tenants: f.Tenants}, contoso: f.Tenant(t, 1, "Contoso", "contoso.example"), fabrikam: f.Tenant(t, 2, "Fabrikam", "fabrikam.example")}
	f.ReadDevices(t, s.contoso.ID, f.Now.Add(-time.Minute), device.Device{ID: "d1", Name: "CTO-1"}, device.Device{ID: "d2", Name: "CTO-2"})
	f.ReadDevices(t, s.fabrikam.ID, f.Now.Add(-time.Minute), device.Device{ID: "f1", Name: "FBK-1"})
	if err := s.h.Groups.SetTags(t.Context(), s.contoso.ID, []string{"gold"}, true); err != nil {
		t.Fatal(err)
	}
	return s
}

// as is the site for a role: the room itself, and three lists that it narrows.
func (s *site) as(t *testing.T, role tenant.Role, reach ...tenant.ID) *webtest.Client {
	who := tenant.Person{Name: string(role), UPN: string(role) + "@firstup.example", Role: role, Tenant: s.Tenants.Home(), ObjectID: "aaaaaaaa-0000-4000-8000-00000000000a"}
	return s.Serve(t, who, tenant.Only(reach...), func(r page.Router) {
		s.h.Mount(r)
		s.h.MountTenant(r)
		(&devices.Handler{Devices: s.Devices, Sync: s.Sync}).Mount(r)
		(&tenants.Handler{Tenants: s.Tenants, Sync: s.Sync, Tags: s.h.Groups.TagsByTenant}).Mount(r)
		(&sync.Handler{Tenants: s.Tenants, Sync: s.Sync, Narrow: s.h.Groups.Narrow}).Mount(r)
	}, s.h.Prepare)
}

func (s *site) group(t *testing.T, g tenantgroup.Group) string {
	t.Helper()
	id, err := s.h.Groups.Create(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	return strconv.FormatInt(id, 10)
}

type twin struct {
	Rows  []map[string]any
	Count int64
	Next  string
}

func TestListsAreNarrowed(t *testing.T) {
	s := newSite(t)
	both, one := s.as(t, tenant.RoleTechnician, s.contoso.ID, s.fabrikam.ID), s.as(t, tenant.RoleTechnician, s.fabrikam.ID)
	gold, small := s.group(t, tenantgroup.Group{Name: "Gold <script>", Tags: []string{"gold"}}), s.group(t, tenantgroup.Group{Name: "Small", NamePart: "fab"})
	for query, n := range map[string][3]int64{ // devices, customers, rows of the sync page
		"group=" + gold: {2, 1, 1}, "tag=gold": {2, 1, 1}, "group=" + gold + "&group=" + small: {3, 2, 2}, "group=" + small + "&tag=gold": {0, 0, 0}, "tag=silver": {0, 0, 0}, "group=&tag=": {3, 2, 2}, "": {3, 2, 2},
	} {
		for i, path := range []string{"/devices", "/tenants", "/sync"} {
			var j twin
			both.JSON(path+"?"+query, http.StatusOK, &j)
			if j.Count != n[i] || int64(len(j.Rows)) != n[i] {
				t.Errorf("%s?%s: %d rows, count %d, want %d", path, query, len(j.Rows), j.Count, n[i])
			}
			lines := strings.Count(both.Get(path+"?format=csv&"+query).Body.String(), "\r\n") - 1
			if int64(lines) != n[i] {
				t.Errorf("%s?%s as CSV: %d rows, want %d", path, query, lines, n[i])
			}
		}
	}
	var j twin
	one.JSON("/devices?group="+gold, http.StatusOK, &j)
	if j.Count != 0 {
		t.Errorf("a group shows %d devices of a customer out of reach", j.Count)
	}
	body := both.Get("/devices?group=" + gold + "&sort=name").Body.String()
	for what, is := range map[string]bool{
		"the group's name":            strings.Contains(body, "Gold &lt;script&gt;") && !strings.Contains(body, "<script>\""),
		"a link that keeps it":        strings.Contains(body, "group="+gold+"&amp;sort=-name"),
		"the customer's device":       strings.Contains(body, "CTO-1") && !strings.Contains(body, "FBK-1"),
		"a choice of tags":            strings.Contains(body, `name="tag"`),
		"a way back to all devices":   strings.Contains(body, `href="/devices?sort=name"`),
		"the tag in the other list":   strings.Contains(both.Get("/tenants").Body.String(), ">gold<"),
		"no filter inside a tenant":   !strings.Contains(both.Get("/t/"+s.contoso.ID.String()+"/devices").Body.String(), `name="tag"`),
		"no tag that is out of reach": !strings.Contains(one.Get("/devices").Body.String(), `value="gold"`),
	} {
		if !is {
			t.Errorf("the list lacks %s", what)
		}
	}
}

func TestBadGroups(t *testing.T) {
	s := newSite(t)
	c := s.as(t, tenant.RoleTechnician, s.contoso.ID)
	many := strings.Repeat("group=1&", 51)
	for path, status := range map[string]int{
		"/devices?group=99": 400, "/devices?group=x": 400, "/devices?group=-1": 400, "/devices?tag=%00": 400, "/devices?tag=%3Cscript%3E": 400, "/devices?" + many: 400, "/devices?group=99999999999999999999": 400,
		"/groups?sort=x": 400, "/groups/99": 404, "/groups/x": 404, "/groups?format=xml": 400, "/t/" + s.fabrikam.ID.String() + "/tags": 404, "/tenants?group=99": 400, "/sync?tag=---": 400,
	} {
		if got := c.Get(path); got.Code != status {
			t.Errorf("GET %.60s: status %d, want %d", path, got.Code, status)
		}
		c.JSON(path, status, nil)
	}
}

func TestGroupFromFormToDeletion(t *testing.T) {
	s := newSite(t)
	s.h.Audit = audit.NewStore(s.Pool)
	c := s.as(t, tenant.RoleTechnician, s.contoso.ID, s.fabrikam.ID)
	got := c.Post("/groups/new", url.Values{"name": {"Gold"}, "tags": {"GOLD, school"}, "every": {"0"}, "countries": {""}, "state": {"connected"}, "devices": {"2"}, "part": {"con"}})
	at := got.Header().Get("Location")
	if got.Code != http.StatusSeeOther || !strings.HasPrefix(at, "/groups/") {
		t.Fatalf("POST: status %d: %.1000s", got.Code, got.Body)
	}
	var d struct {
		Name, Rule string
		Customers  int64
		Members    []struct{ Name string }
	}
	c.JSON(at, http.StatusOK, &d)
	if d.Customers != 1 || len(d.Members) != 1 || d.Members[0].Name != "Contoso" || d.Rule != "tagged gold or school, connected, at least 2 devices, name with “con”" {
		t.Errorf("the group = %+v", d)
	}
	var l twin
	c.JSON("/groups", http.StatusOK, &l)
	if l.Count != 1 || l.Rows[0]["customers"] != 1.0 {
		t.Errorf("the list = %+v", l)
	}
	if csv := c.Get("/groups?format=csv").Body.String(); !strings.Contains(csv, "Gold,") {
		t.Errorf("CSV:\n%s", csv)
	}
	if page := c.Get(at).Body.String(); !strings.Contains(page, `href="/t/`+s.contoso.ID.String()+`"`) || strings.Contains(page, "fabrikam.example") {
		t.Errorf("the page of the group:\n%.4000s", page)
	}
	if got := c.Post(at, url.Values{"name": {"Gold"}, "devices": {"many"}}); got.Code != http.StatusUnprocessableEntity || !strings.Contains(got.Body.String(), "not a number") {
		t.Errorf("devices that are no number: status %d", got.Code)
	}
	if got := c.Post(at, url.Values{"name": {"Gold"}}); got.Code != http.StatusUnprocessableEntity {
		t.Errorf("no rule: status %d", got.Code)
	}
	if got := c.Post("/groups/new", url.Values{"name": {"GOLD"}, "devices": {"1"}}); got.Code != http.StatusUnprocessableEntity || !strings.Contains(got.Body.String(), "that name already") {
		t.Errorf("a name twice: status %d", got.Code)
	}
	s.viewed(t, at, "group=1", "group=10&q=group%3D1", "group=10&group=2")
	if page := c.Get(at).Body.String(); !strings.Contains(page, "1 saved view is narrowed by it") {
		t.Errorf("the page does not say whose views go with the group:\n%.4000s", page)
	}
	if got := c.Post(at+"/delete", url.Values{}); got.Code != http.StatusSeeOther || c.Get(at).Code != http.StatusNotFound {
		t.Errorf("delete: status %d, then %d", got.Code, c.Get(at).Code)
	}
	if got := c.Get("/devices?sort=name&group=1"); got.Code != http.StatusBadRequest || !strings.Contains(got.Body.String(), `href="/devices">`) {
		t.Errorf("a list narrowed by what was deleted leads nowhere: status %d:\n%.3000s", got.Code, got.Body)
	}
}

// viewed keeps views of the devices in these states.
func (s *site) viewed(t *testing.T, group string, states ...string) {
	t.Helper()
	if group != "/groups/1" {
		t.Fatalf("the group is at %s", group)
	}
	id, err := s.Tenants.CreateStaff(t.Context(), tenant.Staff{UPN: "keeper@firstup.example", Role: tenant.RoleTechnician, Reach: tenant.ReachAll})
	if err != nil {
		t.Fatal(err)
	}
	s.h.Views = view.NewStore(s.Pool)
	for _, state := range states {
		if _, err := s.h.Views.Create(t.Context(), view.Reader{Staff: id}, view.View{List: "/devices", Name: state, State: state}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTagging(t *testing.T) {
	s := newSite(t)
	c := s.as(t, tenant.RoleTechnician, s.contoso.ID)
	at := "/t/" + s.contoso.ID.String() + "/tags"
	if got := c.Post(at, url.Values{"tags": {"Gold, Renews in March"}}); got.Code != http.StatusSeeOther {
		t.Fatalf("POST: status %d: %.500s", got.Code, got.Body)
	}
	var x tagged
	c.JSON(at, http.StatusOK, &x)
	if strings.Join(x.Tags, " ") != "gold renews-in-march" || x.Groups == nil {
		t.Errorf("tags = %+v", x)
	}
	if got := c.Post(at, url.Values{"tags": {`"><script>`}}); got.Code != http.StatusUnprocessableEntity || strings.Contains(got.Body.String(), `"><script>`) {
		t.Errorf("a hostile tag: status %d", got.Code)
	}
	if got := c.Post("/t/"+s.fabrikam.ID.String()+"/tags", url.Values{"tags": {"gold"}}); got.Code != http.StatusNotFound {
		t.Errorf("the tags of a customer out of reach: status %d", got.Code)
	}
	gold := s.group(t, tenantgroup.Group{Name: "Gold", Tags: []string{"gold"}})
	id, _ := strconv.ParseInt(gold, 10, 64)
	if _, err := s.Tenants.CreateStaff(t.Context(), tenant.Staff{UPN: "x@firstup.example", Role: tenant.RoleSupport, Reach: tenant.ReachGroup, Group: id}); err != nil {
		t.Fatal(err)
	}
	if got := c.Post(at, url.Values{"tags": {""}}); got.Code != http.StatusForbidden || !strings.Contains(got.Body.String(), "An owner can change it") {
		t.Errorf("a technician takes a tag that decides reach: status %d", got.Code)
	}
	if got := c.Post("/groups/"+gold, url.Values{"name": {"Gold"}, "devices": {"1"}}); got.Code != http.StatusForbidden {
		t.Errorf("a technician changes a group that decides reach: status %d", got.Code)
	}
	if got := s.as(t, tenant.RoleOwner, s.contoso.ID).Post(at, url.Values{"tags": {""}}); got.Code != http.StatusSeeOther {
		t.Errorf("an owner takes it: status %d", got.Code)
	}
}

func TestSupportOnlyLooks(t *testing.T) {
	s := newSite(t)
	gold := s.group(t, tenantgroup.Group{Name: "Gold", Tags: []string{"gold"}})
	c := s.as(t, tenant.RoleSupport, s.contoso.ID)
	tags := "/t/" + s.contoso.ID.String() + "/tags"
	for _, path := range []string{"/groups", "/groups/" + gold, tags, "/devices?group=" + gold} {
		if got := c.Get(path); got.Code != http.StatusOK || strings.Contains(got.Body.String(), `method="post" action="/groups`) || strings.Contains(got.Body.String(), `method="post" action="/t/`) {
			t.Errorf("GET %s: status %d, or a form that changes something", path, got.Code)
		}
	}
	if got := c.Get("/groups/new"); got.Code != http.StatusForbidden {
		t.Errorf("GET /groups/new: status %d", got.Code)
	}
	for _, path := range []string{"/groups/new", "/groups/" + gold, "/groups/" + gold + "/delete", tags} {
		if got := c.Post(path, url.Values{}); got.Code != http.StatusForbidden {
			t.Errorf("support posts to %s: status %d", path, got.Code)
		}
	}
}

func TestPages(t *testing.T) {
	s := newSite(t)
	c := page.Chrome{Now: s.Now}
	m := tenant.Membership{Person: tenant.Person{Role: tenant.RoleTechnician}}
	g := tenantgroup.Group{ID: 7, Name: `Gold <b>"1"</b>`, Tags: []string{"gold", "school"}, EveryTag: true, Countries: []string{"CH"}, States: []tenant.State{tenant.StateConnected}, MinDevices: 10, NamePart: "<i>", Count: 1, ChangedAt: s.Now.Add(-time.Hour), ChangedBy: "technician@firstup.example"}
	deciding := g
	deciding.Staff = 2
	hostile := s.contoso
	hostile.DisplayName = "<script>x</script>"
	for name, v := range map[string]formView{
		"new": newForm(tenantgroup.Group{}, nil, 0, []string{"CH", "DE"}, m, c, ""), "group": newForm(g, []tenant.Tenant{hostile}, 2, nil, m, c, ""),
		"decides reach": newForm(deciding, nil, 0, nil, m, c, ""), "wrong": newForm(g, nil, 0, nil, m, c, "Give the group a name."),
	} {
		t.Run(name, func(t *testing.T) { webtest.Golden(t, formPage(ui.Shell{Lang: "en", Title: v.Header.Title}, v)) })
	}
	inside1 := tenant.Membership{Person: m.Person, Tenant: hostile, Scope: tenant.Only(hostile.ID)}
	for name, v := range map[string]tagsView{
		"tags": newTags(tagged{Tags: []string{"gold"}, Groups: []inside{{7, `<b>Gold</b>`, ""}}}, inside1, "gold", ""),
		"none": newTags(tagged{}, tenant.Membership{Person: tenant.Person{Role: tenant.RoleSupport}, Tenant: hostile}, "", ""),
	} {
		t.Run(name, func(t *testing.T) { webtest.Golden(t, tagsPage(ui.Shell{Lang: "en", Title: v.Header.Title}, v)) })
	}
}
