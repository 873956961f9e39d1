package permission

import "slices"

// Scope explains one permission of Microsoft's to staff: Intune's eleven, and all others that the portal asks for. Opens and Closed follow what the service enforces; where Intune's
// own page groups an entity elsewhere, Closed says so.
type Scope struct {
	Name          string
	Setting       string // as the "Enable access" list of a registration words it
	DelegatedID   string
	ApplicationID string
	Opens         []string
	Closed        []string // what people expect from it and do not get
}

// AskedAs tells how the catalogue asks for the scope where its feature is chosen alone: as application, as delegated, both, or never (empty).
func (s Scope) AskedAs() []Kind {
	var kinds []Kind
	for _, k := range []Kind{Application, Delegated} {
		p := Permission{Graph, k, s.Name}
		if slices.ContainsFunc(catalogue, func(e Entry) bool { return slices.Contains(plan([]Feature{e.Feature}), p) }) {
			kinds = append(kinds, k)
		}
	}
	return kinds
}

// ScopeOf explains a permission by its name; ok is false for names that are neither Intune's nor used.
func ScopeOf(name string) (Scope, bool) {
	for _, list := range [][]Scope{intuneScopes, otherScopes, homeScopes} {
		if i := slices.IndexFunc(list, func(s Scope) bool { return s.Name == name }); i >= 0 {
			return list[i], true
		}
	}
	return Scope{}, false
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
		Opens:  []string{"All that the read scope opens", "Change enrollment, Apple and connector settings", "Sync VPP licences"},
		Closed: []string{"Cloud PKI, although Intune's page lists it here"},
	},
	{
		Name: "DeviceManagementServiceConfig.Read.All", Setting: "Read Microsoft Intune configuration",
		DelegatedID: "8696daa5-bce5-4b2e-83f9-51b6defc4e1e", ApplicationID: "06a5fe6d-c49d-46a7-b082-56b1b14103c7",
		Opens:  []string{"Device enrollment", "Apple device enrollment programme", "Apple VPP tokens", "Exchange connectors", "Terms and conditions", "Mobile threat defence", "Notification messages", "Windows Autopilot devices"},
		Closed: []string{"Any change", "The Apple push certificate", "Cloud PKI, which has a scope of its own", "Branding profiles, which come with the apps scope", "Telecom expense management, which Microsoft no longer offers"},
	},
}

// otherScopes are what the portal asks for besides. Source: Microsoft's published permission data, as far as an operation of ours meets it.
var otherScopes = []Scope{
	{
		Name: "DeviceManagementCloudCA.Read.All", Setting: "Read certification authority information",
		DelegatedID: "ac5c8443-d999-471f-9247-ce92cf5c5560", ApplicationID: "315b6e8c-d92a-4691-919d-00ce76d1344a",
		Opens: []string{"Cloud certification authorities"}, Closed: []string{"Certificates' keys", "Any change"},
	},
	{
		Name: "Synchronization.Read.All", Setting: "Read all Azure AD synchronization data",
		DelegatedID: "7aa02aeb-824f-4fbe-a3f7-611f751f5b55", ApplicationID: "5ba43d2f-fa88-4db2-bd1c-a67c5f0fb1ce",
		Opens: []string{"Provisioning jobs", "Their templates and schemas"}, Closed: []string{"The credentials of the target", "The provisioning log", "Any change"},
	},
	{
		Name: "Synchronization.ReadWrite.All", Setting: "Read and write all Azure AD synchronization data",
		DelegatedID: "7bb27fa3-ea8f-4d67-a916-87715b6188bd", ApplicationID: "9b50c33d-700f-43b1-b2eb-87e89b703581",
		Opens: []string{"All that the read scope opens", "Make, start, pause, restart and delete provisioning jobs", "Set the credentials of the target"}, Closed: []string{"Reading credentials back", "Adding applications"},
	},
	{
		Name: "ProvisioningLog.Read.All", Setting: "Read all provisioning log data",
		DelegatedID: "95aec97b-cf27-4a8d-a67d-42f60b5b38ef", ApplicationID: "091937d3-3e38-47a1-8649-b2f99d3035f1",
		Opens: []string{"The provisioning log"}, Closed: []string{"Sign-in and audit logs"},
	},
	{
		Name: "AuditLog.Read.All", Setting: "Read all audit log data",
		DelegatedID: "e4c9e354-4dc5-45b8-9e7c-e1393b0b1a20", ApplicationID: "b0afded3-3588-46d8-8b3d-9842eff778da",
		Opens: []string{"Sign-in and audit logs", "When an account signed in last", "The provisioning log"}, Closed: []string{"Mail, files, chats", "Any change"},
	},
	{
		Name: "Application.Read.All", Setting: "Read applications",
		DelegatedID: "c79f8feb-a9db-4090-85f9-90d820caa0eb", ApplicationID: "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30",
		Opens: []string{"Applications and service principals", "Application permissions that were granted"}, Closed: []string{"Secrets of applications", "Delegated permissions that were granted", "Any change"},
	},
	{
		Name: "Application.ReadWrite.All", Setting: "Read and write all applications",
		DelegatedID: "bdfbf15f-ee85-4955-8675-146e8e5296b5", ApplicationID: "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9",
		Opens: []string{"All that the read scope opens", "Add an application from the gallery", "Change and delete applications"}, Closed: []string{"Granting permissions", "Provisioning jobs"},
	},
	{
		Name: "DelegatedPermissionGrant.Read.All", Setting: "Read delegated permission grants",
		DelegatedID: "a197cdc4-a8e8-4d49-9d35-4ca7c83887b4", ApplicationID: "81b4724a-58aa-41c1-8a55-84ef97466587",
		Opens: []string{"Delegated permissions that were granted"}, Closed: []string{"Granting or taking back"},
	},
	{
		Name: "Organization.Read.All", Setting: "Read organization information",
		DelegatedID: "4908d5b9-3fb2-4b1e-9336-1888b7937185", ApplicationID: "498476ce-e0fe-48b0-b801-37ba7e2685c6",
		Opens: []string{"Company name and country", "Licences and how many are used"}, Closed: []string{"Who holds a licence", "Any change"},
	},
	{
		Name: "Domain.Read.All", Setting: "Read domains",
		DelegatedID: "2f9ee017-59c1-4f1d-9472-bd5529a7b311", ApplicationID: "dbb9058a-0e50-45d7-ae91-66909b5d4664",
		Opens: []string{"Internet domains of the company"}, Closed: []string{"Any change"},
	},
	{
		Name: "User.Read.All", Setting: "Read all users' full profiles",
		DelegatedID: "a154be20-db9c-4678-8ab7-66f6cc099a59", ApplicationID: "df021288-bdef-4463-88db-98f22de89214",
		Opens: []string{"Accounts, guests among them, and how their invitation stands", "Licences of an account"}, Closed: []string{"When an account signed in last", "Mail, files, chats", "Any change"},
	},
	{
		Name: "User.ReadWrite.All", Setting: "Read and write all users' full profiles",
		DelegatedID: "204e0828-b5ca-4ad8-b9f3-f32a958e7cc4", ApplicationID: "741f803b-c850-494e-b5df-cde7c675a1ca",
		Opens: []string{"Delete an account", "Set the country of an account", "Invite a guest", "Give and take licences"}, Closed: []string{"Accounts with a directory role that the person who acts may not manage", "Giving roles", "Passwords"},
	},
	{
		Name: "GroupMember.Read.All", Setting: "Read group memberships",
		DelegatedID: "bc024368-1153-4739-b217-4326f2e966d0", ApplicationID: "98830695-27a2-44f7-8c18-0c3ebc9698f6",
		Opens: []string{"Names of groups", "Who is in a group, by the account's id"}, Closed: []string{"Names of the accounts, which come with the profiles of users", "Conversations and files of groups", "Any change"},
	},
	{
		Name: "GroupMember.ReadWrite.All", Setting: "Read and write group memberships",
		DelegatedID: "f81125ac-d3b7-4573-a3b2-7099cc39df9e", ApplicationID: "dbaae8cf-10b5-4b86-a4a1-f871c94c6695",
		Opens: []string{"All that the read scope opens", "Add to a group and take out of it"}, Closed: []string{"Groups that hold a directory role, which also take RoleManagement.ReadWrite.Directory", "Groups with a rule, or copied from a company’s own directory", "Making and deleting groups"},
	},
	{
		Name: "User.Invite.All", Setting: "Invite guest users to the organization",
		DelegatedID: "63dd7cd9-b489-4adf-a28c-ac38b9a0f962", ApplicationID: "09850681-111b-4a89-9bed-3f2cae46d706",
		Opens: []string{"Invite a guest"}, Closed: []string{"Giving the guest a role or a licence", "Changing other accounts"},
	},
	{
		Name: "RoleManagement.Read.Directory", Setting: "Read directory RBAC settings",
		DelegatedID: "741c54c3-0c1e-44a1-818b-3f97ab4e8c83", ApplicationID: "483bed4a-2ad3-4361-a73b-c83ccdbdc53c",
		Opens: []string{"Directory roles and who holds them"}, Closed: []string{"Intune's own roles", "Any change"},
	},
	{
		Name: "RoleManagement.ReadWrite.Directory", Setting: "Read and write directory RBAC settings",
		DelegatedID: "d01b97e9-cbc0-49fe-810a-750afd5527a3", ApplicationID: "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8",
		Opens: []string{"All that the read scope opens", "Give and take directory roles"}, Closed: []string{"Roles that the person who acts may not give"},
	},
	{
		Name: "LicenseAssignment.ReadWrite.All", Setting: "Manage all license assignments",
		DelegatedID: "f55016cc-149c-447e-8f21-7cf3ec1d6350", ApplicationID: "5facf0c1-8979-4e95-abcf-ff3d079771c0",
		Opens: []string{"Give and take licences"}, Closed: []string{"Buying licences"},
	},
	{
		Name: "SecurityIncident.Read.All", Setting: "Read all security incidents",
		DelegatedID: "b9abcc4f-94fc-4457-9141-d20ce80ec952", ApplicationID: "45cc0394-e837-488b-a098-1918f48d186c",
		Opens: []string{"Defender's incidents, with their alerts and what these are about"}, Closed: []string{"Changing an incident", "Hunting"},
	},
	{
		Name: "SecurityIncident.ReadWrite.All", Setting: "Read and write to all security incidents",
		DelegatedID: "128ca929-1a19-45e6-a3b8-435ec44a36ba", ApplicationID: "34bf0e97-1971-4929-b999-9e2442d941d7",
		Opens: []string{"All that the read scope opens", "Assign, classify, comment and resolve incidents"}, Closed: []string{"Hunting", "Isolating devices or disabling accounts"},
	},
	{
		Name: "SecurityAlert.ReadWrite.All", Setting: "Read and write to all security alerts",
		DelegatedID: "471f2a7f-2a42-4d45-a2bf-594d0838070d", ApplicationID: "ed4fca05-be46-441f-9803-1873825f8fdb",
		Opens: []string{"Defender's alerts one by one", "Assign, classify, comment and resolve an alert"}, Closed: []string{"Hunting", "Isolating devices or disabling accounts"},
	},
	{
		Name: "ThreatHunting.Read.All", Setting: "Run hunting queries",
		DelegatedID: "b152eca8-ea73-4a48-8c98-1a6742673d99", ApplicationID: "dd98c7f5-2d42-42d3-a0e4-633161547251",
		Opens: []string{"Queries over the last 30 days of what Defender saw on devices, in mail and of accounts"}, Closed: []string{"Changing anything", "Isolating devices or disabling accounts"},
	},
	{
		Name: "Incident.Read", Setting: "Read incidents (Microsoft Threat Protection)",
		Opens: []string{"Defender's incidents and alerts that the person may see"}, Closed: []string{"Changing an incident", "Hunting"},
	},
}
