package consent

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
	domain "github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/webtest"
)

// hold writes what was last read at a customer: these permissions, whole.
func hold(t *testing.T, f *webtest.Fleet, tid tenant.ID, at time.Time, held ...permission.Permission) {
	t.Helper()
	if _, err := f.Pool.In(tid).Exec(t.Context(), `
		INSERT INTO consent_reading (tenant_id, at, application_read, delegated_read, state, held, missing, surplus, personal)
		VALUES ($1, $2, true, true, 'connected', $3, 0, 0, 0)`, tid, at, len(held)); err != nil {
		t.Fatal(err)
	}
	for _, p := range held {
		if _, err := f.Pool.In(tid).Exec(t.Context(), `
			INSERT INTO consent_grant (tenant_id, kind, resource, name, standing, first_seen, last_seen) VALUES ($1, $2, $3, $4, 'granted', $5, $5)`,
			tid, p.Kind, p.Resource, p.Name, at); err != nil {
			t.Fatal(err)
		}
	}
}

// An owner makes a template, a technician lets customers follow it, the owner changes it, and who lacks what is a list away.
func TestTemplateFromFormToDrift(t *testing.T) {
	f := webtest.NewFleet(t)
	contoso, fabrikam := f.Tenant(t, 1, "Contoso", "contoso.example"), f.Tenant(t, 2, "Fabrikam", "fabrikam.example")
	chain := audit.NewStore(f.Pool)
	service := domain.NewService(domain.Deps{Store: domain.NewStore(f.Pool), Journal: domain.AuditJournal{Audit: chain}, Home: f.Tenants.Home(), Now: func() time.Time { return f.Now }})
	h := &Handler{Consent: service, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return f.Now }, Origin: "https://portal.example", Partner: func(context.Context) Partner { return Partner{Name: "First Up Consultants"} }}
	if err := f.Tenants.Upsert(t.Context(), tenant.Only(f.Tenants.Home()), tenant.Tenant{ID: f.Tenants.Home(), Home: true}); err != nil {
		t.Fatal(err)
	}
	as := func(role tenant.Role, reach ...tenant.ID) *webtest.Client {
		return f.Serve(t, tenant.Person{Name: string(role), UPN: string(role) + "@firstup.example", Role: role}, tenant.Only(reach...), func(r page.Router) { h.MountPortal(r); h.Mount(r) })
	}
	owner, technician, support := as(tenant.RoleOwner, contoso.ID, fabrikam.ID), as(tenant.RoleTechnician, fabrikam.ID), as(tenant.RoleSupport, contoso.ID, fabrikam.ID)
	devices, _ := permission.ParseFeatures([]string{"devices"})
	application, delegated := permission.Plan(devices)
	hold(t, f, contoso.ID, f.Now.Add(-time.Hour), append(application, delegated...)...)

	if w := owner.Post("/settings/templates/new", url.Values{"name": {" "}, "features": {"devices"}}); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "needs a name") {
		t.Errorf("no name: %d", w.Code)
	}
	w := owner.Post("/settings/templates/new", url.Values{"name": {"Small <b>office"}, "features": {"devices"}})
	at := w.Header().Get("Location")
	if w.Code != http.StatusSeeOther || !strings.HasPrefix(at, "/settings/templates/") {
		t.Fatalf("POST: %d %.300s", w.Code, w.Body)
	}
	id := strings.TrimPrefix(at, "/settings/templates/")
	for _, tn := range []tenant.Tenant{contoso, fabrikam} {
		if w := owner.Post("/t/"+tn.ID.String()+"/consent/plan", url.Values{"template": {id}}); w.Code != http.StatusSeeOther {
			t.Fatalf("follow: %d %.300s", w.Code, w.Body)
		}
	}
	var list struct {
		Rows  []followerRow
		Count int64
	}
	drifts := func(c *webtest.Client, query string) string {
		t.Helper()
		c.JSON(at+query, http.StatusOK, &list)
		var out []string
		for _, r := range list.Rows {
			out = append(out, r.Name+" "+string(r.Drift)+" "+strings.Join(r.Missing, ","))
		}
		if int(list.Count) != len(list.Rows) {
			t.Errorf("%s: count %d, %d rows", query, list.Count, len(list.Rows))
		}
		return strings.Join(out, "; ")
	}
	if got := drifts(support, ""); got != "Contoso none ; Fabrikam unknown " {
		t.Errorf("at first: %s", got)
	}
	if w := owner.Post(at+"/edit", url.Values{"name": {"Small <b>office"}, "features": {"devices", "roles"}}); w.Code != http.StatusSeeOther || len(owner.Said) == 0 || !strings.Contains(owner.Said[len(owner.Said)-1].Title, "1 customer lacks") {
		t.Errorf("change: %d, said %+v", w.Code, owner.Said)
	}
	for query, want := range map[string]string{
		"": "Contoso missing DeviceManagementRBAC.Read.All; Fabrikam unknown ", "?drift=missing": "Contoso missing DeviceManagementRBAC.Read.All", "?drift=none": "", "?q=fab": "Fabrikam unknown ", "?sort=-drift": "Fabrikam unknown ; Contoso missing DeviceManagementRBAC.Read.All",
	} {
		if got := drifts(owner, query); got != want {
			t.Errorf("%q: %s", query, got)
		}
	}
	if got := drifts(technician, ""); got != "Fabrikam unknown " {
		t.Errorf("the technician of Fabrikam sees %s", got)
	}
	again := `href="/t/` + contoso.ID.String() + `/consent#new-link"`
	for name, is := range map[string]bool{
		"ask again":                     strings.Contains(owner.Get(at).Body.String(), again),
		"no link to ask for support":    !strings.Contains(support.Get(at).Body.String(), again),
		"no link to change for support": !strings.Contains(support.Get(at).Body.String(), at+"/edit"),
		"the escaped name":              strings.Contains(owner.Get("/settings/templates").Body.String(), "Small &lt;b&gt;office"),
		"the drift on the consent page": strings.Contains(support.Get("/t/"+contoso.ID.String()+"/consent").Body.String(), "Something is missing"),
		"roles ticked in the new link":  strings.Contains(owner.Get("/t/"+contoso.ID.String()+"/consent").Body.String(), `value="roles" checked`),
		"a CSV":                         strings.Count(owner.Get(at+"?format=csv").Body.String(), "\r\n") == 3,
	} {
		if !is {
			t.Errorf("missing: %s", name)
		}
	}
	for path, status := range map[string]int{"/settings/templates/99": 404, "/settings/templates/x": 404, at + "?sort=x": 400, at + "?drift=x": 400, at + "?after=x": 400, "/settings/templates?after=x": 400, "/settings/templates?sort=x": 400} {
		owner.JSON(path, status, nil)
	}
	for _, c := range []*webtest.Client{support, technician} {
		for _, path := range []string{"/settings/templates/new", at + "/edit", at + "/delete"} {
			if w := c.Post(path, url.Values{"name": {"x"}}); w.Code != http.StatusForbidden {
				t.Errorf("POST %s: %d", path, w.Code)
			}
		}
	}
	if w := support.Post("/t/"+contoso.ID.String()+"/consent/plan", url.Values{"template": {"0"}}); w.Code != http.StatusForbidden {
		t.Errorf("support changes a plan: %d", w.Code)
	}
	if w := technician.Post("/t/"+contoso.ID.String()+"/consent/plan", url.Values{"template": {"0"}}); w.Code != http.StatusNotFound {
		t.Errorf("the technician of Fabrikam changes Contoso's plan: %d", w.Code)
	}
	if w := owner.Post(at+"/delete", nil); w.Code != http.StatusConflict {
		t.Errorf("a template that is followed is deleted: %d", w.Code)
	}
	for _, tn := range []tenant.Tenant{contoso, fabrikam} {
		if w := owner.Post("/t/"+tn.ID.String()+"/consent/plan", url.Values{"template": {"0"}}); w.Code != http.StatusSeeOther {
			t.Errorf("leave: %d", w.Code)
		}
	}
	if w := owner.Post(at+"/delete", nil); w.Code != http.StatusSeeOther || owner.Get(at).Code != http.StatusNotFound {
		t.Errorf("delete: %d", w.Code)
	}
	if done, err := chain.List(t.Context(), f.Tenants.Home(), audit.Filter{}); err != nil || len(done) != 3 {
		t.Errorf("the partner's chain: %+v, %v", done, err)
	}
	if done, err := chain.List(t.Context(), contoso.ID, audit.Filter{}); err != nil || len(done) != 2 || done[0].Action != "consent.plan.changed" {
		t.Errorf("Contoso's chain: %+v, %v", done, err)
	}
}

// Nothing that was read too long ago, or not at all, is green.
func TestDriftIsGreenOnlyForWhatWasRead(t *testing.T) {
	for d, want := range map[drift][2]string{driftNone: {"ok", "stale"}, driftUnknown: {"unknown", "unknown"}, driftMissing: {"warn", "warn"}, driftSurplus: {"partial", "stale"}} {
		if got := [2]string{string(d.state(false).Shape), string(d.state(true).Shape)}; got != want {
			t.Errorf("%s: %v, want %v", d, got, want)
		}
	}
}

func TestTemplateGolden(t *testing.T) {
	now := time.Date(2026, 11, 21, 2, 51, 44, 0, time.UTC)
	m := tenant.Membership{Person: tenant.Person{Role: tenant.RoleOwner}}
	kept := domain.Template{ID: 7, Name: `<script>"x"`, Features: []permission.Feature{permission.Devices}, Followers: 12, ChangedAt: now, ChangedBy: "Owner"}
	wrong := newTemplateForm(m, domain.Template{ID: 7, Name: "Small office"})
	wrong.fault = "A template has that name already."
	for name, f := range map[string]templateForm{"new": newTemplateForm(m, domain.Template{Features: permission.Suggested()}), "followed": newTemplateForm(m, kept), "wrong": wrong} {
		t.Run(name, func(t *testing.T) { webtest.Golden(t, templateFormBody(f)) })
	}
	t.Run("facts", func(t *testing.T) { webtest.Golden(t, newTemplateRow(kept, now).facts()) })
}

func TestOthersGolden(t *testing.T) {
	now := time.Date(2026, 11, 21, 2, 51, 44, 0, time.UTC)
	at := now.Add(-26 * time.Hour)
	evil := `"></textarea><script>alert(1)</script>`
	webtest.Golden(t, others(staffView{now: now, Others: []otherRow{
		{Name: "Tenantry", ClientID: "7e6cb5c1-0a4f-4d52-9a71-0d6a0e6a1c01", Application: []string{"User.Read.All"}, Delegated: []string{}, Since: &at, AsOf: &at, URL: "https://entra.microsoft.com/x", customer: "Contoso", country: "DE", now: now},
		{Name: evil, ClientID: evil, Application: []string{evil}, Since: &at, AsOf: &at, Problem: "Microsoft did not answer in time.", customer: evil, now: now},
		{Name: "Devices only", ClientID: "x", Problem: "The tenant refused to show our grants.", customer: "Contoso", now: now},
	}}))
}
