package graph

// intentSets are endpoint security as it used to be, before the settings catalog: a template of Microsoft's with values for some of its
// settings, each value also as JSON in a text.
var intentSets = []struct {
	name, template, version, typ, platform string
	settings                               []object
}{
	{"Endpoint protection (old)", "Endpoint Protection", "1", "deviceConfiguration", "windows10AndLater", []object{
		intentSetting("Boolean", "deviceConfiguration--windows10EndpointProtectionConfiguration_firewallBlockStatefulFTP", true, "true"),
		intentSetting("String", "deviceConfiguration--windows10EndpointProtectionConfiguration_bitLockerRecoveryPasswordRotation", "enabledForAzureAd", `"enabledForAzureAd"`),
		intentSetting("Integer", "deviceConfiguration--windows10EndpointProtectionConfiguration_localSecurityOptionsMachineInactivityLimit", 15, "15"),
		intentSetting("Collection", "deviceConfiguration--windows10EndpointProtectionConfiguration_defenderAttackSurfaceReductionExcludedPaths", nil, `["C:\\\\Line of business"]`),
	}},
	{"Security baseline of 2021", "MDM Security Baseline for Windows 10 and later", "December 2020", "securityBaseline", "windows10AndLater", []object{
		intentSetting("Integer", "deviceConfiguration--windows10GeneralConfiguration_passwordMinimumLength", 8, "8"),
		intentSetting("Boolean", "deviceConfiguration--windows10GeneralConfiguration_smartScreenBlockPromptOverride", true, "true"),
		intentSetting("AbstractComplex", "deviceConfiguration--windows10EndpointProtectionConfiguration_firewallProfilePublic", nil, `{"$implementationId":"deviceConfiguration--windowsFirewallNetworkProfile","firewallEnabled":"allowed","inboundConnectionsBlocked":true}`),
	}},
}

// intentSetting has no value beside the JSON where it is made of several.
func intentSetting(typ, definition string, value any, raw string) object {
	o := object{{"@odata.type", "#microsoft.graph.deviceManagement" + typ + "SettingInstance"}, {"definitionId", definition}, {"valueJson", raw}}
	if value != nil {
		o = append(o, member{"value", value})
	}
	return o
}

func (c *call) intents() []object {
	names := make([]string, len(intentSets))
	for i, s := range intentSets {
		names[i] = s.name
	}
	list := c.made(classIntent, 0, 0.4, names, func(i int, _ string, _ *draw) object {
		return object{
			{"isAssigned", len(c.targets(classIntent, i)) > 0}, {"templateId", intentTemplate(i)}, {"isMigratingToConfigurationPolicy", false},
			{"assignments", c.assignments("deviceManagementIntentAssignment", classIntent, i)},
			{"settings", many("deviceManagementSettingInstance", func() []object {
				var settings []object
				for n, s := range intentSets[i].settings {
					settings = append(settings, append(object{s[0], {"id", c.idOf(classIntent, i<<4|n+1<<22)}}, s[1:]...))
				}
				return settings
			})},
			{"deviceStateSummary", single("deviceManagementIntentDeviceStateSummary", func() object {
				d := c.drawOf(classIntent, i+1<<23)
				all := c.t.Devices / 2
				bad := all * d.n(6) / 100
				return object{{"id", c.idOf(classIntent, i)}, {"conflictCount", bad / 4}, {"successCount", all - bad - bad/4}, {"errorCount", bad / 2}, {"failedCount", bad - bad/2}, {"notApplicableCount", 0}, {"notApplicablePlatformCount", c.t.Devices - all}}
			})},
		}
	})
	for i := range list { // an intent does not say when it was made
		list[i] = append(list[i][:3:3], list[i][4:]...)
	}
	return list
}

// intentTemplate is the same in all tenants.
func intentTemplate(i int) string { return newGUID(0, kindIntune, 0, i).String() }

// intentTemplates are Microsoft's own: what an intent was made from.
func (c *call) intentTemplates() []object {
	var list []object
	for i, s := range intentSets {
		list = append(list, object{
			{"@odata.type", "#microsoft.graph.securityBaselineTemplate"}, {"id", intentTemplate(i)}, {"displayName", s.template}, {"description", ""}, {"versionInfo", s.version}, {"isDeprecated", i > 0}, {"intentCount", 1},
			{"templateType", s.typ}, {"platformType", s.platform}, {"templateSubtype", "none"}, {"publishedDateTime", c.s.anchor.Add(-900 * day)},
		})
	}
	return list
}

// updates are the profiles that steer Windows Update: which release, which patch at once, which drivers.
func (c *call) updates(first int, share float64, assignment string, names []string, more func(name string, d *draw) object) []object {
	return c.made(classUpdate, first, share, names, func(i int, name string, d *draw) object {
		return append(more(name, d), member{"assignments", c.assignments(assignment, classUpdate, i)})
	})
}

func (c *call) featureUpdates() []object {
	return c.updates(0, 0.6, "windowsFeatureUpdateProfileAssignment", []string{"Windows 11 24H2", "Windows 11 23H2"}, func(name string, d *draw) object {
		version := name[len(name)-4:]
		return object{
			{"featureUpdateVersion", "Windows 11, version " + version}, {"rolloutSettings", object{{"offerStartDateTimeInUTC", nil}, {"offerEndDateTimeInUTC", nil}, {"offerIntervalInDays", nil}}},
			{"deployableContentDisplayName", "Windows 11, version " + version}, {"endOfSupportDate", c.s.anchor.Add(day * 400)}, {"installLatestWindows10OnWindows11IneligibleDevice", d.is(0.5)}, {"installFeatureUpdatesOptional", false},
		}
	})
}

func (c *call) qualityUpdates() []object {
	return c.updates(10, 1, "windowsQualityUpdateProfileAssignment", []string{"Urgent patch"}, func(_ string, d *draw) object {
		release := c.s.anchor.Add(-20 * day)
		return object{
			{"expeditedUpdateSettings", object{{"qualityUpdateRelease", release.Format("2006-01-02") + "T00:00:00Z"}, {"daysUntilForcedReboot", d.n(3)}}},
			{"releaseDateDisplayName", release.Format("01/02/2006") + " - " + release.Format("2006.01") + " B Security Updates for Windows 10 and later"}, {"deployableContentDisplayName", release.Format("01/02/2006") + " - " + release.Format("2006.01") + " B"},
		}
	})
}

func (c *call) driverUpdates() []object {
	return c.updates(20, 1, "windowsDriverUpdateProfileAssignment", []string{"Drivers, after a week"}, func(_ string, d *draw) object {
		return object{
			{"approvalType", "automatic"}, {"deviceReporting", c.t.Devices / 3}, {"newUpdates", d.n(9)}, {"deploymentDeferralInDays", 7},
			{"inventorySyncStatus", object{{"lastSuccessfulSyncDateTime", c.reported()}, {"driverInventorySyncState", "success"}}},
		}
	})
}
