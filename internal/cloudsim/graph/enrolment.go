package graph

func enrolmentOperations() []operation {
	return families(
		family{
			path: "deviceManagement/deviceEnrollmentConfigurations", kind: "deviceEnrollmentConfiguration", versions: both, allow: readServicesOrConfiguration, options: oExpand | oFilter | oOrder,
			members: (*call).enrolmentConfigurations, relations: []string{"assignments"},
		},
		family{
			path: "deviceManagement/termsAndConditions", kind: "termsAndConditions", versions: both, allow: readServices, options: oExpand, members: (*call).terms,
			relations: []string{"assignments", "acceptanceStatuses"},
		},
	)
}

// enrolment is one configuration of enrolment. A priority of 0 is the default that every tenant has and that reaches everybody.
type enrolment struct {
	typ, kind, suffix, name, about string
	priority                       int
	beta                           bool
	share                          float64
	details                        func(c *call, d *draw) object
}

const everybody = "All users and all devices"

var enrolments = []enrolment{
	{"deviceEnrollmentLimitConfiguration", "limit", "DefaultLimit", everybody, "This is the default Device Limit Restriction applied with the lowest priority to all users regardless of group membership.", 0, false, 1, func(c *call, d *draw) object {
		return object{{"limit", pick(d, []int{5, 5, 10, 15})}}
	}},
	{"deviceEnrollmentPlatformRestrictionsConfiguration", "platformRestrictions", "DefaultPlatformRestrictions", everybody, "This is the default Device Type Restriction applied with the lowest priority to all users regardless of group membership.", 0, false, 1, func(c *call, d *draw) object {
		o := object{{"iosRestriction", c.restriction(false, false, "")}, {"windowsRestriction", c.restriction(false, d.is(0.6), pick(d, []string{"", "10.0.19045"}))}, {"windowsMobileRestriction", c.restriction(true, false, "")},
			{"androidRestriction", c.restriction(d.is(0.7), false, "")}, {"macOSRestriction", c.restriction(false, d.is(0.5), "")}}
		return c.withBeta(o, member{"androidForWorkRestriction", c.restriction(false, false, "12.0")}, member{"macRestriction", nil})
	}},
	{"deviceEnrollmentWindowsHelloForBusinessConfiguration", "windowsHelloForBusiness", "DefaultWindowsHelloForBusiness", everybody, "This is the default Windows Hello for Business configuration applied with the lowest priority to all users regardless of group membership.", 0, false, 1, func(c *call, d *draw) object {
		return object{{"pinMinimumLength", pick(d, []int{6, 6, 8})}, {"pinMaximumLength", 127}, {"pinUppercaseCharactersUsage", "disallowed"}, {"pinLowercaseCharactersUsage", "disallowed"}, {"pinSpecialCharactersUsage", "disallowed"},
			{"state", pick(d, []string{"enabled", "enabled", "notConfigured", "disabled"})}, {"securityDeviceRequired", true}, {"unlockWithBiometricsEnabled", true}, {"remotePassportEnabled", true}, {"pinPreviousBlockCount", 0}, {"pinExpirationInDays", 0}, {"enhancedBiometricsState", "notConfigured"}}
	}},
	{"windows10EnrollmentCompletionPageConfiguration", "windows10EnrollmentCompletionPageConfiguration", "DefaultWindows10EnrollmentCompletionPageConfiguration", everybody, "This is the default enrollment status screen configuration applied with the lowest priority to all users and all devices regardless of group membership.", 0, false, 1, func(c *call, d *draw) object {
		return c.statusPage(false, 60)
	}},
	{"windows10EnrollmentCompletionPageConfiguration", "windows10EnrollmentCompletionPageConfiguration", "Windows10EnrollmentCompletionPageConfiguration", "Autopilot status page", "", 1, false, 0.7, func(c *call, d *draw) object {
		return c.statusPage(true, pick(d, []int{60, 90, 120}))
	}},
	{"deviceEnrollmentLimitConfiguration", "limit", "Limit", "Shared device managers", "", 1, false, 0.3, func(c *call, d *draw) object { return object{{"limit", 15}} }},
	{"deviceEnrollmentPlatformRestrictionConfiguration", "singlePlatformRestriction", "SinglePlatformRestriction", "No personal Windows machines", "", 1, true, 0.5, func(c *call, d *draw) object {
		return object{{"platformType", "windows"}, {"platformRestriction", c.restriction(false, true, "10.0.19045")}}
	}},
	{"deviceComanagementAuthorityConfiguration", "deviceComanagementAuthorityConfiguration", "CoManagementAuthority", "Co-management", "", 1, true, 0.2, func(c *call, d *draw) object {
		return object{{"managedDeviceAuthority", 1}, {"installConfigurationManagerAgent", true}, {"configurationManagerAgentCommandLineArgument", ""}}
	}},
}

func (c *call) restriction(blocked, personal bool, least string) object {
	o := object{{"platformBlocked", blocked}, {"personalDeviceEnrollmentBlocked", personal}, {"osMinimumVersion", orNil(least)}, {"osMaximumVersion", nil}}
	return c.withBeta(o, member{"blockedManufacturers", []string{}}, member{"blockedSkus", []string{}})
}

func (c *call) statusPage(show bool, minutes int) object {
	return c.withBeta(object{{"allowNonBlockingAppInstallation", false}}, member{"showInstallationProgress", show}, member{"blockDeviceSetupRetryByUser", false}, member{"allowDeviceResetOnInstallFailure", show},
		member{"allowLogCollectionOnInstallFailure", show}, member{"customErrorMessage", ""}, member{"installProgressTimeoutInMinutes", minutes}, member{"allowDeviceUseOnInstallFailure", !show},
		member{"selectedMobileAppIds", []string{}}, member{"trackInstallProgressForAutopilotOnly", true}, member{"disableUserStatusTrackingAfterFirstUser", true})
}

func (c *call) enrolmentConfigurations() []object {
	var list []object
	for i := range enrolments {
		e := &enrolments[i]
		if e.beta && !c.beta || !c.has(classEnrolment, i, e.share) {
			continue
		}
		d := c.drawOf(classEnrolment, i)
		created, modified, version := c.history(&d)
		kind, assigned := e.kind, c.assignments("enrollmentConfigurationAssignment", classEnrolment, i)
		if e.priority == 0 {
			kind = "default" + string(e.kind[0]-'a'+'A') + e.kind[1:]
			created, modified, version = never, never, 0 // nobody ever touched it
			if d.is(0.5) {
				created, modified, version = c.history(&d)
			}
			assigned = many("enrollmentConfigurationAssignment", func() []object { return nil })
		}
		o := object{
			{"@odata.type", "#microsoft.graph." + e.typ}, {"id", c.idOf(classEnrolment, i) + "_" + e.suffix}, {"displayName", e.name}, {"description", e.about}, {"priority", e.priority},
			{"createdDateTime", created}, {"lastModifiedDateTime", modified}, {"version", version}, {"roleScopeTagIds", []string{"0"}}, {"deviceEnrollmentConfigurationType", kind},
		}
		list = append(list, append(append(o, e.details(c, &d)...), member{"assignments", assigned}))
	}
	return list
}

// terms are what people accept when they enrol. A newer version than the accepted one waits to be accepted again.
func (c *call) terms() []object {
	var list []object
	for i, name := range []string{"Terms of use", "Personal devices"} {
		if !c.has(classTerms, i, []float64{0.8, 0.4}[i]) {
			continue
		}
		d := c.drawOf(classTerms, i)
		created, modified, version := c.history(&d)
		list = append(list, object{
			{"id", c.idOf(classTerms, i)}, {"createdDateTime", created}, {"modifiedDateTime", modified}, {"lastModifiedDateTime", modified}, {"displayName", name}, {"title", name + " of " + c.t.DisplayName}, {"description", ""},
			{"bodyText", "The device may hold company data. The company may remove that data."}, {"acceptanceStatement", "I have read this and agree."}, {"version", version}, {"roleScopeTagIds", []string{"0"}},
			{"assignments", c.assignments("termsAndConditionsAssignment", classTerms, i)}, {"acceptanceStatuses", c.acceptances(i, version)},
		})
	}
	return list
}

func (c *call) acceptances(i, version int) related {
	r := c.people()
	draw := func(at int) draw { return c.drawOf(classTerms, at<<8|i+5<<44) }
	return related{
		kind: "termsAndConditionsAcceptanceStatus", n: func() int { return r.n },
		match: func(at int) bool { d := draw(at); return d.is(0.85) },
		at: func(at int) object {
			p, d := r.at(at), draw(at)
			d.share()
			accepted := version
			if d.is(0.2) {
				accepted = max(1, version-1)
			}
			return object{
				{"id", c.idOf(classTerms, i) + "_" + p.id}, {"userDisplayName", p.display}, {"userPrincipalName", p.upn}, {"acceptedVersion", accepted},
				{"acceptedDateTime", p.created.AddDate(0, 0, d.n(30))},
			}
		},
	}
}
