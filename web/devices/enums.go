package devices

// What Microsoft Graph's enumerations of a managed device are called on pages, by the field that the history keeps them under. The
// members are those of the published schema; what they mean is from learn.microsoft.com/graph/api/resources/intune-devices-manageddevice.
var enumWords = map[string]map[string]string{
	"agent": {
		"mdm": "Intune", "eas": "Exchange ActiveSync", "easMdm": "Intune and Exchange ActiveSync", "intuneClient": "Intune PC client", "easIntuneClient": "Intune PC client and Exchange ActiveSync",
		"configurationManagerClient": "Configuration Manager", "configurationManagerClientMdm": "Intune and Configuration Manager",
		"configurationManagerClientMdmEas": "Intune, Configuration Manager and Exchange ActiveSync", "jamf": "Jamf", "googleCloudDevicePolicyController": "Google cloud device policy controller",
		"google": "Google", "microsoft365ManagedMdm": "Microsoft 365", "msSense": "Microsoft Defender for Endpoint", "intuneAosp": "Intune (AOSP)", "unknown": "Unknown",
	},
	"state": {
		"managed": "Managed", "discovered": "Discovered", "unhealthy": "Unhealthy", "retirePending": "Retire pending", "retireIssued": "Retire issued", "retireFailed": "Retire failed",
		"retireCanceled": "Retire cancelled", "wipePending": "Wipe pending", "wipeIssued": "Wipe issued", "wipeFailed": "Wipe failed", "wipeCanceled": "Wipe cancelled", "deletePending": "Delete pending",
	},
	"registration": {
		"registered": "Registered", "notRegistered": "Not registered", "revoked": "Revoked", "keyConflict": "Key conflict", "approvalPending": "Approval pending", "certificateReset": "Certificate reset",
		"notRegisteredPendingEnrollment": "Not registered, enrollment pending", "unknown": "Unknown",
	},
	"enrolment_type": {
		"userEnrollment": "By the user", "deviceEnrollmentManager": "Device enrollment manager", "appleBulkWithUser": "Apple, automated with user", "appleBulkWithoutUser": "Apple, automated without user",
		"appleUserEnrollment": "Apple user enrollment", "appleUserEnrollmentWithServiceAccount": "Apple user enrollment with a service account", "appleAccountDrivenUserEnrollment": "Apple account-driven user enrollment",
		"windowsAzureADJoin": "Entra join", "windowsAzureADJoinUsingDeviceAuth": "Entra join by device authentication", "windowsBulkUserless": "Windows, bulk without user",
		"windowsBulkAzureDomainJoin": "Windows, bulk Entra join", "windowsAutoEnrollment": "Windows automatic enrollment", "windowsCoManagement": "Windows co-management", "azureAdJoinUsingAzureVmExtension": "Entra join by Azure VM extension",
		"androidEnterpriseDedicatedDevice": "Android Enterprise, dedicated", "androidEnterpriseFullyManaged": "Android Enterprise, fully managed", "androidEnterpriseCorporateWorkProfile": "Android Enterprise, corporate-owned with work profile",
		"androidAOSPUserOwnedDeviceEnrollment": "Android (AOSP), with user", "androidAOSPUserlessDeviceEnrollment": "Android (AOSP), without user",
		"unknown": "", "unknownFutureValue": "", // what Graph says of a kind that is newer than the version asked
	},
	"exchange_access": {"none": "", "unknown": "Unknown", "allowed": "Allowed", "blocked": "Blocked", "quarantined": "Quarantined"},
	"exchange_reason": {
		"none": "", "unknown": "Unknown", "exchangeGlobalRule": "Exchange global rule", "exchangeIndividualRule": "Exchange individual rule", "exchangeDeviceRule": "Exchange device rule", "exchangeUpgrade": "Exchange upgrade",
		"exchangeMailboxPolicy": "Exchange mailbox policy", "other": "Other", "compliant": "Compliant", "notCompliant": "Not compliant", "notEnrolled": "Not enrolled", "unknownLocation": "Unknown location",
		"mfaRequired": "Multifactor authentication required", "azureADBlockDueToAccessPolicy": "Blocked by an access policy of Entra", "compromisedPassword": "Compromised password",
		"deviceNotKnownWithManagedApp": "Device not known with the managed app",
	},
	"threat": {
		"activated": "Activated", "deactivated": "Deactivated", "secured": "Secured", "lowSeverity": "Low", "mediumSeverity": "Medium", "highSeverity": "High", "unresponsive": "Unresponsive",
		"compromised": "Compromised", "misconfigured": "Misconfigured", "unknown": "Unknown",
	},
}

// enum is the page's word for a member of an enumeration, or the member itself: Microsoft's enumerations grow.
func enum(field, v string) string { return worded(enumWords[field], v) }
