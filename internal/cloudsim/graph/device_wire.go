package graph

import (
	"strconv"
	"time"
)

// deviceField writes one property of a managedDevice. full is for those that the service gives only to GET {id}?$select=…: lists and
// plain reads have put.
type deviceField struct {
	name      string
	put, full func(b []byte, v *device) []byte
	beta      bool
}

var never = time.Time{}

func putText(get func(*device) string) func([]byte, *device) []byte {
	return func(b []byte, v *device) []byte { return appendString(b, get(v)) }
}

func putTime(get func(*device) time.Time) func([]byte, *device) []byte {
	return func(b []byte, v *device) []byte { return appendTime(b, get(v)) }
}

func putBool(get func(*device) bool) func([]byte, *device) []byte {
	return func(b []byte, v *device) []byte { return strconv.AppendBool(b, get(v)) }
}

func putInt(get func(*device) int64) func([]byte, *device) []byte {
	return func(b []byte, v *device) []byte { return strconv.AppendInt(b, get(v), 10) }
}

func constant(json string) func([]byte, *device) []byte {
	return func(b []byte, _ *device) []byte { return append(b, json...) }
}

// orNull writes a text or, where it is empty, null.
func orNull(get func(*device) string) func([]byte, *device) []byte {
	return func(b []byte, v *device) []byte {
		if s := get(v); s != "" {
			return appendString(b, s)
		}
		return append(b, "null"...)
	}
}

// deviceFields are all properties in the order of the service.
var deviceFields = []deviceField{
	{name: "id", put: func(b []byte, v *device) []byte { return append(v.id.append(append(b, '"')), '"') }},
	{name: "userId", put: putText(func(v *device) string { return v.owner.id })},
	{name: "deviceName", put: putText(func(v *device) string { return v.name })},
	{name: "managedDeviceOwnerType", put: putText((*device).ownership)},
	{name: "managementState", put: putText(func(v *device) string { return v.state })},
	{name: "enrolledDateTime", put: putTime(func(v *device) time.Time { return v.enrolled })},
	{name: "lastSyncDateTime", put: putTime(func(v *device) time.Time { return v.synced })},
	{name: "operatingSystem", put: putText(func(v *device) string { return v.platform.os })},
	{name: "complianceState", put: putText(func(v *device) string { return v.compliance })},
	{name: "jailBroken", put: putText(func(v *device) string { return v.jailbroken })},
	{name: "managementAgent", put: putText(func(v *device) string { return v.agent })},
	{name: "osVersion", put: putText(func(v *device) string { return v.version })},
	{name: "easActivated", put: putBool(func(v *device) bool { return v.eas })},
	{name: "easDeviceId", put: putText((*device).easID)},
	{name: "easActivationDateTime", put: putTime(func(*device) time.Time { return never })},
	{name: "azureADRegistered", put: putRegistered},
	{name: "deviceEnrollmentType", put: putText(func(v *device) string { return v.enrolment })},
	{name: "activationLockBypassCode", put: constant("null"), full: orNull((*device).bypassCode)},
	{name: "emailAddress", put: putText(func(v *device) string { return v.owner.mail })},
	{name: "azureADDeviceId", put: putEntraID},
	{name: "deviceRegistrationState", put: putText((*device).registration)},
	{name: "deviceCategoryDisplayName", put: putText((*device).categoryName)},
	{name: "isSupervised", put: putBool(func(v *device) bool { return v.supervised })},
	{name: "exchangeLastSuccessfulSyncDateTime", put: putTime(func(*device) time.Time { return never })},
	{name: "exchangeAccessState", put: constant(`"none"`)},
	{name: "exchangeAccessStateReason", put: constant(`"none"`)},
	{name: "remoteAssistanceSessionUrl", put: constant("null"), full: constant(`""`)},
	{name: "remoteAssistanceSessionErrorDetails", put: constant("null")},
	{name: "isEncrypted", put: putBool(func(v *device) bool { return v.encrypted })},
	{name: "userPrincipalName", put: putText(func(v *device) string { return v.owner.upn })},
	{name: "model", put: putText(func(v *device) string { return v.model.name })},
	{name: "manufacturer", put: putText(func(v *device) string { return v.model.maker })},
	{name: "imei", put: putText(func(v *device) string { return v.imei })},
	{name: "complianceGracePeriodExpirationDateTime", put: putTime(func(v *device) time.Time { return v.grace })},
	{name: "serialNumber", put: putText(func(v *device) string { return v.serial })},
	{name: "phoneNumber", put: putText(func(v *device) string { return v.phone })},
	{name: "androidSecurityPatchLevel", put: putText(func(v *device) string { return v.patch })},
	{name: "userDisplayName", put: putText(func(v *device) string { return v.owner.display })},
	{name: "configurationManagerClientEnabledFeatures", put: putCoManagement},
	{name: "wiFiMacAddress", put: putText(func(v *device) string { return v.wifi })},
	{name: "deviceHealthAttestationState", put: constant("null")},
	{name: "subscriberCarrier", put: putText(func(v *device) string { return v.carrier })},
	{name: "meid", put: putText(func(v *device) string { return v.meid })},
	{name: "totalStorageSpaceInBytes", put: putInt(func(v *device) int64 { return v.storage })},
	{name: "freeStorageSpaceInBytes", put: putInt(func(v *device) int64 { return v.free })},
	{name: "managedDeviceName", put: putText((*device).managedName)},
	{name: "partnerReportedThreatState", put: putText(func(v *device) string { return v.threat })},
	{name: "requireUserEnrollmentApproval", put: constant("null")},
	{name: "managementCertificateExpirationDate", put: putTime(func(v *device) time.Time { return v.certificate })},
	{name: "iccid", put: constant("null"), full: orNull(func(v *device) string { return v.iccid })},
	{name: "udid", put: constant("null"), full: orNull(func(v *device) string { return v.udid })},
	{name: "notes", put: constant("null"), full: orNull(func(v *device) string { return v.notes })},
	{name: "ethernetMacAddress", put: constant("null"), full: orNull(func(v *device) string { return v.wired })},
	{name: "physicalMemoryInBytes", put: constant("0"), full: putInt(func(v *device) int64 { return v.memory })},
	{name: "enrollmentProfileName", put: putText(func(v *device) string { return v.profile })},
	{name: "deviceActionResults", put: putActions},

	{name: "aadRegistered", put: putRegistered, beta: true},
	{name: "autopilotEnrolled", put: putBool(func(v *device) bool { return v.kind == windows && v.profile != "" }), beta: true},
	{name: "azureActiveDirectoryDeviceId", put: putEntraID, beta: true},
	{name: "bootstrapTokenEscrowed", put: putBool(func(v *device) bool { return v.kind == macOS }), beta: true},
	{name: "chassisType", put: putText(func(v *device) string { return v.model.chassis }), beta: true},
	{name: "chromeOSDeviceInfo", put: constant("[]"), beta: true},
	{name: "cloudPcRemoteActionResults", put: constant("[]"), beta: true},
	{name: "configurationManagerClientHealthState", put: constant("null"), beta: true},
	{name: "configurationManagerClientInformation", put: constant("null"), beta: true},
	{name: "deviceFirmwareConfigurationInterfaceManaged", put: constant("false"), beta: true},
	{name: "deviceType", put: putText((*device).betaType), beta: true},
	{name: "enrolledByUserPrincipalName", put: orNull(func(v *device) string { return v.owner.upn }), beta: true},
	{name: "hardwareInformation", put: constant("null"), full: putHardware, beta: true},
	{name: "joinType", put: putText((*device).joinType), beta: true},
	{name: "lostModeState", put: putText((*device).lostMode), beta: true},
	{name: "managementFeatures", put: constant(`"none"`), beta: true},
	{name: "ownerType", put: putText((*device).ownership), beta: true},
	{name: "preferMdmOverGroupPolicyAppliedDateTime", put: putTime(func(*device) time.Time { return never }), beta: true},
	{name: "processorArchitecture", put: putText(func(v *device) string { return v.model.cpu }), beta: true},
	{name: "retireAfterDateTime", put: putTime(func(*device) time.Time { return never }), beta: true},
	{name: "roleScopeTagIds", put: constant(`["0"]`), beta: true},
	{name: "securityPatchLevel", put: putText(func(v *device) string { return v.patch }), beta: true},
	{name: "skuFamily", put: putText((*device).skuFamily), beta: true},
	{name: "skuNumber", put: putInt((*device).skuNumber), beta: true},
	{name: "specificationVersion", put: orNull(func(*device) string { return "" }), beta: true},
	{name: "usersLoggedOn", put: putLogons, beta: true},
	{name: "windowsActiveMalwareCount", put: putInt(func(v *device) int64 { return v.malware(true) }), beta: true},
	{name: "windowsRemediatedMalwareCount", put: putInt(func(v *device) int64 { return v.malware(false) }), beta: true},
}

func (v *device) ownership() string {
	if v.personal {
		return "personal"
	}
	return "company"
}

func (v *device) easID() string {
	if !v.eas {
		return ""
	}
	var b [32]byte
	for i, c := range v.id {
		b[2*i], b[2*i+1] = upperHex[c>>4], upperHex[c&15]
	}
	return string(b[:])
}

func (v *device) registration() string {
	if v.joined {
		return "registered"
	}
	return "notRegistered"
}

func (v *device) categoryName() string {
	if v.category < 0 {
		return "Unassigned"
	}
	return categoryNames[v.category]
}

func (v *device) bypassCode() string {
	if !v.supervised {
		return ""
	}
	return "SIM" + v.udid[:2] + "-" + v.udid[2:6] + "-" + v.udid[6:10]
}

func (v *device) betaType() string {
	switch {
	case v.hub():
		return "surfaceHub"
	case v.kind == windows:
		return "windowsRT"
	case v.kind == macOS:
		return "macMDM"
	}
	return v.platform.betaType
}

func (v *device) joinType() string {
	switch {
	case v.kind != windows:
		return "unknown"
	case v.enrolment == "windowsAutoEnrollment" || v.enrolment == "windowsCoManagement":
		return "hybridAzureADJoined"
	case v.personal:
		return "azureADRegistered"
	}
	return "azureADJoined"
}

func (v *device) lostMode() string {
	if v.lost {
		return "enabled"
	}
	return "disabled"
}

func (v *device) skuFamily() string {
	switch {
	case v.hub():
		return "Team"
	case v.kind == windows:
		return "Pro"
	}
	return ""
}

// skuNumber is Windows' own number of the edition (GetProductInfo): PRODUCT_PPI_PRO is that of a Surface Hub, PRODUCT_PROFESSIONAL any other's here.
func (v *device) skuNumber() int64 {
	switch {
	case v.hub():
		return 119
	case v.kind == windows:
		return 48
	}
	return 0
}

// managedName is what Intune calls the device by itself: user, system, moment of enrolment.
func (v *device) managedName() string {
	if v.named != "" {
		return v.named
	}
	who := v.owner.upn
	if who == "" {
		who = v.id.String()[:8]
	}
	return who + "_" + v.platform.os + "_" + v.enrolled.Format("1/2/2006_3:04 PM")
}

func putRegistered(b []byte, v *device) []byte {
	if !v.joined {
		return append(b, "null"...)
	}
	return append(b, "true"...)
}

func putEntraID(b []byte, v *device) []byte {
	if !v.joined {
		return append(append(append(b, '"'), zeroGUID...), '"')
	}
	return append(v.entraID.append(append(b, '"')), '"')
}

func putCoManagement(b []byte, v *device) []byte {
	if v.agent != "configurationManagerClientMdm" {
		return append(b, "null"...)
	}
	return append(b, `{"inventory":true,"modernApps":true,"resourceAccess":false,"deviceConfiguration":true,"compliancePolicy":true,"windowsUpdateForBusiness":true}`...)
}

func putLogons(b []byte, v *device) []byte {
	if v.userless || v.kind != windows || v.synced.IsZero() {
		return append(b, "[]"...)
	}
	b = append(b, `[{"userId":`...)
	b = appendString(b, v.owner.id)
	b = append(b, `,"lastLogOnDateTime":`...)
	b = appendTime(b, v.synced)
	return append(b, '}', ']')
}

func putHardware(b []byte, v *device) []byte {
	return appendObject(b, object{
		{"serialNumber", v.serial}, {"totalStorageSpace", v.storage}, {"freeStorageSpace", v.free}, {"imei", v.imei}, {"meid", nil},
		{"manufacturer", v.model.maker}, {"model", v.model.name}, {"phoneNumber", v.phone}, {"subscriberCarrier", v.carrier},
		{"cellularTechnology", nil}, {"wifiMac", v.wifi}, {"operatingSystemLanguage", nil}, {"isSupervised", v.supervised},
		{"isEncrypted", v.encrypted}, {"isSharedDevice", v.userless}, {"operatingSystemEdition", v.skuFamily()}, {"osBuildNumber", v.version},
	})
}

func putActions(b []byte, v *device) []byte {
	return appendEach(b, v.actions, func(b []byte, a action) []byte {
		o := object{}
		if a.kind != "" {
			o = append(o, member{"@odata.type", "#microsoft.graph." + a.kind})
		}
		o = append(o, member{"actionName", a.name}, member{"actionState", a.state}, member{"startDateTime", a.began}, member{"lastUpdatedDateTime", a.updated})
		o = append(o, a.told(v)...)
		return appendObject(b, o)
	})
}

// plan is a $select made ready: the name with its colon and the writer, in order.
type plan []planned

type planned struct {
	label string
	put   func(b []byte, v *device) []byte
}

// planDevices makes the plan for a request. full gives the values that only a single read with $select gets.
func (c *call) planDevices(full bool) plan {
	var p plan
	for _, f := range deviceFields {
		if f.beta && !c.beta || !c.q.selects(f.name) {
			continue
		}
		put := f.put
		if full && f.full != nil && len(c.q.selected) > 0 {
			put = f.full
		}
		p = append(p, planned{`"` + f.name + `":`, put})
	}
	return p
}

func (p plan) append(b []byte, v *device) []byte {
	b = append(b, '{')
	for i := range p {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, p[i].label...)
		b = p[i].put(b, v)
	}
	return append(b, '}')
}
