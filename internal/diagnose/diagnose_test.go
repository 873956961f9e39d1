package diagnose_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/diagnose"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/tenant"
)

var readAt = time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)

// seed403 is the flat answer of Intune's own page on its API.
const seed403 = "Application is not authorized to perform this operation - Operation ID (for customer support): 00000000-0000-0000-0000-000000000000 - " +
	"Activity ID: cc7fa3b3-bb25-420b-bfb2-1498e598ba43 - Url: https://example.manage.microsoft.com/Service/Resource/RESTendpoint?api-version=2017-03-06 - CustomApiErrorPhrase: "

func app(name string) permission.Permission {
	return permission.Permission{Resource: permission.Graph, Kind: permission.Application, Name: name}
}

func signedIn(name string) permission.Permission {
	return permission.Permission{Resource: permission.Graph, Kind: permission.Delegated, Name: name}
}

func list(f diagnose.Failure) diagnose.Failure {
	f.Kind, f.Method, f.Path = permission.Application, "GET", "/v1.0/deviceManagement/managedDevices"
	return f
}

// defender is a refused read of the incidents of a tenant that has granted it.
func defender(f diagnose.Failure) diagnose.Failure {
	f.Kind, f.Method, f.Path, f.Status, f.ReadAt = permission.Application, "GET", "/v1.0/security/incidents", 403, readAt
	f.Granted = []permission.Permission{app("SecurityIncident.Read.All")}
	return f
}

// TestAnOldTokenIsTriedWhenItsHourIsOver: it passes by itself, and when is known.
func TestAnOldTokenIsTriedWhenItsHourIsOver(t *testing.T) {
	settled := readAt.Add(time.Hour)
	f := defender(diagnose.Failure{Code: "Authorization_RequestDenied", Settled: settled})
	if found := diagnose.Diagnose(f); found.Cause != diagnose.CauseTokenOld || !found.Again.Equal(settled) {
		t.Errorf("%s, again at %s", found.Cause, found.Again)
	}
	f.Code = "Forbidden" // Defender's word for a tenant that it does not know
	if found := diagnose.Diagnose(f); found.Cause != diagnose.CauseDefender || !found.Again.IsZero() || strings.Contains(found.Verdict, "person") {
		t.Errorf("%s, again at %s: %s", found.Cause, found.Again, found.Verdict)
	}
}

func TestDiagnose(t *testing.T) {
	no, yes := false, true
	devices := app("DeviceManagementManagedDevices.Read.All")
	for _, tc := range []struct {
		name  string
		f     diagnose.Failure
		layer diagnose.Layer
		who   diagnose.Who
		sure  diagnose.Confidence
	}{
		{"seed 403, grants read, scope missing", list(diagnose.Failure{Status: 403, Code: "Forbidden", Text: seed403, ReadAt: readAt}), diagnose.LayerScope, diagnose.Customer, diagnose.Likely},
		{"seed 403, granted as delegated", list(diagnose.Failure{Status: 403, Code: "Forbidden", Text: seed403, ReadAt: readAt, Granted: []permission.Permission{signedIn(devices.Name)}}), diagnose.LayerScopeKind, diagnose.Customer, diagnose.Likely},
		{"seed 403, granted, old token", list(diagnose.Failure{Status: 403, Code: "Forbidden", Text: seed403, ReadAt: readAt, Granted: []permission.Permission{devices}}), diagnose.LayerToken, diagnose.Nobody, diagnose.Likely},
		{"seed 403, granted, fresh token: not known", list(diagnose.Failure{Status: 403, Code: "Forbidden", Text: seed403, ReadAt: readAt, Fresh: true, Granted: []permission.Permission{devices}}), diagnose.LayerUnknown, diagnose.NotKnown, diagnose.Unsure},
		{"seed 403, grants never read: not known", list(diagnose.Failure{Status: 403, Code: "Forbidden", Text: seed403}), diagnose.LayerUnknown, diagnose.NotKnown, diagnose.Unsure},
		{"seed 403, no Intune licence read", list(diagnose.Failure{Status: 403, Code: "Forbidden", Text: seed403, ReadAt: readAt, Granted: []permission.Permission{devices}, Licence: &no}), diagnose.LayerLicence, diagnose.Customer, diagnose.Likely},
		{"licence read and there", list(diagnose.Failure{Status: 403, ReadAt: readAt, Licence: &yes}), diagnose.LayerScope, diagnose.Customer, diagnose.Likely},
		{"Intune's nested 401 Forbidden", list(diagnose.Failure{Status: 401, Code: "UnknownError", Inner: "Forbidden", ReadAt: readAt}), diagnose.LayerScope, diagnose.Customer, diagnose.Likely},
		{"401 with an old token", list(diagnose.Failure{Status: 401, Code: "InvalidAuthenticationToken"}), diagnose.LayerToken, diagnose.Nobody, diagnose.Likely},
		{"401 that stays with a fresh token is a refusal", list(diagnose.Failure{Status: 401, Fresh: true, ReadAt: readAt}), diagnose.LayerScope, diagnose.Customer, diagnose.Likely},
		{"person without a role", diagnose.Failure{Status: 403, Kind: permission.Delegated, Method: "POST", Path: "/v1.0/deviceManagement/managedDevices/42/wipe", Fresh: true, ReadAt: readAt,
			Granted: []permission.Permission{signedIn("DeviceManagementManagedDevices.PrivilegedOperations.All")}}, diagnose.LayerRole, diagnose.Customer, diagnose.Likely},
		{"the provisioning service's 401 for a person without a role", diagnose.Failure{Status: 401, Code: "UnknownError", Kind: permission.Delegated, Method: "POST", Path: "/v1.0/servicePrincipals/42/synchronization/jobs/j/pause", Fresh: true,
			ReadAt: readAt, Granted: []permission.Permission{signedIn("Synchronization.ReadWrite.All")}}, diagnose.LayerRole, diagnose.Customer, diagnose.Likely},
		{"credentials that a target refuses", diagnose.Failure{Status: 400, Code: "BadRequest", Kind: permission.Delegated, Method: "POST", Path: "/v1.0/servicePrincipals/42/synchronization/jobs/j/validateCredentials"},
			diagnose.LayerRequest, diagnose.Staff, diagnose.Likely},
		{"there already", diagnose.Failure{Status: 409, Code: "Conflict"}, diagnose.LayerObject, diagnose.Staff, diagnose.Likely},
		{"Defender not set up", diagnose.Failure{Status: 403, Kind: permission.Delegated, Method: "GET", Path: "/api/incidents", Fresh: true, ReadAt: readAt,
			Granted: []permission.Permission{{Resource: permission.Defender, Kind: permission.Delegated, Name: "Incident.Read"}}}, diagnose.LayerLicence, diagnose.Customer, diagnose.Unsure},
		{"Defender not set up, grants just read for the first time", defender(diagnose.Failure{Code: "Forbidden", Text: "The tenant is not onboarded to Microsoft Defender XDR."}), diagnose.LayerLicence, diagnose.Customer, diagnose.Unsure},
		{"incidents with an old token", defender(diagnose.Failure{Code: "Authorization_RequestDenied", Text: "Insufficient privileges to complete the operation."}), diagnose.LayerToken, diagnose.Nobody, diagnose.Likely},
		{"incidents refused for a permission that is there", defender(diagnose.Failure{Code: "Authorization_RequestDenied", Fresh: true}), diagnose.LayerUnknown, diagnose.NotKnown, diagnose.Unsure},
		{"licence missing", diagnose.Failure{Status: 400, Code: "BadRequest", Text: "Request not applicable to target tenant."}, diagnose.LayerLicence, diagnose.Customer, diagnose.Likely},
		{"premium licence missing", diagnose.Failure{Status: 403, Text: "Neither tenant is B2C or tenant doesn't have premium license", ReadAt: readAt}, diagnose.LayerLicence, diagnose.Customer, diagnose.Likely},
		{"directory refuses, grants unread", diagnose.Failure{Status: 403, Code: "Authorization_RequestDenied"}, diagnose.LayerScope, diagnose.Customer, diagnose.Unsure},
		{"call that the catalogue does not know", diagnose.Failure{Status: 403, Method: "GET", Path: "/v1.0/me/messages", ReadAt: readAt}, diagnose.LayerUnknown, diagnose.NotKnown, diagnose.Unsure},
		{"gone for the person, maybe by scope tags", diagnose.Failure{Status: 404, Code: "ResourceNotFound", Kind: permission.Delegated, Method: "GET", Path: "/v1.0/deviceManagement/managedDevices/42"}, diagnose.LayerRole, diagnose.Customer, diagnose.Unsure},
		{"gone for the program, which has no scope tags", diagnose.Failure{Status: 404, Code: "ResourceNotFound", Kind: permission.Application, Method: "GET", Path: "/v1.0/deviceManagement/managedDevices/42"}, diagnose.LayerObject, diagnose.Nobody, diagnose.Likely},
		{"the program's token challenged", list(diagnose.Failure{Status: 401, Code: "InvalidAuthenticationToken", Challenge: true}), diagnose.LayerCondition, diagnose.Customer, diagnose.Likely},
		{"guest put out of the tenant", diagnose.Failure{Status: 401, Code: "Authorization_IdentityNotFound", Kind: permission.Delegated, Method: "POST", Path: "/v1.0/deviceManagement/managedDevices/42/wipe", Fresh: true, ReadAt: readAt,
			Granted: []permission.Permission{signedIn("DeviceManagementManagedDevices.PrivilegedOperations.All")}}, diagnose.LayerAccount, diagnose.Customer, diagnose.Likely},
		{"the program switched off, as a person", diagnose.Failure{Status: 401, Code: "Authorization_IdentityNotFound", Text: "The identity of the calling application could not be established.", Kind: permission.Delegated, Method: "POST", Path: "/v1.0/invitations"},
			diagnose.LayerConsent, diagnose.Customer, diagnose.Likely},
		{"second administrator", diagnose.Failure{Status: 403, Approval: true}, diagnose.LayerApproval, diagnose.Customer, diagnose.Certain},
		{"throttled", list(diagnose.Failure{Status: 429, Code: "TooManyRequests"}), diagnose.LayerThrottle, diagnose.Nobody, diagnose.Certain},
		{"Microsoft down", list(diagnose.Failure{Status: 503, Code: "serviceNotAvailable"}), diagnose.LayerNetwork, diagnose.Nobody, diagnose.Likely},
		{"no answer", list(diagnose.Failure{NoAnswer: true}), diagnose.LayerNetwork, diagnose.Nobody, diagnose.Likely},
		{"gone", diagnose.Failure{Status: 404, Code: "ResourceNotFound"}, diagnose.LayerObject, diagnose.Nobody, diagnose.Likely},
		{"bad request", diagnose.Failure{Status: 400, Code: "BadRequest"}, diagnose.LayerRequest, diagnose.Owner, diagnose.Unsure},
		{"nothing known", diagnose.Failure{}, diagnose.LayerUnknown, diagnose.NotKnown, diagnose.Unsure},

		{"65001", diagnose.Failure{AADSTS: 65001}, diagnose.LayerConsent, diagnose.Customer, diagnose.Certain},
		{"90099: a GDAP tenant in which nobody has agreed", diagnose.Failure{AADSTS: 90099}, diagnose.LayerConsent, diagnose.Customer, diagnose.Certain},
		{"90038: another cloud", diagnose.Failure{AADSTS: 90038}, diagnose.LayerTenant, diagnose.Staff, diagnose.Certain},
		{"700016", diagnose.Failure{AADSTS: 700016, OAuth: "unauthorized_client"}, diagnose.LayerConsent, diagnose.Customer, diagnose.Likely},
		{"7000229", diagnose.Failure{AADSTS: 7000229}, diagnose.LayerConsent, diagnose.Customer, diagnose.Likely},
		{"7000215", diagnose.Failure{AADSTS: 7000215}, diagnose.LayerApp, diagnose.Owner, diagnose.Certain},
		{"7000222", diagnose.Failure{AADSTS: 7000222}, diagnose.LayerApp, diagnose.Owner, diagnose.Certain},
		{"700027", diagnose.Failure{AADSTS: 700027}, diagnose.LayerApp, diagnose.Owner, diagnose.Likely},
		{"50020", diagnose.Failure{AADSTS: 50020}, diagnose.LayerAccount, diagnose.Customer, diagnose.Likely},
		{"50014", diagnose.Failure{AADSTS: 50014}, diagnose.LayerAccount, diagnose.Staff, diagnose.Certain},
		{"53003", diagnose.Failure{AADSTS: 53003}, diagnose.LayerCondition, diagnose.Customer, diagnose.Certain},
		{"50076", diagnose.Failure{AADSTS: 50076}, diagnose.LayerCondition, diagnose.Staff, diagnose.Certain},
		{"700082", diagnose.Failure{AADSTS: 700082}, diagnose.LayerToken, diagnose.Staff, diagnose.Certain},
		{"90002", diagnose.Failure{AADSTS: 90002}, diagnose.LayerTenant, diagnose.Staff, diagnose.Certain},
		{"a number that we do not know", diagnose.Failure{AADSTS: 999999}, diagnose.LayerUnknown, diagnose.NotKnown, diagnose.Unsure},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.f.Tenant = tenant.Tenant{DisplayName: "Contoso"}
			tc.f.RequestID = "6f0f0000-0000-0000-0000-000000000001"
			got := diagnose.Diagnose(tc.f)
			if got.Layer != tc.layer || got.Who != tc.who || got.Confidence != tc.sure {
				t.Errorf("= %s, %s, %s; want %s, %s, %s (%s)", got.Layer, got.Who, got.Confidence, tc.layer, tc.who, tc.sure, got.Verdict)
			}
			if !strings.HasSuffix(got.Verdict, ".") || !strings.HasSuffix(got.Remedy, ".") || len(got.Evidence) == 0 {
				t.Errorf("not said in full: %+v", got)
			}
			if told := got.Who == diagnose.Customer || got.Who == diagnose.Owner; got.Cause == "" || slices.Contains(diagnose.Told(), got.Cause) != told {
				t.Errorf("cause %q, for %s", got.Cause, got.Who)
			}
		})
	}
}

// Microsoft's texts may name people or carry markup: nothing of them is shown.
func TestNothingOfMicrosoftsTextIsShown(t *testing.T) {
	got := diagnose.Diagnose(diagnose.Failure{Status: 403, Code: "<b>Forbidden</b>", Text: "canary anna@contoso.example", ReadAt: readAt, Method: "GET", Path: "/v1.0/organization"})
	all := strings.Join(append(got.Evidence, got.Verdict, got.Remedy, got.Useless), " ")
	if strings.Contains(all, "canary") || strings.Contains(all, "<b>") {
		t.Error(all)
	}
}

func TestMissingPermissionIsNamed(t *testing.T) {
	got := diagnose.Diagnose(list(diagnose.Failure{Status: 403, ReadAt: readAt}))
	if len(got.Missing) != 1 || got.Missing[0] != app("DeviceManagementManagedDevices.Read.All") {
		t.Errorf("missing = %v", got.Missing)
	}
	// A person's call for the same path needs the delegated one.
	got = diagnose.Diagnose(diagnose.Failure{Status: 403, ReadAt: readAt, Kind: permission.Delegated, Method: "POST", Path: "/beta/deviceManagement/managedDevices/d1/remoteLock"})
	if len(got.Missing) != 1 || got.Missing[0] != signedIn("DeviceManagementManagedDevices.PrivilegedOperations.All") {
		t.Errorf("missing = %v", got.Missing)
	}
}

// TestRolesAreToldApart: a person who has the permission lacks a role, and what is known of the ways in says which one.
func TestRolesAreToldApart(t *testing.T) {
	wipe := diagnose.Failure{Status: 401, Code: "UnknownError", Inner: "Forbidden", Kind: permission.Delegated, Method: "POST", Path: "/v1.0/deviceManagement/managedDevices/42/wipe", Fresh: true, ReadAt: readAt,
		Granted: []permission.Permission{signedIn("DeviceManagementManagedDevices.PrivilegedOperations.All")}}
	invite := diagnose.Failure{Status: 403, Code: "Authorization_RequestDenied", Kind: permission.Delegated, Method: "POST", Path: "/v1.0/invitations", Fresh: true, ReadAt: readAt,
		Granted: []permission.Permission{signedIn("User.Invite.All")}}
	absent := diagnose.Failure{AADSTS: 50020, Kind: permission.Delegated}
	over := &diagnose.Relationship{Status: "expired", Roles: []string{"3a2c62db-5318-420d-8d74-23affee5d9d5"}, ReadAt: readAt}
	narrow, wide := *over, *over
	narrow.Works, narrow.Status, narrow.Roles = true, "active", []string{"f2ef992c-3afb-46b9-b7cf-a126ee74c451"}
	wide.Works, wide.Status = true, "active"
	for _, tc := range []struct {
		name  string
		f     diagnose.Failure
		gdap  *diagnose.Relationship
		guest bool
		cause diagnose.Cause
		who   diagnose.Who
	}{
		{"no way in was read", wipe, nil, false, diagnose.CauseIntuneRole, diagnose.Customer},
		{"a relationship that is over", wipe, over, false, diagnose.CauseGDAPEnded, diagnose.Customer},
		{"a relationship without Intune's role", wipe, &narrow, false, diagnose.CauseGDAPRole, diagnose.Customer},
		{"a relationship with it: the group is ours", wipe, &wide, false, diagnose.CauseGDAPGroup, diagnose.Owner},
		{"a guest, whatever became of the relationship", wipe, over, true, diagnose.CauseIntuneRole, diagnose.Customer},
		{"the directory's", invite, nil, false, diagnose.CauseDirectoryRole, diagnose.Customer},
		{"the directory's, relationship over", invite, over, false, diagnose.CauseGDAPEnded, diagnose.Customer},
		{"not let in, relationship over", absent, over, false, diagnose.CauseGDAPEnded, diagnose.Customer},
		{"not let in, relationship works", absent, &wide, false, diagnose.CauseAccountUnknown, diagnose.Customer},
	} {
		tc.f.GDAP, tc.f.Guest = tc.gdap, tc.guest
		if got := diagnose.Diagnose(tc.f); got.Cause != tc.cause || got.Who != tc.who || got.Confidence == diagnose.Unsure {
			t.Errorf("%s: %s for %s, %s", tc.name, got.Cause, got.Who, got.Verdict)
		}
	}
}
