package deviceaction

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/tenantry/tenantry/internal/graph"
)

// The delegated permissions that act on devices (Microsoft Graph permissions reference, managedDevice).
const (
	Privileged = "DeviceManagementManagedDevices.PrivilegedOperations.All"
	ReadWrite  = "DeviceManagementManagedDevices.ReadWrite.All"
)

// Kind is one action: how Graph spells it, where it can work, and what happens. Paths, versions and permissions are Microsoft's reference of
// managedDevice; platforms those of "Remote device actions" (learn.microsoft.com).
type Kind struct {
	Name  string // in addresses and the table
	Title string // "Restart"
	Verb  string // on the button of a device's page: "Restart"
	Ask   string // on the button that sends it: "Restart this device"
	Icon  string
	What  string // what will happen, as a sentence
	Right string // the action of an Intune role that is needed

	method  string // empty: POST
	version string // empty: v1.0
	path    string // below the device
	Scope   string // delegated permission
	results []string
	on      []string
	needs   func(Device) string
	body    func(Options) any
	refers  string // collection of what the body points to by its address, with the id in Options.Category

	Form  Form                // what the page asks for besides
	alone func(Device) string // why it is not sent to this device as one of many; may be nil

	Bulk        bool // makes sense for many devices at once
	Halts       bool // destroys nothing, but of many devices at once it passes the brake as well
	Destructive bool // passes the brake before it is sent
	Leaves      bool // the record leaves Intune when it is carried out
	AtOnce      bool // Microsoft's answer is the result: nothing is left to read back
	Untold      bool // nobody says whether what was sent arrived
}

// Form is what an action takes besides the device.
type Form int

const (
	NoForm Form = iota
	ScanForm
	NameForm
	PersonForm
	MessageForm
	NotesForm
	CategoryForm
	OwnerForm
	KeepForm // of a wipe
	CleanForm
	MinutesForm
	NoticeForm
	ClientForm // of Configuration Manager
	AccountForm
)

var (
	anywhere = []string{"Windows", "iOS", "iPadOS", "macOS", "Android"}
	mobile   = []string{"iOS", "iPadOS", "Android"}
	apple    = []string{"iOS", "iPadOS", "macOS"}
	iPads    = []string{"iPadOS"}
	phones   = []string{"iOS", "iPadOS"}
	desktop  = []string{"Windows"}
)

func isApple(d Device) bool { return slices.Contains(apple, d.OS) }

func supervised(d Device) string {
	if isApple(d) && !d.Supervised {
		return "The device is not supervised."
	}
	return ""
}

// mayRestart: Apple's devices must be supervised, and a work profile on somebody's own phone is not the whole phone.
func mayRestart(d Device) string {
	if d.OS == "macOS" {
		return ""
	}
	return owned(d)
}

func owned(d Device) string {
	if d.OS == "Android" && d.Ownership != "company" {
		return "Only the work profile is managed, not the whole device."
	}
	return supervised(d)
}

func company(d Device) string {
	if d.Ownership != "company" {
		return "The device is not recorded as the company’s."
	}
	return ""
}

// coManaged: the client of Configuration Manager is beside Intune's management (managementAgentType).
func coManaged(d Device) string {
	if d.Agent != "configurationManagerClientMdm" && d.Agent != "configurationManagerClientMdmEas" {
		return "Configuration Manager does not manage this device beside Intune."
	}
	return ""
}

// notified: of Android's kinds of enrolment only the work profile on somebody's own phone takes notifications (Intune, "Send custom
// notifications").
func notified(d Device) string {
	if d.OS == "Android" && d.Ownership == "company" {
		return "Android takes notifications only in a work profile on somebody’s own phone."
	}
	return ""
}

func encrypted(d Device) string {
	if !d.Encrypted {
		return "The device is not encrypted, so there is no key to rotate."
	}
	return ""
}

// ownCode: a Mac that is erased opens with a code, which one person chooses and writes down.
func ownCode(d Device) string {
	if d.OS == "macOS" {
		return "A Mac needs an unlock code of its own. Wipe it from its page."
	}
	return ""
}

// hub tells Microsoft's Surface Hubs by their model: v1.0 of managedDevice has no deviceType, which beta calls surfaceHub.
func hub(d Device) string {
	if !strings.Contains(d.Model, "Surface Hub") {
		return "Only a Surface Hub has an account of its own."
	}
	return ""
}

func shared(d Device) string {
	if d.User != "" {
		return "The iPad belongs to one person, so it is not shared."
	}
	return ""
}

// Kinds are all actions, as a device's page lists them: what is asked for most first, what takes a device away last.
var Kinds = []Kind{
	{Name: "sync", Title: "Sync", Verb: "Sync", Ask: "Sync this device", Icon: "arrow_sync", Bulk: true, Right: "SyncDevice", path: "syncDevice", Scope: Privileged, results: []string{"syncDevice"}, on: anywhere,
		What: "The device checks in and takes what waits for it."},
	{Name: "restart", Title: "Restart", Verb: "Restart", Ask: "Restart this device", Icon: "arrow_clockwise", Bulk: true, Right: "RebootNow", path: "rebootNow", Scope: Privileged, results: []string{"rebootNow", "reboot"}, on: append(slices.Clone(anywhere), "ChromeOS"), needs: mayRestart,
		What: "The device restarts within minutes. Whoever uses it may lose what is not saved."},
	{Name: "shut-down", Title: "Shut down", Verb: "Shut down", Ask: "Shut this device down", Icon: "pause", Right: "ShutDown", path: "shutDown", Scope: Privileged, results: []string{"shutDown"}, on: apple, needs: supervised,
		What: "The device switches off. Somebody beside it has to switch it on again."},
	{Name: "lock", Title: "Remote lock", Verb: "Lock", Ask: "Lock this device", Icon: "lock_closed", Bulk: true, Halts: true, Right: "RemoteLock", path: "remoteLock", Scope: Privileged, results: []string{"remoteLock"}, on: append(slices.Clone(apple), "Android"),
		What: "The device locks. A Mac restarts, and opens only with a number that Intune shows; the portal never reads it."},
	{Name: "locate", Title: "Locate", Verb: "Locate", Ask: "Locate this device", Icon: "location", Right: "LocateDevice", path: "locateDevice", Scope: Privileged, results: []string{"locateDevice"}, on: append(slices.Clone(desktop), mobile...), needs: owned,
		What: "The device reports where it is. Intune shows the place; the portal never reads it. An iPhone or iPad answers only in lost mode."},
	{Name: "lost-mode-on", Title: "Lost mode on", Verb: "Turn on", Ask: "Turn lost mode on", Icon: "phone", Right: "EnableLostMode", version: "beta", path: "enableLostMode", Scope: Privileged, results: []string{"enableLostMode"}, on: phones, needs: supervised, Form: MessageForm,
		body: func(o Options) any {
			return map[string]string{"message": o.Message, "phoneNumber": o.Phone, "footer": o.Footer}
		},
		What: "The device locks and shows your message until lost mode is turned off."},
	{Name: "lost-mode-off", Title: "Lost mode off", Verb: "Turn off", Ask: "Turn lost mode off", Icon: "phone", Right: "DisableLostMode", path: "disableLostMode", Scope: Privileged, results: []string{"disableLostMode"}, on: phones, needs: supervised,
		What: "The device can be used again."},
	{Name: "lost-sound", Title: "Lost mode sound", Verb: "Play", Ask: "Play a sound on this device", Icon: "alert", Right: "PlayLostModeSound", version: "beta", path: "playLostModeSound", Scope: Privileged, results: []string{"playLostModeSound"}, on: mobile, needs: owned, Form: MinutesForm,
		body: func(o Options) any { return map[string]string{"durationInMinutes": strconv.Itoa(o.Minutes)} },
		What: "The device sounds until the time is over or somebody beside it stops it. An iPhone or iPad sounds only in lost mode."},
	{Name: "reset-passcode", Title: "Reset passcode", Verb: "Reset", Ask: "Reset the passcode", Icon: "key", Right: "ResetPasscode", path: "resetPasscode", Scope: Privileged, results: []string{"resetPasscode"}, on: mobile,
		What: "An iPhone or iPad loses its passcode. Android gets a new one, which Intune shows; the portal never reads it."},
	{Name: "recover-passcode", Title: "Recover passcode", Verb: "Recover", Ask: "Recover the passcode", Icon: "key", Right: "ResetPasscode", path: "recoverPasscode", Scope: Privileged, results: []string{"recoverPasscode"}, on: apple,
		What: "Intune tries to bring the passcode back, and shows it; the portal never reads it."},
	{Name: "scan", Title: "Defender scan", Verb: "Scan", Ask: "Scan this device", Icon: "shield_checkmark", Bulk: true, Right: "WindowsDefender", path: "windowsDefenderScan", Scope: Privileged, results: []string{"windowsDefenderScan", "quickScan", "fullScan"}, on: desktop, Form: ScanForm,
		body: func(o Options) any { return map[string]bool{"quickScan": !o.Full} },
		What: "Microsoft Defender looks through the device. A full scan takes hours and slows it down."},
	{Name: "update-signatures", Title: "Update Defender", Verb: "Update", Ask: "Update Defender on this device", Icon: "shield_checkmark", Bulk: true, Right: "WindowsDefender", path: "windowsDefenderUpdateSignatures", Scope: Privileged, results: []string{"windowsDefenderUpdateSignatures"}, on: desktop,
		What: "Microsoft Defender fetches what it knows of new malware."},
	{Name: Diagnostics, Title: "Collect diagnostics", Verb: "Collect", Ask: "Collect diagnostics from this device", Icon: "clipboard_task", Right: "DeviceLogs", version: "beta", path: collectLogs, Scope: ReadWrite, results: []string{collectLogs}, on: desktop, needs: company,
		body: func(Options) any {
			return map[string]any{"templateType": map[string]string{"templateType": "predefined"}}
		},
		What: "Windows packs logs and settings, no personal files, and uploads them to Intune, which keeps them for 28 days. Names of people and of the device may be in them."},
	{Name: "client", Title: "Configuration Manager", Verb: "Trigger", Ask: "Trigger Configuration Manager", Icon: "settings", Right: "ConfigurationManagerAction", version: "beta", path: "triggerConfigurationManagerAction", Scope: Privileged, results: []string{"triggerConfigurationManagerAction", "configurationManagerAction"}, on: desktop, needs: coManaged, Form: ClientForm,
		body: func(o Options) any {
			return map[string]any{"configurationManagerAction": map[string]string{"action": o.Client}}
		},
		What: "Intune hands it to the customer’s Configuration Manager, whose client on the device does it."},
	{Name: "rotate-bitlocker", Title: "Rotate BitLocker key", Verb: "Rotate", Ask: "Rotate the BitLocker key", Icon: "key", Bulk: true, Right: "RotateBitLockerKeys", version: "beta", path: "rotateBitLockerKeys", Scope: ReadWrite, results: []string{"rotateBitLockerKeys"}, on: desktop, needs: encrypted,
		What: "The recovery key is replaced; whoever wrote the old one down cannot use it any more."},
	{Name: "rotate-filevault", Title: "Rotate FileVault key", Verb: "Rotate", Ask: "Rotate the FileVault key", Icon: "key", Right: "RotateFileVaultKey", version: "beta", path: "rotateFileVaultKey", Scope: Privileged, results: []string{"rotateFileVaultKey"}, on: []string{"macOS"}, needs: encrypted,
		What: "The recovery key is replaced; whoever wrote the old one down cannot use it any more."},
	{Name: "bypass-activation-lock", Title: "Disable activation lock", Verb: "Disable", Ask: "Disable activation lock", Icon: "key", Right: "BypassActivationLock", path: "bypassActivationLock", Scope: Privileged, results: []string{"bypassActivationLock"}, on: apple, needs: supervised,
		What: "Apple takes the lock off, so that the device can be set up again without the Apple Account of whoever used it."},
	{Name: "revoke-licences", Title: "Revoke App Store licences", Verb: "Revoke", Ask: "Revoke the App Store licences", Icon: "apps", Right: "RevokeAppleVppLicenses", version: "beta", path: "revokeAppleVppLicenses", Scope: Privileged, results: []string{"revokeAppleVppLicenses"}, on: apple,
		What: "The licences that the customer bought from Apple and Intune gave to this device become free for other devices. This alone removes no app."},
	{Name: "notify", Title: "Send a notification", Verb: "Write", Ask: "Send this notification", Icon: "mail", Right: "CustomNotification", version: "beta", path: "sendCustomNotificationToCompanyPortal", Scope: ReadWrite, on: mobile, needs: notified, Form: NoticeForm, AtOnce: true, Untold: true,
		body: func(o Options) any {
			return map[string]string{"notificationTitle": o.Title, "notificationBody": o.Message}
		},
		What: "Company Portal shows your text on the device, where it may. Other apps may read it too."},
	{Name: "remote-assistance", Title: "Request remote assistance", Verb: "Request", Ask: "Request remote assistance", Icon: "people", Right: "RequestRemoteAssistance", path: "requestRemoteAssistance", Scope: ReadWrite, results: []string{"requestRemoteAssistance"}, on: anywhere,
		What: "Intune opens a TeamViewer session, where the customer has connected TeamViewer. Whoever uses the device has to agree."},
	{Name: "delete-user", Title: "Delete a user from a shared iPad", Verb: "Delete", Ask: "Delete a user from this iPad", Icon: "person", Right: "ManageSharedDeviceUsers", path: "deleteUserFromSharedAppleDevice", Scope: Privileged, results: []string{"deleteUserFromSharedAppleDevice"}, on: iPads, needs: shared, Form: PersonForm,
		body: func(o Options) any { return map[string]string{"userPrincipalName": o.Person} },
		What: "What this person kept on the iPad and not in iCloud is lost."},
	{Name: "log-out-user", Title: "Sign out of a shared iPad", Verb: "Sign out", Ask: "Sign the user out of this iPad", Icon: "person", Right: "ManageSharedDeviceUsers", path: "logoutSharedAppleDeviceActiveUser", Scope: Privileged, results: []string{"logoutSharedAppleDeviceActiveUser"}, on: iPads, needs: shared,
		What: "Whoever uses the iPad now is signed out."},
	{Name: "hub-account", Title: "Surface Hub account", Verb: "Change", Ask: "Change the account of this Surface Hub", Icon: "person", Right: "UpdateDeviceAccount", path: "updateWindowsDeviceAccount", Scope: Privileged, results: []string{"updateWindowsDeviceAccount", "updateDeviceAccount"}, on: desktop, needs: hub, Form: AccountForm,
		body: hubAccount,
		What: "The Surface Hub uses this account for its calendar, mail and calls. With a wrong password the room is without them."},
	{Name: "rename", Title: "Rename", Verb: "Rename", Ask: "Rename this device", Icon: "edit", Right: "SetDeviceName", version: "beta", path: "setDeviceName", Scope: Privileged, results: []string{"setDeviceName"}, on: anywhere, needs: company, Form: NameForm,
		body: func(o Options) any { return map[string]string{"deviceName": o.Name} },
		What: "The device takes the name at its next check-in; Windows after its next restart."},
	{Name: "category", Title: "Category", Verb: "Change", Ask: "Change the category", Icon: "tag", Right: "Update", method: http.MethodPut, version: "beta", path: "deviceCategory/$ref", Scope: ReadWrite, Form: CategoryForm, AtOnce: true, refers: "/deviceManagement/deviceCategories/",
		What: "Groups that follow the category change, and with them what the device is given."},
	{Name: "owner", Title: "Ownership", Verb: "Change", Ask: "Change the ownership", Icon: "building", Right: "Update", method: http.MethodPatch, Scope: ReadWrite, Form: OwnerForm, AtOnce: true,
		body: func(o Options) any { return map[string]string{"managedDeviceOwnerType": o.Ownership} },
		What: "As the company’s, Intune shows more of the device: its phone number and all its apps."},
	{Name: "notes", Title: "Notes", Verb: "Write", Ask: "Write the notes", Icon: "document_text", Right: "Update", method: http.MethodPatch, Scope: ReadWrite, Form: NotesForm, AtOnce: true,
		body: func(o Options) any { return map[string]string{"notes": o.Notes} },
		What: "The notes in Intune are replaced. Everybody who sees the device there reads them."},
	{Name: "retire", Title: "Retire", Verb: "Retire", Ask: "Retire 1 device", Icon: "subtract_circle", Bulk: true, Right: "Retire", path: "retire", Scope: Privileged, results: []string{"retire", "removeCompanyData"}, on: anywhere, Destructive: true, Leaves: true,
		What: "Company apps, mail and settings are removed, and the device leaves Intune. Personal files stay."},
	{Name: "clean", Title: "Fresh start", Verb: "Clean", Ask: "Clean 1 device", Icon: "broom", Bulk: true, Right: "CleanPC", path: "cleanWindowsDevice", Scope: Privileged, results: []string{"cleanWindowsDevice"}, on: desktop, Form: CleanForm, Destructive: true,
		body: func(o Options) any { return map[string]bool{"keepUserData": o.KeepUser} },
		What: "Windows is installed anew without the programs that its maker added, and all other programs are lost. The device stays in Intune."},
	{Name: "wipe", Title: "Wipe", Verb: "Wipe", Ask: "Wipe 1 device", Icon: "broom", Bulk: true, alone: ownCode, Right: "Wipe", path: "wipe", Scope: Privileged, results: []string{"wipe", "factoryReset", "factoryResetKeepEnrollmentData"}, on: append(slices.Clone(anywhere), "ChromeOS"), Form: KeepForm, Destructive: true, Leaves: true,
		body: func(o Options) any {
			b := map[string]any{"keepEnrollmentData": o.KeepEnrolment, "keepUserData": o.KeepUser}
			if o.Plan != "" {
				b["persistEsimDataPlan"] = o.Plan == "keep"
			}
			if o.Secret != "" {
				b["macOsUnlockCode"] = o.Secret
			}
			return b
		},
		What: "All files, apps and settings on the device are erased. This cannot be undone."},
	{Name: "delete", Title: "Delete the record", Verb: "Delete", Ask: "Delete 1 record", Icon: "delete", Bulk: true, Right: "Delete", method: http.MethodDelete, Scope: ReadWrite, Destructive: true, Leaves: true, AtOnce: true,
		What: "The record leaves Intune at once. The device keeps its data, and loses what Intune gave it when it checks in next."},
}

// KindOf finds a kind by its name.
func KindOf(name string) (Kind, bool) {
	i := slices.IndexFunc(Kinds, func(k Kind) bool { return k.Name == name })
	if i < 0 {
		return Kind{}, false
	}
	return Kinds[i], true
}

// Action is the right as Intune's roles spell it (resourceOperation).
func (k Kind) Action() string {
	if k.Right == "Update" || k.Right == "Delete" {
		return "Microsoft.Intune_ManagedDevices_" + k.Right
	}
	return "Microsoft.Intune_RemoteTasks_" + k.Right
}

// Title names an action by its kind; one that the portal does not know any more keeps its name.
func Title(name string) string {
	if k, ok := KindOf(name); ok {
		return k.Title
	}
	return name
}

// Label names an action with what was chosen for it.
func Label(name, choice string) string {
	if choice != "" && choice != name {
		return name + " (" + choice + ")"
	}
	return name
}

// elsewhere are agents that manage a device instead of Intune's own management: what Intune sends does not reach it.
var elsewhere = map[string]string{"configurationManagerClient": "Configuration Manager", "jamf": "Jamf", "msSense": "Microsoft Defender for Endpoint", "eas": "Exchange"}

// Offered says why the action cannot work on the device; empty where it can, as far as was read. Whether the person may is not looked at.
func (k Kind) Offered(d Device) string {
	switch by := elsewhere[d.Agent]; {
	case d.Gone:
		return "The device is no longer in Intune."
	case k.on == nil:
		return ""
	case by != "":
		return by + " manages this device, not Intune."
	case d.OS == "":
		return "It is not known which system the device has."
	case !slices.Contains(k.on, d.OS):
		return d.OS + " does not support this."
	case k.needs != nil:
		return k.needs(d)
	}
	return ""
}

// OfferedAmong is Offered for one of many devices.
func (k Kind) OfferedAmong(d Device) string {
	if reason := k.Offered(d); reason != "" || k.alone == nil {
		return reason
	}
	return k.alone(d)
}

// Braked tells that an order for many devices passes the brake.
func (k Kind) Braked() bool { return k.Destructive || k.Halts }

// on are the options as they apply to the device: only Windows keeps what was there, and only an iPhone or iPad a data plan (managedDevice: wipe;
// Intune, "Wipe").
func (o Options) on(d Device) Options {
	if d.OS != "Windows" {
		o.KeepUser, o.KeepEnrolment = false, false
	}
	if !HasPlan(d.OS) {
		o.Plan = ""
	}
	return o
}

// HasPlan tells a system whose data plan a wipe keeps or removes.
func HasPlan(os string) bool { return slices.Contains(phones, os) }

// change is the call to Graph; address gives the full address of a path of Graph's.
func (k Kind) change(deviceID string, o Options, approval string, address func(version, path string) string) graph.Change {
	c := graph.Change{Method: k.method, Version: k.version, Path: "/deviceManagement/managedDevices/" + url.PathEscape(deviceID), Approval: approval, Secret: o.Secret != ""}
	if c.Method == "" {
		c.Method = http.MethodPost
	}
	if k.path != "" {
		c.Path += "/" + k.path
	}
	if k.refers != "" {
		c.Body = map[string]string{"@odata.id": address(k.version, k.refers+url.PathEscape(o.Category))}
	}
	if k.body != nil {
		c.Body = k.body(o)
	}
	return c
}

// names tells a result in deviceActionResults that is this action's. Which spelling a tenant returns is not confirmed, so all are taken.
func (k Kind) names(result string) bool { return slices.Contains(k.results, result) }
