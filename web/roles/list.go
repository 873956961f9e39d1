package roles

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/intunerole"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

var yesNo = []page.Option{{Value: "true", Label: "Yes"}, {Value: "false", Label: "No"}}

// canFilter offers what roles can allow. Where nothing was read yet, the wipe is known all the same.
func canFilter(ops []intunerole.Operation) page.Filter {
	f := page.Filter{Name: "can", Label: "Allows", Options: []page.Option{}}
	wipe := false
	for _, o := range ops {
		f.Options = append(f.Options, page.Option{Value: o.ID, Label: operationWord(o)})
		wipe = wipe || o.ID == intunerole.Wipe
	}
	if !wipe {
		f.Options = append(f.Options, page.Option{Value: intunerole.Wipe, Label: actionWord(intunerole.Wipe)})
	}
	return f
}

func newSpec(m tenant.Membership, ops []intunerole.Operation) page.Spec {
	return withCustomer(m, page.Spec{
		Sorts: []string{"name", "assignments", "actions"}, Columns: []string{"kind", "assigned", "actions", "wipe", "description"}, Default: []string{"kind", "assigned", "actions", "wipe", "description"},
		Placeholder: "Name, description",
		Filters: []page.Filter{
			canFilter(ops), {Name: "builtIn", Label: "Built in", Options: yesNo}, {Name: "assigned", Label: "Assigned", Options: yesNo},
			{Name: "gone", Label: "Removed", Options: []page.Option{{Value: "true", Label: "no longer in Intune"}}},
		},
	})
}

func withCustomer(m tenant.Membership, s page.Spec) page.Spec {
	if !m.One() {
		s.Sorts, s.Columns, s.Default = append(s.Sorts, "customer"), append(s.Columns, "customer"), append(s.Default, "customer")
		s.Filters = append(s.Filters, page.ByCustomer)
	}
	return s
}

func newFilter(q page.Query) (f intunerole.Filter, err error) {
	f = intunerole.Filter{Q: q.Q, Can: q.Values["can"], BuiltIn: truth(q, "builtIn"), Assigned: truth(q, "assigned"), Gone: q.Get("gone") == "true", Sort: q.Sort, Desc: q.Desc, After: q.After, Limit: pageSize}
	f.Tenants, err = q.Customers()
	return f, err
}

func truth(q page.Query, name string) *bool {
	v := q.Values[name]
	if len(v) != 1 { // both values choose nothing
		return nil
	}
	b := v[0] == "true"
	return &b
}

// row is one role of a list.
type row struct {
	ID          string         `json:"id"`
	Name        string         `json:"name"`
	Tenant      page.TenantRef `json:"tenant"`
	Description string         `json:"description"`
	BuiltIn     bool           `json:"built_in"`
	Assignments int            `json:"assignments"`
	Actions     int            `json:"actions"` // how many it allows
	CanWipe     bool           `json:"can_wipe"`
	GoneAt      *time.Time     `json:"gone_at,omitempty"`
	URL         string         `json:"url"`
}

func newRower(now time.Time) func(intunerole.Role) row {
	return func(x intunerole.Role) row {
		r := row{
			ID: x.ID, Name: x.Name, Tenant: page.TenantRef{ID: x.Tenant, Name: x.TenantName}, Description: strings.TrimSpace(x.Description), BuiltIn: x.BuiltIn, Assignments: x.Assignments,
			Actions: len(x.Allowed), CanWipe: has(x.Allowed, intunerole.Wipe), GoneAt: page.Moment(x.GoneAt), URL: roleURL(x.Tenant, x.ID),
		}
		if r.Name == "" {
			r.Name = "Role without a name"
		}
		return r
	}
}

func has(list []string, v string) bool {
	for _, x := range list {
		if x == v {
			return true
		}
	}
	return false
}

func roleURL(tid tenant.ID, id string) string {
	return "/t/" + tid.String() + "/roles/" + url.PathEscape(id)
}

func (r row) kind() string {
	if r.BuiltIn {
		return builtIn
	}
	return "Custom"
}

const builtIn = "Built in"

func (r row) wipe() string {
	if r.CanWipe {
		return "Yes"
	}
	return "No"
}

func plain[R any](key, label, sort string, priority, width int, get func(R) string) page.Column[R] {
	return page.Column[R]{Key: key, Label: label, Sort: sort, Priority: priority, Width: width, Text: get, Cell: func(r R) ui.Cell { return ui.TextCell(get(r)) }}
}

func number(key, label, sort string, priority int, get func(row) int) page.Column[row] {
	return page.Column[row]{Key: key, Label: label, Kind: ui.KindNumber, Sort: sort, Priority: priority, Width: 110, Text: func(r row) string { return strconv.Itoa(get(r)) },
		Cell: func(r row) ui.Cell { return ui.Cell{Text: ui.N(int64(get(r)))} }}
}

// onPhone is the column at another place on a phone, wrapped one that cuts no text, and usually one whose usual value a phone leaves out.
func onPhone[R any](place string, c page.Column[R]) page.Column[R] { c.Phone = place; return c }

func wrapped[R any](c page.Column[R]) page.Column[R] { c.Wrap = true; return c }

func columns(m tenant.Membership) []page.Column[row] {
	cs := []page.Column[row]{{Key: "name", Label: "Role", Sort: "name", Text: func(r row) string { return r.Name }}}
	if !m.One() {
		cs = append(cs, page.CustomerColumn(170, func(r row) page.TenantRef { return r.Tenant }))
	}
	return append(cs,
		onPhone("right", plain("kind", "Kind", "", 1, 90, row.kind)).Usually(builtIn),
		number("assigned", "Assignments", "assignments", 1, func(r row) int { return r.Assignments }),
		number("actions", "Permissions", "actions", 2, func(r row) int { return r.Actions }),
		onPhone("named", plain("wipe", "Can wipe", "", 1, 100, row.wipe)).Usually("No"),
		plain("description", "Description", "", 3, 0, func(r row) string { return r.Description }),
		page.Column[row]{Key: "id", Label: "Role id", Exact: true, Text: func(r row) string { return r.ID }},
		page.Column[row]{Key: "tenant", Label: "Tenant id", Exact: true, Text: func(r row) string { return r.Tenant.ID.String() }},
	)
}
