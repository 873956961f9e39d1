package graph

import (
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// intuneAPI is Intune's own service beside Graph. Its application roles are for approved partners, whose products customers consent to.
var intuneAPI = &world.Resource{
	AppID: "c161e42e-d4df-4a3d-9b42-e7a3c31f59d4", DisplayName: "Microsoft Intune API",
	Permissions: []world.Permission{
		{Value: "get_device_compliance", RoleID: "7ec88bad-30c7-4928-a005-4455362cfd98", DisplayName: "Get device state and compliance information from Microsoft Intune"},
		{Value: "manage_partner_compliance_policy", RoleID: "3857e233-c379-404e-85e9-bdbf3a62b28f", DisplayName: "Manage partner compliance policies with Microsoft Intune"},
		{Value: "pfx_cert_provider", RoleID: "907d16c7-7591-49a4-b523-6fd42e5f2c7e", DisplayName: "PFX certificate management"},
		{Value: "scep_challenge_provider", RoleID: "39d724e8-6a34-4930-9a36-364082c35716", DisplayName: "SCEP challenge validation"},
		{Value: "update_device_attributes", RoleID: "7b3c62c0-bbe4-4ceb-971b-ecc50a191b3e", DisplayName: "Send device attributes to Microsoft Intune"},
		{Value: "update_device_health", RoleID: "a5438881-186a-48f0-bc41-a93ae8a195fe", DisplayName: "Send device threat information to Microsoft Intune"},
		{Value: "get_data_warehouse", RoleID: "3d9dc976-32fb-45a8-90bd-c9f8a850d098", DisplayName: "Get data warehouse information from Microsoft Intune"},
		{Value: "send_data_usage", RoleID: "7828b294-fdcc-4ed6-a45a-854364afb21d", DisplayName: "Send data usage for telecom and Wi-Fi"},
	},
}

// solutions are products of partners, with the roles that they ask for.
var solutions = []struct {
	name  string
	roles []string
}{
	{"Lookout for Work", []string{"update_device_health", "update_device_attributes"}},
	{"Jamf Pro", []string{"update_device_attributes", "manage_partner_compliance_policy"}},
	{"Cisco ISE", []string{"get_device_compliance"}},
	{"DigiCert PKI Platform", []string{"pfx_cert_provider"}},
	{"SCEPman", []string{"scep_challenge_provider"}},
	{"Device usage reports", []string{"get_data_warehouse"}},
}

// has tells whether the tenant consented to a solution, which a third of the tenants did.
func (c *call) hasSolution(i int) bool { return (c.t.Index+i*2)%3 == 0 }

func (c *call) solutionPrincipals() (list []principal) {
	for i, s := range solutions {
		if c.hasSolution(i) {
			list = append(list, principal{
				id: c.solutionID("principal", i), appID: world.GUID(0, "solution", i), name: s.name, owner: world.GUID(0, "solution owner", i), enabled: true, created: c.solutionCreated(i), gallery: -1,
			})
		}
	}
	return list
}

func (c *call) solutionID(what string, i int) string {
	return world.GUID(c.s.world.Seed, "solution "+what, c.t.ID, i)
}

func (c *call) solutionCreated(i int) time.Time { return c.t.Created.Add(time.Duration(40+11*i) * day) }

// solutionRoles are the roles of Intune's own service that the tenant's solutions hold.
func (c *call) solutionRoles() (list []object) {
	intune := c.s.world.ServicePrincipalID(c.t, intuneAPI.AppID)
	for i, s := range solutions {
		if !c.hasSolution(i) {
			continue
		}
		for _, value := range s.roles {
			p, _ := intuneAPI.Permission(value)
			list = append(list, object{
				{"id", undashed(c.solutionID(value, i))}, {"deletedDateTime", nil}, {"appRoleId", p.RoleID}, {"createdDateTime", c.solutionCreated(i)},
				{"principalDisplayName", s.name}, {"principalId", c.solutionID("principal", i)}, {"principalType", "ServicePrincipal"},
				{"resourceDisplayName", intuneAPI.DisplayName}, {"resourceId", intune},
			})
		}
	}
	return list
}
