package tenants

import (
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
	domain "github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/webtest"
	"github.com/tenantry/tenantry/web/webtest/chromium"
)

func TestMain(m *testing.M) { chromium.Main(m) }

var (
	technician = tenant.Person{Name: "Technician", UPN: "technician@firstup.example", Role: tenant.RoleTechnician}
	support    = tenant.Person{Name: "Support", UPN: "support@firstup.example", Role: tenant.RoleSupport}
)

// directory stands for Microsoft's discovery: which domain belongs to which tenant.
type directory map[string]tenant.ID

func (d directory) Discover(_ context.Context, given string) (tenant.ID, error) {
	if id, ok := d[given]; ok {
		return id, nil
	}
	return tenant.ID{}, errs.Show(errs.NotFound, "Microsoft knows no tenant under this domain.")
}
func (directory) AdminConsentURL(tenant.ID, string, string, string, string) string { return "" }
func (directory) Forget(tenant.ID)                                                 {}

type journal struct{ actions []string }

func (j *journal) Append(_ context.Context, _ tenant.ID, e domain.Event) error {
	j.actions = append(j.actions, e.Action)
	return nil
}

// site is the room as the portal mounts it.
func site(f *webtest.Fleet, at directory, notes *journal) func(page.Router) {
	h := &Handler{Tenants: f.Tenants, Sync: f.Sync, Guests: f.Guests(), Services: f.Services, Audit: audit.NewStore(f.Pool)}
	h.Add = domain.NewService(domain.Deps{Store: domain.NewStore(f.Pool), Authority: at, Journal: notes, Now: func() time.Time { return f.Now }})
	mounted := 0
	return func(r page.Router) {
		if mounted++; mounted == 1 {
			h.Mount(r)
		} else {
			h.MountTenant(r)
		}
	}
}

type twin struct {
	Rows []struct {
		ID, Name, Domain, State string
		Devices                 *int64
		Compliant               *float64
		AsOf                    *time.Time `json:"as_of"`
	}
	Count int64
	Next  string
}

func (x twin) names() string {
	var out []string
	for _, r := range x.Rows {
		out = append(out, r.Name)
	}
	return strings.Join(out, ", ")
}

// some is a fleet with customers in several states, and one that is out of reach.
func some(t *testing.T) (f *webtest.Fleet, of map[string]tenant.Tenant, c *webtest.Client) {
	t.Helper()
	f, of = webtest.NewFleet(t), map[string]tenant.Tenant{}
	for i, name := range []string{"Contoso", "adatum", "Fabrikam", "Northwind", "=cmd|' /C calc'!A0<script>", "Foreign"} {
		of[name] = f.Tenant(t, i+1, name, fmt.Sprintf("d%d.example", i+1))
	}
	devices := func(compliant, all int) (out []device.Device) {
		for i := range all {
			d := device.Device{ID: fmt.Sprint("d", i), Name: fmt.Sprint("D", i), OS: "Windows", Compliance: "noncompliant"}
			if i < compliant {
				d.Compliance = "compliant"
			}
			out = append(out, d)
		}
		return out
	}
	f.ReadDevices(t, of["Contoso"].ID, f.Now.Add(-3*time.Minute), devices(10, 10)...)
	f.ReadDevices(t, of["adatum"].ID, f.Now.Add(-26*time.Hour), devices(3, 4)...)
	f.ReadDevices(t, of["Fabrikam"].ID, f.Now.Add(-time.Minute))
	f.ReadDevices(t, of["Foreign"].ID, f.Now, devices(1, 2)...)
	f.FailRead(t, of["Northwind"].ID, graphsync.Devices, "licence", "Northwind has no Intune licence.")
	f.Put(t, of["Northwind"].ID, tenant.StatePartial, f.Now.Add(-time.Hour))
	f.Put(t, of["Fabrikam"].ID, tenant.StateInvited, f.Now.Add(-time.Hour))
	home := tenant.Tenant{ID: f.Tenants.Home(), DisplayName: "First Up Consultants", Home: true}
	if err := f.Tenants.Upsert(t.Context(), tenant.Everything(), home); err != nil {
		t.Fatal(err)
	}
	reach := tenant.Only(of["Contoso"].ID, of["adatum"].ID, of["Fabrikam"].ID, of["Northwind"].ID, of["=cmd|' /C calc'!A0<script>"].ID, home.ID)
	return f, of, f.Serve(t, technician, reach, site(f, nil, &journal{}))
}

const hostile = "=cmd|' /C calc'!A0<script>"

func TestList(t *testing.T) {
	f, of, c := some(t)
	for query, want := range map[string]string{
		"":                               hostile + ", adatum, Contoso, Fabrikam, Northwind", // never the home tenant, never one out of reach
		"?sort=-name":                    "Northwind, Fabrikam, Contoso, adatum, " + hostile,
		"?sort=compliant":                hostile + ", Fabrikam, Northwind, adatum, Contoso", // unknown is worse than any figure
		"?sort=-compliant":               "Contoso, adatum, Northwind, Fabrikam, " + hostile,
		"?sort=devices":                  hostile + ", Northwind, Fabrikam, adatum, Contoso",
		"?sort=-devices":                 "Contoso, adatum, Fabrikam, Northwind, " + hostile,
		"?sort=read":                     hostile + ", Northwind, adatum, Contoso, Fabrikam",
		"?sort=-read":                    "Fabrikam, Contoso, adatum, Northwind, " + hostile,
		"?sort=state":                    hostile + ", adatum, Contoso, Northwind, Fabrikam",
		"?sort=-state":                   "Fabrikam, Northwind, Contoso, adatum, " + hostile,
		"?q=CONTO":                       "Contoso",
		"?q=d3.ex":                       "Fabrikam",
		"?q=" + of["adatum"].ID.String(): "adatum",
		"?q=nothing":                     "",
		"?state=partial&state=invited":   "Fabrikam, Northwind",
		"?state=withdrawn":               "",
	} {
		var x twin
		c.JSON("/tenants"+query, http.StatusOK, &x)
		if x.names() != want || x.Count != int64(len(x.Rows)) || x.Next != "" {
			t.Errorf("%s: %s (count %d, next %q), want %s", query, x.names(), x.Count, x.Next, want)
		}
		html, at := c.Get("/tenants"+query).Body.String(), 0
		for _, r := range x.Rows {
			place := strings.Index(html[at:], `href="/t/`+r.ID+`"`)
			if place < 0 {
				t.Errorf("%s: %s is not at its place in the page", query, r.Name)
				break
			}
			at += place
		}
		sep := map[bool]string{true: "?", false: "&"}[query == ""]
		records, err := csv.NewReader(c.Get("/tenants" + query + sep + "format=csv").Body).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, r := range records[1:] {
			names = append(names, strings.TrimPrefix(r[0], "'"))
		}
		if strings.Join(names, ", ") != want {
			t.Errorf("%s as CSV: %s", query, strings.Join(names, ", "))
		}
		if query == "" && records[1][0] != "'"+hostile {
			t.Errorf("CSV leaves a formula: %q", records[1][0])
		}
	}
	var x twin
	c.JSON("/tenants?q=fabrikam", http.StatusOK, &x)
	if r := x.Rows[0]; r.Devices == nil || *r.Devices != 0 || r.Compliant != nil || r.AsOf == nil || !r.AsOf.Equal(f.Now.Add(-time.Minute)) {
		t.Errorf("read, and without devices: %+v", r)
	}
	c.JSON("/tenants?q=northwind", http.StatusOK, &x)
	if r := x.Rows[0]; r.Devices != nil || r.Compliant != nil || r.AsOf != nil {
		t.Errorf("never read: %+v", r)
	}
	html := c.Get("/tenants").Body.String()
	for _, want := range []string{"was 75.0%", "100.0%", "not read", "No customer", "/tenants/new"} {
		if has := strings.Contains(html, want); has != (want != "No customer") {
			t.Errorf("the page has %q: %v", want, has)
		}
	}
	if strings.Contains(html, "<script>\"") || strings.Contains(html, "calc'!A0<script>") {
		t.Error("a name is printed as markup")
	}
	if none := f.Serve(t, technician, tenant.Only(), site(f, nil, &journal{})).Get("/tenants").Body.String(); !strings.Contains(none, "No customer is assigned to you yet.") {
		t.Error("who has no customers is not told so")
	}
}

func TestListRefuses(t *testing.T) {
	_, _, c := some(t)
	for _, query := range []string{"sort=mood", "sort=--name", "state=fine", "after=!!!", "after=eyJzIjoibmFtZSIsIm4iOjEsImMiOiJnb25lIn0", "format=xml", "columns=x", "q=%ff"} {
		if w := c.Get("/tenants?" + query); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "<h1") {
			t.Errorf("%s: %d, want 400 with a heading", query, w.Code)
		}
		c.JSON("/tenants?"+query, http.StatusBadRequest, nil)
	}
}

// TestPaging follows the pages of a long list in both directions of two orders: each customer comes once.
func TestPaging(t *testing.T) {
	f := webtest.NewFleet(t)
	if _, err := f.Pool.In(tenant.Everything()).Exec(t.Context(), `
		INSERT INTO tenant (tenant_id, display_name, default_domain, domains, state, state_since)
		SELECT ('c0000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'Customer ' || n % 7, n || '.example', ARRAY[n || '.example'], 'connected', $1
		FROM   generate_series(1, 230) n`, f.Now); err != nil {
		t.Fatal(err)
	}
	c := f.Serve(t, technician, tenant.Everything(), site(f, nil, &journal{}))
	for _, start := range []string{"/tenants", "/tenants?sort=-name", "/tenants?sort=devices", "/tenants?sort=-read&state=connected"} {
		seen, pages := map[string]bool{}, 0
		for next := start; next != ""; pages++ {
			var x twin
			c.JSON(next, http.StatusOK, &x)
			if x.Count != 230 {
				t.Errorf("%s: count %d", next, x.Count)
			}
			html := c.Get(next).Body.String()
			for _, r := range x.Rows {
				if seen[r.ID] {
					t.Errorf("%s: %s comes twice", next, r.ID)
				}
				seen[r.ID] = true
				if !strings.Contains(html, r.ID) {
					t.Errorf("%s: %s is missing in the page", next, r.ID)
				}
			}
			if next != start && (!strings.Contains(html, "First page") || strings.Contains(html, `rel="prev"`)) {
				t.Errorf("%s: a later page does not lead to the first one, or calls it the one before", next)
			}
			next = x.Next
		}
		if want := (230 + pageSize - 1) / pageSize; len(seen) != 230 || pages != want {
			t.Errorf("%s: %d customers on %d pages, want 230 on %d", start, len(seen), pages, want)
		}
	}
	records, err := csv.NewReader(c.Get("/tenants?format=csv").Body).ReadAll()
	if err != nil || len(records) != 231 {
		t.Errorf("CSV has %d lines (%v), want 231", len(records), err)
	}
}

// chosen is a technician who sees only the tenants listed.
func chosen(t *testing.T, f *webtest.Fleet, of ...tenant.ID) tenant.Person {
	t.Helper()
	id, err := f.Tenants.CreateStaff(t.Context(), tenant.Staff{UPN: "t.chosen@firstup.example", Role: tenant.RoleTechnician, Reach: tenant.ReachChosen, Tenants: of})
	if err != nil {
		t.Fatal(err)
	}
	return tenant.Person{Name: "Chosen", UPN: "t.chosen@firstup.example", Role: tenant.RoleTechnician, StaffID: id}
}

func TestAdd(t *testing.T) {
	f := webtest.NewFleet(t)
	contoso, fabrikam := f.Tenant(t, 1, "Contoso", "contoso.example"), f.Tenant(t, 2, "Fabrikam", "fabrikam.example")
	adatum, notes := webtest.ID(t, 3), &journal{}
	at := directory{"contoso.example": contoso.ID, "fabrikam.example": fabrikam.ID, "adatum.example": adatum, "home.example": f.Tenants.Home()}
	if err := f.Tenants.Upsert(t.Context(), tenant.Everything(), tenant.Tenant{ID: f.Tenants.Home(), DisplayName: "First Up Consultants", Home: true}); err != nil {
		t.Fatal(err)
	}
	who := chosen(t, f, contoso.ID)
	c := f.Serve(t, who, tenant.Only(contoso.ID), site(f, at, notes))
	if w := c.Get("/tenants/new"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `name="domain"`) {
		t.Errorf("the form: %d", w.Code)
	}
	for given, fault := range map[string]string{
		"":                     "",
		"nobody.example":       "Microsoft knows no tenant under this domain.",
		`"><script>x</script>`: "",
		"fabrikam.example":     "not assigned to you",
		"home.example":         "This is your own tenant.",
	} {
		w := c.Post("/tenants/new", url.Values{"domain": {given}})
		body := w.Body.String()
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, `aria-invalid="true"`) || !strings.Contains(body, fault) || strings.Contains(body, "<script>x") {
			t.Errorf("%q: %d, want 422 with the field and %q", given, w.Code, fault)
		}
		if given != "" && !strings.Contains(given, "<") && !strings.Contains(body, `value="`+given+`"`) {
			t.Errorf("%q: the value is gone", given)
		}
	}
	reach := func() []tenant.ID {
		st, err := f.Tenants.GetStaff(t.Context(), tenant.Everything(), who.StaffID)
		if err != nil {
			t.Fatal(err)
		}
		return st.Tenants
	}
	if got := reach(); len(got) != 1 || got[0] != contoso.ID {
		t.Errorf("what was refused widened the reach to %v", got)
	}
	if w := c.Post("/tenants/new", url.Values{"domain": {" ADATUM.example "}}); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/t/"+adatum.String()+"/consent" {
		t.Errorf("a new customer: %d to %q", w.Code, w.Header().Get("Location"))
	}
	if got := reach(); len(got) != 2 || !slices.Contains(got, adatum) {
		t.Errorf("after adding one the reach is %v", got)
	}
	if w := c.Post("/tenants/new", url.Values{"domain": {"contoso.example"}}); w.Code != http.StatusSeeOther {
		t.Errorf("a customer of one's own again: %d", w.Code)
	}
	if len(c.Said) != 2 || c.Said[0].Title != "adatum.example was added." || c.Said[1].Title != "Contoso was here already." {
		t.Errorf("said %v", c.Said)
	}
	if strings.Join(notes.actions, " ") != "tenant.added" {
		t.Errorf("recorded %v, want the one that was added", notes.actions)
	}
	got, err := f.Tenants.Get(t.Context(), tenant.Everything(), adatum)
	if err != nil || got.State != tenant.StateUnconsented {
		t.Errorf("the new customer: %v, %v", got.State, err)
	}
}

func TestSupportMayOnlyLook(t *testing.T) {
	f, of, _ := some(t)
	c := f.Serve(t, support, tenant.Only(of["Contoso"].ID), site(f, directory{}, &journal{}))
	at := "/t/" + of["Contoso"].ID.String()
	for _, path := range []string{"/tenants", at + "/"} {
		w := c.Get(path)
		_, main, _ := strings.Cut(w.Body.String(), "<main")
		if w.Code != http.StatusOK || strings.Contains(main, `method="post"`) || strings.Contains(main, "/tenants/new") || strings.Contains(main, "/signin?tenant=") {
			t.Errorf("GET %s as support: %d, with something to act by", path, w.Code)
		}
	}
	for _, path := range []string{"/tenants/new", at + "/sync"} {
		if w := c.Post(path, url.Values{"domain": {"x.example"}}); w.Code != http.StatusForbidden {
			t.Errorf("POST %s as support: %d, want 403", path, w.Code)
		}
	}
	if w := c.Get("/tenants/new"); w.Code != http.StatusForbidden {
		t.Errorf("GET /tenants/new as support: %d, want 403", w.Code)
	}
}

func TestDatabaseAway(t *testing.T) {
	f, of, c := some(t)
	f.Pool.Close()
	for _, path := range []string{"/tenants", "/t/" + of["Contoso"].ID.String() + "/"} {
		w := c.Get(path)
		if w.Code < 500 || strings.Contains(w.Body.String(), "pgx") || strings.Contains(w.Body.String(), "closed pool") || !strings.Contains(w.Body.String(), "<h1") {
			t.Errorf("%s without a database: %d: %.200s", path, w.Code, w.Body)
		}
	}
}
