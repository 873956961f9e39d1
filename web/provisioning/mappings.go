package provisioning

import (
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// mappingsView is how the jobs of an application map, and its JSON twin.
type mappingsView struct {
	ID     string         `json:"id"` // of the service principal
	Name   string         `json:"name"`
	Tenant page.TenantRef `json:"tenant"`
	Jobs   []jobMappings  `json:"jobs"`

	m      tenant.Membership
	chrome page.Chrome
	read   graphsync.Freshness
}

// jobMappings is how one job maps; without a time it was not read.
type jobMappings struct {
	JobID    string        `json:"job_id"`
	Template string        `json:"template"`
	Version  string        `json:"version"`
	ReadAt   *time.Time    `json:"read_at"`
	Objects  []objectWords `json:"objects"`

	now time.Time
	url string
}

// objectWords is how objects of one type are mapped, in words.
type objectWords struct {
	Rule       string           `json:"rule"`
	From       string           `json:"source"`
	To         string           `json:"target"`
	Does       string           `json:"does"`
	Enabled    bool             `json:"enabled"`
	Scope      []string         `json:"scope"` // one of them is enough; none: everything that is assigned
	Attributes []attributeWords `json:"attributes"`

	scope string
}

type attributeWords struct {
	Target  string `json:"target"`
	From    string `json:"source"`
	Kind    string `json:"kind"`
	Match   int64  `json:"matching_precedence"` // 0: objects are not matched by it
	When    string `json:"applies"`
	Default string `json:"default"`
}

func newObjectWords(rule provisioning.Rule, o provisioning.ObjectMapping) objectWords {
	w := objectWords{
		Rule: rule.Name, From: rule.From + " " + o.From, To: rule.To + " " + o.To, Does: flowWords(o), Enabled: o.Enabled, Scope: scopeWords(o.Scope), Attributes: []attributeWords{}, scope: scopeLine(o.Scope),
	}
	for _, a := range o.Attributes {
		w.Attributes = append(w.Attributes, attributeWords{a.Target, fromWords(a), kindOf(a), a.Match, whenOf(a), a.Default})
	}
	return w
}

func newJobMappings(s provisioning.Schema, now time.Time) jobMappings {
	j := jobMappings{JobID: s.JobID, Template: s.Template, Version: s.Version, ReadAt: page.Moment(s.ReadAt), Objects: []objectWords{}, now: now, url: mappingsURL(s.Tenant, s.SPID)}
	for _, r := range s.Read() {
		for _, o := range r.Objects {
			j.Objects = append(j.Objects, newObjectWords(r, o))
		}
	}
	return j
}

// mappings shows how each job of an application maps.
func (h *Handler) mappings(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	app, found, err := h.schemas(r, m)
	if err != nil {
		return err
	}
	read, err := h.Sync.Freshness(r.Context(), m.Scope, graphsync.ProvisioningJobs)
	if err != nil {
		return err
	}
	v := newMappingsView(m, app, found, read, page.ChromeOf(r.Context()))
	return page.Answer(w, r, v, mappingsPage(page.Shell(r, m, v.Name+": mappings"), v))
}

func newMappingsView(m tenant.Membership, app provisioning.Application, found []provisioning.Schema, read graphsync.Freshness, c page.Chrome) mappingsView {
	v := mappingsView{ID: app.ID, Name: appName(app.Name), Tenant: page.TenantRef{ID: m.Tenant.ID, Name: m.Tenant.Name()}, Jobs: []jobMappings{}, m: m, chrome: c, read: read}
	for _, s := range found {
		v.Jobs = append(v.Jobs, newJobMappings(s, c.Now))
	}
	return v
}

// schemas are those of the application in the address.
func (h *Handler) schemas(r *http.Request, m tenant.Membership) (app provisioning.Application, found []provisioning.Schema, err error) {
	id, err := page.Param(r, "principal")
	if err != nil || !m.One() {
		return app, nil, errs.NotFound
	}
	if app, err = h.Provisioning.Application(r.Context(), m.Tenant.ID, id); err != nil {
		return app, nil, err
	}
	found, err = h.Provisioning.Schemas(r.Context(), m.Tenant.ID, id)
	return app, found, err
}

// exportMappings hands out the mappings of one job as a file, which can be taken into another job made from the same template.
func (h *Handler) exportMappings(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	app, found, err := h.schemas(r, m)
	if err != nil {
		return err
	}
	for _, s := range found {
		if s.JobID != r.URL.Query().Get("job") {
			continue
		}
		if s.ReadAt.IsZero() {
			return errs.ShowNext(errs.Conflict, "The mappings of this job were not read yet.", "Export them after the next reading of the provisioning jobs.")
		}
		name := strings.Map(func(r rune) rune {
			if r < ' ' || strings.ContainsRune(`/\:*?"<>|`, r) {
				return '-'
			}
			return r
		}, "mappings "+appName(app.Name)+" "+m.Tenant.Name()+".json")
		w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
		return page.JSON(w, http.StatusOK, provisioning.NewFile(s))
	}
	return errs.NotFound
}

// The parts of the page, ready to print.

func (v mappingsView) header() ui.PageHeader {
	chip := page.Chip(v.m.Tenant, "")
	h := ui.PageHeader{
		Tenant: &chip, Context: []ui.Crumb{{Text: "Provisioning", URL: v.m.Path("/provisioning")}, {Text: v.Name, URL: appURL(v.m.Tenant.ID, v.ID)}}, Title: "Mappings of " + v.Name,
		Freshness: fresh.Line(v.read, v.m, v.chrome.Now),
	}
	if len(v.Jobs) > 0 {
		h.Actions = []ui.Action{{Text: "Compare customers", Icon: "options", URL: "/provisioning/mappings?" + url.Values{"app": {v.Jobs[0].Template}}.Encode()}}
	}
	return h
}

// actions are the export of what was read, and for who may act the import.
func (j jobMappings) actions(m tenant.Membership) (a ui.Actions) {
	if j.ReadAt != nil {
		a.Items = append(a.Items, ui.Action{Text: "Export as JSON", Icon: "arrow_download", URL: j.url + "/export?" + url.Values{"job": {j.JobID}}.Encode(), Download: true})
	}
	if m.May(tenant.MayAct) {
		a.Items = append(a.Items, ui.Action{Text: "Import from a file", URL: importURL(j.url, j.JobID)})
	}
	return a
}

func (j jobMappings) section(i int) ui.Section {
	s := ui.Section{Title: "Job", Rule: i > 0, Note: j.Template}
	if i > 0 {
		s.Title = "Job " + ui.N(int64(i+1))
	}
	if j.ReadAt != nil {
		s.AsOf = ui.NewTime(*j.ReadAt, j.now)
	}
	return s
}

func (o objectWords) facts() ui.Facts {
	return ui.Facts{Wide: true, Items: []ui.Fact{
		{Label: "Takes", Value: ui.TextCell(o.scope)}, {Label: "In the target", Value: ui.TextCell(o.Does)}, {Label: "Rule", Value: ui.TextCell(o.Rule)},
	}}
}

func (o objectWords) table() ui.Table {
	t := ui.Table{Caption: "Attributes of " + o.To, Inset: true, Columns: []ui.Column{
		{Key: "target", Label: "Attribute in the target", Width: 240}, {Key: "kind", Label: "Kind", Width: 100}, {Key: "source", Label: "Comes from", Phone: "line"},
		{Key: "match", Label: "Matching", Width: 130, Priority: 2}, {Key: "applies", Label: "Applies", Width: 210, Priority: 2}, {Key: "default", Label: "Where empty", Width: 120, Priority: 2},
	}}
	for _, a := range o.Attributes {
		match, standard := "", ""
		if a.Match > 0 {
			match = "matches " + ordinal(a.Match)
		}
		if a.Default != "" {
			standard = "else " + quote(a.Default)
		}
		from := ui.TextCell(a.From)
		from.Mono = a.Kind != "Constant"
		t.Rows = append(t.Rows, ui.Row{Name: brief(a.Target), Cells: []ui.Cell{ui.TextCell(a.Kind), from, ui.TextCell(match), ui.TextCell(a.When), ui.TextCell(standard)}})
	}
	return t
}
