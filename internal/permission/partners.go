package permission

// IntuneAPI is Intune's own service beside Graph: https://api.manage.microsoft.com. Microsoft opens it to approved partners only.
const IntuneAPI Resource = "c161e42e-d4df-4a3d-9b42-e7a3c31f59d4"

// PartnerSolution is an application permission of Intune's own service. The portal never asks for one; where it is found granted, people
// should know what it is for.
type PartnerSolution struct {
	Name        string
	ID          string // of the app role
	Solution    string // what kind of product holds it
	Explanation string
	Writes      bool
}

// PartnerSolutions are those that Microsoft documents for its partners. Source: the app roles of the service's principal.
func PartnerSolutions() []PartnerSolution {
	return []PartnerSolution{
		{"get_device_compliance", "7ec88bad-30c7-4928-a005-4455362cfd98", "Network access control", "Reads whether a device is enrolled and compliant, to let it into a network or not.", false},
		{"manage_partner_compliance_policy", "3857e233-c379-404e-85e9-bdbf3a62b28f", "Device compliance partner", "Writes a partner's compliance policies and assigns them to groups.", true},
		{"pfx_cert_provider", "907d16c7-7591-49a4-b523-6fd42e5f2c7e", "PFX certificates", "Imports people's certificates with their keys, for Intune to put on devices.", true},
		{"scep_challenge_provider", "39d724e8-6a34-4930-9a36-364082c35716", "SCEP certificates", "Lets a certification authority check that a request for a certificate comes from Intune.", false},
		{"update_device_attributes", "7b3c62c0-bbe4-4ceb-971b-ecc50a191b3e", "Device compliance or threat defence", "Sends facts about devices to Intune, which compliance then goes by.", true},
		{"update_device_health", "a5438881-186a-48f0-bc41-a93ae8a195fe", "Mobile threat defence", "Sends how threatened a device is to Intune, which compliance then goes by.", true},
		{"get_data_warehouse", "3d9dc976-32fb-45a8-90bd-c9f8a850d098", "Reports", "Reads the Intune data warehouse: devices, people and policies over time.", false},
		{"send_data_usage", "7828b294-fdcc-4ed6-a45a-854364afb21d", "Telecom expense management", "Sent the data usage of devices. Microsoft has withdrawn this kind of solution.", true},
	}
}

// PartnerSolutionOf tells what a permission of Intune's own service is for. A role that is no longer named shows by its GUID.
func PartnerSolutionOf(p Permission) (PartnerSolution, bool) {
	if p.Resource != IntuneAPI {
		return PartnerSolution{}, false
	}
	for _, s := range PartnerSolutions() {
		if p.Name == s.Name || p.Name == s.ID {
			return s, true
		}
	}
	return PartnerSolution{}, false
}
