package provisioning

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// setupView is a set-up at the step that is next, and its JSON twin.
type setupView struct {
	ID        string         `json:"id"` // of the service principal
	Name      string         `json:"name"`
	Tenant    page.TenantRef `json:"tenant"`
	StepName  string         `json:"step"`
	Gone      bool           `json:"gone"`
	Templates []string       `json:"templates"`
	Fields    []string       `json:"credential_fields"`
	Jobs      []job          `json:"jobs"`
	URL       string         `json:"url"`

	m      tenant.Membership
	chrome page.Chrome
	state  provisioning.State
	step   provisioning.SetupStep
	signIn string
	failed *ui.Banner
	faults page.Faults
	keep   bool // offers to save without a test, which failed
	unread bool // Microsoft could not be asked, so that failed is all there is
}

// waits is how many seconds the page waits before it looks again for something that is under way.
const waits = 5

func (h *Wizard) setup(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	s, err := h.find(r, m)
	if err != nil {
		return err
	}
	v, err := h.look(r, m, s)
	if err != nil {
		return h.unread(w, r, m, s, err)
	}
	return h.showSetup(w, r, http.StatusOK, v)
}

// unread shows the set-up of which Microsoft did not tell how far it is.
func (h *Wizard) unread(w http.ResponseWriter, r *http.Request, m tenant.Membership, s provisioning.Setup, err error) error {
	if _, _, told := errs.Sentence(err); !told || page.WantsJSON(r) {
		return err
	}
	v := newSetupView(m, provisioning.State{Setup: s}, page.ChromeOf(r.Context()))
	v.unread, v.failed = true, h.Explain.banner(r, err, v.URL)
	v.failed.Kind, v.failed.Title, v.failed.Text = "unknown", "How far the set-up is could not be read.", join(v.failed.Title, v.failed.Text)
	return h.showSetup(w, r, page.StatusOf(err), v)
}

// find is the set-up of the address.
func (h *Wizard) find(r *http.Request, m tenant.Membership) (provisioning.Setup, error) {
	id, err := page.Param(r, "principal")
	if err != nil || !m.One() {
		return provisioning.Setup{}, errs.NotFound
	}
	return h.Provisioning.Setup(r.Context(), m.Tenant.ID, id)
}

// look reads at Microsoft how far the set-up is.
func (h *Wizard) look(r *http.Request, m tenant.Membership, s provisioning.Setup) (v setupView, err error) {
	st, err := h.Acts.Look(r.Context(), s)
	if err != nil {
		return v, err
	}
	v = newSetupView(m, st, page.ChromeOf(r.Context()))
	if r.URL.Query().Get("step") == "access" && st.Job != nil {
		v.at(provisioning.NeedsAccess)
	}
	return v, nil
}

func newSetupView(m tenant.Membership, st provisioning.State, c page.Chrome) setupView {
	v := setupView{
		ID: st.Setup.SPID, Name: appName(st.Setup.Name), Tenant: page.TenantRef{ID: m.Tenant.ID, Name: m.Tenant.Name()}, Gone: st.Gone(c.Now), Templates: []string{}, Fields: slices.Concat([]string{}, st.Fields()), Jobs: []job{},
		URL: setupURL(m, st.Setup.SPID), m: m, chrome: c, state: st, faults: page.Faults{},
	}
	v.at(st.Step())
	for _, t := range st.Templates {
		v.Templates = append(v.Templates, t.ID)
	}
	if st.Job != nil {
		v.Jobs = append(v.Jobs, newJob(*st.Job, newRower(nil, c.Now)(*st.Job), m.Tenant.Name()))
	}
	if c.SignedIn(m.Tenant.ID) == nil {
		v.signIn = page.SignInAt(m.Tenant.ID, v.URL)
	}
	return v
}

func (v *setupView) at(step provisioning.SetupStep) {
	v.step, v.StepName = step, strings.ToLower(provisioning.StepNames[step])
}

func (h *Wizard) showSetup(w http.ResponseWriter, r *http.Request, status int, v setupView) error {
	if page.WantsJSON(r) {
		return page.JSON(w, status, v)
	}
	shell := page.Shell(r, v.m, "Set up "+v.Name)
	if v.failed == nil && (v.step == provisioning.Appearing && !v.Gone || v.step == provisioning.Watching) {
		shell.Refresh = waits
	}
	return page.Render(w, r, status, setupPage(shell, v))
}

// take does the step that the form asks for. What fails shows on the page of the step that Microsoft then tells.
func (h *Wizard) take(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	s, err := h.find(r, m)
	if err != nil {
		return err
	}
	form, err := page.Form(w, r)
	if err != nil {
		return err
	}
	v, err := h.look(r, m, s)
	if err != nil {
		return h.unread(w, r, m, s, err)
	}
	said, err := h.do(r, &v, form)
	switch _, _, ok := errs.Sentence(err); {
	case len(v.faults) > 0:
		return h.showSetup(w, r, http.StatusUnprocessableEntity, v)
	case err != nil && (!ok || errors.Is(err, errs.Unauthorised)):
		return err
	case err != nil:
		return h.failed(w, r, v, err)
	}
	return page.Done(w, r, v.URL, said)
}

// failed shows what went wrong, on the step that is next by now.
func (h *Wizard) failed(w http.ResponseWriter, r *http.Request, was setupView, err error) error {
	now, read := h.look(r, was.m, was.state.Setup)
	if read != nil { // what is left is what was true before
		now = was
		now.at(was.state.Step())
	}
	if was.step == provisioning.NeedsAccess && now.state.Job != nil {
		now.at(was.step)
		now.keep = was.keep
	}
	now.failed = h.Explain.banner(r, provisioning.InStep(was.step, err), now.URL)
	status := page.StatusOf(err)
	if status == http.StatusBadRequest {
		status = http.StatusUnprocessableEntity
	}
	return h.showSetup(w, r, status, now)
}

func (h *Wizard) do(r *http.Request, v *setupView, form url.Values) (said page.Flash, err error) {
	ctx, by, id, s := r.Context(), v.m.Person, middleware.RequestID(r.Context()), v.state.Setup
	what := form.Get("do")
	if !v.state.Found {
		return said, errs.ShowNext(errs.Conflict, "Microsoft’s directory does not find the application, so nothing was done.", "Somebody deleted it, or it is so new that it is not found everywhere yet. Look again in a minute.")
	}
	if what == "job" {
		template := form.Get("template")
		if !slices.Contains(v.Templates, template) {
			v.faults.Add("template", "Choose one of the templates.")
			return said, nil
		}
		v.at(provisioning.NeedsJob) // whatever else was done meanwhile
		return page.Flash{Kind: "info", Title: "Microsoft made the job."}, h.Acts.MakeJob(ctx, by, id, s, template)
	}
	if v.state.Job == nil {
		return said, errs.ShowNext(errs.Conflict, "The application has no job.", "Make it first.")
	}
	job := v.state.Job.ID
	switch what {
	case "test", "save", "keep":
		v.at(provisioning.NeedsAccess)
		return h.access(r, v, what, form)
	case "again":
		return page.Flash{Kind: "info", Title: "The application let Microsoft in with the saved credentials."}, h.Acts.Test(ctx, by, id, s, job, nil)
	case "start":
		v.at(provisioning.NeedsStart)
		if err := h.Acts.Start(ctx, by, id, s, job); err != nil {
			return said, err
		}
		return page.Flash{Kind: "info", Title: "Microsoft started the job.", Text: h.readBack(r, v.m)}, nil
	}
	return said, errs.Show(errs.Invalid, "The form asks for something that this page does not do.")
}

// readBack asks for a read of the jobs, and says when they will show it.
func (h *Wizard) readBack(r *http.Request, m tenant.Membership) string {
	if _, err := h.Sync.RequestNow(r.Context(), m.Scope, graphsync.ProvisioningJobs); err != nil {
		return "The list of jobs shows it after its next read."
	}
	return "The jobs are being read now, and the list shows it once they were."
}

// The parts of the page, ready to print.

func stepsLine(now provisioning.SetupStep) ui.StepsLine {
	var line ui.StepsLine
	for i, name := range provisioning.StepNames {
		it := ui.StepsItem{Text: name, Shape: ui.ShapeTodo, Current: i == int(now)}
		switch {
		case i < int(now):
			it.Shape = ui.ShapeOK
		case it.Current:
			it.Shape = ui.ShapePending
		}
		line = append(line, it)
	}
	return line
}

// lead says of a job that works where its figures come from.
func (v setupView) lead() string {
	if v.step == provisioning.Watching {
		return "Read at Microsoft just now. The page looks again by itself."
	}
	return ""
}

func (v setupView) later() ui.Action {
	return ui.Action{Text: "Go on later", URL: v.m.Path("/provisioning/new"), Kind: ui.Quiet}
}

func (v setupView) templateChoice() ui.Choice {
	c := ui.Choice{Name: "template", Legend: "Kind of job", Error: v.faults["template"]}
	for i, t := range v.state.Templates {
		c.Options = append(c.Options, ui.Option{Value: t.ID, Label: t.ID, Hint: t.Description, Selected: t.Default || i == 0})
	}
	return c
}

func (v setupView) watchActions() []ui.Action {
	return []ui.Action{{Text: "Open the application", URL: appURL(v.m.Tenant.ID, v.ID)}, {Text: "Replace the credentials", URL: v.URL + "?step=access"}, {Text: "All jobs", URL: v.m.Path("/provisioning"), Kind: ui.Quiet}}
}
