package provisioning

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// Importer serves the page that takes mappings from a file into a job. What it shows of the job is read at Microsoft while somebody looks.
type Importer struct {
	Provisioning *provisioning.Store
	Acts         Mapper
	Explain      Explainer
}

// Mapper reads how jobs map at Microsoft, and changes it in the name of who asks for it; requestID is that of the page.
type Mapper interface {
	Mappings(ctx context.Context, j provisioning.Job) (provisioning.Schema, error)
	TakeMappings(ctx context.Context, by tenant.Person, requestID string, j provisioning.Job, f provisioning.File, shown string) error
}

// Mount adds the page.
func (h *Importer) Mount(r page.Router) {
	r.GetFor("/provisioning/{principal}/mappings/import", tenant.MayAct, h.choose)
	r.Post("/provisioning/{principal}/mappings/import", tenant.MayAct, h.take)
}

// importView is a job or a file that is to be chosen, or what the file would change, and the JSON twin of that.
type importView struct {
	JobID   string         `json:"job_id"`
	Name    string         `json:"name"`
	Tenant  page.TenantRef `json:"tenant"`
	Faults  []string       `json:"faults"`
	Changes []mappedChange `json:"changes"`
	Jobs    []importJob    `json:"jobs,omitempty"` // of which one is to be chosen

	m      tenant.Membership
	app    string // where the application is shown
	url    string // where its mappings are read
	signIn string
	failed *ui.Banner
	file   *provisioning.File
	shown  string
}

// importJob is a job that the application has.
type importJob struct {
	JobID    string `json:"job_id"`
	Template string `json:"template"`
	URL      string `json:"url"` // of the import into it
}

// mappedChange is one thing that would become different.
type mappedChange struct {
	Object string `json:"object"`
	What   string `json:"attribute"`
	Old    string `json:"old"` // empty: it is not mapped
	New    string `json:"new"`
}

func newMappedChanges(of []provisioning.Difference) []mappedChange {
	out := []mappedChange{}
	put := func(object, what, before, after string) {
		if before != after {
			out = append(out, mappedChange{object, what, before, after})
		}
	}
	words := func(a *provisioning.AttributeMapping) string {
		if a == nil {
			return ""
		}
		return mappingWords(*a)
	}
	for _, d := range of {
		if d.Attribute == "" {
			put(d.Object, takes, scopeLine(d.Before.Scope), scopeLine(d.After.Scope))
			put(d.Object, does, flowWords(d.Before), flowWords(d.After))
			continue
		}
		out = append(out, mappedChange{d.Object, d.Attribute, words(d.Old), words(d.New)})
	}
	return out
}

// find is the job that the page is about.
func (h *Importer) find(r *http.Request, m tenant.Membership, job string) (j provisioning.Job, v importView, err error) {
	id, err := page.Param(r, "principal")
	if err != nil || !m.One() {
		return j, v, errs.NotFound
	}
	if j, err = h.Provisioning.Job(r.Context(), m.Tenant.ID, id, job); err != nil {
		return j, v, err
	}
	if !j.GoneAt.IsZero() {
		return j, v, errs.NotFound
	}
	v = newImportView(m, id, j.AppName)
	v.JobID = j.ID
	if page.ChromeOf(r.Context()).SignedIn(m.Tenant.ID) == nil {
		v.signIn = page.SignInAt(m.Tenant.ID, importURL(v.url, j.ID))
	}
	return j, v, nil
}

func newImportView(m tenant.Membership, principal, name string) importView {
	return importView{Name: appName(name), Tenant: page.TenantRef{ID: m.Tenant.ID, Name: m.Tenant.Name()}, Faults: []string{}, Changes: []mappedChange{}, m: m, app: appURL(m.Tenant.ID, principal), url: mappingsURL(m.Tenant.ID, principal)}
}

// importURL is the import into a job, below where the mappings are read.
func importURL(mappings, job string) string {
	return mappings + "/import?" + url.Values{"job": {job}}.Encode()
}

func (h *Importer) choose(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	job := r.URL.Query().Get("job")
	if job == "" {
		return h.whichJob(w, r, m)
	}
	_, v, err := h.find(r, m, job)
	if err != nil {
		return err
	}
	return h.show(w, r, http.StatusOK, v)
}

// whichJob leads to the application's only job, or has one of several chosen.
func (h *Importer) whichJob(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	id, err := page.Param(r, "principal")
	if err != nil || !m.One() {
		return errs.NotFound
	}
	app, err := h.Provisioning.Application(r.Context(), m.Tenant.ID, id)
	if err != nil {
		return err
	}
	found, err := h.Provisioning.Jobs(r.Context(), m.Tenant.ID, id)
	if err != nil {
		return err
	}
	v := newImportView(m, id, app.Name)
	if len(found) == 1 {
		return page.SeeOther(w, r, importURL(v.url, found[0].ID))
	}
	for _, j := range found {
		v.Jobs = append(v.Jobs, importJob{j.ID, j.Template, importURL(v.url, j.ID)})
	}
	return h.show(w, r, http.StatusOK, v)
}

// take shows what the file would change, or changes it once somebody has seen that.
func (h *Importer) take(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	form, err := page.Upload(w, r)
	if err != nil {
		return err
	}
	j, v, err := h.find(r, m, form.Get("job"))
	if err != nil {
		return err
	}
	f, err := provisioning.ReadFile([]byte(form.Get("file")))
	if err != nil {
		return h.refuse(w, r, v, err)
	}
	if form.Get("do") == "take" {
		if err := h.Acts.TakeMappings(r.Context(), m.Person, middleware.RequestID(r.Context()), j, f, form.Get("shown")); err != nil {
			return h.refuse(w, r, v, err)
		}
		return page.Done(w, r, v.url, page.Flash{Kind: "info", Title: "Microsoft changed the mappings, and shows them so.", Text: "Objects that change are mapped so from the next cycle on. Restart the job to have all of them looked at anew."})
	}
	live, err := h.Acts.Mappings(r.Context(), j)
	if err != nil {
		return h.refuse(w, r, v, err)
	}
	p := f.Preview(live)
	v.Faults, v.Changes, v.file, v.shown = append(v.Faults, p.Faults...), newMappedChanges(p.Differences), &f, p.Shown
	if len(p.Faults) > 0 {
		return h.show(w, r, http.StatusUnprocessableEntity, v)
	}
	return h.show(w, r, http.StatusOK, v)
}

// refuse shows why it was not done, with the form to choose another file.
func (h *Importer) refuse(w http.ResponseWriter, r *http.Request, v importView, err error) error {
	sentence, _, ok := errs.Sentence(err)
	if !ok || errors.Is(err, errs.Unauthorised) {
		return err
	}
	v.failed = h.Explain.banner(r, err, importURL(v.url, v.JobID))
	status := page.StatusOf(err)
	if status == http.StatusBadRequest {
		status = http.StatusUnprocessableEntity
	}
	v.Faults = append(v.Faults, sentence)
	return h.show(w, r, status, v)
}

func (h *Importer) show(w http.ResponseWriter, r *http.Request, status int, v importView) error {
	if page.WantsJSON(r) {
		return page.JSON(w, status, v)
	}
	return page.Render(w, r, status, importPage(page.Shell(r, v.m, importTitle), v))
}

// The parts of the page, ready to print.

const importTitle = "Import mappings from a file"

func (v importView) header() ui.PageHeader {
	chip := page.Chip(v.m.Tenant, "")
	return ui.PageHeader{
		Tenant: &chip, Title: importTitle, Lead: "Into the job of " + v.Name + ". The file’s attribute mappings and scoping filters replace the job’s; everything else of the job stays.",
		Context: []ui.Crumb{{Text: "Provisioning", URL: v.m.Path("/provisioning")}, {Text: v.Name + ": mappings", URL: v.url}},
	}
}

// jobTable are the jobs of which one is to be chosen.
func (v importView) jobTable() ui.Table {
	t := ui.Table{ID: "jobs", Caption: "Jobs of the application", Inset: true, Columns: []ui.Column{{Key: "template", Label: "Kind of job", Width: 240}, {Key: "id", Label: "Job id", Kind: ui.KindMono, Phone: "line"}}}
	for _, j := range v.Jobs {
		t.Rows = append(t.Rows, ui.Row{Name: j.Template, URL: j.URL, Cells: []ui.Cell{ui.MonoCell(j.JobID)}})
	}
	return t
}

// hidden carries the file to the form that has it taken.
func (v importView) hidden() ui.Hidden {
	content, _ := json.Marshal(v.file) // it came from JSON
	return ui.Hidden{{Name: "job", Value: v.JobID}, {Name: "file", Value: string(content)}, {Name: "shown", Value: v.shown}}
}

func (v importView) origin() string {
	switch {
	case v.file.Format == "":
		return "The file is a schema as Microsoft gives it out. The job was read just now."
	}
	return "The file is from " + appName(v.file.Application) + " of " + v.file.Customer + ", read " + v.file.ReadAt.Format("2 Jan 2006, 15:04 MST") + ". The job was read just now."
}

func (v importView) table() ui.Table {
	t := ui.Table{ID: "changes", Caption: "What would change", Inset: true, Columns: []ui.Column{
		{Key: "attribute", Label: "Attribute", Width: 220}, {Key: "change", Label: "Change", Kind: ui.KindState, Width: 120}, {Key: "old", Label: "Now", Phone: "line"}, {Key: "new", Label: "Would become", Width: 410, Phone: "line"},
	}}
	for _, c := range v.Changes {
		kind := ui.StateCell(ui.ShapeWarn, "Changed")
		old, now := ui.TextCell(c.Old), ui.TextCell(c.New)
		switch {
		case c.Old == "":
			kind, old = ui.StateCell(ui.ShapeOK, "New"), ui.DashCell()
		case c.New == "":
			kind, now = ui.StateCell(ui.ShapeBad, "Dropped"), ui.DashCell()
		}
		t.Rows = append(t.Rows, ui.Row{Name: c.What, Note: c.Object, Cells: []ui.Cell{kind, old, now}})
	}
	return t
}
