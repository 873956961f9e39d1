package configuration

import (
	"strconv"
	"strings"

	"github.com/tenantry/tenantry/internal/configuration"
	"github.com/tenantry/tenantry/web/page"
)

var kindWords = map[string]string{
	string(configuration.Device): "Device configuration", string(configuration.Catalogue): "Settings catalogue", string(configuration.Compliance): "Compliance policy",
	string(configuration.ComplianceCatalogue): "Compliance policy of the catalogue", string(configuration.GroupPolicy): "Administrative template", string(configuration.Intent): "Endpoint security (older)",
	string(configuration.FeatureUpdate): "Feature update", string(configuration.QualityUpdate): "Quality update", string(configuration.DriverUpdate): "Driver update",
	string(configuration.Script): "PowerShell script", string(configuration.ShellScript): "Shell script", string(configuration.Remediation): "Remediation",
	string(configuration.AssignmentFilter): "Assignment filter", string(configuration.ScopeTag): "Scope tag", string(configuration.Notification): "Notification template",
	string(configuration.AppProtection): "App protection", string(configuration.AppConfiguration): "App configuration",
}

// kindWord names a kind; one that this version of the portal does not know is its own name with blanks.
func kindWord(k configuration.Kind) string {
	if w, ok := kindWords[string(k)]; ok {
		return w
	}
	return configuration.Words(string(k))
}

// typeWords are Graph's policy types in the words of the Intune admin centre.
var typeWords = map[string]string{
	"deviceManagementCompliancePolicy": "Compliance policy of the settings catalogue", "groupPolicyConfiguration": "Administrative template", "deviceManagementIntent": "Endpoint security or baseline, older form",
	"windowsFeatureUpdateProfile": "Windows feature update", "windowsQualityUpdateProfile": "Windows quality update, expedited", "windowsDriverUpdateProfile": "Windows driver update",
	"deviceManagementScript": "Windows PowerShell script", "deviceShellScript": "macOS shell script", "deviceHealthScript": "Windows remediation", "deviceAndAppManagementAssignmentFilter": "Assignment filter", "roleScopeTag": "Scope tag",
	"deviceManagementConfigurationPolicy": "Settings catalogue", "notificationMessageTemplate": "Notification template",
	"windows10CompliancePolicy": "Windows 10 and later compliance policy", "windows81CompliancePolicy": "Windows 8.1 compliance policy",
	"windows10MobileCompliancePolicy": "Windows 10 Mobile compliance policy", "windowsPhone81CompliancePolicy": "Windows Phone 8.1 compliance policy",
	"iosCompliancePolicy": "iOS/iPadOS compliance policy", "macOSCompliancePolicy": "macOS compliance policy", "androidCompliancePolicy": "Android device administrator compliance policy",
	"androidWorkProfileCompliancePolicy": "Android work profile compliance policy", "androidDeviceOwnerCompliancePolicy": "Android fully managed compliance policy",
	"aospDeviceOwnerCompliancePolicy": "Android (AOSP) compliance policy", "androidForWorkCompliancePolicy": "Android for Work compliance policy", "defaultDeviceCompliancePolicy": "Default compliance policy",
	"windows10GeneralConfiguration": "Windows device restrictions", "windows10CustomConfiguration": "Windows custom (OMA-URI)", "windows10EndpointProtectionConfiguration": "Windows endpoint protection",
	"windowsUpdateForBusinessConfiguration": "Windows update ring", "windowsDefenderAdvancedThreatProtectionConfiguration": "Microsoft Defender for Endpoint", "windows10SecureAssessmentConfiguration": "Windows secure assessment",
	"windows10TeamGeneralConfiguration": "Surface Hub restrictions", "windows10EnterpriseModernAppManagementConfiguration": "Windows app management", "editionUpgradeConfiguration": "Windows edition upgrade",
	"sharedPCConfiguration": "Windows shared multi-user device", "windows81GeneralConfiguration": "Windows 8.1 restrictions", "windowsPhone81GeneralConfiguration": "Windows Phone 8.1 restrictions",
	"windowsPhone81CustomConfiguration": "Windows Phone 8.1 custom (OMA-URI)", "windowsWifiConfiguration": "Windows Wi-Fi", "windowsWifiEnterpriseEAPConfiguration": "Windows enterprise Wi-Fi",
	"windows10VpnConfiguration": "Windows VPN", "windows81TrustedRootCertificate": "Windows trusted root certificate", "windows81SCEPCertificateProfile": "Windows SCEP certificate", "windowsKioskConfiguration": "Windows kiosk",
	"windowsIdentityProtectionConfiguration": "Windows Hello for Business", "windowsDeliveryOptimizationConfiguration": "Windows delivery optimisation", "windowsHealthMonitoringConfiguration": "Windows health monitoring",
	"iosGeneralDeviceConfiguration": "iOS/iPadOS device restrictions", "iosCustomConfiguration": "iOS/iPadOS custom profile", "iosDeviceFeaturesConfiguration": "iOS/iPadOS device features", "iosUpdateConfiguration": "iOS/iPadOS update policy",
	"iosWiFiConfiguration": "iOS/iPadOS Wi-Fi", "iosEnterpriseWiFiConfiguration": "iOS/iPadOS enterprise Wi-Fi", "iosVpnConfiguration": "iOS/iPadOS VPN", "iosTrustedRootCertificate": "iOS/iPadOS trusted root certificate",
	"iosScepCertificateProfile": "iOS/iPadOS SCEP certificate", "iosEasEmailProfileConfiguration": "iOS/iPadOS mail",
	"macOSGeneralDeviceConfiguration": "macOS device restrictions", "macOSCustomConfiguration": "macOS custom profile", "macOSDeviceFeaturesConfiguration": "macOS device features", "macOSEndpointProtectionConfiguration": "macOS endpoint protection",
	"macOSWiFiConfiguration": "macOS Wi-Fi", "macOSTrustedRootCertificate": "macOS trusted root certificate", "macOSSoftwareUpdateConfiguration": "macOS update policy", "macOSExtensionsConfiguration": "macOS extensions",
	"androidGeneralDeviceConfiguration": "Android device administrator restrictions", "androidCustomConfiguration": "Android custom (OMA-URI)", "androidWorkProfileGeneralDeviceConfiguration": "Android work profile restrictions",
	"androidWorkProfileCustomConfiguration": "Android work profile custom (OMA-URI)", "androidDeviceOwnerGeneralDeviceConfiguration": "Android fully managed restrictions", "androidDeviceOwnerWiFiConfiguration": "Android fully managed Wi-Fi",
	"androidWorkProfileWiFiConfiguration": "Android work profile Wi-Fi", "unsupportedDeviceConfiguration": "A type that Microsoft Graph does not show",
}

// typeWord names a type; one that Microsoft added since is its own name with blanks.
func typeWord(t string) string {
	for _, words := range []map[string]string{typeWords, protectionTypes, configurationTypes} {
		if w, ok := words[t]; ok {
			return w
		}
	}
	return configuration.Words(t)
}

var targetWords = map[string]string{
	"allDevices": "All devices", "allLicensedUsers": "All users with a licence", "group": "Group", "exclusionGroup": "Not: group", "configurationManagerCollection": "Configuration Manager collection",
	"unknown": "A target that Graph does not name",
}

var filterWords = map[string]string{"include": "only devices that match filter", "exclude": "not devices that match filter"}

// actionWords are what a compliance policy does, in the words of the Intune admin centre.
var actionWords = map[string]string{
	"noAction": "Nothing", "block": "Mark device noncompliant", "notification": "Send mail to the user", "retire": "Add device to the retire list", "wipe": "Wipe the device",
	"removeResourceAccessProfiles": "Remove resource access profiles", "pushNotification": "Send push notification", "remoteLock": "Lock the device", "unknown": "An action that Graph does not name",
}

var statusWords = map[string]string{"errors": "with devices that failed or are in error", "conflicts": "with conflicts", "pending": "with pending devices", "unknown": "not counted by Intune"}

var partWords = map[configuration.Part]string{
	configuration.Record: "Policy", configuration.Settings: "Setting", configuration.Apps: "App", configuration.Assignments: "Assignment", configuration.Actions: "Action",
}

var standingWords = map[configuration.Standing]string{
	configuration.Same: "Same", configuration.Changed: "Different", configuration.Left: "Only left", configuration.Right: "Only right", configuration.Unknown: "Unknown: secret",
}

func worded(words map[string]string, v string) string {
	if w, ok := words[v]; ok {
		return w
	}
	return v
}

// labelOf is the words of a line: targets and actions have words of the page's own.
func labelOf(l configuration.Line) string {
	switch l.Part {
	case configuration.Assignments:
		return strings.TrimSpace(worded(targetWords, l.Label) + " " + l.Key)
	case configuration.Actions:
		return strings.TrimSpace(worded(actionWords, l.Label) + " " + l.Key)
	}
	return l.Label
}

// hours are in days where they are whole ones: "after 3 days".
func hours(h int64) string {
	switch {
	case h == 0:
		return "at once"
	case h%24 == 0 && h == 24:
		return "after 1 day"
	case h%24 == 0:
		return "after " + strconv.FormatInt(h/24, 10) + " days"
	case h == 1:
		return "after 1 hour"
	}
	return "after " + strconv.FormatInt(h, 10) + " hours"
}

// cut keeps a value within what a page can show; the JSON twin has all of it.
func cut(s string) string {
	r := []rune(s)
	if len(r) <= 400 {
		return s
	}
	return string(r[:400]) + "…"
}

// History has the words of this room's history, for the list of all changes. What changed in a document is on the page of its policy.
var History = page.History{Labels: map[string]string{"settings": "Settings"}, Said: func(_, v string) string { return v }}
