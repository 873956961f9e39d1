package permission

// ids are Microsoft's own GUIDs for the names that the catalogue uses, as they stand in a registration's requiredResourceAccess.
// Source: Microsoft's published permission data for the public cloud; they are the same in every cloud.
var ids = map[Permission]string{
	app("DeviceManagementManagedDevices.Read.All"):                      "2f51be20-0bb4-4fed-bf7b-db946066c75e",
	app("DeviceManagementApps.Read.All"):                                "7a6ee1e7-141e-4cec-ae74-d9db155731ff",
	app("DeviceManagementConfiguration.Read.All"):                       "dc377aa6-52d8-4e23-b271-2a7ae04cedf3",
	app("DeviceManagementRBAC.Read.All"):                                "58ca0d9a-1575-47e1-a3cb-007ef2e4583b",
	app("DeviceManagementServiceConfig.Read.All"):                       "06a5fe6d-c49d-46a7-b082-56b1b14103c7",
	app("DeviceManagementCloudCA.Read.All"):                             "315b6e8c-d92a-4691-919d-00ce76d1344a",
	app("Synchronization.Read.All"):                                     "5ba43d2f-fa88-4db2-bd1c-a67c5f0fb1ce",
	app("ProvisioningLog.Read.All"):                                     "091937d3-3e38-47a1-8649-b2f99d3035f1",
	app("AuditLog.Read.All"):                                            "b0afded3-3588-46d8-8b3d-9842eff778da",
	app("Application.Read.All"):                                         "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30",
	app("DelegatedPermissionGrant.Read.All"):                            "81b4724a-58aa-41c1-8a55-84ef97466587",
	app("Directory.Read.All"):                                           "7ab1d382-f21e-4acd-a863-ba3e13f7da61",
	app("Organization.Read.All"):                                        "498476ce-e0fe-48b0-b801-37ba7e2685c6",
	app("Domain.Read.All"):                                              "dbb9058a-0e50-45d7-ae91-66909b5d4664",
	app("LicenseAssignment.Read.All"):                                   "e2f98668-2877-4f38-a2f4-8202e0717aa1",
	app("User.Read.All"):                                                "df021288-bdef-4463-88db-98f22de89214",
	app("GroupMember.Read.All"):                                         "98830695-27a2-44f7-8c18-0c3ebc9698f6",
	app("RoleManagement.Read.Directory"):                                "483bed4a-2ad3-4361-a73b-c83ccdbdc53c",
	signedIn("DeviceManagementManagedDevices.PrivilegedOperations.All"): "3404d2bf-2b13-457e-a330-c24615765193",
	signedIn("DeviceManagementManagedDevices.Read.All"):                 "314874da-47d6-4978-88dc-cf0d37f0bb82",
	signedIn("User.Invite.All"):                                         "63dd7cd9-b489-4adf-a28c-ac38b9a0f962",
	signedIn("RoleManagement.ReadWrite.Directory"):                      "d01b97e9-cbc0-49fe-810a-750afd5527a3",
	signedIn("LicenseAssignment.ReadWrite.All"):                         "f55016cc-149c-447e-8f21-7cf3ec1d6350",
	signedIn("User.ReadWrite.All"):                                      "204e0828-b5ca-4ad8-b9f3-f32a958e7cc4",
	signedIn("GroupMember.ReadWrite.All"):                               "f81125ac-d3b7-4573-a3b2-7099cc39df9e",
	signedIn("Application.ReadWrite.All"):                               "bdfbf15f-ee85-4955-8675-146e8e5296b5",
	signedIn("Synchronization.ReadWrite.All"):                           "7bb27fa3-ea8f-4d67-a916-87715b6188bd",
	signedIn("User.Read"):                                               "e1fe6dd8-ba31-4d61-89e7-88639da4683d",
}
