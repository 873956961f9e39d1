package configuration

import (
	"cmp"
	"net/url"
	"strings"

	"github.com/tenantry/tenantry/internal/configuration"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/ui"
)

// The parts that say to whom a policy is given, and what it does about devices that do not comply.

func (v view) assignmentSection() ui.Section {
	s := ui.Section{Title: "Assigned to", Rule: true}
	if !v.Unlisted {
		s.Count = ui.N(int64(len(v.Targets)))
	}
	return s
}

func (v view) assignmentTable() ui.Table {
	t := ui.Table{ID: "assignments", Caption: "Assignments of this policy", Inset: true, Columns: []ui.Column{{Key: "target", Label: "To"}, {Key: "group", Label: "Group", Phone: "line"}, {Key: "filter", Label: "Filter", Phone: "line"}}}
	scheduled := v.policy.Kind == configuration.Remediation
	if scheduled {
		t.Columns = append(t.Columns, ui.Column{Key: "schedule", Label: "Runs", Phone: "line"})
	}
	for _, a := range v.Targets {
		group, filter := ui.DashCell(), ui.DashCell()
		if a.GroupID != "" {
			group = ui.Cell{Text: a.GroupName, Title: a.GroupID, URL: v.m.Path("/configuration") + "?assignedTo=" + url.QueryEscape(a.GroupID)}
		}
		if a.Filter != "" {
			filter = ui.LinkCell(strings.TrimSpace(a.Filter+" "+cmp.Or(a.FilterName, a.FilterID)), policyURL(v.policy.Tenant, a.FilterID))
			if a.FilterName == "" {
				filter.URL = ""
			}
		}
		cells := []ui.Cell{group, filter}
		if scheduled {
			cells = append(cells, ui.TextCell(a.Schedule))
		}
		t.Rows = append(t.Rows, ui.Row{Name: a.TargetName, Cells: cells})
	}
	return t
}

// groupNote says what it takes to know the groups that show by their ids.
func (v view) groupNote() string {
	for _, a := range v.Targets {
		if a.GroupID != "" && a.GroupName == a.GroupID {
			return fresh.GroupsUnread
		}
	}
	return ""
}

func (v view) actionTable() ui.Table {
	t := ui.Table{ID: "actions", Caption: "What happens to devices that do not comply", Inset: true, Columns: []ui.Column{{Key: "action", Label: "Action"}, {Key: "when", Label: "When"}, {Key: "template", Label: "Template", Phone: "line"}, {Key: "cc", Label: "Also to groups", Phone: "line"}}}
	for _, a := range v.Actions {
		template, cc := ui.DashCell(), ui.DashCell()
		if a.TemplateID != "" {
			template = ui.LinkCell(a.TemplateName, policyURL(v.policy.Tenant, a.TemplateID))
			if a.TemplateName == "" {
				template = ui.Cell{Text: "not among the templates that were read", Title: a.TemplateID}
			}
		}
		if len(a.CC) > 0 {
			cc = ui.Cell{Text: strings.Join(a.CCNames, ", "), Title: strings.Join(a.CC, ", ")}
		}
		t.Rows = append(t.Rows, ui.Row{Name: a.TypeName, Cells: []ui.Cell{ui.TextCell(a.When), template, cc}})
	}
	return t
}
