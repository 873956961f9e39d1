package graph

import (
	"net/http"
	"slices"
	"strconv"
)

var readConfiguration = same("DeviceManagementConfiguration.Read.All")

func complianceOperations() []operation {
	op := func(path string, h func(*call) error) operation {
		return operation{method: http.MethodGet, path: "/deviceManagement/" + path, versions: both, area: intune, allow: readConfiguration, roles: intuneReaders, options: oSelect, handle: h}
	}
	return append(families(
		family{
			path: "deviceManagement/deviceCompliancePolicies", kind: "deviceCompliancePolicy", versions: both, allow: readConfiguration, options: oExpand | oFilter | oOrder, members: (*call).compliancePolicies,
			relations: []string{"assignments", "scheduledActionsForRule", "scheduledActionsForRule/{rule}/scheduledActionConfigurations", "deviceStatusOverview", "userStatusOverview", "deviceStatuses", "userStatuses", "deviceSettingStateSummaries"},
		},
		family{
			path: "deviceManagement/deviceCompliancePolicySettingStateSummaries", kind: "deviceCompliancePolicySettingStateSummary", versions: both, allow: readConfiguration, members: (*call).complianceSettings,
			relations: []string{"deviceComplianceSettingStates"},
		},
		family{
			path: "deviceManagement/compliancePolicies", kind: "deviceManagementCompliancePolicy", versions: beta, allow: readConfiguration, options: oExpand, members: (*call).linuxPolicies,
			relations: []string{"assignments", "scheduledActionsForRule", "settings"},
		},
	), op("deviceCompliancePolicyDeviceStateSummary", (*call).complianceSummary))
}

// complianceOf follows from the device's complianceState: where it is not compliant, one of the policies that reach it is at fault.
func (c *call) complianceOf(v *device, i int) (state string, bad int) {
	switch v.compliance {
	case "unknown":
		return "unknown", -1
	case "noncompliant", "inGracePeriod":
		state = "nonCompliant"
	case "conflict", "error":
		state = v.compliance
	default:
		return "compliant", -1
	}
	reaching := c.reachingOnce(v.kind)
	open := !v.encrypted && !v.platform.mobile // the policy about encryption is at fault
	d := c.draw(kindPolicy, v.index)
	guilty := slices.Min(reaching)
	if !open {
		guilty = reaching[d.n(len(reaching))]
	}
	if i != guilty {
		return "compliant", -1
	}
	if open {
		return state, 0
	}
	settings := complianceSet.policies[i].settings
	bad = d.n(len(settings))
	if v.encrypted && bad == 0 && settings[0].failure == "NotEncrypted" {
		bad = len(settings) - 1
	}
	return state, bad
}

// reachingOnce remembers what reaches a kind of device: a summary asks for each device of a fleet.
func (c *call) reachingOnce(kind int) []int {
	if c.reach[kind] == nil {
		c.reach[kind] = c.reaching(complianceSet, kind)
	}
	return c.reach[kind]
}

// complianceStates are the compliance policies that reached the device, with Intune's own at the end.
func (c *call) complianceStates() error {
	v, err := c.device()
	if err != nil {
		return err
	}
	return c.relatedTo("deviceManagement/managedDevices('"+v.id.String()+"')/deviceCompliancePolicyStates", c.complianceStatesOf(&v))
}

func (c *call) complianceStatesOf(v *device) related {
	return many("deviceCompliancePolicyState", func() []object {
		var states []object
		for _, name := range builtInSettings {
			states = append(states, object{
				{"setting", "DefaultDeviceCompliancePolicy." + name}, {"settingName", name}, {"instanceDisplayName", nil}, {"state", "compliant"}, {"errorCode", int64(0)}, {"errorDescription", nil},
				{"userId", v.owner.id}, {"userName", v.owner.display}, {"userEmail", v.owner.mail}, {"userPrincipalName", v.owner.upn}, {"sources", []object{}}, {"currentValue", nil},
			})
		}
		return append(c.statesOf(complianceSet, v), object{
			{"id", c.idOf(classCompliance, 1000)}, {"displayName", builtIn}, {"version", 1}, {"platformType", "all"}, {"state", "compliant"},
			{"settingCount", len(states)}, {"settingStates", states}, {"userId", v.owner.id}, {"userPrincipalName", v.owner.upn},
		})
	})
}

func (c *call) compliancePolicies() []object {
	var list []object
	for _, i := range c.held(complianceSet, c.beta) {
		p, d := &complianceSet.policies[i], c.drawOf(classCompliance, i)
		if p.apart {
			continue
		}
		created, modified, version := c.history(&d)
		o := object{
			{"@odata.type", "#microsoft.graph." + p.typ}, {"id", c.idOf(classCompliance, i)}, {"createdDateTime", created}, {"description", orNil(p.about)}, {"lastModifiedDateTime", modified},
			{"displayName", c.policyName(p)}, {"version", version}, {"roleScopeTagIds", []string{"0"}},
		}
		o = append(o, p.details(c, &d)...)
		list = append(list, append(o,
			member{"assignments", c.assignments("deviceCompliancePolicyAssignment", classCompliance, i)},
			member{"scheduledActionsForRule", c.scheduledActions("deviceComplianceScheduledActionForRule", "deviceComplianceActionItem", i)},
			member{"deviceStatusOverview", c.overview(complianceSet, "deviceComplianceDeviceOverview", i, false)},
			member{"userStatusOverview", c.overview(complianceSet, "deviceComplianceUserOverview", i, true)},
			member{"deviceStatuses", c.deviceStatuses(complianceSet, "deviceComplianceDeviceStatus", i)},
			member{"userStatuses", c.userStatuses(complianceSet, "deviceComplianceUserStatus", i)},
			member{"deviceSettingStateSummaries", c.settingSummaries(complianceSet, i)},
		))
	}
	return list
}

// scheduledActions are what happens to a device that does not comply: one rule a policy, always with the block, often with a mail
// before it and, where the tenant is strict, a retirement long after.
func (c *call) scheduledActions(rule, item string, i int) related {
	return many(rule, func() []object {
		return []object{{
			{"id", c.idOf(classRule, i)}, {"ruleName", "PasswordRequired"}, {"scheduledActionConfigurations", many(item, func() []object { return c.actionItems(i) })},
		}}
	})
}

func (c *call) actionItems(i int) []object {
	d := c.drawOf(classRule, i)
	grace := pick(&d, []int{0, 0, 24, 72, 168})
	items := []object{c.actionItem(i, 0, "block", grace, zeroGUID)}
	if d.is(0.6) {
		items = append(items, c.actionItem(i, 1, "notification", grace/2, c.idOf(classNotification, d.n(2))))
	}
	if d.is(0.3) {
		items = append(items, c.actionItem(i, 2, "pushNotification", 24, zeroGUID))
	}
	if d.is(0.15) {
		items = append(items, c.actionItem(i, 3, "retire", 24*pick(&d, []int{60, 90, 180}), zeroGUID))
	}
	return items
}

func (c *call) actionItem(i, n int, typ string, hours int, template string) object {
	copies := []string{}
	if typ == "notification" && n%2 == 1 && i%2 == 0 {
		copies = append(copies, c.guid(kindGroup, 4))
	}
	return object{{"id", c.idOf(classRule, i<<4|n+1<<16)}, {"gracePeriodHours", hours}, {"actionType", typ}, {"notificationTemplateId", template}, {"notificationMessageCCList", copies}}
}

// linuxPolicies are made of the settings catalog and listed apart.
func (c *call) linuxPolicies() []object {
	var list []object
	for _, i := range c.held(complianceSet, true) {
		p, d := &complianceSet.policies[i], c.drawOf(classCompliance, i)
		if !p.apart {
			continue
		}
		created, modified, _ := c.history(&d)
		list = append(list, object{
			{"createdDateTime", created}, {"creationSource", nil}, {"description", p.about}, {"lastModifiedDateTime", modified}, {"name", c.policyName(p)}, {"platforms", "linux"},
			{"roleScopeTagIds", []string{"0"}}, {"settingCount", len(p.settings)}, {"technologies", "linuxMdm"}, {"id", c.idOf(classCompliance, i)}, {"isAssigned", len(c.targets(classCompliance, i)) > 0},
			{"assignments", c.assignments("deviceManagementConfigurationPolicyAssignment", classCompliance, i)},
			{"scheduledActionsForRule", c.scheduledActions("deviceManagementComplianceScheduledActionForRule", "deviceManagementComplianceActionItem", i)},
			{"settings", many("deviceManagementConfigurationSetting", func() []object {
				return []object{
					choice(0, "linux_deviceencryption_required", "linux_deviceencryption_required_true"),
					text(1, "linux_distribution_alloweddistros_item_minimumversion", "22.04"),
				}
			})},
		})
	}
	return list
}

// complianceSummary counts the fleet by complianceState; it is the sum of what managedDevices says.
func (c *call) complianceSummary() error {
	f, n := c.fleet(), map[string]int{}
	for i := range f.t.Devices {
		v := f.at(i)
		n[v.compliance]++
	}
	return c.singleton("deviceCompliancePolicyDeviceStateSummary", "deviceManagement/deviceCompliancePolicyDeviceStateSummary", object{
		{"inGracePeriodCount", n["inGracePeriod"]}, {"configManagerCount", n["configManager"]}, {"id", c.idOf(classCompliance, 1001)}, {"unknownDeviceCount", n["unknown"]},
		{"notApplicableDeviceCount", 0}, {"compliantDeviceCount", n["compliant"]}, {"remediatedDeviceCount", 0}, {"nonCompliantDeviceCount", n["noncompliant"]},
		{"errorDeviceCount", n["error"]}, {"conflictDeviceCount", n["conflict"]},
	})
}

// complianceSettings sum up each setting of each policy over the tenant.
func (c *call) complianceSettings() []object {
	var list []object
	for _, i := range c.held(complianceSet, c.beta) {
		p := &complianceSet.policies[i]
		if p.apart || len(p.kinds) == 0 {
			continue
		}
		for line, set := range p.settings {
			o := object{{"id", c.idOf(classCompliance, i) + "_" + strconv.Itoa(line)}, {"setting", settingID(p, set.name)}, {"settingName", set.name}, {"platformType", p.platform}}
			o = append(o, c.settingCounts(complianceSet, i, line)...)
			list = append(list, append(o, member{"deviceComplianceSettingStates", c.complianceSettingStates(i, line)}))
		}
	}
	return list
}

func (c *call) complianceSettingStates(i, line int) related {
	f, p := c.fleet(), &complianceSet.policies[i]
	return related{
		kind: "deviceComplianceSettingState", n: func() int { return f.t.Devices },
		match: func(at int) bool { return slices.Contains(p.kinds, f.kindOf(at)) },
		at: func(at int) object {
			v := f.at(at)
			state, bad := c.complianceOf(&v, i)
			if bad != line && state != "unknown" {
				state = "compliant"
			}
			name := p.settings[line].name
			return object{
				{"id", v.id.String() + "_" + c.idOf(classCompliance, i) + "_" + strconv.Itoa(line)}, {"setting", settingID(p, name)}, {"settingName", name}, {"platformType", p.platform},
				{"deviceId", v.id.String()}, {"deviceName", v.name}, {"userId", v.owner.id}, {"userEmail", v.owner.mail}, {"userName", v.owner.display}, {"userPrincipalName", v.owner.upn},
				{"deviceModel", v.model.name}, {"state", state}, {"complianceGracePeriodExpirationDateTime", v.grace},
			}
		},
	}
}
