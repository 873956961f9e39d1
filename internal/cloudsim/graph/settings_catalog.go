package graph

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"
)

// settingsCatalogOperations are the policies that only beta knows: the settings catalog, ADMX, endpoint security as it used to be,
// scripts and assignment filters.
func settingsCatalogOperations() []operation {
	scripts := same("DeviceManagementConfiguration.Read.All", "DeviceManagementScripts.Read.All")
	return families(
		family{
			path: "deviceManagement/configurationPolicies", kind: "deviceManagementConfigurationPolicy", versions: beta, allow: readConfiguration, options: oExpand | oFilter | oOrder,
			members: (*call).catalogPolicies, relations: []string{"assignments", "settings"},
		},
		family{
			path: "deviceManagement/groupPolicyConfigurations", kind: "groupPolicyConfiguration", versions: beta, allow: readConfiguration, options: oExpand, members: (*call).groupPolicies,
			relations: []string{"assignments", "definitionValues", "definitionValues/{value}/definition", "definitionValues/{value}/presentationValues"},
		},
		family{
			path: "deviceManagement/intents", kind: "deviceManagementIntent", versions: beta, allow: readConfiguration, options: oExpand, members: (*call).intents,
			relations: []string{"assignments", "settings", "deviceStateSummary"},
		},
		family{path: "deviceManagement/templates", kind: "deviceManagementTemplate", versions: beta, allow: readConfiguration, members: (*call).intentTemplates},
		family{path: "deviceManagement/windowsFeatureUpdateProfiles", kind: "windowsFeatureUpdateProfile", versions: beta, allow: readConfiguration, options: oExpand, members: (*call).featureUpdates, relations: []string{"assignments"}},
		family{path: "deviceManagement/windowsQualityUpdateProfiles", kind: "windowsQualityUpdateProfile", versions: beta, allow: readConfiguration, options: oExpand, members: (*call).qualityUpdates, relations: []string{"assignments"}},
		family{path: "deviceManagement/windowsDriverUpdateProfiles", kind: "windowsDriverUpdateProfile", versions: beta, allow: readConfiguration, options: oExpand, members: (*call).driverUpdates, relations: []string{"assignments"}},
		family{path: "deviceManagement/deviceManagementScripts", kind: "deviceManagementScript", versions: beta, allow: scripts, options: oExpand, members: (*call).windowsScripts, relations: []string{"assignments", "runSummary"}},
		family{path: "deviceManagement/deviceHealthScripts", kind: "deviceHealthScript", versions: beta, allow: scripts, options: oExpand, members: (*call).remediations, relations: []string{"assignments", "runSummary"}},
		family{path: "deviceManagement/deviceShellScripts", kind: "deviceShellScript", versions: beta, allow: scripts, options: oExpand, members: (*call).shellScripts, relations: []string{"assignments", "runSummary"}},
		family{path: "deviceManagement/assignmentFilters", kind: "deviceAndAppManagementAssignmentFilter", versions: beta, allow: readConfiguration, members: (*call).filters},
	)
}

// catalogPolicy is a policy of the settings catalog. The family of its template tells endpoint security and baselines from the rest.
type catalogPolicy struct {
	name, about, platforms, technologies string
	template, family                     string
	share                                float64
	settings                             func(d *draw) []object
}

var catalogPolicies = []catalogPolicy{
	{"Edge browser", "Home page, SmartScreen, passwords", "windows10", "mdm", "", "none", 1, func(d *draw) []object {
		return []object{
			choice(0, "device_vendor_msft_policy_config_microsoft_edgev77.3~policy~microsoft_edge~smartscreen_smartscreenenabled", "device_vendor_msft_policy_config_microsoft_edgev77.3~policy~microsoft_edge~smartscreen_smartscreenenabled_1"),
			choice(1, "device_vendor_msft_policy_config_microsoft_edge~policy~microsoft_edge~passwordmanager_passwordmanagerenabled", "device_vendor_msft_policy_config_microsoft_edge~policy~microsoft_edge~passwordmanager_passwordmanagerenabled_"+strconv.Itoa(d.n(2))),
		}
	}},
	{"OneDrive known folder move", "", "windows10", "mdm", "", "none", 0.9, func(d *draw) []object {
		return []object{
			choice(0, "device_vendor_msft_policy_config_onedrivengscv2~policy~onedrivengsc_kfmoptinnowizard", "device_vendor_msft_policy_config_onedrivengscv2~policy~onedrivengsc_kfmoptinnowizard_1"),
			choice(1, "device_vendor_msft_policy_config_onedrivengscv2~policy~onedrivengsc_silentaccountconfig", "device_vendor_msft_policy_config_onedrivengscv2~policy~onedrivengsc_silentaccountconfig_1"),
		}
	}},
	{"Antivirus", "Microsoft Defender Antivirus", "windows10", "mdm,microsoftSense", "804339ad-1553-4478-a742-138fb5807418_1", "endpointSecurityAntivirus", 1, func(d *draw) []object {
		return []object{
			choice(0, "device_vendor_msft_policy_config_defender_allowrealtimemonitoring", "device_vendor_msft_policy_config_defender_allowrealtimemonitoring_1"),
			choice(1, "device_vendor_msft_policy_config_defender_puaprotection", "device_vendor_msft_policy_config_defender_puaprotection_"+strconv.Itoa(1+d.n(2))),
			number(2, "device_vendor_msft_policy_config_defender_avgcpuloadfactor", pick(d, []int{20, 30, 50})),
			choice(3, "vendor_msft_defender_configuration_tamperprotection_options", "vendor_msft_defender_configuration_tamperprotection_options_0"),
		}
	}},
	{"Disk encryption", "", "windows10", "mdm", "46ddfc50-d10f-4867-b852-9434254b3bff_1", "endpointSecurityDiskEncryption", 0.8, func(d *draw) []object {
		return []object{
			choice(0, "device_vendor_msft_bitlocker_requiredeviceencryption", "device_vendor_msft_bitlocker_requiredeviceencryption_1"),
			choice(1, "device_vendor_msft_bitlocker_configurerecoverypasswordrotation", "device_vendor_msft_bitlocker_configurerecoverypasswordrotation_"+strconv.Itoa(d.n(3))),
		}
	}},
	{"Firewall", "", "windows10", "mdm,microsoftSense", "6078910e-d808-4a9f-a51d-1b8a7bacb7c0_1", "endpointSecurityFirewall", 0.8, func(d *draw) []object {
		return []object{choice(0, "vendor_msft_firewall_mdmstore_domainprofile_enablefirewall", "vendor_msft_firewall_mdmstore_domainprofile_enablefirewall_true")}
	}},
	{"Attack surface reduction", "Audit first, then block", "windows10", "mdm,microsoftSense", "e8c053d6-9f95-42b1-a7f1-ebfd71c67a4b_1", "endpointSecurityAttackSurfaceReduction", 0.6, func(d *draw) []object {
		rule := "device_vendor_msft_policy_config_defender_attacksurfacereductionrules_blockcredentialstealingfromwindowslocalsecurityauthoritysubsystem"
		return []object{choice(0, rule, rule+pick(d, []string{"_block", "_audit"}))}
	}},
	{"Local administrator password", "Windows LAPS", "windows10", "mdm", "adc46e5a-f4aa-4ff6-aeff-4f27bc525796_1", "endpointSecurityAccountProtection", 0.7, func(d *draw) []object {
		return []object{
			choice(0, "device_vendor_msft_laps_policies_backupdirectory", "device_vendor_msft_laps_policies_backupdirectory_1"),
			number(1, "device_vendor_msft_laps_policies_passwordagedays_aad", pick(d, []int{7, 14, 30})),
			number(2, "device_vendor_msft_laps_policies_passwordlength", pick(d, []int{14, 18, 21})),
		}
	}},
	{"Windows security baseline", "", "windows10", "mdm", "66df8dce-0166-4b82-92f7-1f74e3ca17a3_4", "baseline", 0.35, func(d *draw) []object {
		return []object{choice(0, "device_vendor_msft_policy_config_lanmanworkstation_enableinsecureguestlogons", "device_vendor_msft_policy_config_lanmanworkstation_enableinsecureguestlogons_0")}
	}},
	{"FileVault", "", "macOS", "mdm,appleRemoteManagement", "", "none", 0.8, func(d *draw) []object {
		return []object{choice(0, "com.apple.mcx.filevault2_enable", "com.apple.mcx.filevault2_enable_0"), number(1, "com.apple.mcx.filevault2_deferforceatuserloginmaxbypassattempts", d.n(4))}
	}},
	{"macOS updates", "", "macOS", "mdm,appleRemoteManagement", "", "none", 0.5, func(d *draw) []object {
		return []object{text(0, "enforcement.latest_installtime", "18:00"), number(1, "enforcement.latest_delayindays", pick(d, []int{3, 7, 14}))}
	}},
	{"iOS single sign-on", "", "iOS", "mdm,appleRemoteManagement", "", "none", 0.4, func(d *draw) []object {
		return []object{text(0, "com.apple.extensiblesso_extensionidentifier", "com.microsoft.azureauthenticator.ssoextension")}
	}},
	{"Delivery optimisation", "", "windows10", "mdm", "", "none", 0.5, func(d *draw) []object {
		return []object{choice(0, "device_vendor_msft_policy_config_deliveryoptimization_dodownloadmode", "device_vendor_msft_policy_config_deliveryoptimization_dodownloadmode_"+strconv.Itoa(d.n(3)))}
	}},
}

func instance(n int, typ, definition string, value member) object {
	return object{{"id", strconv.Itoa(n)}, {"settingInstance", object{
		{"@odata.type", "#microsoft.graph.deviceManagementConfiguration" + typ + "SettingInstance"}, {"settingDefinitionId", definition}, {"settingInstanceTemplateReference", nil}, value,
	}}}
}

// choice is a setting with one of the values that its definition lists.
func choice(n int, definition, value string) object {
	return instance(n, "Choice", definition, member{"choiceSettingValue", object{{"settingValueTemplateReference", nil}, {"value", value}, {"children", []object{}}}})
}

// number and text are settings with a value of one's own.
func number(n int, definition string, value int) object {
	return instance(n, "Simple", definition, member{"simpleSettingValue", object{{"@odata.type", "#microsoft.graph.deviceManagementConfigurationIntegerSettingValue"}, {"settingValueTemplateReference", nil}, {"value", value}}})
}

func text(n int, definition, value string) object {
	return instance(n, "Simple", definition, member{"simpleSettingValue", object{{"@odata.type", "#microsoft.graph.deviceManagementConfigurationStringSettingValue"}, {"settingValueTemplateReference", nil}, {"value", value}}})
}

func (c *call) catalogPolicies() []object {
	var list []object
	for i := range catalogPolicies {
		p := &catalogPolicies[i]
		if !c.has(classCatalogue, i, p.share) {
			continue
		}
		d := c.drawOf(classCatalogue, i)
		created, modified, _ := c.history(&d)
		settings := p.settings(&d)
		reference := object{{"templateId", p.template}, {"templateFamily", p.family}, {"templateDisplayName", nil}, {"templateDisplayVersion", nil}}
		if p.template != "" {
			reference[2].value, reference[3].value = p.name, "Version "+p.template[len(p.template)-1:]
		}
		list = append(list, object{
			{"createdDateTime", created}, {"creationSource", nil}, {"description", p.about}, {"lastModifiedDateTime", modified}, {"name", c.t.Prefix + " – " + p.name}, {"platforms", p.platforms},
			{"priorityMetaData", nil}, {"roleScopeTagIds", []string{"0"}}, {"settingCount", len(settings)}, {"technologies", p.technologies}, {"id", c.idOf(classCatalogue, i)},
			{"isAssigned", len(c.targets(classCatalogue, i)) > 0}, {"templateReference", reference}, {"disableEntraGroupPolicyAssignment", false},
			{"assignments", c.assignments("deviceManagementConfigurationPolicyAssignment", classCatalogue, i)},
			{"settings", many("deviceManagementConfigurationSetting", func() []object { return settings })},
		})
	}
	return list
}

// made is what several of these types have in common, for those of the names that the tenant has.
func (c *call) made(k class, first int, share float64, names []string, more func(i int, name string, d *draw) object) []object {
	var list []object
	for i, name := range names {
		i += first
		if !c.has(k, i, share) {
			continue
		}
		d := c.drawOf(k, i)
		created, modified, _ := c.history(&d)
		o := object{{"id", c.idOf(k, i)}, {"displayName", c.t.Prefix + " – " + name}, {"description", ""}, {"createdDateTime", created}, {"lastModifiedDateTime", modified}, {"roleScopeTagIds", []string{"0"}}}
		list = append(list, append(o, more(i, name, &d)...))
	}
	return list
}

func script(lines string) string { return base64.StdEncoding.EncodeToString([]byte(lines)) }

// scriptContent is in a single read only; a list has null.
func (c *call) scriptContent(name string) any {
	if len(c.keys) == 0 {
		return nil
	}
	return script("# " + name + "\nWrite-Output 'done'\n")
}

func (c *call) windowsScripts() []object {
	return c.made(classScript, 0, 0.6, []string{"Remove bundled apps", "Set time zone", "Map printers"}, func(i int, name string, d *draw) object {
		return object{{"scriptContent", c.scriptContent(name)}, {"runAsAccount", pick(d, []string{"system", "user"})}, {"enforceSignatureCheck", d.is(0.2)}, {"fileName", strings.ReplaceAll(name, " ", "-") + ".ps1"}, {"runAs32Bit", false},
			{"assignments", c.assignments("deviceManagementScriptAssignment", classScript, i)}, {"runSummary", c.runSummary(i)}}
	})
}

func (c *call) remediations() []object {
	return c.made(classScript, 20, 0.5, []string{"Restart the print spooler", "Free disk space", "Repair the update service"}, func(i int, name string, d *draw) object {
		return object{{"publisher", c.t.DisplayName}, {"version", "1.0"}, {"detectionScriptContent", c.scriptContent("Find: " + name)}, {"remediationScriptContent", c.scriptContent(name)}, {"runAsAccount", "system"},
			{"enforceSignatureCheck", false}, {"runAs32Bit", false}, {"isGlobalScript", false}, {"highestAvailableVersion", nil}, {"deviceHealthScriptType", "deviceHealthScript"}, {"detectionScriptParameters", []object{}}, {"remediationScriptParameters", []object{}},
			{"assignments", c.scheduled(i)}, {"runSummary", c.remediationSummary(i)}}
	})
}

// scheduled are the assignments of a remediation: each with how often it runs, and whether it repairs or only looks.
func (c *call) scheduled(i int) related {
	return many("deviceHealthScriptAssignment", func() []object {
		list := c.assignments("deviceHealthScriptAssignment", classScript, i).listed()
		for n := range list {
			d := c.drawOf(classScript, i+n+1<<22)
			list[n] = append(list[n], member{"runRemediationScript", d.is(0.8)},
				member{"runSchedule", object{{"@odata.type", "#microsoft.graph.deviceHealthScriptDailySchedule"}, {"interval", 1 + d.n(3)}, {"useUtc", false}, {"time", "01:00:00.0000000"}}})
		}
		return list
	})
}

func (c *call) shellScripts() []object {
	return c.made(classScript, 40, 0.5, []string{"Rename the Mac", "Install Rosetta"}, func(i int, name string, d *draw) object {
		return object{{"executionFrequency", "PT0S"}, {"retryCount", 3}, {"blockExecutionNotifications", true}, {"scriptContent", c.scriptContent(name)}, {"runAsAccount", "system"}, {"fileName", strings.ReplaceAll(name, " ", "-") + ".sh"},
			{"assignments", c.assignments("deviceManagementScriptAssignment", classScript, i)}, {"runSummary", c.runSummary(i)}}
	})
}

// scriptRan is how many devices a script ran on, of those in the tenant: all that it reached, as a rule well.
func (c *call) scriptRan(i int) (good, bad int) {
	if len(c.targets(classScript, i)) == 0 {
		return 0, 0
	}
	d := c.drawOf(classScript, i+1<<21)
	all := c.t.Devices / 3
	bad = all * d.n(8) / 100
	return all - bad, bad
}

// runSummary is what a script came to. Intune does not say when it counted.
func (c *call) runSummary(i int) related {
	return single("deviceManagementScriptRunSummary", func() object {
		good, bad := c.scriptRan(i)
		return object{{"id", c.idOf(classScript, i)}, {"successDeviceCount", good}, {"errorDeviceCount", bad}, {"successUserCount", 0}, {"errorUserCount", 0}}
	})
}

// remediationSummary tells what the detection found from what the remediation did about it.
func (c *call) remediationSummary(i int) related {
	return single("deviceHealthScriptRunSummary", func() object {
		good, bad := c.scriptRan(i)
		fixed := good / 9
		return object{
			{"id", c.idOf(classScript, i)}, {"noIssueDetectedDeviceCount", good - fixed}, {"issueDetectedDeviceCount", fixed}, {"detectionScriptErrorDeviceCount", bad / 2}, {"detectionScriptPendingDeviceCount", bad - bad/2},
			{"detectionScriptNotApplicableDeviceCount", 0}, {"issueRemediatedDeviceCount", fixed}, {"remediationSkippedDeviceCount", 0}, {"issueReoccurredDeviceCount", 0}, {"remediationScriptErrorDeviceCount", 0},
			{"lastScriptRunDateTime", c.reported()}, {"issueRemediatedCumulativeDeviceCount", 3 * fixed},
		}
	})
}

func (c *call) filters() []object {
	var list []object
	for i, f := range []struct{ name, platform, rule string }{
		{"Company Windows devices", "windows10AndLater", `(device.deviceOwnership -eq "Corporate")`}, {"Personal iPhones", "iOS", `(device.deviceOwnership -eq "Personal")`},
		{"Virtual machines", "windows10AndLater", `(device.model -eq "Virtual Machine")`}, {"Kiosks", "androidForWork", `(device.enrollmentProfileName -startsWith "Kiosk")`},
	} {
		if !c.has(classFilter, i, 0.6) {
			continue
		}
		d := c.drawOf(classFilter, i)
		created, modified, _ := c.history(&d)
		list = append(list, object{
			{"id", c.idOf(classFilter, i)}, {"createdDateTime", created}, {"lastModifiedDateTime", modified.Truncate(time.Second)}, {"displayName", f.name}, {"description", ""}, {"platform", f.platform}, {"rule", f.rule},
			{"roleScopeTags", []string{"0"}}, {"payloads", []object{}}, {"assignmentFilterManagementType", "devices"},
		})
	}
	return list
}
