package provisioning

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/webtest"
)

type turned struct{}

func (turned) Seal(b []byte, _ tenant.ID, _ string) ([]byte, error) { return flip(b), nil }
func (turned) Open(b []byte, _ tenant.ID, _ string) ([]byte, error) { return flip(b), nil }

func flip(b []byte) []byte {
	out := make([]byte, len(b))
	for i, c := range b {
		out[i] = ^c
	}
	return out
}

func TestAlertsAndTheirRules(t *testing.T) {
	f, contoso, fabrikam := fleet(t)
	if err := f.Tenants.Upsert(t.Context(), tenant.Only(f.Tenants.Home()), tenant.Tenant{ID: f.Tenants.Home(), Home: true}); err != nil {
		t.Fatal(err)
	}
	chain := audit.NewStore(f.Pool)
	tested := 0
	h := &Handler{Provisioning: f.Provisioning, Sync: f.Sync, Audit: chain, Home: f.Tenants.Home(), Keys: turned{}, TestAlert: func(context.Context) error { tested++; return nil }}
	owner := tenant.Person{Name: "Owner", UPN: "owner@firstup.example", Role: tenant.RoleOwner}
	as := func(p tenant.Person, reach ...tenant.ID) *webtest.Client {
		return f.Serve(t, p, tenant.Only(reach...), func(r page.Router) { h.Mount(r); h.MountPortal(r) })
	}
	boss, tech, helper := as(owner, contoso.ID, fabrikam.ID), as(technician, contoso.ID), as(support, contoso.ID, fabrikam.ID)

	var list struct {
		Rows  []alert
		Count int
	}
	boss.JSON("/provisioning/alerts", http.StatusOK, &list)
	if list.Count != 2 || list.Rows[0].Kind != "quarantine" || list.Rows[0].Detail != "The target answered 401 to the credential check." {
		t.Fatalf("alerts: %+v", list)
	}
	tech.JSON("/provisioning/alerts", http.StatusOK, &list)
	if list.Count != 1 || list.Rows[0].Tenant.ID != contoso.ID {
		t.Fatalf("as Contoso's technician: %+v", list)
	}
	at := "/t/" + contoso.ID.String() + "/provisioning/alerts/" + strconv.FormatInt(list.Rows[0].ID, 10) + "/snooze"
	if strings.Contains(helper.Get("/provisioning/alerts").Body.String(), "Snooze 1 day") || helper.Post(at, nil).Code != http.StatusForbidden {
		t.Error("support can snooze")
	}
	if !strings.Contains(tech.Get("/provisioning/alerts").Body.String(), at) || tech.Post(at, nil).Code != http.StatusSeeOther {
		t.Error("the technician cannot snooze")
	}
	for query, want := range map[string]int{"": 0, "?state=snoozed": 1, "?state=over": 0, "?state=snoozed&kind=stalled": 0, "?state=snoozed&q=salesforce": 1} {
		if tech.JSON("/provisioning/alerts"+query, http.StatusOK, &list); list.Count != want {
			t.Errorf("%q: %d, want %d", query, list.Count, want)
		}
	}
	for path, status := range map[string]int{"/provisioning/alerts?state=x": 400, "/provisioning/alerts?after=x": 400} {
		tech.JSON(path, status, nil)
	}
	for _, path := range []string{"/t/" + contoso.ID.String() + "/provisioning/alerts/999/snooze", "/t/" + contoso.ID.String() + "/provisioning/alerts/x/snooze", strings.Replace(at, contoso.ID.String(), fabrikam.ID.String(), 1)} {
		if w := tech.Post(path, nil); w.Code != http.StatusNotFound {
			t.Errorf("POST %s: %d", path, w.Code)
		}
	}

	form := url.Values{"mails": {"ops@firstup.example; noc@firstup.example"}, "webhook": {"https://siem.contoso.example/in"}, "percent": {"30"}, "at_least": {"12"}, "hours": {"4"}}
	w := boss.Post("/settings/alerts", form)
	_, after, _ := strings.Cut(w.Body.String(), `id="webhook-secret"`)
	_, after, _ = strings.Cut(after, `value="`)
	secret, _, _ := strings.Cut(after, `"`)
	if w.Code != http.StatusOK || len(secret) < 20 {
		t.Fatalf("save: %d, secret %q", w.Code, secret)
	}
	var stored string
	if err := f.Pool.In(tenant.Scope{}).QueryRow(t.Context(), `SELECT value::text FROM setting WHERE name = 'provisioning.alerts'`).Scan(&stored); err != nil || strings.Contains(stored, secret) {
		t.Errorf("the secret lies in the database: %v", err)
	}
	if body := boss.Get("/settings/alerts").Body.String(); strings.Contains(body, secret) || !strings.Contains(body, "noc@firstup.example") {
		t.Error("the secret is shown again, or the rules are not")
	}
	if w := boss.Post("/settings/alerts", form); w.Code != http.StatusSeeOther {
		t.Errorf("saved without a new secret: %d", w.Code)
	}
	for name, bad := range map[string]url.Values{"webhook": {"webhook": {"http://siem.contoso.example/"}}, "mails": {"mails": {"nobody"}}, "percent": {"percent": {"many"}}, "hours": {"hours": {"0"}}} {
		values := url.Values{}
		for k, v := range form {
			values[k] = v
		}
		for k, v := range bad {
			values[k] = v
		}
		if w := boss.Post("/settings/alerts", values); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
	if w := boss.Post("/settings/alerts/test", nil); w.Code != http.StatusSeeOther || tested != 1 {
		t.Errorf("test: %d", w.Code)
	}
	h.TestAlert = func(context.Context) error { return errs.Show(errs.BadGateway, "The webhook's address answered 500.") }
	if w := boss.Post("/settings/alerts/test", nil); w.Code != http.StatusBadGateway || !strings.Contains(w.Body.String(), "answered 500") {
		t.Errorf("a test that fails: %d", w.Code)
	}
	for _, path := range []string{"/settings/alerts", "/settings/alerts/test"} {
		if w := tech.Post(path, form); w.Code != http.StatusForbidden {
			t.Errorf("a technician posts %s: %d", path, w.Code)
		}
	}
	if done, err := chain.List(t.Context(), f.Tenants.Home(), audit.Filter{}); err != nil || len(done) != 2 {
		t.Errorf("the partner's chain: %d, %v", len(done), err)
	}
	if done, err := chain.List(t.Context(), contoso.ID, audit.Filter{}); err != nil || len(done) != 1 || done[0].Action != "provisioning.alert.snoozed" {
		t.Errorf("Contoso's chain: %+v, %v", done, err)
	}
}
