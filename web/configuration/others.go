package configuration

import (
	"strings"

	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
)

// The lists of what only helps policies: assignment filters, scope tags and notification templates.

func filterSpec(m tenant.Membership) page.Spec {
	return withCustomer(m, page.Spec{
		Sorts: []string{"name", "platform", "modified"}, Columns: []string{"platform", "modified"}, Default: []string{"platform", "modified"}, Placeholder: "Name, description",
		Filters: []page.Filter{{Name: "platform", Label: "Platform", Options: platforms}, gone},
	})
}

func tagSpec(m tenant.Membership) page.Spec {
	return withCustomer(m, page.Spec{
		Sorts: []string{"name", "assignments"}, Columns: []string{"assigned"}, Default: []string{"assigned"}, Placeholder: "Name, description", Filters: []page.Filter{gone},
	})
}

func tagColumns(m tenant.Membership) []column {
	cs := append(head(m, "Scope tag"), named(plain("assigned", "Given to groups", "assignments", 1, 160, row.assignedText)))
	return append(cs, exactColumns...)
}

func templateSpec(m tenant.Membership) page.Spec {
	return withCustomer(m, page.Spec{
		Sorts: []string{"name", "modified"}, Columns: []string{"languages", "modified"}, Default: []string{"languages", "modified"}, Placeholder: "Name", Filters: []page.Filter{gone},
	})
}

func templateColumns(m tenant.Membership) []column {
	cs := append(head(m, "Template"), plain("languages", "Languages, the default first", "", 1, 320, func(r row) string { return strings.Join(r.Languages, ", ") }), modifiedColumn)
	return append(cs, exactColumns...)
}

func filterColumns(m tenant.Membership) []column {
	cs := append(head(m, "Filter"), plain("platform", "Platform", "platform", 1, 140, func(r row) string { return r.Platform }), modifiedColumn)
	return append(cs, exactColumns...)
}
