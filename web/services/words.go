package services

import (
	"slices"
	"strings"

	"github.com/tenantry/tenantry/internal/configuration"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/service"
	"github.com/tenantry/tenantry/web/page"
)

// kindWords are the kinds in the words of the Intune admin center.
var kindWords = map[service.Kind]string{
	service.ApplePush: "Apple MDM push certificate", service.AppleEnrollment: "Apple enrollment program token", service.VPPToken: "Apple VPP token", service.CloudCA: "Cloud PKI authority",
	service.Enrollment: "Enrollment configuration", service.Terms: "Terms and conditions", service.Exchange: "Exchange connector", service.NDES: "NDES connector",
	service.ThreatDefense: "Mobile Threat Defense connector", service.DevicePartner: "Device management partner", service.CompliancePartner: "Compliance partner",
	service.RemoteAssistance: "Remote assistance partner", service.PartnerSolution: "Partner solution", service.Brand: "Intune brand", service.BrandingProfile: "Branding profile", service.Subscription: "Intune subscription",
	service.Delegated: "GDAP relationship",
}

var standingWords = map[service.Standing]string{
	service.Ended: "Ended", service.Soon: "Ends soon", "bad": "Not working", "warn": "Needs a look", "unknown": "Unknown", "ok": "In order", "off": "Switched off", "none": "Without a state",
}

// threatPartners are the applications behind connectors that Microsoft documents; Graph gives their id only.
var threatPartners = map[string]string{"fc780465-2017-40d4-a0c5-307022471b92": "Microsoft Defender for Endpoint"}

var typeWords = map[string]string{
	"deviceEnrollmentLimitConfiguration": "Device limit", "deviceEnrollmentPlatformRestrictionsConfiguration": "Platform restrictions",
	"deviceEnrollmentPlatformRestrictionConfiguration": "Platform restriction", "deviceEnrollmentWindowsHelloForBusinessConfiguration": "Windows Hello for Business",
	"windows10EnrollmentCompletionPageConfiguration": "Enrollment status page", "deviceComanagementAuthorityConfiguration": "Co-management authority",
	"deviceEnrollmentNotificationConfiguration": "Enrollment notification",
}

// typeWord names a type; one that Microsoft added since is its own name with blanks.
func typeWord(t string) string {
	if w, ok := typeWords[t]; ok {
		return w
	}
	return configuration.Words(t)
}

var platformWords = map[string]string{"ios": "iOS and iPadOS", "windows": "Windows", "windowsMobile": "Windows Mobile", "android": "Android", "macOS": "macOS"}

var memberWords = map[string]string{
	"appleIdentifier": "Apple Account", "appleId": "Apple Account", "topicIdentifier": "Topic", "certificateSerialNumber": "Serial number", "limit": "Devices per person",
	"priority": "Priority", "bodyText": "Text", "acceptanceStatement": "Statement to accept", "lastSyncErrorCode": "Error code of the last sync", "syncedDeviceCount": "Devices synced",
	"vppTokenAccountType": "Account type", "countryOrRegion": "Country or region", "platformBlocked": "blocked", "personalDeviceEnrollmentBlocked": "personal devices blocked",
	"osMinimumVersion": "minimum version", "osMaximumVersion": "maximum version", "contactITName": "IT contact", "contactITPhoneNumber": "IT phone", "contactITEmailAddress": "IT e-mail",
	"contactITNotes": "IT notes", "privacyUrl": "Privacy statement", "cloudCertificationAuthorityType": "Type of authority", "cloudCertificationAuthorityHashingAlgorithm": "Hash algorithm",
	"validityPeriodInYears": "Validity in years", "intuneAccountId": "Intune account id", "themeColor.r": "Theme colour, red", "themeColor.g": "Theme colour, green", "themeColor.b": "Theme colour, blue",
	"partnerUnresponsivenessThresholdInDays": "Counts as unresponsive after days", "expires_at": "End", "name": "Name", "type": "Type", "state": "State", "gone": "Removed from Intune",
	"appRoleId": "Role id", "principalId": "Service principal id", "principalType": "Held by", "solution.name": "Permission", "solution.use": "What it allows",
	"whenPartnerDevicesWillBeMarkedAsNonCompliantDateTime": "Devices will be noncompliant from", "whenPartnerDevicesWillBeRemovedDateTime": "Devices will be removed on",
}

// memberWord names a member of an item's detail, or a field of its history.
func memberWord(name string) string {
	name = strings.TrimPrefix(name, "detail.")
	if w, ok := memberWords[name]; ok {
		return w
	}
	if object, member, ok := strings.Cut(name, "."); ok {
		if platform, is := strings.CutSuffix(object, "Restriction"); is {
			return platformWords[platform] + ": " + memberWord(member)
		}
	}
	return configuration.Words(strings.TrimSuffix(name, "DateTime"))
}

// summary is the little that tells an item from others of its kind: priority and limit of an enrolment rule, the platforms of a connector.
func summary(it service.Item) string {
	d := it.Detail
	var parts []string
	add := func(format, member string) {
		if v := d[member]; v != "" {
			parts = append(parts, strings.Replace(format, "%", v, 1))
		}
	}
	switch it.Kind {
	case service.Enrollment:
		parts = append(parts, typeWord(it.Type))
		if d["priority"] == "0" {
			parts = append(parts, "default")
		} else {
			add("priority %", "priority")
		}
		add("% devices per person", "limit")
	case service.Terms:
		add("Version %", "version")
	case service.AppleEnrollment:
		add("% devices synced", "syncedDeviceCount")
	case service.VPPToken:
		add("%", "vppTokenAccountType")
		add("%", "countryOrRegion")
	case service.CloudCA:
		add("issued by %", "issuerCommonName")
	case service.NDES:
		add("version %", "connectorVersion")
	case service.PartnerSolution:
		parts = append(parts, solutionOf(it).Solution)
	case service.ThreatDefense, service.CompliancePartner:
		for _, p := range []struct{ member, word string }{{"androidEnabled", "Android"}, {"iosEnabled", "iOS"}, {"windowsEnabled", "Windows"}, {"androidOnboarded", "Android"}, {"iosOnboarded", "iOS"}, {"macOsOnboarded", "macOS"}} {
			if d[p.member] == "true" {
				parts = append(parts, p.word)
			}
		}
	}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ", ")
}

// solutionOf is what a role of Intune's own service is for. One that Microsoft added since is its id.
func solutionOf(it service.Item) permission.PartnerSolution {
	s, ok := permission.PartnerSolutionOf(permission.Permission{Resource: permission.IntuneAPI, Name: it.Detail["appRoleId"]})
	if !ok {
		return permission.PartnerSolution{Name: it.Detail["appRoleId"], Solution: "Unknown role", Explanation: "Microsoft’s list of these roles does not have this one."}
	}
	return s
}

// renewal is how the customer, or somebody for them, keeps an item from ending.
type renewal struct {
	Steps   []string `json:"steps"`
	Warning string   `json:"warning"`
}

func renewalOf(it service.Item) *renewal {
	account := it.Detail["appleIdentifier"]
	if account == "" {
		account = it.Detail["appleId"]
	}
	if account == "" {
		account = "the one that made it"
	}
	switch it.Kind {
	case service.ApplePush:
		return &renewal{
			Steps: []string{
				"In the Intune admin center open Devices, Enrollment, Apple, Apple MDM Push certificate, and download the certificate signing request.",
				"Sign in at identity.apple.com/pushcert with the Apple Account " + account + ", and choose Renew beside the certificate with the serial number shown here.",
				"Upload the request there, and download the renewed certificate.",
				"Upload it on the same page of Intune, and enter the same Apple Account.",
			},
			Warning: "Renew; do not create. A new certificate, or one from another Apple Account, has another topic, and every Apple device must then be enrolled again.",
		}
	case service.AppleEnrollment:
		return &renewal{
			Steps: []string{
				"Sign in to Apple Business Manager or Apple School Manager with an account that manages device management services; this token was made by " + account + ".",
				"Open the service that stands for Intune, and download its server token.",
				"In the Intune admin center open Devices, Enrollment, Apple, Enrollment program tokens, choose this token, then Renew token, and upload the file.",
			},
			Warning: "While the token is ended, new Apple devices do not arrive in Intune, and enrollment profiles cannot be assigned. Devices that are enrolled stay managed.",
		}
	case service.VPPToken:
		return &renewal{
			Steps: []string{
				"Sign in to Apple Business Manager or Apple School Manager; this token was made by " + account + ".",
				"Open Payments and Billing, and download the content token of the same location.",
				"In the Intune admin center open Tenant administration, Connectors and tokens, Apple VPP tokens, edit this token, and upload the file.",
			},
			Warning: "Use the token of the same location: apps from another one would be new apps, and their assignments are lost.",
		}
	case service.CloudCA:
		return &renewal{
			Steps: []string{
				"Create a new authority in the Intune admin center under Tenant administration, Cloud PKI, well before this one ends.",
				"Give its trusted certificate and SCEP profiles to the same groups, and wait until devices have their new certificates.",
			},
			Warning: "An authority cannot be extended. Certificates that it issued end with it.",
		}
	case service.DevicePartner:
		return &renewal{
			Steps: []string{
				"Look in the partner’s own product why it does not report to Intune, and have it report again.",
				"Read the services again here: once Intune names no day any more, the partner is trusted again.",
			},
			Warning: "From that day on the devices that the partner reports are noncompliant, and what asks for compliant devices keeps them out.",
		}
	case service.Delegated:
		return &renewal{
			Steps: []string{
				"Make a new request for the same roles, and send its approval link to an administrator of the customer.",
				"Give the roles to the same groups of yours once the customer has approved it.",
				"Or switch on automatic extension in Partner Center while this one is active, if Global Administrator is not among its roles.",
			},
			Warning: "When the last relationship ends, everybody of yours who works there through GDAP is locked out the same minute.",
		}
	}
	return nil
}

// History has the words of this room's history, for the list of all changes.
var History = page.History{Labels: func() map[string]string {
	labels := map[string]string{}
	for field, label := range memberWords {
		switch field {
		case "expires_at", "name", "type", "state", "gone":
			labels[field] = label
		default:
			labels["detail."+field] = label
		}
	}
	return labels
}(), Other: memberWord, Said: func(_, v string) string {
	if v == "" {
		return "nothing"
	}
	return page.Switch(readable(v))
}}
