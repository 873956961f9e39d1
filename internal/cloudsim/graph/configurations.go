package graph

import (
	"net/http"
	"slices"
)

func configurationOperations() []operation {
	return append(families(family{
		path: "deviceManagement/deviceConfigurations", kind: "deviceConfiguration", versions: both, allow: readConfiguration, options: oExpand | oFilter | oOrder, members: (*call).configurations,
		relations: []string{"assignments", "deviceStatusOverview", "userStatusOverview", "deviceStatuses", "userStatuses", "deviceSettingStateSummaries"},
	}), operation{
		method: http.MethodGet, path: "/deviceManagement/deviceConfigurationDeviceStateSummaries", versions: both, area: intune, allow: readConfiguration, roles: intuneReaders, options: oSelect,
		handle: (*call).configurationSummary,
	})
}

// configurationOf says how a device stands with a profile: nearly always well. What never checked in has not told.
func (c *call) configurationOf(v *device, i int) (state string, bad int) {
	if v.synced.IsZero() {
		return "unknown", -1
	}
	d := newDraw(c.s.world.Seed, kindPolicy, c.t.Index, v.index<<8|i+1<<48)
	if !d.is(0.05) {
		return "compliant", -1
	}
	state = pick(&d, []string{"error", "error", "conflict", "notApplicable", "nonCompliant"})
	return state, d.n(len(configurationSet.policies[i].settings))
}

func (c *call) configurationStates() error {
	v, err := c.device()
	if err != nil {
		return err
	}
	return c.relatedTo("deviceManagement/managedDevices('"+v.id.String()+"')/deviceConfigurationStates", c.configurationStatesOf(&v))
}

func (c *call) configurationStatesOf(v *device) related {
	return many("deviceConfigurationState", func() []object { return c.statesOf(configurationSet, v) })
}

func (c *call) configurations() []object {
	var list []object
	for _, i := range c.held(configurationSet, c.beta) {
		p, d := &configurationSet.policies[i], c.drawOf(classConfiguration, i)
		created, modified, version := c.history(&d)
		o := object{
			{"@odata.type", "#microsoft.graph." + p.typ}, {"id", c.idOf(classConfiguration, i)}, {"lastModifiedDateTime", modified}, {"roleScopeTagIds", []string{"0"}}, {"supportsScopeTags", true},
			{"deviceManagementApplicabilityRuleOsEdition", nil}, {"deviceManagementApplicabilityRuleOsVersion", nil}, {"deviceManagementApplicabilityRuleDeviceMode", nil},
			{"createdDateTime", created}, {"description", orNil(p.about)}, {"displayName", c.policyName(p)}, {"version", version},
		}
		o = append(o, p.details(c, &d)...)
		list = append(list, append(o,
			member{"assignments", c.assignments("deviceConfigurationAssignment", classConfiguration, i)},
			member{"deviceStatusOverview", c.overview(configurationSet, "deviceConfigurationDeviceOverview", i, false)},
			member{"userStatusOverview", c.overview(configurationSet, "deviceConfigurationUserOverview", i, true)},
			member{"deviceStatuses", c.deviceStatuses(configurationSet, "deviceConfigurationDeviceStatus", i)},
			member{"userStatuses", c.userStatuses(configurationSet, "deviceConfigurationUserStatus", i)},
			member{"deviceSettingStateSummaries", c.settingSummaries(configurationSet, i)},
		))
	}
	return list
}

// omaSettings are settings by their address. A secret one reads as asterisks, with the name under which a writer could ask for it.
func (c *call) omaSettings(d *draw) []object {
	list := []object{
		{{"@odata.type", "#microsoft.graph.omaSettingInteger"}, {"displayName", "Fast user switching"}, {"description", nil}, {"omaUri", "./Device/Vendor/MSFT/Policy/Config/WindowsLogon/HideFastUserSwitching"}, {"value", 1}},
		{{"@odata.type", "#microsoft.graph.omaSettingString"}, {"displayName", "Start layout"}, {"description", nil}, {"omaUri", "./Device/Vendor/MSFT/Policy/Config/Start/StartLayout"}, {"value", "****"}},
	}
	if d.is(0.5) {
		list = append(list, object{{"@odata.type", "#microsoft.graph.omaSettingBoolean"}, {"displayName", "Consumer features"}, {"description", "Off"}, {"omaUri", "./Device/Vendor/MSFT/Policy/Config/Experience/AllowWindowsConsumerFeatures"}, {"value", false}})
	}
	if !c.beta {
		return list
	}
	for i := range list {
		secret := list[i].text("value") == "****"
		list[i] = append(list[i], member{"isEncrypted", secret}, member{"secretReferenceValueId", nil})
		if secret {
			list[i][len(list[i])-1].value = c.guid(kindOrganization, 40) + "_" + c.idOf(classConfiguration, 4) + "_" + c.idOf(classConfiguration, 5004)
		}
		if list[i].text("@odata.type") == "#microsoft.graph.omaSettingInteger" {
			list[i] = append(list[i], member{"isReadOnly", false})
		}
	}
	return list
}

// configurationSummary counts the devices by the worst that one of their profiles says.
func (c *call) configurationSummary() error {
	f, n := c.fleet(), map[string]int{}
	worst := []string{"error", "conflict", "nonCompliant", "unknown", "notApplicable", "compliant"}
	var reach [platformCount][]int
	for kind := range reach {
		reach[kind] = c.reaching(configurationSet, kind)
	}
	for at := range f.t.Devices {
		v := f.at(at)
		rank := len(worst)
		for _, i := range reach[v.kind] {
			state, _ := c.configurationOf(&v, i)
			rank = min(rank, slices.Index(worst, state))
		}
		if rank < len(worst) {
			n[worst[rank]]++
		}
	}
	return c.singleton("deviceConfigurationDeviceStateSummary", "deviceManagement/deviceConfigurationDeviceStateSummaries", object{
		{"id", c.idOf(classConfiguration, 1001)}, {"unknownDeviceCount", n["unknown"]}, {"notApplicableDeviceCount", n["notApplicable"]}, {"compliantDeviceCount", n["compliant"]}, {"remediatedDeviceCount", 0},
		{"nonCompliantDeviceCount", n["nonCompliant"]}, {"errorDeviceCount", n["error"]}, {"conflictDeviceCount", n["conflict"]},
	})
}
