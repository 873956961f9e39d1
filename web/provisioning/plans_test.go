package provisioning

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/webtest"
)

type planner struct {
	started [][]provisioning.PlanLine
}

func (p *planner) Start(_ context.Context, _ tenant.Person, _ string, _ provisioning.Plan, lines []provisioning.PlanLine) {
	p.started = append(p.started, lines)
}

// TestPlans: an application is planned for customers where the person is signed in, and the plan is seen by those who see its customers.
func TestPlans(t *testing.T) {
	f, contoso, fabrikam := fleet(t)
	p := &planner{}
	h := &Wizard{Provisioning: f.Provisioning, Sync: f.Sync, Acts: &actor{refuse: map[string]error{}}, Tenants: f.Tenants, Plans: p}
	both := tenant.Only(contoso.ID, fabrikam.ID)
	c, board := f.Serve(t, technician, both, h.MountPortal), f.Serve(t, support, both, h.MountPortal)
	c.SignIns = []page.SignIn{{Tenant: contoso, As: technician.UPN, Until: f.Now.Add(time.Hour)}}
	const at = "/provisioning/plans/new"
	if got := c.Get(at + "?template=t1").Body.String(); !strings.Contains(got, "Slack for several customers") || !strings.Contains(got, "You are not signed in there.") || strings.Contains(got, "Earlier plans") {
		t.Error("the form lacks something")
	}
	for path, want := range map[string]int{at: 404, at + "?template=unknown": 404, "/provisioning/plans/x": 404, "/provisioning/plans/-1": 404, "/provisioning/plans/99": 404} {
		if got := c.Get(path); got.Code != want {
			t.Errorf("GET %s: %d, want %d", path, got.Code, want)
		}
	}
	form := func(name string, where ...string) url.Values {
		return url.Values{"template": {"t1"}, "name": {name}, "customer": where}
	}
	for says, bad := range map[string]url.Values{
		"Choose at least one customer.": form("Slack"), "You are not signed in at Fabrikam.": form("Slack", fabrikam.ID.String()), "Enter a name that has": form(strings.Repeat("{customer}", 20), contoso.ID.String()),
	} {
		if got := c.Post(at, bad); got.Code != http.StatusUnprocessableEntity || !strings.Contains(got.Body.String(), says) {
			t.Errorf("%v: %d", bad, got.Code)
		}
	}
	if got := c.Post(at, form("Slack", "99999999-9999-4999-8999-999999999999")); got.Code != http.StatusNotFound {
		t.Errorf("a customer out of reach: %d", got.Code)
	}
	if get, post := board.Get(at+"?template=t1"), board.Post(at, form("Slack", contoso.ID.String())); get.Code != http.StatusForbidden || post.Code != http.StatusForbidden || len(p.started) != 0 {
		t.Errorf("support: %d, %d", get.Code, post.Code)
	}
	made := c.Post(at, form("Slack {customer}", contoso.ID.String()))
	plan := made.Header().Get("Location")
	if made.Code != http.StatusSeeOther || len(p.started) != 1 || len(p.started[0]) != 1 || p.started[0][0].Name != "Slack Contoso" {
		t.Fatalf("made: %d, started %+v", made.Code, p.started)
	}
	var v struct {
		Application string
		Running     bool
		Lines       []struct{ Name, Outcome string }
	}
	if c.JSON(plan, http.StatusOK, &v); v.Application != "Slack" || !v.Running || len(v.Lines) != 1 || v.Lines[0].Outcome != "waiting" {
		t.Errorf("as JSON: %+v", v)
	}
	if got := c.Get(plan).Body.String(); !strings.Contains(got, "The plan is being worked off.") || !strings.Contains(got, `data-refresh="5"`) || strings.Contains(got, "Try again") {
		t.Error("a plan under way does not say so, or offers to repeat it")
	}
	other := f.Serve(t, technician, tenant.Only(fabrikam.ID), h.MountPortal)
	other.JSON(plan, http.StatusNotFound, nil)
	if got := other.Post(plan, nil); got.Code != http.StatusNotFound {
		t.Errorf("repeated by who sees none of its customers: %d", got.Code)
	}
	if got := c.Post(plan, nil); got.Code != http.StatusSeeOther || len(p.started) != 2 {
		t.Errorf("repeated: %d, started %d times", got.Code, len(p.started))
	}
	if got := c.Get(at + "?template=t1").Body.String(); !strings.Contains(got, "Earlier plans") || !strings.Contains(got, plan) {
		t.Error("an earlier plan is not offered")
	}
}

func TestPlanGolden(t *testing.T) {
	m := tenant.Membership{Person: technician, Scope: tenant.Everything()}
	plan := provisioning.Plan{ID: 7, TemplateName: "<Slack>", MadeAt: now, AliveAt: now.Add(-time.Hour)}
	line := func(n int, o provisioning.Outcome, said string) provisioning.PlanLine {
		return provisioning.PlanLine{Tenant: webtest.ID(t, n), TenantName: "<Contoso>", Name: strings.Repeat("long ", 20), Outcome: o, Said: said, SPID: "sp1", ChangedAt: now}
	}
	refused := line(2, provisioning.Failed, "<b>")
	refused.Failure, refused.SPID = "f1", ""
	lines := []provisioning.PlanLine{line(1, provisioning.Done, "Enter its credentials to go on."), refused, line(3, provisioning.Unclear, ""), line(4, provisioning.Waiting, "")}
	t.Run("stopped", func(t *testing.T) { webtest.Golden(t, planBody(newPlanView(m, plan, lines, page.Chrome{Now: now}))) })
	t.Run("new", func(t *testing.T) {
		contoso := tenant.Tenant{ID: webtest.ID(t, 1), DisplayName: "<Contoso>"}
		webtest.Golden(t, newPlanBody(planned{template: slack, customers: []tenant.Tenant{contoso}, name: "<Slack>", faults: page.Faults{"customer": "Choose at least one customer."}, earlier: []provisioning.Plan{plan}, chrome: page.Chrome{Now: now}}))
	})
}
