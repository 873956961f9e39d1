package page

import "strings"

// actionWords are the actions of the audit as people read them, after the actor's name.
var actionWords = map[string]string{
	"tenant.added":             "added this customer",
	"consent.link.created":     "created a consent link",
	"consent.link.revoked":     "withdrew a consent link",
	"consent.link.sent":        "sent a consent link by mail",
	"consent.plan.changed":     "changed what this customer is to be asked for",
	"consent.template.created": "added a consent template",
	"consent.template.changed": "changed a consent template",
	"consent.template.deleted": "deleted a consent template",
	"consent.withdrawn":        "took the consent back",
	"tenant.erased":            "deleted the data of this customer",
	"consent.begun":            "went to Microsoft to consent",
	"consent.declined":         "declined",
	"consent.returned":         "came back from Microsoft",
	"consent.read":             "read the permissions from the tenant",
	"consent.unconfirmed":      "waited in vain for Microsoft to confirm the consent",

	"signin":            "signed in",
	"signout":           "signed out",
	"staff.created":     "added a staff member",
	"staff.changed":     "changed a staff member",
	"staff.deleted":     "removed a staff member",
	"sync.requested":    "asked for a read",
	"evidence.exported": "exported the evidence",
	"tenant.tagged":     "changed the tags of this customer",
	"group.created":     "added a group of customers",
	"group.changed":     "changed a group of customers",
	"group.deleted":     "deleted a group of customers",
	"setting.changed":   "changed a setting",
	"review.accepted":   "accepted a finding",
	"review.handed":     "handed a finding over",
	"review.reopened":   "opened a finding again",
	"review.noted":      "wrote a note",
	"review.planned":    "planned the next review",
	"review.signed":     "signed a review off",
	"calendar.created":  "made a calendar address",
	"calendar.revoked":  "ended a calendar address",
	"window.changed":    "changed the maintenance window",

	"registration.added":         "added an app registration to ask customers with",
	"registration.read":          "read the permissions of an app registration",
	"registration.removed":       "removed an app registration",
	"consent.other.found":        "found a consent to another application of the partner’s",
	"consent.other.gone":         "saw a consent to another application of the partner’s end",
	"provisioning.alert.snoozed": "put an alert off",

	"brake.granted":         "was granted a destructive act",
	"brake.asked":           "asked for a second person’s approval",
	"brake.cooling":         "asked for so much at once that it cools off",
	"brake.approved":        "approved a destructive act",
	"brake.refused":         "refused a destructive act",
	"brake.withdrawn":       "withdrew a request",
	"brake.stopped":         "stopped all destructive acts",
	"brake.released":        "released the stop",
	"brake.limits.changed":  "tightened the limits of destructive acts",
	"brake.limits.asked":    "asked to loosen the limits of destructive acts",
	"brake.limits.approved": "approved looser limits of destructive acts",
	"brake.limits.dropped":  "dropped a change of the limits of destructive acts",
}

// attempts are changes at a customer that may fail, or of which Microsoft may not say whether they were done: what was done, and what was tried.
var attempts = map[string][2]string{
	"guest.invited":                  {"invited a guest", "invite a guest"},
	"guest.role.given":               {"gave a guest a directory role", "give a guest a directory role"},
	"guest.role.taken":               {"took a directory role from a guest", "take a directory role from a guest"},
	"guest.licence.given":            {"gave a guest an Intune licence", "give a guest an Intune licence"},
	"guest.country.set":              {"set the country of a guest", "set the country of a guest"},
	"guest.revoked":                  {"deleted a guest account", "delete a guest account"},
	"provisioning.application.added": {"added an application from the gallery", "add an application from the gallery"},
	"provisioning.job.made":          {"made a provisioning job", "make a provisioning job"},
	"provisioning.access.tested":     {"tested the credentials of an application", "test the credentials of an application"},
	"provisioning.access.saved":      {"gave Microsoft the credentials of an application", "give Microsoft the credentials of an application"},
	"provisioning.job.started":       {"started a provisioning job", "start a provisioning job"},
	"provisioning.job.paused":        {"paused a provisioning job", "pause a provisioning job"},
	"provisioning.job.restarted":     {"restarted a provisioning job", "restart a provisioning job"},
	"provisioning.job.deleted":       {"deleted a provisioning job", "delete a provisioning job"},
	"provisioning.mappings.changed":  {"changed the mappings of a provisioning job", "change the mappings of a provisioning job"},
	"incident.assigned":              {"took an incident", "take an incident"},
	"incident.released":              {"let go of an incident", "let go of an incident"},
	"incident.classified":            {"classified an incident", "classify an incident"},
	"incident.commented":             {"commented on an incident", "comment on an incident"},
	"incident.resolved":              {"resolved an incident", "resolve an incident"},
	"incident.reopened":              {"opened an incident again", "open an incident again"},
	"alert.assigned":                 {"took an alert", "take an alert"},
	"alert.released":                 {"let go of an alert", "let go of an alert"},
	"alert.classified":               {"classified an alert", "classify an alert"},
	"alert.commented":                {"commented on an alert", "comment on an alert"},
	"alert.resolved":                 {"resolved an alert", "resolve an alert"},
	"alert.reopened":                 {"opened an alert again", "open an alert again"},
	"gdap.request.made":              {"made a GDAP request", "make a GDAP request"},
	"gdap.request.sent":              {"sent a GDAP request to the customer", "send a GDAP request to the customer"},
	"gdap.extension.set":             {"changed whether a GDAP relationship extends itself", "change whether a GDAP relationship extends itself"},
	"gdap.roles.given":               {"gave a group roles by GDAP", "give a group roles by GDAP"},
	"gdap.ended":                     {"ended a GDAP relationship", "end a GDAP relationship"},
	"guest.group.left":               {"took a guest out of a group", "take a guest out of a group"},
	"hunting.asked":                  {"ran a hunting query", "run a hunting query"},
	"diagnostics.downloaded":         {"downloaded the diagnostics of a device", "download the diagnostics of a device"},
	"provisioning.demanded":          {"provisioned an account on demand", "provision an account on demand"},
}

// deviceWords are actions on devices, as the noun that fits all their steps: asked for, sent, and what became of it.
var deviceWords = map[string]string{
	"sync": "a sync of a device", "restart": "a restart of a device", "shut-down": "a shutdown of a device", "lock": "a lock of a device", "locate": "the place of a device", "lost-mode-on": "lost mode on a device",
	"lost-mode-off": "the end of lost mode on a device", "lost-sound": "a sound on a lost device", "diagnostics": "diagnostics of a device", "client": "work of Configuration Manager on a device", "revoke-licences": "App Store licences to be taken back", "notify": "a notification on a device",
	"reset-passcode": "a reset of a passcode", "recover-passcode": "a passcode to be recovered", "scan": "a scan of a device", "update-signatures": "an update of Defender on a device",
	"rotate-bitlocker": "a new BitLocker key", "rotate-filevault": "a new FileVault key", "bypass-activation-lock": "the end of an activation lock", "remote-assistance": "remote assistance on a device", "delete-user": "a user to be deleted from a shared iPad",
	"log-out-user": "a user to be signed out of a shared iPad", "rename": "another name for a device", "category": "another category for a device", "owner": "another owner of a device", "notes": "other notes on a device",
	"hub-account": "another account for a Surface Hub", "retire": "a retirement of a device", "clean": "a fresh start of a device", "wipe": "a wipe of a device", "delete": "a device to be deleted",
}

// endWords are how an action on a device ended, as the portal saw it.
var endWords = map[string]string{
	"done": "saw that this was done", "failed": "saw that this failed", "cancelled": "saw that this was cancelled", "gone": "saw the device leave before this was answered", "unknown": "did not find out whether this was done",
}

func deviceActionWords(action string) (string, bool) {
	kind, step, _ := strings.Cut(strings.TrimPrefix(action, "device."), ".")
	noun, ok := deviceWords[kind]
	step, ended := strings.CutPrefix(step, "result.")
	switch {
	case !ok || !strings.HasPrefix(action, "device."):
		return "", false
	case ended:
		return endWords[step] + ": " + noun, true
	case step == "asked":
		return "asked for " + noun, true
	case step == "sent":
		return "had Microsoft take the request for " + noun, true
	case step == "sent.unknown":
		return "requested " + noun + ", and Microsoft did not say whether it was done", true
	}
	return "requested " + noun + ", and Microsoft refused", true
}

func attemptWords(action string) (string, bool) {
	base, failed := strings.CutSuffix(action, ".failed")
	base, unsure := strings.CutSuffix(base, ".unknown")
	w, ok := attempts[base]
	switch {
	case !ok:
		return "", false
	case failed:
		return "tried to " + w[1], true
	case unsure:
		return "tried to " + w[1] + ", and Microsoft did not say whether it was done", true
	}
	return w[0], true
}

// ActionWords is an action of the audit in words; one that has none is shown as it is named.
func ActionWords(action string) string {
	if w, ok := actionWords[action]; ok {
		return w
	}
	if w, ok := attemptWords(action); ok {
		return w
	}
	if w, ok := deviceActionWords(action); ok {
		return w
	}
	return strings.ReplaceAll(strings.ReplaceAll(action, ".", " "), "_", " ")
}
