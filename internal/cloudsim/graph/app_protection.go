package graph

import "strings"

// appProtectionOperations are the policies for apps, in one mixed set and in a set for each type. The mixed set has no assignments.
func appProtectionOperations() []operation {
	read := same("DeviceManagementApps.Read.All", "DeviceManagementConfiguration.Read.All")
	apps := same("DeviceManagementApps.Read.All")
	set := func(path, typ string, v versions, relations ...string) family {
		return family{
			path: "deviceAppManagement/" + path, kind: typ, versions: v, allow: apps, options: oExpand, relations: relations,
			members: func(c *call) []object { return c.protections(typ, false) },
		}
	}
	return families(
		family{path: "deviceAppManagement/managedAppPolicies", kind: "managedAppPolicy", versions: both, allow: read, members: func(c *call) []object { return c.protections("", true) }},
		set("iosManagedAppProtections", "iosManagedAppProtection", both, "apps", "assignments", "deploymentSummary"),
		set("androidManagedAppProtections", "androidManagedAppProtection", both, "apps", "assignments", "deploymentSummary"),
		set("defaultManagedAppProtections", "defaultManagedAppProtection", both, "apps", "deploymentSummary"),
		set("windowsInformationProtectionPolicies", "windowsInformationProtectionPolicy", both, "assignments"),
		set("mdmWindowsInformationProtectionPolicies", "mdmWindowsInformationProtectionPolicy", both, "assignments"),
		set("windowsManagedAppProtections", "windowsManagedAppProtection", beta, "apps", "assignments"),
		set("targetedManagedAppConfigurations", "targetedManagedAppConfiguration", both, "apps", "assignments", "deploymentSummary"),
	)
}

// protection is a policy for apps: its type, the prefix of its id and the packages it covers.
type protection struct {
	typ, prefix, name, about string
	beta                     bool
	share                    float64
	apps                     []string
	details                  func(c *call, d *draw) object
}

var (
	iosApps     = []string{"com.microsoft.Office.Outlook", "com.microsoft.skype.teams", "com.microsoft.skydrive", "com.microsoft.Office.Word", "com.microsoft.Office.Excel", "com.microsoft.msedge"}
	androidApps = []string{"com.microsoft.office.outlook", "com.microsoft.teams", "com.microsoft.skydrive", "com.microsoft.office.word", "com.microsoft.office.excel", "com.microsoft.emmx"}
)

var protections = []protection{
	{"iosManagedAppProtection", "T", "iOS app protection", "Company data stays in company apps", false, 1, iosApps, func(c *call, d *draw) object {
		return append(c.dataRules(d, "16.0"), member{"appDataEncryptionType", "whenDeviceLocked"}, member{"minimumRequiredSdkVersion", nil}, member{"faceIdBlocked", false}, member{"customBrowserProtocol", ""})
	}},
	{"androidManagedAppProtection", "T", "Android app protection", "", false, 1, androidApps, func(c *call, d *draw) object {
		return append(c.dataRules(d, "12.0"), member{"screenCaptureBlocked", d.is(0.6)}, member{"disableAppEncryptionIfDeviceEncryptionIsEnabled", false}, member{"encryptAppData", true}, member{"minimumRequiredPatchVersion", "2024-06-01"},
			member{"minimumWarningPatchVersion", "0000-00-00"}, member{"customBrowserPackageId", ""}, member{"customBrowserDisplayName", ""})
	}},
	{"iosManagedAppProtection", "T", "iOS for management", "Stricter for those who travel", false, 0.4, iosApps[:3], func(c *call, d *draw) object {
		return append(c.dataRules(d, "17.0"), member{"appDataEncryptionType", "whenDeviceLocked"}, member{"minimumRequiredSdkVersion", nil}, member{"faceIdBlocked", false}, member{"customBrowserProtocol", ""})
	}},
	{"defaultManagedAppProtection", "D", "Default protection", "", false, 0.2, nil, func(c *call, d *draw) object {
		return append(c.dataRules(d, "15.0"), member{"appDataEncryptionType", "useDeviceSettings"}, member{"screenCaptureBlocked", false}, member{"encryptAppData", true}, member{"disableAppEncryptionIfDeviceEncryptionIsEnabled", false},
			member{"minimumRequiredSdkVersion", nil}, member{"customSettings", []object{}}, member{"minimumRequiredPatchVersion", nil}, member{"minimumWarningPatchVersion", nil}, member{"faceIdBlocked", false})
	}},
	{"mdmWindowsInformationProtectionPolicy", "M", "Windows Information Protection", "Retired by Microsoft; still set", false, 0.25, nil, func(c *call, d *draw) object { return c.informationRules("encryptAndAuditOnly") }},
	{"windowsInformationProtectionPolicy", "W", "Windows Information Protection without enrolment", "", false, 0.1, nil, func(c *call, d *draw) object {
		return append(c.informationRules("encryptAuditAndPrompt"), member{"revokeOnMdmHandoffDisabled", false}, member{"mdmEnrollmentUrl", "https://enrollment.manage.microsoft.com/enrollmentserver/discovery.svc"}, member{"windowsHelloForBusinessBlocked", false},
			member{"pinMinimumLength", 6}, member{"pinUppercaseLetters", "notAllow"}, member{"pinLowercaseLetters", "notAllow"}, member{"pinSpecialCharacters", "notAllow"}, member{"pinExpirationDays", 0}, member{"numberOfPastPinsRemembered", 0},
			member{"passwordMaximumAttemptCount", 0}, member{"minutesOfInactivityBeforeDeviceLock", 0}, member{"daysWithoutContactBeforeUnenroll", 90})
	}},
	{"windowsManagedAppProtection", "T", "Edge on personal Windows", "", true, 0.3, []string{"com.microsoft.edge"}, func(c *call, d *draw) object {
		return object{{"printBlocked", d.is(0.5)}, {"allowedInboundDataTransferSources", "none"}, {"allowedOutboundClipboardSharingLevel", "none"}, {"allowedOutboundDataTransferDestinations", "none"}, {"appActionIfUnableToAuthenticateUser", "block"},
			{"maximumAllowedDeviceThreatLevel", "notConfigured"}, {"mobileThreatDefenseRemediationAction", "block"}, {"minimumRequiredOsVersion", "10.0.19045"}, {"periodOfflineBeforeWipeIsEnforced", "P90D"}, {"periodOfflineBeforeAccessCheck", "P1D"}}
	}},
	{"targetedManagedAppConfiguration", "A", "Edge settings for phones", "", false, 0.7, []string{"com.microsoft.msedge", "com.microsoft.emmx"}, func(c *call, d *draw) object {
		return object{{"customSettings", []object{{{"name", "com.microsoft.intune.mam.managedbrowser.homepage"}, {"value", "https://www." + c.t.Domains[0]}}, {{"name", "com.microsoft.intune.mam.managedbrowser.NewTabPageLayout"}, {"value", "inspirational"}}}}}
	}},
	{"targetedManagedAppConfiguration", "A", "Outlook settings for phones", "", false, 0.5, []string{"com.microsoft.Office.Outlook", "com.microsoft.office.outlook"}, func(c *call, d *draw) object {
		return object{{"customSettings", []object{{{"name", "com.microsoft.outlook.Mail.FocusedInbox"}, {"value", "false"}}}}}
	}},
}

// dataRules are what managedAppProtection has in all its forms.
func (c *call) dataRules(d *draw, least string) object {
	return object{
		{"periodOfflineBeforeAccessCheck", "PT12H"}, {"periodOnlineBeforeAccessCheck", "PT30M"}, {"allowedInboundDataTransferSources", "allApps"}, {"allowedOutboundDataTransferDestinations", "managedApps"},
		{"organizationalCredentialsRequired", false}, {"allowedOutboundClipboardSharingLevel", "managedAppsWithPasteIn"}, {"dataBackupBlocked", true}, {"deviceComplianceRequired", true}, {"managedBrowserToOpenLinksRequired", d.is(0.7)},
		{"saveAsBlocked", true}, {"periodOfflineBeforeWipeIsEnforced", pick(d, []string{"P90D", "P60D", "P30D"})}, {"pinRequired", true}, {"maximumPinRetries", 5}, {"simplePinBlocked", d.is(0.4)}, {"minimumPinLength", pick(d, []int{4, 4, 6})},
		{"pinCharacterSet", "numeric"}, {"periodBeforePinReset", "PT0S"}, {"allowedDataStorageLocations", []string{"oneDriveForBusiness", "sharePoint"}}, {"contactSyncBlocked", false}, {"printBlocked", d.is(0.4)}, {"fingerprintBlocked", false},
		{"disableAppPinIfDevicePinIsSet", false}, {"minimumRequiredOsVersion", least}, {"minimumWarningOsVersion", nil}, {"minimumRequiredAppVersion", nil}, {"minimumWarningAppVersion", nil}, {"managedBrowser", "microsoftEdge"},
	}
}

func (c *call) informationRules(level string) object {
	domains := []object{{{"displayName", c.t.Domains[0]}, {"resources", []string{c.t.Domains[0]}}}}
	return object{
		{"enforcementLevel", level}, {"enterpriseDomain", c.t.Domains[0]}, {"enterpriseProtectedDomainNames", domains}, {"protectionUnderLockConfigRequired", false}, {"dataRecoveryCertificate", nil}, {"revokeOnUnenrollDisabled", false},
		{"rightsManagementServicesTemplateId", nil}, {"azureRightsManagementServicesAllowed", false}, {"iconsVisible", true}, {"protectedApps", []object{}}, {"exemptApps", []object{}}, {"enterpriseNetworkDomainNames", []object{}},
		{"enterpriseProxiedDomains", []object{}}, {"enterpriseIPRanges", []object{}}, {"enterpriseIPRangesAreAuthoritative", false}, {"enterpriseProxyServers", []object{}}, {"enterpriseInternalProxyServers", []object{}},
		{"enterpriseProxyServersAreAuthoritative", false}, {"neutralDomainResources", []object{}}, {"smbAutoEncryptedFileExtensions", []object{}}, {"indexingEncryptedStoresOrItemsBlocked", false},
	}
}

// protections are the policies of one type, or of all: then each says its type and leaves its relations out.
func (c *call) protections(typ string, mixed bool) []object {
	var list []object
	for i := range protections {
		p := &protections[i]
		if !mixed && p.typ != typ || p.beta && !c.beta || !c.has(classProtection, i, p.share) {
			continue
		}
		d := c.drawOf(classProtection, i)
		created, modified, version := c.history(&d)
		assigned := len(c.targets(classProtection, i)) > 0
		o := object{
			{"@odata.type", "#microsoft.graph." + p.typ}, {"displayName", c.t.Prefix + " – " + p.name}, {"description", orNil(p.about)}, {"createdDateTime", created}, {"lastModifiedDateTime", modified}, {"roleScopeTagIds", []string{"0"}},
			{"id", p.prefix + "_" + c.idOf(classProtection, i)}, {"version", `"` + c.idOf(classProtection, i+version<<8)[:8] + `-0000-0d00-0000-000000000000"`},
		}
		if k := kinds[p.typ]; k.props["isAssigned"] != nil {
			o = append(o, member{"isAssigned", assigned})
		}
		if p.apps != nil {
			o = append(o, member{"deployedAppCount", len(p.apps)})
		} else if kinds[p.typ].props["deployedAppCount"] != nil {
			o = append(o, member{"deployedAppCount", 0})
		}
		o = append(o, p.details(c, &d)...)
		if !mixed {
			o = append(o, member{"apps", c.coveredApps(i)}, member{"assignments", c.assignments("targetedManagedAppPolicyAssignment", classProtection, i)}, member{"deploymentSummary", c.deployment(i)})
		}
		list = append(list, o)
	}
	return list
}

func (c *call) coveredApps(i int) related {
	return many("managedMobileApp", func() []object {
		var list []object
		for _, id := range protections[i].apps {
			android := protections[i].typ == "androidManagedAppProtection" || strings.HasPrefix(id, "com.microsoft.emmx") || strings.HasSuffix(id, "office.outlook")
			identifier, suffix := object{{"@odata.type", "#microsoft.graph.iosMobileAppIdentifier"}, {"bundleId", id}}, "ios"
			switch {
			case protections[i].beta:
				identifier, suffix = object{{"@odata.type", "#microsoft.graph.windowsAppIdentifier"}, {"windowsAppId", id}}, "windows"
			case android:
				identifier, suffix = object{{"@odata.type", "#microsoft.graph.androidMobileAppIdentifier"}, {"packageId", id}}, "android"
			}
			list = append(list, object{{"id", strings.ToLower(id) + "." + suffix}, {"version", nil}, {"mobileAppIdentifier", identifier}})
		}
		return list
	})
}

func (c *call) deployment(i int) related {
	return single("managedAppPolicyDeploymentSummary", func() object {
		return object{
			{"id", c.idOf(classProtection, i)}, {"displayName", c.t.Prefix + " – " + protections[i].name}, {"configurationDeployedUserCount", c.people().n * 3 / 4}, {"lastRefreshTime", c.reported()}, {"configurationDeploymentSummaryPerApp", []object{}},
			{"version", nil},
		}
	})
}
