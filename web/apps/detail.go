package apps

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/app"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/group"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

func (h *Handler) show(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	if !m.One() {
		return errs.NotFound // an app is only ever shown inside its tenant
	}
	id, err := page.Param(r, "app")
	if err != nil {
		return err
	}
	ctx := r.Context()
	a, err := h.Apps.Get(ctx, m.Tenant.ID, id)
	if err != nil {
		return err
	}
	assigned, err := h.Apps.Assignments(ctx, m.Tenant.ID, id)
	if err != nil {
		return err
	}
	read, err := h.Sync.Freshness(ctx, m.Scope, graphsync.Apps)
	if err != nil {
		return err
	}
	changes, err := h.Apps.Changes(ctx, m.Tenant.ID, id, maxChanges)
	if err != nil {
		return err
	}
	groups, err := h.Groups.Find(ctx, m.Scope, groupsOf(m.Tenant.ID, assigned))
	if err != nil {
		return err
	}
	v := newView(m, a, assigned, groups, changes, read, page.ChromeOf(ctx).Now)
	if v.Installs, err = h.installation(ctx, m, id); err != nil {
		return err
	}
	if v.Policies, v.unread, err = h.policies(ctx, m, a); err != nil {
		return err
	}
	return page.Answer(w, r, v, appPage(page.Shell(r, m, v.Name), v))
}

// view is what an app's page shows, and its JSON twin.
type view struct {
	row
	AsOf        *time.Time   `json:"as_of"`
	Description string       `json:"description"`
	Facts       []fact       `json:"facts"`
	Targets     []assignment `json:"assigned_to"`
	Changes     []change     `json:"changes"`
	Installs    installation `json:"installations"`
	Policies    []appPolicy  `json:"policies"`

	m      tenant.Membership
	fresh  ui.Freshness
	read   graphsync.Freshness
	unread []string // datasets of policies

	createdAt, firstSeenAt time.Time
}

type fact struct {
	Label string `json:"label"`
	Value string `json:"value"`
	mono  bool
}

// assignment is one target of the app in words.
type assignment struct {
	Intent     string `json:"intent"`
	IntentName string `json:"intent_name"`
	Target     string `json:"target"`
	TargetName string `json:"target_name"`
	GroupID    string `json:"group_id,omitempty"`
	GroupName  string `json:"group_name,omitempty"` // its id where the name is not known
	Filter     string `json:"filter,omitempty"`
	FilterID   string `json:"filter_id,omitempty"`
}

// groupsOf are the groups that an app is assigned to or kept from.
func groupsOf(tid tenant.ID, assigned []app.Assignment) (refs []group.Ref) {
	for _, a := range assigned {
		if a.GroupID != "" {
			refs = append(refs, group.Ref{Tenant: tid, ID: a.GroupID})
		}
	}
	return refs
}

func newView(m tenant.Membership, a app.App, assigned []app.Assignment, groups map[group.Ref]group.Group, changes []app.Change, read graphsync.Freshness, now time.Time) view {
	v := view{
		row: newRower(now)(a), AsOf: page.Moment(read.AsOf), Description: strings.TrimSpace(a.Description), Facts: newFacts(a), Targets: []assignment{}, Changes: newChanges(changes),
		m: m, fresh: fresh.Line(read, m, now), read: read, createdAt: a.CreatedAt, firstSeenAt: a.FirstSeenAt,
	}
	for _, s := range assigned {
		v.Targets = append(v.Targets, assignment{
			Intent: s.Intent, IntentName: worded(intentWords, s.Intent), Target: s.Target, TargetName: worded(targetWords, s.Target), GroupID: s.GroupID,
			GroupName: group.Called(groups, group.Ref{Tenant: m.Tenant.ID, ID: s.GroupID}),
			Filter:    filterWord(s), FilterID: s.FilterID,
		})
	}
	return v
}

func filterWord(s app.Assignment) string {
	if s.FilterID == "" || s.FilterType == "none" {
		return ""
	}
	return worded(filterWords, s.FilterType)
}

// newFacts are what Intune says about the app; what it left empty is left out.
func newFacts(a app.App) []fact {
	all := []fact{
		{"Publisher", a.Publisher, false}, {"Version", a.Version, true}, {"Platform", a.Platform, false}, {"Publishing", worded(stateWords, a.State), false},
		{"Package", a.Package, true}, {"File", a.FileName, true}, {"Size", size(a.Size), false}, {"Licences", licences(a), false},
		{"Minimum system", a.MinimumOS, false}, {"Architectures", a.Architectures, false}, {"Installs as", a.RunAs, false},
		{"Install command", a.InstallCommand, true}, {"Uninstall command", a.UninstallCommand, true},
		{"Owner", a.Owner, false}, {"Developer", a.Developer, false}, {"Notes", a.Notes, false}, {"Store page", a.StoreURL, true},
		{"Information", a.InfoURL, true}, {"Privacy statement", a.PrivacyURL, true}, {"Created", date(a.CreatedAt), false}, {"Changed", date(a.ModifiedAt), false},
		{"Intune app id", a.ID, true},
	}
	kept := []fact{}
	for _, f := range all {
		if strings.TrimSpace(f.Value) != "" {
			kept = append(kept, f)
		}
	}
	return kept
}

// size is in units of 1000, with one decimal below 10: "2.4 MB".
func size(n int64) string {
	switch {
	case n <= 0:
		return ""
	case n < 1000:
		return ui.Count(n, "byte", "bytes")
	}
	value, units := float64(n), []string{"kB", "MB", "GB", "TB"}
	unit := ""
	for _, u := range units {
		unit, value = u, value/1000
		if value < 1000 {
			break
		}
	}
	if value < 10 {
		return trim(value) + " " + unit
	}
	return ui.N(int64(value+0.5)) + " " + unit
}

func licences(a app.App) string {
	if a.LicencesUsed < 0 || a.LicencesTotal <= 0 {
		return ""
	}
	return ui.N(a.LicencesUsed) + " of " + ui.N(a.LicencesTotal) + " used"
}

func date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2 Jan 2006, 15:04") + " UTC"
}

// The parts of the page, ready to print.

func (v view) header() ui.PageHeader {
	chip := page.Chip(v.m.Tenant, "")
	h := ui.PageHeader{Tenant: &chip, Context: []ui.Crumb{{Text: "Apps", URL: v.m.Path("/apps")}}, Title: v.Name, Freshness: v.fresh}
	if v.State != "" && v.State != "published" {
		h.Pills = append(h.Pills, ui.State{Shape: ui.ShapePending, Text: worded(stateWords, v.State)})
	}
	return h
}

func (v view) banner() *ui.Banner {
	if v.GoneAt != nil {
		return &ui.Banner{
			Kind: "unknown", Shape: ui.ShapeNone, Title: "This app is no longer in Intune.",
			Text: "The complete reading of " + ui.NewTime(*v.GoneAt, v.now).Title + " did not have it any more. The page shows what was read before.",
		}
	}
	if v.read.Late > 0 {
		return &ui.Banner{Kind: "unknown", Title: "You see the state of " + v.fresh.AsOf.Text + ".", Text: strings.TrimSpace(v.read.Error.Sentence + " The last complete reading is older than its target."), ActionText: "Show the sync", ActionURL: fresh.SyncURL(v.m, v.read.Dataset)}
	}
	return nil
}

func (v view) headFacts() ui.Facts {
	return ui.Facts{Wide: true, Items: []ui.Fact{
		{Label: "Type", Value: ui.TextCell(v.TypeName)},
		{Label: "Publisher", Value: ui.TextCell(v.Publisher)},
		{Label: "Version", Value: ui.TextCell(v.Version)},
		{Label: "Assigned", Value: ui.TextCell(v.assignedText())},
	}}
}

func (v view) assignmentSection() ui.Section {
	return ui.Section{Title: "Assigned to", Count: ui.N(int64(len(v.Targets))), AsOf: v.fresh.AsOf, Late: v.read.Late > 0}
}

func (v view) assignmentTable() ui.Table {
	t := ui.Table{ID: "assignments", Caption: "Assignments of this app", Inset: true, Columns: []ui.Column{
		{Key: "target", Label: "To"}, {Key: "intent", Label: "Intent", Width: 200}, {Key: "group", Label: "Group", Phone: "line"}, {Key: "filter", Label: "Filter", Phone: "line"},
	}}
	for _, a := range v.Targets {
		to := ui.DashCell()
		if a.GroupID != "" {
			to = ui.Cell{Text: a.GroupName, Title: a.GroupID}
		}
		filter := ui.DashCell()
		if a.Filter != "" {
			filter = ui.Cell{Text: a.Filter, Title: a.FilterID}
		}
		t.Rows = append(t.Rows, ui.Row{Name: a.TargetName, Cells: []ui.Cell{ui.TextCell(a.IntentName), to, filter}})
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

func (v view) factList() ui.Facts {
	var f ui.Facts
	for _, it := range v.Facts {
		value := ui.TextCell(it.Value)
		if it.mono {
			value = ui.MonoCell(it.Value)
		}
		f.Items = append(f.Items, ui.Fact{Label: it.Label, Value: value})
	}
	return f
}

func (v view) categoryLinks() []ui.Link {
	var links []ui.Link
	for _, c := range v.Categories {
		links = append(links, ui.Link{Text: c, URL: v.m.Path("/apps") + "?category=" + url.QueryEscape(c)})
	}
	return links
}

func section(title string, rule bool) ui.Section { return ui.Section{Title: title, Rule: rule} }
