package graph

import (
	"maps"
	"strings"
)

// kind is what Microsoft's metadata says of a type: the names that $select and $expand may use, in v1.0 and in addition in beta.
type kind struct {
	name     string
	order    []property
	props    map[string]*property
	navs     map[string]bool
	betaNavs map[string]bool
}

type property struct {
	name     string
	beta     bool // beta only
	required bool // never null
}

// newKind reads four lists of names; a name with an exclamation mark is never null.
func newKind(name, props, beta, navs, betaNavs string) *kind {
	k := &kind{name: name, props: map[string]*property{}, navs: map[string]bool{}, betaNavs: map[string]bool{}}
	for i, list := range []string{props, beta} {
		for _, p := range strings.Fields(list) {
			k.order = append(k.order, property{name: strings.TrimSuffix(p, "!"), beta: i == 1, required: strings.HasSuffix(p, "!")})
		}
	}
	for i := range k.order {
		k.props[k.order[i].name] = &k.order[i]
	}
	for _, n := range strings.Fields(navs) {
		k.navs[n] = true
	}
	for _, n := range strings.Fields(betaNavs) {
		k.betaNavs[n] = true
	}
	return k
}

func (k *kind) has(name string, beta bool) bool {
	p := k.props[name]
	return p != nil && (beta || !p.beta)
}

func (k *kind) hasNav(name string, beta bool) bool {
	return k.navs[name] || beta && k.betaNavs[name]
}

// kinds are the types that the families answer with.
var kinds = func() map[string]*kind {
	all := map[string]*kind{}
	for _, some := range []map[string]*kind{coreKinds, appKinds, policyKinds, serviceKinds} {
		maps.Copy(all, some)
	}
	return all
}()

// coreKinds are the types of the directory, devices, apps and provisioning.
var coreKinds = map[string]*kind{
	"organization": newKind("organization",
		`assignedPlans businessPhones city country countryLetterCode createdDateTime defaultUsageLocation
			deletedDateTime displayName id! marketingNotificationEmails mobileDeviceManagementAuthority!
			onPremisesLastSyncDateTime onPremisesSyncEnabled partnerTenantType postalCode preferredLanguage
			privacyProfile provisionedPlans securityComplianceNotificationMails securityComplianceNotificationPhones
			state street technicalNotificationMails tenantType verifiedDomains`,
		`certificateConnectorSetting directorySizeQuota isMultipleDataLocationsForServicesEnabled
			onPremisesLastPasswordSyncDateTime`,
		`branding certificateBasedAuthConfiguration extensions`,
		`partnerInformation settings`),
	"domain": newKind("domain",
		`authenticationType! availabilityStatus id! isAdminManaged! isDefault! isInitial! isRoot! isVerified!
			manufacturer model passwordNotificationWindowInDays passwordValidityPeriodInDays state supportedServices`,
		``,
		`domainNameReferences federationConfiguration rootDomain serviceConfigurationRecords
			verificationDnsRecords`,
		`sharedEmailDomainInvitations`),
	"user": newKind("user",
		`aboutMe accountEnabled ageGroup assignedLicenses assignedPlans authorizationInfo birthday! businessPhones
			city companyName consentProvidedForMinor country createdDateTime creationType customSecurityAttributes
			deletedDateTime department deviceEnrollmentLimit! displayName employeeHireDate employeeId
			employeeLeaveDateTime employeeOrgData employeeType externalUserState externalUserStateChangeDateTime
			faxNumber givenName hireDate! id! identities identityParentId imAddresses interests
			isManagementRestricted isResourceAccount jobTitle lastPasswordChangeDateTime legalAgeGroupClassification
			licenseAssignmentStates mail mailboxSettings mailNickname mobilePhone mySite officeLocation
			onPremisesDistinguishedName onPremisesDomainName onPremisesExtensionAttributes onPremisesImmutableId
			onPremisesLastSyncDateTime onPremisesProvisioningErrors onPremisesSamAccountName
			onPremisesSecurityIdentifier onPremisesSyncEnabled onPremisesUserPrincipalName otherMails
			passwordPolicies passwordProfile pastProjects postalCode preferredDataLocation preferredLanguage
			preferredName print provisionedPlans proxyAddresses responsibilities schools securityIdentifier
			serviceProvisioningErrors showInAddressList signInActivity signInSessionsValidFromDateTime skills state
			streetAddress surname usageLocation userPrincipalName userType`,
		`cloudLicensing cloudRealtimeCommunicationInfo deviceKeys identityGovernance infoCatalogs
			isLicenseReconciliationNeeded onPremisesSipInfo refreshTokensValidFromDateTime`,
		`appRoleAssignments licenseDetails managedDevices manager memberOf oauth2PermissionGrants
			transitiveMemberOf`,
		``),
	"servicePrincipal": newKind("servicePrincipal",
		`accountEnabled addIns alternativeNames appDescription appDisplayName appId applicationTemplateId
			appOwnerOrganizationId appRoleAssignmentRequired! appRoles createdByAppId customSecurityAttributes
			deletedDateTime description disabledByMicrosoftStatus displayName homepage id! info isDisabled
			keyCredentials loginUrl logoutUrl notes notificationEmailAddresses oauth2PermissionScopes
			passwordCredentials preferredSingleSignOnMode preferredTokenSigningKeyThumbprint replyUrls
			resourceSpecificApplicationPermissions samlSingleSignOnSettings servicePrincipalNames
			servicePrincipalType signInAudience tags tokenEncryptionKeyId verifiedPublisher`,
		`errorUrl passwordSingleSignOnSettings preferredTokenSigningKeyEndDateTime publishedPermissionScopes
			publisherName samlMetadataUrl`,
		`appRoleAssignedTo appRoleAssignments memberOf oauth2PermissionGrants owners synchronization
			transitiveMemberOf`,
		``),
	"appRoleAssignment": newKind("appRoleAssignment",
		`appRoleId! createdDateTime deletedDateTime id! principalDisplayName principalId principalType
			resourceDisplayName resourceId`,
		`creationTimestamp`,
		``,
		``),
	"oAuth2PermissionGrant": newKind("oAuth2PermissionGrant",
		`clientId! consentType id! principalId resourceId! scope`,
		`expiryTime startTime`,
		``,
		``),
	"application": newKind("application",
		`addIns api appId applicationTemplateId appRoles authenticationBehaviors certification createdByAppId
			createdDateTime defaultRedirectUri deletedDateTime description disabledByMicrosoftStatus displayName
			groupMembershipClaims id! identifierUris info isDeviceOnlyAuthSupported isDisabled isFallbackPublicClient
			keyCredentials logo! managerApplications nativeAuthenticationApisEnabled notes oauth2RequirePostResponse!
			optionalClaims parentalControlSettings passwordCredentials publicClient publisherDomain
			requestSignatureVerification requiredResourceAccess samlMetadataUrl serviceManagementReference
			servicePrincipalLockConfiguration signInAudience spa tags tokenEncryptionKeyId uniqueName
			verifiedPublisher web`,
		`onPremisesPublishing signInAudienceRestrictions windows`,
		`owners synchronization`,
		``),
	"deviceCategory": newKind("deviceCategory",
		`description displayName id!`,
		`roleScopeTagIds`,
		``,
		``),
	"managedDevice": newKind("managedDevice",
		`activationLockBypassCode androidSecurityPatchLevel azureADDeviceId azureADRegistered
			complianceGracePeriodExpirationDateTime! complianceState! configurationManagerClientEnabledFeatures
			deviceActionResults deviceCategoryDisplayName deviceEnrollmentType! deviceHealthAttestationState
			deviceName deviceRegistrationState! easActivated! easActivationDateTime! easDeviceId emailAddress
			enrolledDateTime! enrollmentProfileName ethernetMacAddress exchangeAccessState!
			exchangeAccessStateReason! exchangeLastSuccessfulSyncDateTime! freeStorageSpaceInBytes! iccid id! imei
			isEncrypted! isSupervised! jailBroken lastSyncDateTime! managedDeviceName managedDeviceOwnerType!
			managementAgent! managementCertificateExpirationDate! managementState! manufacturer meid model notes
			operatingSystem osVersion partnerReportedThreatState! phoneNumber physicalMemoryInBytes!
			remoteAssistanceSessionErrorDetails remoteAssistanceSessionUrl requireUserEnrollmentApproval serialNumber
			subscriberCarrier totalStorageSpaceInBytes! udid userDisplayName userId userPrincipalName wiFiMacAddress`,
		`aadRegistered autopilotEnrolled azureActiveDirectoryDeviceId bootstrapTokenEscrowed chassisType
			chromeOSDeviceInfo cloudPcRemoteActionResults configurationManagerClientHealthState
			configurationManagerClientInformation deviceFirmwareConfigurationInterfaceManaged deviceType
			enrolledByUserPrincipalName hardwareInformation joinType lostModeState managementFeatures ownerType
			preferMdmOverGroupPolicyAppliedDateTime processorArchitecture retireAfterDateTime roleScopeTagIds
			securityPatchLevel skuFamily skuNumber specificationVersion usersLoggedOn windowsActiveMalwareCount
			windowsRemediatedMalwareCount`,
		`deviceCategory deviceCompliancePolicyStates deviceConfigurationStates logCollectionRequests users
			windowsProtectionState`,
		`detectedApps`),
	"managedDeviceOverview": newKind("managedDeviceOverview",
		`deviceExchangeAccessStateSummary deviceOperatingSystemSummary dualEnrolledDeviceCount!
			enrolledDeviceCount! id! mdmEnrolledCount!`,
		`lastModifiedDateTime managedDeviceModelsAndManufacturers`,
		``,
		``),
	"detectedApp": newKind("detectedApp",
		`deviceCount! displayName id! platform! publisher sizeInByte! version`,
		``,
		`managedDevices`,
		``),
	"mobileApp": newKind("mobileApp",
		`createdDateTime! description developer displayName id! informationUrl isFeatured! largeIcon
			lastModifiedDateTime! notes owner privacyInformationUrl publisher publishingState!`,
		`dependentAppCount isAssigned roleScopeTagIds supersededAppCount supersedingAppCount uploadState`,
		`assignments categories`,
		`relationships`),
	"mobileAppAssignment": newKind("mobileAppAssignment",
		`id! intent! settings target`,
		`source sourceId`,
		``,
		``),
	"mobileAppCategory": newKind("mobileAppCategory",
		`displayName id! lastModifiedDateTime!`,
		``,
		``,
		``),
	"applicationTemplate": newKind("applicationTemplate",
		`categories deprecationDate description displayName endpoints homePageUrl id! isEntraIntegrated!
			lastModifiedDateTime logoUrl publisher riskFactors riskScore supportedProvisioningTypes
			supportedSingleSignOnModes`,
		`configurationUris informationalUrls supportedClaimConfiguration`,
		``,
		``),
	"synchronizationTemplate": newKind("synchronizationTemplate",
		`applicationId! default! description discoverable! factoryTag id! metadata`,
		``,
		`schema`,
		``),
	"synchronizationJob": newKind("synchronizationJob",
		`id! schedule status synchronizationJobSettings templateId`,
		``,
		`bulkUpload schema`,
		``),
	"subscribedSku": newKind("subscribedSku",
		`accountId accountName appliesTo capabilityStatus consumedUnits id! prepaidUnits servicePlans skuId
			skuPartNumber subscriptionIds`,
		``,
		``,
		``),
	"licenseDetails": newKind("licenseDetails",
		`id! servicePlans skuId skuPartNumber`,
		``,
		``,
		``),
	"group": newKind("group",
		`accessType allowExternalSenders assignedLabels assignedLicenses autoSubscribeNewMembers classification
			createdDateTime deletedDateTime description displayName expirationDateTime groupTypes
			hasMembersWithLicenseErrors hideFromAddressLists hideFromOutlookClients id! infoCatalogs isArchived
			isAssignableToRole isFavorite isManagementRestricted isSubscribedByMail licenseProcessingState mail
			mailEnabled mailNickname membershipRule membershipRuleProcessingState onPremisesDomainName
			onPremisesExtensionAttributes onPremisesLastSyncDateTime onPremisesNetBiosName
			onPremisesProvisioningErrors onPremisesSamAccountName onPremisesSecurityIdentifier onPremisesSyncEnabled
			organizationId preferredDataLocation preferredLanguage proxyAddresses renewedDateTime
			resourceBehaviorOptions resourceProvisioningOptions securityEnabled securityIdentifier
			serviceProvisioningErrors theme uniqueName unseenConversationsCount unseenCount unseenMessagesCount
			visibility welcomeMessageEnabled`,
		`cloudLicensing createdByAppId membershipRuleProcessingStatus writebackConfiguration`,
		`appRoleAssignments memberOf members owners transitiveMemberOf`,
		``),
	"directoryRole": newKind("directoryRole",
		`deletedDateTime description displayName id! roleTemplateId`,
		``,
		`members scopedMembers`,
		``),
	"unifiedRoleAssignment": newKind("unifiedRoleAssignment",
		`appScopeId condition directoryScopeId id! principalId principalOrganizationId roleDefinitionId`,
		`resourceScope`,
		`appScope directoryScope principal roleDefinition`,
		``),
	"unifiedRoleDefinition": newKind("unifiedRoleDefinition",
		`description displayName id! isBuiltIn isEnabled resourceScopes rolePermissions templateId version`,
		`allowedPrincipalTypes isPrivileged`,
		`inheritsPermissionsFrom`,
		``),
	"deviceManagement": newKind("deviceManagement",
		`deviceProtectionOverview id! intuneAccountId! intuneBrand settings subscriptionState!
			userExperienceAnalyticsSettings windowsMalwareOverview`,
		`accountMoveCompletionDateTime adminConsent connectorStatus
			dataProcessorServiceForWindowsFeaturesOnboarding deviceComplianceReportSummarizationDateTime
			lastReportAggregationDateTime legacyPcManangementEnabled managedDeviceCleanupSettings maximumDepTokens
			samsungEFotaFirmwareVersions subscriptions unlicensedAdminstratorsEnabled
			userExperienceAnalyticsAnomalySeverityOverview`,
		`detectedApps deviceCategories managedDevices`,
		``),
	"deviceCompliancePolicyState": newKind("deviceCompliancePolicyState",
		`displayName id! platformType! settingCount! settingStates state! version!`,
		`userId userPrincipalName`,
		``,
		``),
	"deviceConfigurationState": newKind("deviceConfigurationState",
		`displayName id! platformType! settingCount! settingStates state! version!`,
		`userId userPrincipalName`,
		``,
		``),
	"windowsProtectionState": newKind("windowsProtectionState",
		`antiMalwareVersion controlledConfigurationEnabled deviceState engineVersion fullScanOverdue
			fullScanRequired id! isVirtualMachine lastFullScanDateTime lastFullScanSignatureVersion
			lastQuickScanDateTime lastQuickScanSignatureVersion lastReportedDateTime malwareProtectionEnabled
			networkInspectionSystemEnabled productStatus quickScanOverdue realTimeProtectionEnabled rebootRequired
			signatureUpdateOverdue signatureVersion tamperProtectionEnabled`,
		``,
		`detectedMalwareState`,
		``),
	"provisioningObjectSummary": newKind("provisioningObjectSummary",
		`activityDateTime! changeId cycleId durationInMilliseconds id! initiatedBy jobId modifiedProperties
			provisioningAction provisioningStatusInfo provisioningSteps servicePrincipal sourceIdentity sourceSystem
			targetIdentity targetSystem tenantId`,
		`action statusInfo`,
		``,
		``),
}
