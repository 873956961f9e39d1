package graph

import "slices"

// operations is everything that this Graph serves: a line here for each family.
func operations() []operation {
	return slices.Concat(
		deviceOperations(),
		remoteOperations(),
		detectedAppOperations(),
		userOperations(),
		licenceOperations(),
		appOperations(),
		groupOperations(),
		directoryOperations(),
		principalOperations(),
		galleryOperations(),
		synchronizationOperations(),
		synchronizationChanges(),
		provisioningLogOperations(),
		complianceOperations(),
		configurationOperations(),
		settingsCatalogOperations(),
		notificationOperations(),
		rbacOperations(),
		appleOperations(),
		enrolmentOperations(),
		connectorOperations(),
		cloudPKIOperations(),
		brandingOperations(),
		malwareOperations(),
		autopilotOperations(),
		auditOperations(),
		appProtectionOperations(),
		appConfigurationOperations(),
		appReportOperations(),
		gdapOperations(),
		guestOperations(),
		securityOperations(),
		accountOperations(),
		leavingOperations(),
		batchOperations(),
	)
}
