package diagnose_test

import (
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/diagnose"
	"github.com/tenantry/tenantry/internal/permission"
)

func state(f diagnose.Finding, l diagnose.Layer) diagnose.StepState {
	for _, s := range f.Steps {
		if s.Layer == l {
			return s.State
		}
	}
	return ""
}

// TestSteps: a layer passed only where an answer or a read shows it.
func TestSteps(t *testing.T) {
	no := false
	devices := app("DeviceManagementManagedDevices.Read.All")
	for _, tc := range []struct {
		name string
		f    diagnose.Failure
		want map[diagnose.Layer]diagnose.StepState
	}{
		{"scope missing", list(diagnose.Failure{Status: 403, ReadAt: readAt}), map[diagnose.Layer]diagnose.StepState{
			diagnose.LayerNetwork: diagnose.Passed, diagnose.LayerConsent: diagnose.Passed, diagnose.LayerScope: diagnose.Failed, diagnose.LayerAccount: diagnose.NotNeeded, diagnose.LayerLicence: diagnose.Open, diagnose.LayerApproval: diagnose.NotNeeded}},
		{"grants never read", list(diagnose.Failure{Status: 403}), map[diagnose.Layer]diagnose.StepState{diagnose.LayerScope: diagnose.Open, diagnose.LayerToken: diagnose.Open}},
		{"the other type", list(diagnose.Failure{Status: 403, ReadAt: readAt, Granted: []permission.Permission{signedIn(devices.Name)}}), map[diagnose.Layer]diagnose.StepState{diagnose.LayerScopeKind: diagnose.Failed, diagnose.LayerScope: ""}},
		{"no licence", list(diagnose.Failure{Status: 403, ReadAt: readAt, Granted: []permission.Permission{devices}, Licence: &no}), map[diagnose.Layer]diagnose.StepState{diagnose.LayerScope: diagnose.Passed, diagnose.LayerLicence: diagnose.Failed}},
		{"Entra stops before all else", list(diagnose.Failure{AADSTS: 7000222, Status: 401}), map[diagnose.Layer]diagnose.StepState{
			diagnose.LayerApp: diagnose.Failed, diagnose.LayerTenant: diagnose.Open, diagnose.LayerConsent: diagnose.Open, diagnose.LayerThrottle: diagnose.Open}},
		{"a 401 says nothing of the token's tenant", list(diagnose.Failure{Status: 401, Code: "InvalidAuthenticationToken"}), map[diagnose.Layer]diagnose.StepState{diagnose.LayerTenant: diagnose.Open, diagnose.LayerToken: diagnose.Failed}},
		{"no answer", list(diagnose.Failure{NoAnswer: true}), map[diagnose.Layer]diagnose.StepState{diagnose.LayerNetwork: diagnose.Failed, diagnose.LayerApp: diagnose.Open}},
		{"several causes", diagnose.Failure{Status: 403, Kind: permission.Delegated, Code: "Authorization_RequestDenied"}, map[diagnose.Layer]diagnose.StepState{diagnose.LayerScope: diagnose.Open, diagnose.LayerRole: diagnose.Open}},
		{"sign in again", diagnose.Failure{Status: 401, Kind: permission.Delegated, Challenge: true}, map[diagnose.Layer]diagnose.StepState{diagnose.LayerCondition: diagnose.Failed}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := diagnose.Diagnose(tc.f)
			for l, want := range tc.want {
				if s := state(got, l); s != want {
					t.Errorf("%s is %q, want %q", l, s, want)
				}
			}
			if got.Proof == "" {
				t.Error("nothing would prove it fixed")
			}
			for _, s := range got.Steps {
				if s.Evidence == "" || s.State == diagnose.Passed && s.Layer == diagnose.LayerScope && s.At.IsZero() {
					t.Errorf("%+v", s)
				}
			}
		})
	}
}

// FuzzDiagnose: whatever Microsoft says, the finding is whole, and shows nothing of it but a plain code.
func FuzzDiagnose(f *testing.F) {
	f.Add(403, "Forbidden", "", seed403, 0, "/v1.0/deviceManagement/managedDevices")
	f.Add(401, "UnknownError", "Forbidden", "{\"a\":", 0, "")
	f.Add(400, "<script>", "\x00", "AADSTS65001", 65001, "//{}")
	f.Fuzz(func(t *testing.T, status int, code, inner, text string, number int, path string) {
		got := diagnose.Diagnose(diagnose.Failure{Status: status, Code: code, Inner: inner, Text: "canary" + text, AADSTS: number, Path: path, Method: "GET", ReadAt: readAt})
		if got.Verdict == "" || got.Remedy == "" || got.Proof == "" || len(got.Steps) == 0 || got.Layer == diagnose.LayerUnknown && got.Confidence != diagnose.Unsure {
			t.Errorf("not said in full: %+v", got)
		}
		all := strings.Join(append(got.Evidence, got.Verdict, got.Remedy, got.Useless), " ")
		for _, s := range got.Steps {
			all += s.Evidence
		}
		if strings.Contains(all, "canary") || strings.ContainsAny(all, "<>\x00") {
			t.Error(all)
		}
	})
}
