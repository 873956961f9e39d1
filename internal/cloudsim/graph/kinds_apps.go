package graph

// appKinds are the types of app protection, app configuration and relationships of apps.
var appKinds = map[string]*kind{
	"managedAppPolicy": newKind("managedAppPolicy",
		`createdDateTime! description displayName! id! lastModifiedDateTime! version`,
		`roleScopeTagIds`,
		``,
		``),
	"iosManagedAppProtection": newKind("iosManagedAppProtection",
		`allowedDataStorageLocations! allowedInboundDataTransferSources! allowedOutboundClipboardSharingLevel!
			allowedOutboundDataTransferDestinations! appDataEncryptionType! contactSyncBlocked! createdDateTime!
			customBrowserProtocol dataBackupBlocked! deployedAppCount! description deviceComplianceRequired!
			disableAppPinIfDevicePinIsSet! displayName! faceIdBlocked! fingerprintBlocked! id! isAssigned!
			lastModifiedDateTime! managedBrowser! managedBrowserToOpenLinksRequired! maximumPinRetries!
			minimumPinLength! minimumRequiredAppVersion minimumRequiredOsVersion minimumRequiredSdkVersion
			minimumWarningAppVersion minimumWarningOsVersion organizationalCredentialsRequired! periodBeforePinReset!
			periodOfflineBeforeAccessCheck! periodOfflineBeforeWipeIsEnforced! periodOnlineBeforeAccessCheck!
			pinCharacterSet! pinRequired! printBlocked! saveAsBlocked! simplePinBlocked! version`,
		`allowWidgetContentSync allowedDataIngestionLocations allowedIosDeviceModels
			allowedOutboundClipboardSharingExceptionLength appActionIfAccountIsClockedOut
			appActionIfDeviceComplianceRequired appActionIfIosDeviceModelNotAllowed
			appActionIfMaximumPinRetriesExceeded appActionIfUnableToAuthenticateUser appGroupType
			blockDataIngestionIntoOrganizationDocuments customDialerAppProtocol dialerRestrictionLevel
			disableProtectionOfManagedOutboundOpenInData exemptedAppProtocols exemptedUniversalLinks
			filterOpenInToOnlyManagedApps genmojiConfigurationState gracePeriodToBlockAppsDuringOffClockHours
			managedUniversalLinks maximumAllowedDeviceThreatLevel maximumRequiredOsVersion maximumWarningOsVersion
			maximumWipeOsVersion messagingRedirectAppUrlScheme minimumWarningSdkVersion minimumWipeAppVersion
			minimumWipeOsVersion minimumWipeSdkVersion mobileThreatDefensePartnerPriority
			mobileThreatDefenseRemediationAction notificationRestriction pinRequiredInsteadOfBiometricTimeout
			previousPinBlockCount protectInboundDataFromUnknownSources protectedMessagingRedirectAppType
			purviewContentEvaluationRequired roleScopeTagIds screenCaptureConfigurationState
			targetedAppManagementLevels thirdPartyKeyboardsBlocked writingToolsConfigurationState`,
		`apps assignments deploymentSummary`,
		``),
	"androidManagedAppProtection": newKind("androidManagedAppProtection",
		`allowedDataStorageLocations! allowedInboundDataTransferSources! allowedOutboundClipboardSharingLevel!
			allowedOutboundDataTransferDestinations! contactSyncBlocked! createdDateTime! customBrowserDisplayName
			customBrowserPackageId dataBackupBlocked! deployedAppCount! description deviceComplianceRequired!
			disableAppEncryptionIfDeviceEncryptionIsEnabled! disableAppPinIfDevicePinIsSet! displayName!
			encryptAppData! fingerprintBlocked! id! isAssigned! lastModifiedDateTime! managedBrowser!
			managedBrowserToOpenLinksRequired! maximumPinRetries! minimumPinLength! minimumRequiredAppVersion
			minimumRequiredOsVersion minimumRequiredPatchVersion minimumWarningAppVersion minimumWarningOsVersion
			minimumWarningPatchVersion organizationalCredentialsRequired! periodBeforePinReset!
			periodOfflineBeforeAccessCheck! periodOfflineBeforeWipeIsEnforced! periodOnlineBeforeAccessCheck!
			pinCharacterSet! pinRequired! printBlocked! saveAsBlocked! screenCaptureBlocked! simplePinBlocked!
			version`,
		`allowedAndroidDeviceManufacturers allowedAndroidDeviceModels allowedDataIngestionLocations
			allowedOutboundClipboardSharingExceptionLength appActionIfAccountIsClockedOut
			appActionIfAndroidDeviceManufacturerNotAllowed appActionIfAndroidDeviceModelNotAllowed
			appActionIfAndroidSafetyNetAppsVerificationFailed appActionIfAndroidSafetyNetDeviceAttestationFailed
			appActionIfDeviceComplianceRequired appActionIfDeviceLockNotSet
			appActionIfDevicePasscodeComplexityLessThanHigh appActionIfDevicePasscodeComplexityLessThanLow
			appActionIfDevicePasscodeComplexityLessThanMedium appActionIfMaximumPinRetriesExceeded
			appActionIfSamsungKnoxAttestationRequired appActionIfUnableToAuthenticateUser appGroupType
			approvedKeyboards biometricAuthenticationBlocked blockAfterCompanyPortalUpdateDeferralInDays
			blockDataIngestionIntoOrganizationDocuments connectToVpnOnLaunch customDialerAppDisplayName
			customDialerAppPackageId deviceLockRequired dialerRestrictionLevel exemptedAppPackages
			fingerprintAndBiometricEnabled gracePeriodToBlockAppsDuringOffClockHours keyboardsRestricted
			maximumAllowedDeviceThreatLevel maximumRequiredOsVersion maximumWarningOsVersion maximumWipeOsVersion
			messagingRedirectAppDisplayName messagingRedirectAppPackageId minimumRequiredCompanyPortalVersion
			minimumWarningCompanyPortalVersion minimumWipeAppVersion minimumWipeCompanyPortalVersion
			minimumWipeOsVersion minimumWipePatchVersion mobileThreatDefensePartnerPriority
			mobileThreatDefenseRemediationAction notificationRestriction pinRequiredInsteadOfBiometricTimeout
			previousPinBlockCount protectedMessagingRedirectAppType purviewContentEvaluationRequired
			requireClass3Biometrics requirePinAfterBiometricChange requiredAndroidSafetyNetAppsVerificationType
			requiredAndroidSafetyNetDeviceAttestationType requiredAndroidSafetyNetEvaluationType roleScopeTagIds
			targetedAppManagementLevels warnAfterCompanyPortalUpdateDeferralInDays
			wipeAfterCompanyPortalUpdateDeferralInDays`,
		`apps assignments deploymentSummary`,
		``),
	"defaultManagedAppProtection": newKind("defaultManagedAppProtection",
		`allowedDataStorageLocations! allowedInboundDataTransferSources! allowedOutboundClipboardSharingLevel!
			allowedOutboundDataTransferDestinations! appDataEncryptionType! contactSyncBlocked! createdDateTime!
			customSettings! dataBackupBlocked! deployedAppCount! description deviceComplianceRequired!
			disableAppEncryptionIfDeviceEncryptionIsEnabled! disableAppPinIfDevicePinIsSet! displayName!
			encryptAppData! faceIdBlocked! fingerprintBlocked! id! lastModifiedDateTime! managedBrowser!
			managedBrowserToOpenLinksRequired! maximumPinRetries! minimumPinLength! minimumRequiredAppVersion
			minimumRequiredOsVersion minimumRequiredPatchVersion minimumRequiredSdkVersion minimumWarningAppVersion
			minimumWarningOsVersion minimumWarningPatchVersion organizationalCredentialsRequired!
			periodBeforePinReset! periodOfflineBeforeAccessCheck! periodOfflineBeforeWipeIsEnforced!
			periodOnlineBeforeAccessCheck! pinCharacterSet! pinRequired! printBlocked! saveAsBlocked!
			screenCaptureBlocked! simplePinBlocked! version`,
		`allowWidgetContentSync allowedAndroidDeviceManufacturers allowedAndroidDeviceModels
			allowedDataIngestionLocations allowedIosDeviceModels allowedOutboundClipboardSharingExceptionLength
			appActionIfAccountIsClockedOut appActionIfAndroidDeviceManufacturerNotAllowed
			appActionIfAndroidDeviceModelNotAllowed appActionIfAndroidSafetyNetAppsVerificationFailed
			appActionIfAndroidSafetyNetDeviceAttestationFailed appActionIfDeviceComplianceRequired
			appActionIfDeviceLockNotSet appActionIfDevicePasscodeComplexityLessThanHigh
			appActionIfDevicePasscodeComplexityLessThanLow appActionIfDevicePasscodeComplexityLessThanMedium
			appActionIfIosDeviceModelNotAllowed appActionIfMaximumPinRetriesExceeded
			appActionIfUnableToAuthenticateUser biometricAuthenticationBlocked
			blockAfterCompanyPortalUpdateDeferralInDays blockDataIngestionIntoOrganizationDocuments
			connectToVpnOnLaunch customBrowserDisplayName customBrowserPackageId customBrowserProtocol
			customDialerAppDisplayName customDialerAppPackageId customDialerAppProtocol deviceLockRequired
			dialerRestrictionLevel disableProtectionOfManagedOutboundOpenInData exemptedAppPackages
			exemptedAppProtocols filterOpenInToOnlyManagedApps fingerprintAndBiometricEnabled
			gracePeriodToBlockAppsDuringOffClockHours maximumAllowedDeviceThreatLevel maximumRequiredOsVersion
			maximumWarningOsVersion maximumWipeOsVersion messagingRedirectAppDisplayName
			messagingRedirectAppPackageId messagingRedirectAppUrlScheme minimumRequiredCompanyPortalVersion
			minimumWarningCompanyPortalVersion minimumWarningSdkVersion minimumWipeAppVersion
			minimumWipeCompanyPortalVersion minimumWipeOsVersion minimumWipePatchVersion minimumWipeSdkVersion
			mobileThreatDefensePartnerPriority mobileThreatDefenseRemediationAction notificationRestriction
			pinRequiredInsteadOfBiometricTimeout previousPinBlockCount protectInboundDataFromUnknownSources
			protectedMessagingRedirectAppType purviewContentEvaluationRequired requireClass3Biometrics
			requirePinAfterBiometricChange requiredAndroidSafetyNetAppsVerificationType
			requiredAndroidSafetyNetDeviceAttestationType requiredAndroidSafetyNetEvaluationType roleScopeTagIds
			thirdPartyKeyboardsBlocked warnAfterCompanyPortalUpdateDeferralInDays
			wipeAfterCompanyPortalUpdateDeferralInDays`,
		`apps deploymentSummary`,
		``),
	"windowsInformationProtectionPolicy": newKind("windowsInformationProtectionPolicy",
		`azureRightsManagementServicesAllowed! createdDateTime! dataRecoveryCertificate
			daysWithoutContactBeforeUnenroll! description displayName! enforcementLevel! enterpriseDomain
			enterpriseIPRanges enterpriseIPRangesAreAuthoritative! enterpriseInternalProxyServers
			enterpriseNetworkDomainNames enterpriseProtectedDomainNames enterpriseProxiedDomains
			enterpriseProxyServers enterpriseProxyServersAreAuthoritative! exemptApps iconsVisible! id!
			indexingEncryptedStoresOrItemsBlocked! isAssigned! lastModifiedDateTime! mdmEnrollmentUrl
			minutesOfInactivityBeforeDeviceLock! neutralDomainResources numberOfPastPinsRemembered!
			passwordMaximumAttemptCount! pinExpirationDays! pinLowercaseLetters! pinMinimumLength!
			pinSpecialCharacters! pinUppercaseLetters! protectedApps protectionUnderLockConfigRequired!
			revokeOnMdmHandoffDisabled! revokeOnUnenrollDisabled! rightsManagementServicesTemplateId
			smbAutoEncryptedFileExtensions version windowsHelloForBusinessBlocked!`,
		`roleScopeTagIds`,
		`assignments`,
		``),
	"mdmWindowsInformationProtectionPolicy": newKind("mdmWindowsInformationProtectionPolicy",
		`azureRightsManagementServicesAllowed! createdDateTime! dataRecoveryCertificate description displayName!
			enforcementLevel! enterpriseDomain enterpriseIPRanges enterpriseIPRangesAreAuthoritative!
			enterpriseInternalProxyServers enterpriseNetworkDomainNames enterpriseProtectedDomainNames
			enterpriseProxiedDomains enterpriseProxyServers enterpriseProxyServersAreAuthoritative! exemptApps
			iconsVisible! id! indexingEncryptedStoresOrItemsBlocked! isAssigned! lastModifiedDateTime!
			neutralDomainResources protectedApps protectionUnderLockConfigRequired! revokeOnUnenrollDisabled!
			rightsManagementServicesTemplateId smbAutoEncryptedFileExtensions version`,
		`roleScopeTagIds`,
		`assignments`,
		``),
	"windowsManagedAppProtection": newKind("windowsManagedAppProtection",
		`id!`,
		`allowedInboundDataTransferSources allowedOutboundClipboardSharingLevel
			allowedOutboundDataTransferDestinations appActionIfUnableToAuthenticateUser createdDateTime
			deployedAppCount description displayName isAssigned lastModifiedDateTime maximumAllowedDeviceThreatLevel
			maximumRequiredOsVersion maximumWarningOsVersion maximumWipeOsVersion minimumRequiredAppVersion
			minimumRequiredOsVersion minimumRequiredSdkVersion minimumWarningAppVersion minimumWarningOsVersion
			minimumWipeAppVersion minimumWipeOsVersion minimumWipeSdkVersion mobileThreatDefenseRemediationAction
			periodOfflineBeforeAccessCheck periodOfflineBeforeWipeIsEnforced printBlocked roleScopeTagIds version`,
		``,
		`apps assignments`),
	"targetedManagedAppConfiguration": newKind("targetedManagedAppConfiguration",
		`createdDateTime! customSettings! deployedAppCount! description displayName! id! isAssigned!
			lastModifiedDateTime! version`,
		`appGroupType roleScopeTagIds targetedAppManagementLevels`,
		`apps assignments deploymentSummary`,
		``),
	"managedMobileApp": newKind("managedMobileApp",
		`id! mobileAppIdentifier version`,
		``,
		``,
		``),
	"targetedManagedAppPolicyAssignment": newKind("targetedManagedAppPolicyAssignment",
		`id! target`,
		`source sourceId`,
		``,
		``),
	"managedAppPolicyDeploymentSummary": newKind("managedAppPolicyDeploymentSummary",
		`configurationDeployedUserCount! configurationDeploymentSummaryPerApp displayName id! lastRefreshTime!
			version`,
		``,
		``,
		``),
	"managedDeviceMobileAppConfiguration": newKind("managedDeviceMobileAppConfiguration",
		`createdDateTime! description displayName! id! lastModifiedDateTime! targetedMobileApps version!`,
		`roleScopeTagIds`,
		`assignments deviceStatusSummary deviceStatuses userStatusSummary userStatuses`,
		``),
	"managedDeviceMobileAppConfigurationAssignment": newKind("managedDeviceMobileAppConfigurationAssignment",
		`id! target`,
		``,
		``,
		``),
	"managedDeviceMobileAppConfigurationDeviceStatus": newKind("managedDeviceMobileAppConfigurationDeviceStatus",
		`complianceGracePeriodExpirationDateTime! deviceDisplayName deviceModel id! lastReportedDateTime! status!
			userName userPrincipalName`,
		`platform`,
		``,
		``),
	"managedDeviceMobileAppConfigurationDeviceSummary": newKind("managedDeviceMobileAppConfigurationDeviceSummary",
		`configurationVersion! errorCount! failedCount! id! lastUpdateDateTime! notApplicableCount! pendingCount!
			successCount!`,
		`conflictCount notApplicablePlatformCount`,
		``,
		``),
	"managedDeviceMobileAppConfigurationUserStatus": newKind("managedDeviceMobileAppConfigurationUserStatus",
		`devicesCount! id! lastReportedDateTime! status! userDisplayName userPrincipalName`,
		``,
		``,
		``),
	"managedDeviceMobileAppConfigurationUserSummary": newKind("managedDeviceMobileAppConfigurationUserSummary",
		`configurationVersion! errorCount! failedCount! id! lastUpdateDateTime! notApplicableCount! pendingCount!
			successCount!`,
		`conflictCount`,
		``,
		``),
	"mobileAppRelationship": newKind("mobileAppRelationship",
		`id! sourceDisplayName sourceDisplayVersion sourceId sourcePublisherDisplayName targetDisplayName
			targetDisplayVersion targetId targetPublisherDisplayName`,
		`targetPublisher targetType`,
		``,
		``),
}
