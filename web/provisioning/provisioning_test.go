package provisioning

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/webtest"
)

var (
	technician = tenant.Person{Name: "Technician", UPN: "technician@firstup.example", Role: tenant.RoleTechnician}
	support    = tenant.Person{Name: "Support", UPN: "support@firstup.example", Role: tenant.RoleSupport}
	now        = time.Date(2026, 11, 21, 2, 51, 44, 0, time.UTC)
)

func quarantined(sp, name string) provisioning.Job {
	return provisioning.Job{
		SPID: sp, AppName: name, AppID: "app-" + sp, AppEnabled: true, ID: "salesforce." + sp, Template: "salesforce", Code: "Quarantine", Health: provisioning.Quarantined,
		Schedule: "Active", Every: "PT40M", Failures: 27, Escrowed: 131, LastState: "Failed", LastErrorCode: "CredentialValidationUnavailable",
		Quarantine: provisioning.Quarantine{
			Reason: "EncounteredQuarantineException", Since: now.Add(-2 * time.Hour), SeriesSince: now.Add(-87 * time.Hour), NextAttempt: now.Add(52 * time.Minute), Count: 9,
			Code: "CredentialValidationUnavailable", Message: "The target answered 401 to the credential check.",
		},
		Last:        &provisioning.Execution{State: "Failed", BeganAt: now.Add(-time.Hour), ErrorCode: "CredentialValidationUnavailable", Error: "The target answered 401."},
		LastSuccess: &provisioning.Execution{State: "Succeeded", BeganAt: now.Add(-89 * time.Hour), EndedAt: now.Add(-88 * time.Hour), Imported: 6, Entitled: 214, Exported: 1, Escrowed: 3},
		Progress:    []provisioning.Progress{{Units: "entries", Completed: 262, Total: 1180, At: now.Add(-6 * time.Minute)}},
		Counts:      []provisioning.Count{{Type: "User", Count: 209}},
		Settings:    []provisioning.Setting{{Name: "QuarantineTooManyDeletesThreshold", Value: "500"}, {Name: "SecretToken", Value: "hunter2"}},
	}
}

func steady(sp, name string) provisioning.Job {
	return provisioning.Job{
		SPID: sp, AppName: name, AppEnabled: true, ID: "slack." + sp, Template: "slack", Code: "Active", Health: provisioning.Fine, Schedule: "Active", Every: "PT40M",
		LastState: "Succeeded", SteadyFirstAt: now.AddDate(0, -3, 0), LastEndedAt: now.Add(-6 * time.Minute),
	}
}

func failure(id, sp string) provisioning.Event {
	return provisioning.Event{
		ID: id, At: now.Add(-18 * time.Minute), JobID: "salesforce." + sp, CycleID: "cycle", SPID: sp, SPName: "Salesforce", Action: "create", Status: "failure",
		ErrorCode: "InvalidCredentials", Reason: "Salesforce answered 401", SourceName: "Osei", SourceUPN: "k.osei@contoso.example", SourceType: "User", SourceID: "s1",
		SourceSystem: "Microsoft Entra ID", TargetSystem: "Salesforce", InitiatedBy: "Azure AD Provisioning Service", Duration: 1840 * time.Millisecond,
		StepsJSON: json.RawMessage(`[{"name":"EntryImportAdd","type":"import","status":"success","description":"Read"},
			{"name":"EntryExportAdd","type":"Export","status":"failure","description":"Refused","details":{"ReportableIdentifier":"k.osei","AccessToken":"hunter2"}}]`),
		ChangesJSON: json.RawMessage(`[{"name":"userName","old":null,"new":"k.osei"},{"name":"password","old":"hunter1","new":"hunter2"}]`),
	}
}

type twin struct {
	Rows  []struct{ ID, Name, Verdict, Health, URL string }
	Count int64
}

func fleet(t *testing.T) (f *webtest.Fleet, contoso, fabrikam tenant.Tenant) {
	t.Helper()
	f = webtest.NewFleet(t)
	contoso, fabrikam = f.Tenant(t, 1, "Contoso", "contoso.example"), f.Tenant(t, 2, "Fabrikam", "fabrikam.example")
	f.ReadJobs(t, contoso.ID, f.Now.Add(-6*time.Minute), steady("sp2", "Slack"), quarantined("sp1", "Salesforce"))
	f.ReadJobs(t, fabrikam.ID, f.Now.Add(-6*time.Hour), quarantined("sp9", "Salesforce"), steady("sp8", "Box"))
	skipped := failure("e2", "sp1")
	skipped.Status, skipped.Reason = "skipped", "Not in scope"
	f.AddEvents(t, contoso.ID, failure("e1", "sp1"), skipped, failure("other", "sp2"))
	f.AddEvents(t, fabrikam.ID, failure("f1", "sp9"))
	return f, contoso, fabrikam
}

func TestChangesOfJobsStandOnTheTimeline(t *testing.T) {
	f, contoso, fabrikam := fleet(t)
	c := f.Serve(t, technician, tenant.Only(contoso.ID), (&Handler{Provisioning: f.Provisioning, Sync: f.Sync}).Mount)
	path := "/t/" + contoso.ID.String() + "/provisioning/sp1"
	if got := c.Get(path).Body.String(); strings.Contains(got, "Timeline") {
		t.Error("a timeline without a change")
	}
	f.ReadJobs(t, contoso.ID, f.Now.Add(-time.Minute), steady("sp1", "Salesforce"), steady("sp2", "Slack"))
	var v struct{ Changes []change }
	c.JSON(path, http.StatusOK, &v)
	if len(v.Changes) == 0 || !strings.Contains(c.Get(path).Body.String(), "Timeline") {
		t.Errorf("changes: %+v", v.Changes)
	}
	c.JSON("/t/"+fabrikam.ID.String()+"/provisioning/sp9", http.StatusNotFound, nil)
}

func TestJobs(t *testing.T) {
	f, contoso, fabrikam := fleet(t)
	mount := (&Handler{Provisioning: f.Provisioning, Sync: f.Sync}).Mount
	one, both := f.Serve(t, technician, tenant.Only(contoso.ID), mount), f.Serve(t, technician, tenant.Only(contoso.ID, fabrikam.ID), mount)
	var mine, all twin
	one.JSON("/provisioning", http.StatusOK, &mine)
	both.JSON("/provisioning", http.StatusOK, &all)
	if mine.Count != 2 || mine.Rows[0].Name != "Salesforce" || mine.Rows[0].Verdict != "Quarantine" || mine.Rows[1].Verdict != "Steady" {
		t.Errorf("jobs of who may see Contoso only: %+v", mine)
	}
	if all.Count != 4 {
		t.Fatalf("jobs of both: %+v", all)
	}
	for _, r := range all.Rows {
		if strings.Contains(r.URL, fabrikam.ID.String()) && !strings.HasPrefix(r.Verdict, "Was: ") {
			t.Errorf("%s at Fabrikam, read six hours ago, is %q", r.Name, r.Verdict)
		}
	}
	if csv := one.Get("/provisioning?format=csv").Body.String(); strings.Contains(csv, "Box") || strings.Count(csv, "\n") != 3 {
		t.Errorf("CSV of who may see Contoso only:\n%s", csv)
	}
	for _, query := range []string{"sort=x", "health=x", "code=x", "after=x", "customer=x"} {
		if got := one.Get("/provisioning?" + query); got.Code != http.StatusBadRequest {
			t.Errorf("GET /provisioning?%s: status %d, want 400", query, got.Code)
		}
	}
}

var counted = regexp.MustCompile(`(?s)<a href="([^"]*health=[a-z]+)"[^>]*>\s*<b>([\d,]+)</b>`)

// TestCountsLeadToTheirRows follows each number of the board.
func TestCountsLeadToTheirRows(t *testing.T) {
	f, contoso, _ := fleet(t)
	c := f.Serve(t, technician, tenant.Everything(), (&Handler{Provisioning: f.Provisioning, Sync: f.Sync}).Mount)
	for _, path := range []string{"/provisioning", "/t/" + contoso.ID.String() + "/provisioning"} {
		found := counted.FindAllStringSubmatch(c.Get(path).Body.String(), -1)
		if len(found) != 4 {
			t.Fatalf("%s: %d counts, want 4", path, len(found))
		}
		for _, m := range found {
			var list twin
			c.JSON(m[1], http.StatusOK, &list)
			if strconv.FormatInt(list.Count, 10) != m[2] {
				t.Errorf("%s says %s, its list has %d", m[1], m[2], list.Count)
			}
		}
	}
}

func TestForeign(t *testing.T) {
	f, contoso, fabrikam := fleet(t)
	c := f.Serve(t, technician, tenant.Only(contoso.ID), (&Handler{Provisioning: f.Provisioning, Sync: f.Sync}).Mount)
	at, foreign := "/t/"+contoso.ID.String()+"/provisioning/", "/t/"+fabrikam.ID.String()+"/provisioning/"
	for _, path := range []string{
		foreign + "sp9", foreign + "sp9/log", foreign + "sp9/log/f1", at + "sp9", at + "sp9/log", at + "sp1/log/f1", at + "sp1/log/other", at + "sp1/log/nobody",
		"/provisioning/sp1", "/provisioning/sp1/log", "/provisioning/sp1/log/e1", at + "%00", at + "sp1/log/%00",
	} {
		if got := c.Get(path); got.Code != http.StatusNotFound {
			t.Errorf("GET %s: status %d, want 404", path, got.Code)
		}
		c.JSON(path, http.StatusNotFound, nil)
		if got := c.Get(path + "?format=csv"); got.Code != http.StatusNotFound {
			t.Errorf("GET %s as CSV: status %d, want 404", path, got.Code)
		}
	}
}

func TestApplicationAndLog(t *testing.T) {
	f, contoso, _ := fleet(t)
	mount := (&Handler{Provisioning: f.Provisioning, Sync: f.Sync}).Mount
	c, at := f.Serve(t, technician, tenant.Only(contoso.ID), mount), "/t/"+contoso.ID.String()+"/provisioning/sp1"
	html := c.Get(at).Body.String()
	for _, want := range []string{
		"Microsoft stopped this job: The target answered 401 to the credential check.", "Microsoft tries again in 52 min", "Cloud Application Administrator at Contoso", "262 of 1,180 looked at",
		"Failed 1", "Skipped 1", "You are not signed in at Contoso.",
	} {
		if !strings.Contains(html, want) {
			t.Errorf("application page lacks %q", want)
		}
	}
	var list twin
	c.JSON(at+"/log", http.StatusOK, &list)
	if list.Count != 2 {
		t.Errorf("log of the application: %d lines, want 2", list.Count)
	}
	c.JSON(at+"/log?status=failure&action=create&q=osei&error=InvalidCredentials&person=k.osei@contoso.example", http.StatusOK, &list)
	if list.Count != 1 || list.Rows[0].ID != "e1" {
		t.Errorf("narrowed log: %+v", list)
	}
	for _, query := range []string{"status=x", "action=x", "sort=name", "after=x"} {
		if got := c.Get(at + "/log?" + query); got.Code != http.StatusBadRequest {
			t.Errorf("GET log?%s: status %d, want 400", query, got.Code)
		}
	}
	event := c.Get(at + "/log/e1").Body.String()
	for _, want := range []string{"Import: succeeded", "Export: failed", "ReportableIdentifier: k.osei", "no value"} {
		if !strings.Contains(event, want) {
			t.Errorf("event page lacks %q", want)
		}
	}
	board := f.Serve(t, support, tenant.Everything(), mount)
	for _, path := range []string{at, at + "/log", at + "/log/e1", at + "/log?format=csv"} {
		for form, got := range map[string]string{"HTML": c.Get(path).Body.String(), "support's HTML": board.Get(path).Body.String()} {
			if strings.Contains(got, "hunter") {
				t.Errorf("GET %s as %s shows a secret", path, form)
			}
		}
		if path != at+"/log?format=csv" {
			var raw json.RawMessage
			c.JSON(path, http.StatusOK, &raw)
			if strings.Contains(string(raw), "hunter") {
				t.Errorf("GET %s as JSON shows a secret", path)
			}
		}
	}
	_, main, _ := strings.Cut(board.Get(at).Body.String(), "<main")
	main, _, _ = strings.Cut(main, "</main>")
	if strings.Contains(main, `method="post"`) || !strings.Contains(main, "Your role may look, not act.") {
		t.Error("support is offered to act on a job")
	}
}

func TestGolden(t *testing.T) {
	contoso := tenant.Tenant{ID: webtest.ID(t, 1), DisplayName: "Contoso", DefaultDomain: "contoso.example", Mark: -1}
	m := tenant.Membership{Person: technician, Scope: tenant.Only(contoso.ID), Tenant: contoso}
	fresh := func(dataset string) graphsync.Freshness {
		return graphsync.Freshness{Dataset: dataset, State: graphsync.Complete, Tenants: 1, Read: 1, Fresh: 1, AsOf: now.Add(-6 * time.Minute), Next: now.Add(9 * time.Minute)}
	}
	hostile := provisioning.Job{SPID: "a/b", AppName: "<script>x</script>", ID: "<id>", Code: "<b>", Health: 7, Every: "<p>", Settings: []provisioning.Setting{{Name: "<n>", Value: strings.Repeat("long", 200)}}}
	for name, k := range map[string]facts{
		"none":    {app: provisioning.Application{ID: "sp1", Name: "Salesforce"}, logRead: graphsync.Freshness{Dataset: graphsync.ProvisioningLog, State: graphsync.Never, Tenants: 1, Unread: 1}},
		"full":    {app: provisioning.Application{ID: "sp1", Name: "Salesforce", AppID: "app1", Enabled: true, Jobs: 2}, jobs: []provisioning.Job{quarantined("sp1", "Salesforce"), steady("sp1", "Salesforce")}, logRead: fresh(graphsync.ProvisioningLog), events: provisioning.EventPage{Rows: []provisioning.Event{failure("e1", "sp1")}, Count: 1}, failed: 1},
		"hostile": {app: provisioning.Application{ID: "a/b", Name: "<script>x</script>"}, jobs: []provisioning.Job{hostile}, logRead: fresh(graphsync.ProvisioningLog)},
	} {
		t.Run(name, func(t *testing.T) {
			k.read = fresh(graphsync.ProvisioningJobs)
			webtest.Golden(t, appBody(newView(m, k, page.Chrome{Now: now})))
		})
	}
	for name, e := range map[string]provisioning.Event{
		"event": failure("e1", "sp1"), "bare event": {ID: "e"},
		"hostile event": {ID: "a/b", SourceName: "<script>", Status: "<b>", Reason: "<i>", ErrorCode: "<u>", StepsJSON: json.RawMessage(`[{"name":"<s>","status":"<t>"}]`), ChangesJSON: json.RawMessage(`[{"name":"<n>","old":"<o>","new":null}]`)},
	} {
		t.Run(name, func(t *testing.T) {
			e.Tenant, e.TenantName = contoso.ID, "Contoso"
			webtest.Golden(t, eventBody(newEventView(m, e, fresh(graphsync.ProvisioningLog), now)))
		})
	}
}

func TestEvery(t *testing.T) {
	for in, want := range map[string]string{"PT40M": "every 40 min", "PT1H": "every 1 h", "P1D": "every 24 h", "P10675199DT2H48M5.4775807S": "never", "": "", "nonsense": "nonsense", "PT0S": "PT0S", "P999999999D": "never"} {
		if got := every(in); got != want {
			t.Errorf("every(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestChangesInWords: what a job's history says of a run and of a quarantine is what its page says, and what Microsoft adds stays as it is.
func TestChangesInWords(t *testing.T) {
	for _, tc := range [][3]string{
		{"last_state", "EntryLevelErrors", "Some entries fail"}, {"last_state", "", "never ran"}, {"last_state", "Postponed", "Postponed"},
		{"quarantine_reason", "TooManyDeletes", "More deletes in one cycle than the threshold allows"}, {"quarantine_reason", "", "empty"}, {"gone", "true", "removed"}, {"every", "PT40M", "PT40M"},
	} {
		if got := History.Said(tc[0], tc[1]); got != tc[2] {
			t.Errorf("%s %q: %q, want %q", tc[0], tc[1], got, tc[2])
		}
	}
}
