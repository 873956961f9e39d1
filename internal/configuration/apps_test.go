package configuration

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

func TestAppProtectionFromGraph(t *testing.T) {
	p, ok := fromGraph(source{kind: AppProtection, typ: "iosManagedAppProtection"}, []byte(`{"id":"T_1","displayName":"Phones","version":"\"7a00-0000\"","createdDateTime":"0001-01-01T00:00:00Z","isAssigned":true,
		"deployedAppCount":2,"pinRequired":true,"periodOfflineBeforeWipeIsEnforced":"P90D","periodOnlineBeforeAccessCheck":"PT1H30M","periodBeforePinReset":"PT0S","allowedInboundDataTransferSources":"allApps",
		"allowedOutboundDataTransferDestinations":"tomorrowsApps","allowedDataStorageLocations":["oneDriveForBusiness","moonBase"],"minimumWarningPatchVersion":"0000-00-00","minimumRequiredOsVersion":null,"quantumLock":"on",
		"apps":[{"id":"com.b.ios","mobileAppIdentifier":{"@odata.type":"#microsoft.graph.iosMobileAppIdentifier","bundleId":"com.B"}},{"id":"x","mobileAppIdentifier":{"@odata.type":"#microsoft.graph.androidMobileAppIdentifier","packageId":"com.a"}},
			{"id":"com.b.ios","mobileAppIdentifier":{"@odata.type":"#microsoft.graph.iosMobileAppIdentifier","bundleId":"com.B"}},{"id":"strange","mobileAppIdentifier":null},null],
		"assignments":[{"id":"a","target":{"@odata.type":"#microsoft.graph.groupAssignmentTarget","groupId":"g1"}}]}`))
	if !ok || p.Type != "iosManagedAppProtection" || p.Platform != "Android, iOS" || !p.Assigned || p.Assignments != 1 || p.Version != 0 || !p.CreatedAt.IsZero() || !slices.Equal(p.Apps, []string{"android|com.a", "ios|com.b", "|strange"}) {
		t.Errorf("%+v", p.Policy)
	}
	for label, want := range map[string]string{
		"PIN needed to open the app": "Yes", "Company data is wiped after (offline)": "90 days", "Access is checked again after (online)": "1 hour, 30 minutes", "PIN must be changed after": "never",
		"Receive data from other apps": "All apps", "Send company data to other apps": "tomorrowsApps", "Places where copies may be saved": "OneDrive for work, moonBase",
		"Minimum Android patch, else a warning": "Not set", "Quantum lock": "on", "com.B": "iOS", "strange": "in Intune",
	} {
		if l := line(t, p.doc, label); l.Value != want {
			t.Errorf("%s: %+v, want %q", label, l, want)
		}
	}
	if p.Settings != 9 {
		t.Errorf("%d settings: %+v", p.Settings, p.doc.SettingLines())
	}
	for _, raw := range []string{`null`, `{}`, `[]`, `"x"`, `{"configurationDeployedUserCount"`, `{"configurationDeployedUserCount":null}`, `{"configurationDeployedUserCount":1e308}`, `{"configurationDeployedUserCount":-3}`} {
		p.withDeployment([]byte(raw))
		if p.Deployment != nil {
			t.Errorf("%s counts %+v", raw, p.Deployment)
		}
	}
	p.withDeployment([]byte(`{"configurationDeployedUserCount":0,"lastRefreshTime":"0001-01-01T00:00:00Z","configurationDeploymentSummaryPerApp":[{"mobileAppIdentifier":{"bundleId":"com.b"},"configurationAppliedUserCount":"7"},{"mobileAppIdentifier":{"bundleId":"com.c"}},{},null]}`))
	if d := p.Deployment; d == nil || d.Users != 0 || !d.At.IsZero() || len(d.Apps) != 1 || d.Apps[0] != (AppUsers{"com.b", 7}) {
		t.Errorf("%+v", d)
	}
}

func TestAppConfigurationFromGraph(t *testing.T) {
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	for name, tc := range map[string]struct {
		raw  string
		want map[string]string // label to value
	}{
		"keys": {`"settings":[{"appConfigKey":"mail","appConfigKeyType":"stringType","appConfigKeyValue":"{{mail}}"},{"appConfigKey":"periodOff","appConfigKeyType":"stringType","appConfigKeyValue":"PT12H"}],"targetedMobileApps":["APP-1"]`,
			map[string]string{"mail": "{{mail}}", "periodOff": "PT12H", "APP-1": "in Intune"}},
		"pairs": {`"customSettings":[{"name":"home","value":"https://intranet"},{"name":"empty","value":null}]`, map[string]string{"home": "https://intranet", "empty": ""}},
		"plist": {`"encodedSettingXml":"` + b64(`<plist><dict><key>server</key><string>a &amp; b</string><key>list</key><array><integer>1</integer><true/></array><key>in</key><dict><key>deep</key><false/></dict></dict></plist>`) + `"`,
			map[string]string{"server": "a & b", "list": "1, Yes", "in › deep": "No"}},
		"managed properties": {`"payloadJson":"` + b64(`{"kind":"androidenterprise#managedConfiguration","managedProperty":[{"key":"grid","valueString":"5;5"},{"key":"lock","valueBool":true},{"key":"n","valueInteger":3},{"key":"b","valueBundle":{"managedProperty":[{"key":"c","valueStringArray":["x","y"]}]}},{"key":"all","valueBundleArray":[{"managedProperty":[{"key":"d","valueBool":false}]}]}]}`) + `"`,
			map[string]string{"all › 1 › d": "No", "grid": "5;5", "lock": "Yes", "n": "3", "b › c": "x, y"}},
		"broken xml":    {`"encodedSettingXml":"` + b64(`<dict><key>a</key><string>hunter2-Zebra`) + `"`, map[string]string{"Xml settings": SecretMark}},
		"no base64":     {`"encodedSettingXml":"hunter2-Zebra"`, map[string]string{"Xml settings": SecretMark}},
		"broken json":   {`"payloadJson":"` + b64(`{"x":`) + `"`, map[string]string{"Managed configuration": SecretMark}},
		"other payload": {`"payloadJson":"` + b64(`{"x":"1"}`) + `"`, map[string]string{"Managed configuration › X": "1"}},
	} {
		t.Run(name, func(t *testing.T) {
			p, ok := fromGraph(source{kind: AppConfiguration}, []byte(`{"id":"x","@odata.type":"#microsoft.graph.iosMobileAppConfiguration",`+tc.raw+`}`))
			if !ok || p.Platform != "iOS" || strings.Contains(string(p.doc.Settings), kept) {
				t.Errorf("%+v %s", p.Policy, p.doc.Settings)
			}
			for label, want := range tc.want {
				if l := line(t, p.doc, label); l.Value != want {
					t.Errorf("%s: %+v, want %q", label, l, want)
				}
			}
		})
	}
}

func TestSecretsOfAppsAreNotKept(t *testing.T) {
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	for name, raw := range map[string]string{
		"key":             `{"settings":[{"appConfigKey":"com.contoso.vpn.password","appConfigKeyType":"stringType","appConfigKeyValue":"%"}]}`,
		"within a key":    `{"settings":[{"appConfigKey":"apiTokenV2","appConfigKeyValue":"%"}]}`,
		"licence key":     `{"customSettings":[{"name":"app.license_key","value":"%"}]}`,
		"xml":             `{"encodedSettingXml":"` + b64(`<dict><key>clientSecret</key><string>`+kept+`</string><key>pin</key><integer>4711</integer></dict>`) + `"}`,
		"data in xml":     `{"encodedSettingXml":"` + b64(`<dict><key>blob</key><data>`+kept+`</data></dict>`) + `"}`,
		"json":            `{"payloadJson":"` + b64(`{"managedProperty":[{"key":"auth_token","valueString":"`+kept+`"},{"key":"exit_pin","valueInteger":4711}]}`) + `"}`,
		"bundle":          `{"payloadJson":"` + b64(`{"managedProperty":[{"key":"credentials","valueBundle":{"managedProperty":[{"key":"user","valueString":"`+kept+`"}]}}]}`) + `"}`,
		"json in a value": `{"customSettings":[{"name":"profile","value":"{\"a\":1,\"wifiPassword\": \"%\"}"}]}`,
		"url":             `{"customSettings":[{"name":"proxy","value":"http://user:%@proxy.contoso.example"}]}`,
		"jwt":             `{"customSettings":[{"name":"x","value":"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.%"}]}`,
		"twice":           `{"customSettings":[{"name":"token","value":["%",{"a":"%"}]}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			p, ok := fromGraph(source{kind: AppConfiguration}, []byte(`{"id":"x","ok":"stays",`+strings.ReplaceAll(raw, "%", kept)[1:]))
			all, err := json.Marshal(p.doc)
			if err != nil || !ok || strings.Contains(string(all), kept) || strings.Contains(string(all), "4711") || strings.Contains(string(all), b64(kept)[:8]) {
				t.Errorf("kept: %s", all)
			}
			if !strings.Contains(string(all), SecretMark) || !strings.Contains(string(all), "stays") {
				t.Errorf("not said: %s", all)
			}
		})
	}
	p, _ := fromGraph(source{kind: AppConfiguration}, []byte(`{"id":"x","customSettings":[{"name":"TokenRefreshEnabled","value":"true"},{"name":"passwordVariable","value":"{{deviceid}}"},{"name":"shipping","value":"fast"}]}`))
	for label, want := range map[string]string{"TokenRefreshEnabled": "true", "passwordVariable": "{{deviceid}}", "shipping": "fast"} {
		if l := line(t, p.doc, label); l.Value != want {
			t.Errorf("no secret: %+v, want %q", l, want)
		}
	}
}

func TestCompareKnowsWhatWasNotListed(t *testing.T) {
	a := Document{Settings: json.RawMessage(`{"x":1}`), Apps: []TargetApp{{ID: "com.a", Platform: "iOS"}}, Assignments: []Assignment{{Target: "allDevices"}}}
	b := Document{Settings: json.RawMessage(`{"x":2}`)}
	for _, tc := range []struct {
		unlisted bool
		want     Standing
	}{{false, Left}, {true, Unknown}} {
		b.Unlisted = tc.unlisted
		is := map[Part]Standing{}
		for _, d := range Compare(a, b) {
			is[d.Part] = d.Is
		}
		if is[Settings] != Changed || is[Apps] != tc.want || is[Assignments] != tc.want {
			t.Errorf("unlisted %t: %v", tc.unlisted, is)
		}
	}
}

func TestStoreFindsByApp(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	of := func(id string, apps ...TargetApp) read {
		return read{Policy{Kind: AppProtection, ID: id, Name: id, Type: "iosManagedAppProtection", Unlisted: id == "p2"}, Document{Settings: json.RawMessage(`{"pinRequired":true}`), Apps: apps}}
	}
	first := of("p1", TargetApp{ID: "com.Contoso.Notes", Platform: "iOS"})
	first.UserStatus = &Status{Succeeded: 5, Failed: 2, At: noon}
	first.Deployment = &Deployment{Users: 12, At: noon, Apps: []AppUsers{{"com.contoso.notes", 12}}}
	mergeKinds(t, pool, s, contoso, noon, []Kind{AppProtection}, first, of("p2"))
	mergeKinds(t, pool, s, fabrikam, noon, []Kind{AppProtection}, of("f1", TargetApp{ID: "com.contoso.notes", Platform: "iOS"}))
	for _, tc := range []struct {
		scope tenant.Scope
		f     Filter
		want  int64
	}{
		{tenant.Everything(), Filter{Kind: AppPolicies}, 3}, {tenant.Everything(), Filter{}, 0}, {tenant.Everything(), Filter{Kind: AppPolicies, App: []string{"COM.contoso.notes"}}, 2},
		{tenant.Only(contoso), Filter{Kind: AppPolicies, App: []string{"com.contoso.notes", "x"}}, 1}, {tenant.Only(contoso), Filter{Kind: AppPolicies, App: []string{"x"}}, 0},
		{tenant.Only(contoso), Filter{Kind: AppPolicies, App: []string{AppKey("iOS", "com.Contoso.notes")}}, 1}, {tenant.Only(contoso), Filter{Kind: AppPolicies, App: []string{AppKey("Android", "com.contoso.notes")}}, 0},
	} {
		if page, err := s.List(t.Context(), tc.scope, tc.f); err != nil || page.Count != tc.want || int64(len(page.Rows)) != tc.want {
			t.Errorf("%+v: %d, %v, want %d", tc.f, page.Count, err, tc.want)
		}
	}
	p, doc, err := s.Get(t.Context(), contoso, "p1")
	if err != nil || p.Deployment == nil || p.Deployment.Users != 12 || !p.Deployment.At.Equal(noon) || len(doc.Apps) != 1 || p.Unlisted || p.UserStatus == nil || p.UserStatus.Failed != 2 || !p.UserStatus.At.Equal(noon) {
		t.Errorf("%+v %+v, %v", p, doc, err)
	}
	if p, _, err := s.Get(t.Context(), contoso, "p2"); err != nil || p.Deployment != nil || p.UserStatus != nil || !p.Unlisted {
		t.Errorf("%+v, %v", p, err)
	}
}

func FuzzAppConfiguration(f *testing.F) {
	f.Add([]byte(`<dict><key>a</key><dict><key>b</key><data>x</data></dict><array><true/></array></dict>`), []byte(`{"managedProperty":[{"key":"k","valueBundle":{"managedProperty":null}}]}`))
	f.Add([]byte(`<dict><dict><dict>`), []byte(`[1e999]`))
	f.Fuzz(func(t *testing.T, xml, payload []byte) {
		body, err := json.Marshal(map[string]any{"id": "x", "encodedSettingXml": base64.StdEncoding.EncodeToString(xml), "payloadJson": base64.StdEncoding.EncodeToString(payload)})
		if err != nil {
			t.Fatal(err)
		}
		p, ok := fromGraph(source{kind: AppConfiguration}, body)
		if !ok {
			t.Fatal("not taken")
		}
		raw, err := json.Marshal(p.doc)
		if err != nil || !postgres.Printable(string(raw)) || strings.Contains(string(raw), `\u0000`) && !strings.Contains(string(raw), `\\u0000`) {
			t.Errorf("Postgres cannot hold %q, %v", raw, err)
		}
		p.doc.Lines()
	})
}
