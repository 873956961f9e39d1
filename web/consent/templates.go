package consent

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	domain "github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// MountPortal adds the templates that plans of customers follow, which everybody of the staff may read and owners change, and the app
// registrations that customers are asked with, which are the owners'.
func (h *Handler) MountPortal(r page.Router) {
	r.Get("/settings/templates", h.templates)
	r.GetFor("/settings/templates/new", tenant.MaySettings, h.newTemplate)
	r.Post("/settings/templates/new", tenant.MaySettings, h.createTemplate)
	r.Get("/settings/templates/{template}", h.template)
	r.GetFor("/settings/templates/{template}/edit", tenant.MaySettings, h.editTemplate)
	r.Post("/settings/templates/{template}/edit", tenant.MaySettings, h.changeTemplate)
	r.Post("/settings/templates/{template}/delete", tenant.MaySettings, h.deleteTemplate)
	r.GetFor("/settings/registrations", tenant.MaySettings, h.registrations)
	r.GetFor("/settings/registrations/new", tenant.MaySettings, h.newRegistration)
	r.Post("/settings/registrations/new", tenant.MaySettings, h.addRegistration)
	r.GetFor("/settings/registrations/{registration}", tenant.MaySettings, h.registration)
	r.Post("/settings/registrations/{registration}/read", tenant.MaySettings, h.rereadRegistration)
	r.Post("/settings/registrations/{registration}/remove", tenant.MaySettings, h.removeRegistration)
}

// templateRow is one template of the list, and of its JSON twin.
type templateRow struct {
	ID        int64                `json:"id"`
	Name      string               `json:"name"`
	Features  []permission.Feature `json:"features"`
	Followers int64                `json:"customers"` // within the reader's reach
	ChangedAt time.Time            `json:"changed_at"`
	ChangedBy string               `json:"changed_by"`
	URL       string               `json:"url"`

	now time.Time
}

func newTemplateRow(t domain.Template, now time.Time) templateRow {
	return templateRow{ID: t.ID, Name: t.Name, Features: t.Features, Followers: t.Followers, ChangedAt: t.ChangedAt.UTC(), ChangedBy: personOf(t.ChangedBy), URL: templateURL(t.ID), now: now}
}

func templateURL(id int64) string { return "/settings/templates/" + strconv.FormatInt(id, 10) }

var templateSpec = page.Spec{Sorts: []string{"name", "customers", "changed"}, Placeholder: "Name or feature"}

var templateColumns = []page.Column[templateRow]{
	{Key: "name", Label: "Template", Sort: "name", Width: 220, Text: func(r templateRow) string { return r.Name }},
	{Key: "features", Label: "Asks for", Cell: func(r templateRow) ui.Cell { return ui.TextCell(featureNames(r.Features)) }, Text: func(r templateRow) string { return featureNames(r.Features) }},
	{Key: "customers", Label: "Customers", Kind: ui.KindNumber, Sort: "customers", Width: 120, Cell: func(r templateRow) ui.Cell { return ui.NumberCell(r.Followers, r.URL) }, Text: func(r templateRow) string { return strconv.FormatInt(r.Followers, 10) }},
	{Key: "changed", Label: "Changed", Kind: ui.KindTime, Priority: 2, Sort: "changed", Width: 130, Cell: func(r templateRow) ui.Cell { return ui.TimeCell(ui.NewTime(r.ChangedAt, r.now)) }, Text: func(r templateRow) string { return r.ChangedAt.Format(time.RFC3339) }},
	{Key: "by", Label: "Changed by", Exact: true, Text: func(r templateRow) string { return r.ChangedBy }},
}

// settingsCrumbs lead up to the settings, for who may open them.
func settingsCrumbs(m tenant.Membership, more ...ui.Crumb) []ui.Crumb {
	up := ui.Crumb{Text: "Settings"}
	if m.May(tenant.MaySettings) {
		up.URL = "/settings"
	}
	return append([]ui.Crumb{up}, more...)
}

func (h *Handler) templates(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	q, err := templateSpec.Parse(r.URL)
	if err != nil {
		return err
	}
	all, err := h.Consent.Store.Templates(r.Context(), m.Scope)
	if err != nil {
		return err
	}
	var rows []templateRow
	for _, t := range all {
		if row := newTemplateRow(t, h.now()); strings.Contains(strings.ToLower(row.Name+"\n"+featureNames(row.Features)), strings.ToLower(q.Q)) {
			rows = append(rows, row)
		}
	}
	slices.SortStableFunc(rows, func(a, b templateRow) int {
		by := map[string]int{"customers": cmp.Compare(a.Followers, b.Followers), "changed": a.ChangedAt.Compare(b.ChangedAt)}[q.Sort]
		return downwards(q, cmp.Or(by, cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.ID, b.ID)))
	})
	shown, next, err := page.Cut(rows, func(r templateRow) string { return strconv.FormatInt(r.ID, 10) }, q.After, pageSize)
	if err != nil {
		return err
	}
	l := page.List[templateRow]{
		Title: "Consent templates", One: "template", Many: "templates", M: m, Query: q, Spec: templateSpec, Columns: templateColumns, Rows: shown, Count: int64(len(rows)), Next: next,
		URL: func(r templateRow) string { return r.URL }, Context: settingsCrumbs(m), Each: page.AtHand(rows),
		Lead:  "Named sets of features. A customer’s plan follows one, or is its own: that is chosen on the customer’s consent page.",
		Empty: ui.Empty{Kind: ui.EmptyNone, Icon: "checkmark_starburst", Title: "No templates yet", Lines: []string{"A template says what to ask customers of one kind for. Without one, each customer has a plan of its own."}},
	}
	if m.May(tenant.MaySettings) {
		l.Actions = []ui.Action{{Text: "Add template", Icon: "add", Kind: ui.Primary, URL: "/settings/templates/new"}}
	}
	return l.Serve(w, r)
}

// pageSize is how many rows a list of this room shows at once.
const pageSize = 50

func downwards(q page.Query, c int) int {
	if q.Desc {
		return -c
	}
	return c
}

func (h *Handler) findTemplate(r *http.Request, m tenant.Membership) (domain.Template, error) {
	id, err := strconv.ParseInt(chi.URLParam(r, "template"), 10, 64)
	if err != nil || id < 1 {
		return domain.Template{}, errs.NotFound
	}
	return h.Consent.Store.Template(r.Context(), m.Scope, id)
}
