package incidents

import (
	"slices"
	"strings"

	"github.com/tenantry/tenantry/internal/incident"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// customerColumn says of each row whose it is.
const customerColumn = "Customer"

// merge puts the rows of all customers below one another. Columns that one of them lacks are empty there.
func (r *result) merge(all []incident.Outcome, name func(tenant.ID) string) {
	r.Columns = []incident.Column{{Name: customerColumn, Type: "String"}}
	for _, o := range all {
		for _, c := range o.Found.Columns {
			if r.place(c.Name) < 0 {
				r.Columns = append(r.Columns, c)
			}
		}
	}
	for _, o := range all {
		at := make([]int, len(o.Found.Columns))
		for i, c := range o.Found.Columns {
			at[i] = r.place(c.Name)
		}
		for _, row := range o.Found.Rows {
			line := make([]string, len(r.Columns))
			line[0] = name(o.Tenant)
			for i, v := range row {
				line[at[i]] = v
			}
			r.Rows = append(r.Rows, line)
		}
		r.Older, r.Full = r.Older || o.Found.Older, r.Full || o.Rows >= incident.MostRows
	}
	r.Count = len(r.Rows)
}

// place is where a column of the answers stands, after the customer's.
func (r *result) place(name string) int {
	i := slices.IndexFunc(r.Columns[1:], func(c incident.Column) bool { return c.Name == name })
	if i < 0 {
		return i
	}
	return i + 1
}

// file is what was found as a file. A customer that gave nothing because it failed has a line that says so, lest the file look whole.
func (v severalView) file(m tenant.Membership, format string) page.List[[]string] {
	f := incident.Found{Columns: slices.Clone(v.result.Columns), Rows: v.result.Rows}
	for _, o := range v.outcomes {
		if o.State == "found" && o.Rows == o.kept {
			continue
		}
		if len(f.Columns) == len(v.result.Columns) {
			f.Columns = append(f.Columns, incident.Column{Name: "Not in this file", Type: "String"})
			for i, row := range f.Rows {
				f.Rows[i] = append(row, "")
			}
		}
		line := make([]string, len(f.Columns))
		line[0], line[len(line)-1] = o.Customer.Name, o.Said
		f.Rows = append(f.Rows, line)
	}
	return resultList(m, f, format)
}

// severalTwin is the page as JSON.
type severalTwin struct {
	huntTwin
	Customers []outcome `json:"customers"`
}

func (v severalView) twin() severalTwin {
	t := severalTwin{huntTwin: v.huntView.twin(), Customers: v.outcomes}
	if !v.answered() {
		t.Result = nil
	}
	if t.Customers == nil {
		t.Customers = []outcome{}
	}
	return t
}

// The parts of the page, ready to print.

func (v severalView) header() ui.PageHeader {
	return ui.PageHeader{
		Context: []ui.Crumb{{Text: "Incidents", URL: v.m.Path("/incidents")}}, Title: huntTitle,
		Lead: "The same query at several customers, run at Microsoft as you. Each customer’s evidence page says that you asked; what was found is kept nowhere.",
	}
}

// customers are the choice: those where the person is signed in, and those that were chosen before.
func (v severalView) customers() ui.Choice {
	c := ui.Choice{Name: "customer", Legend: "Customers", Many: true, Error: v.faults["customer"], Hint: "At most 20. You ask where you are signed in."}
	for _, t := range v.all {
		s, chosen := v.chrome.SignedIn(t.ID), slices.Contains(v.chosen, t.ID)
		switch {
		case s != nil:
			c.Options = append(c.Options, ui.Option{Value: t.ID.String(), Label: t.Name(), Hint: v.hint(t, s.As), Selected: chosen})
		case chosen:
			c.Options = append(c.Options, ui.Option{Value: t.ID.String(), Label: t.Name(), Hint: "You are not signed in there; the query is kept.", Selected: true})
		}
	}
	return c
}

func (v severalView) hint(t tenant.Tenant, as string) string {
	if said := v.lacks[t.ID]; said != "" {
		return "As " + as + ". " + t.Name() + said
	}
	return "As " + as
}

func (v severalView) runs() ui.Actions {
	if len(v.customers().Options) == 0 {
		return ui.Actions{Note: "You are signed in at no customer. Sign in below at those that you want to ask, and come back here."}
	}
	return ui.Actions{
		Items: []ui.Action{{Text: "Run", Icon: "play", Kind: ui.Primary}, {Text: "Run into a CSV file", Name: "format", Value: "csv"}, {Text: "Run into an Excel file", Name: "format", Value: "xlsx"}},
		Note:  "Takes up to two minutes. Each customer has its own limit of 45 queries a minute; the first 10,000 rows of each are kept.",
	}
}

// answered tells that at least one customer gave an answer: else nothing is known of what there is.
func (v severalView) answered() bool {
	return slices.ContainsFunc(v.outcomes, func(o outcome) bool { return o.State == "found" })
}

func (v severalView) outcomeSection() ui.Section {
	s := ui.Section{ID: "outcomes", Title: "By customer", Count: ui.N(int64(len(v.chosen))), Rule: true, Focus: true}
	var awaited []string
	for _, id := range v.chosen {
		if v.chrome.SignedIn(id) != nil {
			awaited = append(awaited, v.tenant(id).Name())
		}
	}
	if v.coming != nil && len(awaited) > 0 {
		s.Lead = "Asked: " + strings.Join(awaited, ", ") + ". Each stands below as soon as Microsoft has answered for it, at most two minutes after you asked. The result follows once all have."
	}
	return s
}

func (v severalView) outcomeTable() ui.Table {
	t := ui.Table{ID: "by-customer", Caption: "What came of the query at each customer", Inset: true, Columns: []ui.Column{
		{Key: "customer", Label: "Customer", Width: 260}, {Key: "state", Label: "State", Kind: ui.KindState, Width: 170}, {Key: "said", Label: "What happened", Phone: "line"}, {Key: "next", Label: "Next", Width: 130, Phone: "line"},
	}}
	for _, o := range v.outcomes {
		t.Rows = append(t.Rows, o.row())
	}
	if v.coming != nil {
		t.Coming = func(yield func(ui.Row) bool) {
			v.coming(func(o outcome) bool { return yield(o.row()) })
		}
	}
	return t
}

func (o outcome) row() ui.Row {
	state := ui.State{Shape: ui.ShapeOK, Text: "Answered"}
	switch o.State {
	case "failed":
		state = ui.State{Shape: ui.ShapeBad, Text: "No answer"}
	case "not_signed_in":
		state = ui.State{Shape: ui.ShapeUnknown, Text: "Not asked"}
	}
	return ui.Row{Name: o.Customer.Name, URL: "/t/" + o.Customer.ID.String() + huntPath, Cells: []ui.Cell{{State: &state}, ui.TextCell(o.Said), o.why}}
}

// mostOthers is how many customers are offered for a sign-in; the switcher finds the rest.
const mostOthers = 100

// others are customers where the person is not signed in, each with the way to it and back.
func (v severalView) others() (summary string, t ui.Table) {
	t = ui.Table{ID: "others", Caption: "Customers where you are not signed in", Inset: true, Light: true, Columns: []ui.Column{{Key: "customer", Label: "Customer", Width: 260}, {Key: "next", Label: "Sign in", Phone: "line"}}}
	n := 0
	for _, other := range v.all {
		if v.chrome.SignedIn(other.ID) != nil || slices.Contains(v.chosen, other.ID) || other.Home {
			continue
		}
		if n++; n <= mostOthers {
			t.Rows = append(t.Rows, ui.Row{Name: other.Name(), Cells: []ui.Cell{ui.LinkCell("Sign in there", page.SignInAt(other.ID, v.here(other.ID)))}})
		}
	}
	summary = ui.Count(int64(n), "other customer", "other customers") + ", where you are not signed in"
	if n > mostOthers {
		summary += " (the first 100)"
	}
	return summary, t
}
