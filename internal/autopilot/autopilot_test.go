package autopilot

import (
	"testing"
	"time"

	gojson "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/postgres"
)

const zeros = "00000000-0000-0000-0000-000000000000"

func TestFromGraph(t *testing.T) {
	for name, tc := range map[string]struct {
		body string
		want Identity
	}{
		"enrolled": {
			`{"id":"a","serialNumber":" 5CG1234XYZ ","manufacturer":"HP","model":"EliteBook 840","systemFamily":"EliteBook","groupTag":"CTO-STD","purchaseOrderIdentifier":"PO-7",
			"deploymentProfileAssignmentStatus":"assignedUnkownSyncState","deploymentProfileAssignmentDetailedStatus":"none","deploymentProfileAssignedDateTime":"2026-05-04T08:00:00Z",
			"enrollmentState":"enrolled","lastContactedDateTime":"2026-06-01T09:30:00Z","userPrincipalName":"s.ito@contoso.example","addressableUserName":"Sam Ito",
			"azureActiveDirectoryDeviceId":"E1B0C0DE-0000-4000-8000-000000000001","managedDeviceId":"d1b0c0de-0000-4000-8000-000000000001","remediationState":"noRemediationRequired",
			"remediationStateLastModifiedDateTime":"0001-01-01T00:00:00Z","userlessEnrollmentStatus":"unknown"}`,
			Identity{ID: "a", Serial: "5CG1234XYZ", Manufacturer: "HP", Model: "EliteBook 840", SystemFamily: "EliteBook", GroupTag: "CTO-STD", PurchaseOrder: "PO-7",
				ProfileStatus: "assignedUnkownSyncState", ProfileDetail: "none", ProfileAssignedAt: time.Date(2026, 5, 4, 8, 0, 0, 0, time.UTC), State: "enrolled",
				ContactedAt: time.Date(2026, 6, 1, 9, 30, 0, 0, time.UTC), UPN: "s.ito@contoso.example", UserName: "Sam Ito", EntraDeviceID: "e1b0c0de-0000-4000-8000-000000000001",
				ManagedDeviceID: "d1b0c0de-0000-4000-8000-000000000001", Remediation: "noRemediationRequired", Userless: "unknown"},
		},
		"never switched on": {
			`{"id":"b","serialNumber":"S","enrollmentState":"notContacted","lastContactedDateTime":"0001-01-01T00:00:00Z","managedDeviceId":"` + zeros + `","azureActiveDirectoryDeviceId":"` + zeros + `","azureAdDeviceId":null}`,
			Identity{ID: "b", Serial: "S", State: "notContacted", ProfileStatus: "unknown"},
		},
		"nulls where there never are any": {
			`{"id":"c","serialNumber":null,"enrollmentState":null,"lastContactedDateTime":null,"deploymentProfileAssignmentStatus":null,"groupTag":null,"managedDeviceId":null}`,
			Identity{ID: "c", State: "unknown", ProfileStatus: "unknown"},
		},
		"members and properties of later making": {
			`{"id":"d","enrollmentState":"quantum","deploymentProfileAssignmentStatus":"assignedTwice","azureAdDeviceId":"E2","new":{"x":[1]},"lastContactedDateTime":"soon"}`,
			Identity{ID: "d", State: "quantum", ProfileStatus: "assignedTwice", EntraDeviceID: "e2"},
		},
		"secrets are left out": {
			`{"id":"e","serialNumber":"x\u0000","productKey":"hunter2","deviceAccountPassword":"hunter2","deviceAccountUpn":"room@contoso.example","enrollmentState":"failed"}`,
			Identity{ID: "e", Serial: "x\uFFFD", DeviceAccount: "room@contoso.example", State: "failed", ProfileStatus: "unknown"},
		},
	} {
		var w graph.AutopilotIdentity
		if err := gojson.Unmarshal([]byte(tc.body), &w); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := fromGraph(w); got != tc.want {
			t.Errorf("%s:\n got %+v\nwant %+v", name, got, tc.want)
		}
	}
}

func FuzzFromGraph(f *testing.F) {
	f.Add([]byte(`{"id":"x","serialNumber":"\ud800","enrollmentState":"","lastContactedDateTime":"99999-01-01T00:00:00Z","managedDeviceId":"0-0"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var w graph.AutopilotIdentity
		if gojson.Unmarshal(body, &w, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true)) != nil {
			return
		}
		i := fromGraph(w)
		for _, s := range []string{i.ID, i.Serial, i.Name, i.Manufacturer, i.Model, i.SystemFamily, i.SKU, i.GroupTag, i.PurchaseOrder, i.ProfileStatus, i.ProfileDetail, i.State,
			i.UPN, i.UserName, i.EntraDeviceID, i.ManagedDeviceID, i.DeviceAccount, i.FriendlyName, i.Remediation, i.Userless, searchText(i), serialKey(i.Serial)} {
			if !postgres.Printable(s) {
				t.Errorf("Postgres cannot hold %q", s)
			}
		}
		if i.State == "" || i.ProfileStatus == "" || i.ContactedAt.Year() == 0 {
			t.Errorf("%+v", i)
		}
	})
}
