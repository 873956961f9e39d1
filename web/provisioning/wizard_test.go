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
	"github.com/tenantry/tenantry/web/webtest"
)

// actor takes down what it is asked for. What it is told to refuse it refuses.
type actor struct {
	asked  []string
	state  provisioning.State
	same   []provisioning.Application
	refuse map[string]error
	got    []provisioning.Secret
}

func (a *actor) did(what ...string) error {
	a.asked = append(a.asked, strings.Join(what, " "))
	return a.refuse[what[0]]
}

var slack = provisioning.GalleryApp{ID: "t1", Name: "Slack", Publisher: "Slack Technologies", Categories: []string{"collaboration"}, SignOn: []string{"saml"}, Automatic: true}

func (a *actor) Gallery(_ context.Context, _ tenant.ID, s provisioning.GallerySearch) ([]provisioning.GalleryApp, bool, error) {
	if s.Name == "nothing" {
		return nil, false, nil
	}
	return []provisioning.GalleryApp{slack}, true, a.did("gallery", s.Name)
}

func (a *actor) Template(_ context.Context, _ tenant.ID, id string) (provisioning.GalleryApp, error) {
	switch id {
	case "t1":
		return slack, nil
	case "t2":
		return provisioning.GalleryApp{ID: "t2", Name: "Canva"}, nil
	}
	return provisioning.GalleryApp{}, errs.NotFound
}

func (a *actor) Named(context.Context, tenant.ID, string) ([]provisioning.Application, error) {
	return a.same, nil
}

func (a *actor) Add(_ context.Context, _ tenant.Person, _ string, tid tenant.ID, g provisioning.GalleryApp, name string, _ map[string]string) (provisioning.Setup, error) {
	return provisioning.Setup{Tenant: tid, SPID: "sp1", Name: name}, a.did("add", g.ID, name)
}

func (a *actor) Adopt(_ context.Context, _ tenant.Person, tid tenant.ID, sp string) (provisioning.Setup, error) {
	return provisioning.Setup{Tenant: tid, SPID: sp}, a.did("adopt", sp)
}

func (a *actor) Look(_ context.Context, s provisioning.Setup) (provisioning.State, error) {
	st := a.state
	st.Setup = s
	st.Setup.MadeAt, st.Setup.SavedAt, st.Setup.SavedBy = a.state.Setup.MadeAt, a.state.Setup.SavedAt, a.state.Setup.SavedBy
	return st, a.refuse["look"]
}

func (a *actor) MakeJob(_ context.Context, _ tenant.Person, _ string, _ provisioning.Setup, template string) error {
	return a.did("job", template)
}

func (a *actor) Test(_ context.Context, _ tenant.Person, _ string, _ provisioning.Setup, job string, s []provisioning.Secret) error {
	a.got = s
	if s == nil {
		return a.did("test saved", job)
	}
	return a.did("test", job)
}

func (a *actor) Save(_ context.Context, _ tenant.Person, _ string, _ provisioning.Setup, s []provisioning.Secret) error {
	a.got = s
	return a.did("save")
}

func (a *actor) Start(_ context.Context, _ tenant.Person, _ string, _ provisioning.Setup, job string) error {
	return a.did("start", job)
}

// TestWizard goes through the steps as Microsoft tells them, with what people get wrong and what Microsoft refuses, and no page holds a secret.
func TestWizard(t *testing.T) {
	f, contoso, fabrikam := fleet(t)
	a := &actor{refuse: map[string]error{}}
	mount := func(r page.Router) {
		(&Handler{Provisioning: f.Provisioning, Sync: f.Sync}).Mount(r)
		(&Wizard{Provisioning: f.Provisioning, Sync: f.Sync, Acts: a, Explain: func(r *http.Request, err error, back string) string {
			sentence, _, _ := errs.Sentence(err)
			return "/why?" + url.Values{"said": {sentence}, "back": {back}}.Encode()
		}}).Mount(r)
	}
	c, board := f.Serve(t, technician, tenant.Only(contoso.ID), mount), f.Serve(t, support, tenant.Everything(), mount)
	at := "/t/" + contoso.ID.String() + "/provisioning"
	shows := func(path string, status int, words ...string) string {
		t.Helper()
		got := c.Get(path)
		for _, w := range words {
			if got.Code != status || !strings.Contains(got.Body.String(), w) {
				t.Errorf("GET %s: status %d, want %d and %q", path, got.Code, status, w)
			}
		}
		return got.Body.String()
	}
	sends := func(path string, status int, form url.Values, words ...string) string {
		t.Helper()
		got := c.Post(path, form)
		body := got.Body.String()
		if got.Code != status {
			t.Errorf("POST %s %v: status %d, want %d", path, form, got.Code, status)
		}
		for _, w := range words {
			if !strings.Contains(body, w) {
				t.Errorf("POST %s %v lacks %q", path, form, w)
			}
		}
		if strings.Contains(body, "c4nary") {
			t.Errorf("POST %s shows a secret", path)
		}
		return body
	}
	for _, path := range []string{"/new", "/adopt", "/sp1/setup"} {
		if got := board.Post(at+path, url.Values{}); got.Code != http.StatusForbidden {
			t.Errorf("support posts to %s: %d", path, got.Code)
		}
		if got := board.Get(at + path); path != "/adopt" && got.Code != http.StatusForbidden {
			t.Errorf("support at %s: %d", path, got.Code)
		}
	}
	for _, path := range []string{"/provisioning/new", "/provisioning/sp1/setup", at + "/stranger/setup", "/t/" + fabrikam.ID.String() + "/provisioning/new", at + "/sp9/setup", at + "/%00/setup", at + "/new?template=unknown"} {
		shows(path, http.StatusNotFound, "Nothing is here")
		c.JSON(path, http.StatusNotFound, nil)
	}
	for _, query := range []string{"sort=x", "category=x", "name=a&name=b"} {
		shows(at+"/new?"+query, http.StatusBadRequest, "search")
	}
	if body := shows(at+"/new?name=slack", http.StatusOK, "Slack Technologies", "There are more.", "template=t1"); strings.Contains(body, "Not finished") {
		t.Error("unfinished set-ups before one was begun")
	}
	shows(at+"/new?name=nothing", http.StatusOK, "No application of the gallery matches.")
	shows(at+"/new?template=t1", http.StatusOK, "You are not signed in at Contoso")
	shows(at+"/new?template=t2", http.StatusOK, "cannot provision accounts")

	c.SignIns = []page.SignIn{{Tenant: contoso, As: technician.UPN, Until: f.Now.Add(time.Hour)}}
	shows(at+"/new?template=t1", http.StatusOK, "Add the application", `value="Slack"`)
	sends(at+"/new", http.StatusNotFound, url.Values{"template": {"unknown"}, "name": {"x"}})
	sends(at+"/new", http.StatusUnprocessableEntity, url.Values{"template": {"t1"}, "name": {" "}}, "1 to 120 characters")
	sends(at+"/new", http.StatusUnprocessableEntity, url.Values{"template": {"t2"}, "name": {"Canva"}}, "cannot provision accounts")
	a.same = []provisioning.Application{{ID: "sp7"}}
	sends(at+"/new", http.StatusConflict, url.Values{"template": {"t1"}, "name": {"Slack"}}, "is there already", `value="sp7"`)
	sends(at+"/adopt", http.StatusSeeOther, url.Values{"principal": {"sp7"}})
	sends(at+"/new", http.StatusSeeOther, url.Values{"template": {"t1"}, "name": {"Slack"}, "again": {"1"}})
	if want := "gallery slack, adopt sp7, add t1 Slack"; strings.Join(a.asked, ", ") != want {
		t.Errorf("asked %v, want %s", a.asked, want)
	}

	a.same, a.refuse["add"] = nil, errs.ShowNext(errs.Forbidden, "Microsoft does not let you do this.", "You need a role.")
	sends(at+"/new", http.StatusForbidden, url.Values{"template": {"t1"}, "name": {"Our Slack"}}, "Step 1 of 5, application: Microsoft does not let you do this.", `value="Our Slack"`, "Why, and who can fix it")
	a.refuse["gallery"] = errs.ShowNext(errs.Unavailable, "Microsoft has had too many requests.", "Try again in a few minutes.")
	shows(at+"/new?name=slack", http.StatusServiceUnavailable, "Step 1 of 5, application: Microsoft has had too many requests.", `value="slack"`)
	c.JSON(at+"/new?name=slack", http.StatusServiceUnavailable, nil)

	page1 := at + "/sp1/setup"
	a.state.Setup.MadeAt = f.Now
	sends(page1, http.StatusConflict, url.Values{"do": {"job"}, "template": {"slackOutDelta"}}, "does not find the application, so nothing was done")
	shows(page1, http.StatusOK, "The page looks again by itself", `data-refresh="5"`)
	a.state.Setup.MadeAt = f.Now.Add(-time.Hour)
	shows(page1, http.StatusOK, "somebody deleted it")
	a.state.Found = true
	shows(page1, http.StatusOK, "no template for a provisioning job")
	a.refuse["look"] = errs.ShowNext(errs.Unavailable, "Microsoft has had too many requests.", "Try again in 2 min.")
	shows(page1, http.StatusServiceUnavailable, "How far the set-up is could not be read.", "Microsoft has had too many requests. Try again in 2 min.", "Look again", "Why, and who can fix it")
	sends(page1, http.StatusServiceUnavailable, url.Values{"do": {"job"}, "template": {"slackOutDelta"}}, "Nothing was sent to Microsoft", "Look again")
	c.JSON(page1, http.StatusServiceUnavailable, nil)
	delete(a.refuse, "look")
	a.state.Templates = []provisioning.SyncTemplate{{ID: "slackOutDelta", Default: true, Fields: []string{"BaseAddress", "SecretToken"}}}
	shows(page1, http.StatusOK, "Make the job")
	sends(page1, http.StatusUnprocessableEntity, url.Values{"do": {"job"}, "template": {"other"}}, "Choose one of the templates.")
	sends(page1, http.StatusConflict, url.Values{"do": {"start"}}, "The application has no job.")
	a.refuse["job"] = errs.ShowNext(errs.Forbidden, "Microsoft does not let you do this.", "You need a role.")
	sends(page1, http.StatusForbidden, url.Values{"do": {"job"}, "template": {"slackOutDelta"}}, "Step 2 of 5, job: Microsoft does not let you do this.", "You need a role.", "Make the job", "/why?back="+url.QueryEscape(page1)+"&amp;said=Step+2+of+5", "Why, and who can fix it")
	delete(a.refuse, "job")
	sends(page1, http.StatusSeeOther, url.Values{"do": {"job"}, "template": {"slackOutDelta"}})
	a.state.Job = &provisioning.Job{ID: "j1", Template: "slackOutDelta", Code: "NotConfigured", Schedule: "Disabled", Health: provisioning.Idle}
	shows(page1, http.StatusOK, "Test and save", `type="password"`)
	a.refuse["job"] = errs.ShowNext(errs.Conflict, "A job of this kind exists already.", "Go on with the one that is there.")
	sends(page1, http.StatusConflict, url.Values{"do": {"job"}, "template": {"slackOutDelta"}}, "Step 2 of 5, job: A job of this kind exists already.", "Test and save")
	sends(page1, http.StatusUnprocessableEntity, url.Values{"do": {"save"}, "SecretToken": {"c4nary"}}, "What you entered before is not kept here.")
	secrets := url.Values{"do": {"save"}, "BaseAddress": {"https://c4nary.example"}, "SecretToken": {"c4nary"}}
	a.refuse["test"] = errs.ShowNext(errs.Invalid, "The application did not let Microsoft in.", "Enter them again.")
	sends(page1, http.StatusUnprocessableEntity, secrets, "Step 3 of 5, access: The application did not let Microsoft in.", "Save without a test")
	a.asked = nil
	delete(a.refuse, "test")
	sends(page1, http.StatusSeeOther, secrets)
	if want := "test j1, save, test saved j1"; strings.Join(a.asked, ", ") != want {
		t.Errorf("asked %v, want %s", a.asked, want)
	}
	secrets.Set("do", "keep")
	sends(page1, http.StatusSeeOther, secrets)
	if len(a.got) != 2 || a.got[1] != (provisioning.Secret{Key: "SecretToken", Value: "c4nary"}) {
		t.Errorf("saved %v", a.got)
	}
	a.state.Templates[0].Fields = nil
	shows(page1, http.StatusOK, "does not say which credentials", `name="key3"`)
	sends(page1, http.StatusUnprocessableEntity, url.Values{"do": {"save"}, "key0": {"Nonsense"}, "value0": {"c4nary"}}, "Choose what it is.")
	sends(page1, http.StatusSeeOther, url.Values{"do": {"test"}, "key2": {"Password"}, "value2": {"c4nary"}})
	a.state.Setup.SavedAt, a.state.Setup.SavedBy = f.Now.Add(-time.Hour), technician.UPN
	shows(page1, http.StatusOK, "Start the job", "1 h ago", technician.UPN)
	shows(page1+"?step=access", http.StatusOK, "Test and save")
	sends(page1, http.StatusSeeOther, url.Values{"do": {"start"}})
	sends(page1, http.StatusUnprocessableEntity, url.Values{"do": {"dance"}}, "does not do")
	a.refuse["start"] = tenant.NeedSignIn(contoso.ID, "Your sign-in has ended.", "Sign in again.")
	sends(page1, http.StatusUnauthorized, url.Values{"do": {"start"}}, "/signin?tenant="+contoso.ID.String())
	working := steady("sp1", "Slack")
	working.Tenant = contoso.ID
	a.state.Job = &working
	shows(page1, http.StatusOK, "Read at Microsoft just now", "Steady", `data-refresh="5"`)
	var v struct {
		Step string
		Jobs []struct{ Verdict string }
	}
	if c.JSON(page1, http.StatusOK, &v); v.Step != "watch" || len(v.Jobs) != 1 || v.Jobs[0].Verdict != "Steady" {
		t.Errorf("as JSON: %+v", v)
	}
	for _, said := range c.Said {
		if strings.Contains(said.Title+said.Text, "c4nary") {
			t.Error("what the next page says holds a secret")
		}
	}
}

func TestWizardGolden(t *testing.T) {
	contoso := tenant.Tenant{ID: webtest.ID(t, 1), DisplayName: "Contoso", DefaultDomain: "contoso.example", Mark: -1}
	m := tenant.Membership{Person: technician, Scope: tenant.Only(contoso.ID), Tenant: contoso}
	chrome := page.Chrome{Now: now, SignIns: []page.SignIn{{Tenant: contoso, As: technician.UPN, Until: now.Add(time.Hour)}}}
	hostile := galleryRow{ID: "a/b?&", Name: "<script>x</script>", Publisher: strings.Repeat("long ", 40), Description: "<i>", Categories: []string{"", "x", "humanResources"}, SignOn: []string{"<b>"}, Automatic: true}
	for name, v := range map[string]newAppView{
		"empty": {}, "none": {searched: true, search: provisioning.GallerySearch{Name: `"nothing"`}},
		"found": {Rows: []galleryRow{newGalleryRow(slack), hostile}, More: true, searched: true, Open: []openSetup{{ID: "sp1", Name: "<b>", URL: "/t/x", setup: provisioning.Setup{MadeBy: technician.UPN, MadeAt: now}}}},
		"taken": {Chosen: &hostile, name: "<Slack>", same: []provisioning.Application{{ID: "sp<7>"}}},
	} {
		t.Run("new "+name, func(t *testing.T) {
			v.m, v.chrome, v.faults = m, chrome, page.Faults{}
			webtest.Golden(t, newBody(v))
		})
	}
	setup := provisioning.Setup{Tenant: contoso.ID, SPID: "sp1", Name: "<Slack>", MadeAt: now.Add(-time.Hour), MadeBy: technician.UPN}
	saved := setup
	saved.SavedAt, saved.SavedBy = now.Add(-3*time.Minute), "<b>"
	setup.Settings = map[string]string{"BaseAddress": "https://<slack>.example/scim"}
	template := []provisioning.SyncTemplate{{ID: "<slack>", Description: "<i>", Default: true, Fields: []string{"BaseAddress", "SecretToken"}}}
	idle, job := provisioning.Job{Tenant: contoso.ID, ID: "j1", SPID: "sp1", Template: "<slack>", Code: "NotConfigured"}, quarantined("sp1", "Salesforce")
	for name, st := range map[string]provisioning.State{
		"gone": {Setup: setup}, "job": {Setup: setup, Found: true, Templates: template}, "access": {Setup: setup, Found: true, Templates: template, Job: &idle}, "start": {Setup: saved, Found: true, Templates: template, Job: &idle},
		"watch": {Setup: saved, Found: true, Templates: template, Job: &job},
	} {
		t.Run("setup "+name, func(t *testing.T) { webtest.Golden(t, setupBody(newSetupView(m, st, chrome))) })
	}
	for _, x := range acts {
		t.Run("act "+x.name, func(t *testing.T) {
			webtest.Golden(t, actBody(actView{m: m, act: x, setup: setup, job: newJob(job, newRower(nil, now)(job), "Contoso"), resets: usual}))
		})
	}
}
