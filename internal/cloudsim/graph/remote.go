package graph

import (
	"net/http"
	"slices"
)

const (
	privileged = "DeviceManagementManagedDevices.PrivilegedOperations.All"
	readWrite  = "DeviceManagementManagedDevices.ReadWrite.All"
)

// remoteTask is one remote action. Its permissions are Microsoft's published ones; the platforms those of "Remote device actions".
type remoteTask struct {
	path     string
	versions versions
	scopes   []string
	right    string // of Intune's RemoteTasks
	on       []int
	kind     string   // of the result
	names    []string // of the result; which one Microsoft uses is not confirmed, so tenants differ here. None: Intune follows it no further
	lasts    int      // seconds that the device takes, at most
	needs    func(*device) bool
	body     func(*remoteBody) (value string, ok bool)
}

// remoteBody is what requests may hold.
type remoteBody struct {
	KeepEnrolment *bool   `json:"keepEnrollmentData"`
	KeepUser      *bool   `json:"keepUserData"`
	UnlockCode    string  `json:"macOsUnlockCode"`
	QuickScan     *bool   `json:"quickScan"`
	Name          string  `json:"deviceName"`
	Person        string  `json:"userPrincipalName"`
	Message       *string `json:"message"`
	Phone         *string `json:"phoneNumber"`
	Minutes       string  `json:"durationInMinutes"`
	Title         string  `json:"notificationTitle"`
	Text          string  `json:"notificationBody"`
	Client        struct {
		Action string `json:"action"`
	} `json:"configurationManagerAction"`
	Account struct {
		Email  string `json:"deviceAccountEmail"`
		Secret struct {
			Password string `json:"password"`
		} `json:"deviceAccount"`
	} `json:"updateWindowsDeviceAccountActionParameter"`
}

var (
	everywhere   = []int{windows, macOS, iPhone, iPad, android, androidOwned, androidKiosk}
	phones       = []int{iPhone, iPad, android, androidOwned, androidKiosk}
	appleDevices = []int{macOS, iPhone, iPad}
	iOS          = []int{iPhone, iPad}
)

// clientActions is beta's configurationManagerActionType.
var clientActions = []string{"refreshMachinePolicy", "refreshUserPolicy", "wakeUpClient", "appEvaluation", "quickScan", "fullScan", "windowsDefenderUpdateSignatures"}

func supervised(v *device) bool { return v.supervised }

// sharedPad tells an iPad that people share: here, one that belongs to nobody.
func sharedPad(v *device) bool { return v.kind == iPad && v.userless }

var remoteTasks = []remoteTask{
	{path: "retire", versions: both, scopes: []string{privileged}, right: "Retire", on: everywhere, names: []string{"removeCompanyData", "retire"}, lasts: 60},
	{path: "wipe", versions: both, scopes: []string{readWrite, privileged}, right: "Wipe", on: everywhere, names: []string{"factoryReset", "wipe"}, lasts: 120},
	{path: "cleanWindowsDevice", versions: both, scopes: []string{privileged}, right: "CleanPC", on: []int{windows}, names: []string{"cleanWindowsDevice"}, lasts: 900, body: func(b *remoteBody) (string, bool) { return "", b.KeepUser != nil }},
	{path: "resetPasscode", versions: both, scopes: []string{privileged}, right: "ResetPasscode", on: phones, kind: "resetPasscodeActionResult", names: []string{"resetPasscode"}, lasts: 10},
	{path: "recoverPasscode", versions: both, scopes: []string{privileged}, right: "ResetPasscode", on: appleDevices, names: []string{"recoverPasscode"}, lasts: 10},
	{path: "remoteLock", versions: both, scopes: []string{privileged}, right: "RemoteLock", on: slices.Concat(phones, []int{macOS}), kind: "remoteLockActionResult", names: []string{"remoteLock"}, lasts: 5},
	{path: "enableLostMode", versions: beta, scopes: []string{privileged}, right: "EnableLostMode", on: iOS, names: []string{"enableLostMode"}, lasts: 5, needs: supervised, body: func(b *remoteBody) (string, bool) { return "", b.Message != nil || b.Phone != nil }},
	{path: "disableLostMode", versions: both, scopes: []string{privileged}, right: "DisableLostMode", on: iOS, names: []string{"disableLostMode"}, lasts: 5, needs: supervised},
	{path: "playLostModeSound", versions: beta, scopes: []string{privileged}, right: "PlayLostModeSound", on: []int{iPhone, iPad, androidOwned, androidKiosk}, names: []string{"playLostModeSound"}, lasts: 5, needs: func(v *device) bool { return !v.platform.apple || v.lost }, body: func(b *remoteBody) (string, bool) { return "", b.Minutes != "" }},
	{path: "locateDevice", versions: both, scopes: []string{privileged}, right: "LocateDevice", on: []int{windows, iPhone, iPad, androidOwned, androidKiosk}, kind: "locateDeviceActionResult", names: []string{"locateDevice"}, lasts: 60, needs: func(v *device) bool { return !v.platform.apple || v.lost }},
	{path: "rebootNow", versions: both, scopes: []string{privileged}, right: "RebootNow", on: []int{windows, macOS, iPhone, iPad, androidOwned, androidKiosk}, names: []string{"rebootNow"}, lasts: 40, needs: func(v *device) bool { return v.kind == windows || !v.platform.apple || v.supervised }},
	{path: "shutDown", versions: both, scopes: []string{privileged}, right: "ShutDown", on: appleDevices, names: []string{"shutDown"}, lasts: 20, needs: supervised},
	{path: "deleteUserFromSharedAppleDevice", versions: both, scopes: []string{privileged}, right: "ManageSharedDeviceUsers", on: iOS, kind: "deleteUserFromSharedAppleDeviceActionResult", names: []string{"deleteUserFromSharedAppleDevice"}, lasts: 20, needs: sharedPad, body: func(b *remoteBody) (string, bool) { return b.Person, b.Person != "" }},
	{path: "logoutSharedAppleDeviceActiveUser", versions: both, scopes: []string{privileged}, right: "ManageSharedDeviceUsers", on: iOS, names: []string{"logoutSharedAppleDeviceActiveUser"}, lasts: 10, needs: sharedPad},
	{path: "bypassActivationLock", versions: both, scopes: []string{privileged}, right: "BypassActivationLock", on: appleDevices, names: []string{"bypassActivationLock"}, lasts: 20, needs: supervised},
	{path: "revokeAppleVppLicenses", versions: beta, scopes: []string{privileged}, right: "RevokeAppleVppLicenses", on: appleDevices, kind: "revokeAppleVppLicensesActionResult", names: []string{"revokeAppleVppLicenses"}, lasts: 30},
	{path: "sendCustomNotificationToCompanyPortal", versions: beta, scopes: []string{readWrite}, right: "CustomNotification", on: []int{iPhone, iPad, android}, body: func(b *remoteBody) (string, bool) {
		return "", b.Title != "" && b.Text != "" && len([]rune(b.Title)) <= 50 && len([]rune(b.Text)) <= 500
	}},
	{path: "triggerConfigurationManagerAction", versions: beta, scopes: []string{privileged}, right: "ConfigurationManagerAction", on: []int{windows}, kind: "configurationManagerActionResult", names: []string{"triggerConfigurationManagerAction", "configurationManagerAction"}, lasts: 120, needs: func(v *device) bool { return v.agent == "configurationManagerClientMdm" }, body: func(b *remoteBody) (string, bool) {
		return "", slices.Contains(clientActions, b.Client.Action)
	}},
	{path: "requestRemoteAssistance", versions: both, scopes: []string{readWrite, "DeviceManagementConfiguration.ReadWrite.All"}, right: "RequestRemoteAssistance", on: everywhere, names: []string{"requestRemoteAssistance"}, lasts: 60},
	{path: "syncDevice", versions: both, scopes: []string{privileged}, right: "SyncDevice", on: everywhere, names: []string{"syncDevice"}, lasts: 20},
	{path: "windowsDefenderScan", versions: both, scopes: []string{privileged}, right: "WindowsDefender", on: []int{windows}, kind: "windowsDefenderScanActionResult", names: []string{"windowsDefenderScan"}, lasts: 1500, body: func(b *remoteBody) (string, bool) {
		if b.QuickScan != nil && !*b.QuickScan {
			return "full", true
		}
		return "quick", b.QuickScan != nil
	}},
	{path: "windowsDefenderUpdateSignatures", versions: both, scopes: []string{privileged}, right: "WindowsDefender", on: []int{windows}, names: []string{"windowsDefenderUpdateSignatures"}, lasts: 240},
	{path: "updateWindowsDeviceAccount", versions: both, scopes: []string{privileged}, right: "UpdateDeviceAccount", on: []int{windows}, names: []string{"updateDeviceAccount", "updateWindowsDeviceAccount"}, lasts: 60, needs: (*device).hub, body: func(b *remoteBody) (string, bool) {
		return "", b.Account.Email != "" && b.Account.Secret.Password != ""
	}},
	{path: "setDeviceName", versions: beta, scopes: []string{privileged}, right: "SetDeviceName", on: everywhere, names: []string{"setDeviceName"}, lasts: 30, needs: func(v *device) bool { return !v.personal }, body: func(b *remoteBody) (string, bool) { return b.Name, b.Name != "" && len(b.Name) <= 63 }},
	{path: "rotateBitLockerKeys", versions: beta, scopes: []string{"DeviceManagementConfiguration.ReadWrite.All", readWrite}, right: "RotateBitLockerKeys", on: []int{windows}, kind: "rotateBitLockerKeysDeviceActionResult", names: []string{"rotateBitLockerKeys"}, lasts: 90, needs: func(v *device) bool { return v.encrypted }},
	{path: "rotateFileVaultKey", versions: beta, scopes: []string{privileged}, right: "RotateFileVaultKey", on: []int{macOS}, names: []string{"rotateFileVaultKey"}, lasts: 60, needs: func(v *device) bool { return v.encrypted }},
}

func remoteOperations() []operation {
	var list []operation
	op := func(method, path string, v versions, scopes []string, right string, h func(*call) error) {
		list = append(list, operation{
			method: method, path: "/deviceManagement/managedDevices/{id}" + path, versions: v, area: intune, allow: same(scopes...),
			roles: []string{"Intune Administrator"}, right: "Microsoft.Intune_" + right, handle: h,
		})
	}
	for _, t := range remoteTasks {
		op(http.MethodPost, "/"+t.path, t.versions, t.scopes, "RemoteTasks_"+t.right, func(c *call) error { return c.order(t) })
	}
	op(http.MethodPost, "/createDeviceLogCollectionRequest", beta, []string{readWrite, "DeviceManagementConfiguration.ReadWrite.All"}, "RemoteTasks_DeviceLogs", (*call).collectLogs)
	op(http.MethodPost, "/logCollectionRequests/{log}/createDownloadUrl", both, []string{"DeviceManagementManagedDevices.Read.All", readWrite}, "RemoteTasks_DeviceLogs", (*call).logDownload)
	op(http.MethodPatch, "", both, []string{readWrite}, "ManagedDevices_Update", (*call).changeDevice)
	op(http.MethodDelete, "", both, []string{readWrite}, "ManagedDevices_Delete", (*call).dropDevice)
	op(http.MethodPut, "/deviceCategory/$ref", both, []string{readWrite}, "ManagedDevices_Update", (*call).categorise)
	return list
}
