package consent

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	domain "github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// drift is how what was last read at a customer compares with the template that its plan follows.
type drift string

const (
	driftMissing drift = "missing" // something of the template is not granted
	driftSurplus drift = "surplus" // all of it is, and more
	driftNone    drift = "none"
	driftUnknown drift = "unknown" // nothing was read whole, or the customer is not connected
)

// driftOf is the verdict about one customer.
func driftOf(v permission.Verdict, known bool) drift {
	switch {
	case !known:
		return driftUnknown
	case !v.Complete():
		return driftMissing
	case len(v.Surplus) > 0:
		return driftSurplus
	}
	return driftNone
}

// state is never green for what was read too long ago.
func (d drift) state(late bool) ui.State {
	switch {
	case d == driftUnknown:
		return ui.State{Shape: ui.ShapeUnknown, Text: "Unknown"}
	case d == driftMissing:
		return ui.State{Shape: ui.ShapeWarn, Text: "Something is missing"}
	case late:
		return ui.State{Shape: ui.ShapeStale, Text: "Read too long ago"}
	case d == driftSurplus:
		return ui.State{Shape: ui.ShapePartial, Text: "More than the template"}
	}
	return ui.State{Shape: ui.ShapeOK, Text: "As the template"}
}

// followerRow is one customer that follows a template, and its part of the JSON twin.
type followerRow struct {
	ID      tenant.ID    `json:"tenant_id"`
	Name    string       `json:"name"`
	Link    tenant.State `json:"state"`
	Drift   drift        `json:"drift"`
	Missing []string     `json:"missing"`
	Surplus []string     `json:"surplus"`
	ReadAt  *time.Time   `json:"as_of"` // null: never whole

	tenant tenant.Tenant
	late   bool
	ask    bool // the reader may ask the customer again
	now    time.Time
}

func newFollowerRow(f domain.Follower, t domain.Template, m tenant.Membership, now time.Time) followerRow {
	v, known := f.Drift(t)
	r := followerRow{ID: f.Tenant.ID, Name: f.Tenant.Name(), Link: f.Tenant.State, Drift: driftOf(v, known), Missing: permissionNames(v.Missing), Surplus: permissionNames(v.Surplus), tenant: f.Tenant, now: now}
	if !f.ReadAt.IsZero() {
		at := f.ReadAt.UTC()
		r.ReadAt, r.late = &at, now.Sub(at) > domain.FreshFor
	}
	r.ask = m.May(tenant.MayConsent) && f.Tenant.State != tenant.StateSuspended && (r.Drift == driftMissing || r.Drift == driftUnknown)
	return r
}

func permissionNames(ps []permission.Permission) []string {
	list := []string{}
	for _, p := range ps {
		list = append(list, p.Name)
	}
	return list
}

func (r followerRow) consentPage() string { return "/t/" + r.ID.String() + "/consent" }

var followerSpec = page.Spec{Sorts: []string{"name", "drift", "read"}, Placeholder: "Name of a customer", Tenants: true, Filters: []page.Filter{
	{Name: "drift", Label: "Drift", Options: []page.Option{{Value: string(driftMissing), Label: "Something is missing"}, {Value: string(driftSurplus), Label: "More than the template"}, {Value: string(driftNone), Label: "As the template"}, {Value: string(driftUnknown), Label: "Unknown"}}},
}}

var followerColumns = []page.Column[followerRow]{
	{Key: "name", Label: "Customer", Sort: "name", Width: 240, Text: func(r followerRow) string { return r.Name }},
	{Key: "drift", Label: "Drift", Kind: ui.KindState, Sort: "drift", Width: 210, Cell: func(r followerRow) ui.Cell { s := r.Drift.state(r.late); return ui.Cell{State: &s} }, Text: func(r followerRow) string { return string(r.Drift) }},
	{Key: "missing", Label: "Missing", Cell: func(r followerRow) ui.Cell { return ui.TextCell(strings.Join(r.Missing, ", ")) }, Text: func(r followerRow) string { return strings.Join(r.Missing, ", ") }},
	{Key: "surplus", Label: "Not in the template", Kind: ui.KindNumber, Priority: 2, Width: 150, Cell: func(r followerRow) ui.Cell { return ui.TextCell(ui.N(int64(len(r.Surplus)))) }, Text: func(r followerRow) string { return strings.Join(r.Surplus, ", ") }},
	{Key: "read", Label: "Read", Kind: ui.KindTime, Priority: 2, Sort: "read", Width: 110, Cell: readCell, Text: readText},
	{Key: "ask", Label: "Ask", Width: 110, Cell: askCell, Text: func(followerRow) string { return "" }},
}

func readCell(r followerRow) ui.Cell {
	if r.ReadAt == nil {
		return ui.QuietCell("never")
	}
	return ui.TimeCell(ui.NewTime(*r.ReadAt, r.now))
}

func readText(r followerRow) string {
	if r.ReadAt == nil {
		return ""
	}
	return r.ReadAt.Format(time.RFC3339)
}

// askCell leads to the form for a new link, which begins with what the template asks for.
func askCell(r followerRow) ui.Cell {
	if !r.ask {
		return ui.TextCell("")
	}
	text := "Ask again"
	if r.ReadAt == nil {
		text = "Ask"
	}
	return ui.ViewCell(ui.Action{Text: text, Small: true, URL: r.consentPage() + "#new-link"})
}

// template is one template with the customers that follow it, and what each of them lacks.
func (h *Handler) template(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	t, err := h.findTemplate(r, m)
	if err != nil {
		return err
	}
	q, err := followerSpec.Parse(r.URL)
	if err != nil {
		return err
	}
	rows, err := h.followers(r, m, t)
	if err != nil {
		return err
	}
	found := slices.DeleteFunc(rows, func(f followerRow) bool {
		return len(q.Values["drift"]) > 0 && !slices.Contains(q.Values["drift"], string(f.Drift)) || !strings.Contains(strings.ToLower(f.Name), strings.ToLower(q.Q))
	})
	sortFollowers(found, q)
	shown, next, err := page.Cut(found, func(f followerRow) string { return f.ID.String() }, q.After, pageSize)
	if err != nil {
		return err
	}
	l := page.List[followerRow]{
		Title: t.Name, One: "customer", Many: "customers", Caption: "Customers that follow the template", M: m, Query: q, Spec: followerSpec, Columns: followerColumns, Rows: shown, Count: int64(len(found)), Next: next,
		URL: followerRow.consentPage, Mark: func(f followerRow) *ui.TenantChip { c := page.Chip(f.tenant, ""); return &c }, Each: page.AtHand(found),
		Lead:    "What its customers have granted, at the last complete reading of each. Microsoft’s list comes as a whole, so most hold more than was planned.",
		Context: settingsCrumbs(m, ui.Crumb{Text: "Consent templates", URL: "/settings/templates"}), Above: newTemplateRow(t, h.now()).facts(),
		Empty: ui.Empty{Kind: ui.EmptyNone, Icon: "building_multiple", Title: "No customer follows it yet", Lines: []string{"Choose the template on the consent page of a customer."}},
	}
	if m.May(tenant.MaySettings) {
		l.Actions = []ui.Action{{Text: "Change template", Icon: "edit", URL: templateURL(t.ID) + "/edit"}}
	}
	return l.Serve(w, r)
}

func (h *Handler) followers(r *http.Request, m tenant.Membership, t domain.Template) ([]followerRow, error) {
	all, err := h.Consent.Store.Followers(r.Context(), m.Scope, t.ID)
	rows := make([]followerRow, 0, len(all))
	for _, f := range all {
		rows = append(rows, newFollowerRow(f, t, m, h.now()))
	}
	return rows, err
}

// driftOrder puts first what needs a person.
var driftOrder = []drift{driftMissing, driftUnknown, driftSurplus, driftNone}

func sortFollowers(rows []followerRow, q page.Query) {
	read := func(f followerRow) int64 {
		if f.ReadAt == nil {
			return 0
		}
		return f.ReadAt.UnixNano()
	}
	slices.SortFunc(rows, func(a, b followerRow) int {
		by := 0
		switch q.Sort {
		case "drift":
			by = cmp.Compare(slices.Index(driftOrder, a.Drift), slices.Index(driftOrder, b.Drift))
		case "read":
			by = cmp.Compare(read(a), read(b))
		}
		return downwards(q, cmp.Or(by, cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.ID.String(), b.ID.String())))
	})
}

func (r templateRow) facts() ui.Facts {
	return ui.Facts{Items: []ui.Fact{
		{Label: "Asks for", Value: ui.TextCell(featureNames(r.Features))}, {Label: "Permissions", Value: ui.TextCell(r.permissions())},
		{Label: "Changed", Value: ui.TimeCell(ui.NewTime(r.ChangedAt, r.now)), Note: r.ChangedBy},
	}}
}

// permissions says how much the features need.
func (r templateRow) permissions() string {
	application, delegated := permission.Plan(r.Features)
	return strconv.Itoa(len(application)) + " application, " + strconv.Itoa(len(delegated)) + " delegated"
}
