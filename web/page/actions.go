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
	"guest.invited":            "invited a guest",
	"guest.invited.failed":     "tried to invite a guest",
	"guest.invited.unknown":    "tried to invite a guest, and Microsoft did not say whether it was done",
	"guest.role.given.unknown": "tried to give a guest a directory role, and Microsoft did not say whether it was done",
	"guest.role.given":         "gave a guest a directory role",
	"guest.role.given.failed":  "tried to give a guest a directory role",

	"guest.role.taken":            "took a directory role from a guest",
	"guest.role.taken.failed":     "tried to take a directory role from a guest",
	"guest.role.taken.unknown":    "tried to take a directory role from a guest, and Microsoft did not say whether it was done",
	"guest.licence.given":         "gave a guest an Intune licence",
	"guest.licence.given.failed":  "tried to give a guest an Intune licence",
	"guest.licence.given.unknown": "tried to give a guest an Intune licence, and Microsoft did not say whether it was done",
	"guest.country.set":           "set the country of a guest",
	"guest.country.set.failed":    "tried to set the country of a guest",
	"guest.country.set.unknown":   "tried to set the country of a guest, and Microsoft did not say whether it was done",
	"guest.revoked":               "deleted a guest account",
	"guest.revoked.failed":        "tried to delete a guest account",
	"guest.revoked.unknown":       "tried to delete a guest account, and Microsoft did not say whether it was done",

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
}

// ActionWords is an action of the audit in words; one that has none is shown as it is named.
func ActionWords(action string) string {
	if w, ok := actionWords[action]; ok {
		return w
	}
	return strings.ReplaceAll(strings.ReplaceAll(action, ".", " "), "_", " ")
}
