package configuration

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/app"
	"github.com/tenantry/tenantry/internal/configuration"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// The lists of policies for apps, and what their pages show beyond other policies: apps, and users reached.

var (
	protection = family{
		"App protection", "/configuration/app-protection", graphsync.AppProtection,
		fresh.Noun{One: "policy", Many: "policies", Whole: "app protection policies in Intune", Icon: "apps"}, []configuration.Kind{configuration.AppProtection}, "",
	}
	appConfigurations = family{
		"App configuration", "/configuration/app-configuration", graphsync.AppConfigurations,
		fresh.Noun{One: "policy", Many: "policies", Whole: "app configurations in Intune", Icon: "apps"}, []configuration.Kind{configuration.AppConfiguration}, "",
	}
)

// protectionTypes and configurationTypes are Graph's types in the words of the Intune admin centre.
var (
	protectionTypes = map[string]string{
		"iosManagedAppProtection": "iOS/iPadOS app protection", "androidManagedAppProtection": "Android app protection", "windowsManagedAppProtection": "Windows app protection",
		configuration.DefaultProtection: "Default app protection", "mdmWindowsInformationProtectionPolicy": "Windows Information Protection (enrolled)",
		"windowsInformationProtectionPolicy": "Windows Information Protection (not enrolled)", "managedAppPolicy": "App protection policy",
	}
	configurationTypes = map[string]string{
		"iosMobileAppConfiguration": "Managed devices, iOS/iPadOS", "androidManagedStoreAppConfiguration": "Managed devices, Android Enterprise", "androidForWorkMobileAppConfiguration": "Managed devices, Android for Work",
		"targetedManagedAppConfiguration": "Managed apps", "managedDeviceMobileAppConfiguration": "Managed devices",
	}
)

func appSpec(m tenant.Membership, fam family, types []page.Option) page.Spec {
	s := page.Spec{
		Sorts: []string{"name", "type", "platform", "modified", "assignments"}, Columns: []string{"type", "platform", "apps", "assigned", "users", "modified", "settings"},
		Default: []string{"type", "platform", "apps", "assigned", "users", "modified"}, Placeholder: "Name, description",
		Filters: []page.Filter{
			{Name: "platform", Label: "Platform", Options: platforms}, {Name: "type", Label: "Type", Options: types}, {Name: "assigned", Label: "Assigned", Options: []page.Option{{Value: "true", Label: "Yes"}, {Value: "false", Label: "No"}}},
			{Name: "target", Label: "Target", Options: wordOptions(targetWords)}, {Name: "app", Label: "App id"}, gone,
		},
	}
	if fam.path == appConfigurations.path {
		s.Sorts = append(s.Sorts, "errors")
		s.Columns, s.Default = append(s.Columns, "usersFailed", "succeeded", "errors", "pending"), []string{"type", "apps", "assigned", "users", "errors", "modified"}
	}
	return withCustomer(m, s)
}

func appColumns(m tenant.Membership, fam family) []column {
	cs := append(head(m, "Policy"),
		plain("type", "Type", "type", 1, 190, func(r row) string { return r.TypeName }),
		atRight(plain("platform", "Platform", "platform", 2, 90, func(r row) string { return r.Platform })),
		column{Key: "apps", Label: "Apps", Kind: ui.KindNumber, Priority: 2, Width: 70, Text: row.appsText, Cell: func(r row) ui.Cell { return unknownCell(r.appsText()) }},
		column{Key: "assigned", Label: "Assigned", Sort: "assignments", Priority: 1, Width: 85, Phone: "named", Text: row.assignedText, Cell: func(r row) ui.Cell { return unknownCell(r.assignedText()) }},
		countedOf("users", "Users", "", 2, "", row.usersReached),
	)
	if fam.path == appConfigurations.path {
		failed := countedOf("usersFailed", "Users failed", "", 3, "bad", row.usersFailed)
		failed.Width = 110
		cs = append(cs, failed, counted("succeeded", "Succeeded", "", 3, "", func(s status) int64 { return s.Succeeded }), counted("errors", "Failed", "errors", 2, "bad", func(s status) int64 { return s.Failed + s.Errors }),
			counted("pending", "Pending", "", 3, "", func(s status) int64 { return s.Pending }))
	}
	return append(append(cs, modifiedColumn, plain("settings", "Settings", "", 3, 90, func(r row) string { return strconv.Itoa(r.Settings) })), exactColumns...)
}

// informationProtection tells the types that Graph gives no apps of their own.
func informationProtection(typ string) bool {
	return strings.HasSuffix(typ, "InformationProtectionPolicy")
}

// unknownCell sets what was not read apart from what is known.
func unknownCell(text string) ui.Cell {
	switch text {
	case "":
		return ui.DashCell()
	case unknown:
		return ui.UnknownCell("")
	}
	return ui.TextCell(text)
}

func (r row) appsText() string {
	switch {
	case r.Unlisted:
		return unknown
	case informationProtection(r.Type):
		return "" // names its apps among its settings
	}
	return strconv.Itoa(len(r.Apps))
}

// usersReached are the users that have the policy in an app, or on a device; nil: Intune gives no count.
func (r row) usersReached() *int64 {
	switch {
	case r.Deployed != nil:
		return &r.Deployed.Users
	case r.UserStatus != nil:
		return &r.UserStatus.Succeeded
	}
	return nil
}

// usersFailed are the users whose devices did not take the settings; nil: Intune gives no count.
func (r row) usersFailed() *int64 {
	if r.UserStatus == nil {
		return nil
	}
	n := r.UserStatus.Failed + r.UserStatus.Errors
	return &n
}

// deployed is how many users a policy for apps has reached, as Intune counts them.
type deployed struct {
	Users int64      `json:"users"`
	At    *time.Time `json:"counted_at"`
}

// targetApp is an app that the policy is for. Name and URL are of the tenant's app with that identifier, where it has one.
type targetApp struct {
	ID       string `json:"id"`
	Platform string `json:"platform"`
	Name     string `json:"name,omitempty"`
	URL      string `json:"url,omitempty"`
	Users    *int64 `json:"users,omitempty"`
}

// targetApps names the apps of a policy.
func (h *Handler) targetApps(ctx context.Context, tid tenant.ID, p configuration.Policy, doc configuration.Document) ([]targetApp, error) {
	known := map[string]app.Known{}
	if h.Apps != nil && len(p.Apps) > 0 {
		var err error
		if known, err = h.Apps.Known(ctx, tid, p.Apps); err != nil {
			return nil, err
		}
	}
	out := []targetApp{}
	for _, a := range doc.Apps {
		t := targetApp{ID: a.ID, Platform: a.Platform}
		if k, ok := known[configuration.AppKey(a.Platform, a.ID)]; ok {
			t.Name, t.URL = k.Name, "/t/"+tid.String()+"/apps/"+url.PathEscape(k.ID)
		} else if a.Platform == "" {
			t.Name = "Not among the apps that were read"
		}
		if p.Deployment != nil {
			for _, u := range p.Deployment.Apps {
				if strings.EqualFold(u.ID, a.ID) {
					t.Users = &u.Users
				}
			}
		}
		out = append(out, t)
	}
	return out, nil
}

func (v view) forApps() bool {
	return v.policy.Kind == configuration.AppProtection || v.policy.Kind == configuration.AppConfiguration
}

func (v view) usersSection() ui.Section {
	s := ui.Section{Title: "Users"}
	var at *time.Time
	switch {
	case v.Deployed != nil:
		at = v.Deployed.At
	case v.UserStatus != nil:
		s.AsOf, at = v.fresh.AsOf, v.UserStatus.At
	}
	if at != nil {
		s.Note, s.AsOf = "counted by Intune", ui.NewTime(*at, v.now)
	}
	return s
}

func (v view) usersSentence() string {
	if v.Deployed == nil {
		return "Unknown. Microsoft Graph gave no count of users for this policy."
	}
	return ui.Count(v.Deployed.Users, "user has", "users have") + " received the policy in an app."
}

func (v view) appSection() ui.Section {
	s := ui.Section{Title: "Apps it is for", Rule: true}
	if !v.Unlisted {
		s.Count = ui.N(int64(len(v.TargetApps)))
	}
	return s
}

// noApps is the sentence where no app is named.
func (v view) noApps() string {
	if v.Unlisted {
		return "Unknown. Microsoft Graph lists this policy, but not the apps that it is for."
	}
	if informationProtection(v.Type) {
		return "Windows Information Protection names its apps among its settings."
	}
	return "The policy names no app."
}

// nobody is the sentence where no assignment is named.
func (v view) nobody() string {
	switch {
	case v.Unlisted:
		return "Unknown. Microsoft Graph lists this policy, but not whom it is assigned to."
	case v.Type == configuration.DefaultProtection:
		return "The policy holds for everybody whom no other app protection policy is assigned to."
	case v.forApps():
		return "The policy is assigned to nobody, so it reaches no app."
	}
	return "The policy is assigned to nobody, so it reaches no device."
}

func (v view) appTable() ui.Table {
	t := ui.Table{ID: "apps", Caption: "Apps that this policy is for", Inset: true, Light: true, Columns: []ui.Column{
		{Key: "app", Label: "App"}, {Key: "platform", Label: "Platform", Width: 120}, {Key: "id", Label: "Identifier", Kind: ui.KindMono, Phone: "line"},
	}}
	counted := slices.ContainsFunc(v.TargetApps, func(a targetApp) bool { return a.Users != nil })
	if counted {
		t.Columns = append(t.Columns, ui.Column{Key: "users", Label: "Users", Kind: ui.KindNumber, Width: 90, Priority: 3})
	}
	for _, a := range v.TargetApps[:min(len(v.TargetApps), maxSettings)] {
		name, users, platform := a.Name, ui.DashCell(), ui.DashCell()
		if name == "" {
			name = a.ID
		}
		if a.Users != nil {
			users = ui.Cell{Text: ui.N(*a.Users)}
		}
		if a.Platform != "" {
			platform = ui.TextCell(a.Platform)
		}
		cells := []ui.Cell{platform, ui.MonoCell(a.ID)}
		if counted {
			cells = append(cells, users)
		}
		t.Rows = append(t.Rows, ui.Row{Name: name, URL: a.URL, Cells: cells})
	}
	return t
}
