package configuration

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/configuration"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/static"
	"github.com/tenantry/tenantry/web/webtest"
	"github.com/tenantry/tenantry/web/webtest/chromium"
)

func TestMain(m *testing.M) { chromium.Main(m) }

// TestLook opens each page in a browser: axe finds nothing in either theme, and nothing scrolls sideways from 320 px on.
func TestLook(t *testing.T) {
	ctx := chromium.Tab(t)
	f := webtest.NewFleet(t)
	contoso, fabrikam := f.Tenant(t, 1, "Contoso", "contoso.example"), f.Tenant(t, 2, "Fabrikam", "fabrikam.example")
	laptops := policy("c1", "Contoso – Laptops", `{"osMinimumVersion":"10.0.22631","passwordRequired":true,"preSharedKey":"x","startMenuLayoutXml":"`+strings.Repeat("PExheW91dD4", 60)+`"}`,
		configuration.Assignment{ID: "1", Target: "group", GroupID: contoso.ID.String(), FilterID: fabrikam.ID.String(), FilterType: "include"}, configuration.Assignment{ID: "2", Target: "exclusionGroup", GroupID: fabrikam.ID.String()})
	f.ReadPolicies(t, contoso.ID, f.Now.Add(-72*time.Hour), laptops)
	laptops.Document.Settings = json.RawMessage(strings.ReplaceAll(string(laptops.Document.Settings), "22631", "26100"))
	laptops.Document.Actions = []configuration.Action{{Type: "block"}, {Type: "notification", GraceHours: 72, TemplateID: contoso.ID.String(), CC: []string{fabrikam.ID.String()}}}
	laptops.Status = &configuration.Status{Succeeded: 1204, Errors: 13, Conflicts: 1, Pending: 4, At: f.Now.Add(-time.Hour)}
	laptops.Policy.Description, laptops.ModifiedAt, laptops.Policy.Version = "For all laptops.", f.Now.AddDate(0, 0, -1), 4
	long := policy("c2", strings.Repeat("Longname", 12), `{}`)
	f.ReadPolicies(t, contoso.ID, f.Now.Add(-3*time.Minute), laptops, long)
	f.ReadPolicies(t, fabrikam.ID, f.Now.Add(-3*time.Minute), policy("f1", "Fabrikam – Laptops", `{"osMinimumVersion":"10.0.19045","preSharedKey":"y"}`))
	f.ReadAppPolicies(t, contoso.ID, f.Now.Add(-3*time.Minute), configuration.AppProtection, webtest.Policy{
		Policy:   configuration.Policy{Kind: configuration.AppProtection, ID: "T_1", Name: "Contoso – Phones", Type: "iosManagedAppProtection", Platform: "iOS", ModifiedAt: f.Now.AddDate(0, 0, -1), Deployment: &configuration.Deployment{Users: 1204, Apps: []configuration.AppUsers{{ID: "com.contoso.notes", Users: 7}}}},
		Document: configuration.Document{Settings: json.RawMessage(`{"pinRequired":true,"periodOfflineBeforeWipeIsEnforced":"P90D"}`), Apps: []configuration.TargetApp{{ID: "com.contoso.notes", Platform: "iOS"}, {ID: "com.contoso." + strings.Repeat("long", 20), Platform: "iOS"}}}},
		webtest.Policy{Policy: configuration.Policy{Kind: configuration.AppProtection, ID: "Q_1", Name: "Tomorrow", Type: "quantumAppProtection", Unlisted: true}, Document: configuration.Document{Settings: json.RawMessage(`{}`)}})
	client := f.Serve(t, technician, tenant.Only(contoso.ID, fabrikam.ID), (&Handler{Policies: f.Policies(), Sync: f.Sync, Apps: f.Apps, Groups: f.DirectoryGroups()}).Mount)
	mux := http.NewServeMux()
	mux.Handle(static.Prefix, static.Handler())
	mux.Handle("/", client)
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	at := "/t/" + contoso.ID.String() + "/configuration"
	for name, path := range map[string]string{
		"list": "/configuration?platform=Windows", "list-one": at, "templates": at + "/notifications", "policy": at + "/c1", "candidates": at + "/c1/compare", "app-protection": "/configuration/app-protection", "app-policy": at + "/T_1",
		"compare": at + "/c1/compare?show=all&with=" + fabrikam.ID.String() + "%2Ff1",
	} {
		t.Run(name, func(t *testing.T) { chromium.Look(t, ctx, srv.URL+path) })
	}
}
