package roles

import (
	"strings"

	"github.com/tenantry/tenantry/internal/intunerole"
	"github.com/tenantry/tenantry/web/page"
)

// actionWord is a resource action with blanks: Microsoft.Intune_RemoteTasks_Wipe is "Remote tasks: Wipe".
func actionWord(id string) string {
	s := strings.TrimPrefix(strings.TrimPrefix(id, "Microsoft.Intune_"), "Microsoft.Intune/")
	resource, action, ok := strings.Cut(strings.ReplaceAll(s, "/", "_"), "_")
	if !ok {
		return spaced(s)
	}
	return spaced(resource) + ": " + strings.ReplaceAll(spaced(action), "_", " ")
}

func operationWord(o intunerole.Operation) string {
	if o.Resource == "" || o.Action == "" {
		return actionWord(o.ID)
	}
	return spaced(o.Resource) + ": " + spaced(o.Action)
}

// spaced puts blanks before capitals and lowers them: "RebootNow" is "Reboot now".
func spaced(s string) string {
	var b strings.Builder
	for i, r := range s {
		upper := r >= 'A' && r <= 'Z'
		if upper && i > 0 && s[i-1] >= 'a' && s[i-1] <= 'z' {
			b.WriteByte(' ')
			if i+1 < len(s) && s[i+1] >= 'a' && s[i+1] <= 'z' {
				r += 'a' - 'A'
			}
		}
		b.WriteRune(r)
	}
	return b.String()
}

var scopeWords = map[string]string{
	"allDevices": "All devices", "allLicensedUsers": "All users with a licence", "allDevicesAndLicensedUsers": everything, "resourceScope": "Groups",
}

const everything = "All devices and users"

// scopeWord is over whom an assignment holds.
func scopeWord(a intunerole.Assignment) string {
	switch {
	case len(a.Scopes) > 0 && (a.ScopeType == "" || a.ScopeType == "resourceScope"):
		if len(a.Scopes) == 1 {
			return "1 group"
		}
		return plural(len(a.Scopes), "group", "groups")
	case a.ScopeType == "":
		return "Not told by Microsoft Graph"
	}
	if w, ok := scopeWords[a.ScopeType]; ok {
		if a.ScopeType == "resourceScope" {
			return "No group, so nobody"
		}
		return w
	}
	return a.ScopeType
}

// scopeTypeWord is over whom a role holds, without which groups.
func scopeTypeWord(t string) string {
	switch w, ok := scopeWords[t]; {
	case ok:
		return w
	case t == "":
		return "Not told by Microsoft Graph"
	}
	return t
}

var fieldWords = map[string]string{
	"name": "Name", "description": "Description", "allowed": "Permissions", "denied": "Permissions taken away", "gone": "Presence in Intune",
	"assignment": "Assignment", "assignment.name": "Name of the assignment", "assignment.members": "Member groups of", "assignment.scopes": "Scope of",
}

// History has the words of this room's history, for the list of all changes.
var History = page.History{Labels: fieldWords, Said: func(_, v string) string { return short(v) }}
