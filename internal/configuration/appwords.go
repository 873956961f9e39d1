package configuration

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// appSettings are the members that hold an app's own keys and values.
var appSettings = map[string]bool{"settings": true, "xmlSettings": true, "managedConfiguration": true, "customSettings": true}

// labels are members of app protection policies in the words of the Intune admin centre. What is not here is its own name with blanks.
var labels = map[string]string{
	"allowedInboundDataTransferSources": "Receive data from other apps", "allowedOutboundDataTransferDestinations": "Send company data to other apps",
	"allowedOutboundClipboardSharingLevel": "Cut, copy and paste with other apps", "allowedDataStorageLocations": "Places where copies may be saved", "saveAsBlocked": "Saving copies blocked",
	"dataBackupBlocked": "Backup of company data blocked", "contactSyncBlocked": "Contacts stay in the app", "printBlocked": "Printing blocked", "managedBrowser": "Browser for web links",
	"managedBrowserToOpenLinksRequired": "Web links open in a managed browser only", "customBrowserProtocol": "Address of another browser (iOS)", "customBrowserPackageId": "Package of another browser (Android)",
	"customBrowserDisplayName": "Name of another browser", "screenCaptureBlocked": "Screen capture blocked", "encryptAppData": "Company data encrypted",
	"disableAppEncryptionIfDeviceEncryptionIsEnabled": "No encryption of its own where the device encrypts", "appDataEncryptionType": "Encryption of company data",
	"pinRequired": "PIN needed to open the app", "simplePinBlocked": "Simple PINs blocked", "minimumPinLength": "Minimum PIN length", "maximumPinRetries": "Wrong PINs before action", "pinCharacterSet": "Characters of the PIN",
	"periodBeforePinReset": "PIN must be changed after", "disableAppPinIfDevicePinIsSet": "No app PIN where the device has one", "fingerprintBlocked": "Fingerprint instead of PIN blocked", "faceIdBlocked": "Face instead of PIN blocked",
	"organizationalCredentialsRequired": "Work account needed to open the app", "deviceComplianceRequired": "Jailbroken or rooted devices blocked", "periodOnlineBeforeAccessCheck": "Access is checked again after (online)",
	"periodOfflineBeforeAccessCheck": "Access is blocked after (offline)", "periodOfflineBeforeWipeIsEnforced": "Company data is wiped after (offline)", "minimumRequiredOsVersion": "Minimum system, else blocked",
	"minimumWarningOsVersion": "Minimum system, else a warning", "minimumWipeOsVersion": "Minimum system, else wiped", "minimumRequiredAppVersion": "Minimum app version, else blocked", "minimumWarningAppVersion": "Minimum app version, else a warning",
	"minimumRequiredSdkVersion": "Minimum Intune SDK, else blocked", "minimumRequiredPatchVersion": "Minimum Android patch, else blocked", "minimumWarningPatchVersion": "Minimum Android patch, else a warning",
	"appActionIfDeviceComplianceRequired": "On a jailbroken or rooted device", "appActionIfMaximumPinRetriesExceeded": "After too many wrong PINs", "appActionIfUnableToAuthenticateUser": "Where the account is disabled",
	"maximumAllowedDeviceThreatLevel": "Highest threat level allowed", "mobileThreatDefenseRemediationAction": "Above that threat level", "targetedAppManagementLevels": "For devices that are", "appGroupType": "Apps it is for",
	"enforcementLevel": "Windows Information Protection mode", "enterpriseDomain": "Company's domain", "enterpriseProtectedDomainNames": "Protected domains",
}

// valueWords are values of those members. A value that is not here, such as one that Microsoft adds one day, stays as it is.
var valueWords = func() map[string]map[string]string {
	transfer := map[string]string{"allApps": "All apps", "managedApps": "Managed apps only", "none": "No apps"}
	action := map[string]string{"block": "Block access", "wipe": "Wipe company data", "warn": "Warn", "blockWhenSettingIsSupported": "Block access where supported"}
	unset := map[string]string{"0000-00-00": "Not set"}
	return map[string]map[string]string{
		"allowedInboundDataTransferSources": transfer, "allowedOutboundDataTransferDestinations": transfer,
		"allowedOutboundClipboardSharingLevel": {"allApps": "Any app", "managedAppsWithPasteIn": "Managed apps, and pasting in from any app", "managedApps": "Managed apps only", "blocked": "Blocked", "none": "Blocked", "anyDestinationAnySource": "Any app"},
		"allowedDataStorageLocations":          {"oneDriveForBusiness": "OneDrive for work", "sharePoint": "SharePoint", "box": "Box", "localStorage": "Device", "photoLibrary": "Photo library"},
		"managedBrowser":                       {"notConfigured": "Any", "microsoftEdge": "Microsoft Edge"},
		"appDataEncryptionType":                {"useDeviceSettings": "As the device", "afterDeviceRestart": "Until first unlock after a restart", "whenDeviceLockedExceptOpenFiles": "While locked, but for open files", "whenDeviceLocked": "While the device is locked"},
		"pinCharacterSet":                      {"numeric": "Digits", "alphanumericAndSymbol": "Letters, digits and symbols"},
		"appActionIfDeviceComplianceRequired":  action, "appActionIfMaximumPinRetriesExceeded": action, "appActionIfUnableToAuthenticateUser": action, "mobileThreatDefenseRemediationAction": action,
		"maximumAllowedDeviceThreatLevel": {"notConfigured": "Not set", "secured": "Secured", "low": "Low", "medium": "Medium", "high": "High"},
		"appGroupType":                    {"selectedPublicApps": "Those named here", "allCoreMicrosoftApps": "All core Microsoft apps", "allMicrosoftApps": "All Microsoft apps", "allApps": "All apps"},
		"enforcementLevel":                {"noProtection": "Off", "encryptAndAuditOnly": "Silent", "encryptAuditAndPrompt": "Allow overrides", "encryptAuditAndBlock": "Block"},
		"minimumRequiredPatchVersion":     unset, "minimumWarningPatchVersion": unset,
	}
}()

// said is a value in words: by the member that it is of, which is the last part of the path.
func said(path string, v any) string {
	s := plain(v)
	if strings.HasSuffix(path, "]") { // a key of the app's own: its value is literal
		return s
	}
	name := path[strings.LastIndexByte(path, '.')+1:]
	if w := valueWords[name][s]; w != "" {
		return w
	}
	if strings.HasPrefix(name, "period") {
		return duration(s)
	}
	return s
}

var isoDuration = regexp.MustCompile(`^P(?:(\d{1,8})D)?(?:T(?:(\d{1,8})H)?(?:(\d{1,8})M)?(?:(\d{1,8})(?:\.\d+)?S)?)?$`)

// duration words what Graph writes as ISO 8601: "PT12H" is "12 hours", "PT0S" is "never". Anything else stays as it is.
func duration(s string) string {
	m := isoDuration.FindStringSubmatch(s)
	if m == nil || !strings.ContainsAny(s, "0123456789") {
		return s
	}
	var parts []string
	for i, unit := range []string{"day", "hour", "minute", "second"} {
		n, _ := strconv.Atoi(m[i+1])
		switch {
		case n == 1:
			parts = append(parts, "1 "+unit)
		case n > 1:
			parts = append(parts, fmt.Sprintf("%d %ss", n, unit))
		}
	}
	if len(parts) == 0 {
		return "never"
	}
	return strings.Join(parts, ", ")
}
