package graph

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

func autopilotOperations() []operation {
	op := func(path string, o options, page pageSize, h func(*call) error) operation {
		return operation{method: http.MethodGet, path: "/deviceManagement/" + path, versions: both, area: intune, allow: readServices, roles: intuneReaders, options: o, page: page, handle: h}
	}
	return append(families(family{
		path: "deviceManagement/importedWindowsAutopilotDeviceIdentities", kind: "importedWindowsAutopilotDeviceIdentity", versions: both, allow: readServices, members: (*call).importedIdentities,
	}),
		op("windowsAutopilotDeviceIdentities", oSelect|oFilter|oTop|oSkip|oCount, intunePage, (*call).listAutopilot),
		op("windowsAutopilotDeviceIdentities/{id}", oSelect, pageSize{}, (*call).getAutopilot),
	)
}

// spares is how many machines are registered and were never switched on.
func (c *call) spares() int { return c.t.Devices / 40 }

// How deployment profiles stand (beta: windowsAutopilotProfileAssignmentStatus, with Microsoft's own spelling), as often as each is seen: a
// machine that was in contact had its profile, one in a store room may still lack it.
var (
	profilesInUse = []string{"assignedUnkownSyncState", "assignedUnkownSyncState", "assignedInSync", "assignedInSync", "assignedInSync", "assignedOutOfSync"}
	profilesSpare = []string{"assignedUnkownSyncState", "assignedInSync", "pending", "notAssigned", "failed"}
)

// registered says whether Autopilot knows the i-th device: a company Windows machine with a deployment profile.
func (f *fleet) registered(i int) bool {
	if f.kindOf(i) != windows || f.doubles(i) {
		return false
	}
	v := f.at(i)
	return v.profile != ""
}

// autopilotObject is the identity of the i-th device of the fleet, or of a spare behind them.
func (c *call) autopilotObject(i int) object {
	f := c.fleet()
	d := c.draw(kindAutopilot, i)
	tag := pick(&d, []string{"", "", c.t.Prefix + "-STD", c.t.Prefix + "-STD", c.t.Prefix + "-KIOSK"})
	if i >= f.t.Devices {
		m := platforms[windows].models[d.n(9)]
		return c.identity(i, tag, serialNumber(&d, m.maker), m.maker, m.name, "notContacted", never, zeroGUID, zeroGUID, "", "")
	}
	v := f.at(i)
	state, contact := "enrolled", v.enrolled
	switch {
	case v.synced.IsZero():
		state, contact = "notContacted", never
	case d.is(0.02):
		state = "failed"
	case v.state == "wipePending":
		state = "pendingReset"
	}
	entra := zeroGUID
	if v.joined {
		entra = v.entraID.String()
	}
	upn, who := "", ""
	if d.is(0.4) { // assigned to a person beforehand
		upn, who = v.owner.upn, v.owner.display
	}
	record := v.id.String()
	if v.gone {
		state, record = "notContacted", zeroGUID
	}
	return c.identity(i, tag, v.serial, v.model.maker, v.model.name, state, contact, entra, record, upn, who)
}

func (c *call) identity(i int, tag, serial, maker, model, state string, contact time.Time, entra, device, upn, who string) object {
	d := c.draw(kindAutopilot, i+1<<32)
	assigned := c.s.anchor.Add(-time.Duration(60+d.n(900)) * day)
	profile := pick(&d, profilesInUse)
	if state == "notContacted" {
		profile = pick(&d, profilesSpare)
	}
	if !strings.HasPrefix(profile, "assigned") {
		assigned = never
	}
	order := pick(&d, []string{"", fmt.Sprintf("PO-%d", 4100+i/25)}) // machines are bought by the pallet; some sellers give no number
	return object{
		{"id", c.guid(kindAutopilot, i)}, {"deploymentProfileAssignmentStatus", profile}, {"deploymentProfileAssignmentDetailedStatus", "none"},
		{"deploymentProfileAssignedDateTime", assigned}, {"groupTag", tag}, {"purchaseOrderIdentifier", order}, {"serialNumber", serial}, {"productKey", ""}, {"manufacturer", maker}, {"model", model},
		{"enrollmentState", state}, {"lastContactedDateTime", contact}, {"addressableUserName", who}, {"userPrincipalName", upn}, {"resourceName", ""}, {"skuNumber", ""}, {"systemFamily", strings.Fields(model)[0]},
		{"azureActiveDirectoryDeviceId", entra}, {"azureAdDeviceId", entra}, {"managedDeviceId", device}, {"displayName", ""}, {"deviceAccountUpn", ""}, {"deviceAccountPassword", ""}, {"deviceFriendlyName", ""},
		{"remediationState", "noRemediationRequired"}, {"remediationStateLastModifiedDateTime", never}, {"userlessEnrollmentStatus", "unknown"},
	}
}

// autopilotFilter is what the service honours: contains or eq on the serial number, eq on the group tag.
func autopilotFilter(e *expr) bool {
	return e != nil && slices.Contains(map[string][]string{"serialNumber": {"contains", "eq"}, "groupTag": {"eq"}}[e.path], e.op)
}

func (c *call) listAutopilot() error {
	k := kinds["windowsAutopilotDeviceIdentity"]
	if err := c.check(k); err != nil {
		return err
	}
	f, e := c.fleet(), c.q.filter
	src := source{
		n:   f.t.Devices + c.spares(),
		put: func(b []byte, i int) []byte { return appendObject(b, c.project(k, c.autopilotObject(i))) },
		match: func(i int) bool {
			return (i >= f.t.Devices || f.registered(i)) && (!autopilotFilter(e) || e.matches(c.autopilotObject(i).at))
		},
	}
	return c.list("deviceManagement/windowsAutopilotDeviceIdentities"+c.q.shape(), src)
}

func (c *call) getAutopilot() error {
	f := c.fleet()
	i, ok := indexOf(strings.ToLower(c.keys[0]), c.s.world.Seed, kindAutopilot, c.t.Index)
	if !ok || i >= f.t.Devices+c.spares() || i < f.t.Devices && !f.registered(i) {
		return c.missingDevice(c.keys[0])
	}
	return c.entity(kinds["windowsAutopilotDeviceIdentity"], "deviceManagement/windowsAutopilotDeviceIdentities", c.autopilotObject(i))
}

// importedIdentities are the hardware hashes that somebody uploaded by hand not long ago.
func (c *call) importedIdentities() []object {
	var list []object
	batch := c.guid(kindAutopilot, 1<<33)
	for i := range min(c.t.Devices/200, 8) {
		d := c.draw(kindAutopilot, i+3<<33)
		state, code, name := "complete", 0, ""
		switch d.n(6) {
		case 0:
			state, code, name = "error", 806, "ZtdDeviceAlreadyAssigned"
		case 1:
			state = "pending"
		}
		list = append(list, object{
			{"id", c.guid(kindAutopilot, i+2<<33)}, {"groupTag", ""}, {"serialNumber", serialNumber(&d, "LENOVO")}, {"productKey", ""}, {"importId", batch}, {"hardwareIdentifier", nil}, {"assignedUserPrincipalName", ""},
			{"state", object{{"deviceImportStatus", state}, {"deviceRegistrationId", ""}, {"deviceErrorCode", code}, {"deviceErrorName", name}}},
		})
	}
	return list
}
