package apps

import (
	"context"
	"net/url"
	"strings"

	"github.com/tenantry/tenantry/internal/app"
	"github.com/tenantry/tenantry/internal/configuration"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/ui"
)

// appPolicy is a policy that is for the app: it protects the app's data, or gives it settings.
type appPolicy struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Kind     string `json:"kind"`
	Platform string `json:"platform"`
	Assigned bool   `json:"assigned"`
	URL      string `json:"url"`
}

var policyWords = map[configuration.Kind]string{configuration.AppProtection: "App protection", configuration.AppConfiguration: "App configuration"}

// policies are those that name the app, by its id in Intune or its package on its platform. unread names what was not read yet, so that none found is no
// proof that there is none.
func (h *Handler) policies(ctx context.Context, m tenant.Membership, a app.App) (found []appPolicy, unread []string, err error) {
	found = []appPolicy{}
	if h.Policies == nil {
		return found, nil, nil
	}
	for _, dataset := range []string{graphsync.AppProtection, graphsync.AppConfigurations} {
		read, err := h.Sync.Freshness(ctx, m.Scope, dataset)
		if err != nil {
			return nil, nil, err
		}
		if read.Read == 0 {
			unread = append(unread, graphsync.Label(dataset))
		}
	}
	keys := []string{configuration.AppKey("", a.ID)}
	if a.Package != "" && len(a.Package) < 190 { // filters take 200
		keys = append(keys, configuration.AppKey(a.Platform, a.Package))
	}
	list, err := h.Policies.List(ctx, m.Scope, configuration.Filter{Kind: configuration.AppPolicies, App: keys, Limit: maxPolicies})
	if err != nil {
		return nil, nil, err
	}
	for _, p := range list.Rows {
		v := appPolicy{p.ID, p.Name, worded(policyWords, p.Kind), p.Platform, p.Assigned, "/t/" + p.Tenant.String() + "/configuration/" + url.PathEscape(p.ID)}
		if v.Name == "" {
			v.Name = "Policy without a name"
		}
		found = append(found, v)
	}
	return found, unread, nil
}

// maxPolicies is how many policies an app's page shows.
const maxPolicies = 100

func (v view) policySection() ui.Section {
	return ui.Section{Title: "Policies for this app", Count: ui.N(int64(len(v.Policies))), Rule: true}
}

func (v view) policyTable() ui.Table {
	t := ui.Table{ID: "policies", Caption: "Policies for this app", Inset: true, Light: true, Columns: []ui.Column{{Key: "name", Label: "Policy"}, {Key: "kind", Label: "Kind", Width: 170}, {Key: "platform", Label: "Platform", Width: 150, Phone: "line"}, {Key: "assigned", Label: "Assigned", Width: 100}}}
	for _, p := range v.Policies {
		t.Rows = append(t.Rows, ui.Row{Name: p.Name, URL: p.URL, Cells: []ui.Cell{ui.TextCell(p.Kind), ui.TextCell(p.Platform), ui.TextCell(map[bool]string{true: "Yes", false: "No"}[p.Assigned])}})
	}
	return t
}

// policyNote says what could not be looked at.
func (v view) policyNote() string {
	if len(v.unread) > 0 {
		return "Not read yet: " + strings.ToLower(strings.Join(v.unread, ", ")) + ". There may be more."
	}
	return ""
}
