package apps

import (
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/ui"
)

// part is one of the lists below /apps.
type part string

const (
	partApps      part = "/apps"
	partCatalogue part = "/apps/catalogue"
	partInstalls  part = "/apps/installs"
	partDetected  part = "/apps/detected"

	// of the room of policies: people look for them here too
	partProtection    part = "/configuration/app-protection"
	partConfiguration part = "/configuration/app-configuration"
)

// tabs lead from list to list.
func tabs(m tenant.Membership, current part) ui.Tabs {
	t := ui.Tabs{Label: "Lists of apps"}
	for _, p := range []struct {
		part part
		text string
	}{{partApps, "Apps"}, {partCatalogue, "Catalogue"}, {partInstalls, "Installations"}, {partDetected, "Detected apps"}, {partProtection, "App protection"}, {partConfiguration, "App configuration"}} {
		if p.part == partCatalogue && m.One() {
			continue // one row for each app over all tenants
		}
		t.Items = append(t.Items, ui.Tab{Text: p.text, URL: m.Path(string(p.part)), Current: p.part == current})
	}
	return t
}
