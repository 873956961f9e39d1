package graph

import "time"

// connectorOperations are the services that Intune works with. Telecom expense management is not among them: Microsoft has taken it
// away, so its path is unknown.
func connectorOperations() []operation {
	connector := func(path, kind string, v versions, allow permissions, members func(*call) []object) family {
		return family{path: "deviceManagement/" + path, kind: kind, versions: v, allow: allow, members: members}
	}
	return families(
		connector("exchangeConnectors", "deviceManagementExchangeConnector", both, readServicesOrConfiguration, (*call).exchangeConnectors),
		connector("mobileThreatDefenseConnectors", "mobileThreatDefenseConnector", both, readServicesOrConfiguration, (*call).threatDefence),
		connector("deviceManagementPartners", "deviceManagementPartner", both, readServicesOrConfiguration, (*call).managementPartners),
		connector("complianceManagementPartners", "complianceManagementPartner", both, readServicesOrConfiguration, (*call).compliancePartners),
		connector("remoteAssistancePartners", "remoteAssistancePartner", both, readServicesOrConfiguration, (*call).assistancePartners),
		connector("ndesConnectors", "ndesConnector", beta, readConfiguration, (*call).ndesConnectors),
		connector("certificateConnectorDetails", "certificateConnectorDetails", beta, readServices, (*call).certificateConnectors),
	)
}

// exchangeConnectors are gone nearly everywhere: the feature was retired.
func (c *call) exchangeConnectors() []object {
	if c.t.Index%6 != 4 {
		return nil
	}
	d := c.drawOf(classExchange, 0)
	return []object{{
		{"id", c.idOf(classExchange, 0)}, {"lastSyncDateTime", c.s.anchor.Add(-time.Duration(200+d.n(500)) * day)}, {"status", "disconnected"}, {"primarySmtpAddress", "postmaster@" + c.t.Domains[0]},
		{"serverName", "https://outlook.office365.com/PowerShell-LiveID"}, {"connectorServerName", c.t.Prefix + "-EXC-01"}, {"exchangeConnectorType", "onPremises"}, {"version", "5.0.0.0"}, {"exchangeAlias", "postmaster"}, {"exchangeOrganization", c.t.InitialDomain()},
	}}
}

// beatOf is the last sign of life of a connector with its state: most are well, some fell silent, and some were named and never set up.
func (c *call) beatOf(k class, i int) (state string, last time.Time) {
	d := c.drawOf(k, i+6<<20)
	switch x := d.n(10); {
	case x < 7:
		return "enabled", c.often(k, i, 6*time.Hour)
	case x < 9:
		return "unresponsive", c.s.anchor.Add(-time.Duration(2+d.n(90))*day + time.Duration(d.n(86400))*time.Second)
	}
	return "unavailable", never
}

var threatPartners = []struct {
	id, name string
	share    float64
}{
	{"fc780465-2017-40d4-a0c5-307022471b92", "Microsoft Defender for Endpoint", 1}, // only where the tenant has it
	{"2c7790de-8b02-4814-85cf-e0c59380dee8", "Lookout", 0.15}, {"28fd67eb-b83d-4714-ad5e-a7a9c8ea15a2", "Zimperium", 0.1},
}

func (c *call) threatDefence() []object {
	var list []object
	for i, p := range threatPartners {
		if i == 0 && !c.t.Defender || !c.has(classThreatDefence, i, p.share) {
			continue
		}
		d := c.drawOf(classThreatDefence, i)
		state, beat := c.beatOf(classThreatDefence, i)
		on := state != "unavailable"
		list = append(list, object{
			{"id", p.id}, {"lastHeartbeatDateTime", beat}, {"partnerState", state}, {"androidMobileApplicationManagementEnabled", on && d.is(0.4)}, {"iosMobileApplicationManagementEnabled", on && d.is(0.4)}, {"androidEnabled", on},
			{"iosEnabled", on}, {"windowsEnabled", on && i == 0}, {"androidDeviceBlockedOnMissingPartnerData", false}, {"iosDeviceBlockedOnMissingPartnerData", false}, {"windowsDeviceBlockedOnMissingPartnerData", d.is(0.2)},
			{"partnerUnsupportedOsVersionBlocked", false}, {"partnerUnresponsivenessThresholdInDays", 7}, {"allowPartnerToCollectIOSApplicationMetadata", d.is(0.3)}, {"allowPartnerToCollectIOSPersonalApplicationMetadata", false},
			{"microsoftDefenderForEndpointAttachEnabled", on && i == 0}, {"macEnabled", on && i == 0}, {"macDeviceBlockedOnMissingPartnerData", false}, {"windowsMobileApplicationManagementEnabled", false},
		})
	}
	return list
}

func (c *call) managementPartners() []object {
	state, beat := c.beatOf(classPartner, 0)
	o := object{
		{"id", c.idOf(classPartner, 0)}, {"lastHeartbeatDateTime", beat}, {"partnerState", state}, {"partnerAppType", "singleTenantApp"}, {"singleTenantAppId", nil}, {"displayName", "Jamf"}, {"isConfigured", state != "unavailable"},
		{"whenPartnerDevicesWillBeRemovedDateTime", nil}, {"whenPartnerDevicesWillBeMarkedAsNonCompliantDateTime", nil}, {"groupsRequiringPartnerEnrollment", []object{}},
	}
	switch state {
	case "unavailable":
	case "unresponsive":
		o[7].value, o[8].value = beat.Add(90*day), beat.Add(30*day)
		fallthrough
	default:
		o[4].value = c.idOf(classPartner, 1)
		o[9].value = []object{{{"target", c.target("groupAssignmentTarget", c.guid(kindGroup, 12))}}}
	}
	return []object{o}
}

func (c *call) compliancePartners() []object {
	var list []object
	for i, name := range []string{"Jamf Device Compliance", "VMware Workspace ONE UEM"} {
		if !c.has(classCompliancePartner, i, 0.25) {
			continue
		}
		state, beat := c.beatOf(classCompliancePartner, i)
		assigned := []object{{{"target", c.target("groupAssignmentTarget", c.guid(kindGroup, 12))}}}
		mac, phone := assigned, []object{}
		if i == 1 {
			mac, phone = phone, assigned
		}
		list = append(list, object{
			{"id", c.idOf(classCompliancePartner, i)}, {"lastHeartbeatDateTime", beat}, {"partnerState", state}, {"displayName", name}, {"macOsOnboarded", i == 0 && state != "unavailable"}, {"androidOnboarded", i == 1}, {"iosOnboarded", i == 1},
			{"linuxOnboarded", false}, {"macOsEnrollmentAssignments", mac}, {"androidEnrollmentAssignments", phone}, {"iosEnrollmentAssignments", phone}, {"linuxEnrollmentAssignments", []object{}},
		})
	}
	return list
}

func (c *call) assistancePartners() []object {
	d := c.drawOf(classAssistance, 0)
	status, last := "notOnboarded", never
	if d.is(0.3) {
		status, last = "onboarded", c.often(classAssistance, 0, 24*time.Hour)
	}
	return []object{{
		{"id", c.idOf(classAssistance, 0)}, {"displayName", "TeamViewer"}, {"onboardingUrl", "https://login.teamviewer.com/integrations/"}, {"onboardingStatus", status}, {"lastConnectionDateTime", last}, {"onboardingRequestExpiryDateTime", nil},
	}}
}

// certificateServers are the machines that certificate connectors run on.
func (c *call) certificateServers(each func(i int, machine string, active bool, enrolled, last time.Time) object) []object {
	var list []object
	for i, share := range []float64{0.5, 0.3} {
		if !c.has(classCertificateConnector, i, share) {
			continue
		}
		state, last := c.beatOf(classCertificateConnector, i)
		d := c.drawOf(classCertificateConnector, i)
		enrolled := c.s.anchor.Add(-time.Duration(200+d.n(700)) * day)
		list = append(list, each(i, c.t.Prefix+"-PKI-0"+[]string{"1", "2"}[i], state == "enabled", enrolled, last))
	}
	return list
}

func (c *call) ndesConnectors() []object {
	return c.certificateServers(func(i int, machine string, active bool, enrolled, last time.Time) object {
		state := "active"
		if !active {
			state = "inactive"
		}
		return object{
			{"id", c.idOf(classCertificateConnector, i)}, {"lastConnectionDateTime", last}, {"state", state}, {"displayName", machine + "_" + enrolled.Format("1/2/2006")}, {"enrolledDateTime", enrolled}, {"machineName", machine},
			{"connectorVersion", "6.2406.0.1001"}, {"roleScopeTagIds", []string{"0"}},
		}
	})
}

func (c *call) certificateConnectors() []object {
	return c.certificateServers(func(i int, machine string, _ bool, enrolled, last time.Time) object {
		return object{
			{"id", c.idOf(classCertificateConnector, i)}, {"connectorName", machine + "_" + enrolled.Format("1/2/2006")}, {"machineName", machine}, {"enrollmentDateTime", enrolled}, {"lastCheckinDateTime", last}, {"connectorVersion", "6.2406.0.1001"},
		}
	})
}
