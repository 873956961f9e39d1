package apps

import (
	"strconv"
	"strings"
)

// typeWords are Graph's mobileApp types in the words of the Intune admin centre.
var typeWords = map[string]string{
	"win32LobApp": "Windows app (Win32)", "win32CatalogApp": "Windows app (Win32, catalogue)", "windowsMobileMSI": "Windows MSI line-of-business app",
	"windowsUniversalAppX": "Windows AppX/MSIX line-of-business app", "windowsAppX": "Windows AppX line-of-business app",
	"winGetApp": "Microsoft Store app", "windowsStoreApp": "Microsoft Store app (legacy)", "microsoftStoreForBusinessApp": "Microsoft Store for Business app",
	"officeSuiteApp": "Microsoft 365 Apps for Windows", "windowsMicrosoftEdgeApp": "Microsoft Edge for Windows", "windowsWebApp": "Windows web link",
	"webApp": "Web link", "iosStoreApp": "iOS store app", "iosVppApp": "iOS volume-purchase app", "iosLobApp": "iOS line-of-business app",
	"iosiPadOSWebClip": "iOS web clip", "managedIOSStoreApp": "iOS store app with protection policy", "managedIOSLobApp": "iOS line-of-business app with protection policy",
	"androidStoreApp": "Android store app", "androidManagedStoreApp": "Managed Google Play app", "androidManagedStoreWebApp": "Managed Google Play web link",
	"androidLobApp": "Android line-of-business app", "androidForWorkApp": "Android for Work app", "managedAndroidStoreApp": "Android store app with protection policy",
	"managedAndroidLobApp": "Android line-of-business app with protection policy",
	"macOSLobApp":          "macOS line-of-business app", "macOSDmgApp": "macOS app (DMG)", "macOSPkgApp": "macOS app (PKG)", "macOSVppApp": "macOS volume-purchase app",
	"macOsVppApp": "macOS volume-purchase app", "macOSMicrosoftEdgeApp": "Microsoft Edge for macOS", "macOSMicrosoftDefenderApp": "Microsoft Defender for macOS",
	"macOSOfficeSuiteApp": "Microsoft 365 Apps for macOS", "macOSWebClip": "macOS web clip",
}

// typeWord names a type; one that Microsoft added since is its own name with blanks: "linuxSnapApp" is "linux Snap App".
func typeWord(t string) string {
	if w, ok := typeWords[t]; ok {
		return w
	}
	var b strings.Builder
	for i, r := range t {
		if i > 0 && r >= 'A' && r <= 'Z' && t[i-1] >= 'a' && t[i-1] <= 'z' {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

var stateWords = map[string]string{"published": "Published", "processing": "Being processed", "notPublished": "Not published"}

var intentWords = map[string]string{
	"required": "Required", "available": "Available", "uninstall": "Uninstall", "availableWithoutEnrollment": "Available without enrollment",
}

var targetWords = map[string]string{
	"allDevices": "All devices", "allLicensedUsers": "All users with a licence", "group": "Group", "exclusionGroup": "Not: group",
}

var filterWords = map[string]string{"include": "only devices that match filter", "exclude": "not devices that match filter"}

func worded[K ~string](words map[K]string, v K) string {
	if w, ok := words[v]; ok {
		return w
	}
	return string(v)
}

func join(list []string) string { return strings.Join(list, ", ") }

// trim is a number with one decimal, or none where that is zero.
func trim(v float64) string { return strings.TrimSuffix(strconv.FormatFloat(v, 'f', 1, 64), ".0") }

// plainNumber is a number as exports have it.
func plainNumber(n int64) string { return strconv.FormatInt(n, 10) }
