package incidents

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/incident"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/webtest"
)

// hunters are Microsoft at several customers, each with its own answer.
type hunters map[tenant.ID]hunter

func (h hunters) Ask(_ context.Context, _ tenant.Person, _ string, tid tenant.ID, _ incident.Question) (incident.Found, error) {
	if after := h[tid].after; after != nil {
		<-after
	}
	return h[tid].found, h[tid].refuse
}

// TestHuntingAtSeveral: each customer has its own outcome, none keeps the others, and who is not signed in somewhere is told where.
func TestHuntingAtSeveral(t *testing.T) {
	f := webtest.NewFleet(t)
	contoso, fabrikam, northwind, far := f.Tenant(t, 1, "Contoso", "contoso.example"), f.Tenant(t, 2, "Fabrikam", "fabrikam.example"), f.Tenant(t, 3, "Northwind", "northwind.example"), f.Tenant(t, 4, "Adatum", "adatum.example")
	f.ReadDevices(t, contoso.ID, f.Now.Add(-time.Minute), device.Device{ID: "d1", Name: "CTN-0014", EntraDeviceID: entraDevice})
	who := technician
	var err error
	if who.StaffID, err = f.Tenants.CreateStaff(t.Context(), tenant.Staff{UPN: who.UPN, Role: who.Role, Reach: tenant.ReachAll}); err != nil {
		t.Fatal(err)
	}
	m := hunters{
		contoso.ID: {found: rowsFound()}, fabrikam.ID: {refuse: errs.ShowNext(errs.Unavailable, "Its limit is used up.", "Run it again in 40 seconds.")},
		northwind.ID: {found: incident.Found{Columns: []incident.Column{{Name: "IsLocalAdmin", Type: "SByte"}}, Rows: [][]string{{"1"}}, Older: true}},
	}
	mount := (&Handler{Tenants: f.Tenants, Incidents: f.Incidents, Devices: f.Devices, Sync: f.Sync, Hunter: m, Queries: incident.NewQueries(f.Pool), Lacks: func(_ context.Context, tid tenant.ID, names ...string) (time.Time, bool, error) {
		return f.Now.Add(-3 * time.Minute), tid == fabrikam.ID && len(names) == 2, nil
	}}).Mount
	reach := tenant.Only(contoso.ID, fabrikam.ID, northwind.ID)
	c, support := f.Serve(t, who, reach, mount), f.Serve(t, tenant.Person{Role: tenant.RoleSupport}, reach, mount)
	if got := c.Get(huntPath); got.Code != http.StatusOK || strings.Count(got.Body.String(), "/signin?tenant=") != 3 || strings.Contains(got.Body.String(), "Adatum") {
		t.Errorf("signed in nowhere: %d", got.Code)
	}
	for _, in := range []tenant.Tenant{contoso, fabrikam} {
		c.SignIns = append(c.SignIns, page.SignIn{Tenant: in, As: "tech@" + in.DefaultDomain, Until: f.Now.Add(time.Hour)})
	}
	if got := c.Get(huntPath).Body.String(); strings.Count(got, "has not agreed that people hunt there, as read 3 min ago.") != 1 {
		t.Error("a customer without consent is not told before the query is run")
	}
	if got := c.Get("/t/" + fabrikam.ID.String() + huntPath).Body.String(); !strings.Contains(got, "Fabrikam has not agreed that people hunt there") || !strings.Contains(got, `name="text"`) {
		t.Error("at that customer alone it is not told, or takes the box away")
	}
	asks := func(more ...string) url.Values {
		v := url.Values{"text": {"AlertInfo\n| take 1"}, "days": {"7"}, "customer": {contoso.ID.String(), fabrikam.ID.String(), northwind.ID.String()}}
		for i := 0; i+1 < len(more); i += 2 {
			v.Set(more[i], more[i+1])
		}
		return v
	}
	got := c.Post(huntPath, asks()).Body.String()
	back := url.QueryEscape(huntPath + "?customer=" + contoso.ID.String() + "&customer=" + fabrikam.ID.String() + "&customer=" + northwind.ID.String())
	for _, want := range []string{"2 rows", "Its limit is used up. Run it again in 40 seconds.", "You are not signed in there, so it was not asked.", "/signin?tenant=" + northwind.ID.String() + "&amp;return=" + back, huntPath + "?example=1&amp;customer=" + contoso.ID.String(), `href="/t/` + contoso.ID.String() + `/devices/d1"`} {
		if !strings.Contains(got, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	c.SignIns = append(c.SignIns, page.SignIn{Tenant: northwind, As: "tech@northwind.example", Until: f.Now.Add(time.Hour)})
	if got := c.Post(huntPath, asks()).Body.String(); !strings.Contains(got, "3 rows.") || !strings.Contains(got, "older interface") {
		t.Error("the results are not put together")
	}
	file := c.Post(huntPath, asks("format", "csv"))
	if lines := strings.Split(strings.TrimSpace(file.Body.String()), "\n"); len(lines) != 5 || !strings.Contains(lines[0], "Customer,") || !strings.HasPrefix(lines[3], "Northwind,,,,1,") || !strings.HasPrefix(lines[4], "Fabrikam,") || !strings.Contains(lines[4], "Its limit is used up.") || strings.Contains(file.Body.String(), ",=cmd") {
		t.Errorf("CSV: %s", file.Body)
	}
	if got := c.Post(huntPath, asks("format", "xlsx")); !strings.HasPrefix(got.Body.String(), "PK") {
		t.Errorf("workbook: %d %s", got.Code, got.Header().Get("Content-Type"))
	}
	many := asks()
	for n := 10; n < 10+incident.MostCustomers; n++ {
		many.Add("customer", f.Tenant(t, n, "C"+strconv.Itoa(n), "c.example").ID.String())
	}
	all := f.Serve(t, who, tenant.Everything(), mount)
	for name, tc := range map[string]struct {
		client *webtest.Client
		form   url.Values
		want   int
	}{
		"no query": {c, asks("text", " "), 422}, "no days": {c, asks("days", "x"), 422}, "nobody": {c, url.Values{"text": {"x"}, "days": {"7"}}, 422}, "too many": {all, many, 422},
		"out of reach": {c, asks("customer", far.ID.String()), 404}, "no id": {c, asks("customer", "x"), 400}, "support": {support, asks(), 403},
	} {
		if got := tc.client.Post(huntPath, tc.form); got.Code != tc.want {
			t.Errorf("%s: status %d, want %d", name, got.Code, tc.want)
		}
	}
	for path, want := range map[string]int{"?customer=" + far.ID.String(): 404, "?customer=x": 400, "?query=99": 404, "?example=0": 200} {
		if got := c.Get(huntPath + path); got.Code != want {
			t.Errorf("GET %s: status %d, want %d", path, got.Code, want)
		}
	}
	if got := c.Post(huntPath+"/queries", asks("query_name", "Mine", "do", "new")); got.Code != http.StatusSeeOther || got.Header().Get("Location") != huntPath+"?query=1" {
		t.Errorf("save: status %d to %s", got.Code, got.Header().Get("Location"))
	}
	if got := c.Post(huntPath+"/queries", asks("query_name", "Mine", "do", "new")); got.Code != http.StatusUnprocessableEntity || !strings.Contains(got.Body.String(), "Contoso") {
		t.Errorf("the same name: status %d", got.Code)
	}
	if got := c.Get(huntPath + "?query=1").Body.String(); !strings.Contains(got, huntPath+"/queries/1/delete") {
		t.Error("one's own query cannot be deleted")
	}
	if got := c.Post(huntPath+"/queries/1/delete", nil); got.Code != http.StatusSeeOther {
		t.Errorf("delete: status %d", got.Code)
	}
	m[contoso.ID] = hunter{refuse: context.Canceled}
	if got := c.Post(huntPath, asks("format", "csv")); got.Code != http.StatusInternalServerError {
		t.Errorf("the portal's own fault: status %d", got.Code)
	}
	if got := c.Post(huntPath, asks()); got.Code != http.StatusOK || !strings.Contains(got.Body.String(), "The portal made a mistake") || !strings.Contains(got.Body.String(), "1 row.") || !strings.HasSuffix(strings.TrimSpace(got.Body.String()), "</html>") {
		t.Errorf("the portal's own fault at one customer: status %d", got.Code)
	}

	// Each outcome is on the page before the others came: Contoso answers only once Northwind's is read, and who leaves then ends nothing.
	after, answered := make(chan struct{}), false
	m[contoso.ID] = hunter{found: rowsFound(), after: after}
	server := httptest.NewServer(c)
	defer server.Close()
	for _, stays := range []bool{true, false} {
		res, err := http.PostForm(server.URL+huntPath, asks())
		if err != nil {
			t.Fatal(err)
		}
		var page strings.Builder
		for part := make([]byte, 4096); err == nil && stays; {
			var n int
			n, err = res.Body.Read(part)
			if page.Write(part[:n]); !answered && strings.Contains(page.String(), "1 row") {
				answered = true
				close(after)
			}
		}
		res.Body.Close()
		if got := page.String(); stays && (!strings.Contains(got, "Asked: Contoso, Fabrikam, Northwind.") || !strings.Contains(got, "3 rows.") || !strings.HasSuffix(got, "</html>")) {
			t.Error("the page is not whole")
		}
	}
}

func TestGoldenHuntingAtSeveral(t *testing.T) {
	now := time.Date(2026, 11, 21, 2, 51, 44, 0, time.UTC)
	named := func(n int, name string) tenant.Tenant {
		return tenant.Tenant{ID: webtest.ID(t, n), DisplayName: name}
	}
	contoso, hostile, other := named(1, "Contoso"), named(2, `<script>"x"</script>`), named(3, "Northwind")
	m := tenant.Membership{Scope: tenant.Everything(), Person: technician}
	none := severalView{huntView: huntView{m: m, asked: incident.Question{Days: 30}, faults: page.Faults{}, chrome: page.Chrome{Now: now}}, all: []tenant.Tenant{contoso, hostile, other}}
	busy := none
	busy.chrome.SignIns = []page.SignIn{{Tenant: contoso, As: "<tech>@contoso.example", Until: now.Add(time.Hour)}}
	busy.chosen = []tenant.ID{contoso.ID, hostile.ID}
	busy.result = &result{now: now}
	found := rowsFound()
	busy.result.merge([]incident.Outcome{{Tenant: contoso.ID, Found: found, Rows: 2}}, func(tenant.ID) string { return contoso.Name() })
	busy.outcomes = []outcome{{Customer: page.TenantRef{ID: contoso.ID, Name: contoso.Name()}, State: "found", Rows: 2, kept: 2, Said: "2 rows"}, busy.signedOut(hostile.ID)}
	busy.unread = &incident.Unread{Message: "Query could not be parsed at '<x>'"}
	under := busy
	under.outcomes, under.unread, under.result = busy.outcomes[1:], nil, nil
	under.coming = slices.Values(busy.outcomes[:1])
	for name, v := range map[string]severalView{"none": none, "busy": busy, "under-way": under} {
		t.Run(name, func(t *testing.T) { webtest.Golden(t, severalBody(&v)) })
	}
}
