package configuration

import (
	"encoding/json"
	"testing"
)

func TestComplianceWords(t *testing.T) {
	settings := json.RawMessage(`{"osMinimumVersion":"14.8","passcodeMinutesOfInactivityBeforeLock":5,"passwordBlockSimple":true,"securityDisableUsbDebugging":false,"deviceThreatProtectionRequiredSecurityLevel":"unavailable","passwordRequiredType":"tomorrows","tomorrowRequired":true}`)
	for label, want := range map[string]string{"Minimum OS version": "14.8", "Maximum minutes after screen lock before password is required": "5", "Simple passwords": "Block", "Block USB debugging on device": "Not configured",
		"Require the device to be at or under the Device Threat Level": "Not configured", "Required password type": "tomorrows", "Tomorrow required": "Yes"} {
		if l := line(t, Document{Type: "iosCompliancePolicy", Settings: settings}, label); l.Value != want {
			t.Errorf("%s: %+v, want %q", label, l, want)
		}
	}
	if l := line(t, Document{Type: "windows10GeneralConfiguration", Settings: settings}, "Password block simple"); l.Value != "Yes" {
		t.Errorf("a device configuration has words of its own: %+v", l)
	}
	for member := range complianceValues {
		if complianceLabels[member] == "" && member != "workProfilePasswordRequiredType" && member != "workProfileRequiredPasswordComplexity" {
			t.Errorf("%s has words for its values and none for itself", member)
		}
	}
}
