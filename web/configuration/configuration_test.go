package configuration

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/app"
	"github.com/tenantry/tenantry/internal/configuration"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/group"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/webtest"
)

var technician = tenant.Person{Name: "Technician", UPN: "technician@firstup.example", Role: tenant.RoleTechnician}

type twin struct {
	Rows  []row
	Count int64
	AsOf  *time.Time `json:"as_of"`
}

func policy(id, name, settings string, as ...configuration.Assignment) webtest.Policy {
	return webtest.Policy{
		Policy:   configuration.Policy{Kind: configuration.Compliance, ID: id, Name: name, Type: "windows10CompliancePolicy", Platform: "Windows"},
		Document: configuration.Document{Settings: json.RawMessage(settings), Assignments: as},
	}
}

func site(t *testing.T) (f *webtest.Fleet, one, all *webtest.Client, at, other string) {
	f = webtest.NewFleet(t)
	contoso, fabrikam := f.Tenant(t, 1, "Contoso", "contoso.example"), f.Tenant(t, 2, "Fabrikam", "fabrikam.example")
	everyone := configuration.Assignment{ID: "a", Target: "allDevices"}
	old := policy("c1", "Laptops", `{"length":6,"passwordRequired":true,"preSharedKey":"hunter2"}`, everyone)
	old.Document.ScopeTags = []string{"0", "7"}
	f.ReadPolicies(t, contoso.ID, f.Now.Add(-48*time.Hour), old)
	now := policy("c1", "Laptops", `{"length":8,"passwordRequired":true,"preSharedKey":"hunter3"}`, everyone, configuration.Assignment{ID: "b", Target: "group", GroupID: "g1", FilterID: "a1", FilterType: "include"},
		configuration.Assignment{ID: "c", Target: "exclusionGroup", GroupID: "g2", FilterID: "a9", FilterType: "exclude"})
	now.Document.ScopeTags = old.Document.ScopeTags
	tag := policy("7", "Head office", `{"isBuiltIn":false}`, configuration.Assignment{ID: "x", Target: "group", GroupID: "g1"})
	tag.Kind, tag.Type = configuration.ScopeTag, "roleScopeTag"
	filter := policy("a1", "Company machines", `{"rule":"(device.deviceOwnership -eq \"Corporate\")"}`)
	filter.Kind, filter.Type = configuration.AssignmentFilter, "deviceAndAppManagementAssignmentFilter"
	now.Document.Actions = []configuration.Action{{Type: "block"}, {Type: "notification", GraceHours: 72, TemplateID: "n1"}}
	now.Status = &configuration.Status{Succeeded: 40, Errors: 2, At: f.Now.Add(-time.Hour)}
	evil := policy("c2", "@evil", `{}`)
	evil.Kind, evil.Type, evil.Platform = configuration.Device, "quantumConfiguration", ""
	f.ReadPolicies(t, contoso.ID, f.Now.Add(-3*time.Minute), now, evil, filter, tag)
	f.ReadPolicies(t, fabrikam.ID, f.Now.Add(-3*time.Minute), policy("f1", "Branches", `{"length":8,"extra":"x","preSharedKey":"hunter4"}`))
	mail := webtest.Policy{Policy: configuration.Policy{Kind: configuration.Notification, ID: "n1", Name: "Not compliant", Technologies: "en-us"}, Document: configuration.Document{Settings: json.RawMessage(`{"messages":{"en-us":{"subject":"Your device","isDefault":true}}}`)}}
	f.ReadTemplates(t, contoso.ID, f.Now.Add(-3*time.Minute), mail)
	f.ReadGroups(t, contoso.ID, f.Now.Add(-3*time.Minute), group.Read{Groups: []group.Group{{ID: "g1", Name: "Sales"}, {ID: "g2", Gone: true}}})
	mount := (&Handler{Policies: f.Policies(), Sync: f.Sync, Apps: f.Apps, Groups: f.DirectoryGroups()}).Mount
	one, all = f.Serve(t, technician, tenant.Only(contoso.ID), mount), f.Serve(t, technician, tenant.Everything(), mount)
	return f, one, all, "/t/" + contoso.ID.String() + "/configuration", "/t/" + fabrikam.ID.String() + "/configuration"
}

func TestLists(t *testing.T) {
	_, one, all, at, other := site(t)
	for path, want := range map[string]int64{
		"/configuration": 2, "/configuration?kind=compliance": 1, "/configuration?status=errors": 1, "/configuration?status=unknown": 1, "/configuration?platform=Windows&assigned=true": 1,
		"/configuration?target=allDevices": 1, "/configuration?assignedTo=g2": 1, "/configuration?assignedTo=g3": 0, "/configuration?filter=a1": 1, "/configuration/filters": 1, "/configuration/scope-tags": 1, "/configuration?scopeTag=7": 1, "/configuration?scopeTag=8": 0, at + "/filters?platform=Windows": 1, "/configuration?type=quantumConfiguration": 1, "/configuration?q=lapt": 1, "/configuration?gone=true": 0, "/configuration/notifications": 1, at: 2, at + "/notifications": 1,
	} {
		var got twin
		one.JSON(path, http.StatusOK, &got)
		if got.Count != want || int64(len(got.Rows)) != want || got.AsOf == nil {
			t.Errorf("GET %s: %d rows, count %d, want %d", path, len(got.Rows), got.Count, want)
		}
		if page := one.Get(path); page.Code != http.StatusOK {
			t.Errorf("GET %s: status %d", path, page.Code)
		}
	}
	var got twin
	all.JSON("/configuration?sort=customer", http.StatusOK, &got)
	if got.Count != 3 || got.Rows[0].Tenant.Name != "Contoso" || got.Rows[2].TypeName != "Windows 10 and later compliance policy" {
		t.Errorf("over all: %+v", got.Rows)
	}
	if csv := one.Get("/configuration?format=csv").Body.String(); strings.Contains(csv, "Branches") || !strings.Contains(csv, "'@evil") {
		t.Errorf("CSV of who may see Contoso only:\n%s", csv)
	}
	for _, path := range []string{other, other + "/f1", at + "/f1", at + "/f1/compare", "/configuration/c1", "/configuration/c1/compare", at + "/%00", at + "/c1/compare?with=f1"} {
		if got := one.Get(path); got.Code != http.StatusNotFound {
			t.Errorf("GET %s: status %d, want 404", path, got.Code)
		}
		one.JSON(path, http.StatusNotFound, nil)
	}
	for _, query := range []string{"sort=secret", "platform=BeOS", "assigned=maybe", "target=x", "after=x", "customer=x", "kind=notificationTemplate", "status=x", "format=pdf"} {
		if got := one.Get("/configuration?" + query); got.Code != http.StatusBadRequest {
			t.Errorf("GET /configuration?%s: status %d, want 400", query, got.Code)
		}
	}
}

func TestPoliciesForApps(t *testing.T) {
	f, one, all, at, other := site(t)
	contoso, fabrikam := webtest.ID(t, 1), webtest.ID(t, 2)
	f.ReadApps(t, contoso, f.Now, nil, app.App{ID: "a1", Name: "Field Notes", Package: "com.Contoso.Notes", Type: "iosVppApp", Platform: "iOS"}, app.App{ID: "a9", Name: "Android twin", Package: "com.contoso.notes", Platform: "Android"}, app.App{ID: "APP-2", Name: "Scanner", Type: "androidManagedStoreApp"})
	phones := webtest.Policy{
		Policy: configuration.Policy{Kind: configuration.AppProtection, ID: "T_1", Name: "Phones", Type: "iosManagedAppProtection", Platform: "iOS", Deployment: &configuration.Deployment{Users: 57, At: f.Now.Add(-time.Hour), Apps: []configuration.AppUsers{{ID: "com.contoso.notes", Users: 41}}}},
		Document: configuration.Document{Settings: json.RawMessage(`{"pinRequired":true,"periodOfflineBeforeWipeIsEnforced":"P30D"}`), Apps: []configuration.TargetApp{{ID: "com.contoso.notes", Platform: "iOS"}, {ID: "com.other", Platform: "iOS"}},
			Assignments: []configuration.Assignment{{ID: "a", Target: "group", GroupID: "g1"}}},
	}
	f.ReadAppPolicies(t, contoso, f.Now.Add(-24*time.Hour), configuration.AppProtection, phones)
	phones.Document.Settings = json.RawMessage(`{"pinRequired":true,"periodOfflineBeforeWipeIsEnforced":"P90D"}`)
	phones.Document.Apps = phones.Document.Apps[:1]
	strange := webtest.Policy{Policy: configuration.Policy{Kind: configuration.AppProtection, ID: "Q_1", Name: "@strange", Type: "quantumAppProtection", Unlisted: true}, Document: configuration.Document{Settings: json.RawMessage(`{}`)}}
	standard := webtest.Policy{Policy: configuration.Policy{Kind: configuration.AppProtection, ID: "D_1", Name: "Standard", Type: configuration.DefaultProtection}, Document: configuration.Document{Settings: json.RawMessage(`{"appGroupType":"allApps"}`)}}
	f.ReadAppPolicies(t, contoso, f.Now.Add(-time.Minute), configuration.AppProtection, phones, strange, standard)
	f.ReadAppPolicies(t, fabrikam, f.Now.Add(-time.Minute), configuration.AppProtection, webtest.Policy{Policy: configuration.Policy{Kind: configuration.AppProtection, ID: "T_1", Name: "Branch phones", Type: "iosManagedAppProtection"}, Document: configuration.Document{Settings: json.RawMessage(`{}`)}})
	f.ReadAppPolicies(t, contoso, f.Now.Add(-time.Minute), configuration.AppConfiguration, webtest.Policy{Policy: configuration.Policy{Kind: configuration.AppConfiguration, ID: "c-1", Name: "Scanner set-up", Type: "androidManagedStoreAppConfiguration", Status: &configuration.Status{Succeeded: 9, Errors: 1}, UserStatus: &configuration.Status{Succeeded: 6, Failed: 3, Errors: 1, At: f.Now}},
		Document: configuration.Document{Settings: json.RawMessage(`{"managedConfiguration":[{"key":"server","valueString":"s1"},{"key":"api_token","valueString":"hunter2"}]}`), Apps: []configuration.TargetApp{{ID: "APP-2"}}}})

	for path, want := range map[string]int64{
		"/configuration/app-protection": 3, "/configuration/app-protection?app=com.Contoso.notes": 1, "/configuration/app-protection?type=quantumAppProtection": 1, "/configuration/app-protection?assigned=true": 1, "/configuration/app-protection?q=phones": 1,
		"/configuration/app-configuration": 1, "/configuration/app-configuration?app=app-2": 1, "/configuration": 2, at + "/app-protection": 3, at + "/app-configuration?sort=-errors": 1,
	} {
		var got twin
		one.JSON(path, http.StatusOK, &got)
		if got.Count != want || int64(len(got.Rows)) != want || got.AsOf == nil {
			t.Errorf("GET %s: %d rows, count %d, want %d", path, len(got.Rows), got.Count, want)
		}
		if page := one.Get(path); page.Code != http.StatusOK {
			t.Errorf("GET %s: status %d", path, page.Code)
		}
	}
	var got twin
	all.JSON("/configuration/app-protection?sort=customer", http.StatusOK, &got)
	if got.Count != 4 || got.Rows[3].Tenant.Name != "Fabrikam" || got.Rows[3].TypeName != "iOS/iPadOS app protection" {
		t.Errorf("over all: %+v", got.Rows)
	}
	if csv := one.Get("/configuration/app-protection?format=csv").Body.String(); strings.Contains(csv, "Branch") || !strings.Contains(csv, "'@strange") || !strings.Contains(csv, "Unknown") || !strings.Contains(csv, "By default") || !strings.Contains(csv, ",57,") {
		t.Errorf("CSV of who may see Contoso only:\n%s", csv)
	}
	for _, path := range []string{other + "/app-protection", other + "/T_1", at + "/app-protection/x"} {
		one.JSON(path, http.StatusNotFound, nil)
	}
	for _, path := range []string{"/configuration/app-protection?sort=errors", "/configuration/app-configuration?app=%00"} {
		if got := one.Get(path); got.Code != http.StatusBadRequest {
			t.Errorf("GET %s: status %d, want 400", path, got.Code)
		}
	}

	if csv := one.Get("/configuration/app-configuration?format=csv").Body.String(); !strings.Contains(csv, ",6,4,9,1,") {
		t.Errorf("CSV with users who took the settings, and who did not:\n%s", csv)
	}
	var v view
	one.JSON(at+"/T_1", http.StatusOK, &v)
	if len(v.TargetApps) != 1 || v.TargetApps[0].Name != "Field Notes" || !strings.HasSuffix(v.TargetApps[0].URL, "/apps/a1") || *v.TargetApps[0].Users != 41 || v.Deployed.Users != 57 {
		t.Errorf("%+v %+v", v.TargetApps, v.Deployed)
	}
	changed := map[string]string{}
	for _, c := range v.Versions[0].Changes {
		changed[c.Label] = c.From + " > " + c.To
	}
	if changed["Company data is wiped after (offline)"] != "30 days > 90 days" || changed["com.other"] != "iOS > " {
		t.Errorf("changes %v", changed)
	}
	for path, want := range map[string]string{at + "/T_1": "57 users have received", at + "/Q_1": "but not whom it is assigned to", at + "/D_1": "whom no other app protection policy", at + "/c-1": "secret, not kept", at + "/T_1/compare": "Compare"} {
		body := one.Get(path).Body.String()
		if !strings.Contains(body, want) || strings.Contains(body, "hunter") {
			t.Errorf("GET %s lacks %q, or shows a secret", path, want)
		}
	}
	if body := one.Get(at + "/Q_1").Body.String(); strings.Contains(body, "reaches no") {
		t.Error("what was not read counts as nobody")
	}
}

func TestPolicy(t *testing.T) {
	_, one, _, at, _ := site(t)
	var v view
	one.JSON(at+"/c1", http.StatusOK, &v)
	if v.Name != "Laptops" || v.Status == nil || v.Status.Errors != 2 || len(v.Targets) != 3 || v.Targets[0].TargetName != "All devices" || len(v.Actions) != 2 || v.Actions[1].When != "after 3 days" {
		t.Errorf("%+v", v)
	}
	if len(v.Settings) != 3 || v.Settings[0].Label != "Length" || v.Settings[0].Value != "8" || !v.Settings[1].Secret || v.Settings[2].Label != "Require a password to unlock mobile devices" {
		t.Errorf("settings %+v", v.Settings)
	}
	if len(v.Versions) != 2 || !v.Versions[1].First || len(v.Versions[0].Changes) != 5 || v.Versions[0].Changes[0].From != "6" || v.Versions[0].Changes[0].To != "8" {
		t.Errorf("versions %+v", v.Versions)
	}
	body := one.Get(at + "/c1").Body.String()
	if strings.Contains(body, "hunter") || !strings.Contains(body, "secret, not kept") {
		t.Error("the page shows a secret, or hides that there is one")
	}
	if got := one.Get(at + "/c2").Body.String(); !strings.Contains(got, "Microsoft Graph gave no count") || !strings.Contains(got, "assigned to nobody") {
		t.Error("a policy without status and assignments does not say so")
	}
	one.JSON(at+"/n1", http.StatusOK, &v)
	if len(v.Settings) != 2 || !strings.Contains(one.Get(at+"/n1").Body.String(), "Your device") {
		t.Errorf("template %+v", v.Settings)
	}
}

func TestWhatAPolicyPointsToHasItsName(t *testing.T) {
	_, one, _, at, _ := site(t)
	var v view
	one.JSON(at+"/c1", http.StatusOK, &v)
	if v.Actions[1].TemplateName != "Not compliant" || v.Targets[1].FilterName != "Company machines" || v.Targets[2].FilterName != "" || strings.Join(v.TagNames, ",") != "0,Head office" {
		t.Errorf("%+v, %+v", v.Actions, v.Targets)
	}
	body := one.Get(at + "/c1").Body.String()
	for _, want := range []string{"Sales", "g2 (deleted)", at + "?assignedTo=g1", `href="` + at + `/n1"`, `href="` + at + `/a1"`, "only devices that match filter Company machines", "not devices that match filter a9"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if body := one.Get(at + "/a1").Body.String(); !strings.Contains(body, at+"?filter=a1") || !strings.Contains(body, "1 policy") || strings.Contains(body, "Assigned to") {
		t.Error("a filter does not say who uses it, or looks like a policy")
	}
	if body := one.Get(at + "/7").Body.String(); !strings.Contains(body, at+"?scopeTag=7") || !strings.Contains(body, "Sales") || strings.Contains(body, "count of devices") {
		t.Error("a scope tag does not say who uses it, or looks like a policy")
	}
	one.JSON(at+"/n1", http.StatusOK, &v)
	if len(v.Messages) != 1 || !v.Messages[0].Default || len(v.Languages) != 1 {
		t.Errorf("template %+v, %v", v.Messages, v.Languages)
	}
}

// TestAKindThatWasNotReadIsSaid: neither the list nor the policy is green, and an empty list does not say that there is nothing.
func TestAKindThatWasNotReadIsSaid(t *testing.T) {
	f, one, all, at, other := site(t)
	id := strings.Split(at, "/")[2]
	if _, err := f.Pool.In(tenant.Everything()).Exec(t.Context(), `
		UPDATE policy_reading SET error_kind = 'permission', sentence = 'Intune wants another permission.' WHERE tenant_id = $1 AND kind = ANY($2)`,
		id, []string{string(configuration.Script), string(configuration.Device)}); err != nil {
		t.Fatal(err)
	}
	for path, client := range map[string]*webtest.Client{at: one, "/configuration": all} {
		if body := client.Get(path).Body.String(); !strings.Contains(body, "not read: 2 kinds") || !strings.Contains(body, "PowerShell script: not read") || !strings.Contains(body, "Intune wants another permission.") {
			t.Errorf("%s does not say what was not read", path)
		}
	}
	if body := one.Get(at + "?kind=powerShellScript").Body.String(); !strings.Contains(body, "This may not be read") || strings.Contains(body, "looked at") {
		t.Error("the empty list of what was not read says that nothing matches")
	}
	if body := one.Get(at + "/c2").Body.String(); !strings.Contains(body, "You see what was read before") {
		t.Error("a policy of a kind that was not read looks fresh")
	}
	for _, path := range []string{at + "?kind=compliance", at + "/c1"} {
		if body := one.Get(path).Body.String(); strings.Contains(body, "not read: ") || strings.Contains(body, "read before") {
			t.Errorf("%s is blamed for other kinds", path)
		}
	}
	if body := all.Get(other).Body.String(); strings.Contains(body, "not read: ") {
		t.Error("another tenant is blamed")
	}
}

func TestCompare(t *testing.T) {
	f, one, all, at, other := site(t)
	fabrikam := strings.Split(other, "/")[2]
	var v compareView
	all.JSON(at+"/c1/compare?"+url.Values{"with": {fabrikam + "/f1"}}.Encode(), http.StatusOK, &v)
	is := map[string]string{}
	for _, r := range v.Rows {
		is[r.Path] = r.Is
	}
	if v.Left.Name != "Laptops" || v.Right.Tenant.Name != "Fabrikam" || is["length"] != "same" || is["extra"] != "right" || is["passwordRequired"] != "left" || is["preSharedKey"] != "unknown" || is["allDevices|"] != "left" || v.Unknown != 1 || v.Differences != 8 {
		t.Errorf("%+v: %v", v, is)
	}
	then := f.Now.Add(-24 * time.Hour).Format(time.RFC3339Nano)
	one.JSON(at+"/c1/compare?"+url.Values{"with": {"c1"}, "of": {then}}.Encode(), http.StatusOK, &v)
	if v.Left.At == nil || v.Right.At != nil || v.Rows[len(v.Rows)-1].Is == "" || v.Differences != 5 {
		t.Errorf("two times: %+v", v)
	}
	var offered twin
	all.JSON(at+"/c1/compare", http.StatusOK, &offered)
	if offered.Count != 2 {
		t.Errorf("%d policies are offered, want 2", offered.Count)
	}
	one.JSON(at+"/c1/compare", http.StatusOK, &offered)
	if offered.Count != 1 {
		t.Errorf("%d policies are offered to who sees one customer, want 1", offered.Count)
	}
	page := all.Get(at + "/c1/compare?show=all&with=" + fabrikam + "%2Ff1").Body.String()
	if !strings.Contains(page, "cannot be compared") || strings.Contains(page, "No difference") || strings.Contains(page, "hunter") {
		t.Error("the page does not say that a secret cannot be compared")
	}
	for query, want := range map[string]int{
		"with=" + fabrikam + "%2Ff1": http.StatusNotFound, "with=c9": http.StatusNotFound, "with=c1&at=yesterday": http.StatusBadRequest, "with=c1&of=0000-01-01T00:00:00Z": http.StatusBadRequest,
		"with=c1&show=x": http.StatusBadRequest, "with=c1&at=1999-01-01T00:00:00Z": http.StatusNotFound, "with=" + strings.Repeat("x", 2000): http.StatusBadRequest, "with=%00": http.StatusNotFound, "sort=x": http.StatusBadRequest,
	} {
		if got := one.Get(at + "/c1/compare?" + query); got.Code != want {
			t.Errorf("compare?%.60s: status %d, want %d", query, got.Code, want)
		}
	}
}

func TestGolden(t *testing.T) {
	now := time.Date(2026, 11, 21, 2, 51, 44, 0, time.UTC)
	contoso := tenant.Tenant{ID: webtest.ID(t, 1), DisplayName: "Contoso", DefaultDomain: "contoso.example", Mark: -1}
	m := tenant.Membership{Person: technician, Reach: tenant.Only(contoso.ID), Scope: tenant.Only(contoso.ID), Tenant: contoso}
	read := graphsync.Freshness{Dataset: graphsync.Policies, State: graphsync.Complete, Tenants: 1, Read: 1, Fresh: 1, AsOf: now.Add(-3 * time.Minute)}
	doc := func(settings string) configuration.Document {
		return configuration.Document{Name: "P", Settings: json.RawMessage(settings)}
	}
	full := doc(`{"osMinimumVersion":"10.0.22631","key":"` + configuration.SecretMark + `"}`)
	full.Assignments = []configuration.Assignment{{Target: "group", GroupID: "g1", FilterID: "f1", FilterType: "include"}, {Target: "exclusionGroup", GroupID: "g2"}, {Target: "tomorrow"}}
	full.Actions = []configuration.Action{{Type: "block"}, {Type: "retire", GraceHours: 720, CC: []string{"g3"}}}
	was := full
	was.Assignments = nil
	for name, tc := range map[string]struct {
		p    configuration.Policy
		doc  configuration.Document
		apps []targetApp
		of   []configuration.Version
	}{
		"bare": {configuration.Policy{Kind: configuration.Catalogue, ID: "p1", Type: "deviceManagementConfigurationPolicy"}, doc(`[]`), nil, nil},
		"full": {
			configuration.Policy{Kind: configuration.Compliance, ID: "p1", Name: "Laptops", Type: "windows10CompliancePolicy", Platform: "Windows", Version: 3, Assigned: true, Assignments: 3, ModifiedAt: now.AddDate(0, -1, 0), Description: "For all laptops.",
				Status: &configuration.Status{Succeeded: 1204, Errors: 3, Pending: 1, At: now.Add(-time.Hour)}},
			full, nil, []configuration.Version{{Run: 9, At: now.Add(-time.Hour), Document: &full}, {Run: 5, At: now.Add(-72 * time.Hour)}, {Run: 4, At: now.Add(-96 * time.Hour), Document: &full}, {Run: 2, At: now.Add(-120 * time.Hour), Document: &was}},
		},
		"template": {
			configuration.Policy{Kind: configuration.Notification, ID: "n1", Name: "Not compliant", Type: "notificationMessageTemplate", Settings: 2, Technologies: "en-us, de-de"},
			configuration.Document{Name: "Not compliant", Settings: json.RawMessage(`{"brandingOptions":"none","messages":{"en-us":{"subject":"Your device","messageTemplate":"Hello <b>","isDefault":true},"de-de":{"subject":"Ihr Gerät","messageTemplate":"","isDefault":false}}}`)}, nil, nil,
		},
		"remediation": {
			configuration.Policy{Kind: configuration.Remediation, ID: "r1", Name: "Print spooler", Type: "deviceHealthScript", Platform: "Windows", Assigned: true, Assignments: 1, Status: &configuration.Status{Succeeded: 90, Failed: 4, Errors: 1}},
			configuration.Document{Name: "Print spooler", Settings: json.RawMessage(`{"runAsAccount":"system"}`), Assignments: []configuration.Assignment{{Target: "group", GroupID: "g", FilterID: "f9", FilterType: "exclude", Schedule: "daily"}}}, nil, nil,
		},
		"hostile": {
			configuration.Policy{Kind: configuration.Device, ID: "a/1?", Name: "<script>x</script>", Type: "quantumConfiguration", Description: "</p><script>", Template: "<b>", GoneAt: now.Add(-time.Hour)},
			configuration.Document{Name: "x", Settings: json.RawMessage(`{"<img>":"` + strings.Repeat("long ", 500) + `","url":"javascript:alert(1)"}`), Assignments: []configuration.Assignment{{Target: "<t>", GroupID: "<g>"}}, Actions: []configuration.Action{{Type: "<i>", TemplateID: "../x"}}}, nil, nil,
		},
		"apps": {
			configuration.Policy{Kind: configuration.AppProtection, ID: "T_1", Name: "Phones", Type: "iosManagedAppProtection", Platform: "iOS", Assigned: true, Deployment: &configuration.Deployment{Users: 1, At: now.Add(-time.Hour)}},
			doc(`{"pinRequired":true}`), []targetApp{{ID: "com.contoso.notes", Platform: "iOS", Name: "Field <b>Notes", URL: "/t/x/apps/a1", Users: new(int64)}, {ID: "</td>"}}, nil,
		},
		"app configuration": {
			configuration.Policy{Kind: configuration.AppConfiguration, ID: "A_1", Name: "Outlook", Type: "iosMobileAppConfiguration", Platform: "iOS", Assigned: true, Status: &configuration.Status{Succeeded: 9, At: now.Add(-time.Hour)}, UserStatus: &configuration.Status{Succeeded: 6, Failed: 1, At: now.Add(-2 * time.Hour)}},
			doc(`{"settings":[]}`), nil, nil,
		},
		"app configuration without users": {configuration.Policy{Kind: configuration.AppConfiguration, ID: "A_2", Name: "Edge", Type: "iosMobileAppConfiguration", Platform: "iOS", Status: &configuration.Status{Succeeded: 9}}, doc(`{}`), nil, nil},
		"apps not listed":                 {configuration.Policy{Kind: configuration.AppProtection, ID: "Q_1", Name: "Tomorrow", Type: "quantumAppProtection", Unlisted: true}, doc(`{}`), nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			tc.p.Tenant, tc.p.TenantName = contoso.ID, "Contoso"
			webtest.Golden(t, policyBody(newView(m, tc.p, tc.doc, tc.apps, tc.of, read, names{}, now)))
		})
	}
	t.Run("compare", func(t *testing.T) {
		at := now.Add(-72 * time.Hour)
		v := compareView{m: m, now: now, path: "/t/x/configuration/p1/compare", query: url.Values{"with": {"p2"}},
			Left: side{ID: "p1", Name: "Laptops", Tenant: page.TenantRef{ID: contoso.ID, Name: "Contoso"}, URL: "/l", At: &at}, Right: side{ID: "p2", Name: "<b>", Tenant: page.TenantRef{ID: contoso.ID, Name: "Contoso"}, URL: "/r"}}
		v.fill(full, was)
		webtest.Golden(t, compareBody(v))
	})
}

func TestWords(t *testing.T) {
	for in, want := range map[int64]string{0: "at once", 1: "after 1 hour", 24: "after 1 day", 36: "after 36 hours", 72: "after 3 days"} {
		if got := hours(in); got != want {
			t.Errorf("hours(%d) = %q, want %q", in, got, want)
		}
	}
	if got := typeWord("linuxTomorrowConfiguration"); got != "Linux tomorrow configuration" {
		t.Errorf("a type without words is %q", got)
	}
}
