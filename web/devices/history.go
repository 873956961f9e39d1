package devices

import (
	"maps"

	"github.com/tenantry/tenantry/web/page"
)

// The words of this room's histories, for the list of all changes.
var (
	History           = page.History{Labels: fieldLabels, Other: fieldLabel, Said: said}
	ProtectionHistory = page.History{Labels: fieldLabels, Other: fieldLabel, Said: saidOfProtection}
	CategoryHistory   = page.History{Labels: map[string]string{"name": categoryLabel("name"), "description": categoryLabel("description")}, Said: said}
	MalwareHistory    = page.History{Labels: alsoLabelled(malwareLabels, "name", "category"), Said: saidOfMalware}
	AutopilotHistory  = page.History{Labels: alsoLabelled(machineLabels, "name", "manufacturer", "model", "device_account", "friendly_name"), Said: saidOfMachine}
)

// alsoLabelled are labels, with those of fields that are called as of a device.
func alsoLabelled(labels map[string]string, fields ...string) map[string]string {
	out := maps.Clone(labels)
	for _, f := range fields {
		out[f] = fieldLabel(f)
	}
	return out
}
