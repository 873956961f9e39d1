package graph

// complianceSet are the compliance policies. Of the settings the first is the one about encryption, where there is one.
var complianceSet = &policySet{class: classCompliance, policies: []policy{
	{
		typ: "windows10CompliancePolicy", name: "Windows compliance", about: "Encryption, firewall and protection for every Windows device", platform: "windows10AndLater", kinds: []int{windows}, share: 1,
		settings: []setting{{"BitLockerEnabled", "NotEncrypted"}, {"ActiveFirewallRequired", "Disabled"}, {"AntivirusRequired", "OutOfDate"}, {"SecureBootEnabled", "Unknown"}, {"PasswordRequired", "NotSet"}},
		details: func(c *call, d *draw) object {
			o := object{{"passwordRequired", true}, {"passwordBlockSimple", true}, {"passwordRequiredToUnlockFromIdle", false}, {"passwordMinutesOfInactivityBeforeLock", pick(d, []int{5, 15, 15, 30})},
				{"passwordExpirationDays", nil}, {"passwordMinimumLength", pick(d, []int{8, 8, 12, 14})}, {"passwordMinimumCharacterSetCount", nil}, {"passwordRequiredType", "deviceDefault"}, {"passwordPreviousPasswordBlockCount", nil},
				{"requireHealthyDeviceReport", false}, {"osMinimumVersion", nil}, {"osMaximumVersion", nil}, {"mobileOsMinimumVersion", nil}, {"mobileOsMaximumVersion", nil}, {"earlyLaunchAntiMalwareDriverEnabled", false},
				{"bitLockerEnabled", true}, {"secureBootEnabled", d.is(0.8)}, {"codeIntegrityEnabled", d.is(0.5)}, {"storageRequireEncryption", true}}
			return c.withBeta(o, member{"activeFirewallRequired", true}, member{"antivirusRequired", true}, member{"antiSpywareRequired", true}, member{"defenderEnabled", true}, member{"rtpEnabled", d.is(0.7)}, member{"tpmRequired", d.is(0.6)})
		},
	},
	{
		typ: "windows10CompliancePolicy", name: "Windows version", about: "The oldest build that may reach company data", platform: "windows10AndLater", kinds: []int{windows}, share: 0.7,
		settings: []setting{{"OsMinimumVersion", "10.0.19045.5965"}},
		details: func(c *call, d *draw) object {
			return object{{"passwordRequired", false}, {"osMinimumVersion", pick(d, []string{"10.0.19045.5965", "10.0.22631.5472", "10.0.26100.4652"})}, {"osMaximumVersion", nil}, {"bitLockerEnabled", false}, {"secureBootEnabled", false},
				{"codeIntegrityEnabled", false}, {"storageRequireEncryption", false}}
		},
	},
	{
		typ: "macOSCompliancePolicy", name: "macOS compliance", about: "FileVault, firewall and a supported version", platform: "macOS", kinds: []int{macOS}, share: 1,
		settings: []setting{{"StorageRequireEncryption", "NotEncrypted"}, {"OsMinimumVersion", "13.7.8"}, {"FirewallEnabled", "Disabled"}},
		details: func(c *call, d *draw) object {
			return object{{"passwordRequired", true}, {"passwordBlockSimple", true}, {"passwordExpirationDays", nil}, {"passwordMinimumLength", pick(d, []int{6, 8, 12})}, {"passwordMinutesOfInactivityBeforeLock", 15},
				{"passwordPreviousPasswordBlockCount", nil}, {"passwordMinimumCharacterSetCount", nil}, {"passwordRequiredType", "alphanumeric"}, {"osMinimumVersion", pick(d, []string{"14.0", "14.8", "15.0"})}, {"osMaximumVersion", nil},
				{"systemIntegrityProtectionEnabled", true}, {"deviceThreatProtectionEnabled", false}, {"deviceThreatProtectionRequiredSecurityLevel", "unavailable"}, {"storageRequireEncryption", true},
				{"firewallEnabled", true}, {"firewallBlockAllIncoming", false}, {"firewallEnableStealthMode", d.is(0.4)}}
		},
	},
	{
		typ: "iosCompliancePolicy", name: "iOS and iPadOS compliance", platform: "iOS", kinds: []int{iPhone, iPad}, share: 1,
		settings: []setting{{"PasscodeRequired", "NotSet"}, {"OsMinimumVersion", "16.7.12"}, {"SecurityBlockJailbrokenDevices", "Jailbroken"}},
		details: func(c *call, d *draw) object {
			return object{{"passcodeBlockSimple", true}, {"passcodeExpirationDays", nil}, {"passcodeMinimumLength", pick(d, []int{4, 6, 6, 8})}, {"passcodeMinutesOfInactivityBeforeLock", 5}, {"passcodePreviousPasscodeBlockCount", nil},
				{"passcodeMinimumCharacterSetCount", nil}, {"passcodeRequiredType", "numeric"}, {"passcodeRequired", true}, {"osMinimumVersion", pick(d, []string{"16.0", "17.0", "18.0"})}, {"osMaximumVersion", nil},
				{"securityBlockJailbrokenDevices", true}, {"deviceThreatProtectionEnabled", d.is(0.3)}, {"deviceThreatProtectionRequiredSecurityLevel", "unavailable"}, {"managedEmailProfileRequired", false}}
		},
	},
	{
		typ: "androidWorkProfileCompliancePolicy", name: "Android work profile compliance", about: "Personal phones with a work profile", platform: "androidForWork", kinds: []int{android}, share: 1,
		settings: []setting{{"PasswordRequired", "NotSet"}, {"MinAndroidSecurityPatchLevel", "2024-12-05"}, {"SecurityRequireSafetyNetAttestationBasicIntegrity", "Failed"}},
		details: func(c *call, d *draw) object {
			return object{{"passwordRequired", true}, {"passwordMinimumLength", pick(d, []int{4, 6, 6})}, {"passwordRequiredType", "numericComplex"}, {"passwordMinutesOfInactivityBeforeLock", 5}, {"passwordExpirationDays", nil},
				{"passwordPreviousPasswordBlockCount", nil}, {"securityPreventInstallAppsFromUnknownSources", false}, {"securityDisableUsbDebugging", false}, {"securityRequireVerifyApps", false},
				{"deviceThreatProtectionEnabled", false}, {"deviceThreatProtectionRequiredSecurityLevel", "unavailable"}, {"securityBlockJailbrokenDevices", true}, {"osMinimumVersion", pick(d, []string{"12.0", "13.0"})}, {"osMaximumVersion", nil},
				{"minAndroidSecurityPatchLevel", pick(d, []string{"2025-01-01", "2025-06-01"})}, {"storageRequireEncryption", true}, {"securityRequireSafetyNetAttestationBasicIntegrity", true},
				{"securityRequireSafetyNetAttestationCertifiedDevice", true}, {"securityRequireGooglePlayServices", false}, {"securityRequireUpToDateSecurityProviders", false}, {"securityRequireCompanyPortalAppIntegrity", true}}
		},
	},
	{
		typ: "androidDeviceOwnerCompliancePolicy", name: "Android fully managed compliance", about: "Company phones and kiosks", platform: "androidForWork", kinds: []int{androidOwned, androidKiosk}, beta: true, share: 1,
		settings: []setting{{"PasswordRequired", "NotSet"}, {"MinAndroidSecurityPatchLevel", "2024-12-05"}},
		details: func(c *call, d *draw) object {
			return object{{"deviceThreatProtectionEnabled", false}, {"deviceThreatProtectionRequiredSecurityLevel", "unavailable"}, {"securityRequireSafetyNetAttestationBasicIntegrity", true},
				{"minAndroidSecurityPatchLevel", "2025-01-01"}, {"passwordRequired", true}, {"passwordMinimumLength", pick(d, []int{4, 6, 8})}, {"passwordRequiredType", "numericComplex"}, {"storageRequireEncryption", true}, {"securityRequireIntuneAppIntegrity", false}}
		},
	},
	{
		typ: "androidCompliancePolicy", name: "Android device administrator", about: "No longer in use", platform: "android", share: 0.3,
		settings: []setting{{"PasswordRequired", ""}},
		details: func(c *call, d *draw) object {
			return object{{"passwordRequired", true}, {"passwordMinimumLength", 4}, {"passwordRequiredType", "deviceDefault"}, {"securityBlockJailbrokenDevices", true}, {"osMinimumVersion", "9.0"}, {"osMaximumVersion", nil}}
		},
	},
	{
		typ: "deviceManagementCompliancePolicy", name: "Linux compliance", about: "Encryption and a supported distribution", platform: "all", kinds: []int{linux}, beta: true, apart: true, share: 1,
		settings: []setting{{"EncryptionRequired", "NotEncrypted"}, {"DistributionMinimumVersion", "22.04"}},
	},
}}

// builtIn is the policy that Intune holds every device to. It is in no list.
const builtIn = "Default Device Compliance Policy"

var builtInSettings = []string{"RequireDeviceCompliancePolicyAssigned", "RequireRemainContact", "RequireUserExistence"}
