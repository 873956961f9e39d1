package permission

import "slices"

// Scope explains one of Intune's eleven permission scopes to staff. Opens and Closed follow what the service enforces; where Intune's
// own page groups an entity elsewhere, Closed says so.
type Scope struct {
	Name          string
	Setting       string // as the "Enable access" list of a registration words it
	DelegatedID   string
	ApplicationID string
	Opens         []string
	Closed        []string // what people expect from it and do not get
}

// AskedAs tells how the catalogue asks for the scope: as application, as delegated, both, or never (empty).
func (s Scope) AskedAs() []Kind {
	var kinds []Kind
	for _, k := range []Kind{Application, Delegated} {
		p := Permission{Graph, k, s.Name}
		if slices.Contains(plan(All()), p) {
			kinds = append(kinds, k)
		}
	}
	return kinds
}

// IntuneScopes are the eleven scopes in the order of Intune's own list.
func IntuneScopes() []Scope { return slices.Clone(intuneScopes) }

var intuneScopes = []Scope{
	{
		Name: "DeviceManagementManagedDevices.PrivilegedOperations.All", Setting: "Perform user-impacting remote actions on Microsoft Intune devices",
		DelegatedID: "3404d2bf-2b13-457e-a330-c24615765193", ApplicationID: "5b07b0dd-2377-4e44-a38d-703f09a0dc3c",
		Opens:  []string{"Retire", "Wipe", "Reset or recover a passcode", "Remote lock", "Lost mode", "Clean a PC", "Restart and shut down", "Remove a user from a shared device", "Locate a device", "Disable Activation Lock", "Sync", "Defender scan"},
		Closed: []string{"Reading devices: it gives no read access at all", "Deleting a device from Intune", "Remote assistance"},
	},
	{
		Name: "DeviceManagementManagedDevices.ReadWrite.All", Setting: "Read and write Microsoft Intune devices",
		DelegatedID: "44642bfe-8385-4adc-8fc6-fe3cb2c375c3", ApplicationID: "243333ab-4d21-40cb-a475-36241daa0842",
		Opens:  []string{"All that the read scope opens", "Change and delete devices", "Change device categories", "Wipe", "Remote assistance", "Rotate BitLocker keys"},
		Closed: []string{"Retire, lock, restart: those need the privileged operations scope", "Locate and Disable Activation Lock, although Intune's page lists them here"},
	},
	{
		Name: "DeviceManagementManagedDevices.Read.All", Setting: "Read Microsoft Intune devices",
		DelegatedID: "314874da-47d6-4978-88dc-cf0d37f0bb82", ApplicationID: "2f51be20-0bb4-4fed-bf7b-db946066c75e",
		Opens:  []string{"Managed devices", "Device categories", "Detected apps", "Results of remote actions", "Malware information", "Apple push certificate"},
		Closed: []string{"Any change or remote action", "Policies and apps"},
	},
	{
		Name: "DeviceManagementRBAC.ReadWrite.All", Setting: "Read and write Microsoft Intune RBAC settings",
		DelegatedID: "0c5e8a55-87a6-4556-93ab-adc52c4d862d", ApplicationID: "e330c4f0-4170-414e-a55a-2f022ec2b57b",
		Opens:  []string{"All that the read scope opens", "Change role definitions", "Change role assignments"},
		Closed: []string{"Directory roles of Entra"},
	},
	{
		Name: "DeviceManagementRBAC.Read.All", Setting: "Read Microsoft Intune RBAC settings",
		DelegatedID: "49f0cc30-024c-4dfd-ab3e-82e137ee5431", ApplicationID: "58ca0d9a-1575-47e1-a3cb-007ef2e4583b",
		Opens:  []string{"Role definitions", "Role assignments", "Resource operations"},
		Closed: []string{"Any change", "Names of the groups in an assignment", "Directory roles of Entra"},
	},
	{
		Name: "DeviceManagementApps.ReadWrite.All", Setting: "Read and write Microsoft Intune apps",
		DelegatedID: "7b3f05d5-f68c-4b8d-8c59-a2ecd12f24af", ApplicationID: "78145de6-330d-4800-a6ce-494ff2d33d07",
		Opens:  []string{"All that the read scope opens", "Change client apps, categories, protection policies and app configurations", "Start exports"},
		Closed: []string{"Device actions"},
	},
	{
		Name: "DeviceManagementApps.Read.All", Setting: "Read Microsoft Intune apps",
		DelegatedID: "4edf5f54-4666-44af-9de9-0144fb4b6e8c", ApplicationID: "7a6ee1e7-141e-4cec-ae74-d9db155731ff",
		Opens:  []string{"Client apps and assignments", "App categories", "App protection policies", "App configurations", "Intune audit events", "Branding profiles"},
		Closed: []string{"Any change", "Starting exports", "Names of the groups in an assignment"},
	},
	{
		Name: "DeviceManagementConfiguration.ReadWrite.All", Setting: "Read and write Microsoft Intune device configuration and policies",
		DelegatedID: "0883f392-0a7a-443d-8c76-16a6d39c7b63", ApplicationID: "9241abd9-d0e6-425a-bd4f-47ba86e767a4",
		Opens:  []string{"All that the read scope opens", "Create, assign, change and delete configurations and compliance policies", "Start exports"},
		Closed: []string{"Notification messages, although Intune's page lists them here"},
	},
	{
		Name: "DeviceManagementConfiguration.Read.All", Setting: "Read Microsoft Intune device configuration and policies",
		DelegatedID: "f1493658-876a-4c87-8fa7-edb559b3476a", ApplicationID: "dc377aa6-52d8-4e23-b271-2a7ae04cedf3",
		Opens:  []string{"Device configurations", "Settings catalogue", "Compliance policies", "Scope tags"},
		Closed: []string{"Any change", "Notification messages, although Intune's page lists them here"},
	},
	{
		Name: "DeviceManagementServiceConfig.ReadWrite.All", Setting: "Read and write Microsoft Intune configuration",
		DelegatedID: "662ed50a-ac44-4eef-ad86-62eed9be2a29", ApplicationID: "5ac13192-7ace-4fcf-b828-1a26f28068ee",
		Opens:  []string{"All that the read scope opens", "Change enrolment, Apple and connector settings", "Sync VPP licences"},
		Closed: []string{"Cloud PKI, although Intune's page lists it here"},
	},
	{
		Name: "DeviceManagementServiceConfig.Read.All", Setting: "Read Microsoft Intune configuration",
		DelegatedID: "8696daa5-bce5-4b2e-83f9-51b6defc4e1e", ApplicationID: "06a5fe6d-c49d-46a7-b082-56b1b14103c7",
		Opens:  []string{"Device enrolment", "Apple device enrolment programme", "Apple VPP tokens", "Exchange connectors", "Terms and conditions", "Mobile threat defence", "Notification messages", "Windows Autopilot devices"},
		Closed: []string{"Any change", "The Apple push certificate", "Cloud PKI, which has a scope of its own", "Branding profiles, which come with the apps scope", "Telecom expense management, which Microsoft no longer offers"},
	},
}
