package graph

import "encoding/base64"

// configurationSet are the configuration profiles: every tenant has those with a share of 1, the others some tenants have.
var configurationSet = &policySet{class: classConfiguration, policies: []policy{
	{
		typ: "windows10GeneralConfiguration", name: "Windows restrictions", about: "What people may change on company machines", platform: "windows10AndLater", kinds: []int{windows}, share: 1,
		settings: []setting{{"PasswordMinimumLength", "6"}, {"DefenderRequireRealTimeMonitoring", "false"}},
		details: func(c *call, d *draw) object {
			return object{{"cameraBlocked", false}, {"cortanaBlocked", true}, {"microsoftAccountBlocked", d.is(0.5)}, {"defenderRequireRealTimeMonitoring", true}, {"defenderRequireCloudProtection", true},
				{"defenderCloudBlockLevel", pick(d, []string{"notConfigured", "high"})}, {"defenderScanType", "quick"}, {"defenderSystemScanSchedule", "userDefined"}, {"defenderFileExtensionsToExclude", []string{}},
				{"passwordRequired", true}, {"passwordMinimumLength", pick(d, []int{8, 10, 12})}, {"edgeBlockPasswordManager", d.is(0.3)}, {"edgeHomepageUrls", []string{"https://www." + c.t.Domains[0]}}, {"usbBlocked", false},
				{"storageBlockRemovableStorage", d.is(0.25)}, {"lockScreenAllowTimeoutConfiguration", false}, {"diagnosticsDataSubmissionMode", "basic"}}
		},
	},
	{
		typ: "windowsUpdateForBusinessConfiguration", name: "Windows updates, broad ring", platform: "windows10AndLater", kinds: []int{windows}, share: 1,
		settings: []setting{{"QualityUpdatesDeferralPeriodInDays", "0"}},
		details:  func(c *call, d *draw) object { return updateRing(d, 7, 60) },
	},
	{
		typ: "windowsUpdateForBusinessConfiguration", name: "Windows updates, pilot ring", about: "A week ahead of the others", platform: "windows10AndLater", share: 0.6,
		settings: []setting{{"QualityUpdatesDeferralPeriodInDays", "0"}},
		details:  func(c *call, d *draw) object { return updateRing(d, 0, 0) },
	},
	{
		typ: "windows10EndpointProtectionConfiguration", name: "BitLocker and firewall", platform: "windows10AndLater", kinds: []int{windows}, share: 0.9,
		settings: []setting{{"BitLockerSystemDrivePolicy", "NotEncrypted"}, {"FirewallProfileDomain", "Disabled"}},
		details: func(c *call, d *draw) object {
			return object{{"bitLockerEncryptDevice", true}, {"bitLockerDisableWarningForOtherDiskEncryption", true}, {"firewallBlockStatefulFTP", true}, {"smartScreenEnableInShell", true}, {"smartScreenBlockOverrideForFiles", d.is(0.5)},
				{"applicationGuardEnabled", false}, {"defenderAttackSurfaceReductionExcludedPaths", []string{}}}
		},
	},
	{
		typ: "windows10CustomConfiguration", name: "Custom settings", about: "What has no template", platform: "windows10AndLater", kinds: []int{windows}, share: 0.8,
		settings: []setting{{"OmaUri", "NotApplied"}},
		details:  func(c *call, d *draw) object { return object{{"omaSettings", c.omaSettings(d)}} },
	},
	{
		typ: "sharedPCConfiguration", name: "Meeting room machines", platform: "windows10AndLater", share: 0.35,
		settings: []setting{{"SharedPC", ""}},
		details: func(c *call, d *draw) object {
			return object{{"accountManagerPolicy", object{{"accountDeletionPolicy", "diskSpaceThreshold"}, {"cacheAccountsAboveDiskFreePercentage", 50}, {"inactiveThresholdDays", 30}, {"removeAccountsBelowDiskFreePercentage", 25}}},
				{"allowedAccounts", "guest,domain"}, {"allowLocalStorage", false}, {"disableAccountManager", false}, {"disableEduPolicies", true}, {"disablePowerPolicies", false}, {"disableSignInOnResume", false}, {"enabled", true},
				{"idleTimeBeforeSleepInSeconds", 3600}, {"kioskAppDisplayName", nil}, {"kioskAppUserModelId", nil}, {"maintenanceStartTime", "03:00:00.0000000"}}
		},
	},
	{
		typ: "editionUpgradeConfiguration", name: "Upgrade to Enterprise", platform: "windows10AndLater", kinds: []int{windows}, share: 0.25,
		settings: []setting{{"TargetEdition", "Professional"}},
		details: func(c *call, d *draw) object {
			return object{{"licenseType", "productKey"}, {"targetEdition", "windows10Enterprise"}, {"license", nil}, {"productKey", "#####-#####-#####-#####-" + d.letters(serials, 5)}}
		},
	},
	{
		typ: "windowsDefenderAdvancedThreatProtectionConfiguration", name: "Defender for Endpoint onboarding", platform: "windows10AndLater", kinds: []int{windows}, share: 0.5,
		settings: []setting{{"OnboardingState", "NotOnboarded"}},
		details: func(c *call, d *draw) object {
			return object{{"allowSampleSharing", true}, {"enableExpeditedTelemetryReporting", false}}
		},
	},
	{
		typ: "iosGeneralDeviceConfiguration", name: "iOS restrictions", platform: "iOS", kinds: []int{iPhone, iPad}, share: 1,
		settings: []setting{{"PasscodeRequired", "NotSet"}, {"ICloudBlockBackup", "false"}},
		details: func(c *call, d *draw) object {
			return object{{"airDropBlocked", d.is(0.4)}, {"appStoreBlocked", false}, {"cameraBlocked", false}, {"documentsBlockManagedDocumentsInUnmanagedApps", true}, {"documentsBlockUnmanagedDocumentsInManagedApps", false},
				{"iCloudBlockBackup", d.is(0.6)}, {"passcodeRequired", true}, {"passcodeMinimumLength", pick(d, []int{4, 6, 8})}, {"emailInDomainSuffixes", []string{c.t.Domains[0]}}, {"compliantAppsList", []object{}}, {"compliantAppListType", "none"}}
		},
	},
	{
		typ: "iosDeviceFeaturesConfiguration", name: "iOS home screen", platform: "iOS", kinds: []int{iPhone, iPad}, share: 0.4,
		settings: []setting{{"HomeScreenPages", ""}},
		details: func(c *call, d *draw) object {
			return object{{"assetTagTemplate", "{{serialnumber}}"}, {"lockScreenFootnote", "Property of " + c.t.DisplayName}, {"homeScreenDockIcons", []object{}}, {"homeScreenPages", []object{}}, {"notificationSettings", []object{}}}
		},
	},
	{
		typ: "iosUpdateConfiguration", name: "iOS updates", platform: "iOS", kinds: []int{iPhone, iPad}, share: 0.5,
		settings: []setting{{"ScheduledInstallDays", ""}},
		details: func(c *call, d *draw) object {
			return object{{"activeHoursStart", "08:00:00.0000000"}, {"activeHoursEnd", "18:00:00.0000000"}, {"scheduledInstallDays", []string{"saturday", "sunday"}}, {"utcTimeOffsetInMinutes", 60}}
		},
	},
	{
		typ: "macOSGeneralDeviceConfiguration", name: "macOS restrictions", platform: "macOS", kinds: []int{macOS}, share: 1,
		settings: []setting{{"PasswordRequired", "NotSet"}},
		details: func(c *call, d *draw) object {
			return object{{"compliantAppsList", []object{}}, {"compliantAppListType", "none"}, {"emailInDomainSuffixes", []string{}}, {"passwordBlockSimple", true}, {"passwordRequired", true}, {"passwordMinimumLength", pick(d, []int{8, 10})}, {"passwordRequiredType", "alphanumeric"}}
		},
	},
	{
		typ: "macOSCustomConfiguration", name: "Full disk access", platform: "macOS", kinds: []int{macOS}, share: 0.5,
		settings: []setting{{"Payload", "NotInstalled"}},
		details: func(c *call, d *draw) object {
			return object{{"payloadName", "Full disk access"}, {"payloadFileName", "full-disk-access.mobileconfig"}, {"payload", base64.StdEncoding.EncodeToString([]byte(`<?xml version="1.0" encoding="UTF-8"?><plist version="1.0"><dict/></plist>`))}}
		},
	},
	{
		typ: "androidWorkProfileGeneralDeviceConfiguration", name: "Android work profile restrictions", platform: "androidForWork", kinds: []int{android}, share: 1,
		settings: []setting{{"WorkProfilePasswordRequired", "NotSet"}},
		details: func(c *call, d *draw) object {
			return object{{"passwordBlockFingerprintUnlock", false}, {"passwordMinimumLength", pick(d, []int{4, 6})}, {"passwordRequiredType", "numericComplex"}, {"workProfileBlockCamera", false}, {"workProfileBlockScreenCapture", d.is(0.5)},
				{"workProfileDataSharingType", "preventAny"}, {"workProfileDefaultAppPermissionPolicy", "prompt"}, {"securityRequireVerifyApps", true}}
		},
	},
	{
		typ: "windowsWifiEnterpriseEAPConfiguration", name: "Wi-Fi for Windows", platform: "windows10AndLater", kinds: []int{windows}, beta: true, share: 0.9,
		settings: []setting{{"WiFi", "ProfileNotInstalled"}},
		details: func(c *call, d *draw) object {
			return object{{"networkName", "Wi-Fi " + c.t.Prefix}, {"ssid", c.t.Prefix + "-staff"}, {"connectAutomatically", true}, {"networkSingleSignOn", "disabled"}, {"eapType", "eapTls"}, {"trustedServerCertificateNames", []string{"radius." + c.t.Domains[0]}}}
		},
	},
	{
		typ: "iosWiFiConfiguration", name: "Wi-Fi for iOS", platform: "iOS", kinds: []int{iPhone, iPad}, beta: true, share: 0.9,
		settings: []setting{{"WiFi", "ProfileNotInstalled"}},
		details: func(c *call, d *draw) object {
			return object{{"networkName", "Wi-Fi " + c.t.Prefix}, {"ssid", c.t.Prefix + "-staff"}, {"connectAutomatically", true}, {"connectWhenNetworkNameIsHidden", false}, {"wiFiSecurityType", "wpaPersonal"}, {"proxySettings", "none"}, {"preSharedKey", nil}}
		},
	},
	{
		typ: "windows81TrustedRootCertificate", name: "Company root certificate", platform: "windows10AndLater", kinds: []int{windows}, beta: true, share: 0.8,
		settings: []setting{{"TrustedRootCertificate", "NotInstalled"}},
		details: func(c *call, d *draw) object {
			return object{{"certFileName", c.t.Prefix + "-root.cer"}, {"destinationStore", "computerCertStoreRoot"}}
		},
	},
	{
		typ: "windows81SCEPCertificateProfile", name: "Device certificates", platform: "windows10AndLater", kinds: []int{windows}, beta: true, share: 0.6,
		settings: []setting{{"SCEPCertificate", "ChallengeFailed"}},
		details: func(c *call, d *draw) object {
			return object{{"certificateStore", "machine"}, {"keySize", "size2048"}, {"keyUsage", "keyEncipherment,digitalSignature"}, {"hashAlgorithm", "sha2"}, {"scepServerUrls", []string{"https://scep." + c.t.Domains[0] + "/certsrv/mscep/mscep.dll"}},
				{"certificateValidityPeriodValue", 1}, {"certificateValidityPeriodScale", "years"}, {"renewalThresholdPercentage", 20}, {"subjectNameFormatString", "CN={{AAD_Device_ID}}"}}
		},
	},
	{
		typ: "androidDeviceOwnerGeneralDeviceConfiguration", name: "Android kiosk", platform: "androidForWork", kinds: []int{androidKiosk}, beta: true, share: 0.7,
		settings: []setting{{"KioskMode", "NotStarted"}},
		details: func(c *call, d *draw) object {
			return object{{"kioskModeUseManagedHomeScreenApp", "multiAppMode"}, {"factoryResetBlocked", true}, {"statusBarBlocked", true}, {"systemUpdateInstallType", "automatic"}, {"appsAutoUpdatePolicy", "wiFiOnly"}}
		},
	},
	{
		typ: "unsupportedDeviceConfiguration", name: "Samsung Knox add-on", platform: "androidForWork", beta: true, share: 0.15,
		settings: []setting{{"Unknown", ""}},
		details: func(c *call, d *draw) object {
			return object{{"originalEntityTypeName", "androidDeviceOwnerKnoxConfiguration"}, {"details", []object{}}}
		},
	},
}}

func updateRing(d *draw, quality, feature int) object {
	return object{{"deliveryOptimizationMode", "httpWithPeeringNat"}, {"prereleaseFeatures", "userDefined"}, {"automaticUpdateMode", "autoInstallAtMaintenanceTime"}, {"microsoftUpdateServiceAllowed", true}, {"driversExcluded", d.is(0.3)},
		{"installationSchedule", object{{"@odata.type", "#microsoft.graph.windowsUpdateActiveHoursInstall"}, {"activeHoursStart", "08:00:00.0000000"}, {"activeHoursEnd", "17:00:00.0000000"}}},
		{"qualityUpdatesDeferralPeriodInDays", quality}, {"featureUpdatesDeferralPeriodInDays", feature}, {"qualityUpdatesPaused", d.is(0.1)}, {"featureUpdatesPaused", false}, {"qualityUpdatesPauseExpiryDateTime", never},
		{"featureUpdatesPauseExpiryDateTime", never}, {"businessReadyUpdatesOnly", "userDefined"}, {"qualityUpdatesRollbackStartDateTime", never}, {"featureUpdatesRollbackStartDateTime", never}, {"userPauseAccess", "disabled"},
		{"deadlineForFeatureUpdatesInDays", pick(d, []int{5, 7, 14})}, {"deadlineForQualityUpdatesInDays", pick(d, []int{2, 3, 5})}, {"deadlineGracePeriodInDays", 2}, {"allowWindows11Upgrade", d.is(0.8)}}
}
