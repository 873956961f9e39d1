package graph

import (
	"strings"
	"time"
)

// detailsOf are the properties that an app's own type adds.
func (c *call) detailsOf(p *product, d *draw) object {
	lob := func(o ...member) object {
		return append(object{{"committedContentVersion", "1"}, {"fileName", contentName(p)}, {"size", int64(d.between(400_000, 900_000_000))}}, o...)
	}
	store := "https://play.google.com/store/apps/details?id=" + p.pkg
	managed := []member{{"appAvailability", "global"}, {"version", nil}}
	if strings.Contains(p.kind, "Lob") {
		managed = []member{{"appAvailability", "lineOfBusiness"}, {"version", "1.4"}}
	}
	switch p.kind {
	case "win32LobApp":
		return lob(c.win32(p, d)...)
	case "iosVppApp", "macOsVppApp":
		return c.vpp(p, d)
	case "iosStoreApp":
		return object{{"bundleId", p.pkg}, {"appStoreUrl", appStore(d)}, {"applicableDeviceType", allApple}, {"minimumSupportedOperatingSystem", iosFrom("v15_0")}}
	case "managedIOSStoreApp":
		return append(object{{"bundleId", p.pkg}, {"appStoreUrl", appStore(d)}, {"applicableDeviceType", allApple}, {"minimumSupportedOperatingSystem", iosFrom("v15_0")}}, managed...)
	case "iosLobApp":
		return lob(c.iosPackage(p)...)
	case "managedIOSLobApp":
		return append(lob(c.iosPackage(p)...), managed...)
	case "androidStoreApp":
		return object{{"packageId", p.pkg}, {"appStoreUrl", store}, {"minimumSupportedOperatingSystem", androidFrom("v9_0")}}
	case "managedAndroidStoreApp":
		return append(object{{"packageId", p.pkg}, {"appStoreUrl", store}, {"minimumSupportedOperatingSystem", androidFrom("v9_0")}}, managed...)
	case "androidLobApp":
		return lob(c.androidPackage(p)...)
	case "managedAndroidLobApp":
		return append(lob(c.androidPackage(p)...), managed...)
	case "androidManagedStoreApp", "androidForWorkApp", "androidManagedStoreWebApp":
		o := object{{"packageId", p.pkg}, {"appIdentifier", "app:" + p.pkg}, {"usedLicenseCount", 0}, {"totalLicenseCount", 0}, {"appStoreUrl", store}}
		if p.kind == "androidForWorkApp" {
			return o
		}
		return append(o, member{"isPrivate", p.publisher == ""}, member{"isSystemApp", false}, member{"supportsOemConfig", strings.Contains(p.name, "OEMConfig") || strings.Contains(p.name, "Knox")}, member{"appTracks", []object{}})
	case "macOSDmgApp", "macOSPkgApp":
		return lob(macPackage(p)...)
	case "macOSLobApp":
		return lob(member{"bundleId", p.pkg}, member{"buildNumber", "1.0"}, member{"versionNumber", "1.0"}, member{"childApps", []object{}}, member{"ignoreVersionDetection", false}, member{"installAsManaged", false},
			member{"md5HashChunkSize", 0}, member{"md5Hash", []string{}}, member{"minimumSupportedOperatingSystem", macFrom("v12_0")})
	case "macOSMicrosoftEdgeApp":
		return object{{"channel", "stable"}}
	case "windowsMicrosoftEdgeApp":
		return object{{"channel", "stable"}, {"displayLanguageLocale", nil}}
	case "winGetApp":
		return object{{"packageIdentifier", p.pkg}, {"manifestHash", nil}, {"installExperience", object{{"runAsAccount", "user"}}}}
	case "windowsStoreApp":
		return object{{"appStoreUrl", "https://apps.microsoft.com/detail/" + p.pkg}}
	case "win32CatalogApp":
		return append(lob(c.win32(p, d)...), member{"mobileAppCatalogPackageId", newGUID(0, kindApp, 0, d.n(1<<20)).String()})
	case "officeSuiteApp":
		return officeSuite(p)
	case "webApp", "iosiPadOSWebClip":
		return object{{"appUrl", "https://" + p.pkg + "." + c.t.Domains[0] + "/"}, {"useManagedBrowser", d.is(0.5)}}
	case "windowsWebApp":
		return object{{"appUrl", "https://" + p.pkg + "." + c.t.Domains[0] + "/"}}
	case "windowsMobileMSI":
		return lob(member{"commandLine", "/qn"}, member{"productCode", productCode(d)}, member{"productVersion", "5.1.0"}, member{"ignoreVersionDetection", true})
	case "windowsUniversalAppX":
		return lob(append(c.appx(p), member{"applicableDeviceTypes", "desktop"})...)
	case "windowsAppX":
		return lob(c.appx(p)...)
	case "microsoftStoreForBusinessApp":
		return object{{"usedLicenseCount", 0}, {"totalLicenseCount", 0}, {"productKey", "9WZDNCRFHVJL"}, {"licenseType", "offline"}, {"packageIdentityName", p.pkg}}
	}
	return nil
}

func contentName(p *product) string {
	if strings.HasPrefix(p.kind, "win32") {
		name, _, _ := strings.Cut(p.pkg, ".")
		return name + ".intunewin"
	}
	return p.pkg
}

func productCode(d *draw) string {
	return "{" + strings.ToUpper(newGUID(d.next(), kindApp, 0, 1).String()) + "}"
}

func (c *call) win32(p *product, d *draw) []member {
	code := productCode(d)
	install, uninstall, msi := `"`+p.pkg+`" /S`, `"%ProgramFiles%\`+p.publisher+`\uninstall.exe" /S`, any(nil)
	var rule object
	switch {
	case strings.HasSuffix(p.pkg, ".msi"):
		install, uninstall = `msiexec /i "`+p.pkg+`" /qn`, "msiexec /x "+code+" /qn"
		rule = object{{"@odata.type", "#microsoft.graph.win32LobAppProductCodeRule"}, {"ruleType", "detection"}, {"productCode", code}, {"productVersionOperator", "notConfigured"}, {"productVersion", nil}}
		msi = object{{"productCode", code}, {"productVersion", c.release(p, "4.2.1", "4.2.0", "4.1.7")}, {"upgradeCode", nil}, {"requiresReboot", false}, {"packageType", "perMachine"}, {"productName", p.name}, {"publisher", p.publisher}}
	case strings.HasSuffix(p.pkg, ".ps1"):
		install = "powershell.exe -ExecutionPolicy Bypass -File " + p.pkg
		uninstall = "powershell.exe -ExecutionPolicy Bypass -File uninstall.ps1"
		fallthrough
	default:
		rule = object{
			{"@odata.type", "#microsoft.graph.win32LobAppFileSystemRule"}, {"ruleType", "detection"}, {"path", `C:\Program Files\` + p.name}, {"fileOrFolderName", "version.txt"},
			{"check32BitOn64System", false}, {"operationType", "exists"}, {"operator", "notConfigured"}, {"comparisonValue", nil},
		}
	}
	return []member{
		{"installCommandLine", install}, {"uninstallCommandLine", uninstall}, {"applicableArchitectures", "x64,arm"}, {"allowedArchitectures", nil},
		{"minimumFreeDiskSpaceInMB", nil}, {"minimumMemoryInMB", nil}, {"minimumNumberOfProcessors", nil}, {"minimumCpuSpeedInMHz", nil},
		{"msiInformation", msi}, {"setupFilePath", p.pkg}, {"minimumSupportedWindowsRelease", "22H2"}, {"rules", []object{rule}},
		{"installExperience", object{{"runAsAccount", "system"}, {"deviceRestartBehavior", "suppress"}}},
		{"returnCodes", []object{{{"returnCode", 0}, {"type", "success"}}, {{"returnCode", 1707}, {"type", "success"}}, {{"returnCode", 3010}, {"type", "softReboot"}}, {{"returnCode", 1641}, {"type", "hardReboot"}}, {{"returnCode", 1618}, {"type", "retry"}}}},
	}
}

var allApple = object{{"iPad", true}, {"iPhoneAndIPod", true}}

func appStore(d *draw) string { return "https://apps.apple.com/app/id" + d.letters(digits[1:], 9) }

func (c *call) vpp(p *product, d *draw) object {
	total := c.t.Devices/4 + 20
	used := int(float64(total) * d.share())
	if d.is(0.08) {
		used = total // none left
	}
	o := object{
		{"bundleId", p.pkg}, {"appStoreUrl", appStore(d)}, {"licensingType", object{{"supportsUserLicensing", true}, {"supportsDeviceLicensing", true}}},
		{"releaseDateTime", time.Date(2017, 5, 4, 7, 0, 0, 0, time.UTC)}, {"totalLicenseCount", total}, {"usedLicenseCount", used},
		{"vppTokenOrganizationName", c.t.DisplayName}, {"vppTokenAccountType", c.vppAccount()}, {"vppTokenAppleId", "vpp@" + c.t.Domains[0]},
	}
	if p.kind == "iosVppApp" {
		o = append(o, member{"applicableDeviceType", allApple})
	}
	return o
}

// from answers the one version that is the least, in a type that has a yes-or-no for each.
func from(least string, versions ...string) object {
	var o object
	for _, v := range versions {
		o = append(o, member{v, v == least})
	}
	return o
}

func iosFrom(v string) object {
	return from(v, "v8_0", "v9_0", "v10_0", "v11_0", "v12_0", "v13_0", "v14_0", "v15_0")
}

func androidFrom(v string) object {
	return from(v, "v4_0", "v5_0", "v6_0", "v7_0", "v8_0", "v9_0", "v10_0", "v11_0")
}

// release is the version of a package that somebody at the tenant uploaded: most have the newest, some an older one.
func (c *call) release(p *product, newest string, older ...string) string {
	if v := appVersion(p); v != "" {
		return v // the name says it
	}
	if n := (c.t.Index*7 + len(p.name)) % (2*len(older) + 1); n < len(older) {
		return older[n]
	}
	return newest
}

func macFrom(v string) object {
	return from(v, "v10_13", "v10_14", "v10_15", "v11_0", "v12_0", "v13_0")
}

func (c *call) iosPackage(p *product) []member {
	version := c.release(p, "2.3.1", "2.3.0", "2.2.4")
	return []member{{"bundleId", "com.example." + strings.ToLower(strings.TrimSuffix(p.pkg, ".ipa"))}, {"applicableDeviceType", allApple}, {"minimumSupportedOperatingSystem", iosFrom("v15_0")},
		{"expirationDateTime", c.s.anchor.Add(300 * day)}, {"versionNumber", version}, {"buildNumber", strings.ReplaceAll(version, ".", "")}}
}

func (c *call) androidPackage(p *product) []member {
	version := c.release(p, "1.4", "1.3")
	return []member{{"packageId", "com.example.app"}, {"minimumSupportedOperatingSystem", androidFrom("v10_0")}, {"versionName", version}, {"versionCode", strings.ReplaceAll(version, ".", "")}}
}

func macPackage(p *product) []member {
	return []member{{"primaryBundleId", p.pkg}, {"primaryBundleVersion", "1.0"}, {"ignoreVersionDetection", true},
		{"includedApps", []object{{{"bundleId", p.pkg}, {"bundleVersion", "1.0"}}}}, {"minimumSupportedOperatingSystem", macFrom("v12_0")}}
}

func (c *call) appx(p *product) []member {
	return []member{{"applicableArchitectures", "x64"}, {"identityName", p.name}, {"identityPublisherHash", "8wekyb3d8bbwe"}, {"identityResourceIdentifier", ""},
		{"identityVersion", c.release(p, "1.2.0.0", "1.1.3.0")}, {"isBundle", true}, {"minimumSupportedOperatingSystem", from("v10_0", "v8_0", "v8_1", "v10_0")}}
}

func officeSuite(p *product) object {
	ids := []string{"o365ProPlusRetail"}
	if strings.Contains(p.name, "Visio") {
		ids = append(ids, "visioProRetail")
	}
	return object{
		{"autoAcceptEula", true}, {"productIds", ids}, {"excludedApps", object{{"access", false}, {"groove", true}, {"lync", true}, {"teams", false}}}, {"useSharedComputerActivation", false},
		{"updateChannel", "current"}, {"officeSuiteAppDefaultFileFormat", "officeOpenXMLFormat"}, {"officePlatformArchitecture", "x64"}, {"localesToInstall", []string{}},
		{"installProgressDisplayLevel", "none"}, {"shouldUninstallOlderVersionsOfOffice", true}, {"targetVersion", ""}, {"updateVersion", ""}, {"officeConfigurationXml", nil},
	}
}
