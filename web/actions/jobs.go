package actions

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/tenantry/tenantry/internal/brake"
	"github.com/tenantry/tenantry/internal/deviceaction"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// Runner steers jobs of many actions.
type Runner interface {
	Start(ctx context.Context, by tenant.Person, requestID string, scope tenant.Scope, job int64) error
	Stop(ctx context.Context, by tenant.Person, requestID string, scope tenant.Scope, job int64) error
	Again(ctx context.Context, by tenant.Person, requestID string, scope tenant.Scope, job int64) error
}

// Requests finds what a job asked of the brake; errs.NotFound where the scope does not see all of its customers.
type Requests interface {
	Get(ctx context.Context, scope tenant.Scope, id int64) (brake.Approval, error)
}

// MountPortal adds the pages of jobs, which are over all tenants.
func (h *Handler) MountPortal(r page.Router) {
	r.Get("/actions/jobs/{job}", h.job)
	r.Post("/actions/jobs/{job}", tenant.MayAct, h.steer)
}

// jobView is what a job's page shows, and its JSON twin.
type jobView struct {
	ID        int64      `json:"id"`
	Kind      string     `json:"kind"`
	Name      string     `json:"name"`
	Choice    string     `json:"choice,omitempty"`
	Reason    string     `json:"reason"`
	By        string     `json:"by"`
	MadeAt    time.Time  `json:"made_at"`
	Hash      string     `json:"set_sha256"`
	Customers int64      `json:"customers"`
	Lines     int64      `json:"devices"`
	Queued    int64      `json:"not_sent"`
	Held      int64      `json:"held_by_intune"`
	Open      int64      `json:"waiting"`
	Done      int64      `json:"done"`
	Failed    int64      `json:"failed"`
	Unknown   int64      `json:"unknown"`
	Cancelled int64      `json:"cancelled"`
	Skipped   int64      `json:"skipped"`
	Running   bool       `json:"running"`
	Windows   bool       `json:"in_maintenance_windows"`
	OpensAt   *time.Time `json:"opens_at"`
	Causes    []cause    `json:"causes"`
	ListURL   string     `json:"list_url"`
	BrakeURL  string     `json:"approval_url,omitempty"`

	asked   *brake.Approval // what the brake was asked; nil: nothing, or the reader does not see it
	m       tenant.Membership
	BrakeID int64 `json:"-"`

	state ui.State
	now   time.Time
}

type cause struct {
	Said  string `json:"said"`
	Lines int64  `json:"devices"`
}

func (h *Handler) findJob(r *http.Request, m tenant.Membership) (v jobView, err error) {
	text, err := page.Param(r, "job")
	if err != nil {
		return v, err
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id < 1 {
		return v, errs.NotFound
	}
	j, why, err := h.Actions.Job(r.Context(), m.Scope, id)
	if err != nil {
		return v, err
	}
	if all, _ := m.Scope.PostgresScope(); !all {
		j.Skipped = 0 // also at customers that the reader does not see
	}
	v = newJobView(m, j, why, page.ChromeOf(r.Context()).Now)
	if j.BrakeID == 0 {
		return v, nil
	}
	switch a, err := h.Brake.Get(r.Context(), m.Scope, j.BrakeID); {
	case errors.Is(err, errs.NotFound):
	case err != nil:
		return v, err
	default:
		v.take(a)
	}
	return v, nil
}

// take adds what the brake was asked.
func (v *jobView) take(a brake.Approval) {
	v.asked, v.BrakeURL = &a, brake.Path(a.ID)
	if v.Queued > 0 && !v.Running && a.State == brake.Waiting {
		v.state.Text = "Waits for approval"
	}
}

func newJobView(m tenant.Membership, j deviceaction.Job, why []deviceaction.Cause, now time.Time) jobView {
	v := jobView{
		ID: j.ID, BrakeID: j.BrakeID, Kind: j.Kind, Name: deviceaction.Title(j.Kind), Choice: j.Choice, Reason: j.Reason, By: j.By, MadeAt: j.MadeAt.UTC(), Hash: j.Hash, Customers: j.Customers, Lines: j.Lines, Queued: j.Queued, Held: j.Approval, Open: j.Open, Done: j.Done,
		Failed: j.Failed, Unknown: j.Unknown, Cancelled: j.Cancelled, Skipped: j.Skipped, Running: j.Running(now), Causes: []cause{}, Windows: j.Windows, OpensAt: page.Moment(j.OpensAt), ListURL: "/actions?job=" + strconv.FormatInt(j.ID, 10), m: m, state: jobStates[j.State(now)], now: now,
	}
	for _, c := range why {
		v.Causes = append(v.Causes, cause(c))
	}
	return v
}

func (h *Handler) job(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	v, err := h.findJob(r, m)
	if err != nil {
		return err
	}
	s := page.Shell(r, m, v.title())
	if v.Running {
		s.Live, s.Refresh = true, 10
	}
	return page.Answer(w, r, v, jobPage(s, v))
}

// steer sends what failed once more, goes on with what a portal left behind, or takes back what was not sent.
func (h *Handler) steer(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	form, err := page.Form(w, r)
	if err != nil {
		return err
	}
	v, err := h.findJob(r, m)
	if err != nil {
		return err
	}
	ctx, id := r.Context(), middleware.RequestID(r.Context())
	switch form.Get("do") {
	case "again":
		err = h.Runner.Again(ctx, m.Person, id, m.Scope, v.ID)
	case "go":
		err = h.Runner.Start(ctx, m.Person, id, m.Scope, v.ID)
	case "stop":
		err = h.Runner.Stop(ctx, m.Person, id, m.Scope, v.ID)
	default:
		err = errs.Show(errs.Invalid, "Choose what to do with the job.")
	}
	if err != nil {
		return err
	}
	return page.SeeOther(w, r, deviceaction.JobPath(v.ID))
}

// The parts of the page, ready to print.

func (v jobView) title() string {
	return v.Name + ": " + ui.Count(v.Lines, "device", "devices") + " at " + ui.Count(v.Customers, "customer", "customers")
}

func (v jobView) header() ui.PageHeader {
	lead := "Asked for by " + v.By + " " + ui.NewTime(v.MadeAt, v.now).Text + "."
	if v.Reason != "" {
		lead += " Reason: “" + v.Reason + "”."
	}
	if v.Skipped > 0 {
		lead += " Left out, because the same was under way: " + ui.Count(v.Skipped, "device", "devices") + "."
	}
	return ui.PageHeader{Context: []ui.Crumb{{Text: "Actions", URL: "/actions"}, {Text: "Bulk jobs", URL: "/actions/jobs"}}, Title: v.title(), Lead: lead, Pills: []ui.State{v.state}}
}

func (v jobView) progress() ui.Progress {
	return ui.Progress{Label: "Sent to Microsoft", Part: v.Lines - v.Queued, Whole: v.Lines, Text: ui.N(v.Lines-v.Queued) + " of " + ui.N(v.Lines) + " sent"}
}

// rollup is how many devices are how far, each with the way to them.
func (v jobView) rollup() ui.Table {
	t := ui.Table{ID: "rollup", Caption: "Devices by state", Inset: true, Columns: []ui.Column{{Key: "state", Label: "State"}, {Key: "devices", Label: "Devices", Kind: ui.KindNumber, Width: 110}}}
	for _, x := range []struct {
		name, filter string
		n            int64
	}{
		{"Not sent yet", "&state=queued", v.Queued}, {"Held by Intune until a second administrator there approves", "&state=approval", v.Held}, {"Wait for the device", "&state=sent&state=pending", v.Open}, {"Done", "&state=done", v.Done}, {"Failed", "&state=failed", v.Failed},
		{"Unknown, or left Intune", "&state=unknown&state=gone", v.Unknown}, {"Cancelled", "&state=cancelled", v.Cancelled},
	} {
		t.Rows = append(t.Rows, ui.Row{Name: x.name, URL: v.ListURL + x.filter, Cells: []ui.Cell{ui.NumberCell(x.n, v.ListURL+x.filter)}})
	}
	return t
}

func (v jobView) causeTable() ui.Table {
	t := ui.Table{ID: "causes", Caption: "Why some were not done", Inset: true, Columns: []ui.Column{{Key: "why", Label: "Why"}, {Key: "devices", Label: "Devices", Kind: ui.KindNumber, Width: 110}}}
	for _, c := range v.Causes {
		t.Rows = append(t.Rows, ui.Row{Name: c.Said, Cells: []ui.Cell{ui.NumberCell(c.Lines, "")}})
	}
	return t
}

// told says what the job waits for, where it waits for somebody or for a time.
func (v jobView) told() *ui.Banner {
	switch {
	case v.Queued == 0 && v.Held > 0:
		return &ui.Banner{Kind: "warn", Title: "Intune holds " + ui.Count(v.Held, "device", "devices") + " back.", Text: "A second administrator of the customer approves in the Intune admin centre, within three days. Then send each from its own page.", ActionText: "Show them", ActionURL: v.ListURL + "&state=approval"}
	case v.Queued == 0:
		return nil
	case v.Running && v.OpensAt != nil && v.now.Before(*v.OpensAt):
		return &ui.Banner{Kind: "info", Title: "It waits for the customers’ maintenance windows.", Text: "The first opens at " + ui.Clock(*v.OpensAt, v.now).Text + " UTC. The sign-ins of who asked must last until then; where one has ended, it fails for that reason."}
	case v.Running || v.asked == nil:
		return nil
	case v.asked.State == brake.Waiting:
		return &ui.Banner{Kind: "warn", Title: "Nothing is sent before a second person approves.", ActionText: "Show the approval", ActionURL: v.BrakeURL}
	case v.approved() && v.asked.DecidedBy != "":
		text := "Send it before "
		if !v.own() {
			text = "Only who asked sends it, before "
		}
		return &ui.Banner{Kind: "info", Title: v.asked.DecidedBy + " approved this.", Text: text + ui.Clock(v.asked.LiveUntil, v.now).Text + " UTC.", ActionText: "Show the approval", ActionURL: v.BrakeURL}
	}
	return nil
}

// approved tells that the brake lets it pass.
func (v jobView) approved() bool { return v.asked != nil && v.asked.State == brake.Allowed }

// own tells that the reader asked for what passes the brake: only they send it.
func (v jobView) own() bool {
	return v.asked != nil && v.asked.ByTenant == v.m.Person.Tenant && v.asked.ByObject == v.m.Person.ObjectID
}

// steps are what can be done with the job now.
func (v jobView) steps() (list []ui.Action) {
	if !v.m.May(tenant.MayAct) {
		return nil
	}
	at := deviceaction.JobPath(v.ID)
	do := func(kind, text, what string) {
		list = append(list, ui.Action{Text: text, Kind: kind, Post: at, Fields: []ui.Pair{{Name: "do", Value: what}}})
	}
	left := ui.Count(v.Queued, "device", "devices")
	switch {
	case v.Queued == 0 || v.Running:
	case v.BrakeID == 0:
		do("", "Send the "+left+" that are left", "go")
	case v.approved() && v.own():
		do(ui.Confirm, "Send it to "+left, "go")
	}
	if v.Queued > 0 {
		do("", "Take back what was not sent", "stop")
	}
	switch {
	case v.Failed == 0 || v.Running:
	case v.BrakeID == 0:
		do("", "Try "+ui.Count(v.Failed, "device", "devices")+" again", "again")
	default: // what destroys something is confirmed anew
		list = append(list, ui.Action{Text: "Choose the " + ui.N(v.Failed) + " that failed again", URL: "/devices/actions?kind=" + v.Kind + "&job=" + strconv.FormatInt(v.ID, 10)})
	}
	return list
}
