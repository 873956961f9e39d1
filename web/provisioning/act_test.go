package provisioning

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
)

func (a *actor) Pause(_ context.Context, _ tenant.Person, _ string, _ provisioning.Setup, job string) error {
	return a.did("pause", job)
}

func (a *actor) Restart(_ context.Context, _ tenant.Person, _ string, _ provisioning.Setup, job string, scopes []string) error {
	return a.did("restart", job, strings.Join(scopes, "+"))
}

func (a *actor) Delete(_ context.Context, _ tenant.Person, _ string, _ provisioning.Setup, job string) error {
	return a.did("delete", job)
}

func (a *actor) Demand(_ context.Context, _ tenant.Person, _ string, _ provisioning.Setup, job, who string) (provisioning.Demanded, error) {
	text := "hunter2"
	return provisioning.Demanded{
		Person: who, Result: "failure", Code: "DuplicateTargetEntries", Reason: "More than one account matches <b>.",
		Steps:      []provisioning.Step{{Name: "EntryImport", Type: "import", Status: "success", Description: "Read"}, {Name: "EntryExportAdd", Type: "export", Status: "failure", Description: "Refused"}},
		Properties: []provisioning.Property{{Name: "password", New: &text}},
	}, a.did("demand", job, who)
}

func (a *actor) Live(_ context.Context, _ provisioning.Setup, job string) (provisioning.Job, bool, error) {
	if a.state.Job == nil || a.state.Job.ID != job {
		return provisioning.Job{}, false, nil
	}
	return *a.state.Job, true, nil
}

// TestActs: what can be done with a job is asked for on a page of its own, done as the person, and said; what is refused leaves the page.
func TestActs(t *testing.T) {
	f, contoso, _ := fleet(t)
	stopped := quarantined("sp1", "Salesforce")
	stopped.Tenant = contoso.ID
	a := &actor{refuse: map[string]error{}, state: provisioning.State{Job: &stopped}}
	mount := func(r page.Router) {
		(&Handler{Provisioning: f.Provisioning, Sync: f.Sync}).Mount(r)
		(&Wizard{Provisioning: f.Provisioning, Sync: f.Sync, Acts: a}).Mount(r)
	}
	c, board := f.Serve(t, technician, tenant.Only(contoso.ID), mount), f.Serve(t, support, tenant.Everything(), mount)
	app := "/t/" + contoso.ID.String() + "/provisioning/sp1"
	at := app + "/jobs/salesforce.sp1/"
	for _, act := range []string{"start", "pause", "restart", "delete", "demand"} {
		if got := c.Get(at + act); got.Code != http.StatusOK || !strings.Contains(got.Body.String(), "You are not signed in at Contoso") || strings.Contains(got.Body.String(), `method="post" action="/t/`) {
			t.Errorf("%s offers what cannot be sent: %d", act, got.Code)
		}
		if get, post := board.Get(at+act), board.Post(at+act, url.Values{}); get.Code != http.StatusForbidden || post.Code != http.StatusForbidden {
			t.Errorf("support at %s: %d, %d", act, get.Code, post.Code)
		}
	}
	c.SignIns = []page.SignIn{{Tenant: contoso, As: technician.UPN, Until: f.Now.Add(time.Hour)}}
	if got := c.Get(app).Body.String(); !strings.Contains(got, at+"pause") || !strings.Contains(got, app+"/setup?step=access") || strings.Contains(got, at+"start") {
		t.Error("the application's page does not lead to what can be done")
	}
	for path, want := range map[string]int{at + "dance": 404, app + "/jobs/other/pause": 404, "/provisioning/sp1/jobs/salesforce.sp1/pause": 404, app + "/jobs/%00/pause": 404} {
		if got := c.Get(path); got.Code != want {
			t.Errorf("GET %s: %d, want %d", path, got.Code, want)
		}
	}
	posts := func(act string, form url.Values, status int, words ...string) {
		t.Helper()
		got := c.Post(at+act, form)
		if got.Code != status {
			t.Errorf("%s: %d, want %d", act, got.Code, status)
		}
		for _, w := range words {
			if !strings.Contains(got.Body.String(), w) {
				t.Errorf("%s lacks %q", act, w)
			}
		}
		if strings.Contains(got.Body.String(), "hunter2") || strings.Contains(got.Body.String(), "<b>.") {
			t.Errorf("%s shows a secret, or Microsoft's words as HTML", act)
		}
	}
	paused := c.Post(at+"pause", nil)
	if got := c.Get(paused.Header().Get("Location")); paused.Code != http.StatusSeeOther || !strings.Contains(got.Body.String(), `data-refresh="5"`) {
		t.Errorf("after a pause (%d) the page does not await what is read", paused.Code)
	}
	for _, query := range []string{"", "?changed=x", "?changed=" + f.Now.Add(-time.Hour).Format(time.RFC3339), "?changed=" + f.Now.Add(time.Hour).Format(time.RFC3339)} {
		if got := c.Get(app + query).Body.String(); strings.Contains(got, "data-refresh") {
			t.Errorf("%q is awaited", query)
		}
	}
	posts("start", nil, http.StatusSeeOther)
	posts("delete", nil, http.StatusSeeOther)
	posts("restart", url.Values{"reset": {"Escrows", "Watermark"}}, http.StatusSeeOther)
	posts("restart", url.Values{"reset": {"Sideways"}}, http.StatusUnprocessableEntity, "Choose from the options shown.")
	posts("demand", url.Values{"who": {" "}}, http.StatusUnprocessableEntity, "Enter a user principal name")
	posts("demand", url.Values{"who": {"k.osei@contoso.example"}}, http.StatusOK, "More than one account matches &lt;b&gt;.", "Import: succeeded", "Export: failed", "DuplicateTargetEntries")
	if want := "pause salesforce.sp1, start salesforce.sp1, delete salesforce.sp1, restart salesforce.sp1 Escrows+Watermark, demand salesforce.sp1 k.osei@contoso.example"; strings.Join(a.asked, ", ") != want {
		t.Errorf("asked %v\nwant %s", a.asked, want)
	}
	if len(c.Said) != 4 || !strings.Contains(c.Said[0].Text, "Microsoft says: Quarantine. ") {
		t.Errorf("said %+v", c.Said)
	}
	a.refuse["pause"] = errs.ShowNext(errs.Forbidden, "Microsoft does not let you do this.", "You need a role.")
	posts("pause", nil, http.StatusForbidden, "Microsoft does not let you do this.", "You need a role.", "What will happen")
	a.state.Job = nil
	posts("pause", nil, http.StatusGone, "Microsoft does not have this job any more")
}
