package incidents

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/incident"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
	"github.com/tenantry/tenantry/web/webtest"
)

// desk is Microsoft with one incident, which writes down what it is asked for.
type desk struct {
	one    incident.Incident
	older  bool
	refuse error
	asked  []string
}

func (d *desk) List(context.Context, tenant.ID) ([]incident.Incident, bool, error) {
	other := sample(7, d.one.UpdatedAt)
	other.Status = "resolved"
	return []incident.Incident{d.one, other}, d.older, d.refuse
}

func (d *desk) Get(_ context.Context, _ tenant.ID, t incident.Thing) (incident.Incident, bool, error) {
	if t.Incident != d.one.ID || t.Alert != "" && t.Alert != d.one.Alerts[0].ID {
		return incident.Incident{}, false, errs.NotFound
	}
	return d.one, d.older, nil
}

func (d *desk) Do(_ context.Context, _ tenant.Person, _ string, _ tenant.ID, t incident.Thing, seen time.Time, w incident.Work) (incident.Incident, error) {
	if !seen.Equal(d.one.UpdatedAt) {
		return d.one, errs.ShowNext(errs.Conflict, "Nothing was done: somebody changed it.", "Look again.")
	}
	d.asked = append(d.asked, w.Action+t.Alert)
	return d.one, d.refuse
}

func TestWork(t *testing.T) {
	f := webtest.NewFleet(t)
	contoso := f.Tenant(t, 1, "Contoso", "contoso.example")
	d := &desk{one: sample(3, f.Now)}
	mount := (&Handler{Incidents: f.Incidents, Devices: f.Devices, Sync: f.Sync, Desk: d, Explain: func(_ *http.Request, _ error, back string) string { return "/explained?" + back }}).Mount
	one := f.Serve(t, technician, tenant.Only(contoso.ID), mount)
	support := f.Serve(t, tenant.Person{Name: "Support", Role: tenant.RoleSupport}, tenant.Only(contoso.ID), mount)
	at := "/t/" + contoso.ID.String() + "/incidents"
	for _, path := range []string{at + "/live", at + "/3/work", at + "/3/alerts/a"} {
		if got := one.Get(path).Body.String(); !strings.Contains(got, "You are not signed in at Contoso") || strings.Contains(got, `method="post" action="/t/`) {
			t.Errorf("%s offers what cannot be sent", path)
		}
		if got := support.Get(path); got.Code != http.StatusForbidden {
			t.Errorf("support at %s: status %d", path, got.Code)
		}
	}
	form := func(do string, more ...string) url.Values {
		v := url.Values{"do": {do}, "seen": {d.one.UpdatedAt.Format(time.RFC3339Nano)}}
		for i := 0; i+1 < len(more); i += 2 {
			v.Set(more[i], more[i+1])
		}
		return v
	}
	if got := support.Post(at+"/3/work", form("assign")); got.Code != http.StatusForbidden {
		t.Errorf("support acts: status %d", got.Code)
	}
	if got := one.Post(at+"/3/work", form("assign")); got.Code != http.StatusUnauthorized || len(d.asked) != 0 {
		t.Errorf("not signed in: status %d, asked %v", got.Code, d.asked)
	}
	one.SignIns = []page.SignIn{{Tenant: contoso, As: "tech@contoso.example", Until: f.Now.Add(time.Hour)}}
	for path, want := range map[string]int64{at + "/live": 2, at + "/live?open=true": 1, at + "/live?severity=low": 0} {
		var got twin
		one.JSON(path, http.StatusOK, &got)
		if got.Count != want || int64(len(got.Rows)) != want || want > 0 && got.Rows[0].URL != at+"/3/work" {
			t.Errorf("GET %s: %+v, want %d", path, got, want)
		}
	}
	if got := one.Get(at + "/live").Body.String(); !strings.Contains(got, "kept nowhere") {
		t.Error("the page does not say where it comes from")
	}
	for _, path := range []string{at + "/4/work", at + "/3/alerts/b", at + "/4/alerts/a", "/incidents/3/work", "/incidents/live"} {
		if got := one.Get(path); got.Code != http.StatusNotFound {
			t.Errorf("GET %s: status %d", path, got.Code)
		}
	}
	for name, tc := range map[string]struct {
		form url.Values
		want int
	}{
		"assign": {form("assign"), 303}, "classify": {form("classify", "verdict", "truePositive/malware"), 303}, "a pair that does not fit": {form("classify", "verdict", "falsePositive/malware"), 422},
		"comment": {form("comment", "comment", "called"), 303}, "nothing said": {form("comment", "comment", " "), 422}, "long in another script": {form("comment", "comment", strings.Repeat("ω", 1000)), 303}, "too long": {form("resolve", "why", strings.Repeat("x", 1001)), 422}, "resolve": {form("resolve"), 303},
		"something else": {form("delete"), 400}, "no state": {url.Values{"do": {"assign"}}, 400}, "an old page": {url.Values{"do": {"assign"}, "seen": {"2026-01-01T00:00:00Z"}}, 409},
	} {
		if got := one.Post(at+"/3/work", tc.form); got.Code != tc.want {
			t.Errorf("%s: status %d, want %d", name, got.Code, tc.want)
		}
	}
	if got := one.Get(at + "/3/work").Body.String(); !strings.Contains(got, `href="`+at+`/3/alerts/a"`) {
		t.Error("an incident does not lead to its alert")
	}
	if got := one.Post(at+"/3/alerts/a", form("resolve")); got.Code != http.StatusSeeOther || got.Header().Get("Location") != at+"/3/alerts/a" || d.asked[len(d.asked)-1] != "resolveda" {
		t.Errorf("an alert: status %d, asked %v", got.Code, d.asked)
	}
	if len(d.asked) != 6 {
		t.Errorf("asked %v", d.asked)
	}
	d.refuse = errs.ShowNext(errs.Forbidden, "Microsoft does not let you do this.", "You need a role.")
	if got := one.Post(at+"/3/work", form("comment", "comment", "what I wrote")); got.Code != http.StatusForbidden || !strings.Contains(got.Body.String(), "what I wrote") || !strings.Contains(got.Body.String(), `href="/explained?`+at+`/3/work"`) {
		t.Errorf("refused: status %d, and the comment or the way to why is lost", got.Code)
	}
	d.older = true
	if got := one.Get(at + "/3/work").Body.String(); strings.Contains(got, `name="do"`) || !strings.Contains(got, "You may read here") {
		t.Error("what was read by the older way can be worked on")
	}
}

func TestGoldenWork(t *testing.T) {
	now := time.Date(2026, 11, 21, 2, 51, 44, 0, time.UTC)
	m := tenant.Membership{Tenant: tenant.Tenant{ID: webtest.ID(t, 1), DisplayName: "Contoso"}, Scope: tenant.Only(webtest.ID(t, 1)), Person: technician}
	i := sample(3, now)
	v := workView{view: newView(m, i, nil, now), thing: incident.Thing{Incident: "3"}, as: "<tech>@contoso.example"}
	t.Run("forms", func(t *testing.T) {
		v.failed, v.comment, v.faults = &ui.Banner{Kind: "warn", Title: "Nothing was done."}, "<b>", page.Faults{"comment": "Write less."}
		webtest.Golden(t, workBody(v))
	})
	t.Run("mine and resolved", func(t *testing.T) {
		i.Assigned, i.Status = "me@contoso.example", "resolved"
		webtest.Golden(t, workForms(workView{view: newView(m, i, nil, now), as: "me@contoso.example"}))
	})
	t.Run("alert", func(t *testing.T) {
		a := sample(3, now)
		a.ID, a.Alerts[0].Recommended = "a", "Validate <it>.\nContain it."
		alone := workView{view: newView(m, a, nil, now), as: "tech@contoso.example", thing: incident.Thing{Incident: "3", Alert: "a"}}
		alone.alone = true
		webtest.Golden(t, workBody(alone))
	})
	t.Run("signed out", func(t *testing.T) {
		webtest.Golden(t, workBody(workView{view: newView(m, incident.Incident{ID: "3"}, nil, now), thing: incident.Thing{Incident: "3"}, signIn: "/signin"}))
	})
}
