package provisioning

import (
	"context"
	"maps"
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
	if got := c.Get(at + "?template=t1").Body.String(); !strings.Contains(got, "Slack for several customers") || !strings.Contains(got, "You are not signed in there.") {
		t.Error("the form lacks something")
	}
	known := provisioning.Schema{Tenant: contoso.ID, SPID: "sp2", JobID: "slack.sp2", Rules: []byte("[]"), ReadAt: f.Now, Gallery: "t1", Fields: []string{"SecretToken", "InstanceName"}}
	if err := provisioning.KeepSchema(t.Context(), f.Pool.In(contoso.ID), known); err != nil {
		t.Fatal(err)
	}
	if got := c.Get(at + "?template=t1").Body.String(); !strings.Contains(got, "wants: secret token, instance name.") || !strings.Contains(got, `<option value="InstanceName" selected>`) || strings.Contains(got, `"BaseAddress" selected`) {
		t.Error("the form does not offer what the application is known to want")
	}
	if _, err := f.Pool.In(fabrikam.ID).Exec(t.Context(), `UPDATE tenant SET state = 'declined' WHERE tenant_id = $1`, fabrikam.ID); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{at: 404, at + "?template=unknown": 404, "/provisioning/plans/x": 404, "/provisioning/plans/-1": 404, "/provisioning/plans/99": 404} {
		if got := c.Get(path); got.Code != want {
			t.Errorf("GET %s: %d, want %d", path, got.Code, want)
		}
	}
	form := func(name string, where ...string) url.Values {
		return url.Values{"template": {"t1"}, "name": {name}, "customer": where, "nonce": {"of the form"}}
	}
	with := func(key, value string) url.Values {
		v := form("Slack", contoso.ID.String())
		v.Set("key1", key)
		v.Set("value1", value)
		return v
	}
	for says, bad := range map[string]url.Values{
		"Choose at least one customer.": form("Slack"), "Fabrikam is not connected.": form("Slack", fabrikam.ID.String()), "Enter a name that has": form(strings.Repeat("{customer}", 20), contoso.ID.String()),
		"holds no user name": with("BaseAddress", "https://slack.example/?token=x"), "Choose from the settings shown.": with("SecretToken", "c4nary"), "Choose what it is.": with("", "acme"), "Enter at most 500 characters.": with("Domain", strings.Repeat("x", 501)),
		"stands above already": {"template": {"t1"}, "name": {"Slack"}, "key0": {"Domain"}, "key2": {"Domain"}, "customer": {contoso.ID.String()}},
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
	each := form("Slack {customer}", contoso.ID.String())
	for field, value := range map[string]string{"key0": "BaseAddress", "value0": "https://{domain}/scim", "key1": "InstanceName", "key3": "CompanyId"} {
		each.Set(field, value)
	}
	each.Set("do", "each")
	own := "name-" + contoso.ID.String()
	if got := c.Post(at, each); got.Code != http.StatusOK || !strings.Contains(got.Body.String(), `name="`+own+`"`) || !strings.Contains(got.Body.String(), `value="https://`+contoso.DefaultDomain+`/scim"`) || len(p.started) != 0 {
		t.Errorf("fields per customer: %d, %s", got.Code, got.Body)
	}
	each["each"], each[own], each["do"] = []string{"1"}, []string{""}, []string{"add"}
	if got := c.Post(at, each); got.Code != http.StatusUnprocessableEntity || !strings.Contains(got.Body.String(), "Enter a name that has") {
		t.Errorf("a customer without a name: %d", got.Code)
	}
	each[own] = []string{"Slack Contoso"}
	each.Set("value1-"+contoso.ID.String(), "contoso-prod")
	made := c.Post(at, each)
	plan := made.Header().Get("Location")
	if made.Code != http.StatusSeeOther || len(p.started) != 1 || len(p.started[0]) != 1 || p.started[0][0].Name != "Slack Contoso" || !maps.Equal(p.started[0][0].Settings, map[string]string{"BaseAddress": "https://" + contoso.DefaultDomain + "/scim", "InstanceName": "contoso-prod"}) {
		t.Fatalf("made: %d, started %+v", made.Code, p.started)
	}
	if twice := c.Post(at, each); twice.Code != http.StatusSeeOther || twice.Header().Get("Location") != plan || len(p.started) != 1 {
		t.Errorf("the same form again: %d to %s, started %d times", twice.Code, twice.Header().Get("Location"), len(p.started))
	}
	if got := c.Post(at, url.Values{"template": {"t1"}, "name": {"Slack"}, "customer": {contoso.ID.String()}}); got.Code != http.StatusBadRequest || len(p.started) != 1 {
		t.Errorf("a form that the portal did not give out: %d", got.Code)
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
	if _, err := f.Pool.In(contoso.ID).Exec(t.Context(), `UPDATE provisioning_plan_line SET state = 'sign-in' WHERE tenant_id = $1`, contoso.ID); err != nil {
		t.Fatal(err)
	}
	if got := c.Get(plan).Body.String(); !strings.Contains(got, "You are signed in there now.") || strings.Contains(got, "Sign in there") {
		t.Error("who signed in meanwhile is not told to go on")
	}
	c.SignIns = nil
	way := strings.ReplaceAll(page.SignInAt(contoso.ID, plan), "&", "&amp;")
	if got := c.Get(plan).Body.String(); !strings.Contains(got, way) || !strings.Contains(got, "Sign in first at Contoso.") {
		t.Error("no way to the sign-in that is missing, and back")
	}
	if got := board.Get(plan); got.Code != http.StatusOK || strings.Contains(got.Body.String(), way) {
		t.Errorf("support is sent to sign in: %d", got.Code)
	}
	if got := c.Post(plan, nil); got.Code != http.StatusSeeOther || len(p.started) != 3 || p.started[2][0].Outcome != provisioning.Waiting {
		t.Errorf("tried again after the sign-in: %d", got.Code)
	}
}

// TestPlanList: plans are listed with what became of them, and the jobs are started at the customers that are chosen.
func TestPlanList(t *testing.T) {
	f, contoso, fabrikam := fleet(t)
	p := &planner{}
	h := &Wizard{Provisioning: f.Provisioning, Sync: f.Sync, Acts: &actor{}, Tenants: f.Tenants, Plans: p}
	both := tenant.Only(contoso.ID, fabrikam.ID)
	c, board := f.Serve(t, technician, both, h.MountPortal), f.Serve(t, support, both, h.MountPortal)
	if got := c.Get("/provisioning/plans").Body.String(); !strings.Contains(got, "No plan yet") {
		t.Error("an empty list does not say so")
	}
	at := f.Now.Add(-time.Hour)
	for i, name := range []string{"Slack", "Asana"} {
		lines := []provisioning.PlanLine{{Tenant: contoso.ID, Name: name}, {Tenant: fabrikam.ID, Name: name}}
		if _, _, err := f.Provisioning.CreatePlan(t.Context(), both, provisioning.Plan{MadeAt: at, MadeBy: technician.UPN, Template: "t1", TemplateName: name}, lines[i:]); err != nil {
			t.Fatal(err)
		}
	}
	in := f.Pool.In(both)
	for _, sql := range []string{
		`UPDATE provisioning_plan_line SET state = 'done', sp_id = 'sp1'`, `UPDATE provisioning_plan_line SET state = 'failed', failure = 'f1' WHERE plan_id = 1 AND tenant_id = '` + fabrikam.ID.String() + `'`,
		`INSERT INTO provisioning_setup (tenant_id, sp_id, name, template, made_at, made_by, saved_at) SELECT tenant_id, 'sp1', name, 't1', changed_at, 'x', changed_at FROM provisioning_plan_line WHERE tenant_id = '` + contoso.ID.String() + `'`,
	} {
		if _, err := in.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	for query, want := range map[string]string{"": "ready failed", "?sort=made": "failed ready", "?state=failed": "failed", "?state=ready&q=ASA": "ready", "?q=nobody": "", "?state=started": ""} {
		var v struct {
			Rows  []struct{ State string }
			Count int
		}
		c.JSON("/provisioning/plans"+query, http.StatusOK, &v)
		var got []string
		for _, r := range v.Rows {
			got = append(got, r.State)
		}
		if strings.Join(got, " ") != want || v.Count != len(v.Rows) {
			t.Errorf("%s: %v of %d, want %s", query, got, v.Count, want)
		}
	}
	for _, query := range []string{"?sort=x", "?state=x", "?after=x"} {
		if got := c.Get("/provisioning/plans" + query); got.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", query, got.Code)
		}
	}
	if got := c.Get("/provisioning/plans?format=csv"); got.Code != http.StatusOK || !strings.Contains(got.Body.String(), "Some failed") {
		t.Errorf("CSV: %d", got.Code)
	}
	start := url.Values{"do": {"start"}, "customer": {contoso.ID.String(), fabrikam.ID.String()}}
	if get, post := board.Get("/provisioning/plans/1"), board.Post("/provisioning/plans/1", start); get.Code != http.StatusOK || strings.Contains(get.Body.String(), "Start the jobs") || post.Code != http.StatusForbidden {
		t.Errorf("support: %d, %d", get.Code, post.Code)
	}
	if got := c.Get("/provisioning/plans/1").Body.String(); !strings.Contains(got, "Ready to start") || !strings.Contains(got, "Start the jobs") || !strings.Contains(got, "/doctor/failures/f1") {
		t.Error("the plan does not offer to start, or lead to why")
	}
	if got := c.Post("/provisioning/plans/1", url.Values{"do": {"start"}, "customer": {"x"}}); got.Code != http.StatusNotFound {
		t.Errorf("no customer: %d", got.Code)
	}
	if got := c.Post("/provisioning/plans/1", start); got.Code != http.StatusSeeOther || len(p.started) != 1 {
		t.Fatalf("started: %d", got.Code)
	}
	for _, l := range p.started[0] {
		if want := map[tenant.ID]provisioning.Outcome{contoso.ID: provisioning.Waiting, fabrikam.ID: provisioning.Failed}[l.Tenant]; l.Outcome != want || (l.Step == provisioning.StartStep) != (l.Tenant == contoso.ID) {
			t.Errorf("%+v", l)
		}
	}
	if got := c.Post("/provisioning/plans/1", start); got.Code != http.StatusConflict {
		t.Errorf("started twice: %d", got.Code)
	}
}

func TestPlanGolden(t *testing.T) {
	m := tenant.Membership{Person: technician, Scope: tenant.Everything()}
	plan := provisioning.Plan{ID: 7, TemplateName: "<Slack>", MadeBy: technician.UPN, MadeAt: now, AliveAt: now.Add(-time.Hour)}
	line := func(n int, o provisioning.Outcome, said string) provisioning.PlanLine {
		return provisioning.PlanLine{Tenant: webtest.ID(t, n), TenantName: "<Contoso>", Name: strings.Repeat("long ", 20), Outcome: o, Said: said, SPID: "sp1", ChangedAt: now}
	}
	refused := line(2, provisioning.Failed, "<b>")
	refused.Failure, refused.SPID = "f1", ""
	ready := line(5, provisioning.Done, "Enter its credentials to go on.")
	ready.Step, ready.SavedAt = provisioning.JobStep, now
	begun := ready
	begun.StartedAt = now
	plan.State = "failed"
	lines := []provisioning.PlanLine{ready, begun, line(1, provisioning.Done, "Enter its credentials to go on."), refused, line(3, provisioning.Unclear, ""), line(4, provisioning.Waiting, ""), line(6, provisioning.Unsigned, "")}
	t.Run("stopped", func(t *testing.T) { webtest.Golden(t, planBody(newPlanView(m, plan, lines, page.Chrome{Now: now}))) })
	t.Run("new", func(t *testing.T) {
		contoso := tenant.Tenant{ID: webtest.ID(t, 1), DisplayName: "<Contoso>", State: tenant.StateConnected}
		webtest.Golden(t, newPlanBody(planned{template: slack, customers: []tenant.Tenant{contoso}, given: url.Values{"name": {"<Slack>"}, "key0": {"BaseAddress"}, "value0": {"https://<slack>.example"}}, faults: page.Faults{"customer": "Choose at least one customer."}}))
	})
}
