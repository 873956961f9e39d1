package devices

import (
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
	"github.com/tenantry/tenantry/web/verdict"
)

func complianceOptions() []page.Option {
	out := make([]page.Option, 0, len(device.ComplianceStates))
	for _, c := range device.ComplianceStates {
		out = append(out, page.Option{Value: c, Label: verdict.Compliance(c)})
	}
	return out
}

var checkInOptions = []page.Option{
	{Value: device.CheckInToday, Label: "under 24 hours ago"},
	{Value: device.CheckIn7, Label: "1 to 7 days ago"},
	{Value: device.CheckIn30, Label: "8 to 30 days ago"},
	{Value: device.CheckIn90, Label: "31 to 90 days ago"},
	{Value: device.CheckInOver90, Label: "over 90 days ago"},
	{Value: device.CheckInNever, Label: "never"},
}

var ownershipOptions = []page.Option{{Value: "company", Label: "Company"}, {Value: "personal", Label: "Personal"}, {Value: "unknown", Label: "Unknown"}}

// systems are the operating systems that Intune manages, as it spells them.
var systems = []string{"Windows", "macOS", "iOS", "iPadOS", "Android", "Linux", "ChromeOS"}

// managementStates are what Graph may say of a device, in the order of the filter.
var managementStates = []string{
	"managed", "unhealthy", "discovered", "retirePending", "retireIssued", "retireFailed", "retireCanceled", "wipePending", "wipeIssued", "wipeFailed", "wipeCanceled", "deletePending",
}

// windowsReleases are the names of Windows builds (learn.microsoft.com/windows/release-health).
var windowsReleases = map[string]string{
	"17763": "10 1809", "18363": "10 1909", "19041": "10 2004", "19042": "10 20H2", "19043": "10 21H1", "19044": "10 21H2", "19045": "10 22H2",
	"22000": "11 21H2", "22621": "11 22H2", "22631": "11 23H2", "26100": "11 24H2", "26200": "11 25H2",
}

// system names the operating system as people do: "Windows 11 24H2" for a Windows build, else system and version.
func system(d device.Device) string {
	if parts := strings.Split(d.OSVersion, "."); d.OS == "Windows" && len(parts) >= 3 {
		if release, ok := windowsReleases[parts[2]]; ok {
			return "Windows " + release
		}
	}
	return strings.TrimSpace(d.OS + " " + d.OSVersion)
}

// systemExact adds the build where the name hides it.
func systemExact(d device.Device) string {
	if short := system(d); d.OS == "Windows" && !strings.Contains(short, d.OSVersion) {
		return short + " (" + strings.TrimPrefix(d.OSVersion, "10.0.") + ")"
	}
	return system(d)
}

// user is who a row names: the sign-in name, or what else is known of the person.
func user(d device.Device) string {
	for _, s := range []string{d.UPN, d.Email, d.UserName} {
		if s != "" {
			return s
		}
	}
	return ""
}

var ownershipWords = map[string]string{"company": "Company", "personal": "Personal", "unknown": "Unknown", "": ""}

func ownership(v string) string { return worded(ownershipWords, v) }

// worded is the page's word for a value of Microsoft's, or the value itself: their enumerations grow.
func worded(words map[string]string, v string) string {
	if w, ok := words[v]; ok {
		return w
	}
	return v
}

// actionWords name remote actions; Intune uses two spellings for some.
var actionWords = map[string]string{
	"removeCompanyData": "Retire", "retire": "Retire", "factoryReset": "Wipe", "wipe": "Wipe",
	"factoryResetKeepEnrollmentData": "Wipe, enrollment kept", "rebootNow": "Restart", "reboot": "Restart", "shutDown": "Shut down",
	"remoteLock": "Remote lock", "resetPasscode": "Reset passcode", "recoverPasscode": "Recover passcode", "syncDevice": "Sync",
	"locateDevice": "Locate", "enableLostMode": "Lost mode on", "disableLostMode": "Lost mode off", "quickScan": "Quick scan", "windowsDefenderScan": "Scan", "fullScan": "Full scan",
	"windowsDefenderUpdateSignatures": "Update signatures", "rotateBitLockerKeys": "Rotate BitLocker keys", "rotateFileVaultKey": "Rotate FileVault key",
	"rotateLocalAdminPassword": "Rotate local administrator password", "setDeviceName": "Rename", "cleanWindowsDevice": "Fresh start",
	"automaticRedeployment": "Autopilot reset", "logoutSharedAppleDeviceActiveUser": "Sign out user", "delete": "Delete", "collectDiagnostics": "Collect logs",
	"createDeviceLogCollectionRequest": "Collect logs", "bypassActivationLock": "Bypass activation lock", "deprovision": "Deprovision",
	"playLostModeSound": "Lost mode sound", "revokeAppleVppLicenses": "Revoke App Store licences", "triggerConfigurationManagerAction": "Configuration Manager", "configurationManagerAction": "Configuration Manager",
	"updateWindowsDeviceAccount": "Surface Hub account", "updateDeviceAccount": "Surface Hub account",
}

var actionStates = map[string]saidAs{
	"pending": {"Pending", ui.ShapePending}, "active": {"Running", ui.ShapePending}, "done": {"Done", ui.ShapeNone}, "failed": {"Failed", ui.ShapeBad},
	"canceled": {"Cancelled", ui.ShapeNone}, "notSupported": {"Not supported", ui.ShapeWarn}, "none": {"No result", ui.ShapeNone},
}

// lastAction is the newest remote action of a device; ok is false where there is none.
func lastAction(d device.Device) (a device.Action, ok bool) {
	for _, c := range d.ActionResults() {
		if !ok || latest(c).After(latest(a)) {
			a, ok = c, true
		}
	}
	return a, ok
}

func latest(a device.Action) time.Time {
	if a.UpdatedAt.After(a.StartedAt) {
		return a.UpdatedAt
	}
	return a.StartedAt
}

// actionState words an action: "Restart: pending 2 h".
func actionState(a device.Action, now time.Time) ui.State {
	s := resultState(a.State)
	text := worded(actionWords, a.Name) + ": " + ui.Lower(s.Text)
	if s.Shape == ui.ShapePending && !a.StartedAt.IsZero() && now.After(a.StartedAt) {
		text += " " + ui.Length(now.Sub(a.StartedAt))
	}
	return ui.State{Shape: s.Shape, Text: text, Title: ui.NewTime(latest(a), now).Title}
}

// resultState words the state of an action; one that Microsoft added since is unknown.
func resultState(state string) ui.State {
	s, known := actionStates[state]
	if !known {
		s = saidAs{"Unknown", ui.ShapeUnknown}
	}
	return ui.State{Shape: s.shape, Text: s.text}
}
