package graph

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// appleOperations are the three ties to Apple that run out once a year: the push certificate, enrollment program tokens, VPP tokens.
func appleOperations() []operation {
	// The push certificate is not among what DeviceManagementServiceConfig.Read.All opens; writing is.
	push := same("DeviceManagementManagedDevices.Read.All", "DeviceManagementConfiguration.Read.All", "DeviceManagementServiceConfig.ReadWrite.All")
	return append(families(
		family{path: "deviceManagement/depOnboardingSettings", kind: "depOnboardingSetting", versions: beta, allow: readServices, options: oExpand, members: (*call).enrolmentTokens, relations: []string{"enrollmentProfiles"}},
		family{path: "deviceAppManagement/vppTokens", kind: "vppToken", versions: both, allow: readServicesOrConfiguration, members: (*call).vppTokens},
	), operation{
		method: http.MethodGet, path: "/deviceManagement/applePushNotificationCertificate", versions: both, area: intune, allow: push, roles: intuneReaders, options: oSelect, handle: (*call).pushCertificate,
	})
}

// usesApple says whether the tenant has set up management of Apple devices: all but the smallest customer and the partner itself.
func (c *call) usesApple() bool {
	if c.t.Devices == 0 {
		return false
	}
	return slices.ContainsFunc(c.s.world.Tenants()[1:], func(other *world.Tenant) bool { return other.Devices > 0 && other.Devices < c.t.Devices })
}

func (c *call) appleID(name string) string { return name + "@" + c.t.Domains[0] }

// pushCertificate is an error where none was ever set up, as for each singleton that is not configured.
func (c *call) pushCertificate() error {
	if !c.usesApple() {
		return c.missingDevice("applePushNotificationCertificate")
	}
	d := c.drawOf(classPush, 0)
	end, renewed := c.expiry(classPush, 0, 365*day)
	return c.singleton("applePushNotificationCertificate", "deviceManagement/applePushNotificationCertificate", object{
		{"id", c.idOf(classPush, 0)}, {"appleIdentifier", c.appleID("apple")}, {"topicIdentifier", "com.apple.mgmt.External." + c.idOf(classPush, 1)}, {"lastModifiedDateTime", renewed}, {"expirationDateTime", end},
		{"certificateUploadStatus", nil}, {"certificateUploadFailureReason", nil}, {"certificateSerialNumber", d.letters(upperHex, 16)}, {"certificate", nil},
	})
}

func (c *call) appleDevices() int {
	n := 0
	for i, f := 0, c.fleet(); i < f.t.Devices; i++ {
		if kind := f.kindOf(i); kind == macOS || kind == iPhone || kind == iPad {
			n++
		}
	}
	return n
}

func (c *call) enrolmentTokens() []object {
	if !c.usesApple() {
		return nil
	}
	names := []string{c.t.Prefix + " devices"}
	if c.has(classEnrolmentToken, 1, 0.4) {
		names = append(names, c.t.Prefix+" reseller")
	}
	var list []object
	for i, name := range names {
		d := c.drawOf(classEnrolmentToken, i)
		end, renewed := c.expiry(classEnrolmentToken, i, 365*day)
		synced, failure, typ, count := c.often(classEnrolmentToken, i, 12*time.Hour), 0, "dep", c.appleDevices()
		if c.now.After(end) {
			synced, failure = end.Add(-time.Duration(d.n(12))*time.Hour), 3
		}
		if i == 1 {
			count = 0
			if d.is(0.4) {
				synced = never // uploaded, and never used
			}
		}
		if c.t.Industry == "Education" {
			typ = "appleSchoolManager"
		}
		list = append(list, object{
			{"id", c.idOf(classEnrolmentToken, i)}, {"appleIdentifier", c.appleID("abm")}, {"tokenExpirationDateTime", end}, {"lastModifiedDateTime", renewed}, {"lastSuccessfulSyncDateTime", synced},
			{"lastSyncTriggeredDateTime", c.often(classEnrolmentToken, i+10, 12*time.Hour)}, {"shareTokenWithSchoolDataSyncService", typ != "dep"}, {"lastSyncErrorCode", failure}, {"tokenType", typ}, {"tokenName", name},
			{"syncedDeviceCount", count}, {"dataSharingConsentGranted", true}, {"roleScopeTagIds", []string{"0"}},
			{"enrollmentProfiles", many("depEnrollmentBaseProfile", func() []object { return c.enrolmentProfiles(i) })},
		})
	}
	return list
}

func (c *call) enrolmentProfiles(token int) []object {
	var list []object
	for i, p := range []struct{ typ, system string }{{"depIOSEnrollmentProfile", "iOS"}, {"depMacOSEnrollmentProfile", "macOS"}} {
		list = append(list, object{
			{"@odata.type", "#microsoft.graph." + p.typ}, {"id", c.idOf(classEnrolmentToken, token) + "_" + c.idOf(classEnrolmentToken, 20+i)}, {"displayName", c.t.Prefix + " " + p.system + " standard"}, {"description", ""},
			{"requiresUserAuthentication", true}, {"configurationEndpointUrl", ""}, {"enableAuthenticationViaCompanyPortal", false}, {"requireCompanyPortalOnSetupAssistantEnrolledDevices", false}, {"isDefault", true},
			{"supervisedModeEnabled", true}, {"supportDepartment", "IT"}, {"supportPhoneNumber", ""}, {"isMandatory", true}, {"profileRemovalDisabled", true}, {"locationDisabled", false}, {"siriDisabled", false},
		})
	}
	return list
}

// vppTokens carry the token itself, as the service gives it: whoever reads them without $select holds a secret.
func (c *call) vppTokens() []object {
	if !c.usesApple() {
		return nil
	}
	places := []string{"Head office"}
	if c.has(classVPP, 1, 0.5) {
		places = append(places, "Branches")
	}
	var list []object
	for i, place := range places {
		d := c.drawOf(classVPP, i)
		end, renewed := c.expiry(classVPP, i, 365*day)
		state, synced, status := "valid", c.often(classVPP, i, 24*time.Hour), "completed"
		switch x := d.n(12); {
		case c.now.After(end):
			state, synced, status = "expired", end.Add(-time.Duration(d.n(24))*time.Hour), "failed"
		case i == 1 && x < 2:
			state, status = "assignedToExternalMDM", "failed"
		case i == 1 && x < 4:
			state, synced, status = "valid", never, "none"
		case x == 11:
			state, status = "invalid", "failed"
		}
		secret := base64.StdEncoding.EncodeToString([]byte(`{"token":"` + d.letters(upperHex+"GHJKLMNPQRSTUVWXYZ", 40) + `","expDate":"` + end.Format("2006-01-02T15:04:05-0700") + `","orgName":"` + c.t.DisplayName + `"}`))
		list = append(list, object{
			{"id", c.idOf(classVPP, i)}, {"organizationName", c.t.DisplayName}, {"vppTokenAccountType", c.vppAccount()}, {"appleId", c.appleID("vpp")}, {"expirationDateTime", end}, {"lastSyncDateTime", synced}, {"token", secret},
			{"lastModifiedDateTime", renewed}, {"state", state}, {"tokenActionResults", []object{}}, {"lastSyncStatus", status}, {"automaticallyUpdateApps", d.is(0.7)}, {"countryOrRegion", strings.ToLower(c.t.Country)},
			{"dataSharingConsentGranted", true}, {"displayName", c.t.Prefix + " " + place}, {"locationName", place}, {"claimTokenManagementFromExternalMdm", false}, {"appleDeviceAppDeliveryProtocolType", "default"}, {"roleScopeTagIds", []string{"0"}},
		})
	}
	return list
}

func (c *call) vppAccount() string {
	if c.t.Industry == "Education" {
		return "education"
	}
	return "business"
}
