package configuration

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/postgres"
)

func line(t *testing.T, d Document, label string) Line {
	t.Helper()
	for _, l := range d.Lines() {
		if l.Label == label {
			return l
		}
	}
	t.Fatalf("no line %q in %+v", label, d.Lines())
	return Line{}
}

func TestFromGraph(t *testing.T) {
	p, ok := fromGraph(source{kind: Compliance}, []byte(`{"@odata.type":"#microsoft.graph.windows10CompliancePolicy","id":"c1","displayName":"Laptops","version":3,"createdDateTime":"0001-01-01T00:00:00Z",
		"lastModifiedDateTime":"2026-08-01T10:00:00.1234567Z","roleScopeTagIds":["1","0"],"passwordRequired":true,"passwordMinimumLength":12,"passwordRequiredType":"alphanumeric","osMinimumVersion":null,
		"bitLockerEnabled":true,"quantumReady":"yes","huge":1e999999,
		"assignments":[{"id":"a","target":{"@odata.type":"#microsoft.graph.groupAssignmentTarget","groupId":"g1","deviceAndAppManagementAssignmentFilterId":"f","deviceAndAppManagementAssignmentFilterType":"include"}},
			{"id":"a","target":{"@odata.type":"#microsoft.graph.exclusionGroupAssignmentTarget","groupId":"g2","deviceAndAppManagementAssignmentFilterType":"none"}},{"target":null}],
		"scheduledActionsForRule":[{"ruleName":"PasswordRequired","scheduledActionConfigurations":[
			{"actionType":"retire","gracePeriodHours":720,"notificationTemplateId":"00000000-0000-0000-0000-000000000000"},{"actionType":"block","gracePeriodHours":0,"notificationMessageCCList":["g3"]},{"actionType":"tomorrowsAction","gracePeriodHours":"24"}]}]}`))
	if !ok {
		t.Fatal("not taken")
	}
	if p.Type != "windows10CompliancePolicy" || p.Platform != "Windows" || p.Version != 3 || !p.CreatedAt.IsZero() || p.ModifiedAt.IsZero() || !p.Assigned || p.Assignments != 3 || p.Settings != 6 {
		t.Errorf("%+v", p.Policy)
	}
	if as := p.doc.Assignments; as[0].ID == as[1].ID || as[1].Target != "group" || as[1].FilterType != "include" || as[0].Target != "exclusionGroup" || as[0].FilterID != "" || as[2].Target != "unknown" {
		t.Errorf("assignments %+v", as)
	}
	if a := p.doc.Actions; len(a) != 3 || a[0].Type != "block" || len(a[0].CC) != 1 || a[1].Type != "tomorrowsAction" || a[1].GraceHours != 24 || a[2].TemplateID != "" {
		t.Errorf("actions %+v", a)
	}
	for label, want := range map[string]string{"Require a password to unlock mobile devices": "Require", "Minimum password length": "12", "Required password type": "Alphanumeric", "Require BitLocker": "Require", "Quantum ready": "yes", "Huge": "1e999999", "Version": "3"} {
		if l := line(t, p.doc, label); l.Value != want || l.Secret {
			t.Errorf("%s: %+v, want %q", label, l, want)
		}
	}
	for _, bad := range []string{`null`, `"x"`, `{}`, `{"id":null}`, `{"id":"` + strings.Repeat("x", 2000) + `"}`, `{"id":"x"`, ``} {
		if _, ok := fromGraph(source{kind: Device}, []byte(bad)); ok {
			t.Errorf("%.40s was taken", bad)
		}
	}
}

func TestPlatform(t *testing.T) {
	for _, tc := range []struct{ typ, flags, original, want string }{
		{"iosGeneralDeviceConfiguration", "", "", "iOS"}, {"windowsPhone81GeneralConfiguration", "", "", "Windows Phone"}, {"editionUpgradeConfiguration", "", "", "Windows"},
		{"aospDeviceOwnerCompliancePolicy", "", "", "Android"}, {"", "windows10,macOS", "", "Windows, macOS"}, {"", "none", "", ""}, {"unsupportedDeviceConfiguration", "", "#microsoft.graph.macOSScepCertificateProfile", "macOS"},
		{"tomorrow", "", "", ""}, {"", "linux", "", "Linux"},
	} {
		if got := platform(tc.typ, tc.flags, tc.original); got != tc.want {
			t.Errorf("platform(%q, %q, %q) = %q, want %q", tc.typ, tc.flags, tc.original, got, tc.want)
		}
	}
}

// secretText of the inputs must be nowhere in what is kept.
const kept = "hunter2-Zebra"

func TestSecretsAreNotKept(t *testing.T) {
	for name, raw := range map[string]string{
		"by name":           `{"preSharedKey":"%"}`,
		"password":          `{"userPassword":"%"}`,
		"deep":              `{"wifi":[{"auth":{"sharedSecret":"%"}}]}`,
		"list under a name": `{"credentials":["%",{"x":"%"}]}`,
		"payload":           `{"payload":"%"}`,
		"encrypted OMA":     `{"omaSettings":[{"@odata.type":"#microsoft.graph.omaSettingString","omaUri":"./A/B","displayName":"X","isEncrypted":true,"value":"%"}]}`,
		"referenced OMA":    `{"omaSettings":[{"omaUri":"./A/B","secretReferenceValueId":"% ref","value":"%"}]}`,
		"OMA by address":    `{"omaSettings":[{"omaUri":"./Vendor/MSFT/VPN/Password","value":"%"}]}`,
		"OMA in XML":        `{"omaSettings":[{"omaUri":"./Vendor/MSFT/WiFi/Profile/X/WlanXml","value":"<WLANProfile><keyMaterial>%</keyMaterial></WLANProfile>"}]}`,
		"pair":              `{"customData":[{"key":"vpn secret","value":"%"}]}`,
		"connection string": `{"server":"host=x;password=%;"}`,
		"plist in base64":   `{"configuration":"PGRpY3Q+PGtleT5QYXNzd29yZDwva2V5PjxzdHJpbmc+aHVudGVyMi1aZWJyYTwvc3RyaW5nPjwvZGljdD4="}`,
	} {
		t.Run(name, func(t *testing.T) {
			p, ok := fromGraph(source{kind: Device}, []byte(`{"id":"x","ok":"stays",`+strings.ReplaceAll(raw, "%", kept)[1:]))
			all := string(p.doc.Settings)
			if !ok || strings.Contains(all, kept) || strings.Contains(all, "aHVudGVy") || strings.Contains(all, "secretReferenceValueId") {
				t.Errorf("kept: %s", all)
			}
			if !strings.Contains(all, SecretMark) || !strings.Contains(all, "stays") {
				t.Errorf("not said: %s", all)
			}
		})
	}
	var c read
	c.Kind = Catalogue
	c.withSettings([][]byte{
		[]byte(`{"id":"0","settingInstance":{"@odata.type":"#microsoft.graph.deviceManagementConfigurationSimpleSettingInstance","settingDefinitionId":"wifi_profile","simpleSettingValue":{"@odata.type":"#microsoft.graph.deviceManagementConfigurationSecretSettingValue","value":"` + kept + `","valueState":"encryptedValueToken"}}}`),
		[]byte(`{"id":"1","settingInstance":{"settingDefinitionId":"vpn_password","simpleSettingValue":{"value":"` + kept + `"}}}`),
		[]byte(`{"id":"2","settingInstance":{"settingDefinitionId":"admin_requirepassword","choiceSettingValue":{"value":"admin_requirepassword_1","children":[{"settingDefinitionId":"pin_length","simpleSettingValue":{"value":6}}]}}}`),
	})
	if all := string(c.doc.Settings); strings.Contains(all, kept) || strings.Count(all, SecretMark) != 2 {
		t.Errorf("catalogue: %s", all)
	}
	if l := line(t, c.doc, "requirepassword"); l.Value != "1" {
		t.Errorf("a choice is no secret: %+v", l)
	}
	for _, harmless := range []string{"passwordRequired", "passwordRequiredType", "passcodeMinimumLength", "tokenType", "secretsManager"} {
		if secretName(harmless) {
			t.Errorf("%s was taken for a secret", harmless)
		}
	}
}

func TestCatalogue(t *testing.T) {
	p, ok := fromGraph(source{kind: Catalogue}, []byte(`{"id":"s","name":"Defender","platforms":"windows10","technologies":"mdm,microsoftSense","settingCount":2,"templateReference":{"templateDisplayName":"Antivirus","templateDisplayVersion":"Version 2"}}`))
	if !ok || p.Name != "Defender" || p.Platform != "Windows" || p.Template != "Antivirus Version 2" || p.Settings != 2 || p.Type == "" {
		t.Errorf("%+v", p.Policy)
	}
	p.withSettings([][]byte{[]byte(`{"id":"0","settingInstance":{"settingDefinitionId":"d_scan","choiceSettingValue":{"value":"d_scan_1","children":[{"settingDefinitionId":"d_cpu","simpleSettingValue":{"value":50}},
		{"settingDefinitionId":"d_excl","simpleSettingCollectionValue":[{"value":"a"},{"value":"b"}]}]}},
		"settingDefinitions":[{"id":"d_scan","displayName":"Scan","helpText":"long","options":[{"itemId":"d_scan_1","displayName":"On"}]},{"id":"d_cpu","displayName":"Processor limit"}]}`),
		[]byte(`{"id":"1","settingInstance":{"settingDefinitionId":"d_rules","groupSettingCollectionValue":[{"children":[{"settingDefinitionId":"d_r","choiceSettingCollectionValue":[{"value":"d_r_x"}]}]}]}}`), []byte(`null`)})
	for label, want := range map[string]string{"Scan": "On", "Scan › Processor limit": "50", "Scan › excl": "a, b", "rules 1 › r": "x"} {
		if l := line(t, p.doc, label); l.Value != want {
			t.Errorf("%s: %+v, want %q", label, l, want)
		}
	}
	if strings.Contains(string(p.doc.Settings), "helpText") {
		t.Error("Microsoft's catalogue is kept with the policy")
	}
}

func TestAdministrativeTemplate(t *testing.T) {
	p, ok := fromGraph(source{kind: GroupPolicy}, []byte(`{"id":"g","displayName":"Chrome","policyConfigurationIngestionType":"builtIn","lastModifiedDateTime":"2026-08-01T10:00:00Z","definitionValues":[{"id":"x"}]}`))
	if !ok || p.Platform != "Windows" || p.Type != "groupPolicyConfiguration" {
		t.Fatalf("%+v", p.Policy)
	}
	var all []definitionValue
	for _, raw := range []string{
		`{"id":"1","enabled":true,"definition":{"id":"d1","displayName":"Block a list of URLs","categoryPath":"\\Google\\Google Chrome","classType":"machine"}}`,
		`{"id":"2","enabled":false,"definition":{"displayName":"Drive redirection","classType":"user"}}`, `{"id":"3","enabled":true,"definition":null}`, `null`, `[`,
	} {
		if d, ok := definitionFromGraph([]byte(raw)); ok {
			all = append(all, d)
		}
	}
	all[0].withValues([][]byte{[]byte(`{"@odata.type":"#microsoft.graph.groupPolicyPresentationValueList","values":[{"name":"1","value":"ftp://*"},{"name":"b","value":"x"},{"name":null,"value":"y"}],"presentation":{"label":"URLs:"}}`),
		[]byte(`{"value":"` + kept + `","presentation":{"label":"Proxy password"}}`), []byte(`{"value":5}`), []byte(`0`)})
	p.withDefinitions(all)
	for label, want := range map[string]string{
		"Block a list of URLs (machine)": "Enabled", "Block a list of URLs (machine) › URLs": "ftp://*, b=x, y", "Drive redirection (user)": "Disabled", "3": "Enabled",
		"Block a list of URLs (machine) › Value 3": "5", "Block a list of URLs (machine) › Proxy password": SecretMark, "Policy configuration ingestion type": "builtIn",
	} {
		if l := line(t, p.doc, label); l.Value != want {
			t.Errorf("%s: %+v, want %q", label, l, want)
		}
	}
	if strings.Contains(string(p.doc.Settings), kept) {
		t.Errorf("kept: %s", p.doc.Settings)
	}
}

func TestIntent(t *testing.T) {
	p, ok := fromGraph(source{kind: Intent}, []byte(`{"id":"i","displayName":"Firewall","templateId":"t1","isAssigned":true,"lastModifiedDateTime":"2026-08-01T10:00:00Z"}`))
	if !ok || !p.Assigned {
		t.Fatalf("%+v", p.Policy)
	}
	id, known, ok := templateFromGraph([]byte(`{"id":"t1","displayName":"Security baseline","versionInfo":"December 2020","platformType":"windows10AndLater"}`))
	if !ok || id != "t1" {
		t.Fatal(id, known)
	}
	p.withTemplate(map[string]template{id: known})
	p.withIntentSettings([][]byte{[]byte(`{"definitionId":"deviceConfiguration--x_firewallEnabled","value":true,"valueJson":"true"}`),
		[]byte(`{"definitionId":"deviceConfiguration--x_paths","valueJson":"[\"C:\\\\a\",\"b\"]"}`), []byte(`{"definitionId":"deviceConfiguration--x_profile","valueJson":"{\"inbound\":\"blocked\"}"}`),
		[]byte(`{"definitionId":"deviceConfiguration--x_adminPassword","valueJson":"\"` + kept + `\""}`), []byte(`{"id":"7","valueJson":"not JSON"}`), []byte(`null`)})
	if p.Template != "Security baseline, December 2020" || p.Platform != "Windows" {
		t.Errorf("%+v", p.Policy)
	}
	for label, want := range map[string]string{"Firewall enabled": "Yes", "Paths": `C:\a, b`, "Profile › Inbound": "blocked", "Admin password": SecretMark} {
		if l := line(t, p.doc, label); l.Value != want {
			t.Errorf("%s: %+v, want %q", label, l, want)
		}
	}
	if strings.Contains(string(p.doc.Settings), kept) {
		t.Errorf("kept: %s", p.doc.Settings)
	}
}

func TestScriptsAreKeptWithoutTheirText(t *testing.T) {
	for kind, want := range map[Kind]string{Script: "Windows", ShellScript: "macOS", Remediation: "Windows"} {
		p, ok := fromGraph(source{kind: kind}, []byte(`{"id":"s","displayName":"Map printers","scriptContent":"`+kept+`","detectionScriptContent":"`+kept+`","remediationScriptContent":"`+kept+`","runAsAccount":"system","fileName":"x.ps1",
			"assignments":[{"id":"a","target":{"@odata.type":"#microsoft.graph.allDevicesAssignmentTarget"},"runRemediationScript":false,"runSchedule":{"@odata.type":"#microsoft.graph.deviceHealthScriptDailySchedule","interval":3,"time":"01:00:00"}}]}`))
		if raw, _ := json.Marshal(p.doc); !ok || p.Platform != want || strings.Contains(string(raw), kept) {
			t.Errorf("%s: %+v, %s", kind, p.Policy, raw)
		}
		if l := line(t, p.doc, "Run as account"); l.Value != "system" {
			t.Errorf("%s: %+v", kind, l)
		}
		if s := p.doc.Assignments[0].Schedule; s != "daily, every 3, at 01:00, detects only" {
			t.Errorf("%s: schedule %q", kind, s)
		}
	}
}

func TestCompare(t *testing.T) {
	doc := func(settings string, as ...Assignment) Document {
		return Document{Name: "P", Settings: json.RawMessage(settings), Assignments: as}
	}
	a := doc(`{"length":6,"old":true,"same":"x","key":"`+SecretMark+`"}`, Assignment{Target: "group", GroupID: "g"})
	b := doc(`{"length":8,"new":[1,2],"same":"x","key":"`+SecretMark+`"}`, Assignment{Target: "allDevices"})
	got := map[string]Standing{}
	for _, d := range Compare(a, b) {
		got[string(d.Part)+":"+d.Path] = d.Is
	}
	for path, want := range map[string]Standing{"settings:length": Changed, "settings:old": Left, "settings:new": Right, "settings:same": Same, "settings:key": Unknown,
		"assignments:group|g": Left, "assignments:allDevices|": Right, "record:name": Same} {
		if got[path] != want {
			t.Errorf("%s is %q, want %q", path, got[path], want)
		}
	}
	for in, want := range map[string]string{"passcodeMinimumLength": "Passcode minimum length", "osMinimumVersion": "OS minimum version", "vpnDNSServers": "VPN DNS servers", "@odata.type": "Type", "": "",
		"iCloudBlocked": "iCloud blocked", "bitLockerEncryptDevice": "BitLocker encrypt device", "appStoreUrl": "App store URL", "wiFiBlocked": "Wi-Fi blocked", "usbBlocked": "USB blocked", "spinRate": "Spin rate"} {
		if got := Words(in); got != want {
			t.Errorf("Words(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestStatus(t *testing.T) {
	n := func(n int64) graph.Count { return graph.Count{N: n, Known: true} }
	var p read
	p.withStatus(graph.DeviceStatusOverview{Succeeded: n(4), Errors: n(2), Failed: n(3), Conflicts: n(1)})
	if *p.Status != (Status{Succeeded: 4, Errors: 2, Failed: 3, Conflicts: 1}) {
		t.Errorf("%+v", *p.Status)
	}
	p.withStatus(graph.ScriptRunSummary{Succeeded: n(4), Errors: n(2)}.Overview())
	if p.Status == nil || *p.Status != (Status{Succeeded: 4, Errors: 2}) {
		t.Errorf("of a script: %+v", p.Status)
	}
	for _, w := range []graph.DeviceStatusOverview{{}, {Succeeded: n(4), Errors: n(2)}, {Succeeded: n(4), Failed: n(2)}, {Errors: n(4), Failed: n(2)}, graph.ScriptRunSummary{Succeeded: n(4)}.Overview()} {
		if p.withStatus(w); p.Status != nil {
			t.Errorf("%+v counts %+v", w, p.Status)
		}
	}
}

func FuzzFromGraph(f *testing.F) {
	f.Add([]byte(`{"id":"x","assignments":[{"target":{}}],"scheduledActionsForRule":[{"scheduledActionConfigurations":[null,{}]}],"omaSettings":[{"omaUri":"u","value":{"a":[1]}}]}`))
	f.Add([]byte(`{"id":"\u0000","a":1e999,"b":{"c":[[[]]]},"isEncrypted":true,"value":[{}]}`))
	f.Add([]byte(`{"id":"x","settingInstance":{"settingDefinitionId":"a_","choiceSettingValue":{"value":"a","children":[{}]}}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, kind := range Kinds {
			p, ok := fromGraph(source{kind: kind}, body)
			if !ok {
				continue
			}
			p.withSettings([][]byte{body})
			p.withMessages([][]byte{body})
			p.withIntentSettings([][]byte{body})
			if d, ok := definitionFromGraph(body); ok {
				d.withValues([][]byte{body})
				p.withDefinitions([]definitionValue{d})
			}
			raw, err := json.Marshal(p.doc)
			if err != nil || !postgres.Printable(string(raw)) || strings.Contains(string(raw), `\u0000`) && !strings.Contains(string(raw), `\\u0000`) {
				t.Errorf("Postgres cannot hold %q, %v", raw, err)
			}
			seen := map[string]bool{}
			for _, l := range p.doc.Lines() {
				if seen[l.id()] {
					t.Errorf("line %q twice", l.id())
				}
				seen[l.id()] = true
			}
		}
	})
}
