package configuration

import "strings"

// complianceLabels are members of compliance policies in the words of the Intune admin centre. They hold in compliance policies alone: a
// device configuration has members of the same names under other words.
var complianceLabels = map[string]string{
	"passwordRequired": "Require a password to unlock mobile devices", "passcodeRequired": "Require a password to unlock mobile devices", "workProfileRequirePassword": "Require a password to unlock work profile",
	"passwordBlockSimple": "Simple passwords", "passcodeBlockSimple": "Simple passwords",
	"passwordRequiredType": "Required password type", "passcodeRequiredType": "Required password type",
	"passwordMinimumLength": "Minimum password length", "passcodeMinimumLength": "Minimum password length",
	"passwordMinutesOfInactivityBeforeLock": "Maximum minutes of inactivity before password is required", "passcodeMinutesOfInactivityBeforeLock": "Maximum minutes after screen lock before password is required",
	"passcodeMinutesOfInactivityBeforeScreenTimeout": "Maximum minutes of inactivity until screen locks",
	"passwordExpirationDays":                         "Password expiration (days)", "passcodeExpirationDays": "Password expiration (days)",
	"passwordPreviousPasswordBlockCount": "Number of previous passwords to prevent reuse", "passcodePreviousPasscodeBlockCount": "Number of previous passwords to prevent reuse",
	"passwordPreviousPasswordCountToBlock": "Number of previous passwords to prevent reuse",
	"passwordMinimumCharacterSetCount":     "Number of non-alphanumeric characters in password", "passcodeMinimumCharacterSetCount": "Number of non-alphanumeric characters in password",
	"passwordRequiredToUnlockFromIdle": "Require password when device returns from idle state", "passwordRequireToUnlockFromIdle": "Require password when device returns from idle state",
	"requiredPasswordComplexity": "Password complexity",
	"osMinimumVersion":           "Minimum OS version", "osMaximumVersion": "Maximum OS version", "osMinimumBuildVersion": "Minimum OS build version", "osMaximumBuildVersion": "Maximum OS build version",
	"mobileOsMinimumVersion": "Minimum OS version for mobile devices", "mobileOsMaximumVersion": "Maximum OS version for mobile devices", "validOperatingSystemBuildRanges": "Valid operating system builds",
	"minAndroidSecurityPatchLevel": "Minimum security patch level",
	"bitLockerEnabled":             "Require BitLocker", "secureBootEnabled": "Require Secure Boot to be enabled on the device", "codeIntegrityEnabled": "Require code integrity", "tpmRequired": "Trusted Platform Module (TPM)",
	"storageRequireEncryption": "Require encryption of data storage on device", "activeFirewallRequired": "Firewall", "antivirusRequired": "Antivirus", "antiSpywareRequired": "Antispyware",
	"defenderEnabled": "Microsoft Defender Antimalware", "defenderVersion": "Microsoft Defender Antimalware minimum version", "signatureOutOfDate": "Microsoft Defender Antimalware security intelligence up-to-date",
	"rtpEnabled": "Real-time protection", "configurationManagerComplianceRequired": "Require device compliance from Configuration Manager",
	"deviceThreatProtectionRequiredSecurityLevel":   "Require the device to be at or under the Device Threat Level",
	"advancedThreatProtectionRequiredSecurityLevel": "Require the device to be at or under the machine risk score",
	"systemIntegrityProtectionEnabled":              "Require system integrity protection", "firewallEnabled": "Firewall", "firewallBlockAllIncoming": "Incoming connections", "firewallEnableStealthMode": "Stealth Mode",
	"gatekeeperAllowedAppSource":     "Allow apps downloaded from these locations",
	"securityBlockJailbrokenDevices": "Jailbroken or rooted devices", "securityDisableUsbDebugging": "Block USB debugging on device", "securityPreventInstallAppsFromUnknownSources": "Block apps from unknown sources",
	"securityRequireCompanyPortalAppIntegrity": "Company Portal app runtime integrity", "securityRequireGooglePlayServices": "Google Play Services is configured",
	"securityRequireUpToDateSecurityProviders": "Up-to-date security provider", "restrictedApps": "Restricted apps",
}

// complianceValues are values of those members.
var complianceValues = func() map[string]map[string]string {
	block, require := map[string]string{"Yes": "Block", "No": "Not configured"}, map[string]string{"Yes": "Require", "No": "Not configured"}
	password := map[string]string{
		"deviceDefault": "Device default", "alphanumeric": "Alphanumeric", "numeric": "Numeric", "numericComplex": "Numeric complex", "alphabetic": "Alphabetic", "alphanumericWithSymbols": "Alphanumeric with symbols",
		"atLeastNumeric": "At least numeric", "atLeastAlphabetic": "At least alphabetic", "atLeastAlphanumeric": "At least alphanumeric", "lowSecurityBiometric": "Low security biometric", "required": "Required", "any": "Any",
	}
	level := map[string]string{"unavailable": "Not configured", "notSet": "Not configured", "secured": "Secured", "low": "Low", "medium": "Medium", "high": "High"}
	values := map[string]map[string]string{
		"passwordRequiredType": password, "passcodeRequiredType": password, "workProfilePasswordRequiredType": password,
		"deviceThreatProtectionRequiredSecurityLevel": level, "advancedThreatProtectionRequiredSecurityLevel": level,
		"requiredPasswordComplexity": {"none": "None", "low": "Low", "medium": "Medium", "high": "High"}, "workProfileRequiredPasswordComplexity": {"none": "None", "low": "Low", "medium": "Medium", "high": "High"},
		"gatekeeperAllowedAppSource": {"notConfigured": "Not configured", "macAppStore": "Mac App Store", "macAppStoreAndIdentifiedDevelopers": "Mac App Store and identified developers", "anywhere": "Anywhere"},
		"firewallEnableStealthMode":  {"Yes": "Enable", "No": "Not configured"},
	}
	for _, m := range strings.Fields("passwordBlockSimple passcodeBlockSimple firewallBlockAllIncoming securityBlockJailbrokenDevices securityDisableUsbDebugging securityPreventInstallAppsFromUnknownSources") {
		values[m] = block
	}
	for _, m := range strings.Fields("passwordRequired passcodeRequired workProfileRequirePassword passwordRequiredToUnlockFromIdle passwordRequireToUnlockFromIdle bitLockerEnabled secureBootEnabled codeIntegrityEnabled tpmRequired " +
		"storageRequireEncryption activeFirewallRequired antivirusRequired antiSpywareRequired defenderEnabled signatureOutOfDate rtpEnabled configurationManagerComplianceRequired systemIntegrityProtectionEnabled firewallEnabled " +
		"securityRequireCompanyPortalAppIntegrity securityRequireGooglePlayServices securityRequireUpToDateSecurityProviders") {
		values[m] = require
	}
	return values
}()

// isCompliance tells whether a document is of a compliance policy.
func (d Document) isCompliance() bool { return strings.HasSuffix(d.Type, "CompliancePolicy") }

// inCompliance words the lines of a compliance policy. What is not here keeps the words that every policy has.
func inCompliance(lines []Line) {
	for i, l := range lines {
		if label := complianceLabels[l.Key]; label != "" {
			lines[i].Label = label
		}
		if v := complianceValues[l.Key][l.Value]; v != "" {
			lines[i].Value = v
		}
	}
}

// acronyms are words that are not written as others are.
var acronyms = map[string]string{
	"os": "OS", "vpn": "VPN", "usb": "USB", "id": "ID", "ids": "IDs", "url": "URL", "urls": "URLs", "uri": "URI", "ip": "IP", "tpm": "TPM", "dns": "DNS", "pin": "PIN", "nfc": "NFC", "sms": "SMS",
	"wifi": "Wi-Fi", "airdrop": "AirDrop", "airplay": "AirPlay",
}

// spelled are names that Graph's spelling tears apart.
var spelled = strings.NewReplacer("I cloud", "iCloud", "i cloud", "iCloud", "I tunes", "iTunes", "i tunes", "iTunes", "Bit locker", "BitLocker", "bit locker", "BitLocker", "Wi fi", "Wi-Fi", "wi fi", "Wi-Fi",
	"Mac OS", "macOS", "mac OS", "macOS", "I OS", "iOS", "i OS", "iOS")

// withAcronyms corrects words that were made of a name.
func withAcronyms(words string) string {
	all := strings.Split(words, " ")
	for i, w := range all {
		if a, ok := acronyms[strings.ToLower(w)]; ok {
			all[i] = a
		}
	}
	return spelled.Replace(strings.Join(all, " "))
}
