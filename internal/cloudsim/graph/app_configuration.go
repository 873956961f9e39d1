package graph

import (
	"encoding/base64"
	"slices"
)

// appConfigurationOperations are the settings that managed devices hand to apps. v1.0 knows those for iOS only.
func appConfigurationOperations() []operation {
	read := same("DeviceManagementApps.Read.All")
	return families(
		family{
			path: "deviceAppManagement/mobileAppConfigurations", kind: "managedDeviceMobileAppConfiguration", versions: both, allow: read, options: oExpand, members: (*call).appConfigurations,
			relations: []string{"assignments", "deviceStatuses", "deviceStatusSummary", "userStatuses", "userStatusSummary"},
		},
		family{path: "deviceAppManagement/mobileAppRelationships", kind: "mobileAppRelationship", versions: both, allow: read, members: (*call).relationships},
	)
}

// appConfiguration are the settings of one app on the devices of some kinds.
type appConfiguration struct {
	typ, name, pkg string
	kinds          []int
	beta           bool
	share          float64
	settings       [][3]string // key, type, value
	payload        string      // iOS: a property list instead of settings; Android: the managed properties
}

var appConfigurations = []appConfiguration{
	{"iosMobileAppConfiguration", "Outlook account set-up", "com.microsoft.Office.Outlook", []int{iPhone, iPad}, false, 1, [][3]string{
		{"com.microsoft.outlook.EmailProfile.AccountType", "stringType", "ModernAuth"}, {"com.microsoft.outlook.EmailProfile.EmailUPN", "stringType", "{{userprincipalname}}"}, {"com.microsoft.outlook.EmailProfile.EmailAddress", "stringType", "{{mail}}"}, {"IntuneMAMAllowedAccountsOnly", "stringType", "Enabled"},
	}, ""},
	{"iosMobileAppConfiguration", "Edge home page", "com.microsoft.msedge", []int{iPhone, iPad}, false, 0.5, [][3]string{{"com.microsoft.intune.mam.managedbrowser.homepage", "stringType", "https://intranet"}}, ""},
	{"iosMobileAppConfiguration", "Teams on shared iPads", "com.microsoft.skype.teams", []int{iPad}, false, 0.3, [][3]string{{"sharedDeviceMode", "booleanType", "true"}}, ""},
	{"androidManagedStoreAppConfiguration", "Managed Home Screen", "com.microsoft.launcher.enterprise", []int{androidKiosk}, true, 0.8, nil, `{"key":"show_wifi_setting","valueBool":true},{"key":"grid_size","valueString":"5;5"},{"key":"exit_lock_task_mode_pin","valueString":"4711"},{"key":"applications","valueBundleArray":[{"managedProperty":[{"key":"package","valueString":"com.microsoft.teams"}]}]}`},
	{"androidManagedStoreAppConfiguration", "Outlook on Android", "com.microsoft.office.outlook", []int{android, androidOwned}, true, 0.7, nil, `{"key":"com.microsoft.outlook.EmailProfile.AccountType","valueString":"ModernAuth"},{"key":"com.microsoft.outlook.Mail.BlockExternalImagesEnabled","valueBool":true}`},
	{"iosMobileAppConfiguration", "Site registration", "com.procore.procore", []int{iPhone, iPad}, false, 0.6, nil,
		`<dict><key>server</key><string>https://field.contoso.example</string><key>retries</key><integer>3</integer><key>enrollmentToken</key><string>tok-9f31c2-not-for-eyes</string></dict>`},
}

// appID is the app of the tenant with that package, or a made-up one where it was removed since.
func (c *call) appID(pkg string) string {
	for i := range products {
		if products[i].pkg == pkg {
			return c.guid(kindApp, i)
		}
	}
	return zeroGUID
}

func (c *call) appConfigurations() []object {
	var list []object
	for i := range appConfigurations {
		a := &appConfigurations[i]
		if a.beta && !c.beta || !c.has(classAppConfiguration, i, a.share) {
			continue
		}
		d := c.drawOf(classAppConfiguration, i)
		created, modified, version := c.history(&d)
		o := object{
			{"@odata.type", "#microsoft.graph." + a.typ}, {"id", c.idOf(classAppConfiguration, i)}, {"targetedMobileApps", []string{c.appID(a.pkg)}}, {"roleScopeTagIds", []string{"0"}}, {"createdDateTime", created}, {"description", nil},
			{"lastModifiedDateTime", modified}, {"displayName", c.t.Prefix + " – " + a.name}, {"version", version},
		}
		if a.beta {
			payload := `{"kind":"androidenterprise#managedConfiguration","productId":"app:` + a.pkg + `","managedProperty":[` + a.payload + `]}`
			o = append(o, member{"packageId", "app:" + a.pkg}, member{"payloadJson", base64.StdEncoding.EncodeToString([]byte(payload))}, member{"appSupportsOemConfig", false}, member{"profileApplicability", "default"},
				member{"connectedAppsEnabled", false}, member{"permissionActions", []object{}})
		} else {
			var settings []object
			for _, s := range a.settings {
				settings = append(settings, object{{"appConfigKey", s[0]}, {"appConfigKeyType", s[1]}, {"appConfigKeyValue", s[2]}})
			}
			var encoded any
			if a.payload != "" {
				encoded = base64.StdEncoding.EncodeToString([]byte(a.payload))
			}
			o = append(o, member{"encodedSettingXml", encoded}, member{"settings", settings})
		}
		list = append(list, append(o,
			member{"assignments", c.assignments("managedDeviceMobileAppConfigurationAssignment", classAppConfiguration, i)},
			member{"deviceStatuses", c.configuredDevices(i)}, member{"deviceStatusSummary", c.configuredSummary(i, false, version)},
			member{"userStatuses", c.configuredUsers(i)}, member{"userStatusSummary", c.configuredSummary(i, true, version)},
		))
	}
	return list
}

// configured is whether a device took the settings.
func (c *call) configured(i int, v *device) string {
	d := c.drawOf(classAppConfiguration, v.index<<6|i+7<<44)
	switch {
	case v.synced.IsZero():
		return "unknown"
	case d.is(0.03):
		return "error"
	case d.is(0.04):
		return "notApplicable"
	}
	return "compliant"
}

func (c *call) configuredDevices(i int) related {
	f := c.fleet()
	return related{
		kind: "managedDeviceMobileAppConfigurationDeviceStatus", n: func() int { return f.t.Devices }, match: func(at int) bool { return slices.Contains(appConfigurations[i].kinds, f.kindOf(at)) },
		at: func(at int) object {
			v := f.at(at)
			return object{
				{"id", v.id.String() + "_" + c.idOf(classAppConfiguration, i)}, {"deviceDisplayName", v.name}, {"userName", v.owner.display}, {"deviceModel", v.model.name}, {"platform", 0},
				{"complianceGracePeriodExpirationDateTime", v.grace}, {"status", c.configured(i, &v)}, {"lastReportedDateTime", v.synced}, {"userPrincipalName", v.owner.upn},
			}
		},
	}
}

func (c *call) configuredUsers(i int) related {
	f := c.fleet()
	return related{
		kind: "managedDeviceMobileAppConfigurationUserStatus", n: func() int { return min(f.t.Devices, f.people.n) },
		match: func(at int) bool {
			v := f.at(at)
			return slices.Contains(appConfigurations[i].kinds, v.kind) && !v.userless
		},
		at: func(at int) object {
			v := f.at(at)
			return object{
				{"id", v.owner.id + "_" + c.idOf(classAppConfiguration, i)}, {"userDisplayName", v.owner.display}, {"devicesCount", 1}, {"status", c.configured(i, &v)}, {"lastReportedDateTime", v.synced}, {"userPrincipalName", v.owner.upn},
			}
		},
	}
}

func (c *call) configuredSummary(i int, users bool, version int) related {
	kind := "managedDeviceMobileAppConfigurationDeviceSummary"
	if users {
		kind = "managedDeviceMobileAppConfigurationUserSummary"
	}
	return single(kind, func() object {
		from := c.configuredDevices(i)
		if users {
			from = c.configuredUsers(i)
		}
		n := map[string]int{}
		for at := range from.n() {
			if from.match(at) {
				n[from.at(at).text("status")]++
			}
		}
		return fit(kind, object{
			{"id", c.idOf(classAppConfiguration, i)}, {"pendingCount", n["unknown"]}, {"notApplicableCount", n["notApplicable"]}, {"successCount", n["compliant"]}, {"errorCount", n["error"]}, {"failedCount", 0},
			{"lastUpdateDateTime", c.reported()}, {"configurationVersion", version}, {"conflictCount", 0}, {"notApplicablePlatformCount", 0},
		})
	})
}

// need is that a product wants another one first, or replaces it.
type need struct {
	from, to string
	replaces bool
}

var needs = []need{
	{"Corporate wallpaper", "7-Zip 24.08 (x64)", false}, {"SAP GUI for Windows 8.00", "7-Zip 24.08 (x64)", false}, {"Print queues", "HP Image Assistant", false}, {"Visual Studio Code", "Git for Windows", false},
	{"GlobalProtect 6.3", "FortiClient VPN 7.4", true}, {"Mozilla Firefox ESR", "Google Chrome Enterprise 141", true},
}

func productNamed(name string) int {
	return slices.IndexFunc(products, func(p product) bool { return p.name == name })
}

// relationships are how apps of the tenant depend on or replace each other. v1.0 has no type for either, so it has none.
func (c *call) relationships() []object {
	if !c.beta {
		return nil
	}
	return c.relationsOfApps(-1)
}

// relationsOfApps are the relations from one app, or with -1 from all.
func (c *call) relationsOfApps(app int) []object {
	deployed := c.apps()
	var list []object
	for i, n := range needs {
		from, to := productNamed(n.from), productNamed(n.to)
		if app >= 0 && app != from || !slices.Contains(deployed, from) || !slices.Contains(deployed, to) {
			continue
		}
		o := object{
			{"@odata.type", "#microsoft.graph.mobileAppDependency"}, {"id", c.guid(kindApp, from) + "_" + c.guid(kindApp, to)}, {"targetId", c.guid(kindApp, to)}, {"targetDisplayName", n.to}, {"targetDisplayVersion", ""}, {"targetPublisher", products[to].publisher},
			{"targetPublisherDisplayName", products[to].publisher}, {"sourceId", c.guid(kindApp, from)}, {"sourceDisplayName", n.from}, {"sourceDisplayVersion", ""}, {"sourcePublisherDisplayName", products[from].publisher}, {"targetType", "child"},
		}
		if n.replaces {
			o[0].value = "#microsoft.graph.mobileAppSupersedence"
			o = append(o, member{"supersedenceType", []string{"update", "replace"}[i%2]}, member{"supersededAppCount", 0}, member{"supersedingAppCount", 0})
		} else {
			o = append(o, member{"dependencyType", "autoInstall"}, member{"dependentAppCount", 0}, member{"dependsOnAppCount", 0})
		}
		list = append(list, o)
	}
	return list
}

func (c *call) listRelations() error {
	i, err := c.app()
	if err != nil {
		return err
	}
	return c.fixed(kinds["mobileAppRelationship"], "deviceAppManagement/mobileApps('"+c.guid(kindApp, i)+"')/relationships", c.relationsOfApps(i))
}

// countRelations are how many apps an app depends on, replaces, and is replaced by.
func (c *call) countRelations(app int) (n [3]int) {
	name := products[app].name
	if !slices.ContainsFunc(needs, func(x need) bool { return x.from == name || x.to == name }) {
		return n
	}
	deployed := c.apps()
	for _, x := range needs {
		if !slices.Contains(deployed, productNamed(x.from)) || !slices.Contains(deployed, productNamed(x.to)) {
			continue
		}
		switch {
		case x.from == name && !x.replaces:
			n[0]++
		case x.from == name:
			n[1]++
		case x.to == name && x.replaces:
			n[2]++
		}
	}
	return n
}
