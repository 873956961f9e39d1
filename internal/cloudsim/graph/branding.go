package graph

import "net/http"

// brandingOperations are how Company Portal looks. Applications without a user get no profiles, whatever they were granted; the brand
// of the default profile is on deviceManagement too.
func brandingOperations() []operation {
	return append(families(family{
		path: "deviceManagement/intuneBrandingProfiles", kind: "intuneBrandingProfile", versions: beta, allow: same("DeviceManagementApps.Read.All"), options: oExpand, members: (*call).brandingProfiles, relations: []string{"assignments"},
		refuse: func(c *call) error {
			if c.token.AppOnly {
				return c.roleless()
			}
			return nil
		},
	}), operation{
		method: http.MethodGet, path: "/deviceManagement/intuneBrand", versions: both, area: intune, roles: intuneReaders, handle: (*call).getBrand,
		allow: same("DeviceManagementServiceConfig.Read.All", "DeviceManagementConfiguration.Read.All", "DeviceManagementApps.Read.All", "DeviceManagementManagedDevices.Read.All", "DeviceManagementRBAC.Read.All"),
	})
}

func (c *call) themeColor() object {
	d := c.drawOf(classBrand, 0)
	return object{{"r", d.n(256)}, {"g", d.n(256)}, {"b", d.n(256)}}
}

// contact is who people turn to. Many tenants never filled it in.
func (c *call) contact() object {
	d := c.drawOf(classBrand, 1)
	o := object{{"contactITName", nil}, {"contactITPhoneNumber", nil}, {"contactITEmailAddress", nil}, {"contactITNotes", nil}, {"privacyUrl", nil}, {"onlineSupportSiteUrl", nil}, {"onlineSupportSiteName", nil}}
	if d.is(0.7) {
		o[0].value, o[1].value, o[2].value = "IT service desk", phoneNumber(&d, c.t.Country), "it@"+c.t.Domains[0]
	}
	if d.is(0.5) {
		o[4].value, o[5].value, o[6].value = "https://www."+c.t.Domains[0]+"/privacy", "https://help."+c.t.Domains[0], "Help"
	}
	return o
}

func (c *call) brand() object {
	o := object{{"displayName", c.t.DisplayName}, {"themeColor", c.themeColor()}, {"showLogo", false}, {"lightBackgroundLogo", nil}, {"darkBackgroundLogo", nil}, {"showNameNextToLogo", true}, {"showDisplayNameNextToLogo", true}}
	return append(o, c.contact()...)
}

func (c *call) getBrand() error {
	b := append(c.open("deviceManagement/intuneBrand"), ',')
	c.status, c.body = http.StatusOK, append(b, appendObject(nil, c.brand())[1:]...)
	return nil
}

// defaultBranding is the id of the default profile in every tenant.
const defaultBranding = "c3a59481-1bf2-46ce-94b3-66eec07a8d60"

func (c *call) brandingProfiles() []object {
	profile := func(id, name string, first bool, i int) object {
		d := c.drawOf(classBrand, i+10)
		created, modified, _ := c.history(&d)
		o := object{
			{"id", id}, {"profileName", name}, {"profileDescription", nil}, {"isDefaultProfile", first}, {"createdDateTime", created}, {"lastModifiedDateTime", modified}, {"displayName", c.t.DisplayName}, {"themeColor", c.themeColor()}, {"showLogo", false},
			{"showDisplayNameNextToLogo", true}, {"themeColorLogo", nil}, {"lightBackgroundLogo", nil}, {"landingPageCustomizedImage", nil}, {"customPrivacyMessage", nil}, {"customCanSeePrivacyMessage", nil}, {"customCantSeePrivacyMessage", nil},
			{"isRemoveDeviceDisabled", d.is(0.4)}, {"isFactoryResetDisabled", d.is(0.5)}, {"companyPortalBlockedActions", []object{}}, {"showAzureADEnterpriseApps", d.is(0.5)}, {"showOfficeWebApps", true}, {"showConfigurationManagerApps", false},
			{"disableClientTelemetry", false}, {"disableDeviceCategorySelection", d.is(0.2)}, {"enrollmentAvailability", "availableWithPrompts"}, {"roleScopeTagIds", []string{"0"}},
		}
		assigned := many("intuneBrandingProfileAssignment", func() []object { return nil })
		if !first {
			assigned = c.assignments("intuneBrandingProfileAssignment", classBrand, i)
		}
		return append(append(o, c.contact()...), member{"assignments", assigned})
	}
	list := []object{profile(defaultBranding, "Default branding profile", true, 0)}
	if c.has(classBrand, 1, 0.3) {
		list = append(list, profile(c.idOf(classBrand, 1), "Branches", false, 1))
	}
	return list
}
