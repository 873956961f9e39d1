package graph

// serviceKinds are the types of roles, connectors, tokens and certificates, malware, Autopilot and the audit log.
var serviceKinds = map[string]*kind{
	"delegatedAdminRelationship": newKind("delegatedAdminRelationship",
		`accessDetails! activatedDateTime autoExtendDuration createdDateTime customer displayName! duration! endDateTime id!
			lastModifiedDateTime status`,
		``,
		`accessAssignments operations requests`,
		``),
	"delegatedAdminRelationshipRequest":     newKind("delegatedAdminRelationshipRequest", `action! createdDateTime id! lastModifiedDateTime status`, ``, ``, ``),
	"delegatedAdminRelationshipOperation":   newKind("delegatedAdminRelationshipOperation", `createdDateTime! data! id! lastModifiedDateTime! operationType! status!`, ``, ``, ``),
	"delegatedAdminAccessAssignment":        newKind("delegatedAdminAccessAssignment", `accessContainer! accessDetails! createdDateTime id! lastModifiedDateTime status`, ``, ``, ``),
	"delegatedAdminCustomer":                newKind("delegatedAdminCustomer", `displayName id! tenantId!`, ``, `serviceManagementDetails`, ``),
	"delegatedAdminServiceManagementDetail": newKind("delegatedAdminServiceManagementDetail", `id! serviceManagementUrl! serviceName!`, ``, ``, ``),
	"invitation": newKind("invitation",
		`id! inviteRedeemUrl inviteRedirectUrl! invitedUser invitedUserDisplayName invitedUserEmailAddress! invitedUserMessageInfo
			invitedUserType resetRedemption sendInvitationMessage status`,
		``,
		`invitedUserSponsors`,
		``),
	"security.incident": newKind("security.incident",
		`id! assignedTo classification comments createdDateTime! customTags description determination displayName
			incidentWebUrl lastModifiedBy lastUpdateDateTime! priorityScore redirectIncidentId resolvingComment severity!
			status! summary systemTags tenantId`,
		`recommendedActions recommendedHuntingQueries`,
		`alerts`,
		``),
	"security.alert": newKind("security.alert",
		`id! actorDisplayName additionalData alertPolicyId alertWebUrl assignedTo categories category classification
			comments createdDateTime customDetails description detectionSource detectorId determination evidence
			firstActivityDateTime incidentId incidentWebUrl investigationState lastActivityDateTime lastUpdateDateTime
			mitreTechniques productName providerAlertId recommendedActions resolvedDateTime serviceSource! severity!
			status! systemTags tenantId threatDisplayName threatFamilyName title`,
		``,
		``,
		``),
	"contract": newKind("contract", `contractType customerId defaultDomainName deletedDateTime displayName id!`, ``, ``, ``),
	"roleDefinition": newKind("roleDefinition",
		`description displayName id! isBuiltIn! rolePermissions`,
		`isBuiltInRoleDefinition permissions roleScopeTagIds`,
		`roleAssignments`,
		``),
	"roleAssignment": newKind("roleAssignment",
		`description displayName id! resourceScopes`,
		`scopeMembers scopeType`,
		`roleDefinition`,
		``),
	"deviceAndAppManagementRoleAssignment": newKind("deviceAndAppManagementRoleAssignment",
		`description displayName id! members resourceScopes`,
		`roleScopeTagIds scopeMembers scopeType`,
		`roleDefinition`,
		`roleScopeTags`),
	"resourceOperation": newKind("resourceOperation",
		`actionName description id! resourceName`,
		`enabledForScopeValidation resource`,
		``,
		``),
	"roleScopeTag": newKind("roleScopeTag",
		`id!`,
		`description displayName isBuiltIn`,
		``,
		`assignments`),
	"roleScopeTagAutoAssignment": newKind("roleScopeTagAutoAssignment",
		`id!`,
		`target`,
		``,
		``),
	"applePushNotificationCertificate": newKind("applePushNotificationCertificate",
		`appleIdentifier certificate certificateSerialNumber certificateUploadFailureReason
			certificateUploadStatus expirationDateTime! id! lastModifiedDateTime! topicIdentifier`,
		``,
		``,
		``),
	"depOnboardingSetting": newKind("depOnboardingSetting",
		`id!`,
		`appleIdentifier dataSharingConsentGranted lastModifiedDateTime lastSuccessfulSyncDateTime
			lastSyncErrorCode lastSyncTriggeredDateTime roleScopeTagIds shareTokenWithSchoolDataSyncService
			syncedDeviceCount tokenExpirationDateTime tokenName tokenType`,
		``,
		`enrollmentProfiles`),
	"depEnrollmentBaseProfile": newKind("depEnrollmentBaseProfile",
		`id!`,
		`appleIdDisabled applePayDisabled configurationEndpointUrl configurationWebUrl description
			deviceNameTemplate diagnosticsDisabled displayName displayToneSetupDisabled
			enableAuthenticationViaCompanyPortal enabledSkipKeys enrollmentTimeAzureAdGroupIds isDefault isMandatory
			locationDisabled privacyPaneDisabled profileRemovalDisabled
			requireCompanyPortalOnSetupAssistantEnrolledDevices requiresUserAuthentication restoreBlocked
			screenTimeScreenDisabled siriDisabled supervisedModeEnabled supportDepartment supportPhoneNumber
			termsAndConditionsDisabled touchIdDisabled waitForDeviceConfiguredConfirmation`,
		``,
		``),
	"vppToken": newKind("vppToken",
		`appleId automaticallyUpdateApps! countryOrRegion expirationDateTime! id! lastModifiedDateTime!
			lastSyncDateTime! lastSyncStatus! organizationName state! token vppTokenAccountType!`,
		`appleDeviceAppDeliveryProtocolType claimTokenManagementFromExternalMdm dataSharingConsentGranted
			displayName locationName roleScopeTagIds tokenActionResults`,
		``,
		``),
	"deviceManagementExchangeConnector": newKind("deviceManagementExchangeConnector",
		`connectorServerName exchangeAlias exchangeConnectorType! exchangeOrganization id! lastSyncDateTime!
			primarySmtpAddress serverName status! version`,
		``,
		``,
		``),
	"termsAndConditions": newKind("termsAndConditions",
		`acceptanceStatement bodyText createdDateTime! description displayName! id! lastModifiedDateTime! title
			version!`,
		`modifiedDateTime roleScopeTagIds`,
		`acceptanceStatuses assignments`,
		``),
	"termsAndConditionsAssignment": newKind("termsAndConditionsAssignment",
		`id! target`,
		``,
		``,
		``),
	"termsAndConditionsAcceptanceStatus": newKind("termsAndConditionsAcceptanceStatus",
		`acceptedDateTime! acceptedVersion! id! userDisplayName userPrincipalName`,
		``,
		`termsAndConditions`,
		``),
	"deviceEnrollmentConfiguration": newKind("deviceEnrollmentConfiguration",
		`createdDateTime! description displayName id! lastModifiedDateTime! priority! version!`,
		`deviceEnrollmentConfigurationType roleScopeTagIds`,
		`assignments`,
		``),
	"enrollmentConfigurationAssignment": newKind("enrollmentConfigurationAssignment",
		`id! target`,
		`source sourceId`,
		``,
		``),
	"intuneBrandingProfile": newKind("intuneBrandingProfile",
		`id!`,
		`companyPortalBlockedActions contactITEmailAddress contactITName contactITNotes contactITPhoneNumber
			createdDateTime customCanSeePrivacyMessage customCantSeePrivacyMessage customPrivacyMessage
			disableClientTelemetry disableDeviceCategorySelection displayName enrollmentAvailability isDefaultProfile
			isFactoryResetDisabled isRemoveDeviceDisabled landingPageCustomizedImage lastModifiedDateTime
			lightBackgroundLogo onlineSupportSiteName onlineSupportSiteUrl privacyUrl profileDescription profileName
			roleScopeTagIds showAzureADEnterpriseApps showConfigurationManagerApps showDisplayNameNextToLogo showLogo
			showOfficeWebApps themeColor themeColorLogo`,
		``,
		`assignments`),
	"intuneBrandingProfileAssignment": newKind("intuneBrandingProfileAssignment",
		`id!`,
		`target`,
		``,
		``),
	"mobileThreatDefenseConnector": newKind("mobileThreatDefenseConnector",
		`allowPartnerToCollectIOSApplicationMetadata! allowPartnerToCollectIOSPersonalApplicationMetadata!
			androidDeviceBlockedOnMissingPartnerData! androidEnabled! androidMobileApplicationManagementEnabled! id!
			iosDeviceBlockedOnMissingPartnerData! iosEnabled! iosMobileApplicationManagementEnabled!
			lastHeartbeatDateTime! microsoftDefenderForEndpointAttachEnabled! partnerState!
			partnerUnresponsivenessThresholdInDays! partnerUnsupportedOsVersionBlocked!
			windowsDeviceBlockedOnMissingPartnerData! windowsEnabled!`,
		`allowPartnerToCollectIosCertificateMetadata allowPartnerToCollectIosPersonalCertificateMetadata
			grantMobileThreatDefensePartnerRole launchMobileThreatDefensePartnerOnSetupEnabled
			macDeviceBlockedOnMissingPartnerData macEnabled windowsMobileApplicationManagementEnabled`,
		``,
		``),
	"cloudCertificationAuthority": newKind("cloudCertificationAuthority",
		`id!`,
		`certificateDownloadUrl certificateKeySize certificateRevocationListUrl certificateSigningRequest
			certificationAuthorityIssuerId certificationAuthorityIssuerUri certificationAuthorityStatus
			cloudCertificationAuthorityHashingAlgorithm cloudCertificationAuthorityType commonName countryName
			createdDateTime description displayName eTag extendedKeyUsages geographicRegion issuerCommonName
			keyPlatform lastModifiedDateTime localityName ocspResponderUri organizationName organizationUnit
			roleScopeTagIds rootCertificateCommonName scepServerUrl serialNumber stateName subjectName thumbprint
			validityEndDateTime validityPeriodInYears validityStartDateTime versionNumber`,
		``,
		`cloudCertificationAuthorityLeafCertificate`),
	"cloudCertificationAuthorityLeafCertificate": newKind("cloudCertificationAuthorityLeafCertificate",
		`id!`,
		`certificateStatus certificationAuthorityIssuerUri certificationAuthorityVersionNumber
			crlDistributionPointUrl deviceId deviceName devicePlatform extendedKeyUsages issuerId issuerName
			keyUsages ocspResponderUri revocationDateTime serialNumber subjectName thumbprint userId
			userPrincipalName validityEndDateTime validityStartDateTime`,
		``,
		``),
	"deviceManagementPartner": newKind("deviceManagementPartner",
		`displayName groupsRequiringPartnerEnrollment id! isConfigured! lastHeartbeatDateTime! partnerAppType!
			partnerState! singleTenantAppId whenPartnerDevicesWillBeMarkedAsNonCompliantDateTime
			whenPartnerDevicesWillBeRemovedDateTime`,
		``,
		``,
		``),
	"complianceManagementPartner": newKind("complianceManagementPartner",
		`androidEnrollmentAssignments androidOnboarded! displayName id! iosEnrollmentAssignments iosOnboarded!
			lastHeartbeatDateTime! macOsEnrollmentAssignments macOsOnboarded! partnerState!`,
		`linuxEnrollmentAssignments linuxOnboarded`,
		``,
		``),
	"ndesConnector": newKind("ndesConnector",
		`id!`,
		`connectorVersion displayName enrolledDateTime lastConnectionDateTime machineName roleScopeTagIds state`,
		``,
		``),
	"certificateConnectorDetails": newKind("certificateConnectorDetails",
		`id!`,
		`connectorName connectorVersion enrollmentDateTime lastCheckinDateTime machineName`,
		``,
		``),
	"remoteAssistancePartner": newKind("remoteAssistancePartner",
		`displayName id! lastConnectionDateTime! onboardingStatus! onboardingUrl`,
		`onboardingRequestExpiryDateTime`,
		``,
		``),
	"windowsAutopilotDeviceIdentity": newKind("windowsAutopilotDeviceIdentity",
		`addressableUserName azureActiveDirectoryDeviceId displayName enrollmentState! groupTag id!
			lastContactedDateTime! managedDeviceId manufacturer model productKey purchaseOrderIdentifier resourceName
			serialNumber skuNumber systemFamily userPrincipalName`,
		`azureAdDeviceId deploymentProfileAssignedDateTime deploymentProfileAssignmentDetailedStatus
			deploymentProfileAssignmentStatus deviceAccountPassword deviceAccountUpn deviceFriendlyName
			remediationState remediationStateLastModifiedDateTime userlessEnrollmentStatus`,
		``,
		``),
	"importedWindowsAutopilotDeviceIdentity": newKind("importedWindowsAutopilotDeviceIdentity",
		`assignedUserPrincipalName groupTag hardwareIdentifier id! importId productKey serialNumber state`,
		``,
		``,
		``),
	"auditEvent": newKind("auditEvent",
		`activity activityDateTime! activityOperationType activityResult activityType actor category componentName
			correlationId! displayName id! resources`,
		``,
		``,
		``),
	"windowsMalwareInformation": newKind("windowsMalwareInformation",
		`additionalInformationUrl category displayName id! lastDetectionDateTime severity`,
		``,
		`deviceMalwareStates`,
		``),
	"malwareStateForWindowsDevice": newKind("malwareStateForWindowsDevice",
		`detectionCount deviceName executionState id! initialDetectionDateTime lastStateChangeDateTime threatState`,
		``,
		``,
		``),
	"windowsDeviceMalwareState": newKind("windowsDeviceMalwareState",
		`additionalInformationUrl category detectionCount displayName executionState id! initialDetectionDateTime
			lastStateChangeDateTime severity state threatState`,
		``,
		``,
		``),
	"deviceLogCollectionResponse": newKind("deviceLogCollectionResponse",
		`enrolledByUser expirationDateTimeUTC id! initiatedByUserPrincipalName managedDeviceId!
			receivedDateTimeUTC requestedDateTimeUTC sizeInKB! status!`,
		`errorCode size`,
		``,
		``),
}
